"""The store in one SQLite file, for one machine: the embedded default (design §3).

Every document is a row with its JSON. A row's id is its version: it is never reused, so a document deleted and created
again has another version than before. Times are `moments.text`, which order as the moments do.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from common.errors import AlreadyThere, Stale
from common.model import moments
from common.ports import ABSENT, ANY, Condition, Document, Write
from common.sqlite import Database
from common.store.queries import check_batch, checked_order

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    data TEXT NOT NULL,
    expire_at TEXT,
    UNIQUE (collection, key)
);
CREATE INDEX IF NOT EXISTS documents_by_expiry ON documents (expire_at) WHERE expire_at IS NOT NULL
"""

_SEEN = "collection = ? AND (expire_at IS NULL OR expire_at > ?)"

# A comparison holds between values of one type only, as in Firestore; SQLite alone would compare text with numbers.
_TYPES = {bool: "('true', 'false')", int: "('integer', 'real')", str: "('text')"}


class SqliteStore:
    """`Store` in one file. Safe for many threads and several processes; writes are fsynced (see `common.sqlite`).

    Fields that are asked for get an index when first asked for. Documents that lack the field of `order_by` are left
    out, as in Firestore. All methods raise `TryLater` while the file is locked for long or the disk is full.
    """

    def __init__(self, path: str, now: Callable[[], datetime], durable: bool = True) -> None:
        self._database = Database(path, _SCHEMA, durable)
        self._now = now
        self._indexed: set[str] = set()
        self._indexing = threading.Lock()

    def get(self, collection: str, key: str) -> Document | None:
        """The document, or None when there is none or it has expired."""
        return self.get_many(collection, [key]).get(key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        """The documents found, by key."""
        statement = _select(["key IN (SELECT value FROM json_each(?))"], "")
        with self._database.reading() as connection:
            rows = connection.execute(statement, (collection, self._moment(), json.dumps(list(keys)))).fetchall()
        return {row[0]: _document(row) for row in rows}

    def write(self, *writes: Write) -> list[str]:
        """Apply all writes or none, in one transaction. Raises `AlreadyThere` or `Stale`.

        A version read before still matches when the document has expired since but nobody wrote it.
        """
        check_batch(writes)
        with self._database.writing() as connection:
            for write in writes:
                self._check(connection, write)
            return [_apply(connection, write) for write in writes]

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        """Documents that meet every condition, in the order asked for; ties by key in the same direction."""
        order = checked_order(where, order_by)
        self._index({field for field, _, _ in where} | ({order} if order else set()))
        direction = " DESC" if descending else ""
        clauses = [_clause(condition) for condition in where] + ([f"{_kind(order)} IS NOT NULL"] if order else [])
        columns = ([f"{_value(order)}{direction}"] if order else []) + [f"key{direction}"]
        statement = _select(clauses, f"ORDER BY {', '.join(columns)} LIMIT ?")
        values = [value for _, _, value in where]
        with self._database.reading() as connection:
            rows = connection.execute(statement, (collection, self._moment(), *values, limit)).fetchall()
        return [_document(row) for row in rows]

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        """How many documents meet every condition."""
        checked_order(where, None)
        self._index({field for field, _, _ in where})
        clauses = [_SEEN, *(_clause(condition) for condition in where)]
        statement = " ".join(["SELECT count(*) FROM documents WHERE", " AND ".join(clauses)])
        with self._database.reading() as connection:
            values = [value for _, _, value in where]
            return int(connection.execute(statement, (collection, self._moment(), *values)).fetchone()[0])

    def purge(self) -> int:
        """Remove expired documents for good; how many there were. Call it once a day."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM documents WHERE expire_at <= ?", (self._moment(),)).rowcount

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _moment(self) -> str:
        return moments.text(self._now())

    def _check(self, connection: sqlite3.Connection, write: Write) -> None:
        if write.expect == ANY:
            return
        found = connection.execute(
            "SELECT version, expire_at FROM documents WHERE collection = ? AND key = ?", (write.collection, write.key)
        ).fetchone()
        if write.expect == ABSENT:
            if found and (found[1] is None or found[1] > self._moment()):
                raise AlreadyThere(write.key)
        elif found is None or str(found[0]) != write.expect:
            raise Stale(write.key)

    def _index(self, fields: set[str]) -> None:
        """Give each field the index Firestore would give it by itself; the statement does nothing if it is there."""
        with self._indexing:
            for field in fields - self._indexed:
                name = f"documents_by_field_{field}"
                with self._database.writing() as connection:
                    connection.execute(
                        f"CREATE INDEX IF NOT EXISTS {name} ON documents (collection, {_value(field)}, key)"
                    )
                self._indexed.add(field)


def _apply(connection: sqlite3.Connection, write: Write) -> str:
    if write.data is None:
        connection.execute("DELETE FROM documents WHERE collection = ? AND key = ?", (write.collection, write.key))
        return ""
    expire_at = None if write.expire_at is None else moments.text(write.expire_at)
    row = (write.collection, write.key, json.dumps(write.data, allow_nan=False), expire_at)
    # REPLACE removes the old row and takes a new id: the new version.
    cursor = connection.execute(
        "INSERT OR REPLACE INTO documents (collection, key, data, expire_at) VALUES (?, ?, ?, ?)", row
    )
    return str(cursor.lastrowid)


def _select(clauses: Sequence[str], tail: str) -> str:
    """The parts are our own text or checked field names; values are bound."""
    condition = " AND ".join([_SEEN, *clauses])
    return " ".join(["SELECT key, data, version FROM documents WHERE", condition, tail])


def _value(field: str) -> str:
    return f"json_extract(data, '$.{field}')"


def _kind(field: str) -> str:
    return f"json_type(data, '$.{field}')"


def _clause(condition: Condition) -> str:
    field, operator, value = condition
    return f"{_value(field)} {operator} ? AND {_kind(field)} IN {_TYPES[type(value)]}"


def _document(row: tuple[str, str, int]) -> Document:
    return Document(row[0], json.loads(row[1]), str(row[2]))
