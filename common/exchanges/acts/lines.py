"""Product rows become lines: mapping, VAT and money (rules, Rows, Money, Currency). Pure; sums are `Decimal`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from common.errors import Stop
from common.exchanges.acts.model import ActRule, DraftLine, Place, Tables
from common.model.acts import Needs, Rate, VatValue
from common.model.deals import DealFacts, ProductRow
from common.model.money import rounded, vat_on_top, vat_within

NO_VAT = "none"
TOO_LARGE = "amount_too_large"
MOST, MOST_QUANTITY = Decimal(10) ** 13, Decimal(10) ** 12
"""Sums and prices are (15,2) and quantities (15,3) in all documents of all products (facts onec-odata §2)."""


def lines(
    facts: DealFacts, rule: ActRule, tables: Tables, needs: Needs, place: Place
) -> tuple[tuple[DraftLine, ...], list[Stop]]:
    """All rows in the deal's order, or every reason why not; one faulty row means no act at all."""
    stops = [*_row_stops(facts, rule, needs, place), *_mapping_stops(facts, rule, tables, needs)]
    if stops:
        return (), stops
    included = vat_included(facts.rows)
    found = tuple(_line(row, rule, tables, needs, included) for row in facts.rows)
    if too_large(found):
        return (), [_rows_stop(facts, place, TOO_LARGE, facts.rows)]
    return found, []


def too_large(found: Iterable[DraftLine]) -> bool:
    """A sum of a line or of all together has more digits than 1C's field, which would refuse or cut it."""
    sums = [(line.price, line.amount, line.total) for line in found]
    return any(one >= MOST for line in sums for one in line) or sum(line[-1] for line in sums) >= MOST


def vat_included(rows: Iterable[ProductRow]) -> bool:
    """Prices include VAT when any taxed row's does: a deal mixing both is written as included (rules, Money)."""
    taxed = [row.vat_included for row in rows if row.vat_rate]
    return any(taxed) or not taxed


def money(row: ProductRow, included: bool) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Price, amount, VAT and total of one row, each rounded once; the price is after discount already."""
    rate = row.vat_rate or Decimal(0)
    if included:
        amount = rounded(row.quantity * row.price)
        return row.price, amount, vat_within(amount, rate), amount
    amount = rounded(row.quantity * row.price_exclusive)
    vat = vat_on_top(amount, rate)
    return row.price_exclusive, amount, vat, amount + vat


def converted(line: DraftLine, rate: Rate, included: bool) -> DraftLine:
    """The line in roubles at a rate: price and amount converted and rounded, VAT and total from the new amount."""
    factor = rate.rate / rate.multiplicity
    amount = rounded(line.amount * factor)
    percent = line.vat_rate or Decimal(0)
    vat = vat_within(amount, percent) if included else vat_on_top(amount, percent)
    total = amount if included else amount + vat
    return replace(line, price=rounded(line.price * factor), amount=amount, vat_amount=vat, total=total)


def vat_value(rate: Decimal | None, day: date, offered: Iterable[VatValue]) -> VatValue | str:
    """The base's value for a rate on the act's day, or the reason why there is none; never another rate instead."""
    same = [value for value in offered if value.rate == rate]
    if not same:
        return "vat_unmapped"
    valid = [value for value in same if _in_force(value, day)]
    return valid[0] if valid else "vat_rate_not_valid_on_date"


def rate_word(rate: Decimal | None) -> str:
    """A rate as the VAT table's key: `22`, `16.67`, or `none` for "without VAT"."""
    return NO_VAT if rate is None else format(rate.normalize(), "f")


def mapped_rate(row: ProductRow, rule: ActRule, tables: Tables) -> Decimal | str | None:
    """The row's rate through the VAT table; a text is the key that has no row there."""
    word = rate_word(row.vat_rate)
    value = tables.vat.find(rule.base, word)
    if value is None:
        return word
    return None if value == NO_VAT else Decimal(value)


def _in_force(value: VatValue, day: date) -> bool:
    return (value.valid_from is None or value.valid_from <= day) and (value.valid_to is None or day <= value.valid_to)


