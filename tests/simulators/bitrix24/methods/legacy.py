"""`crm.deal.*`, `crm.company.*`, `crm.contact.*`: upper-case names, strings (facts 4.0, 4.1, 4.5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.simulators.bitrix24 import items
from tests.simulators.bitrix24.calls import Call, Handler, Page, mapping, method, page, sequence
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.errors import legacy as refused
from tests.simulators.bitrix24.fields import COMPANY, CONTACT, DEAL, Field
from tests.simulators.bitrix24.filters import order_rows, select_rows
from tests.simulators.bitrix24.values import legacy, read
from tests.simulators.bitrix24.wire import Data, integer


def shown(call: Call, entity: int, item: Data) -> Data:
    """An item in the legacy form."""
    found = call.portal.crm.fields(entity).values()
    return {field.name: legacy(field, item.get(field.name), call.portal.zone) for field in found if field.in_legacy}


def listed(call: Call, rows: list[Data], fields: dict[str, Field]) -> Page:
    """Filter, order and page; an unknown filter key is dropped, so it returns everything [S]."""
    rows = select_rows(rows, call.any_case("filter"), fields, call.portal.zone, exact=True)
    return page(order_rows(rows, call.any_case("order"), fields), call.start)


def chosen(call: Call, row: Data, fields: dict[str, Field]) -> Data:
    """The selected columns; without `select` neither user fields nor multi-fields (facts 4.5)."""
    names = [str(name).upper() for name in sequence(call.any_case("select"))] or ["*"]
    wanted = {name for name in names if name in row} | {"ID"}
    for name, field in fields.items():
        plain = not field.dynamic and field.kind != "multifield"
        if ("*" in names and plain) or ("UF_*" in names and field.dynamic):
            wanted.add(name)
    return {key: value for key, value in row.items() if key in wanted}


def sent_fields(call: Call, entity: int) -> Data:
    """What was sent, under storage names; unknown and read-only fields are ignored (facts 4.5)."""
    known, sent = call.portal.crm.fields(entity), mapping(call.any_case("fields"))
    found = {
        name: read(field, value, call.portal.zone)
        for key, value in sent.items()
        if (field := known.get(name := key.upper())) and not field.read_only and field.in_legacy
    }
    for name, value in found.items():
        if known[name].kind == "multifield":
            found[name] = [_multifield(call, name, row) for row in sequence(value)]
    return found


def found_item(call: Call, entity: int) -> Data:
    """The item of `id`; the errors have an empty code (facts 4.1)."""
    number = integer(call.any_case("id"))
    if number <= 0:
        raise refused("ID is not defined or invalid")
    item = call.portal.crm.items[entity].get(number)
    if item is None:
        raise refused("Not found")
    return item


def _multifield(call: Call, name: str, row: Any) -> Data:
    sent = mapping(row) if isinstance(row, dict) else {"VALUE": row}
    number = str(sent.get("ID") or call.portal.crm.number("multifield"))
    kind = sent.get("VALUE_TYPE", "WORK")
    return {"ID": number, "VALUE_TYPE": kind, "VALUE": str(sent.get("VALUE", "")), "TYPE_ID": name}


def _get(entity: int) -> Handler:
    return lambda call: shown(call, entity, found_item(call, entity))


def _list(entity: int) -> Handler:
    def handler(call: Call) -> Page:
        fields = {name: field for name, field in call.portal.crm.fields(entity).items() if field.in_legacy}
        part = listed(call, list(call.portal.crm.items[entity].values()), fields)
        rows = [chosen(call, shown(call, entity, item), fields) for item in part.result]
        return Page(rows, part.total, part.next)

    return handler


def _add(entity: int) -> Handler:
    def handler(call: Call) -> int:
        with _plain_errors():
            return items.create(call.portal, call.hit, entity, sent_fields(call, entity))

    return handler


def _update(entity: int) -> Handler:
    def handler(call: Call) -> bool:
        number = found_item(call, entity)["ID"]
        with _plain_errors():
            items.update(call.portal, call.hit, entity, number, sent_fields(call, entity), moves=False)
        return True

    return handler


@contextmanager
def _plain_errors() -> Iterator[None]:
    """The legacy family has no codes: only the text of an error remains (facts 4.0)."""
    try:
        yield
    except RestError as error:
        raise refused(error.text) from error


def _delete(entity: int) -> Handler:
    def handler(call: Call) -> bool:
        items.delete(call.portal, call.hit, entity, found_item(call, entity)["ID"])
        return True

    return handler


def _fields(entity: int) -> Handler:
    return lambda call: {
        name: field.describe() for name, field in call.portal.crm.fields(entity).items() if field.in_legacy
    }


_ACTS = {"get": _get, "list": _list, "add": _add, "update": _update, "delete": _delete, "fields": _fields}

for _name, _entity in (("deal", DEAL), ("company", COMPANY), ("contact", CONTACT)):
    for _act, _make in _ACTS.items():
        method(f"crm.{_name}.{_act}", "crm")(_make(_entity))
