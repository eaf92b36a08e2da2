"""What 1C must be asked for one draft, asked in the order that stops earliest (rules, Parties and Rows)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from common.errors import NeedsPerson, Stop
from common.exchanges.acts import decide
from common.exchanges.acts.lines import mapping_stop
from common.exchanges.acts.model import ActRule, Draft, Known, OwnCompany, Tables
from common.model.acts import Contract, Counterparty, NewParty, Rate, VatValue
from common.model.ids import Ref
from common.ports import Accounting, Leases

CREATE_SECONDS = 150.0
"""How long one may create a counterparty alone: longer than the client's write time-out."""


def rate(drafted: Draft, rule: ActRule, books: Accounting) -> Rate | None:
    """The rate of the act date for a foreign currency, None for roubles. Raises NeedsPerson `rate_missing`."""
    if drafted.currency == decide.ROUBLE:
        return None
    found = books.rate(_currency(drafted.currency, rule, books), drafted.day)
    if found is None:
        named = f"{drafted.currency}, {drafted.day:%d.%m.%Y}"
        raise NeedsPerson(Stop("rate_missing", named, "accounting", f"base:{rule.base}", where=f"1C, base {rule.base}"))
    return found


def known(drafted: Draft, rule: ActRule, tables: Tables, books: Accounting, leases: Leases) -> Known:
    """Everything the act refers to, checked to exist. Raises NeedsPerson with all stops of the dictionaries at once."""
    stops: list[Stop] = []
    own = _kept(organisation(drafted.organisation, rule, tables, books), stops)
    items = _items(drafted, rule, books, stops)
    units = _units(drafted, rule, books, leases, stops)
    defaults = {name: _default(name, choice, rule, books, stops) for name, choice in rule.defaults.items()}
    currency = _currency(drafted.currency, rule, books)
    if stops or own is None:
        raise NeedsPerson(*stops)
    buyer = _buyer(drafted, rule, tables, books, leases)
    agreement = _agreement(drafted, rule, books, buyer, own, currency)
    contract = _contract(drafted, rule, books, leases, buyer, own, currency, agreement)
    return Known(
        organisation=own,
        counterparty=buyer.ref,
        partner=buyer.partner,
        contract=contract,
        agreement=agreement.ref if agreement else None,
        items=items,
        units=units,
        refs=defaults,
        line_refs=defaults,
        currency=currency,
        rouble=_currency(decide.ROUBLE, rule, books),
    )


def vat_values(drafted: Draft, books: Accounting) -> Sequence[VatValue]:
    """What the base offers; asked again when a rate of the draft is not among it: it may have just been added."""
    values = books.vat_values()
    offered = {value.rate for value in values}
    return values if all(line.vat_rate in offered for line in drafted.lines) else books.vat_values(afresh=True)


def organisation(own: OwnCompany, rule: ActRule, tables: Tables, books: Accounting) -> Ref | Stop:
    """Organisations are read once a day; one that is not among them may have just been entered."""
    found = decide.our_organisation(own, rule, tables, books.organisations())
    if isinstance(found, Stop):
        return decide.our_organisation(own, rule, tables, books.organisations(afresh=True))
    return found


def lacking_defaults(rule: ActRule, books: Accounting) -> list[Stop]:
    """What of the rule's defaults is not in its base: none, or several of that name."""
    stops: list[Stop] = []
    for name, choice in rule.defaults.items():
        _default(name, choice, rule, books, stops)
    return stops


def _buyer(drafted: Draft, rule: ActRule, tables: Tables, books: Accounting, leases: Leases) -> Counterparty:
    client = drafted.client
    named = decide.named_counterparty(drafted, rule, tables)
    bound = None if named else books.created_for(client.owner, client.inn, client.kpp)
    if bound is not None:
        return bound
    found = list(books.counterparties(client.inn, client.kpp))
    if named and all(one.ref != named for one in found):
        found += [party for party in [books.counterparty(named)] if party]
    chosen = decide.counterparty(drafted, rule, tables, found)
    if isinstance(chosen, Stop):
        raise NeedsPerson(chosen)
    if chosen is not None:
        return chosen
    note = f"Создано из Битрикс24, {client.owner}"
    party = NewParty(client.name, client.full_name, client.inn, client.kpp, client.address, note, client.owner)
    # OData enforces no uniqueness: two workers at once would make two of the same (facts onec-odata §3).
    with leases.hold(f"counterparty:{rule.base}", CREATE_SECONDS, 30):
        return books.create_counterparty(party)


