"""Ten thousand random deals decided by us and reckoned anew in fractions, which round nowhere but where the rules say.

Both start from what the portal says of a row; nothing is shared but the numbers. Floats do the same beside them: what
the differences would be without decimals.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TypeVar

from common.exchanges.acts import decide
from common.exchanges.acts.model import Known, Stopped
from common.model.acts import Act, Rate, VatValue
from common.model.deals import DealFacts, ProductRow
from common.model.ids import Ref
from tests.benchmarks.report import Bar, table
from tests.unit.exchanges.acts import samples

DEALS, SEED = 10_000, 20261120
RATES = ("22", "20", "10", "7", "5", "0", None)
VALUES = [VatValue(None if rate is None else Decimal(rate), f"v{rate}") for rate in RATES]
DAY = date(2026, 11, 20)
KNOWN = Known(
    organisation=Ref("o"), counterparty=Ref("c"), partner=None, contract=Ref("d"), agreement=None,
    items={"Консультация": Ref("i")}, units={}, refs={}, line_refs={}, currency=Ref("r"), rouble=Ref("r"),
)  # fmt: skip

Number = TypeVar("Number", Fraction, float)
Sums = tuple[Number, Number, Number]
"""Amounts, VAT and totals of all lines."""


@dataclass(frozen=True, slots=True)
class Case:
    """One deal; `rate` when it is in dollars."""

    rows: tuple[ProductRow, ...]
    rate: Rate | None

    @property
    def included(self) -> bool:
        """Mixed rows are written as included; rows without VAT say nothing."""
        words = {row.vat_included for row in self.rows if row.vat_rate}
        return True in words or not words


def bench(small: bool) -> list[Bar]:
    """All deals through `decide`, through fractions and through floats."""
    chance = random.Random(SEED)
    cases = [_case(chance) for _ in range(DEALS // 50 if small else DEALS)]
    ours, ours_ms = _timed(_ours, cases)
    exact, exact_ms = _timed(lambda case: _sums(case, Fraction, _half_up), cases)
    floats, floats_ms = _timed(_in_floats, cases)
    apart, wrong = _apart(ours, exact)
    float_apart, float_wrong = _apart(floats, exact)
    table(
        f"{len(cases)} deals, {sum(len(case.rows) for case in cases)} rows",
        ("who", "differences, sum", "deals that differ", "ms for all"),
        [
            ("decide", f"{apart:.2f}", wrong, ours_ms),
            ("fractions (reference)", "0.00", 0, exact_ms),
            ("floats", f"{float_apart:.2f}", float_wrong, floats_ms),
        ],
    )
    return [Bar(f"{len(cases)} random deals differ by 0.00", f"{apart:.2f} in {wrong} deals", apart == 0, counted=True)]


def _case(chance: random.Random) -> Case:
    rows = tuple(_row(chance) for _ in range(chance.choice((1, 1, 2, 3, 5, 8, 13, 30))))
    foreign = Rate(Decimal(chance.randint(10_000, 1_500_000)).scaleb(-4), chance.choice((1, 1, 10, 100)), DAY)
    return Case(rows, foreign if chance.random() < 0.3 else None)


def _row(chance: random.Random) -> ProductRow:
    """Prices with kopecks or finer, as the portal keeps them; the price without VAT is rounded as the portal does."""
    rate, places = chance.choice(RATES), chance.choice((0, 2, 2, 4))
    price = Decimal(chance.randint(1, 10 ** (places + 6))).scaleb(-places)
    exclusive = (price / (1 + Decimal(rate or 0) / 100)).quantize(Decimal("0.01"))
    quantity = Decimal(chance.choice((chance.randint(1, 40), chance.randint(1, 99_999) / 1000))).quantize(
        Decimal("0.001")
    )
    return samples.row(str(price), str(quantity), rate, chance.random() < 0.6, str(exclusive))


def _ours(case: Case) -> Sums[Fraction]:
    """By the exchange: draft, conversion, act. The deal's amount is the one thing made up: it is not compared here."""
    decided = _decided(case, samples.facts(rows=case.rows))
    amount = sum((Fraction(line.amount) for line in decided.lines), Fraction(0))
    vat = sum((Fraction(line.vat_amount) for line in decided.lines), Fraction(0))
    return amount, vat, Fraction(decided.total)


def _in_floats(case: Case) -> Sums[Fraction]:
    amount, vat, total = _sums(case, float, lambda value: round(value, 2))
    # What is left of a float's own dust after the sixth decimal is not held against it.
    return _dusted(amount), _dusted(vat), _dusted(total)


def _dusted(value: float) -> Fraction:
    return Fraction(value).limit_denominator(10**6)


def _decided(case: Case, facts: DealFacts) -> Act:
    rule, needs = samples.rule(amount_mismatch="note", zero_price="allow"), samples.NEEDS
    facts = replace(facts, deal=samples.deal(currency="USD" if case.rate else "RUB"))
    draft = decide.draft(facts, samples.entry(), rule, samples.tables(), needs, samples.PLACE)
    assert not isinstance(draft, Stopped), draft
    draft = decide.in_act_currency(draft, case.rate)
    act = decide.act(draft, samples.entry(), rule, KNOWN, VALUES, None, samples.PLACE, 1)
    assert isinstance(act, Act), act
    return act


def _sums(case: Case, number: Callable[[Decimal], Number], rounded: Callable[[Number], Number]) -> Sums[Number]:
    """The rules in another kind of number: each sum rounded once, dollars converted line by line."""
    found = [_line(row, case, number, rounded) for row in case.rows]
    zero = number(Decimal(0))
    return sum((a for a, _, _ in found), zero), sum((v for _, v, _ in found), zero), sum((t for _, _, t in found), zero)


def _line(
    row: ProductRow, case: Case, number: Callable[[Decimal], Number], rounded: Callable[[Number], Number]
) -> Sums[Number]:
    price, percent = row.price if case.included else row.price_exclusive, number(row.vat_rate or Decimal(0))
    amount = rounded(number(row.quantity) * number(price))
    if case.rate:
        amount = rounded(amount * (number(case.rate.rate) / case.rate.multiplicity))
    if case.included:
        return amount, rounded(amount * percent / (100 + percent)), amount
    vat = rounded(amount * percent / 100)
    return amount, vat, amount + vat


def _half_up(value: Fraction) -> Fraction:
    return Fraction(floor(value * 100 + Fraction(1, 2)), 100)


def _apart(found: Iterable[Sums[Fraction]], exact: Iterable[Sums[Fraction]]) -> tuple[float, int]:
    """The sum of all differences in roubles, and how many deals have one."""
    pairs = zip(found, exact, strict=True)
    each = [sum(abs(one - true) for one, true in zip(mine, sums, strict=True)) for mine, sums in pairs]
    return float(sum(each)), sum(map(bool, each))


Result = TypeVar("Result")


def _timed(work: Callable[[Case], Result], cases: Sequence[Case]) -> tuple[list[Result], int]:
    began = time.perf_counter()
    found = [work(case) for case in cases]
    return found, round((time.perf_counter() - began) * 1000)
