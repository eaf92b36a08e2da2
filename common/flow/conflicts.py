"""Conflicts: kept as they were met until a person says that he has settled them (design §1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import Refused
from common.model import moments
from common.model.records import Conflict, Record
from common.ports import ABSENT, Clock, Condition, Data, Store, Write

CONFLICTS = "conflicts"
ABOUT = "conflict:"
"""How what is told of a conflict, not of a record, begins."""


@dataclass(frozen=True, slots=True)
class KeptConflict:
    """`opened_at`, `settled_at` as `moments.text`; `settled_by` is "" while it is open.

    entry   the occasion on which the record met it
    """

    id: str
    exchange: str
    record: str
    source: str
    kind: str
    subject: str
    where: str
    details: str
    data: Data
    opened_at: str
    settled_by: str = ""
    settled_at: str = ""
    entry: str = ""
    version: str = ABSENT


class Conflicts:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def news(self, conflicts: Sequence[Conflict]) -> list[Conflict]:
        """Those not kept yet; no round trip for none."""
        known = self._store.get_many(CONFLICTS, [one.id for one in conflicts]) if conflicts else {}
        return [one for one in conflicts if one.id not in known]

    def write(self, conflict: Conflict, record: Record, exchange: str) -> Write:
        """For the worker's one commit."""
        own = {"id": conflict.id, "kind": conflict.kind, "subject": conflict.subject, "where": conflict.where}
        whose = {"exchange": exchange, "record": record.key, "source": record.source}
        whose["entry"] = str(record.body.get("entry", ""))
        more = {"details": conflict.details, "data": conflict.data, "settled_by": "", "settled_at": ""}
        return Write(
            CONFLICTS, conflict.id, {**own, **whose, **more, "opened_at": moments.text(self._clock.now())}, ABSENT
        )

    def open(self, exchange: str = "", limit: int = 1000) -> list[KeptConflict]:
        """Those nobody has settled, oldest first."""
        where: list[Condition] = [("settled_by", "==", "")]
        if exchange:
            where.append(("exchange", "==", exchange))
        found = self._store.query(CONFLICTS, where, order_by="opened_at", limit=limit)
        return [KeptConflict(**one.data, version=one.version) for one in found]

    def count_open(self) -> int:
        """How many nobody has settled."""
        return self._store.count(CONFLICTS, [("settled_by", "==", "")])

    def met_on(self, record: Record) -> list[KeptConflict]:
        """Those that the record met on this very occasion."""
        found = self._store.query(CONFLICTS, [("record", "==", record.key)])
        kept = [KeptConflict(**one.data, version=one.version) for one in found]
        return [one for one in kept if one.entry == record.body.get("entry", "")]

    def get(self, id: str) -> KeptConflict | None:
        found = self._store.get(CONFLICTS, id)
        return None if found is None else KeptConflict(**found.data, version=found.version)

    def settle(self, id: str, by: str) -> KeptConflict:
        """A person says it is settled; said again it changes nothing. Raises Refused 404 for one there is not."""
        found = self._store.get(CONFLICTS, id)
        if found is None:
            raise Refused(404, "no_such_conflict")
        if not found.data["settled_by"]:
            data = {**found.data, "settled_by": by, "settled_at": moments.text(self._clock.now())}
            self._store.write(Write(CONFLICTS, id, data, found.version))
        return KeptConflict(**found.data, version=found.version)
