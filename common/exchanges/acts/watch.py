"""Which deals call for attention: by a window of events, by a sweep over time, by the card of a client (design §3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.exchanges.acts.model import ActRule
from common.exchanges.acts.records import key, records
from common.model.deals import DealFacts, StageEntry
from common.model.ids import CompanyId, DealId, RecordKey, RequisiteId, RuleId, StageId
from common.model.moments import text
from common.model.records import Record
from common.ports import Crm


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at the portal showed.

    records    those the entries call for
    last       the highest entry id seen, 0 for none
    newest     the newest entry's moment
    more       the portal has further entries after `last`
    touched    keys of records whose deal changed, entries or not
    facts      of records whose deal was read on the way
    read_at    the portal's clock, None for a sweep
    """

    records: tuple[Record, ...]
    last: int
    newest: datetime | None
    more: bool
    touched: tuple[RecordKey, ...] = ()
    facts: Mapping[str, DealFacts] | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class DealWatch:
    """Looks at the portal for the acts exchange."""

    crm: Crm
    rules: Callable[[], Mapping[RuleId, ActRule]]
    portal: str

    def began(self) -> datetime | None:
        """The earliest `since` of the active rules; None when no rule is active."""
        moments = [rule.since for rule in self._active() if rule.since is not None]
        return min(moments, default=None)

    def window(self, after: int, changed_since: datetime | None, deal: int | None) -> Sight:
        """Entries after an id, deals changed, and the facts of the deal whose event came first: one request."""
        seen = self.crm.window(after, self._stages(), changed_since, DealId(deal) if deal else None)
        sight = self._sight(seen.page.entries, seen.page.more)
        facts: dict[str, DealFacts] = {}
        if seen.facts:
            facts = dict.fromkeys(map(str, self.keys(seen.facts.deal.id)), seen.facts)
        touched = tuple(one for changed in seen.changed for one in self.keys(changed))
        return Sight(sight.records, sight.last, sight.newest, sight.more, touched, facts, seen.read_at)

    def keys(self, deal: int) -> list[RecordKey]:
        """All records a deal may have: one per active rule."""
        return [key(self.portal, deal, rule.id) for rule in self._active()]

    def since(self, moment: datetime, after: int) -> Sight:
        """One page of entries at or after the moment, above an id."""
        page = self.crm.entries_since(moment, self._stages(), after)
        return self._sight(page.entries, page.more)

    def beginnings(self) -> Mapping[str, str]:
        """When and where each active rule began."""
        return {rule.id: beginning(rule) for rule in self._active() if rule.since is not None}

    def before(self, rule: str) -> int:
        """How many entries into the stage of this rule there were before it began."""
        chosen = self.rules()[RuleId(rule)]
        return self.crm.entries_before(chosen.since, [chosen.stage]) if chosen.since else 0

    def company_of(self, requisite: int) -> CompanyId | None:
        return self.crm.company_of_requisite(RequisiteId(requisite))

    def _sight(self, entries: Sequence[StageEntry], more: bool) -> Sight:
        found = records(self.portal, self._active(), entries)
        last = max((entry.id for entry in entries), default=0)
        return Sight(tuple(found), last, max((entry.at for entry in entries), default=None), more)

    def _active(self) -> list[ActRule]:
        return [rule for rule in self.rules().values() if rule.active]

    def _stages(self) -> list[StageId]:
        return sorted({rule.stage for rule in self._active()})


def beginning(rule: ActRule) -> str:
    """What entries before a rule are counted by: moved to another moment or stage, it is another beginning."""
    return f"{text(rule.since)} {rule.stage}" if rule.since else ""
