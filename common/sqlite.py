"""SQLite files shared by many threads and several processes: what the embedded store and queue both stand on.

Durability. The journal is a WAL with `synchronous=FULL`: every commit reaches the disk before it returns. WAL with
NORMAL survives a killed process but not a power cut, which takes back its last commits: a received event would be lost
after we answered 200, and a rotated refresh token would lock us out of the portal. One fsync a commit is the price;
`durable=False` drops it for benchmarks and long random tests.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.errors import TryLater

BUSY_SECONDS = 30.0
"""How long one process waits for another's transaction; ours last milliseconds."""

_CONVERSION_TRIES = 200
_TRANSIENT = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_PRIMARY_CODE = 0xFF
"""Extended result codes keep the primary code in their lowest byte."""


class Database:
    """One file and its connections, opened when first needed.

    Connections are lent to one operation at a time and kept for the next, rather than bound to threads: servers start
    a thread per request, and a thread's connection would stay open after it. Writers of this process queue on a lock,
    because SQLite's own waiting polls up to 100 ms at a time; writers of other processes meet SQLite's.
    """

    def __init__(self, path: str, schema: str, durable: bool = True) -> None:
        self._path = path
        self._schema = schema
        self._durable = durable
        self._idle: list[sqlite3.Connection] = []
        self._writing = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for statements that only read. Raises `TryLater` when the file cannot be used now."""
        with _explained():
            connection = self._borrow()
            try:
                yield connection
            finally:
                self._idle.append(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its start; an exception rolls it back."""
        with self._writing, self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                # A failed COMMIT (disk full) leaves the transaction open as well.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the idle connections; the file may be used again afterwards."""
        while self._idle:
            self._idle.pop().close()

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._open()

    def _open(self) -> sqlite3.Connection:
        path = Path(self._path)
        path.parent.mkdir(parents=True, exist_ok=True)
        # OAuth tokens lie in the store; SQLite gives the files beside this one the same rights.
        path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _use_wal(connection)
            connection.execute(f"PRAGMA synchronous={'FULL' if self._durable else 'OFF'}")
            for statement in self._schema.split(";"):
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Convert a new file. SQLite does not wait for others here, whatever the busy timeout: the tries are ours."""
    for remaining in reversed(range(_CONVERSION_TRIES)):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not remaining or _primary(error) != sqlite3.SQLITE_BUSY:
                raise
            threading.Event().wait(0.02)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if _primary(error) in _TRANSIENT:
            raise TryLater(f"sqlite: {error}") from error
        raise


def _primary(error: sqlite3.Error) -> int:
    return error.sqlite_errorcode & _PRIMARY_CODE
