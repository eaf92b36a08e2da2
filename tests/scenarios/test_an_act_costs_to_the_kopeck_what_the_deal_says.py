"""Rows, sums and currencies: what cannot be written as it stands waits, everything else is right to the kopeck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.scenarios.stories import (
    CONTRACTS,
    House,
    act_of,
    asked,
    change_rule,
    closed,
    goes_on,
    later,
    lines_of,
    shown,
    stays_quiet,
    waits,
    without_events,
)
from tests.stand import ACCOUNTANT, MANAGER, Stand


def sold(stand: Stand, *rows: dict[str, Any], **fields: Any) -> int:
    """One deal with these rows, at its stage."""
    deal = stand.deal(**fields)
    stand.person.set_rows(deal, rows)
    stand.reach(deal)
    return deal


def where(deal: int) -> str:
    return f"/crm/deal/details/{deal}/"


def mended(stand: Stand, deal: int, lost: bool, *rows: dict[str, Any]) -> None:
    """The manager corrects the rows; the event comes or is lost."""
    if lost:
        without_events(stand, lambda: stand.person.set_rows(deal, rows))
        later(stand, 3600)
    else:
        stand.person.set_rows(deal, rows)


@pytest.mark.parametrize("lost", [False, True])
def test_a_deal_without_rows_waits_for_them(office: Stand, lost: bool) -> None:
    deal = sold(office, OPPORTUNITY=500)
    waits(office, [deal], "no_rows", MANAGER, "товар", f"№ {deal}", where(deal))
    stays_quiet(office, [deal])
    mended(office, deal, lost, office.row(500))
    goes_on(office, [deal])


@pytest.mark.parametrize("lost", [False, True])
def test_a_negative_row_is_never_written(office: Stand, lost: bool) -> None:
    deal = sold(office, office.row(500), office.row(-100))
    waits(office, [deal], "negative_row", MANAGER, "-100", where(deal))
    stays_quiet(office, [deal])
    mended(office, deal, lost, office.row(400))
    goes_on(office, [deal])


def test_a_row_for_nothing_waits_for_its_price(office: Stand) -> None:
    deal = sold(office, office.row(500), office.row(0))
    waits(office, [deal], "zero_price", MANAGER, where(deal))
    stays_quiet(office, [deal])
    office.person.set_rows(deal, [office.row(500), office.row(1)])
    goes_on(office, [deal])


def test_the_rule_may_allow_rows_for_nothing(office: Stand) -> None:
    deal = sold(office, office.row(500), office.row(0))
    waits(office, [deal], "zero_price")
    change_rule(office, zero_price="allow")
    goes_on(office, [deal])
    assert [row["Сумма"] for row in lines_of(office, deal)] == [500, 0]


def test_a_quantity_finer_than_1c_keeps_waits(office: Stand) -> None:
    deal = sold(office, office.row(1000, 0.1234))
    waits(office, [deal], "quantity_too_fine", MANAGER, "0.1234", where(deal))
    office.person.set_rows(deal, [office.row(1000, 0.123)])
    goes_on(office, [deal])
    assert act_of(office, deal)["СуммаДокумента"] == 123


def test_each_deal_with_a_wrong_sum_is_told_by_itself_with_both_numbers(office: Stand) -> None:
    deals = closed(office, 2, OPPORTUNITY=11000, IS_MANUAL_OPPORTUNITY=True)
    office.quiet()
    assert office.reasons() == ["amount_mismatch"] * 2
    assert all(any(f"№ {deal}" in text and where(deal) in text for _, text in asked(office)) for deal in deals)
    assert all("11000" in text and "12200" in text for _, text in asked(office))
    stays_quiet(office, deals)
    for deal in deals:
        office.person.edit_deal(deal, IS_MANUAL_OPPORTUNITY=False)
    goes_on(office, deals, told=2)


def test_by_option_the_rows_win_and_the_act_says_so(office: Stand) -> None:
    [deal] = closed(office, OPPORTUNITY=11000, IS_MANUAL_OPPORTUNITY=True)
    waits(office, [deal], "amount_mismatch")
    change_rule(office, amount_mismatch="note")
    goes_on(office, [deal])
    act = act_of(office, deal)
    assert act["СуммаДокумента"] == 12200
    assert "11000" in str(act["Комментарий"])
    assert "12200" in str(act["Комментарий"])


def test_rows_keep_their_order_are_never_merged_and_all_pages_are_read(office: Stand) -> None:
    prices = [100 + number % 7 for number in range(160)]
    deal = sold(office, *(office.row(price) for price in prices))
    office.quiet()
    assert [row["Цена"] for row in lines_of(office, deal)] == prices
    assert act_of(office, deal)["СуммаДокумента"] == sum(prices)


def test_vat_on_top_and_inside_are_both_exact(office: Stand) -> None:
    inside = sold(office, office.row(999.99, 3), office.row(0.07, 7))
    on_top = sold(office, office.row(1220, 2, taxIncluded="N"))
    office.quiet()
    rows = lines_of(office, inside)
    assert [(row["Сумма"], row["СуммаНДС"]) for row in rows] == [
        (Decimal("2999.97"), Decimal("540.98")),
        (Decimal("0.49"), Decimal("0.09")),
    ]
    assert act_of(office, inside)["СуммаДокумента"] == Decimal("3000.46")
    [row] = lines_of(office, on_top)
    assert (row["Цена"], row["Сумма"], row["СуммаНДС"]) == (1000, 2000, 440)
    assert (act_of(office, on_top)["СуммаВключаетНДС"], act_of(office, on_top)["СуммаДокумента"]) == (False, 2440)


def test_a_discount_is_not_applied_twice(office: Stand) -> None:
    deal = sold(office, office.row(900, 2, discountTypeId=2, discountRate=10))
    office.quiet()
    [row] = lines_of(office, deal)
    assert (row["Цена"], row["Сумма"]) == (900, 1800)


def test_a_deal_in_dollars_becomes_roubles_line_by_line(office: Stand) -> None:
    deal = sold(office, office.row(10.01, 3), office.row(0.05), CURRENCY_ID="USD")
    office.quiet()
    act, rows = act_of(office, deal), lines_of(office, deal)
    # 30.03 × 90.1234 = 2706.405702; 0.05 × 90.1234 = 4.50617.
    assert [row["Сумма"] for row in rows] == [Decimal("2706.41"), Decimal("4.51")]
    assert [row["СуммаНДС"] for row in rows] == [Decimal("488.04"), Decimal("0.81")]
    assert act["СуммаДокумента"] == Decimal("2710.92")
    assert act["ВалютаДокумента_Key"] == office.refs["main"].currencies["643"]
    comment = str(act["Комментарий"])
    # 30.08 × 90.1234 = 2710.911872: the lines together are 0.01 more.
    assert [word for word in ("90.1234", "31.01.2026", "30.08", "0.01") if word not in comment] == []


def test_by_rule_the_act_stays_in_dollars_with_the_rate_of_its_day(house: House) -> None:
    stand = house(rules={"main": {"currency": "keep"}})
    deal = sold(stand, stand.row(122.50), CURRENCY_ID="USD")
    waits(stand, [deal], "contract_missing", ACCOUNTANT)
    refs = stand.refs["main"]
    named: dict[str, Any] = {"Организация_Key": refs.organisation, "ВидДоговора": "СПокупателем", "Номер": "USD-1"}
    named |= {"ВалютаВзаиморасчетов_Key": refs.currencies["840"], "Owner_Key": refs.counterparty}
    made = stand.bases["main"].accountant.add(CONTRACTS, Description="Договор в долларах", **named)
    later(stand, 3600)
    goes_on(stand, [deal], person=ACCOUNTANT)
    act = act_of(stand, deal)
    assert (act["ВалютаДокумента_Key"], act["СуммаДокумента"]) == (refs.currencies["840"], Decimal("122.5"))
    assert (act["КурсВзаиморасчетов"], act["КратностьВзаиморасчетов"]) == (Decimal("90.1234"), 1)
    assert act["ДоговорКонтрагента_Key"] == made
    assert lines_of(stand, deal)[0]["СуммаНДС"] == Decimal("22.09")


def test_without_a_rate_of_the_day_the_deal_waits_for_the_accountant(office: Stand) -> None:
    accountant = office.bases["main"].accountant
    yuan = accountant.add("Catalog_Валюты", Code="156", Description="CNY")
    deals = closed(office, 4, CURRENCY_ID="CNY")
    waits(office, deals, "rate_missing", ACCOUNTANT, "156", "20.11.2026", "main")
    stays_quiet(office, deals)
    accountant.set_rate(yuan, "2026-11-21", "99")
    accountant.set_rate(yuan, "2026-11-19", "115.5", 10)
    later(office, 3600)
    goes_on(office, deals, person=ACCOUNTANT)
    assert act_of(office, deals[0])["СуммаДокумента"] == Decimal("140910")


def test_a_currency_1c_lacks_is_for_the_accountant(office: Stand) -> None:
    deals = closed(office, CURRENCY_ID="CNY")
    waits(office, deals, "currency_missing", ACCOUNTANT, "156")
    stays_quiet(office, deals)
    accountant = office.bases["main"].accountant
    accountant.set_rate(accountant.add("Catalog_Валюты", Code="156", Description="CNY"), "2026-11-01", "11.5")
    later(office, 3600)
    goes_on(office, deals, person=ACCOUNTANT)


def test_only_the_amounts_of_the_deals_own_currency_are_compared(office: Stand) -> None:
    [deal] = closed(office, CURRENCY_ID="USD", price=33.33, quantity=3)
    office.quiet()
    assert shown(office, [deal]) == [deal]


def test_a_deal_that_mixes_both_kinds_of_price_is_written_with_vat_inside(office: Stand) -> None:
    deal = sold(office, office.row(122), office.row(244, taxIncluded="N"))
    office.quiet()
    assert [(row["Цена"], row["Сумма"], row["СуммаНДС"]) for row in lines_of(office, deal)] == [
        (122, 122, 22),
        (244, 244, 44),
    ]
    assert (act_of(office, deal)["СуммаВключаетНДС"], act_of(office, deal)["СуммаДокумента"]) == (True, 366)
