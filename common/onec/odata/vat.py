"""VAT values a base offers, with the days each is in force (facts §2.5). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from common.model.acts import VatValue
from common.onec.odata.values import day, number, number_text, some
from common.onec.profile import VatCatalog

WITHOUT = "БезНДС"
_MEMBER = re.compile(r"НДС(\d+)")
# Tax Code, art. 164; 22 % by law 425-FZ, 5 % and 7 % for the simplified system by law 176-FZ.
_LAW: dict[Decimal, tuple[date | None, date | None]] = {
    Decimal(18): (None, date(2018, 12, 31)),
    Decimal(20): (date(2019, 1, 1), date(2025, 12, 31)),
    Decimal(22): (date(2026, 1, 1), None),
    Decimal(5): (date(2025, 1, 1), None),
    Decimal(7): (date(2025, 1, 1), None),
}


def members(names: Iterable[str]) -> list[VatValue]:
    """Values of the enumeration; computed rates such as `НДС20_120` have no place in a row of an act."""
    return [value for name in names if (value := _member(name)) is not None]


def catalog_rows(vat: VatCatalog, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the catalog as the dictionary keeps them.

    Rates of other countries are left out: those of a country that has none of the domestic rates. A rate that people
    added themselves, such as 22 % in a release of 2024, has no domestic name but no other country either.
    """
    plain = [row for row in found if not row.get(vat.computed)]
    home = {some(row.get(vat.country)) for row in plain if row.get(vat.domestic)} | {None}
    return [_row(vat, row) for row in plain if not vat.country or len(home) == 1 or some(row.get(vat.country)) in home]


def value(row: Mapping[str, Any]) -> VatValue:
    """A kept row as the noun; the law's days where the base keeps none of its own."""
    rate = None if row["rate"] is None else Decimal(row["rate"])
    since, until = day(row["since"]), day(row["until"])
    if since is None and until is None and rate is not None:
        since, until = _LAW.get(rate, (None, None))
    return VatValue(rate, row["value"], since, until)


def _member(name: str) -> VatValue | None:
    if name == WITHOUT:
        return VatValue(None, name)
    match = _MEMBER.fullmatch(name)
    if match is None:
        return None
    rate = Decimal(match[1])
    return VatValue(rate, name, *_LAW.get(rate, (None, None)))


def _row(vat: VatCatalog, row: Mapping[str, Any]) -> dict[str, Any]:
    name, exempt = vat.exempt
    rate = None if row.get(name) == exempt else number_text(number(row.get(vat.rate)).normalize())
    since, until = (str(row.get(one) or "") if one else "" for one in (vat.since, vat.until))
    return {"value": row["Ref_Key"], "rate": rate, "since": since, "until": until}
