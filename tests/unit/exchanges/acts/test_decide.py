"""The act decided from the deal and from what 1C knows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from common.errors import Stop
from common.exchanges.acts import decide
from common.exchanges.acts.model import ActRule, Draft, Known, OwnCompany, Stopped
from common.model.acts import Act, Contract, Counterparty, Needs, Organisation, Rate, VatValue
from common.model.ids import DealId, Ref, RuleId
from tests.unit.exchanges.acts.samples import (
    CLIENT_INN,
    CLIENT_KPP,
    NEEDS,
    OWN_INN,
    OWN_KPP,
    PLACE,
    deal,
    entry,
    facts,
    requisite,
    row,
    rule,
    table,
    tables,
)

VALUES = [VatValue(Decimal(22), "НДС22"), VatValue(None, "БезНДС")]
KNOWN = Known(
    organisation=Ref("o"),
    counterparty=Ref("c"),
    partner=None,
    contract=Ref("k"),
    agreement=None,
    items={"Консультация": Ref("i")},
    units={},
    refs={},
    line_refs={},
    currency=Ref("rub"),
    rouble=Ref("rub"),
)


def drafted(by: ActRule | None = None, **changes: object) -> Draft:
    found = decide.draft(facts(**changes), entry(), by or rule(), tables(), NEEDS, PLACE)
    assert isinstance(found, Draft)
    return found


def stopped(by: ActRule | None = None, **changes: object) -> list[str]:
    found = decide.draft(facts(**changes), entry(), by or rule(), tables(), NEEDS, PLACE)
    assert isinstance(found, Stopped)
    return [stop.reason for stop in found.stops]


def act(draft: Draft, rate: Rate | None = None, generation: int = 1) -> Act:
    found = decide.act(draft, entry(), rule(), KNOWN, VALUES, rate, PLACE, generation)
    assert isinstance(found, Act)
    return found


def test_the_date_is_the_business_day_of_the_entry() -> None:
    late = entry(datetime(2026, 12, 31, 21, 30, tzinfo=UTC))
    found = decide.draft(facts(), late, rule(), tables(), NEEDS, PLACE)
    assert isinstance(found, Draft)
    assert found.day == date(2027, 1, 1)


def test_reasons_of_parties_rows_and_rule_come_together() -> None:
    found = stopped(rule(organisation=None), requisites=(requisite(kpp=""),), rows=())
    assert found == ["kpp_missing", "no_organisation", "no_rows"]


def test_amount_mismatch_names_both_numbers_or_is_noted() -> None:
    dear = deal(amount=Decimal("500.00"))
    found = decide.draft(facts(deal=dear), entry(), rule(), tables(), NEEDS, PLACE)
    assert isinstance(found, Stopped)
    assert [(stop.reason, stop.details) for stop in found.stops] == [("amount_mismatch", "500.00 ≠ 122.00 RUB")]
    noted = act(drafted(rule(amount_mismatch="note"), deal=dear))
    assert noted.total == Decimal("122.00")
    assert "500.00" in noted.comment


def test_unknown_currency_stops() -> None:
    assert stopped(deal=deal(currency="XYZ")) == ["currency_unmapped"]


def test_conversion_is_tested_in_the_deals_currency_and_keeps_its_figures() -> None:
    rows = tuple(row(price="33.33") for _ in range(3))
    draft = drafted(deal=deal(amount=Decimal("99.99"), currency="USD"), rows=rows)
    rate = Rate(Decimal("80.1234"), 1, date(2026, 11, 19))
    found = act(decide.in_act_currency(draft, rate))
    assert (found.currency_code, found.rate, found.total) == ("643", Decimal(1), Decimal("8011.53"))
    assert "80.1234" in found.comment
    assert "19.11.2026" in found.comment
    assert "99.99" in found.comment
    assert "разница округления -0.01" in found.comment


def test_kept_currency_carries_its_rate() -> None:
    draft = drafted(deal=deal(amount=Decimal("122.00"), currency="USD"))
    found = act(draft, Rate(Decimal("80.1234"), 10, date(2026, 11, 19)))
    assert (found.currency_code, found.rate, found.multiplicity) == ("840", Decimal("80.1234"), 10)


def test_key_and_mark_are_one_per_portal_deal_rule_and_generation() -> None:
    keys = {
        decide.act_key(portal, DealId(number), RuleId(name), generation)
        for portal in ("m1", "m2")
        for number in (12, 123)
        for name in ("a", "b")
        for generation in (1, 2)
    }
    assert len(keys) == len({ref for ref, _ in keys}) == 16
    assert decide.act_key("m1", DealId(12), RuleId("a"), 1)[1] == "[b24:m1/12/a]"
    assert decide.act_key("m1", DealId(12), RuleId("a"), 2)[1] == "[b24:m1/12/a#2]"


def test_a_title_cannot_imitate_another_deals_mark() -> None:
    found = act(drafted(deal=deal(title="[b24:m1/99/services]")))
    assert "[b24:m1/99" not in found.comment


def test_without_vat_is_told_of_the_whole_act() -> None:
    free = row(price="122.00", rate=None)
    assert act(drafted(rows=(free,))).without_vat
    assert not act(drafted()).without_vat


def test_required_defaults_must_be_in_the_rule() -> None:
    needs = Needs(True, False, 10, False, True, 3, ("department", "manager"), ())
    found = decide.draft(facts(), entry(), rule(defaults={"manager": "1"}), tables(), needs, PLACE)
    assert isinstance(found, Stopped)
    assert [(stop.reason, stop.field) for stop in found.stops] == [("default_missing", "department")]


def one(ref: str, name: str = "") -> Counterparty:
    return Counterparty(Ref(ref), name or ref, CLIENT_INN, CLIENT_KPP)


def reason(found: object) -> str:
    return found.reason if isinstance(found, Stop) else repr(found)


def test_counterparty_is_never_the_first_of_two() -> None:
    draft = drafted()
    assert decide.counterparty(draft, rule(), tables(), [one("a")]) == one("a")
    assert reason(decide.counterparty(draft, rule(), tables(), [one("a"), one("b")])) == "counterparty_ambiguous"
    assert reason(decide.counterparty(draft, rule(), tables(), [])) == "counterparty_missing"
    assert decide.counterparty(draft, rule(create_counterparty=True), tables(), []) is None


def test_the_table_chooses_among_several_but_never_another_tax_id() -> None:
    chosen = tables(counterparties=table("counterparties", ("company:7", "b")))
    assert decide.counterparty(drafted(), rule(), chosen, [one("a"), one("b")]) == one("b")
    assert reason(decide.counterparty(drafted(), rule(create_counterparty=True), chosen, [one("a")])) == (
        "counterparty_missing"
    )


def contract(ref: str, number: str = "", day: date | None = None) -> Contract:
    return Contract(Ref(ref), ref, number, day, None)


def test_contract_choices() -> None:
    draft = drafted()
    old, new = contract("old", "1", date(2024, 1, 1)), contract("new", "2", date(2026, 1, 1))
    assert decide.contract(draft, rule(), [old]) == "old"
    assert reason(decide.contract(draft, rule(), [old, new])) == "contract_ambiguous"
    assert reason(decide.contract(draft, rule(), [])) == "contract_missing"
    assert decide.contract(draft, rule(create_contract=True), []) is None
    assert decide.contract(draft, rule(contract="newest"), [old, new, contract("undated")]) == "new"
    named = rule(contract="field", contract_field="UF_CRM_CONTRACT")
    numbered = drafted(named, deal=deal(fields={"UF_CRM_CONTRACT": " 1 "}))
    assert decide.contract(numbered, named, [old, new]) == "old"
    assert reason(decide.contract(drafted(named), named, [old, new])) == "contract_ambiguous"
    assert decide.contract(drafted(named), named, [old]) == "old"
    assert reason(decide.contract(drafted(named), named, [])) == "contract_missing"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([Organisation(Ref("x"), "Мы", OWN_INN, OWN_KPP)], "'x'"),
        ([Organisation(Ref("x"), "Мы", OWN_INN, "000000001")], "organisation_missing"),
        ([Organisation(Ref("x"), "Мы", OWN_INN, OWN_KPP)] * 2, "organisation_ambiguous"),
        ([], "organisation_missing"),
    ],
)
def test_our_organisation_by_tax_ids(found: list[Organisation], expected: str) -> None:
    assert reason(decide.our_organisation(drafted().organisation, rule(), tables(), found)) == expected


def test_our_organisation_by_the_table() -> None:
    own = OwnCompany(OWN_INN, OWN_KPP)
    mapped = tables(organisations=table("organisations", (f"{own.inn}/{own.kpp}", "y")))
    both = [Organisation(Ref("x"), "Мы", OWN_INN, OWN_KPP), Organisation(Ref("y"), "Мы", OWN_INN, OWN_KPP)]
    assert decide.our_organisation(drafted().organisation, rule(), mapped, both) == "y"
