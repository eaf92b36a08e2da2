"""The `Store` port in memory, with all it promises: conditions, queries, expiry; for fast tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.errors import AlreadyThere, Stale
from common.ports import ABSENT, ANY, Condition, Data, Document, Write
from common.store.queries import check_batch, checked_order, meets


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    version: str
    expire_at: datetime | None


class MemoryStore:
    """Thread-safe; `round_trips` counts calls, so that a test can hold a module to its budget."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._last = 0
        self.round_trips = 0

    def get(self, collection: str, key: str) -> Document | None:
        return self.get_many(collection, [key]).get(key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        with self._lock:
            self.round_trips += 1
            found = {key: self._alive(collection, key) for key in keys}
            return {key: _document(key, kept) for key, kept in found.items() if kept is not None}

    def write(self, *writes: Write) -> list[str]:
        check_batch(writes)
        with self._lock:
            self.round_trips += 1
            for write in writes:
                self._check(write)
            return [self._apply(write) for write in writes]

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        order = checked_order(where, order_by)
        with self._lock:
            self.round_trips += 1
            found = self._matching(collection, where)
        if order is None:
            return sorted(found, key=lambda one: one.key, reverse=descending)[:limit]
        having = [one for one in found if order in one.data]
        return sorted(having, key=lambda one: (_rank(one.data[order]), one.key), reverse=descending)[:limit]

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        checked_order(where, None)
        with self._lock:
            self.round_trips += 1
            return len(self._matching(collection, where))

    def _matching(self, collection: str, where: Sequence[Condition]) -> list[Document]:
        keys = sorted(key for place, key in self._kept if place == collection)
        alive = ((key, self._alive(collection, key)) for key in keys)
        documents = [_document(key, kept) for key, kept in alive if kept is not None]
        return [one for one in documents if meets(one.data, where)]

    def _alive(self, collection: str, key: str) -> _Kept | None:
        kept = self._kept.get((collection, key))
        if kept is None or (kept.expire_at is not None and kept.expire_at <= self._now()):
            return None
        return kept

    def _check(self, write: Write) -> None:
        kept = self._alive(write.collection, write.key)
        if write.expect == ABSENT and kept is not None:
            raise AlreadyThere(write.key)
        if write.expect not in (ABSENT, ANY) and (kept is None or kept.version != write.expect):
            raise Stale(write.key)

    def _apply(self, write: Write) -> str:
        if write.data is None:
            self._kept.pop((write.collection, write.key), None)
            return ""
        self._last += 1
        text = json.dumps(write.data, ensure_ascii=False, allow_nan=False)
        self._kept[write.collection, write.key] = _Kept(text, str(self._last), write.expire_at)
        return str(self._last)


def _document(key: str, kept: _Kept) -> Document:
    data: Data = json.loads(kept.text)
    return Document(key, data, kept.version)


def _rank(value: Any) -> tuple[int, Any]:
    """Values of different types one after another, as in SQLite: null, numbers, text."""
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, int | float) else (2, str(value))
