"""Nomenclature, units, VAT and currencies without a row in the tables: no act at all, suggestions, then by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.scenarios.stories import (
    House,
    act_of,
    asked,
    change_rule,
    closed,
    goes_on,
    later,
    lines_of,
    map_value,
    shown,
    stays_quiet,
    waits,
)
from tests.stand import ACCOUNTANT, ADMIN, ITEM, MANAGER, Stand


def with_rows(stand: Stand, *rows: dict[str, Any], number: int = 1, base: str = "main") -> list[int]:
    deals = [stand.deal(base) for _ in range(number)]
    for deal in deals:
        stand.person.set_rows(deal, rows)
        stand.reach(deal, base)
    return deals


def test_unmapped_services_are_listed_with_names_from_1c_that_look_alike(office: Stand) -> None:
    known, first, second = office.row(100), office.row(200, productName="Настройка обмена с сайтом"), office.row(300)
    second["productName"] = "Аудит"
    deals = with_rows(office, known, first, second, number=8)
    waits(
        office, deals, "nomenclature_unmapped", ADMIN, "Настройка обмена с сайтом; Аудит", "rules import nomenclature"
    )
    assert "\nНастройка обмена\n" in asked(office)[0][1]
    stays_quiet(office, deals[:2])
    map_value(office, "nomenclature", "name:Аудит", "Разработка модуля интеграции")
    office.quiet()
    assert (set(office.reasons()), office.acts()) == ({"nomenclature_unmapped"}, [])
    map_value(office, "nomenclature", "name:Настройка обмена с сайтом", "Настройка обмена")
    office.quiet()
    assert (office.reasons(), shown(office, deals)) == ([], deals)
    items = office.refs["main"].items
    written = [row["Номенклатура_Key"] for row in lines_of(office, deals[0])]
    assert written == [items[ITEM], items["Настройка обмена"], items["Разработка модуля интеграции"]]


def test_a_table_that_names_what_1c_lacks_is_for_the_admin(office: Stand) -> None:
    map_value(office, "nomenclature", "name:Аудит", "Аудит обмена")
    deals = with_rows(office, office.row(100, productName="Аудит"))
    waits(office, deals, "item_missing", ADMIN, "Аудит обмена", "main")
    stays_quiet(office, deals)
    office.bases["main"].accountant.add("Catalog_Номенклатура", Description="Аудит обмена", Услуга=True)
    later(office, 3600)
    goes_on(office, deals, person=ADMIN)


def test_a_row_of_the_base_stands_before_the_row_for_every_base(house: House) -> None:
    stand = house(bases=["main", "small"])
    map_value(stand, "nomenclature", f"name:{ITEM}", "Настройка обмена", "small")
    [here], [there] = closed(stand, base="main"), closed(stand, base="small")
    stand.quiet()
    assert lines_of(stand, here)[0]["Номенклатура_Key"] == stand.refs["main"].items[ITEM]
    assert lines_of(stand, there, "small")[0]["Номенклатура_Key"] == stand.refs["small"].items["Настройка обмена"]


def test_a_unit_1c_does_not_know_waits_until_it_is_mapped(house: House) -> None:
    stand = house(bases=["small"])
    deals = with_rows(stand, stand.row(100, measureCode=778, measureName="упак"), base="small")
    waits(stand, deals, "unit_unmapped", ADMIN, "778 упак", "rules import units")
    stays_quiet(stand, deals)
    map_value(stand, "units", "778", "642")
    goes_on(stand, deals, person=ADMIN, base="small")
    assert lines_of(stand, deals[0], "small")[0]["ЕдиницаИзмерения"] == stand.refs["small"].units["642"]


def test_a_unit_is_created_once_when_the_rule_allows_it(house: House) -> None:
    stand = house(bases=["small"])
    deals = with_rows(stand, stand.row(100, measureCode=778, measureName="упак"), number=5, base="small")
    waits(stand, deals, "unit_unmapped", ADMIN)
    change_rule(stand, "services_small", create_unit=True)
    goes_on(stand, deals, person=ADMIN, base="small")
    assert stand.effects("small").count("create Catalog_КлассификаторЕдиницИзмерения") == 1


def test_a_vat_rate_nobody_has_heard_of_waits_until_it_is_mapped(office: Stand) -> None:
    deals = with_rows(office, office.row(110, taxRate=13))
    waits(office, deals, "vat_unmapped", ADMIN, "13", "rules import vat")
    stays_quiet(office, deals)
    map_value(office, "vat", "13", "10")
    goes_on(office, deals, person=ADMIN)
    [row] = lines_of(office, deals[0])
    assert (row["СтавкаНДС"], row["СуммаНДС"]) == ("НДС10", 10)


def test_a_mapped_rate_the_base_lacks_is_for_the_accountant(office: Stand) -> None:
    map_value(office, "vat", "13", "13")
    deals = with_rows(office, office.row(113, taxRate=13))
    waits(office, deals, "vat_unmapped", ACCOUNTANT, "13", "main")
    stays_quiet(office, deals)
    map_value_instead(office, "vat", "13", "10")
    goes_on(office, deals, person=ACCOUNTANT)


def map_value_instead(stand: Stand, table: str, key: str, value: str) -> None:
    stand.services.rule_book.import_all({"tables": {table: [["*", key, value, ""]]}}, "admin", over=True)


def test_a_rate_the_accountant_adds_to_his_base_sets_the_deal_going(house: House) -> None:
    stand = house(bases=["small"])
    map_value(stand, "vat", "13", "13")
    deals = with_rows(stand, stand.row(113, taxRate=13), base="small")
    waits(stand, deals, "vat_unmapped", ACCOUNTANT, "13", "small")
    stays_quiet(stand, deals)
    stand.bases["small"].accountant.add("Catalog_СтавкиНДС", Description="13%", Ставка="13", ВидСтавкиНДС="Пониженная2")
    later(stand, 3600)
    goes_on(stand, deals, person=ACCOUNTANT, base="small")


@pytest.mark.parametrize(
    ("rate", "member", "tax"), [(22, "НДС22", 22), (5, "НДС5", 5), (7, "НДС7", 7), (10, "НДС10", 10)]
)
def test_rates_in_force_are_kept_as_they_are(office: Stand, rate: int, member: str, tax: int) -> None:
    [deal] = with_rows(office, office.row(100 + rate, taxRate=rate))
    office.quiet()
    [row] = lines_of(office, deal)
    assert (row["СтавкаНДС"], row["СуммаНДС"]) == (member, tax)


@pytest.mark.parametrize("base", ["main", "trade", "small"])
def test_zero_vat_and_without_vat_are_different_things(house: House, base: str) -> None:
    stand = house(bases=[base])
    [zero] = with_rows(stand, stand.row(100, taxRate=0), base=base)
    [none] = with_rows(stand, stand.row(100, taxRate=None), base=base)
    stand.quiet()
    name = "СтавкаНДС" if base == "main" else "СтавкаНДС_Key"
    kept = [lines_of(stand, deal, base)[0][name] for deal in (zero, none)]
    assert kept == [stand.refs[base].vat["НДС0"], stand.refs[base].vat["БезНДС"]]


@pytest.mark.parametrize("base", ["main", "trade", "small"])
def test_twenty_percent_is_refused_in_2026_and_mended_in_the_deal(house: House, base: str) -> None:
    stand = house(bases=[base])
    [deal] = with_rows(stand, stand.row(120, taxRate=20), base=base)
    waits(stand, [deal], "vat_rate_not_valid_on_date", MANAGER, "20 %", "20.11.2026", f"/crm/deal/details/{deal}/")
    stays_quiet(stand, [deal])
    stand.person.set_rows(deal, [stand.row(122)])
    goes_on(stand, [deal], base=base)


@pytest.mark.parametrize("base", ["main", "trade", "small"])
def test_an_act_of_2025_keeps_its_twenty_percent(house: House, base: str) -> None:
    began = {base: {"since": "2025-01-01T00:00:00+03:00"}}
    # The deal was closed on New Year's Eve by Moscow, and the exchange came to it in the new year.
    stand = house(bases=[base], rules=began, start=datetime(2025, 12, 31, 20, 59, 50, tzinfo=UTC))
    [old] = with_rows(stand, stand.row(120, taxRate=20), base=base)
    stand.clock.advance(30)
    [new] = with_rows(stand, stand.row(120, taxRate=20), base=base)
    stand.quiet()
    assert (str(act_of(stand, old, base)["Date"])[:10], lines_of(stand, old, base)[0]["СуммаНДС"]) == ("2025-12-31", 20)
    assert stand.reasons() == ["vat_rate_not_valid_on_date"]
    assert shown(stand, [old, new]) == [old]


def test_a_currency_without_a_code_waits_until_it_is_mapped(office: Stand) -> None:
    deals = closed(office, CURRENCY_ID="RUR")
    waits(office, deals, "currency_unmapped", ADMIN, "RUR", "rules import currencies")
    stays_quiet(office, deals)
    map_value(office, "currencies", "RUR", "643")
    goes_on(office, deals, person=ADMIN)


def test_what_people_mapped_before_the_deal_came_is_not_told_to_anybody(office: Stand) -> None:
    map_value(office, "nomenclature", "name:аудит", "Настройка обмена")
    deals = with_rows(office, office.row(100, productName="Аудит "))
    office.quiet()
    assert (shown(office, deals), asked(office)) == (deals, [])
