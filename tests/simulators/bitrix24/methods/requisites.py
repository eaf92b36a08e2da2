"""`crm.requisite.*` and `crm.address.*` (facts 4.6): strings, unknown filter keys match everything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.simulators.bitrix24 import requisites
from tests.simulators.bitrix24.calls import Call, Page, mapping, method, sequence
from tests.simulators.bitrix24.errors import legacy, missing
from tests.simulators.bitrix24.fields import Field
from tests.simulators.bitrix24.methods.legacy import listed
from tests.simulators.bitrix24.requisites import ADDRESS_FIELDS, BANK_FIELDS, FIELDS, LINK_KEYS, LINK_VALUES
from tests.simulators.bitrix24.values import legacy_one, read
from tests.simulators.bitrix24.wire import Data, integer

_PRESET = {name: Field(name, name, "integer" if name != "NAME" and name != "XML_ID" else "string")
           for name in ("ID", "NAME", "XML_ID", "COUNTRY_ID", "SORT", "ENTITY_TYPE_ID")}  # fmt: skip
_LINK = {name: Field(name, name, "integer") for name in (*LINK_KEYS, *LINK_VALUES)}


@method("crm.requisite.list", "crm")
def listing(call: Call) -> Page:
    """Requisites; search by `ENTITY_TYPE_ID`, `ENTITY_ID` or by `RQ_INN`."""
    return _texts(call, call.portal.crm.requisites.values(), FIELDS)


@method("crm.requisite.get", "crm")
def get(call: Call) -> Data:
    """One requisite by its own id, not by the company's."""
    return _shown(call, _requisite(call), FIELDS)


@method("crm.requisite.add", "crm")
def add(call: Call) -> int:
    """A new requisite; fields outside the preset are stored too."""
    fields = _sent(call, FIELDS)
    for name in ("ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID"):
        if not fields.get(name):
            raise legacy(f"{name} is not defined or invalid")
    return requisites.add(call.portal, call.hit, fields)


@method("crm.requisite.update", "crm")
def update(call: Call) -> bool:
    """Change a requisite."""
    requisites.update(call.portal, call.hit, _requisite(call)["ID"], _sent(call, FIELDS))
    return True


@method("crm.requisite.preset.list", "crm")
def presets(call: Call) -> Page:
    """Templates of requisites; the stock ones are known by XML_ID."""
    return _texts(call, [{**row, "ENTITY_TYPE_ID": 8} for row in call.portal.crm.presets.values()], _PRESET)


@method("crm.requisite.bankdetail.list", "crm")
def bank_details(call: Call) -> Page:
    """Bank details; ENTITY_ID is the requisite."""
    return _texts(call, call.portal.crm.bank_details.values(), BANK_FIELDS)


@method("crm.requisite.link.get", "crm")
def link_get(call: Call) -> Data:
    """The requisites chosen for an item: the key as numbers, the rest as strings; often there is no link."""
    key = integer(call.need("entityTypeId")), integer(call.need("entityId"))
    row = call.portal.crm.links.get(key)
    if row is None:
        raise legacy("Not found")
    return {**{name: row[name] for name in LINK_KEYS}, **{name: str(row[name]) for name in LINK_VALUES}}


@method("crm.requisite.link.list", "crm")
def link_list(call: Call) -> Page:
    """All links; here every id is a string."""
    return _texts(call, call.portal.crm.links.values(), _LINK)


@method("crm.requisite.link.register", "crm")
def link_register(call: Call) -> bool:
    """Set the link of an item."""
    sent = mapping(call.any_case("fields"))
    if not sent:
        raise missing("fields")
    fields = {key.upper(): integer(value) for key, value in sent.items()}
    key = fields.get("ENTITY_TYPE_ID", 0), fields.get("ENTITY_ID", 0)
    if key[1] not in call.portal.crm.items.get(key[0], {}):
        raise legacy("Entity is not found")
    requisites.link(call.portal, call.hit, *key, **{name: fields.get(name, 0) for name in LINK_VALUES})
    return True


@method("crm.address.list", "crm")
def addresses(call: Call) -> Page:
    """Addresses of requisites; `ANCHOR_*` is the company or contact behind."""
    return _texts(call, call.portal.crm.addresses.values(), ADDRESS_FIELDS)


@method("crm.address.add", "crm")
def address_add(call: Call) -> bool:
    """A new address of a requisite."""
    fields = _sent(call, ADDRESS_FIELDS)
    for name in ("TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID"):
        if not fields.get(name):
            raise legacy(f"{name} is not defined or invalid")
    key = (fields["TYPE_ID"], fields["ENTITY_TYPE_ID"], fields["ENTITY_ID"])
    if key in call.portal.crm.addresses:
        raise legacy("Address already exists")
    requisites.put_address(call.portal, call.hit, fields)
    return True


def _requisite(call: Call) -> Data:
    number = integer(call.any_case("id"))
    row = call.portal.crm.requisites.get(number)
    if row is None:
        raise legacy(f"The Requisite with ID '{number}' is not found")
    return row


def _sent(call: Call, fields: dict[str, Field]) -> Data:
    sent = {key.upper(): value for key, value in mapping(call.any_case("fields")).items()}
    known = {key: field for key, field in fields.items() if key in sent and not field.read_only and key != "ID"}
    return {key: read(field, sent[key], call.portal.zone) for key, field in known.items()}


def _texts(call: Call, rows: Iterable[Data], fields: dict[str, Field]) -> Page:
    part = listed(call, list(rows), fields)
    chosen = {str(name).upper() for name in sequence(call.any_case("select"))} - {"*"}
    shown = [_shown(call, row, {key: field for key, field in fields.items() if not chosen or key in chosen})
             for row in part.result]  # fmt: skip
    return Page(shown, part.total, part.next)


def _shown(call: Call, row: Data, fields: dict[str, Field]) -> Data:
    return {name: _text(call, field, row[name]) for name, field in fields.items()}


def _text(call: Call, field: Field, value: Any) -> Any:
    if field.name == "DATE_MODIFY" and value is None:
        return ""
    return legacy_one(field, value, call.portal.zone)
