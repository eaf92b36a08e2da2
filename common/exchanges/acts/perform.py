"""The acts exchange at work: reads facts, asks `decide`, performs the effects through ports (rules, Acts).

The binding's `state` is `creating` from just before the write and `created` from just after it; `back` tells whether
the act is shown on the deal. Killed at any point, the next run finds the act by its key or mark and goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from common.errors import AlreadyThere, InDoubt, NeedsPerson, SideRefused, Stop, TryLater
from common.exchanges.acts import bound as bindings
from common.exchanges.acts import decide, look_up
from common.exchanges.acts.bases import Bases
from common.exchanges.acts.bound import Bound
from common.exchanges.acts.entry import excluded
from common.exchanges.acts.model import ActRule, Draft, Place, Stopped, Tables
from common.exchanges.acts.records import entry_of, rule_of
from common.model.acts import Act, Rate, StoredAct
from common.model.deals import DealFacts, StageEntry
from common.model.ids import BaseName, DealId, RuleId
from common.model.moments import business_date, parse
from common.model.records import Outcome, Record
from common.ports import Accounting, Clock, Crm, Leases

Bind = Callable[[dict[str, Any]], None]
"""Keeps a binding's data at once; raises Stale when the claim was lost meanwhile."""

WRITE_SECONDS = 150.0
"""How long one writer may hold a base: POST and read-back with their time-outs."""
WRITER_PATIENCE = 60.0
LATEST_COMMIT = timedelta(seconds=130)
"""After a lost answer 1C may still commit until its write time-out; only then is absence certain."""


@dataclass(frozen=True)
class Acts:
    """The exchange `acts` as `flow.work` runs it; one per process, for all rules and bases."""

    crm: Crm
    books: Callable[[BaseName, str], Accounting]
    rules: Callable[[], Mapping[RuleId, ActRule]]
    tables: Callable[[], Tables]
    place: Place
    bases: Bases
    leases: Leases
    clock: Clock
    name: str = "acts"

    @property
    def reported(self) -> dict[str, Any]:
        """The binding of an act that is shown on its deal."""
        return {"back": True}

    def together(self, _parts: object, _bind_all: object, /) -> None:
        """Nothing: each act is written alone."""

    def settled(self, bound: Bound | None) -> bool:
        """Nothing is left to do for a record so bound."""
        return bindings.settled(bound)

    def unread(self, bound: Bound | None) -> bool:
        """The act exists and only has to be shown on its deal."""
        return bindings.created(bound)

    def side(self, record: Record) -> str:
        """The breaker that stands before this record: its base's."""
        rule = self.rules().get(rule_of(record))
        return f"base:{rule.base}" if rule else ""

    def read(self, records: Sequence[Record], _bound: object = None, /) -> dict[str, DealFacts | None]:
        """The facts of every record's deal, batched; None for a deal that is gone."""
        deals = list(dict.fromkeys(entry_of(record).deal for record in records))
        facts = self.crm.facts(deals)
        return {record.key: facts.get(entry_of(record).deal) for record in records}

    def person(self, facts: DealFacts | None) -> int:
        """The deal's responsible, 0 when the deal is gone."""
        return facts.deal.responsible if facts else 0

    def carry(self, record: Record, facts: DealFacts | None, bound: Bound | None, bind: Bind) -> Outcome:
        """Create the record's one act unless it exists; `report` then shows it on the deal.

        Raises NeedsPerson, SideDown, TryLater and InDoubt as the sides do.
        """
        rule = self.rules().get(rule_of(record))
        if bound is not None and bindings.created(bound):
            return bindings.outcome(self._looked_at(record, bound) if bound["differs"] else bound)
        left = self._left_elsewhere(record, rule, facts, bound, bind)
        if left is not None:
            return left
        if rule is None or not rule.active:
            return Outcome(excluded="not_selected", rule=rule_of(record))
        attempt = _Attempt(self, record, entry_of(record), rule, self.books(rule.base, rule.profile), bound, bind)
        deal, taken_in = facts.deal if facts else None, bool(record.body.get("taken_in"))
        left_out = excluded(rule, attempt.entry, deal, self.crm.stages(), taken_in)
        if left_out is None and facts is not None:
            return attempt.create(facts)
        return attempt.adopt(self.person(facts)) or Outcome(
            excluded=left_out.rule if left_out else "deal_deleted", rule=rule.id, person=self.person(facts)
        )

    def _left_elsewhere(
        self, record: Record, rule: ActRule | None, facts: DealFacts | None, bound: Bound | None, bind: Bind
    ) -> Outcome | None:
        """A killed run may have written the act where the rule, changed since, no longer looks: then it is bound."""
        if bound is None or (rule and rule.active and (rule.base, rule.profile) == (bound["base"], bound["profile"])):
            return None
        entry, base, profile = entry_of(record), BaseName(bound["base"]), str(bound["profile"])
        earlier = replace(
            rule or ActRule(rule_of(record), entry.category, entry.stage, base, profile), base=base, profile=profile
        )
        return _Attempt(self, record, entry, earlier, self.books(base, profile), bound, bind).adopt(self.person(facts))

    def _looked_at(self, record: Record, bound: Bound) -> Bound:
        """What 1C kept otherwise is settled when a person says so, or has changed the act since, where it is bound."""
        stored = self.books(BaseName(bound["base"]), str(bound["profile"])).read(bound["ref"])
        rule = self.rules().get(rule_of(record))
        return bindings.looked_at(bound, stored, rule, bool(record.body.get("confirmed")))

    def report(self, carried: Sequence[tuple[Record, Bound]]) -> dict[str, Stop]:
        """Show each act on its deal, all in one request; the records whose deal refused, with a stop."""
        wanted = [(record, bound) for record, bound in carried if not bound["back"]]
        updates: dict[DealId, dict[str, str]] = {}
        for record, bound in wanted:
            rule = self.rules().get(rule_of(record))
            if rule is not None:
                updates.setdefault(entry_of(record).deal, {}).update(bindings.shown(rule, bound))
        failed = self.crm.write_fields(updates) if updates else {}
        return {
            record.key: _not_written(entry_of(record), failed[entry_of(record).deal], self.place)
            for record, _ in wanted
            if entry_of(record).deal in failed
        }


