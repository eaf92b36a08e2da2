"""Who is who: users of Bitrix24 ↔ users of 1C:DM, by the table, else by employee id, else by e-mail (rules, People)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from common.mapping.tables import EVERY_BASE, Table
from common.model.documents import OnecUser, OnecUserId
from common.model.ids import UserId
from common.ports import Clock

REMEMBERED = timedelta(hours=1)


class PortalUser(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def employee_id(self) -> str: ...


@dataclass
class Executors:
    """Looked up once an hour for each user. Two candidates, one dismissed, or none: nobody."""

    table: Callable[[], Table]
    portal: Callable[[UserId], PortalUser | None]
    onec: Callable[[str, str], Sequence[OnecUser]]
    """By e-mail and employee id."""
    clock: Clock
    _known: dict[UserId, tuple[datetime, str, OnecUserId | None]] = field(default_factory=dict)

    def onec_user(self, user: UserId) -> OnecUserId | None:
        """The one active user of 1C that this user is; None when there is none or more than one."""
        return self._look(user)[2]

    def name(self, user: UserId) -> str:
        """As people read it; "" when the portal does not say."""
        return self._look(user)[1]

    def _look(self, user: UserId) -> tuple[datetime, str, OnecUserId | None]:
        now = self.clock.now()
        known = self._known.get(user)
        if known is None or now - known[0] >= REMEMBERED:
            person = self.portal(user) if user else None
            name = person.name if person else ""
            self._known[user] = known = (now, name, self._mapped(user) or self._found(person))
        return known

    def _mapped(self, user: UserId) -> OnecUserId | None:
        named = self.table().find(EVERY_BASE, f"user:{user}")
        return OnecUserId(named) if named else None

    def _found(self, person: PortalUser | None) -> OnecUserId | None:
        if person is None:
            return None
        for email, employee in (("", person.employee_id), (person.email, "")):
            one = the_one(self.onec(email, employee), email, employee) if email or employee else None
            if one is not None:
                return one
        return None


def the_one(found: Sequence[OnecUser], email: str, employee: str) -> OnecUserId | None:
    """The only active one that really has this e-mail or employee id; case and spaces do not count."""
    fits = [one for one in found if one.active and _is(one, email, employee)]
    return fits[0].id if len(fits) == 1 else None


def _is(user: OnecUser, email: str, employee: str) -> bool:
    if employee:
        return user.employee_id.strip() == employee.strip()
    return user.email.strip().casefold() == email.strip().casefold()
