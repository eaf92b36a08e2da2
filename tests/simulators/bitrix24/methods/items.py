"""`crm.item.*` for deals, contacts and companies (facts 4.0, 4.1)."""

from __future__ import annotations

from typing import Any

from tests.simulators.bitrix24 import items
from tests.simulators.bitrix24.calls import Call, Page, controller_page, mapping, method, sequence
from tests.simulators.bitrix24.errors import RestError, bad_value, missing, not_found
from tests.simulators.bitrix24.fields import DEAL, SYSTEM, Field, item_name
from tests.simulators.bitrix24.filters import order_rows, select_rows
from tests.simulators.bitrix24.values import read, typed
from tests.simulators.bitrix24.wire import Data, integer

_MULTIFIELDS = ("PHONE", "EMAIL", "WEB", "IM")
_NULLS = ("webformId", "orderStage", "searchContent")


@method("crm.item.get", "crm")
def get(call: Call) -> Data:
    """One item with all its fields."""
    entity = entity_of(call)
    return {"item": whole(call, entity, _item(call, entity))}


@method("crm.item.list", "crm")
def listing(call: Call) -> Page:
    """A page of items; an unknown filter key is an error here."""
    entity, names = entity_of(call), _names(call, entity_of(call))
    rows = list(call.portal.crm.items[entity].values())
    rows = select_rows(rows, call.params.get("filter"), names, call.portal.zone, strict=True)
    rows = order_rows(rows, call.params.get("order"), names, strict=True)
    chosen = [str(name) for name in sequence(call.params.get("select"))]
    part = controller_page("items", rows, call.start)
    answer = [_select(call, shown(call, entity, row), names, chosen) for row in part.result["items"]]
    return Page({"items": answer}, part.total, part.next)


@method("crm.item.add", "crm")
def add(call: Call) -> Data:
    """A new item; the answer is the whole item."""
    entity = entity_of(call)
    number = items.create(call.portal, call.hit, entity, _sent(call, entity))
    return {"item": whole(call, entity, call.portal.crm.items[entity][number])}


@method("crm.item.update", "crm")
def update(call: Call) -> Data:
    """Change an item; without a difference nothing happens and no event is raised (facts 4.1)."""
    entity = entity_of(call)
    item, changes = _item(call, entity), _sent(call, entity)
    if entity == DEAL:
        items.check_required(call.portal, item["ID"], changes)
    items.update(call.portal, call.hit, entity, item["ID"], changes)
    return {"item": whole(call, entity, item)}


@method("crm.item.delete", "crm")
def delete(call: Call) -> list[Any]:
    """Delete an item; the answer is an empty array."""
    entity = entity_of(call)
    items.delete(call.portal, call.hit, entity, _item(call, entity)["ID"])
    return []


@method("crm.item.fields", "crm")
def fields(call: Call) -> Data:
    """Descriptions of all fields by their item names."""
    entity, original = entity_of(call), _original(call)
    found = {}
    for field in call.portal.crm.fields(entity).values():
        if field.in_item:
            upper = field.name if field.dynamic else _upper(field.item)
            found[_name(field, original)] = {**field.describe(), "upperName": upper}
    return {"fields": found}


def entity_of(call: Call) -> int:
    """The entity type of a controller call; only what is simulated is known."""
    entity = integer(call.need("entityTypeId"))
    if entity not in SYSTEM:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {entity} is not supported")
    return entity


def shown(call: Call, entity: int, item: Data) -> Data:
    """An item in the universal form: camelCase, typed."""
    original = _original(call)
    found = {
        _name(field, original): typed(field, item.get(field.name), call.portal.zone)
        for field in call.portal.crm.fields(entity).values()
        if field.in_item
    }
    return {**found, **dict.fromkeys(_NULLS), "entityTypeId": entity}


def whole(call: Call, entity: int, item: Data) -> Data:
    """An item with its multi-fields under `fm`, which lists leave out (read in product source: Controller/Item get)."""
    found = [row for name in _MULTIFIELDS for row in item.get(name) or []]
    fm = [
        {"id": integer(row["ID"]), "typeId": row["TYPE_ID"], "valueType": row["VALUE_TYPE"], "value": row["VALUE"]}
        for row in found
    ]
    return shown(call, entity, item) if entity == DEAL else {**shown(call, entity, item), "fm": fm}


def _item(call: Call, entity: int) -> Data:
    item = call.portal.crm.items[entity].get(integer(call.need("id")))
    if item is None:
        raise not_found()
    return item


def _sent(call: Call, entity: int) -> Data:
    """What was sent, under storage names; unknown and read-only fields are ignored."""
    if "fields" not in call.params:
        raise missing("fields")
    if not isinstance(call.params["fields"], dict | list):
        raise bad_value("Invalid value {fields} to match with parameter {array}")
    names = _names(call, entity)
    sent: Data = {}
    for key, value in mapping(call.params["fields"]).items():
        field = names.get(key)
        if field and not field.read_only:
            sent[field.name] = read(field, value, call.portal.zone)
    return sent | _multifields(mapping(call.params["fields"]).get("fm"), call)


def _multifields(sent: Any, call: Call) -> Data:
    """`fm`: a list of `{typeId, valueType, value}`."""
    found: Data = {}
    for row in sequence(sent):
        kind = str(mapping(row).get("typeId", "PHONE"))
        number = str(call.portal.crm.number("multifield"))
        entry = {"ID": number, "VALUE_TYPE": row.get("valueType", "WORK"), "VALUE": row["value"], "TYPE_ID": kind}
        found.setdefault(kind, []).append(entry)
    return found


def _names(call: Call, entity: int) -> dict[str, Field]:
    """Fields by every name a caller may use: the item name, and the upper-case one that source accepts too."""
    original = _original(call)
    found: dict[str, Field] = {}
    for field in call.portal.crm.fields(entity).values():
        if field.in_item:
            found[_name(field, original)] = field
            found[field.name if field.dynamic else _upper(field.item)] = field
    return found


def _select(call: Call, row: Data, names: dict[str, Field], chosen: list[str]) -> Data:
    if not chosen or "*" in chosen:
        return row
    wanted = {_name(names[name], _original(call)) for name in chosen if name in names} | {"id"}
    return {key: value for key, value in row.items() if key in wanted}


def _original(call: Call) -> bool:
    return call.params.get("useOriginalUfNames") == "Y"


def _name(field: Field, original: bool) -> str:
    return item_name(field.name, original) if field.dynamic else field.item


def _upper(name: str) -> str:
    return "".join(f"_{sign}" if sign.isupper() else sign for sign in name).upper()
