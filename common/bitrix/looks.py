"""What the portal shows of itself and of us, for the doctor: one request that only reads (facts bitrix24 §1.2, §3.3,
§4.4, §8.1). Each question has its own answer, so a scope that is missing hides nothing but what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from common.bitrix import batch, crm_rows, crm_wire
from common.bitrix.batch import Command, Commands, Outcome
from common.bitrix.bindings import HANDLERS, Handler, handlers
from common.bitrix.client import BitrixClient
from common.bitrix.faults import exception, understood
from common.model import moments
from common.model.ids import StageId, UserId

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked besides the clock, the caller and his scopes.

    users         who is looked up
    funnels       of deals, whose stages are read; with any the deal's fields are read too
    application   the handlers of its events
    actions       the actions it offers to business processes
    """

    users: Sequence[UserId] = ()
    funnels: Sequence[int] = ()
    application: bool = False
    actions: bool = False


@dataclass(frozen=True, slots=True)
class Acting:
    """The user in whose name we call."""

    id: UserId
    admin: bool


@dataclass(frozen=True)
class Seen:
    """The answers. Each raises what its own question was refused with: `NeedsPerson` for a scope or right, `TryLater`,
    `SideDown`."""

    commands: Commands
    outcomes: Mapping[str, Outcome]

    def clock(self) -> datetime:
        """The portal's, UTC, to the second."""
        return self._read("clock", moments.parse)

    def acting(self) -> Acting:
        return self._read("acting", lambda row: Acting(UserId(int(row["ID"])), row["ADMIN"] is True))

    def scopes(self) -> frozenset[str]:
        """Those the webhook or the application has."""
        return self._read("scopes", lambda rows: frozenset(map(str, _listed(rows))))

    def handlers(self) -> list[Handler]:
        """Event, address and user of each online handler of this application."""
        return self._read("handlers", handlers)

    def actions(self) -> frozenset[str]:
        """Codes of the application's actions."""
        return self._read("actions", lambda rows: frozenset(map(str, _listed(rows))))

    def fields(self) -> frozenset[str]:
        """Names of the deal's fields; user fields as they are named everywhere else, `UF_CRM_…`."""
        return self._read("fields", lambda found: frozenset(batch.mapping(found["fields"])))

    def funnels(self) -> frozenset[int]:
        """Ids of the deals' funnels."""
        return self._read("funnels", lambda found: frozenset(int(one["id"]) for one in _listed(found["categories"])))

    def stages(self, funnel: int) -> frozenset[StageId]:
        """Of one funnel that was asked for; none for a funnel there is not."""
        return self._read(_stages(funnel), lambda rows: frozenset(one.id for one in crm_rows.stages(rows, funnel)))

    def works_here(self, user: UserId) -> bool:
        """Of one user who was asked for. One who is not shown (a bot, the system user) does not (facts §8.1)."""
        return self._read(_user(user), lambda rows: any(_is_at_work(one, user) for one in crm_rows.listed(rows)))

    def _read(self, name: str, parse: Callable[[Any], Found]) -> Found:
        outcome, method = self.outcomes[name], self.commands[name].method
        if outcome.fault:
            raise exception(outcome.fault, method)
        with understood(method):
            return parse(outcome.result)


class PortalLook:
    """Looks at the portal as one caller."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def see(self, wanted: Wanted) -> Seen:
        """One request for each 50 questions. Raises what the portal refuses all of them with."""
        commands = asked(wanted)
        return Seen(commands, self._client.batches(commands))


def asked(wanted: Wanted) -> dict[str, Command]:
    """The questions by our names for them."""
    commands = {"clock": Command("server.time", {}), "acting": Command("profile", {}), "scopes": Command("scope", {})}
    commands |= {"handlers": HANDLERS} if wanted.application else {}
    commands |= {"actions": Command("bizproc.activity.list", {})} if wanted.actions else {}
    if wanted.funnels:
        commands |= {"fields": crm_wire.deal_fields(), "funnels": crm_wire.categories()}
    commands |= {_stages(one): crm_wire.statuses(one) for one in wanted.funnels}
    return commands | {_user(one): Command("user.get", {"FILTER": {"ID": one}}) for one in wanted.users}


def _stages(funnel: int) -> str:
    return f"stages{funnel}"


def _user(user: UserId) -> str:
    return f"user{user}"


def _listed(rows: Any) -> list[Any]:
    """A list of names; TypeError for anything else, which `understood` tells of."""
    if not isinstance(rows, list):
        raise TypeError("not a list")
    return rows


def _is_at_work(row: Mapping[str, Any], user: UserId) -> bool:
    """A filter that the scope does not allow is dropped, and everybody comes."""
    return str(row.get("ID")) == str(user) and row.get("ACTIVE") is True
