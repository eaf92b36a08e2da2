"""VAT values and the days they are in force."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from common.onec.odata import vat
from common.onec.profile import VatCatalog

TRADE = VatCatalog(
    "Catalog_СтавкиНДС", "Ставка", "Расчетная", ("Имя", "БезНДС"), "Имя", "Страна_Key", "Начало", "Конец"
)
RUSSIA, BELARUS = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def row(key: str, rate: int, name: str = "", **more: Any) -> dict[str, Any]:
    return {"Ref_Key": key, "Ставка": rate, "Расчетная": False, "Имя": name, "Страна_Key": RUSSIA} | more


def test_members_of_the_enumeration() -> None:
    values = vat.members(["НДС22", "НДС20", "НДС20_120", "НДС0", "БезНДС", "НечтоИное"])
    assert [(value.rate, value.value) for value in values] == [
        (Decimal(22), "НДС22"),
        (Decimal(20), "НДС20"),
        (Decimal(0), "НДС0"),
        (None, "БезНДС"),
    ]
    assert (values[0].valid_from, values[0].valid_to) == (date(2026, 1, 1), None)
    assert values[1].valid_to == date(2025, 12, 31)


def test_zero_is_not_without_vat() -> None:
    found = [vat.value(one) for one in vat.catalog_rows(TRADE, [row("a", 0, "НДС0"), row("b", 0, "БезНДС")])]
    assert [(value.rate, value.value) for value in found] == [(Decimal(0), "a"), (None, "b")]


def test_computed_and_foreign_rates_are_left_out() -> None:
    rows = [
        row("a", 20, "НДС20"),
        row("b", 20, "НДС20_120", Расчетная=True),
        row("c", 20, Страна_Key=BELARUS),
        row("d", 22),
    ]
    assert [one["value"] for one in vat.catalog_rows(TRADE, rows)] == ["a", "d"]


def test_the_base_knows_its_days_better_than_the_law() -> None:
    kept = vat.catalog_rows(TRADE, [row("a", 20, "НДС20", Начало="2024-01-01T00:00:00", Конец="0001-01-01T00:00:00")])
    value = vat.value(kept[0])
    assert (value.valid_from, value.valid_to) == (date(2024, 1, 1), None)


def test_the_law_speaks_where_the_base_is_silent() -> None:
    value = vat.value(vat.catalog_rows(TRADE, [row("a", 22)])[0])
    assert value.valid_from == date(2026, 1, 1)
