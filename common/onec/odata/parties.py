"""Counterparties, contracts and agreements: never by name alone, never the first of several (facts §3; rules, Parties).

Counterparties and contracts are asked for without `allowedOnly`: a hidden one must not look as if there were none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from common.errors import NeedsPerson, Stop
from common.model.acts import Contract, Counterparty, NewParty
from common.model.ids import EMPTY_REF, Ref
from common.model.parties import is_legal_entity
from common.onec.odata import query
from common.onec.odata.client import ODataClient, Row
from common.onec.odata.documents import fitted, linked
from common.onec.odata.once import Once
from common.onec.odata.values import day, plain, ref, some
from common.onec.odata.wire import side
from common.onec.profile import Agreements, Catalogs, Contracts, Partners

_ALIVE = "DeletionMark eq false"
_NO_FOLDER = "IsFolder eq false"


class Parties:
    """The parties of acts in one base. Raises what the client raises."""

    def __init__(self, client: ODataClient, catalogs: Catalogs, once: Once) -> None:
        self._client = client
        self._catalogs = catalogs
        self._once = once

    def counterparties(self, inn: str, kpp: str) -> list[Counterparty]:
        """By INN and KPP ("" for a person), not marked: one request."""
        return [party for party in self._with_tax_ids(inn, kpp, _ALIVE) if not party.marked]

    def counterparty(self, key: Ref) -> Counterparty | None:
        """By its `Ref_Key`, not marked: one request."""
        found = [party for party in self._found(query.link("Ref_Key", key)) if not party.marked]
        return found[0] if found else None

    def create_counterparty(self, party: NewParty, country: Ref | None = None) -> Counterparty:
        """The one counterparty with these tax ids, created when there is none, even marked; the caller holds a lease.

        Raises NeedsPerson `counterparty_ambiguous` for two, `counterparty_marked` when only a marked one exists, and
        InDoubt while one may still come of a write whose answer was lost.
        """
        parties = self._catalogs.counterparties
        party = replace(party, name=plain(party.name), full_name=plain(party.full_name))
        found = self._with_tax_ids(party.inn, party.kpp)
        if not found:
            partner = self._partner(party) if self._catalogs.partners else None
            body = self._counterparty(party, partner) | ({parties.country: country} if country else {})
            made, _ = self._once.create(parties.entity, _tax_ids(party), body)
            found = self._with_tax_ids(party.inn, party.kpp) or self._corrected(made, party)
        alive = [one for one in found if not one.marked]
        if len(alive) == 1:
            return alive[0]
        none = "counterparty_marked" if found else "counterparty_missing"
        raise NeedsPerson(self._stop("counterparty_ambiguous" if alive else none, party))

    def contracts(self, counterparty: Counterparty, organisation: Ref, currency: Ref) -> list[Contract]:
        """Open contracts with this buyer in that settlement currency, newest first: one request."""
        contracts = self._catalogs.contracts
        where = query.both(
            query.link(contracts.owner.name, counterparty.ref, _cast(contracts)),
            query.link(contracts.organisation, organisation),
            query.link(contracts.currency, currency),
            query.constants(contracts.opened),
            _ALIVE,
            _NO_FOLDER if contracts.folders else "",
        )
        select = ("Ref_Key", contracts.name.name, contracts.number, contracts.day)
        rows = self._client.rows(contracts.entity, where, select)
        found = [_contract(row, row[contracts.name.name], contracts.number, contracts.day, currency) for row in rows]
        return _newest_first(found)

    def create_contract(
        self, counterparty: Counterparty, organisation: Ref, currency: Ref, dated: date, number: str = ""
    ) -> Contract:
        """A contract of that day and number; searched for again, so that what is used is what 1C keeps."""
        contracts = self._catalogs.contracts
        body: dict[str, Any] = {
            **contracts.opened,
            **contracts.created,
            **linked(contracts.owner, counterparty.ref),
            contracts.organisation: organisation,
            contracts.currency: currency,
            contracts.name.name: f"Договор{f' № {number}' if number else ''} от {dated:%d.%m.%Y}",
            contracts.day: f"{dated.isoformat()}T00:00:00",
            **({contracts.number: number} if number else {}),
        }
        if contracts.partner:
            body[contracts.partner] = counterparty.partner or EMPTY_REF
        about = f"{counterparty.ref}/{organisation}/{currency}/{number}"
        made, _ = self._once.create(contracts.entity, about, body, salt=dated.isoformat())
        found = [one for one in self.contracts(counterparty, organisation, currency) if one.ref == made]
        if not found:
            raise NeedsPerson(self._stop("contract_missing", None, f"Ref_Key {made}"))
        return found[0]

    def agreements(self, counterparty: Counterparty, organisation: Ref, currency: Ref) -> list[Contract]:
        """Agreements in force for this client: his own, else the standard ones (facts §2.3); newest first."""
        agreements = self._catalogs.agreements
        if agreements is None:
            return []
        rows = [
            row
            for row in self._client.rows(agreements.entity, _for_client(agreements, counterparty), allowed_only=True)
            if _fits(agreements, row, organisation, currency)
        ]
        own = [row for row in rows if not row.get(agreements.standard)]
        return _newest_first([_agreement(agreements, row, currency) for row in own or rows])

    def _with_tax_ids(self, inn: str, kpp: str, alive: str = "") -> list[Counterparty]:
        parties = self._catalogs.counterparties
        where = query.both(
            query.equal(parties.inn, query.text(inn)),
            query.equal(parties.kpp, query.text(kpp)),
            alive,
            _NO_FOLDER if parties.folders else "",
        )
        return [party for party in self._found(where) if (party.inn, party.kpp) == (inn, kpp)]

    def _corrected(self, made: Ref, party: NewParty) -> list[Counterparty]:
        """Ours, entered earlier, whose KPP the accountant has corrected since; never another INN's (rules, Parties)."""
        return [one for one in self._found(query.link("Ref_Key", made)) if one.inn == party.inn]

    def _found(self, where: str) -> list[Counterparty]:
        parties = self._catalogs.counterparties
        named = ("Ref_Key", "Description", "DeletionMark", parties.inn, parties.kpp)
        rows = self._client.rows(parties.entity, where, (*named, *((parties.partner,) if parties.partner else ())))
        return [
            Counterparty(
                ref=ref(row["Ref_Key"]),
                name=str(row["Description"]),
                inn=str(row[parties.inn]).strip(),
                kpp=str(row[parties.kpp]).strip(),
                marked=bool(row["DeletionMark"]),
                partner=some(row.get(parties.partner)) if parties.partner else None,
            )
            for row in rows
        ]

    def _counterparty(self, party: NewParty, partner: Ref | None) -> dict[str, Any]:
        parties = self._catalogs.counterparties
        body: dict[str, Any] = {
            **(parties.legal if is_legal_entity(party.inn) else parties.person),
            parties.name.name: fitted(parties.name, party.name),
            parties.full_name.name: fitted(parties.full_name, party.full_name),
            parties.inn: party.inn,
            parties.kpp: party.kpp,
            parties.address: party.address,
        }
        body[parties.note] = "\n".join([party.note, party.address]) if parties.note == parties.address else party.note
        return body | ({parties.partner: partner} if partner else {})

    def _partner(self, party: NewParty) -> Ref:
        """The partner of a killed attempt (same name and our note), else a new one."""
        partners = self._catalogs.partners
        if partners is None:
            return EMPTY_REF
        left = self._left_partners(partners, party)
        if not left:
            return self._once.create(partners.entity, _tax_ids(party), _new_partner(partners, party))[0]
        if len(left) > 1:
            raise NeedsPerson(self._stop("counterparty_ambiguous", party))
        return left[0]

    def _left_partners(self, partners: Partners, party: NewParty) -> list[Ref]:
        named = query.equal(partners.name.name, query.text(fitted(partners.name, party.name)))
        rows = self._client.rows(partners.entity, query.both(named, _ALIVE), ("Ref_Key", partners.note))
        marks = [(ref(row["Ref_Key"]), str(row[partners.note]).strip()) for row in rows]
        return [key for key, mark in marks if mark and mark == _partner_note(party)]

    def _stop(self, reason: str, party: NewParty | None, details: str = "") -> Stop:
        base = self._client.base
        named = f"ИНН {party.inn} КПП {party.kpp or '—'}" if party else "договор с покупателем"
        subject = party.name if party else ""
        return Stop(reason, named, "accounting", side(base), subject, f"1C, base {base}", details)


