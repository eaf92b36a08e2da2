"""What must not happen to half a mapping at once: deletions, moves and republications are held until `document_sync`
has seen all of them together (rules, Guards).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.errors import StoreConflict
from common.exchanges.documents.records import read
from common.model import moments
from common.model.ids import RuleId
from common.model.records import Record
from common.ports import Clock, Condition, Store, Write

HELD = "held"
STOPPED = "stopped_mappings"
REMEMBERED = timedelta(minutes=60)
"""Let pass so long ago still counts: many small runs are no way around the guard."""

_PAGE = 400


@dataclass(frozen=True, slots=True)
class Held:
    """One thing held. `passed`: it was let pass within the last hour; `version`: of what the store keeps."""

    record: Record
    mapping: RuleId
    what: str
    passed: bool
    version: str


FRESH = timedelta(seconds=5)
"""How long a worker goes by what it read of mappings that stand; the run itself always reads anew."""


@dataclass
class Guards:
    store: Store
    clock: Clock
    _seen: tuple[datetime, set[RuleId]] | None = None

    def hold(self, record: Record, mapping: RuleId, what: str) -> None:
        """Keep it for the next run."""
        body = {name: value for name, value in record.body.items() if name != "released"}
        data = {"record": record.key, "mapping": mapping, "what": what, "body": body, "passed": False}
        self.store.write(Write(HELD, record.key, data))

    def any_waiting(self) -> bool:
        """Whether anything is held at all; one small query."""
        return bool(self.store.query(HELD, [("passed", "==", False)], limit=1))

    def number(self, mapping: RuleId) -> int:
        """Everything of a mapping that is held, or was let pass within the hour."""
        return self.store.count(HELD, [("mapping", "==", mapping)])

    def number_passed(self, mapping: RuleId) -> int:
        """What was let pass within the hour."""
        return self.store.count(HELD, [("mapping", "==", mapping), ("passed", "==", True)])

    def waiting(self, mapping: RuleId) -> Iterator[list[Held]]:
        """What waits of a mapping, page by page; a page may be let pass before the next is asked for."""
        last = ""
        while True:
            where: list[Condition] = [("mapping", "==", mapping), ("passed", "==", False), ("record", ">", last)]
            page = self.store.query(HELD, where, order_by="record", limit=_PAGE)
            if page:
                yield [_held(one.data, one.version) for one in page]
                last = page[-1].data["record"]
            if len(page) < _PAGE:
                return

    def passing(self, held: Iterable[Held]) -> list[Write]:
        """They go on counting for an hour. Not over one that was held anew meanwhile."""
        until = self.clock.now() + REMEMBERED
        return [
            Write(HELD, one.record.key, _data(one) | {"passed": True}, one.version, expire_at=until) for one in held
        ]

    def let_pass(self, held: Iterable[Held]) -> None:
        """To be said once their tasks are put: a death between the two would lose them."""
        for write in self.passing(held):
            with suppress(StoreConflict):
                self.store.write(write)

    def stop(self, mapping: RuleId, why: str, figures: Mapping[str, Any]) -> None:
        """Nothing of the mapping is changed until a person has confirmed."""
        data = {"why": why, "figures": dict(figures), "at": moments.text(self.clock.now()), "confirmed_by": ""}
        self.store.write(Write(STOPPED, mapping, data))
        self._seen = None

    def standing(self) -> set[RuleId]:
        """All mappings that stand, as read a few seconds ago at most."""
        now = self.clock.now()
        if self._seen is None or now - self._seen[0] >= FRESH:
            self._seen = (now, set(self.stopped()))
        return self._seen[1]

    def stopped(self) -> dict[RuleId, Mapping[str, Any]]:
        """All mappings that stand, and why; one small query, read anew."""
        return {RuleId(one.key): one.data for one in self.store.query(STOPPED)}

    def confirm(self, mapping: RuleId, by: str) -> bool:
        """A person lets one run pass; False when the mapping does not stand."""
        found = self.store.get(STOPPED, mapping)
        if found is None:
            return False
        self.store.write(Write(STOPPED, mapping, {**found.data, "confirmed_by": by}, found.version))
        return True

    def go_on(self, mapping: RuleId) -> None:
        """The confirmed run has begun."""
        self.store.write(Write(STOPPED, mapping, None))
        self._seen = None


def _held(data: Mapping[str, Any], version: str) -> Held:
    return Held(read(data["body"]), RuleId(data["mapping"]), data["what"], data["passed"], version)


def _data(one: Held) -> dict[str, Any]:
    return {"record": one.record.key, "mapping": one.mapping, "what": one.what, "body": one.record.body}