@dataclass(frozen=True)
class _Attempt:
    """One run for one record: the collaborators of `Acts` with what belongs to this record."""

    acts: Acts
    record: Record
    entry: StageEntry
    rule: ActRule
    books: Accounting
    bound: Bound | None
    bind: Bind

    def create(self, facts: DealFacts) -> Outcome:
        """Decide, write, bind at once, compare what 1C kept."""
        try:
            stored, act = self._written(facts)
        except SideRefused:
            raise
        except NeedsPerson as stopped:
            raise NeedsPerson(*(self._named(stop) for stop in stopped.stops)) from None
        # An attempt whose answer was lost may have sent another day: that was right when it was sent.
        act = replace(act, day=stored.day) if stored.day in bindings.sent_days(self.bound) else act
        apart = "; ".join(self.books.differences(act, stored))
        return bindings.outcome(self._bound_to(stored, facts.deal.responsible, apart))

    def _named(self, stop: Stop) -> Stop:
        """What a base lacks is named with the profile that wants it, whoever noticed first: one cause, told once."""
        return replace(stop, subject=self.rule.profile) if stop.reason == "profile_missing" else stop

    def adopt(self, person: int) -> Outcome | None:
        """The entry no longer calls for an act, but a killed run may have written one: then it is bound, not lost."""
        if self.bound is None:
            return None
        acts = self.acts
        ref, token = decide.act_key(acts.place.portal, self.entry.deal, self.rule.id, bindings.generation(self.bound))
        day = business_date(self.entry.at, acts.place.zone)
        stored = self.books.read(ref) or self._marked(token, day)
        return bindings.outcome(self._bound_to(stored, person)) if stored else None

    def _bound_to(self, stored: StoredAct, person: int, differs: str = "") -> dict[str, Any]:
        link = self.books.link(stored.ref)
        binding = bindings.binding(self.record, self.rule, self.bound, stored, link, person, differs)
        self.bind(binding)
        return binding

    def _written(self, facts: DealFacts) -> tuple[StoredAct, Act]:
        lacking = self.books.check()
        if lacking:
            raise NeedsPerson(*lacking)
        drafted = decide.draft(facts, self.entry, self.rule, self.acts.tables(), self.books.needs, self.acts.place)
        if isinstance(drafted, Stopped):
            raise NeedsPerson(*_with_suggestions(drafted.stops, self.books))
        try:
            act = self._act(drafted)
            return self._created(act), act
        except SideRefused as refusal:
            opened = _first_open_day(refusal) if self.rule.closed_period == "first_open_day" else None
            if opened is None or opened <= drafted.day:
                raise
            act = self._act(look_up.moved(drafted, opened))
            return self._created(act), act

    def _act(self, drafted: Draft) -> Act:
        acts, rule, books = self.acts, self.rule, self.books
        rate: Rate | None = look_up.rate(drafted, rule, books)
        if rule.currency == "convert":
            drafted, rate = decide.in_act_currency(drafted, rate), None
        known = look_up.known(drafted, rule, acts.tables(), books, acts.leases)
        generation = bindings.generation(self.bound)
        act = decide.act(
            drafted, self.entry, rule, known, look_up.vat_values(drafted, books), rate, acts.place, generation
        )
        if isinstance(act, Stopped):
            raise NeedsPerson(*act.stops)
        return act

    def _created(self, act: Act) -> StoredAct:
        """Exactly one: where 1C honours our key the write is the look-up, elsewhere our mark is (rules, One)."""
        acts = self.acts
        with acts.leases.hold(f"writer:{act.base}", WRITE_SECONDS, WRITER_PATIENCE):
            if not acts.bases.honours_keys(act.base):
                found = self._marked(act.token, act.day)
                if found is not None:
                    return found
            intent = bindings.intent(self.record, self.rule, self.bound, act.day, acts.clock.now())
            self.bind(intent)
            try:
                stored, is_new = self._sent(act)
            except SideRefused:
                self.bind(bindings.refused(intent, self.bound))
                raise
        acts.bases.learn(act.base, stored.ref == act.ref)
        # The next writer need not wait for our reading.
        return self.books.read_back(act, stored) if is_new else stored

    def _sent(self, act: Act) -> tuple[StoredAct, bool]:
        """The act in 1C, and whether this very write made it."""
        try:
            return self.books.write(act), True
        except AlreadyThere:
            stored = self.books.read(act.ref)
        except InDoubt:
            stored = self.books.read(act.ref) or self._only(act.token, act.day)
            if stored is None:
                raise
        if stored is None:
            raise TryLater("act_vanished")
        return stored, False

    def _marked(self, token: str, day: date) -> StoredAct | None:
        """The act by its mark, on this day or any sent before. Absent soon after a lost write it may still come: wait,
        never resend blindly.
        """
        found = self._only(token, day, *bindings.sent_days(self.bound))
        if found is None and self.bound is not None and self.bound["intent_at"]:
            left = parse(self.bound["intent_at"]) + LATEST_COMMIT - self.acts.clock.now()
            if left > timedelta():
                raise InDoubt("write_may_still_come", after=left.total_seconds())
        return found

    def _only(self, token: str, *days: date) -> StoredAct | None:
        seen = {one.ref: one for day in sorted(set(days)) for one in self.books.find(token, day)}
        found = list(seen.values())
        if len(found) > 1:
            numbers = ", ".join(one.number for one in found)
            where = f"1C, base {self.rule.base}"
            raise NeedsPerson(Stop("act_doubled", token, "accounting", "person", where=where, details=numbers))
        return found[0] if found else None


def _with_suggestions(stops: Sequence[Stop], books: Accounting) -> list[Stop]:
    """For unmapped nomenclature, names of 1C that look alike."""
    return [
        replace(stop, details="; ".join(books.similar_items(stop.field.partition("; ")[0])))
        if stop.reason == "nomenclature_unmapped"
        else stop
        for stop in stops
    ]


def _first_open_day(refusal: SideRefused) -> date | None:
    """The date 1C names in "Запрещено изменять данные с датой ранее 01.02.2026" (facts onec-odata §2.1)."""
    for stop in refusal.stops:
        named = re.search(r"(\d{2})\.(\d{2})\.(\d{4})", stop.details)
        if stop.reason == "period_closed" and named:
            day, month, year = (int(part) for part in named.groups())
            return date(year, month, day)
    return None


def _not_written(entry: StageEntry, text: str, place: Place) -> Stop:
    where = f"{place.url}/crm/deal/details/{entry.deal}/"
    return Stop("not_written_back", "поля акта в сделке", "crm", f"deal:{entry.deal}", where=where, details=text)