def _agreement(
    drafted: Draft, rule: ActRule, books: Accounting, buyer: Counterparty, organisation: Ref, currency: Ref
) -> Contract | None:
    if not books.needs.agreement:
        return None
    found = books.agreements(buyer, organisation, currency)
    chosen = decide.contract(drafted, rule, found, "agreement")
    if isinstance(chosen, Stop):
        raise NeedsPerson(chosen)
    return next((one for one in found if one.ref == chosen), None)


def _contract(
    drafted: Draft,
    rule: ActRule,
    books: Accounting,
    leases: Leases,
    buyer: Counterparty,
    organisation: Ref,
    currency: Ref,
    agreement: Contract | None,
) -> Ref | None:
    """In Trade and ERP the agreement's flag says whether there is to be one; not asked for where there is none. Without
    the flag, none found is no fault there (facts onec-odata §2.3)."""
    if agreement is not None and agreement.needs_contract is False:
        return None
    optional = agreement is not None and agreement.needs_contract is None
    chosen = _chosen_contract(drafted, rule, books, buyer, organisation, currency, optional)
    if chosen is not None or not rule.create_contract:
        return chosen
    # As with counterparties: two deals of one client must not make two contracts.
    with leases.hold(f"contract:{rule.base}", CREATE_SECONDS, 30):
        chosen = _chosen_contract(drafted, rule, books, buyer, organisation, currency, optional)
        return chosen or _new_contract(drafted, books, buyer, organisation, currency)


def _new_contract(drafted: Draft, books: Accounting, buyer: Counterparty, organisation: Ref, currency: Ref) -> Ref:
    """With the number that the deal names, so that the next deal of that number finds it."""
    return books.create_contract(buyer, organisation, currency, drafted.day, drafted.contract_number).ref


def _chosen_contract(
    drafted: Draft,
    rule: ActRule,
    books: Accounting,
    buyer: Counterparty,
    organisation: Ref,
    currency: Ref,
    optional: bool,
) -> Ref | None:
    found = books.contracts(buyer, organisation, currency)
    if not found and optional and not rule.create_contract:
        return None
    chosen = decide.contract(drafted, rule, found)
    if isinstance(chosen, Stop):
        raise NeedsPerson(chosen)
    return chosen


def _items(drafted: Draft, rule: ActRule, books: Accounting, stops: list[Stop]) -> dict[str, Ref]:
    if not books.needs.item:
        return {}
    found = {}
    for line in drafted.lines:
        if line.item not in found:
            ref = _kept(decide.single(line.text, line.item, books.item(line.item), rule, "item"), stops)
            found[line.item] = ref or Ref("")
    return found


def _units(drafted: Draft, rule: ActRule, books: Accounting, leases: Leases, stops: list[Stop]) -> dict[str, Ref]:
    if not books.needs.unit:
        return {}
    found: dict[str, Ref] = {}
    for code, name in {line.unit: line.unit_name for line in drafted.lines}.items():
        ref = books.unit(code) or (_new_unit(code, name, rule, books, leases) if rule.create_unit else None)
        if ref is None:
            stops.append(mapping_stop("units", "unit_unmapped", [f"{code} {name}"]))
        else:
            found[code] = ref
    return found


def _new_unit(code: str, name: str, rule: ActRule, books: Accounting, leases: Leases) -> Ref:
    with leases.hold(f"unit:{rule.base}", CREATE_SECONDS, 30):
        return books.create_unit(code, name)


def _default(name: str, choice: str, rule: ActRule, books: Accounting, stops: list[Stop]) -> Ref:
    if name not in books.needs.known_defaults:
        stops.append(Stop("default_unknown", name, "admin", f"rule:{rule.id}", rule.profile, "rules"))
        return Ref("")
    return _kept(decide.single(name, choice, books.default(name, choice), rule), stops) or Ref("")


def _currency(code: str, rule: ActRule, books: Accounting) -> Ref:
    found = books.currency(code)
    if found is None:
        raise NeedsPerson(Stop("currency_missing", code, "accounting", f"base:{rule.base}", where="Catalog_Валюты"))
    return found


def _kept(answer: Ref | Stop, stops: list[Stop]) -> Ref | None:
    if isinstance(answer, Stop):
        stops.append(answer)
        return None
    return answer


def moved(drafted: Draft, day: date) -> Draft:
    """The draft on another day, with a note why (rules, Refusals: `use_first_open_day`)."""
    note = f"Период закрыт: дата этапа {drafted.day:%d.%m.%Y}, акт датирован {day:%d.%m.%Y}"
    return replace(drafted, day=day, notes=(*drafted.notes, note))
