"""Bitrix24 as the acts exchange sees it: the `Crm` port over the client, read in batches (facts bitrix24 §4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from common.bitrix import batch, crm_rows, crm_wire
from common.bitrix.batch import LIMIT, Command, Commands, Outcome
from common.bitrix.client import BitrixClient
from common.bitrix.crm_facts import Reading
from common.bitrix.crm_wire import EACH, PAGE
from common.bitrix.dictionaries import Dictionaries, Stages
from common.bitrix.faults import PortalRefused, exception, plain, understood
from common.errors import ExchangeError, NeedsPerson, Stop
from common.model import moments
from common.model.deals import DealFacts, Stage
from common.model.ids import CompanyId, DealId, RequisiteId, StageId, UserId
from common.ports import Page, Window

_AT_ONCE = LIMIT // EACH
_FIELD = re.compile(r"UF_CRM_[A-Z0-9_]{1,43}")


class PortalCrm:
    """The `Crm` port. Requests: see each method; dictionaries are warm (`Dictionaries`)."""

    def __init__(self, client: BitrixClient, dictionaries: Dictionaries) -> None:
        self._client = client
        self._dictionaries = dictionaries

    def window(
        self, after: int, stages: Sequence[StageId], changed_since: datetime | None, deal: DealId | None
    ) -> Window:
        """One request; more only for over 50 changed deals, over 150 rows, or what `crm_facts` finds missing."""
        commands = {"now": Command("server.time", {})}
        commands |= {"history": crm_wire.history(after, stages)} if stages else {}
        commands |= {"changed": crm_wire.changed(changed_since)} if changed_since else {}
        commands |= crm_wire.facts(deal, "d_", alone=True) if deal else {}
        outcomes = self._client.batch(commands)
        with understood("window"):
            return Window(
                page=_page(outcomes["history"], "window") if stages else Page((), False),
                changed=self._changed(outcomes["changed"], changed_since) if changed_since else (),
                facts=self._completed({deal: "d_"}, outcomes)[deal] if deal else None,
                read_at=moments.parse(_result(outcomes["now"], "server.time")),
            )

    def entries_since(self, moment: datetime, stages: Sequence[StageId], after: int) -> Page:
        """One request; none without stages."""
        if not stages:
            return Page((), False)
        outcomes = self._client.batch({"history": crm_wire.history(after, stages, moment)})
        with understood("crm.stagehistory.list"):
            return _page(outcomes["history"], "crm.stagehistory.list")

    def entries_before(self, moment: datetime, stages: Sequence[StageId]) -> int:
        """One request; none without stages."""
        if not stages:
            return 0
        outcome = self._client.batch({"history": crm_wire.history_before(moment, stages)})["history"]
        with understood("crm.stagehistory.list"):
            _result(outcome, "crm.stagehistory.list")
            return int(outcome.total)  # type: ignore[arg-type]  # no total is what `understood` tells of

    def facts(self, deals: Sequence[DealId]) -> dict[DealId, DealFacts | None]:
        """One request for each seven deals; a further one for rows beyond 50 (alone: 150) and clients without company.

        One deal that the portal refuses to show fails the whole call: the caller may then ask for each alone.
        """
        found: dict[DealId, DealFacts | None] = {}
        wanted = list(dict.fromkeys(deals))
        for start in range(0, len(wanted), _AT_ONCE):
            tags = {deal: f"d{number}_" for number, deal in enumerate(wanted[start : start + _AT_ONCE])}
            commands: dict[str, Command] = {}
            for deal, tag in tags.items():
                commands |= crm_wire.facts(deal, tag, alone=len(wanted) == 1)
            outcomes = self._client.batch(commands)
            with understood("facts"):
                found |= self._completed(tags, outcomes)
        return found

    def write_fields(self, updates: Mapping[DealId, Mapping[str, str]]) -> dict[DealId, str]:
        """One request for each 50 deals, and one for each deal with a `$` in a value, which no batch may carry."""
        commands = {deal: crm_wire.update(deal, fields) for deal, fields in updates.items()}
        direct = [deal for deal, fields in updates.items() if not all(map(batch.is_safe, fields.values()))]
        batched = [deal for deal in commands if deal not in direct]
        failed: dict[DealId, str] = {}
        outcomes = self._client.batches({f"u{deal}": commands[deal] for deal in batched}, write=True)
        failed |= _failed({deal: outcomes[f"u{deal}"] for deal in batched})
        for deal in direct:
            failed |= self._written(deal, commands[deal])
        return failed

    def stages(self) -> Mapping[StageId, Stage]:
        """No request while warm; two when cold, and two when one is asked for that is not there (once a minute)."""
        return Stages(self._dictionaries)

    def company_of_requisite(self, requisite: RequisiteId) -> CompanyId | None:
        """One request."""
        outcomes = self._client.batch({"requisite": crm_wire.requisites([requisite])})
        with understood("crm.requisite.list"):
            result = _result(outcomes["requisite"], "crm.requisite.list")
            found = crm_rows.requisites(result, [requisite], {}).get(requisite)
        return CompanyId(found.owner) if found and found.owner_kind == "company" else None

    def is_active(self, user: UserId) -> bool:
        """One request. A user who is not shown (a bot, the hidden system user) does not work here (facts §8.1)."""
        result = self._client.call("user.get", {"FILTER": {"ID": user}}).result
        with understood("user.get"):
            rows = crm_rows.only(crm_rows.listed(result), lambda row: crm_rows.number(row, "ID") == user)
        return any(row.get("ACTIVE") is True for row in rows)

    def ensure_fields(self, names: Sequence[str]) -> list[str]:
        """One request when all are there, two when not. Raises `NeedsPerson` for a name the portal would refuse."""
        for name in names:
            if not _FIELD.fullmatch(name):
                hint = "UF_CRM_ and at most 43 of A-Z, 0-9 and _"
                raise NeedsPerson(Stop("field_name_invalid", name, "admin", "person", details=hint))
        there = self._field_names() if names else set()
        missing = [name for name in dict.fromkeys(names) if name not in there]
        commands = {f"f{number}": crm_wire.new_field(name) for number, name in enumerate(missing)}
        created = self._client.batches(commands, write=True)
        self._check_created(commands, created)
        return [name for number, name in enumerate(missing) if not created[f"f{number}"].fault]

    def probe(self) -> datetime:
        """One request."""
        with understood("server.time"):
            return moments.parse(self._client.call("server.time").result)

    def _changed(self, first: Outcome, since: datetime) -> tuple[DealId, ...]:
        """All pages: those after the first in one request for each 50 of them."""
        found = _ids(_result(first, "crm.item.list"))
        pages = -(-(first.total or 0) // PAGE) - 1
        while pages > 0 and found:
            commands = crm_wire.changed_after(since, found[-1], min(pages, LIMIT))
            more = _chained(commands, self._client.batch(commands))
            if not more:
                break
            found, pages = [*found, *more], pages - LIMIT
        return tuple(dict.fromkeys(found))

    def _completed(self, tags: Mapping[DealId, str], outcomes: dict[str, Outcome]) -> dict[DealId, DealFacts | None]:
        """Ask what is missing, for all deals together, until nothing is."""
        countries = self._dictionaries.countries()
        while True:
            readings = {deal: Reading(deal, tag, outcomes, countries) for deal, tag in tags.items()}
            missing: dict[str, Command] = {}
            for reading in readings.values():
                missing |= reading.further()
            if not missing:
                return {deal: reading.assembled() for deal, reading in readings.items()}
            outcomes = outcomes | self._client.batches(missing)

    def _written(self, deal: DealId, command: Command) -> dict[DealId, str]:
        try:
            self._client.call(command.method, command.params, write=True)
        except NeedsPerson as refused:
            gone = isinstance(refused, PortalRefused) and refused.fault.is_gone
            return {} if gone else {deal: refused.stops[0].details}
        return {}

    def _field_names(self) -> set[str]:
        names, start = set[str](), 0
        while True:
            answer = self._client.call("crm.deal.userfield.list", {"start": start})
            names |= {str(row.get("FIELD_NAME")) for row in crm_rows.listed(answer.result)}
            if not answer.next:
                return names
            start = answer.next

    def _check_created(self, commands: Commands, created: Mapping[str, Outcome]) -> None:
        """A field that somebody else created meanwhile is as good as ours."""
        faults = {name: outcome.fault for name, outcome in created.items() if outcome.fault}
        there = self._field_names() if faults else set()
        for name, fault in faults.items():
            fields = batch.mapping(commands[name].params["fields"])
            if fields["XML_ID"] not in there:
                raise exception(fault, commands[name].method, write=True)


def _result(outcome: Outcome, method: str) -> Any:
    if outcome.fault:
        raise exception(outcome.fault, method)
    return outcome.result


def _page(outcome: Outcome, method: str) -> Page:
    rows = crm_rows.listed(_result(outcome, method), "items")
    return Page(tuple(crm_rows.entry(row) for row in rows), more=len(rows) >= PAGE)


def _ids(result: Any) -> list[DealId]:
    return [DealId(int(row["id"])) for row in crm_rows.listed(result, "items")]


def _chained(commands: Commands, outcomes: Mapping[str, Outcome]) -> list[DealId]:
    """The pages up to the first short one: what follows it was asked with a reference to nothing."""
    found: list[DealId] = []
    for name in commands:
        page = _ids(_result(outcomes[name], "crm.item.list"))
        found += page
        if len(page) < PAGE:
            break
    return found


def _failed(outcomes: Mapping[DealId, Outcome]) -> dict[DealId, str]:
    """What a person has to look at, as text; everything else is raised: the same fields may be written again."""
    failed: dict[DealId, str] = {}
    for deal, outcome in outcomes.items():
        if outcome.fault is None or outcome.fault.is_gone:  # a deal that was deleted has nothing to be shown on
            continue
        error: ExchangeError = exception(outcome.fault, "crm.item.update", write=True)
        if not isinstance(error, NeedsPerson):
            raise error
        failed[deal] = plain(outcome.fault.text) or outcome.fault.code
    return failed
