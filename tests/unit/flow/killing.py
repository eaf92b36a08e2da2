"""A store under which a process dies, or somebody else acts, at a chosen write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from common.ports import Condition, Document, Store, Write

When = Literal["before", "after"]


class Killed(BaseException):
    """Not an Exception: nothing in the project may catch a death."""


class KillingStore:
    """`kill(n, when)`: the process dies before or after its n-th write from now. `interpose`: runs before the next."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._left = 0
        self._when: When = "before"
        self._between: Callable[[], None] | None = None

    def kill(self, write: int, when: When) -> None:
        self._left, self._when = write, when

    def spare(self) -> bool:
        """Call off what has not happened yet; whether a death was still to come."""
        spared, self._left, self._between = self._left > 0, 0, None
        return spared

    def interpose(self, action: Callable[[], None]) -> None:
        self._between = action

    def get(self, collection: str, key: str) -> Document | None:
        return self._store.get(collection, key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        return self._store.get_many(collection, keys)

    def write(self, *writes: Write) -> list[str]:
        action, self._between = self._between, None
        if action is not None:
            action()
        dies = self._left == 1
        self._left = max(0, self._left - 1)
        if dies and self._when == "before":
            raise Killed
        versions = self._store.write(*writes)
        if dies:
            raise Killed
        return versions

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        return self._store.query(collection, where, order_by, descending, limit)

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        return self._store.count(collection, where)
