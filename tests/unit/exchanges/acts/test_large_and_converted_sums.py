"""Sums at the edges: the difference of a conversion to the kopeck, and sums no field of 1C can hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from common.exchanges.acts import decide
from common.exchanges.acts.model import Draft, Known, Stopped
from common.model.acts import Rate
from common.model.ids import EMPTY_REF as EMPTY
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


@pytest.mark.parametrize(
    ("price", "quantity", "fits"),
    [
        ("9999999999999.99", "1", True),
        ("10000000000000.00", "1", False),
        ("5000000000000.00", "2", False),
        ("0.01", "999999999999.999", True),
        ("0.01", "1000000000000", False),
        ("99999999999999999999.00", "99999999999.123", False),
        ("1.00", "9" * 30, False),
    ],
)
def test_a_sum_that_no_field_of_1c_holds_is_for_the_deals_responsible(price: str, quantity: str, fits: bool) -> None:
    about = facts(deal=deal(amount=Decimal(1)), rows=(row(price=price, quantity=quantity),))
    found = decide.draft(about, entry(), rule(amount_mismatch="note"), tables(), NEEDS, PLACE)
    if fits:
        assert isinstance(found, Draft)
    else:
        assert isinstance(found, Stopped)
        assert [(one.reason, one.owner, one.awaits) for one in found.stops] == [("amount_too_large", "crm", "deal:12")]


def test_the_lines_together_or_their_vat_may_be_too_much() -> None:
    for rows in ((row(price="6000000000000"),) * 2, (row(price="9000000000000", included=False),)):
        about = facts(deal=deal(amount=Decimal(1)), rows=rows)
        found = decide.draft(about, entry(), rule(amount_mismatch="note"), tables(), NEEDS, PLACE)
        assert isinstance(found, Stopped)
        assert [one.reason for one in found.stops] == ["amount_too_large"]


def test_a_conversion_may_make_it_too_much() -> None:
    found = decide.in_act_currency(dollars("900000000000.00"), Rate(Decimal("80.1"), 1, DAY))
    known = Known(EMPTY, EMPTY, None, None, None, {}, {}, {}, {}, EMPTY, EMPTY)
    stopped = decide.act(found, entry(), rule(), known, [], None, PLACE, 1)
    assert isinstance(stopped, Stopped)
    assert [(one.reason, one.owner) for one in stopped.stops] == [("amount_too_large", "crm")]
