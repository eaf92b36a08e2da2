"""A store whose writes stay in this process, over one that is only read: for plans of what a run would do."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.errors import AlreadyThere, Stale
from common.ports import ABSENT, ANY, Condition, Document, Store, Write
from common.store.queries import check_batch, checked_order, meets


@dataclass(frozen=True, slots=True)
class _Planned:
    """What was written here; `text` is its JSON, "" for a deletion."""

    key: str
    text: str
    version: str
    expire_at: datetime | None

    def read(self, now: datetime) -> Document | None:
        if not self.text or (self.expire_at is not None and self.expire_at <= now):
            return None
        return Document(self.key, json.loads(self.text), self.version)


class OverlayStore:
    """The `Store` port. Not for several threads: one plan is made in one."""

    def __init__(self, below: Store, now: Callable[[], datetime]) -> None:
        self._below = below
        self._now = now
        self._written: dict[tuple[str, str], _Planned] = {}
        self._number = 0

    def get(self, collection: str, key: str) -> Document | None:
        return self.get_many(collection, [key]).get(key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        left = [key for key in keys if (collection, key) not in self._written]
        found = self._below.get_many(collection, left) if left else {}
        ours = {key: one for key in keys if (one := self._ours(collection, key)) is not None}
        return {key: one for key in keys if (one := ours.get(key) or found.get(key)) is not None}

    def write(self, *writes: Write) -> list[str]:
        check_batch(writes)
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
        ours = self._all(collection)
        # What was written here may stand before what is below, or take its place: so many more are asked for.
        below = self._below.query(collection, where, order_by, descending, limit + len(ours))
        found = [one for one in below if one.key not in ours]
        found += [one for one in ours.values() if one is not None and meets(one.data, where)]
        having = [one for one in found if order is None or order in one.data]
        return sorted(having, key=_sorting(order), reverse=descending)[:limit]

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        touched = self._all(collection)
        before = self._below.get_many(collection, list(touched)) if touched else {}
        gone = sum(meets(one.data, where) for one in before.values())
        added = sum(one is not None and meets(one.data, where) for one in touched.values())
        return self._below.count(collection, where) - gone + added

    def _ours(self, collection: str, key: str) -> Document | None:
        planned = self._written.get((collection, key))
        return planned.read(self._now()) if planned is not None else None

    def _all(self, collection: str) -> dict[str, Document | None]:
        """What was written here, None for what was deleted or has expired since."""
        now = self._now()
        return {key: one.read(now) for (place, key), one in self._written.items() if place == collection}

    def _check(self, write: Write) -> None:
        if write.expect == ANY:
            return
        there = self.get(write.collection, write.key)
        if write.expect == ABSENT and there is not None:
            raise AlreadyThere(write.key)
        if write.expect != ABSENT and (there is None or there.version != write.expect):
            raise Stale(write.key)

    def _apply(self, write: Write) -> str:
        self._number += 1
        version = "" if write.data is None else f"planned {self._number}"
        text = "" if write.data is None else json.dumps(write.data, ensure_ascii=False, allow_nan=False)
        self._written[write.collection, write.key] = _Planned(write.key, text, version, write.expire_at)
        return version


def _sorting(order: str | None) -> Callable[[Document], tuple[Any, ...]]:
    if order is None:
        return lambda one: (one.key,)
    return lambda one: (*_rank(one.data[order]), one.key)


def _rank(value: Any) -> tuple[int, Any]:
    """Values of different types one after another, as the store below orders them: null, numbers, text."""
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, int | float) else (2, str(value))
