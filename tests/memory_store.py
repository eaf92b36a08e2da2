"""The `Store` port in memory, with all it promises: conditions, queries, expiry; for fast tests."""

from __future__ import annotations

import json
import operator
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.errors import AlreadyThere, Stale
from common.ports import ABSENT, ANY, Condition, Data, Document, Write

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


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
        _check_ranges(where, order_by)
        with self._lock:
            self.round_trips += 1
            found = self._matching(collection, where)
        if order_by is not None:
            found = sorted((one for one in found if one.data.get(order_by) is not None), key=lambda one: one.key)
            found.sort(key=lambda one: one.data[order_by], reverse=descending)
        return found[:limit]

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        with self._lock:
            self.round_trips += 1
            return len(self._matching(collection, where))

    def _matching(self, collection: str, where: Sequence[Condition]) -> list[Document]:
        keys = sorted(key for place, key in self._kept if place == collection)
        alive = ((key, self._alive(collection, key)) for key in keys)
        documents = [_document(key, kept) for key, kept in alive if kept is not None]
        return [one for one in documents if all(_meets(one.data, condition) for condition in where)]

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


def _meets(data: Data, condition: Condition) -> bool:
    field, how, wanted = condition
    value = data.get(field)
    return value is not None and _kind(value) == _kind(wanted) and _COMPARE[how](value, wanted)


def _kind(value: object) -> str:
    """Values of different kinds never meet a condition, as in Firestore; True is not 1."""
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _check_ranges(where: Sequence[Condition], order_by: str | None) -> None:
    ranged = {field for field, how, _ in where if how != "=="}
    if len(ranged) > 1 or (ranged and order_by not in (None, *ranged)):
        raise ValueError(f"ranges on {sorted(ranged)} ordered by {order_by}: Firestore would refuse")
