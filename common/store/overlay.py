"""A store whose writes stay in this process, over one that is only read: for plans of what a run would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from common.errors import AlreadyThere, Stale
from common.ports import ABSENT, ANY, Condition, Document, Store, Write
from common.store.queries import check_batch, checked_order, meets


class OverlayStore:
    """The `Store` port. Not for several threads: one plan is made in one."""

    def __init__(self, below: Store, now: Callable[[], datetime]) -> None:
        self._below = below
        self._now = now
        self._written: dict[tuple[str, str], Document | None] = {}
        self._number = 0

    def get(self, collection: str, key: str) -> Document | None:
        return self.get_many(collection, [key]).get(key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        left = [key for key in keys if (collection, key) not in self._written]
        found = self._below.get_many(collection, left) if left else {}
        for key in keys:
            ours = self._written.get((collection, key))
            if ours is not None:
                found[key] = ours
        return found

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
        ours = {key: one for (place, key), one in self._written.items() if place == collection}
        # What was written here may stand before what is below, or take its place: so many more are asked for.
        below = self._below.query(collection, where, order_by, descending, limit + len(ours))
        found = [one for one in below if one.key not in ours]
        found += [one for one in ours.values() if one is not None and meets(one.data, where)]
        having = [one for one in found if order is None or order in one.data]
        return sorted(having, key=_sorting(order), reverse=descending)[:limit]

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        touched = {key: one for (place, key), one in self._written.items() if place == collection}
        before = self._below.get_many(collection, list(touched)) if touched else {}
        gone = sum(meets(one.data, where) for one in before.values())
        added = sum(one is not None and meets(one.data, where) for one in touched.values())
        return self._below.count(collection, where) - gone + added

    def _check(self, write: Write) -> None:
        if write.expect == ANY:
            return
        there = self.get(write.collection, write.key)
        if write.expect == ABSENT and there is not None:
            raise AlreadyThere(write.key)
        if write.expect != ABSENT and (there is None or there.version != write.expect):
            raise Stale(write.key)

    def _apply(self, write: Write) -> str:
        if write.data is None:
            self._written[write.collection, write.key] = None
            return ""
        self._number += 1
        version = f"planned {self._number}"
        self._written[write.collection, write.key] = Document(write.key, dict(write.data), version)
        return version


def _sorting(order: str | None) -> Callable[[Document], tuple[Any, ...]]:
    if order is None:
        return lambda one: (one.key,)
    return lambda one: (str(type(one.data[order])), one.data[order], one.key)
