"""Product rows in both families (facts 4.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.simulators.bitrix24 import items
from tests.simulators.bitrix24.calls import Call, Page, controller_page, mapping, method, sequence
from tests.simulators.bitrix24.errors import bad_value, missing, not_found
from tests.simulators.bitrix24.fields import DEAL, OWNER_CODES, Field
from tests.simulators.bitrix24.filters import order_rows, select_rows, split
from tests.simulators.bitrix24.methods.legacy import found_item
from tests.simulators.bitrix24.rows import build, rows_of
from tests.simulators.bitrix24.wire import Data, integer

_KINDS = {
    "id": "integer", "ownerId": "integer", "ownerType": "string", "productId": "integer", "productName": "string",
    "price": "money", "priceAccount": "money", "priceExclusive": "money", "priceNetto": "money",
    "priceBrutto": "money", "quantity": "money", "discountTypeId": "integer", "discountRate": "money",
    "discountSum": "money", "taxRate": "money", "taxIncluded": "string", "customized": "string",
    "measureCode": "integer", "measureName": "string", "sort": "integer", "xmlId": "string", "type": "integer",
    "storeId": "integer",
}  # fmt: skip
_FIELDS = {name: Field(name, name, kind) for name, kind in _KINDS.items()}
_OLD_NAMES = {
    "PRODUCT_ID": "productId", "PRODUCT_NAME": "productName", "PRICE": "price", "QUANTITY": "quantity",
    "DISCOUNT_TYPE_ID": "discountTypeId", "DISCOUNT_RATE": "discountRate", "DISCOUNT_SUM": "discountSum",
    "TAX_RATE": "taxRate", "TAX_INCLUDED": "taxIncluded", "MEASURE_CODE": "measureCode", "SORT": "sort",
}  # fmt: skip


@method("crm.item.productrow.list", "crm")
def listing(call: Call) -> Page:
    """Rows of one owner: `=ownerType` and `=ownerId` are mandatory with the literal prefix [S]."""
    conditions = mapping(call.need("filter"))
    for name in ("=ownerType", "=ownerId"):
        if name not in conditions:
            raise bad_value(f"Required filter field '{name}' is not specified")
    _owner(call, conditions["=ownerType"], conditions["=ownerId"])
    rows = select_rows(list(call.portal.crm.rows.values()), conditions, _FIELDS, call.portal.zone, strict=True)
    order = mapping(call.params.get("order")) or {"sort": "ASC", "id": "ASC"}
    known = {key: way for key, way in order.items() if split(key)[1] in _FIELDS}
    return controller_page("productRows", order_rows(rows, known, _FIELDS), call.start)


@method("crm.item.productrow.get", "crm")
def get(call: Call) -> Data:
    """One row."""
    return {"productRow": _row(call)}


@method("crm.item.productrow.add", "crm")
def add(call: Call) -> Data:
    """A new row; the amount of the owner follows."""
    fields = mapping(call.need("fields"))
    for name in ("ownerId", "ownerType"):
        if name not in fields:
            raise missing(name)
    kind, owner = _owner(call, fields["ownerType"], fields["ownerId"])
    row = build(call.portal.crm, kind, owner, fields)
    _save(call, "add", row, fields)
    return {"productRow": row}


@method("crm.item.productrow.update", "crm")
def update(call: Call) -> Data:
    """Change a row."""
    before, fields = _row(call), mapping(call.need("fields"))
    row = build(call.portal.crm, before["ownerType"], before["ownerId"], fields, base=before)
    _save(call, "update", row, fields)
    return {"productRow": row}


@method("crm.item.productrow.delete", "crm")
def delete(call: Call) -> None:
    """Delete a row; the answer is null."""
    row = _row(call)
    del call.portal.crm.rows[row["id"]]
    call.portal.changed(call.hit, "delete", "PRODUCTROW", row["id"], {})
    items.recount(call.portal, call.hit, row["ownerId"])


@method("crm.item.productrow.set", "crm")
def replace(call: Call) -> Data:
    """Replace all rows of an owner."""
    kind, owner = _owner(call, call.need("ownerType"), call.need("ownerId"))
    if "productRows" not in call.params:
        raise missing("productRows")
    return {"productRows": set_rows(call, kind, owner, sequence(call.params["productRows"]))}


@method("crm.deal.productrows.get", "crm")
def legacy_get(call: Call) -> list[Data]:
    """The deprecated form: upper-case names, strings and numbers mixed."""
    return [_legacy(row) for row in rows_of(call.portal.crm, "D", found_item(call, DEAL)["ID"])]


@method("crm.deal.productrows.set", "crm")
def legacy_set(call: Call) -> bool:
    """The deprecated form of `set`."""
    owner = found_item(call, DEAL)["ID"]
    rows = [mapping(row) for row in sequence(call.any_case("rows"))]
    set_rows(call, "D", owner, [{_OLD_NAMES.get(key, key): value for key, value in row.items()} for row in rows])
    return True


def set_rows(call: Call, kind: str, owner: int, sent: list[Any]) -> list[Data]:
    """Drop the old rows, build the new ones, recount the owner once."""
    crm = call.portal.crm
    for row in rows_of(crm, kind, owner):
        del crm.rows[row["id"]]
    rows = [build(crm, kind, owner, {"sort": (place + 1) * 10, **mapping(row)}) for place, row in enumerate(sent)]
    crm.rows.update({row["id"]: row for row in rows})
    call.portal.changed(call.hit, "set", "PRODUCTROWS", owner, {"rows": len(rows)})
    items.recount(call.portal, call.hit, owner)
    return rows


def _save(call: Call, kind: str, row: Data, fields: Data) -> None:
    call.portal.crm.rows[row["id"]] = row
    call.portal.changed(call.hit, kind, "PRODUCTROW", row["id"], fields)
    items.recount(call.portal, call.hit, row["ownerId"])


def _owner(call: Call, kind: Any, number: Any) -> tuple[str, int]:
    if OWNER_CODES.get(str(kind)) != DEAL:
        raise bad_value(f"Owner type '{kind}' is not supported")
    if integer(number) not in call.portal.crm.items[DEAL]:
        raise not_found()
    return str(kind), integer(number)


def _row(call: Call) -> Data:
    row = call.portal.crm.rows.get(integer(call.need("id")))
    if row is None:
        raise not_found()
    return row


def _legacy(row: Data) -> Data:
    names = {old: row[new] for old, new in _OLD_NAMES.items()}
    names.update(ID=str(row["id"]), OWNER_ID=str(row["ownerId"]), OWNER_TYPE=row["ownerType"])
    names.update(ORIGINAL_PRODUCT_NAME=row["productName"], MEASURE_NAME=row["measureName"], CUSTOMIZED="Y")
    names.update(PRICE_EXCLUSIVE=row["priceExclusive"], PRICE_NETTO=row["priceNetto"], PRICE_BRUTTO=row["priceBrutto"])
    account = str(Decimal(row["priceAccount"]).quantize(Decimal("0.01")))
    names.update(PRICE_ACCOUNT=account, XML_ID=row["xmlId"], TYPE=row["type"], STORE_ID=row["storeId"])
    return {**names, "RESERVE_ID": None, "DATE_RESERVE_END": None, "RESERVE_QUANTITY": None}
