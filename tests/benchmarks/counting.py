"""A store that counts round trips, by what is asked of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from common.ports import Condition, Document, Store, Write


class CountingStore:
    """Passes everything on; `trips` counts calls, each of which is one round trip to a store in the cloud."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.trips: Counter[str] = Counter()

    def get(self, collection: str, key: str) -> Document | None:
        self.trips[f"get {collection}"] += 1
        return self._store.get(collection, key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        self.trips[f"get {collection}"] += 1
        return self._store.get_many(collection, keys)

    def write(self, *writes: Write) -> list[str]:
        self.trips[f"write {writes[0].collection}"] += 1
        return self._store.write(*writes)

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        self.trips[f"query {collection}"] += 1
        return self._store.query(collection, where, order_by, descending, limit)

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        self.trips[f"count {collection}"] += 1
        return self._store.count(collection, where)
