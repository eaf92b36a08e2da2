"""Store, queue and log of a house, each with what Google would bill for the same calls."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from math import ceil
from typing import Any

from common.errors import StoreConflict
from common.logs import LOGGER, JsonLines
from common.ports import Condition, Document, Store, Task, Write
from common.queue.sqlite import SqliteQueue
from common.queue.wire import body_of
from common.store.firestore_wire import document_id, fields_of
from infra.manifests import ROOT
from tests.benchmarks.cost_meter import Meter
from tests.benchmarks.cost_prices import ASSUMED

COUNTED_TOGETHER = 1000
"""Entries of an index that Firestore counts for the price of one document."""
_NAME, _DOCUMENT, _ENTRY = 16, 32, 32
"""Bytes beyond the letters of each name, each document and each entry of an index
(firebase.google.com/docs/firestore/storage-size).
"""
_WRITE_ID = "0" * 32


class BilledStore:
    """Bills what `FirestoreStore` would be billed for the same calls.

    A document asked for by key is a read whether it is there or not, a query is at least one; a count is one for each
    thousand entries, and a query for what has expired besides; a commit that is refused is looked into. A document
    written with an expiry is deleted once more when that has come, unless we do so ourselves before.
    """

    def __init__(self, store: Store, meter: Meter) -> None:
        self._store = store
        self._meter = meter
        self._lying: dict[tuple[str, str], tuple[int, bool]] = {}

    def lying(self) -> tuple[int, int]:
        """Bytes of all documents with their single-field indexes: those kept for ever, and those that expire."""
        sizes = list(self._lying.values())
        return sum(size for size, expires in sizes if not expires), sum(size for size, expires in sizes if expires)

    def get(self, collection: str, key: str) -> Document | None:
        self._meter.documents("reads", collection, 1)
        return self._store.get(collection, key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        asked = len(set(keys))
        self._meter.documents("reads", collection, asked, trips=min(asked, 1))
        return self._store.get_many(collection, keys)

    def write(self, *writes: Write) -> list[str]:
        try:
            versions = self._store.write(*writes)
        except StoreConflict:
            self._meter.documents("reads", f"{writes[0].collection} after a conflict", len(writes), trips=2)
            raise
        for place, write in enumerate(writes):
            self._written(write, trips=int(not place))
        return versions

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        found = self._store.query(collection, where, order_by, descending, limit)
        self._meter.documents("reads", f"{collection} by query", max(len(found), 1))
        return found

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        found = self._store.count(collection, where)
        self._meter.documents("reads", f"{collection} by count", max(ceil(found / COUNTED_TOGETHER), 1) + 1, trips=2)
        return found

    def _written(self, write: Write, trips: int) -> None:
        place = write.collection, write.key
        before = self._lying.pop(place, (0, False))
        self._meter.documents("deletes" if write.data is None else "writes", write.collection, 1, trips)
        if write.data is not None:
            self._lying[place] = stored_bytes(write), write.expire_at is not None
        self._meter.add("expiries", self._lying.get(place, (0, False))[1] - before[1])


def stored_bytes(write: Write) -> int:
    """What a document takes with the indexes that Firestore makes by itself, one up and one down of each field that has
    one, and with the composite ones of `infra/firestore.json`.
    """
    stored = fields_of(write, _WRITE_ID)
    name = len(write.collection) + 1 + len(document_id(write.key).encode()) + 1 + _NAME
    indexed = {f"fields.{field}": value for field, value in stored["fields"].items()}
    indexed |= {field: stored[field] for field in ("key", "expire_at")}
    fields = {**indexed, "json": stored["json"], "write": stored["write"]}
    entries = sum(2 * (name + _sized(field, value) + _ENTRY) for field, value in indexed.items())
    for index in _indexes(write.collection):
        asked = [field.removesuffix(" desc") for field in index]
        if all(field in indexed for field in asked):
            entries += name + sum(_sized("", indexed[field]) for field in asked) + _ENTRY
    return name + _DOCUMENT + sum(_sized(field, value) for field, value in fields.items()) + entries


@cache
def _indexes(collection: str) -> list[list[str]]:
    kept = json.loads((ROOT / "infra" / "firestore.json").read_text(encoding="utf-8"))["collections"]
    return list(kept[collection]["indexes"])


def _sized(field: str, value: Any) -> int:
    """A field's name and value: texts by their bytes and one, numbers and moments eight, the others one."""
    if isinstance(value, str):
        return len(field) + 1 + len(value.encode()) + 1
    return len(field) + 1 + (1 if value is None or isinstance(value, bool) else 8)


class BilledQueue(SqliteQueue):
    """The embedded queue, billed as Cloud Tasks would be."""

    def __init__(self, path: str, now: Callable[[], datetime], meter: Meter) -> None:
        super().__init__(path, now, durable=False)
        self._clock, self._meter = now, meter

    def put(self, task: Task) -> bool:
        self._meter.put(len(body_of(task, self._clock())))
        return super().put(task)


class _Lines(logging.Handler):
    """Counts the bytes of each line as it would be written in the cloud."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(JsonLines("company-exchange"))
        self._meter = meter

    def emit(self, record: logging.LogRecord) -> None:
        self._meter.add("logs", len(self.format(record).encode()) + ASSUMED.entry)


@contextmanager
def billed_lines(meter: Meter) -> Iterator[None]:
    """The exchange's lines go to the meter and nowhere else until the block ends."""
    lines, level, spread = _Lines(meter), LOGGER.level, LOGGER.propagate
    LOGGER.addHandler(lines)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    try:
        yield
    finally:
        LOGGER.removeHandler(lines)
        LOGGER.setLevel(level)
        LOGGER.propagate = spread
