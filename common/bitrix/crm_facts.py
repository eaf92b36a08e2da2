"""The facts of one deal put together from the outcomes of its commands (`crm_wire.facts`). Pure.

`further` says what is still to be asked, `assembled` gives the facts once it says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.bitrix import crm_rows, crm_wire
from common.bitrix.batch import Command, Outcome
from common.bitrix.crm_wire import COMPANY, CONTACT, PAGE
from common.bitrix.faults import exception
from common.errors import TryLater
from common.model.deals import Address, Deal, DealFacts, ProductRow, Requisite, RequisiteLink
from common.model.ids import DealId, RequisiteId

Outcomes = Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Reading:
    """One deal, what was answered about it so far, and the country of each requisite preset.

    Errors of single commands are raised as `faults.exception` says, but only when the deal needs what they gave.
    """

    number: DealId
    tag: str
    outcomes: Outcomes
    countries: Mapping[int, int]

    def further(self) -> dict[str, Command]:
        """Commands that are still to be run; empty when the facts are complete."""
        deal = self.deal()
        if deal is None or self._is_gone("rows0"):
            return {}
        needed = {
            f"{self.tag}rows{start}": crm_wire.rows(self.number, start) for start in range(0, self._total(), PAGE)
        }
        kind, owner = client_of(deal)
        if owner:
            needed |= crm_wire.owner(self.tag, kind, owner)
        missing = {name: command for name, command in needed.items() if name not in self.outcomes}
        return missing or self._missing_addresses(deal)

    def assembled(self) -> DealFacts | None:
        """The facts; None when the deal is gone. Raises `TryLater` when its rows changed while they were read."""
        deal = self.deal()
        if deal is None or self._is_gone("rows0"):
            return None
        kind, owner = client_of(deal)
        link = self._link()
        requisites = self._requisites(deal, link)
        return DealFacts(
            deal=deal,
            rows=self._rows(),
            link=link,
            requisites=requisites,
            own=self._linked(link).get(link.own) if link and link.own else None,
            addresses=self._addresses(kind, owner, requisites),
            client_name=self._client_name(kind, owner),
        )

    def deal(self) -> Deal | None:
        """The deal itself; None when it is gone."""
        if self._is_gone("deal"):
            return None
        item = self._result("deal")["item"]
        found = crm_rows.deal(item)
        if found.id != self.number:
            raise ValueError("another deal than asked for")
        return found

    def _rows(self) -> tuple[ProductRow, ...]:
        rows = [
            row
            for start in range(0, self._total(), PAGE)
            for row in crm_rows.product_rows(self._result(f"rows{start}"), self.number)
        ]
        if len({row.id for row in rows}) != self._total():
            raise TryLater("rows_changed_while_read", 5.0)
        return tuple(rows)

    def _total(self) -> int:
        self._result("rows0")
        return self.outcomes[f"{self.tag}rows0"].total or 0

    def _link(self) -> RequisiteLink | None:
        return crm_rows.link(self._result("link"), self.number)

    def _linked(self, link: RequisiteLink | None) -> dict[RequisiteId, Requisite]:
        """The requisites that the link names; without a link nothing was meant."""
        wanted = [one for one in (link.client, link.own) if one] if link else []
        return crm_rows.requisites(self._result("linked"), wanted, self.countries) if wanted else {}

    def _requisites(self, deal: Deal, link: RequisiteLink | None) -> tuple[Requisite, ...]:
        """Those of the client, and the linked one where it is the contact's beside a company."""
        kind, owner = client_of(deal)
        found = crm_rows.requisites_of(self._result(f"requisites{kind}"), kind, owner, self.countries) if owner else []
        chosen = self._linked(link).get(link.client) if link and link.client else None
        owners = {("company", deal.company), ("contact", deal.contact)}
        if chosen and (chosen.owner_kind, chosen.owner) in owners and chosen.id not in {one.id for one in found}:
            found.append(chosen)
        return tuple(found)

    def _missing_addresses(self, deal: Deal) -> dict[str, Command]:
        """Addresses by requisite, where asking by the client did not give them all."""
        kind, owner = client_of(deal)
        requisites = self._requisites(deal, self._link())
        name = f"{self.tag}addresses"
        if not owner or not requisites or name in self.outcomes or self._are_addresses_whole(kind, owner, requisites):
            return {}
        return {name: crm_wire.addresses([one.id for one in requisites])}

    def _are_addresses_whole(self, kind: int, owner: int, requisites: tuple[Requisite, ...]) -> bool:
        by_client = self._result(f"addresses{kind}")
        of_client = all(one.owner == owner and (one.owner_kind == "company") == (kind == COMPANY) for one in requisites)
        total = self.outcomes[f"{self.tag}addresses{kind}"].total or 0
        return of_client and total <= PAGE and crm_rows.is_anchored(by_client, kind, owner)

    def _addresses(self, kind: int, owner: int, requisites: tuple[Requisite, ...]) -> tuple[Address, ...]:
        name = "addresses" if f"{self.tag}addresses" in self.outcomes else f"addresses{kind}"
        return tuple(crm_rows.addresses(self._result(name), {one.id for one in requisites})) if owner else ()

    def _client_name(self, kind: int, owner: int) -> str:
        """Only a name to print: a client we may not read has none."""
        found = self.outcomes.get(f"{self.tag}client{kind}")
        return crm_rows.client_name(found.result, kind, owner) if owner and found and not found.fault else ""

    def _is_gone(self, name: str) -> bool:
        fault = self.outcomes[self.tag + name].fault
        return fault is not None and fault.is_gone

    def _result(self, name: str) -> Any:
        outcome = self.outcomes[self.tag + name]
        if outcome.fault:
            raise exception(outcome.fault, f"deal {self.number}, {name}")
        return outcome.result


def client_of(deal: Deal) -> tuple[int, int]:
    """Entity type and id of the deal's client: its company, else its contact; id 0 when it has neither."""
    return (COMPANY, deal.company) if deal.company else (CONTACT, deal.contact or 0)
