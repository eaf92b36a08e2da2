"""Catalog items made once though 1C keeps nobody from making two (facts onec-odata §3).

A write whose answer was lost may still be committed; until that is past, nothing like it is written again. The key is
computed from what the item is about: bases that honour it refuse a second one by themselves (facts §1.8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from common.errors import AlreadyThere, InDoubt, NeedsPerson, SideDown
from common.model import moments
from common.model.ids import Ref
from common.onec.odata.client import ODataClient
from common.onec.odata.values import ref
from common.ports import Clock, Store, Write

COLLECTION = "intents"
LATEST_COMMIT = timedelta(seconds=130)
"""As with acts: longer than the write time-out, after which 1C has given up."""


@dataclass(frozen=True)
class Once:
    """Creates catalog items of one base. The caller holds a lease and has just looked for the item."""

    client: ODataClient
    store: Store
    clock: Clock

    def create(self, entity: str, about: str, body: Mapping[str, Any], salt: str = "") -> tuple[Ref, bool]:
        """Write the item; its key, and False when one of that key was there already (whatever became of it).

        about    what makes two of them doubles, e.g. INN and KPP; `salt` lets a later one be another item
        Raises InDoubt with the pause left while an earlier write may still come, and what the client raises.
        """
        intent = str(uuid5(NAMESPACE_URL, f"{self.client.base}/{entity}/{about}"))
        self._begin(intent, entity)
        key = Ref(str(uuid5(NAMESPACE_URL, f"b24:{entity}/{about}/{salt}")))
        try:
            made = ref(self.client.create(entity, {"Ref_Key": key, **body})["Ref_Key"])
        except AlreadyThere:
            self._end(intent)
            return key, False
        except (NeedsPerson, SideDown):  # 1C said no, or never got it: nothing can come of it
            self._end(intent)
            raise
        self._end(intent)
        return made, True

    def _begin(self, intent: str, entity: str) -> None:
        """Kept before the write, so that a killed run counts as a lost answer."""
        earlier, now = self.store.get(COLLECTION, intent), self.clock.now()
        if earlier is not None:
            left = moments.parse(earlier.data["at"]) + LATEST_COMMIT - now
            if left > timedelta():
                raise InDoubt("write_may_still_come", after=left.total_seconds())
        data = {"entity": entity, "at": moments.text(now)}
        self.store.write(Write(COLLECTION, intent, data, expire_at=now + LATEST_COMMIT))

    def _end(self, intent: str) -> None:
        self.store.write(Write(COLLECTION, intent, None))
