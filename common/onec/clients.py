"""Which counterparty of a base was created for which client of Bitrix24: bound at once (rules, Parties).

The card's tax ids belong to the key: branches of one company are different counterparties.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from common.model import moments
from common.model.ids import BaseName, Ref
from common.onec.dictionaries import Dictionaries
from common.ports import Clock, Store, Write

COLLECTION = "clients"


@dataclass(frozen=True)
class Clients:
    """The bindings of one base; one read once a minute by each process."""

    base: BaseName
    store: Store
    clock: Clock
    dictionaries: Dictionaries

    def find(self, owner: str, inn: str, kpp: str) -> Ref | None:
        """The counterparty created for `company:12` or `contact:7` with these tax ids."""
        key = self._key(owner, inn, kpp)
        found: str = self.dictionaries.minute(f"client:{key}", lambda: self._kept(key))
        return Ref(found) if found else None

    def bind(self, owner: str, inn: str, kpp: str, ref: Ref) -> None:
        """Kept at once after the creation; nothing for a party nobody owns."""
        if owner:
            data = {"base": self.base, "owner": owner, "ref": ref, "at": moments.text(self.clock.now())}
            self.store.write(Write(COLLECTION, self._key(owner, inn, kpp), data))

    def _kept(self, key: str) -> str:
        document = self.store.get(COLLECTION, key)
        return str(document.data["ref"]) if document else ""

    def _key(self, owner: str, inn: str, kpp: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.base}/{owner}/{inn}/{kpp}"))
