"""The portal: one request brings all answers, and each is judged for itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from common.admin.doctor import judging
from common.admin.doctor.examining import Check, Look
from common.admin.doctor.finding import Finding, unknown, well, wrong
from common.admin.doctor.house import In, given
from common.admin.doctor.judging import Use
from common.admin.doctor.keeping import STORE
from common.bitrix.actions import SEND_FILE
from common.bitrix.faults import PORTAL
from common.bitrix.looks import Seen, Wanted
from common.errors import NeedsPerson, SideDown, Stop, TryLater
from common.exchanges.acts.model import ActRule
from common.model.ids import UserId

NAME = "portal"
NOT_INSTALLED = "not_installed"


@dataclass(frozen=True)
class PortalChecks:
    use: In

    def all(self) -> Iterator[Check]:
        yield Check(NAME, self._answers, needs=(STORE,))
        yield self._check("portal clock", self._clock)
        yield self._check("portal scopes", lambda: judging.scopes(self._seen.scopes(), self._used))
        yield self._check("portal events", self._events)
        if self._used.application and self._used.documents:
            yield self._check("portal actions", self._action)
        for rule in self.use.acts:
            yield self._check("portal stages", partial(self._stage, rule), f"rule {rule.id}")
            yield self._check("portal fields", partial(self._fields, rule), f"rule {rule.id}")
        for user in self._people:
            yield self._check("portal people", partial(self._person, user), f"user {user}")

    def _check(self, name: str, look: Look, about: str = "") -> Check:
        return Check(name, look, about, needs=(NAME,))

    @cached_property
    def _used(self) -> Use:
        webhook = given(lambda: self.use.house.settings.bitrix.webhook_url, None)
        return Use(webhook is None, bool(self.use.acts), self.use.house.settings.has_dm)

    @cached_property
    def _people(self) -> Mapping[UserId, str]:
        """Who is told what, and the setting that names him."""
        people = given(lambda: self.use.house.settings.people, None)
        if people is None:
            return {}
        return {
            **dict.fromkeys(people.accountants, "ACCOUNTANT_USER_IDS"),
            **dict.fromkeys(people.admins, "ADMIN_USER_IDS"),
        }

    @cached_property
    def _seen(self) -> Seen:
        funnels = sorted({rule.category for rule in self.use.acts})
        application = self._used.application
        wanted = Wanted(list(self._people), funnels, application, application and self._used.documents)
        return self.use.house.portal_look.see(wanted)

    def _answers(self) -> Iterable[Finding]:
        left = self.use.left_alone(PORTAL)
        if left:
            return [unknown(NAME, "", left, again=True)]
        try:
            acting = self._seen.acting()
        except TryLater as reason:
            if reason.reason != NOT_INSTALLED:
                raise
            raise SideDown(PORTAL, NOT_INSTALLED) from None
        how = "an administrator" if acting.admin else "no administrator"
        return [well(NAME, "", f"answers; we act as user {acting.id}, {how}")]

    def _clock(self) -> Iterable[Finding]:
        """As of the one request, which was just now."""
        offset = (self._seen.clock() - self.use.house.clock.now()).total_seconds()
        return [judging.clock("portal clock", PORTAL, offset)]

    def _events(self) -> Iterable[Finding]:
        if self._used.application:
            return [judging.events(self._seen.handlers(), self.use.house.wanted_events())]
        return [unknown("portal events", "", BY_HAND, HOW)]

    def _action(self) -> Iterable[Finding]:
        """A plan without processes does not know the method; everything else works there all the same."""
        try:
            there = SEND_FILE in self._seen.actions()
        except NeedsPerson as needs:
            why = needs.stops[0].reason
            return [unknown("portal actions", "", f'"Send to 1C" is not offered: {why}')]
        if there:
            return [well("portal actions", "", '"Send to 1C" is offered')]
        return [wrong("portal actions", "", Stop("action_missing", SEND_FILE, "admin", "person"))]

    def _stage(self, rule: ActRule) -> Iterable[Finding]:
        return [judging.stage(rule, self._seen.funnels(), self._seen.stages(rule.category))]

    def _fields(self, rule: ActRule) -> Iterable[Finding]:
        return [judging.fields(rule, self._seen.fields())]

    def _person(self, user: UserId) -> Iterable[Finding]:
        return [judging.person(user, self._people[user], self._seen.works_here(user))]


BY_HAND = "an incoming webhook cannot see the outgoing ones"
HOW = (
    "Look in the portal whether an outgoing webhook brings the events of README to PUBLIC_BASE_URL/bitrix-deal-changed."
)
