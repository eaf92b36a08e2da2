"""Rows become lines: mapping, VAT by day, and money that agrees with an independent reckoning in fractions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.exchanges.acts.lines import converted, lines, money, rate_word, vat_included, vat_value
from common.exchanges.acts.model import ActRule, Tables
from common.model.acts import Needs, Rate, VatValue
from common.model.deals import ProductRow
from tests.unit.exchanges.acts.samples import NEEDS, PLACE, facts, row, rule, table, tables

UNITS = Needs(True, True, 10, False, True, 3, (), ())


def reasons(*rows: ProductRow, by: ActRule | None = None, with_tables: Tables | None = None) -> list[str]:
    _, stops = lines(facts(rows=rows), by or rule(), with_tables or tables(), UNITS, PLACE)
    return [stop.reason for stop in stops]


def test_order_is_kept_and_equal_rows_are_not_merged() -> None:
    both = tables(nomenclature=table("nomenclature", ("name:А", "1"), ("name:Б", "2")))
    rows = (row(name="Б"), row(name="А"), row(name="Б"))
    found, stops = lines(facts(rows=rows), rule(), both, NEEDS, PLACE)
    assert stops == []
    assert [line.item for line in found] == ["2", "1", "2"]


def test_one_unmapped_row_means_no_act_and_the_stop_lists_them_all() -> None:
    found, stops = lines(facts(rows=(row(), row(name="Аудит"), row(name="Иск"))), rule(), tables(), NEEDS, PLACE)
    assert found == ()
    assert [(stop.reason, stop.field, stop.awaits) for stop in stops] == [
        ("nomenclature_unmapped", "Аудит; Иск", "mapping:nomenclature")
    ]


def test_a_product_stands_before_its_name_and_a_base_before_all() -> None:
    own = tables(nomenclature=table("nomenclature", ("product:5", "by-id"), ("name:Консультация", "by-name")))
    found, _ = lines(facts(rows=(row(product=5), row())), rule(), own, NEEDS, PLACE)
    assert [line.item for line in found] == ["by-id", "by-name"]


@pytest.mark.parametrize(
    ("given_row", "expected"),
    [
        (row(quantity="-1"), ["negative_row"]),
        (row(price="-0.01"), ["negative_row"]),
        (row(price="0"), ["zero_price"]),
        (row(quantity="0"), ["zero_price"]),
        (row(quantity="0.0005"), ["quantity_too_fine"]),
        (row(rate="13"), ["vat_unmapped"]),
        (row(), []),
    ],
)
def test_rows_that_stop(given_row: ProductRow, expected: list[str]) -> None:
    assert reasons(given_row) == expected


def test_no_rows_and_an_allowed_zero_price() -> None:
    assert reasons() == ["no_rows"]
    assert reasons(row(price="0"), by=rule(zero_price="allow")) == []


def test_units_by_code_and_name_then_code_then_name() -> None:
    known = tables(units=table("units", ("796|шт", "642"), ("name:проект", "876")))
    named = ProductRow(1, 0, "Консультация", Decimal(1), Decimal(1), Decimal(1), None, True, "", "проект")
    nameless = ProductRow(1, 0, "Консультация", Decimal(1), Decimal(1), Decimal(1), None, True, "", "правка")
    found, _ = lines(facts(rows=(row(), named)), rule(), known, UNITS, PLACE)
    assert [line.unit for line in found] == ["642", "876"]
    assert reasons(nameless) == ["unit_unmapped"]


def test_long_text_is_cut_visibly_before_1c_cuts_it_in_silence() -> None:
    long = tables(nomenclature=table("nomenclature", ("name:" + "я" * 30, "1")))
    found, _ = lines(facts(rows=(row(name="я" * 30),)), rule(), long, UNITS, PLACE)
    assert found[0].text == "я" * 9 + "…"


def test_mixed_vat_flags_are_written_as_included() -> None:
    assert vat_included([row(included=True), row(included=False)])
    assert not vat_included([row(included=False), row(rate=None, included=True), row(rate="0", included=True)])
    assert vat_included([row(rate=None, included=False)])


def test_without_vat_is_not_zero_percent() -> None:
    assert rate_word(None) == "none"
    assert rate_word(Decimal("0.00")) == "0"
    assert rate_word(Decimal("20.00")) == "20"


OFFERED = [
    VatValue(Decimal(20), "НДС20", None, date(2025, 12, 31)),
    VatValue(Decimal(22), "НДС22", date(2026, 1, 1)),
    VatValue(Decimal(0), "НДС0"),
    VatValue(None, "БезНДС"),
]


@pytest.mark.parametrize(
    ("rate", "day", "expected"),
    [
        (Decimal(20), date(2025, 12, 31), "НДС20"),
        (Decimal(20), date(2026, 1, 1), "vat_rate_not_valid_on_date"),
        (Decimal(22), date(2026, 1, 1), "НДС22"),
        (Decimal(22), date(2025, 12, 31), "vat_rate_not_valid_on_date"),
        (Decimal(0), date(2026, 1, 1), "НДС0"),
        (None, date(2026, 1, 1), "БезНДС"),
        (Decimal(13), date(2026, 1, 1), "vat_unmapped"),
    ],
)
def test_vat_is_chosen_by_rate_and_day_never_replaced(rate: Decimal | None, day: date, expected: str) -> None:
    found = vat_value(rate, day, OFFERED)
    assert (found if isinstance(found, str) else found.value) == expected


def cents(value: Fraction) -> Fraction:
    """Half away from zero to 1/100, in whole numbers only."""
    scaled = abs(value) * 100
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 100)


numbers = st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False, allow_infinity=False)
quantities = st.decimals(min_value=0, max_value=10**4, places=3, allow_nan=False, allow_infinity=False)
rates = st.sampled_from([None, "0", "5", "7", "10", "18", "20", "22"])


@settings(max_examples=10_000, deadline=None)
@given(price=numbers, exclusive=numbers, quantity=quantities, rate=rates, included=st.booleans())
def test_ten_thousand_rows_agree_with_fractions_to_the_kopeck(
    price: Decimal, exclusive: Decimal, quantity: Decimal, rate: str | None, included: bool
) -> None:
    one = row(str(price), str(quantity), rate, included, str(exclusive))
    _, amount, vat, total = money(one, included)
    percent = Fraction(rate or 0)
    wanted = cents(Fraction(quantity) * Fraction(price if included else exclusive))
    wanted_vat = cents(wanted * percent / (100 + percent) if included else wanted * percent / 100)
    assert (Fraction(amount), Fraction(vat)) == (wanted, wanted_vat)
    assert Fraction(total) == wanted + (0 if included else wanted_vat)


@given(
    price=numbers,
    rate=st.decimals(min_value="0.0001", max_value=1000, places=4),
    multiplicity=st.sampled_from([1, 10, 100]),
)
def test_conversion_is_line_by_line(price: Decimal, rate: Decimal, multiplicity: int) -> None:
    found, _ = lines(facts(rows=(row(str(price)),)), rule(zero_price="allow"), tables(), NEEDS, PLACE)
    in_roubles = converted(found[0], Rate(rate, multiplicity, date(2026, 1, 1)), included=True)
    assert Fraction(in_roubles.amount) == cents(Fraction(found[0].amount) * Fraction(rate) / multiplicity)
    assert in_roubles.total == in_roubles.amount
