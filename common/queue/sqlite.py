"""The queue in one SQLite file, for one machine, with the semantics of Cloud Tasks (facts 5.1).

`put` is what the core sees. The rest is the dispatcher's side: take a lease on due tasks, then say `done` or `failed`.
A leased task is simply due again when its lease ends, so one whose dispatcher died is dispatched again by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.logs import counted
from common.model import moments
from common.ports import QueueState, Task, Traffic
from common.queue.policy import POLICIES, Policy
from common.queue.wire import body_of
from common.sqlite import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    name TEXT NOT NULL,
    function TEXT NOT NULL,
    body BLOB NOT NULL,
    eta TEXT NOT NULL,
    due TEXT NOT NULL,
    dispatches INTEGER NOT NULL DEFAULT 0,
    responses INTEGER NOT NULL DEFAULT 0,
    leased INTEGER NOT NULL DEFAULT 0,
    UNIQUE (queue, name)
);
CREATE INDEX IF NOT EXISTS tasks_by_due ON tasks (queue, due);
CREATE TABLE IF NOT EXISTS taken_names (
    queue TEXT NOT NULL, name TEXT NOT NULL, until TEXT NOT NULL, PRIMARY KEY (queue, name)
);
CREATE INDEX IF NOT EXISTS taken_names_by_end ON taken_names (until);
CREATE TABLE IF NOT EXISTS paused_queues (queue TEXT PRIMARY KEY)
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """A task given to a dispatcher. Counts are those of Cloud Tasks' headers (facts 5.2).

    retry_count       failed attempts so far, 0 on the first dispatch
    execution_count   answers received so far that were no 5xx
    """

    queue: Traffic
    name: str
    function: str
    body: bytes
    eta: datetime
    retry_count: int
    execution_count: int


class SqliteQueue:
    """`Queue` in one file. Safe for many threads and several processes; `put` is on the disk when it returns.

    A name stays taken for `keep_names` after its task is done or dropped. Cloud Tasks promises anything between
    minutes and 24 hours, so nothing may depend on the length. All methods raise `TryLater` while the file is locked
    for long or the disk is full.
    """

    def __init__(
        self,
        path: str,
        now: Callable[[], datetime],
        policies: Mapping[Traffic, Policy] = POLICIES,
        lease: timedelta = timedelta(minutes=11),
        keep_names: timedelta = timedelta(hours=1),
        durable: bool = True,
    ) -> None:
        self._database = Database(path, _SCHEMA, durable)
        self._now = now
        self.policies = policies
        self.lease = lease
        self._keep_names = keep_names
        self._listeners: list[Callable[[], None]] = []

    def put(self, task: Task) -> bool:
        """Keep the task durably. False: a task of that name is, or recently was, on its queue."""
        now = self._now()
        body = body_of(task, now)
        due = moments.text(max(task.not_before or now, now))
        with self._database.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO tasks (queue, name, function, body, eta, due) SELECT ?1, ?2, ?3, ?4, ?5, ?5 "
                "WHERE NOT EXISTS (SELECT 1 FROM taken_names WHERE queue = ?1 AND name = ?2 AND until > ?6) "
                "ON CONFLICT DO NOTHING",
                (task.queue, task.name, task.function, body, due, moments.text(now)),
            )
        self._tell_listeners()
        return cursor.rowcount == 1

    def take(self, limit: int, queue: Traffic | None = None) -> list[Leased]:
        """Lease up to `limit` due tasks, the longest due first; of every queue that is not paused, or of one."""
        now = self._now()
        with self._database.writing() as connection:
            self._drop_exhausted(connection, now)
            due = [row for name in self._open_queues(connection, queue) for row in _due(connection, name, now, limit)]
            rows = sorted(due)[:limit]
            connection.executemany(
                "UPDATE tasks SET due = ?, dispatches = dispatches + 1, leased = 1 WHERE id = ?",
                [(moments.text(now + self.lease), identity) for _, identity, *_ in rows],
            )
        return [_leased(row) for row in rows]

    def done(self, leased: Leased) -> None:
        """The attempt succeeded. Says nothing when the lease has ended and the task was given out again."""
        with self._database.writing() as connection:
            if self._holds(connection, leased):
                self._remove(connection, leased.queue, leased.name)

    def failed(self, leased: Leased, after: float | None = None, status: int | None = None) -> bool:
        """The attempt failed. True: it will be tried again, after the backoff or `after` seconds if that is longer.

        `status` is the HTTP status that came, None when no answer did.
        """
        with self._database.writing() as connection:
            if not self._holds(connection, leased):
                return True
            failures = leased.retry_count + 1
            policy = self.policies[leased.queue]
            if failures >= policy.max_attempts:
                self._drop(connection, leased.queue, leased.name)
                return False
            due = moments.text(self._now() + timedelta(seconds=max(policy.backoff(failures), after or 0.0)))
            counted = int(status is not None and status < 500)
            connection.execute(
                "UPDATE tasks SET eta = ?1, due = ?1, leased = 0, responses = responses + ?2 "
                "WHERE queue = ?3 AND name = ?4",
                (due, counted, leased.queue, leased.name),
            )
            return True

    def next_due(self, queue: Traffic | None = None) -> datetime | None:
        """When the next task, or the end of a lease, is due on a queue that is not paused; None when there is none."""
        with self._database.reading() as connection:
            dues = [
                connection.execute("SELECT min(due) FROM tasks WHERE queue = ?", (name,)).fetchone()[0]
                for name in self._open_queues(connection, queue)
            ]
        return min((moments.parse(due) for due in dues if due is not None), default=None)

    def end_leases(self) -> int:
        """Make every leased task due now; how many there were.

        For the start of the only dispatcher of this file: whoever held those leases is gone.
        """
        with self._database.writing() as connection:
            return connection.execute(
                "UPDATE tasks SET due = ?, leased = 0 WHERE leased = 1", (moments.text(self._now()),)
            ).rowcount

    def depth(self) -> dict[Traffic, int]:
        """Tasks on each queue: waiting, leased and put for later."""
        with self._database.reading() as connection:
            counted = dict(connection.execute("SELECT queue, count(*) FROM tasks GROUP BY queue").fetchall())
        return {queue: counted.get(queue, 0) for queue in self.policies}

    def is_paused(self, name: str, /) -> bool:
        """Whether no task of this queue is given out."""
        return name in self.paused()

    def pause(self, name: str, /) -> None:
        """Give out no task of this queue; it still accepts them."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO paused_queues (queue) VALUES (?)", (name,))

    def resume(self, name: str, /) -> None:
        """Give out this queue's tasks again."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM paused_queues WHERE queue = ?", (name,))
        self._tell_listeners()

    def paused(self) -> frozenset[Traffic]:
        """The queues that are paused."""
        with self._database.reading() as connection:
            return _paused(connection)

    def states(self) -> dict[Traffic, QueueState]:
        """How each queue stands; asked with the right to write, so a file that takes no task is no queue."""
        with self._database.writing() as connection:
            paused = _paused(connection)
        return {queue: "paused" if queue in paused else "running" for queue in self.policies}

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever this process puts a task or resumes a queue."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _tell_listeners(self) -> None:
        for listener in self._listeners:
            listener()

    def _open_queues(self, connection: sqlite3.Connection, queue: Traffic | None) -> list[Traffic]:
        wanted = list(self.policies) if queue is None else [queue]
        paused = _paused(connection)
        return [name for name in wanted if name not in paused]

    def _holds(self, connection: sqlite3.Connection, leased: Leased) -> bool:
        """The number of dispatches tells this lease from a later one of the same task."""
        found = connection.execute(
            "SELECT 1 FROM tasks WHERE queue = ? AND name = ? AND dispatches = ? AND leased = 1",
            (leased.queue, leased.name, leased.retry_count + 1),
        ).fetchone()
        return found is not None

    def _drop_exhausted(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Drop tasks whose last attempt ended with its lease: nobody answered, as if it had failed."""
        for queue, policy in self.policies.items():
            rows = connection.execute(
                "SELECT name FROM tasks WHERE queue = ? AND due <= ? AND dispatches >= ?",
                (queue, moments.text(now), policy.max_attempts),
            ).fetchall()
            for (name,) in rows:
                self._drop(connection, queue, name)

    def _drop(self, connection: sqlite3.Connection, queue: Traffic, name: str) -> None:
        counted("task_dropped", queue=queue, task=name)
        self._remove(connection, queue, name)

    def _remove(self, connection: sqlite3.Connection, queue: Traffic, name: str) -> None:
        now = self._now()
        connection.execute("DELETE FROM tasks WHERE queue = ? AND name = ?", (queue, name))
        connection.execute("DELETE FROM taken_names WHERE until <= ?", (moments.text(now),))
        connection.execute(
            "INSERT OR REPLACE INTO taken_names (queue, name, until) VALUES (?, ?, ?)",
            (queue, name, moments.text(now + self._keep_names)),
        )


def _paused(connection: sqlite3.Connection) -> frozenset[Traffic]:
    return frozenset(row[0] for row in connection.execute("SELECT queue FROM paused_queues").fetchall())


_Row = tuple[str, int, Traffic, str, str, bytes, str, int, int]
"""Due and id first: rows sort in the order of dispatch, and ids are unique."""


def _due(connection: sqlite3.Connection, queue: Traffic, now: datetime, limit: int) -> list[_Row]:
    return connection.execute(
        "SELECT due, id, queue, name, function, body, eta, dispatches, responses FROM tasks "
        "WHERE queue = ? AND due <= ? ORDER BY due, id LIMIT ?",
        (queue, moments.text(now), limit),
    ).fetchall()


def _leased(row: _Row) -> Leased:
    _, _, queue, name, function, body, eta, dispatches, responses = row
    return Leased(queue, name, function, body, moments.parse(eta), dispatches, responses)
