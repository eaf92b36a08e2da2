"""The act, decided: first from the deal alone, then with what 1C knows (rules, Acts). Pure; nothing is read here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from common.errors import Stop
from common.exchanges.acts.lines import (
    TOO_LARGE,
    converted,
    lines,
    mapping_stop,
    too_large,
    vat_included,
    vat_value,
)
from common.exchanges.acts.model import ActRule, Draft, DraftLine, Known, OwnCompany, Place, Stopped, Tables
from common.exchanges.acts.parties import client, organisation
from common.model.acts import Act, ActLine, Contract, Counterparty, Needs, Organisation, Rate, VatValue
from common.model.deals import DealFacts, StageEntry
from common.model.ids import DealId, Ref, RuleId
from common.model.moments import business_date
from common.model.money import rounded

ROUBLE = "643"
NUMBER_SIGNS = 50
"""The shortest of the four products' contract numbers (facts onec-odata §3): a cut one would never be found again."""


def act_key(portal: str, deal: DealId, rule: RuleId, generation: int) -> tuple[Ref, str]:
    """The act's `Ref_Key` and its mark: one of each per portal, deal, rule and generation (rules, One)."""
    mark = f"b24:{portal}/{deal}/{rule}" + (f"#{generation}" if generation > 1 else "")
    return Ref(str(uuid5(NAMESPACE_URL, mark))), f"[{mark}]"


def draft(
    facts: DealFacts, entry: StageEntry, rule: ActRule, tables: Tables, needs: Needs, place: Place
) -> Draft | Stopped:
    """The act as the deal tells it, or all reasons why not at once."""
    buyer, buyer_stops = client(facts, place)
    company, company_stops = organisation(facts, rule, place)
    rows, row_stops = lines(facts, rule, tables, needs, place)
    currency = tables.currencies.find(rule.base, facts.deal.currency)
    stops = [*buyer_stops, *company_stops, *row_stops, *_rule_stops(rule, needs)]
    if currency is None:
        stops.append(mapping_stop("currencies", "currency_unmapped", [facts.deal.currency]))
    total = sum((line.total for line in rows), Decimal(0))
    if rows and total != facts.deal.amount and rule.amount_mismatch == "stop":
        stops.append(_mismatch(facts, total, place))
    if stops or buyer is None or company is None or currency is None:
        return Stopped(tuple(stops))
    return Draft(
        deal=facts.deal.id,
        card=f"{place.url}/crm/deal/details/{facts.deal.id}/",
        day=business_date(entry.at, place.zone),
        client=buyer,
        organisation=company,
        currency=currency,
        vat_included=vat_included(facts.rows),
        lines=rows,
        total=total,
        deal_amount=facts.deal.amount,
        responsible=facts.deal.responsible,
        contract_number=facts.deal.fields.get(rule.contract_field, "").strip() if rule.contract == "field" else "",
        notes=() if total == facts.deal.amount else (_mismatch_note(facts.deal.amount, total),),
    )


def in_act_currency(drafted: Draft, rate: Rate | None) -> Draft:
    """The draft in roubles when a rate is given: line by line, with a note of rate, date and rounding difference."""
    if rate is None:
        return drafted
    rows = tuple(converted(line, rate, drafted.vat_included) for line in drafted.lines)
    total = sum((line.total for line in rows), Decimal(0))
    apart = total - rounded(drafted.total * rate.rate / rate.multiplicity)
    note = (
        f"Курс {rate.rate} за {rate.multiplicity} ед. на {rate.day:%d.%m.%Y}; "
        f"сумма сделки {drafted.total}; разница округления {apart}"
    )
    return replace(drafted, lines=rows, total=total, currency=ROUBLE, notes=(*drafted.notes, note))