def _line(row: ProductRow, rule: ActRule, tables: Tables, needs: Needs, included: bool) -> DraftLine:
    rate = mapped_rate(row, rule, tables)
    if isinstance(rate, str):
        raise ValueError(f"VAT {rate} is not mapped")
    price, amount, vat, total = money(replace(row, vat_rate=rate), included)
    return DraftLine(
        text=_cut(row.name, needs.text_limit),
        item=_item(row, rule, tables) or "",
        unit=_unit(row, rule, tables) or "",
        unit_name=row.unit_name,
        quantity=row.quantity,
        price=price,
        amount=amount,
        vat_rate=rate,
        vat_amount=vat,
        total=total,
    )


def _item(row: ProductRow, rule: ActRule, tables: Tables) -> str | None:
    keys = [f"product:{row.product_id}"] if row.product_id else []
    return tables.nomenclature.find(rule.base, *keys, f"name:{row.name}")


def _unit(row: ProductRow, rule: ActRule, tables: Tables) -> str | None:
    """The table's word, else the OKEI code itself; a unit known by name only needs a row in the table."""
    keys = [f"{row.unit_code}|{row.unit_name}", row.unit_code] if row.unit_code else []
    return tables.units.find(rule.base, *keys, f"name:{row.unit_name}") or row.unit_code or None


def _row_stops(facts: DealFacts, rule: ActRule, needs: Needs, place: Place) -> list[Stop]:
    if not facts.rows:
        return [_rows_stop(facts, place, "no_rows", ())]
    checks = (
        ("negative_row", lambda row: row.quantity < 0 or row.price < 0),
        ("zero_price", lambda row: rule.zero_price == "stop" and not row.quantity * row.price),
        ("quantity_too_fine", lambda row: _too_fine(row, needs)),
        (TOO_LARGE, _too_large),
    )
    found = [(reason, [row for row in facts.rows if wrong(row)]) for reason, wrong in checks]
    return [_rows_stop(facts, place, reason, rows) for reason, rows in found if rows]


def _too_fine(row: ProductRow, needs: Needs) -> bool:
    return row.quantity < MOST_QUANTITY and row.quantity != round(row.quantity, needs.quantity_scale)


def _too_large(row: ProductRow) -> bool:
    """Seen before anything is computed: rounding a number of too many digits fails."""
    price = max(row.price, row.price_exclusive)
    return row.quantity >= MOST_QUANTITY or price >= MOST or row.quantity * price >= MOST


def _mapping_stops(facts: DealFacts, rule: ActRule, tables: Tables, needs: Needs) -> list[Stop]:
    rows = facts.rows
    unmapped = {
        ("nomenclature", "nomenclature_unmapped"): [
            row.name for row in rows if needs.item and _item(row, rule, tables) is None
        ],
        ("units", "unit_unmapped"): [
            row.unit_name or "—" for row in rows if needs.unit and _unit(row, rule, tables) is None
        ],
        ("vat", "vat_unmapped"): [word for row in rows if isinstance(word := mapped_rate(row, rule, tables), str)],
    }
    return [mapping_stop(table, reason, names) for (table, reason), names in unmapped.items() if names]


def mapping_stop(table: str, reason: str, names: Sequence[str]) -> Stop:
    """A value without a row in a correspondence table; `names` lists what has none."""
    listed = "; ".join(dict.fromkeys(names))
    return Stop(reason, listed, "admin", f"mapping:{table}", where=f"./deploy.sh rules import {table}.csv")


def _rows_stop(facts: DealFacts, place: Place, reason: str, rows: Sequence[ProductRow]) -> Stop:
    listed = "; ".join(f"{row.name}: {row.quantity} × {row.price}" for row in rows)
    where = f"{place.url}/crm/deal/details/{facts.deal.id}/"
    subject = f"{facts.deal.title} (№ {facts.deal.id})"
    return Stop(reason, "товары сделки", "crm", f"deal:{facts.deal.id}", subject, where, listed)


def _cut(text: str, limit: int | None) -> str:
    """1C cuts over-long text in silence (facts onec-odata §1.8); ours ends visibly."""
    return text if limit is None or len(text) <= limit else text[: max(limit - 1, 0)] + "…" * bool(limit)
