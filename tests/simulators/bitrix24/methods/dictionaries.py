"""Funnels, statuses, units, rates, currencies (facts 4.4, 4.7)."""

from __future__ import annotations

from typing import Any

from tests.simulators.bitrix24.calls import Call, Page, controller_page, mapping, method, page, sequence
from tests.simulators.bitrix24.errors import RestError, legacy, not_found
from tests.simulators.bitrix24.fields import DEAL, Field
from tests.simulators.bitrix24.filters import order_rows, select_rows
from tests.simulators.bitrix24.wire import Data, integer

_STATUS = {
    name: Field(name, name, "integer" if name in ("ID", "SORT") else "string")
    for name in ("ID", "ENTITY_ID", "STATUS_ID", "NAME", "SORT", "SEMANTICS", "CATEGORY_ID", "COLOR")
}
_SEMANTICS = {"S": "success", "F": "failure", None: "process"}
_MEASURE = {
    "id": "integer", "code": "integer", "isDefault": "string", "measureTitle": "string", "symbol": "string",
    "symbolIntl": "string", "symbolLetterIntl": "string",
}  # fmt: skip
_VAT = {"id": "integer", "name": "string", "rate": "money", "active": "string", "sort": "integer"}


@method("crm.category.list", "crm")
def categories(call: Call) -> Page:
    """The funnels of an entity type."""
    _deals_only(call)
    rows = sorted((_category(row) for row in call.portal.crm.categories.values()), key=lambda row: row["sort"])
    return Page({"categories": rows}, len(rows))


@method("crm.category.get", "crm")
def category(call: Call) -> Data:
    """One funnel; 0 is the common one."""
    _deals_only(call)
    row = call.portal.crm.categories.get(integer(call.need("id")))
    if row is None:
        raise not_found()
    return {"category": _category(row)}


@method("crm.status.list", "crm")
def statuses(call: Call) -> Page:
    """All dictionaries in one list, never paged; filter by ENTITY_ID, key by STATUS_ID."""
    rows = select_rows(call.portal.crm.statuses, call.any_case("filter"), _STATUS, call.portal.zone)
    shown = [_status(row) for row in order_rows(rows, call.any_case("order"), _STATUS)]
    return Page(shown, len(shown))


@method("catalog.measure.list", "catalog", admin=True)
def measures(call: Call) -> Page:
    """Units; `code` is OKEI as an integer (facts 4.7)."""
    return _catalog(call, "measures", list(call.portal.crm.measures.values()), _MEASURE)


@method("crm.measure.list", "crm")
def old_measures(call: Call) -> Page:
    """The deprecated list of units: strings."""
    names = {
        "ID": "id", "CODE": "code", "MEASURE_TITLE": "measureTitle", "SYMBOL_RUS": "symbol",
        "SYMBOL_INTL": "symbolIntl", "SYMBOL_LETTER_INTL": "symbolLetterIntl", "IS_DEFAULT": "isDefault",
    }  # fmt: skip
    rows = [{old: row[new] for old, new in names.items()} for row in call.portal.crm.measures.values()]
    fields = {name: Field(name, name, "integer" if name in ("ID", "CODE") else "string") for name in names}
    return _texts(call, rows, fields)


@method("catalog.vat.list", "catalog", admin=True)
def vats(call: Call) -> Page:
    """VAT rates of the catalogue: numbers; "without VAT" has no rate."""
    return _catalog(call, "vats", list(call.portal.crm.vats.values()), _VAT)


@method("crm.vat.list", "crm")
def old_vats(call: Call) -> Page:
    """The deprecated list of rates: `RATE` is null for "without VAT" (facts 4.7)."""
    rows = [
        {"ID": row["id"], "NAME": row["name"], "RATE": row["rate"], "ACTIVE": row["active"], "C_SORT": row["sort"]}
        for row in call.portal.crm.vats.values()
    ]
    kinds = {"ID": "integer", "NAME": "string", "RATE": "money", "ACTIVE": "string", "C_SORT": "integer"}
    part = _texts(call, rows, {name: Field(name, name, kind) for name, kind in kinds.items()})
    for row in part.result:
        if row.get("RATE") is not None:
            row["RATE"] = f"{float(row['RATE']):.2f}"
    return part