def act(
    drafted: Draft,
    entry: StageEntry,
    rule: ActRule,
    known: Known,
    values: Sequence[VatValue],
    rate: Rate | None,
    place: Place,
    generation: int,
) -> Act | Stopped:
    """The act to write. `drafted` is in the act's currency; `rate` is given when that is a foreign one (`keep`)."""
    if too_large(drafted.lines):
        subject = f"{drafted.client.name} (№ {drafted.deal})"
        named = f"сумма в валюте акта: {drafted.total}"
        return Stopped((Stop(TOO_LARGE, named, "crm", f"deal:{drafted.deal}", subject, drafted.card),))
    chosen = _vat_values(drafted, entry.deal, rule, values, place)
    if isinstance(chosen, Stopped):
        return chosen
    ref, token = act_key(place.portal, entry.deal, rule.id, generation)
    return Act(
        base=rule.base,
        ref=ref,
        token=token,
        comment=_comment(entry.deal, token, drafted.notes, place),
        day=drafted.day,
        organisation=known.organisation,
        counterparty=known.counterparty,
        partner=known.partner,
        contract=known.contract,
        agreement=known.agreement,
        currency=known.currency,
        currency_code=drafted.currency,
        settlement_currency=known.currency,
        rate=rate.rate if rate else Decimal(1),
        multiplicity=rate.multiplicity if rate else 1,
        vat_included=drafted.vat_included,
        without_vat=all(line.vat_rate is None for line in drafted.lines),
        lines=tuple(_line(line, known, chosen[line.vat_rate]) for line in drafted.lines),
        total=drafted.total,
        refs=known.refs,
        line_refs=known.line_refs,
    )


def our_organisation(own: OwnCompany, rule: ActRule, tables: Tables, all_of_them: Iterable[Organisation]) -> Ref | Stop:
    """Our company in 1C by the table, else by INN and KPP; two equal or none stops."""
    mapped = tables.organisations.find(rule.base, f"{own.inn}/{own.kpp}")
    found = [one for one in all_of_them if (one.ref == mapped if mapped else (one.inn, one.kpp) == (own.inn, own.kpp))]
    if len(found) == 1:
        return found[0].ref
    reason = "organisation_ambiguous" if found else "organisation_missing"
    return Stop(reason, f"ИНН {own.inn} КПП {own.kpp or '—'}", "accounting", f"base:{rule.base}", where=_onec(rule))


def counterparty(
    drafted: Draft, rule: ActRule, tables: Tables, found: Sequence[Counterparty]
) -> Counterparty | Stop | None:
    """The client in 1C: the one found, or the table's, whose KPP a person may know better than the card but whose INN
    must agree; None when one is to be created by the rule."""
    mapped = named_counterparty(drafted, rule, tables)
    fitting = [one for one in found if not mapped or (one.ref == mapped and one.inn == drafted.client.inn)]
    if len(fitting) == 1:
        return fitting[0]
    if not found and not mapped and rule.create_counterparty:
        return None
    reason = "counterparty_ambiguous" if len(fitting) > 1 else "counterparty_missing"
    named = f"ИНН {drafted.client.inn} КПП {drafted.client.kpp or '—'}"
    details = ", ".join(one.name for one in found)
    return Stop(reason, named, "accounting", f"base:{rule.base}", drafted.client.name, _onec(rule), details)


def named_counterparty(drafted: Draft, rule: ActRule, tables: Tables) -> Ref | None:
    """The `Ref_Key` that the table gives the client's company or contact."""
    mapped = tables.counterparties.find(rule.base, drafted.client.owner)
    return Ref(mapped.lower()) if mapped else None


def contract(drafted: Draft, rule: ActRule, found: Sequence[Contract], word: str = "contract") -> Ref | Stop | None:
    """The contract (or agreement, by `word`): exactly one, or by the rule's choice; None when to be created."""
    fitting = _chosen(drafted, rule, found, word)
    if len(fitting) == 1:
        return fitting[0].ref
    details = ", ".join(f"{one.name} № {one.number}" for one in found)
    create = rule.create_contract and word == "contract"
    if rule.contract == "field" and word == "contract" and (fault := _number_fault(drafted, fitting, create)):
        return _deals_number(drafted, rule, fault, details)
    if not fitting and create:
        return None
    reason = f"{word}_ambiguous" if fitting else f"{word}_missing"
    field = "соглашение с клиентом" if word == "agreement" else drafted.contract_number or "договор с покупателем"
    return Stop(reason, field, "accounting", f"base:{rule.base}", drafted.client.name, _onec(rule), details)


