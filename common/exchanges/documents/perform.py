"""The documents exchange as `flow.work` runs it: reads facts of a batch, publishes together, settles each pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from common.errors import NeedsPerson, SideRefused, Stop
from common.exchanges.documents import bound as bindings
from common.exchanges.documents import reading, together
from common.exchanges.documents.arriving import NOTHING, Arriving, mapping_stopped
from common.exchanges.documents.entry import is_before, rule_for
from common.exchanges.documents.model import DocumentRule, Facts
from common.exchanges.documents.pair import Pair
from common.exchanges.documents.records import file_of, is_file
from common.exchanges.documents.settling import settled
from common.exchanges.documents.tools import Tools
from common.model.ids import RecordKey
from common.model.records import Outcome, Record

Bound = Mapping[str, Any]
BASE = "base:dm"
"""The breaker of 1C:DM."""


@dataclass(frozen=True)
class Documents:
    """The exchange `documents`; one per process."""

    tools: Tools
    name: str = "documents"
    reported: dict[str, Any] = field(default_factory=dict)

    def settled(self, _bound: Bound | None) -> bool:
        """Never without a look at both sides."""
        return False

    def unread(self, _bound: Bound | None) -> bool:
        return False

    def side(self, _record: Record) -> str:
        return BASE

    def read(self, records: Sequence[Record], bound: Mapping[RecordKey, Bound]) -> dict[str, Facts]:
        """What both sides show of each record."""
        return reading.read(self.tools.archive, self.tools.disk, records, bound)

    def person(self, facts: Facts | None) -> int:
        """Who changed the file on Disk last, 0 when nobody did."""
        return facts.disk.updated_by if facts and facts.disk else 0

    def together(
        self, parts: Sequence[together.Part], bind_all: Callable[[Mapping[str, dict[str, Any]]], None]
    ) -> None:
        """First publications of small files, up to 40 in one request."""
        together.publish(self.tools, parts, list(self.tools.guards.standing()), bind_all)

    def carry(
        self, record: Record, facts: Facts | None, bound: Bound | None, bind: Callable[[dict[str, Any]], None]
    ) -> Outcome:
        """Bring the record's two sides to agreement."""
        facts = facts or Facts(None, None)
        if not is_file(record):
            return self._arrived(record, facts)
        rule = rule_for(self.tools.rules().values(), facts.card, str(bound["mapping"]) if bound else "")
        if rule is None:
            return self._without_rule(facts, bound, bind)
        if rule.id in self.tools.guards.standing():
            return Outcome(stops=(mapping_stopped(rule),), rule=rule.id)
        if bound is None and (left_out := _left_out(rule, facts, record)) is not None:
            return left_out
        return self._pair(record, rule, facts, bound, bind)

    def report(self, _carried: Sequence[tuple[Record, Bound]]) -> Mapping[str, Stop]:
        """Nothing: each file's two sides are written as it is carried."""
        return {}

    def _pair(
        self,
        record: Record,
        rule: DocumentRule,
        facts: Facts,
        bound: Bound | None,
        bind: Callable[[dict[str, Any]], None],
    ) -> Outcome:
        begun = {**bindings.DEFAULTS, **(bound or bindings.begun(rule, facts.card, file_of(record)))}
        pair = Pair(self.tools, record, rule, facts, begun, bind)
        try:
            outcome = settled(pair)
        except NeedsPerson as needs:
            stops = [replace(stop, subject=stop.subject or pair.name) for stop in needs.stops]
            outcome = pair.waits(stops, isinstance(needs, SideRefused))
        pair.show_waiting(outcome.stops)
        return outcome

    def _arrived(self, record: Record, facts: Facts) -> Outcome:
        if facts.disk is None:
            return NOTHING
        return Arriving(self.tools, record, facts.disk).carried(self.tools.guards.standing())

    def _without_rule(self, facts: Facts, bound: Bound | None, bind: Callable[[dict[str, Any]], None]) -> Outcome:
        """A kind nobody chose; a pair whose mapping was taken away stays as it is, and is looked after no more."""
        if facts.card is None:
            return NOTHING
        if bound is not None and bound.get("out"):
            bind({**bound, "out": False})
        return Outcome(excluded="not_selected", target=bindings.shown_target(bound) if bound else "")


def _left_out(rule: DocumentRule, facts: Facts, record: Record) -> Outcome | None:
    if facts.card is None or facts.file is None or facts.card.marked or facts.file.marked:
        return NOTHING
    if is_before(rule, facts.file) and not record.body.get("taken_in") and not record.body.get("submitted"):
        return Outcome(excluded="before_start", rule=rule.id)
    return None