@method("crm.currency.list", "crm")
def currencies(call: Call) -> Page:
    """All currencies at once; paging is ignored and `total` is always 0 (facts 2.5)."""
    return Page([_currency(call, row) for row in call.portal.crm.currencies.values()], 0)


@method("crm.currency.get", "crm")
def currency(call: Call) -> Data:
    """One currency by its code."""
    row = call.portal.crm.currencies.get(str(call.any_case("id", "")))
    if row is None:
        raise legacy("Not found")
    return _currency(call, row)


@method("crm.currency.base.get", "crm")
def base_currency(call: Call) -> str:
    """The code of the base currency."""
    return next(code for code, row in call.portal.crm.currencies.items() if row["BASE"])


def _deals_only(call: Call) -> None:
    if integer(call.need("entityTypeId")) != DEAL:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")


def _category(row: Data) -> Data:
    found = {**row, "entityTypeId": DEAL, "isDefault": "Y" if row["id"] == 0 else "N"}
    return found if row["id"] == 0 else {**found, "originId": "", "originatorId": ""}


def _status(row: Data) -> Data:
    system = row["STATUS_ID"].rpartition(":")[2] in ("NEW", "WON", "LOSE")
    return {
        "ID": str(row["ID"]), "ENTITY_ID": row["ENTITY_ID"], "STATUS_ID": row["STATUS_ID"], "NAME": row["NAME"],
        "NAME_INIT": row["NAME"] if system else "", "SORT": str(row["SORT"]), "SYSTEM": "Y" if system else "N",
        "CATEGORY_ID": None if row["CATEGORY_ID"] is None else str(row["CATEGORY_ID"]), "COLOR": row["COLOR"],
        "SEMANTICS": row["SEMANTICS"],
        "EXTRA": {"SEMANTICS": _SEMANTICS[row["SEMANTICS"]], "COLOR": row["COLOR"]},
    }  # fmt: skip


def _catalog(call: Call, key: str, rows: list[Data], kinds: dict[str, str]) -> Page:
    fields = {name: Field(name, name, kind) for name, kind in kinds.items()}
    rows = select_rows(rows, call.params.get("filter"), fields, call.portal.zone, strict=True)
    rows = order_rows(rows, mapping(call.params.get("order")) or {"id": "ASC"}, fields)
    chosen = [str(name) for name in sequence(call.params.get("select"))]
    wanted = [name for name in chosen if name in fields] or list(fields)
    return controller_page(key, [{name: row[name] for name in wanted} for row in rows], call.start)


def _texts(call: Call, rows: list[Data], fields: dict[str, Field]) -> Page:
    rows = select_rows(rows, call.any_case("filter"), fields, call.portal.zone)
    rows = order_rows(rows, call.any_case("order"), fields)
    chosen = {str(name).upper() for name in sequence(call.any_case("select"))}
    shown: list[dict[str, Any]] = [
        {name: None if value is None else str(value) for name, value in row.items() if not chosen or name in chosen}
        for row in rows
    ]
    return page(shown, call.start)


def _currency(call: Call, row: Data) -> Data:
    moment = call.portal.now().astimezone(call.portal.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "CURRENCY": row["CURRENCY"], "AMOUNT_CNT": str(row["AMOUNT_CNT"]), "AMOUNT": f"{row['AMOUNT']:.4f}",
        "SORT": "100", "BASE": "Y" if row["BASE"] else "N", "FULL_NAME": row["FULL_NAME"], "LID": "ru",
        "FORMAT_STRING": "#", "DEC_POINT": ".", "THOUSANDS_SEP": None, "DECIMALS": "2",
        "DATE_UPDATE": moment.isoformat(),
    }  # fmt: skip
