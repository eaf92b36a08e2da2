"""Bindings: the ids of a pair with what both sides last agreed on. Without end; rebuilt from the marks if lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from common.errors import AlreadyThere
from common.model import moments
from common.model.ids import RecordKey
from common.model.records import Record
from common.ports import ABSENT, Clock, Condition, Data, Document, Store, Write

BINDINGS = "bindings"


@dataclass(frozen=True, slots=True)
class Binding:
    """One pair.

    source, target   `deal:12`, `main:Document_…:<Ref_Key>`; target is empty until there is one
    agreed           the last agreed state: values or hashes of them, one JSON object
    state            a word of the exchange, e.g. `draft`, `posted`, `cancelled`, `peer_deleted`
    generation       which twin of the same source this is; rises only by a person's word
    data             the exchange's own further fields; they stand beside these in the document and can be asked for
    changed_at       when it was last written, as `moments.text`; set by writing
    version          as read from the store; a new binding has ABSENT, so that two creators cannot both bind
    """

    record: RecordKey
    exchange: str
    source: str
    target: str
    state: str
    agreed: Data
    generation: int = 1
    data: Data = field(default_factory=dict)
    changed_at: str = ""
    version: str = ABSENT


_OWN = ("record", "exchange", "source", "target", "state", "agreed", "generation", "changed_at")


TARGETS = "targets"
"""Target → record, for exchanges whose targets are looked up many at a time."""


class Bindings:
    def __init__(self, store: Store, clock: Clock, indexed: Collection[str] = ()) -> None:
        """`indexed`: exchanges whose records are found by many targets at once (`by_targets`)."""
        self._store = store
        self._clock = clock
        self._indexed = indexed

    def get(self, record: RecordKey) -> Binding | None:
        found = self._store.get(BINDINGS, record)
        return None if found is None else _read(found)

    def get_many(self, records: Sequence[RecordKey]) -> dict[RecordKey, Binding]:
        """Those that exist, in one round trip."""
        found = self._store.get_many(BINDINGS, list(dict.fromkeys(records)))
        return {RecordKey(key): _read(document) for key, document in found.items()}

    def write(self, binding: Binding) -> Write:
        """For the worker's one commit. Conditional on the version read: a binding changed meanwhile is never lost."""
        return self._write(binding)

    def _write(self, binding: Binding) -> Write:
        taken = [name for name in binding.data if name in _OWN]
        if taken:
            raise ValueError(f"binding data may not hold {taken}")
        own = {name: getattr(binding, name) for name in _OWN}
        own["changed_at"] = moments.text(self._clock.now())
        return Write(BINDINGS, binding.record, {**binding.data, **own}, binding.version)

    def delete(self, binding: Binding) -> Write:
        """For the worker's one commit."""
        return Write(BINDINGS, binding.record, None, binding.version)

    def save(self, binding: Binding, before: Binding | None = None) -> Binding:
        """Write at once (design §3 step 5: bind before anything else) and carry on with the new version.

        `before`: as it was, so that a target it has already is not claimed again. Raises `AlreadyThere` or `Stale` when
        somebody else bound or changed it, or (an indexed exchange) another record holds the target: read it again.
        """
        return self.save_all([binding], {binding.record: before} if before else {})[0]

    def save_all(
        self, bindings: Sequence[Binding], before: Mapping[RecordKey, Binding] = MappingProxyType({})
    ) -> list[Binding]:
        """`save` of several in one commit, all or none."""
        fresh = [one for one in bindings if self._is_new_target(one, before.get(one.record))]
        claims = self._claims(fresh)
        left = {before[one.record].target for one in fresh if one.record in before} - {write.key for write in claims}
        claims += [Write(TARGETS, target, None) for target in sorted(left) if target]
        # All bindings first, so that theirs are the first versions.
        versions = self._store.write(*map(self._write, bindings), *claims)
        return [replace(one, version=version) for one, version in zip(bindings, versions, strict=False)]

    def _is_new_target(self, binding: Binding, before: Binding | None) -> bool:
        known = (before.target if before is not None else "") == binding.target
        return binding.exchange in self._indexed and not known

    def _claims(self, bindings: Sequence[Binding]) -> list[Write]:
        """One target is one record's: whoever comes second is refused by the commit itself."""
        bindings = [one for one in bindings if one.target]
        held = self._store.get_many(TARGETS, [one.target for one in bindings]) if bindings else {}
        others = [document.data["record"] for document in held.values()]
        living = self.get_many(others) if others else {}
        for one in bindings:
            holder = held[one.target].data["record"] if one.target in held else one.record
            if holder != one.record and holder in living and living[holder].target == one.target:
                raise AlreadyThere(one.target)
        return [
            Write(
                TARGETS, one.target, {"record": one.record}, held[one.target].version if one.target in held else ABSENT
            )
            for one in bindings
        ]

    def by_targets(self, targets: Sequence[str]) -> dict[str, RecordKey]:
        """Which record each target was bound to last, in one round trip; of an indexed exchange only. A hint: the
        binding itself says whether it still holds.
        """
        found = self._store.get_many(TARGETS, list(dict.fromkeys(targets))) if targets else {}
        return {target: RecordKey(document.data["record"]) for target, document in found.items()}

    def of_target(self, target: str) -> list[Binding]:
        """Usually one; several when a target was bound for several rules."""
        return self._where(("target", "==", target))

    def of_source(self, source: str) -> list[Binding]:
        """All records of one source object, e.g. the acts of a deal under each rule."""
        return self._where(("source", "==", source))

    def of_exchange(self, exchange: str, after: str = "", limit: int = 500) -> list[Binding]:
        """A page by record key, for audits: call again with the last key until a page comes back empty."""
        where: list[Condition] = [("exchange", "==", exchange), ("record", ">", after)]
        return [_read(one) for one in self._store.query(BINDINGS, where, order_by="record", limit=limit)]

    def count(self, exchange: str, state: str | None = None) -> int:
        where: list[Condition] = [("exchange", "==", exchange)]
        if state is not None:
            where.append(("state", "==", state))
        return self._store.count(BINDINGS, where)

    def _where(self, condition: Condition) -> list[Binding]:
        return [_read(one) for one in self._store.query(BINDINGS, [condition])]


def as_data(binding: Binding) -> Data:
    """A binding as its exchange sees it: one flat JSON object."""
    own = {"exchange": binding.exchange, "source": binding.source, "target": binding.target, "state": binding.state}
    return {**binding.data, **own, "generation": binding.generation}


def as_binding(record: Record, data: Data, before: Binding | None) -> Binding:
    """The exchange's object as a binding that may be saved over the one read before."""
    own = ("exchange", "source", "target", "state", "generation")
    rest = {name: value for name, value in data.items() if name not in own}
    values: dict[str, Any] = {name: data[name] for name in own}
    return Binding(record.key, agreed={}, data=rest, **values, version=before.version if before else ABSENT)


def _read(document: Document) -> Binding:
    own = {name: document.data[name] for name in _OWN}
    rest = {name: value for name, value in document.data.items() if name not in _OWN}
    return Binding(**own, data=rest, version=document.version)
