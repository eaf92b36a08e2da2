"""Sums at the edges: the difference of a conversion to the kopeck."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from common.exchanges.acts import decide
from common.exchanges.acts.model import Draft
from common.model.acts import Rate
from tests.unit.exchanges.acts.samples import NEEDS, PLACE, deal, entry, facts, row, rule, tables

DAY = date(2026, 11, 19)


def dollars(*prices: str) -> Draft:
    rows, amount = tuple(row(price=price) for price in prices), sum(map(Decimal, prices), Decimal(0))
    about = facts(deal=deal(amount=amount, currency="USD"), rows=rows)
    found = decide.draft(about, entry(), rule(), tables(), NEEDS, PLACE)
    assert isinstance(found, Draft)
    return found


def test_the_difference_is_to_the_whole_sum_rounded_as_money_is() -> None:
    # 80.13 × 3 = 240.39 against 240.375, which is 240.38.
    found = decide.in_act_currency(dollars("1.00", "1.00", "1.00"), Rate(Decimal("80.125"), 1, DAY))
    assert found.total == Decimal("240.39")
    assert found.notes[-1].endswith("разница округления 0.01")


def test_no_difference_is_said_as_zero() -> None:
    found = decide.in_act_currency(dollars("2.00"), Rate(Decimal("80.125"), 1, DAY))
    assert found.notes[-1].endswith("разница округления 0.00")
