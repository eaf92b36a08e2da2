"""Product rows: the four prices, discount and tax (facts 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.simulators.bitrix24.store import Crm
from tests.simulators.bitrix24.values import decimal
from tests.simulators.bitrix24.wire import Data, integer

CENT = Decimal("0.01")
ABSOLUTE, PERCENT = 1, 2


def rows_of(crm: Crm, owner_type: str, owner: int) -> list[Data]:
    """The rows of one owner by sort and id."""
    found = [row for row in crm.rows.values() if row["ownerType"] == owner_type and row["ownerId"] == owner]
    return sorted(found, key=lambda row: (row["sort"], row["id"]))


def build(crm: Crm, owner_type: str, owner: int, sent: Mapping[str, Any], base: Data | None = None) -> Data:
    """A whole row out of what was sent; omitted name and unit come from the catalogue (facts 4.2)."""
    known = base or _blank(crm, owner_type, owner, sent)
    row: Data = {**known, **{key: value for key, value in sent.items() if key in known}}
    row.update(id=known["id"], ownerId=owner, ownerType=owner_type)
    for name in ("price", "quantity", "discountRate", "discountSum"):
        row[name] = decimal(row[name]) or Decimal(0)
    # Null is "without VAT", 0 is 0 %: the two must stay apart (facts 4.2 [U]).
    row["taxRate"] = decimal(row["taxRate"])
    for name in ("productId", "discountTypeId", "measureCode", "sort", "type"):
        row[name] = integer(row[name])
    row["customized"] = "Y"
    _measure(crm, row)
    _prices(row, sent)
    return row


def cents(value: Decimal) -> Decimal:
    """Two digits, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def line_sum(row: Data) -> Decimal:
    """What a row adds to the amount of its owner."""
    return cents(Decimal(row["price"]) * Decimal(row["quantity"]))


def line_tax(row: Data) -> Decimal:
    """The tax inside a row."""
    return line_sum(row) - cents(Decimal(row["priceExclusive"]) * Decimal(row["quantity"]))


def _blank(crm: Crm, owner_type: str, owner: int, sent: Mapping[str, Any]) -> Data:
    number = crm.number("row")
    product = crm.products.get(integer(sent.get("productId")), {})
    return {
        "id": number, "ownerId": owner, "ownerType": owner_type, "productId": 0,
        "productName": product.get("name", ""), "price": 0, "priceAccount": 0, "priceExclusive": 0, "priceNetto": 0,
        "priceBrutto": 0, "quantity": 1, "discountTypeId": PERCENT, "discountRate": 0, "discountSum": 0,
        "taxRate": None, "taxIncluded": "N", "customized": "Y", "measureCode": product.get("measureCode", 796),
        "measureName": "", "sort": 10, "xmlId": "", "type": product.get("type", 1), "storeId": None,
    }  # fmt: skip


def _measure(crm: Crm, row: Data) -> None:
    found = next((measure for measure in crm.measures.values() if measure["code"] == row["measureCode"]), None)
    row["measureName"] = found["symbol"] if found else row["measureName"]


def _prices(row: Data, sent: Mapping[str, Any]) -> None:
    """`price` is after discount with tax; from it the price without tax, then both prices before discount."""
    tax = 1 + (row["taxRate"] or Decimal(0)) / 100
    exclusive = cents(row["price"] / tax)
    share = 1 - row["discountRate"] / 100
    if row["discountTypeId"] == ABSOLUTE or (row["discountSum"] and "discountRate" not in sent):
        netto = exclusive + row["discountSum"]
        row["discountRate"] = cents(row["discountSum"] / netto * 100) if netto else Decimal(0)
    else:
        netto = cents(exclusive / share) if share else exclusive
        row["discountSum"] = netto - exclusive
    row.update(priceExclusive=exclusive, priceNetto=netto, priceBrutto=cents(netto * tax), priceAccount=row["price"])