def _number_fault(drafted: Draft, fitting: Sequence[Contract], create: bool) -> str:
    """What the deal's number of the contract lacks; an empty one neither chooses nor creates (rules, Parties)."""
    if not drafted.contract_number:
        return "contract_ambiguous" if fitting else "contract_number_missing" if create else ""
    too_long = create and not fitting and len(drafted.contract_number) > NUMBER_SIGNS
    return "contract_number_too_long" if too_long else ""


def _deals_number(drafted: Draft, rule: ActRule, reason: str, details: str) -> Stop:
    field, subject = f"номер договора ({rule.contract_field})", f"{drafted.client.name} (№ {drafted.deal})"
    return Stop(reason, field, "crm", f"deal:{drafted.deal}", subject, drafted.card, details)


def single(name: str, choice: str, found: Sequence[Ref], rule: ActRule, kind: str = "default") -> Ref | Stop:
    """One object of 1C by a person's word for it (a rule's default, an item); none or several stop."""
    if len(found) == 1:
        return found[0]
    reason = f"{kind}_ambiguous" if found else f"{kind}_missing"
    awaits = "mapping:nomenclature" if kind == "item" else f"rule:{rule.id}"
    return Stop(reason, f"{name}: {choice}", "admin", awaits, where=_onec(rule))


def _chosen(drafted: Draft, rule: ActRule, found: Sequence[Contract], word: str) -> list[Contract]:
    """A deal's number names a contract, never an agreement; without a number every one fits."""
    if rule.contract == "newest":
        return sorted(found, key=lambda one: one.day or date.min, reverse=True)[:1]
    if rule.contract == "field" and word == "contract" and drafted.contract_number:
        return [one for one in found if one.number.strip() == drafted.contract_number]
    return list(found)


def _vat_values(
    drafted: Draft, deal: DealId, rule: ActRule, values: Sequence[VatValue], place: Place
) -> Mapping[Decimal | None, VatValue] | Stopped:
    chosen: dict[Decimal | None, VatValue] = {}
    stops = []
    for rate in dict.fromkeys(line.vat_rate for line in drafted.lines):
        value = vat_value(rate, drafted.day, values)
        if isinstance(value, VatValue):
            chosen[rate] = value
            continue
        named = f"{'без НДС' if rate is None else f'НДС {rate} %'}, {drafted.day:%d.%m.%Y}"
        if value == "vat_unmapped":
            stops.append(Stop(value, named, "accounting", "mapping:vat", where=_onec(rule)))
        else:
            subject, where = f"{drafted.client.name} (№ {deal})", f"{place.url}/crm/deal/details/{deal}/"
            stops.append(Stop(value, named, "crm", f"deal:{deal}", subject, where))
    return Stopped(tuple(stops)) if stops else chosen


def _line(line: DraftLine, known: Known, value: VatValue) -> ActLine:
    return ActLine(
        item=known.items.get(line.item, Ref("")),
        text=line.text,
        quantity=line.quantity,
        price=line.price,
        amount=line.amount,
        vat=value,
        vat_amount=line.vat_amount,
        total=line.total,
        unit=known.units.get(line.unit),
    )


def _comment(deal: DealId, token: str, notes: Sequence[str], place: Place) -> str:
    """Only our own words: a title typed by people could imitate the mark of another deal."""
    link = f"{place.url}/crm/deal/details/{deal}/"
    return "\n".join([f"Сделка Битрикс24 № {deal} {token}", link, *notes])


def _rule_stops(rule: ActRule, needs: Needs) -> list[Stop]:
    missing = [name for name in needs.required_defaults if not rule.defaults.get(name)]
    if not missing:
        return []
    return [Stop("default_missing", ", ".join(missing), "admin", f"rule:{rule.id}", rule.name or rule.id, "rules")]


def _mismatch(facts: DealFacts, total: Decimal, place: Place) -> Stop:
    deal = facts.deal
    where = f"{place.url}/crm/deal/details/{deal.id}/"
    details = f"{deal.amount} ≠ {total} {deal.currency}"
    return Stop(
        "amount_mismatch", "сумма сделки", "crm", f"deal:{deal.id}", f"{deal.title} (№ {deal.id})", where, details
    )


def _mismatch_note(amount: Decimal, total: Decimal) -> str:
    return f"Внимание: сумма сделки {amount}, сумма строк {total}; акт составлен по строкам"


def _onec(rule: ActRule) -> str:
    return f"1C, base {rule.base}"