def _new_partner(partners: Partners, party: NewParty) -> dict[str, Any]:
    return {
        **(partners.legal if is_legal_entity(party.inn) else partners.person),
        partners.name.name: fitted(partners.name, party.name),
        partners.full_name.name: fitted(partners.full_name, party.full_name),
        partners.note: _partner_note(party),
    }


def _partner_note(party: NewParty) -> str:
    """Tells our own partner, made for these tax ids, from others of the same name."""
    return f"{party.note}\nИНН {party.inn} КПП {party.kpp or '—'}"


def _tax_ids(party: NewParty) -> str:
    return f"{party.inn}/{party.kpp}"


def _cast(contracts: Contracts) -> str:
    return contracts.owner.target if contracts.owner.composite else ""


def _for_client(agreements: Agreements, counterparty: Counterparty) -> str:
    clients = [query.link(agreements.counterparty, counterparty.ref), query.equal(agreements.standard, "true")]
    if counterparty.partner:
        clients.append(query.link(agreements.partner, counterparty.partner))
    return query.both(query.constants(agreements.opened), _ALIVE, query.either(clients))


def _fits(agreements: Agreements, row: Mapping[str, Any], organisation: Ref, currency: Ref) -> bool:
    """For this organisation or any, in this settlement currency, about plain sales, not another client's."""
    settled = some(row.get(agreements.currency)) or ref(row.get(agreements.price_currency))
    name, sale = agreements.operation
    return (
        some(row.get(agreements.organisation)) in (None, organisation)
        and settled == currency
        and row.get(name) in ("", None, sale)
    )


def _contract(row: Row, name: str, number: str, dated: str, currency: Ref) -> Contract:
    return Contract(ref(row["Ref_Key"]), str(name), str(row.get(number) or "").strip(), day(row.get(dated)), currency)


def _agreement(agreements: Agreements, row: Row, currency: Ref) -> Contract:
    found = _contract(row, row["Description"], agreements.number, agreements.day, currency)
    needed = row.get(agreements.with_contracts)
    return replace(found, needs_contract=None if needed is None else bool(needed))


def _newest_first(found: list[Contract]) -> list[Contract]:
    return sorted(found, key=lambda one: (one.day or date.min, one.number), reverse=True)
