"""Money is `Decimal` in units of its currency, rounded half up to 0.01, once (rules, Money)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def rounded(amount: Decimal) -> Decimal:
    """To 0.01, half away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def vat_within(total: Decimal, rate: Decimal) -> Decimal:
    """VAT contained in a sum that includes it: sum·r/(100+r); `rate` in percent."""
    return rounded(total * rate / (100 + rate))


def vat_on_top(net: Decimal, rate: Decimal) -> Decimal:
    """VAT to add to a sum without it: sum·r/100; `rate` in percent."""
    return rounded(net * rate / 100)
