"""Each 1C base: whether it answers, and what the rules need it to have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from common.admin.doctor import judging
from common.admin.doctor.examining import Check
from common.admin.doctor.finding import Finding, unknown, well
from common.admin.doctor.house import In, given
from common.admin.doctor.keeping import STORE
from common.errors import Stop
from common.exchanges.acts import look_up
from common.exchanges.acts.model import ActRule, OwnCompany
from common.model.ids import BaseName
from common.settings.model import Base


@dataclass(frozen=True)
class BaseChecks:
    """Bases without a rule are asked whether they answer: at installation there is no rule yet."""

    use: In
    _offsets: dict[BaseName, float] = field(default_factory=dict)
    """Seconds each base's clock was ahead of ours when it answered."""

    def all(self) -> Iterator[Check]:
        none: Mapping[BaseName, Base] = {}
        for base in given(lambda: self.use.house.settings.onec, none):
            yield from self._of(base, [rule for rule in self.use.acts if rule.base == base])

    def _of(self, base: BaseName, rules: list[ActRule]) -> Iterator[Check]:
        name = f"base {base}"
        yield Check(name, partial(self._answers, base), needs=(STORE,))
        yield Check(f"{name} clock", partial(self._clock, base), needs=(name,))
        if rules and self.use.by_hand:
            yield Check(f"{name} $metadata", partial(self._metadata, base), needs=(name,))
        for profile in dict.fromkeys(rule.profile for rule in rules):
            look = partial(self._profile, base, profile)
            yield Check(f"{name} profiles", look, profile, needs=(name, f"{name} $metadata"))
        for rule in rules:
            about = f"rule {rule.id}"
            if rule.organisation:
                look = partial(self._organisation, rule, rule.organisation)
                yield Check(f"{name} organisations", look, about, needs=(name,))
            if rule.defaults:
                yield Check(f"{name} defaults", partial(self._defaults, rule), about, needs=(name, f"{name} $metadata"))

    def _answers(self, base: BaseName) -> Iterable[Finding]:
        name, left = f"base {base}", self.use.left_alone(f"base:{base}")
        if left:
            return [unknown(name, "", left, again=True)]
        moment = self.use.house.any_book(base).probe()
        self._offsets[base] = (moment - self.use.house.clock.now()).total_seconds()
        return [well(name, "", "answers over OData")]

    def _clock(self, base: BaseName) -> Iterable[Finding]:
        return [judging.clock(f"base {base} clock", f"base:{base}", self._offsets[base])]

    def _metadata(self, base: BaseName) -> Iterable[Finding]:
        """Read anew for a person, who may have just ticked what was missing; else the watch has read it today."""
        self.use.house.read_digest(base)
        return [well(f"base {base} $metadata", "", "read now")]

    def _profile(self, base: BaseName, profile: str) -> Iterable[Finding]:
        stops = self.use.house.books(base, profile).check()
        return judging.of_stops(f"base {base} profiles", profile, stops, "the base has all it needs")

    def _organisation(self, rule: ActRule, own: OwnCompany) -> Iterable[Finding]:
        books = self.use.house.books(rule.base, rule.profile)
        found = look_up.organisation(own, rule, self.use.house.table_book.tables(), books)
        stops = [found] if isinstance(found, Stop) else []
        return judging.of_stops(
            f"base {rule.base} organisations", f"rule {rule.id}", stops, "its organisation is there"
        )

    def _defaults(self, rule: ActRule) -> Iterable[Finding]:
        stops = look_up.lacking_defaults(rule, self.use.house.books(rule.base, rule.profile))
        good = f"all its defaults are there ({len(rule.defaults)})"
        return judging.of_stops(f"base {rule.base} defaults", f"rule {rule.id}", stops, good)
