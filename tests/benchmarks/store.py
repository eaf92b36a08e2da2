"""What the embedded store and queue cost over bare `sqlite3` with the same pragmas on the same disk, in turns."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from common.ports import Data, Task, Write
from common.queue.sqlite import SqliteQueue
from common.store.sqlite import SqliteStore
from tests.benchmarks.report import Bar, percentile, table

TIMES, DOCUMENTS = 400, 5000
ALLOWED = 100.0
BODY: Data = {"record": "act:portal/1001/services", "state": "created", "number": "0000-000017", "until": "2026-11-20"}
TABLES = (
    "CREATE TABLE kept (collection TEXT, key TEXT, data TEXT, PRIMARY KEY (collection, key))",
    "CREATE TABLE tasks (id INTEGER PRIMARY KEY, name TEXT UNIQUE, body BLOB, due TEXT)",
    "CREATE INDEX tasks_by_due ON tasks (due)",
)

_numbers = itertools.count(1_000_000)

Row = tuple[str, float, float, float, float, float]
Step = Callable[[int], object]
"""Takes a number that no step before it had."""


def bench(small: bool) -> list[Bar]:
    """With and without the fsync of every commit: the first is what callers wait for, the second what we add."""
    documents, times = (DOCUMENTS // 50, 10) if small else (DOCUMENTS, TIMES)
    rows = {durable: _measured(durable, documents, times) for durable in (True, False)}
    head = ("operation", "p50 µs", "bare p50", "×", "p99 µs", "bare p99")
    for durable, found in rows.items():
        table(f"SQLite store and queue, {documents} documents, {'durable' if durable else 'no fsync'}", head, found)
    worst = max(rows[False], key=lambda row: row[1] - row[2])
    added = worst[1] - worst[2]
    figure = f"{added:.0f} µs ({worst[0]})"
    return [Bar(f"an operation ≤ {ALLOWED:.0f} µs over bare sqlite3, fsync aside", figure, added <= ALLOWED)]


def _measured(durable: bool, documents: int, times: int) -> list[Row]:
    """Each operation of ours and its bare twin take turns; the median and the 99th percentile of both."""
    with TemporaryDirectory() as folder:
        store = SqliteStore(f"{folder}/store.sqlite", _now, durable)
        queue = SqliteQueue(f"{folder}/queue.sqlite", _now, durable=durable)
        bare = _bare(f"{folder}/bare.sqlite", durable)
        _fill(store, bare, documents)
        pairs = {"get": _gets(store, bare, documents), **_writes(store, bare), "put": _puts(queue, bare)}
        rows = [_row(name, *steps, times) for name, steps in pairs.items()]
        for opened in (bare, store, queue):
            opened.close()
    return rows


def _row(name: str, ours: Step, theirs: Step, times: int) -> Row:
    took: Mapping[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(times):
        pair = [("ours", ours), ("bare", theirs)]
        for who, step in pair if turn % 2 else reversed(pair):
            began = time.perf_counter()
            step(next(_numbers))
            took[who].append(1e6 * (time.perf_counter() - began))
    half, bare_half = percentile(took["ours"], 0.5), percentile(took["bare"], 0.5)
    return name, half, bare_half, half / bare_half, percentile(took["ours"], 0.99), percentile(took["bare"], 0.99)


def _gets(store: SqliteStore, bare: sqlite3.Connection, documents: int) -> tuple[Step, Step]:
    def ours(number: int) -> object:
        return store.get("bindings", f"key-{number % documents}")

    def theirs(number: int) -> object:
        row = bare.execute(
            "SELECT data FROM kept WHERE collection = ? AND key = ?", ("bindings", f"key-{number % documents}")
        )
        return json.loads(row.fetchone()[0])

    return ours, theirs


def _writes(store: SqliteStore, bare: sqlite3.Connection) -> dict[str, tuple[Step, Step]]:
    def ours(count: int) -> Step:
        return lambda number: store.write(*(Write("journal", f"{number}-{place}", BODY) for place in range(count)))

    def theirs(count: int) -> Step:
        def step(number: int) -> None:
            with _transaction(bare):
                for place in range(count):
                    bare.execute("INSERT INTO kept VALUES ('new', ?, ?)", (f"{number}-{place}", json.dumps(BODY)))

        return step

    return {name: (ours(count), theirs(count)) for name, count in (("write", 1), ("commit of 4 writes", 4))}


def _puts(queue: SqliteQueue, bare: sqlite3.Connection) -> tuple[Step, Step]:
    def theirs(number: int) -> None:
        row = (f"task-{number}", json.dumps(BODY).encode(), _now().isoformat())
        with _transaction(bare):
            bare.execute("INSERT INTO tasks (name, body, due) VALUES (?, ?, ?)", row)

    return lambda number: queue.put(Task("bitrix_deal_changed", BODY, f"task-{number}")), theirs


def _bare(path: str, durable: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", f"PRAGMA synchronous={'FULL' if durable else 'OFF'}", *TABLES):
        connection.execute(statement)
    return connection


def _fill(store: SqliteStore, bare: sqlite3.Connection, documents: int) -> None:
    for start in range(0, documents, 100):
        keys = [f"key-{number}" for number in range(start, min(start + 100, documents))]
        store.write(*(Write("bindings", key, BODY) for key in keys))
        with _transaction(bare):
            bare.executemany("INSERT INTO kept VALUES ('bindings', ?, ?)", [(key, json.dumps(BODY)) for key in keys])


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("COMMIT")


def _now() -> datetime:
    return datetime.now(UTC)
