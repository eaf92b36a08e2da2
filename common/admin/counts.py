"""Every stage entry in its one state, counted: in agreement, waiting by reason, excluded by rule (design §3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from common.exchanges.acts.model import ActRule
from common.exchanges.acts.watch import beginning
from common.flow.bindings import Bindings
from common.flow.excluded import ExcludedRecords
from common.flow.waiting import WaitingRoom
from common.model import moments
from common.model.ids import RecordKey

ACTS = "acts"
CREATED = "created"


@dataclass(frozen=True)
class Counts:
    """Reads the store only. `before_start` are stage entries, counted when the rule began; all others are records."""

    bindings: Bindings
    waiting: WaitingRoom
    excluded: ExcludedRecords

    def lines(self, rules: Iterable[ActRule]) -> Iterator[Mapping[str, Any]]:
        """One line for each state and its reason."""
        yield {"state": "in agreement", "number": self._agreed()}
        for reason, number in sorted(self.waiting.counts(ACTS).items()):
            yield {"state": "waiting", "reason": reason, "number": number}
        for by, number in self.excluded.counts(ACTS).items():
            if by not in ("before_start", "one_way"):
                yield {"state": "excluded", "by": by, "number": number}
        yield from self._before([rule for rule in rules if rule.since is not None])

    def _agreed(self) -> int:
        """Created acts but those that wait all the same, e.g. to be shown on their deal."""
        waits = [RecordKey(wait.record) for wait in self.waiting.of_exchange(ACTS)]
        held = self.bindings.get_many(waits) if waits else {}
        return self.bindings.count(ACTS, CREATED) - sum(one.state == CREATED for one in held.values())

    def _before(self, rules: list[ActRule]) -> Iterator[Mapping[str, Any]]:
        """Those that an event or sweep met nevertheless are among them. No number: the next sweep counts."""
        known = self.excluded.before(ACTS, [rule.id for rule in rules])
        for rule in rules:
            counted = known.get(rule.id)
            number = counted.number if counted and counted.beginning == beginning(rule) else None
            since = moments.text(rule.since) if rule.since else ""
            yield {"state": "excluded", "by": "before_start", "rule": rule.id, "since": since, "number": number}
