"""`crm.deal.userfield.*` (facts 4.8): for CRM administrators."""

from __future__ import annotations

import re
from typing import Any

from tests.simulators.bitrix24.calls import Call, Page, mapping, method
from tests.simulators.bitrix24.errors import RestError, access_denied, legacy
from tests.simulators.bitrix24.fields import DEAL, Field
from tests.simulators.bitrix24.filters import order_rows, select_rows
from tests.simulators.bitrix24.wire import Data, integer

TYPES = {
    "string", "integer", "double", "boolean", "date", "datetime", "money", "url", "enumeration", "file", "employee",
    "crm", "crm_status", "iblock_element", "iblock_section", "address",
}  # fmt: skip
LONGEST = 50
_FIELDS = {
    name: Field(name, name, "integer" if name in ("ID", "SORT") else "string")
    for name in ("ID", "FIELD_NAME", "USER_TYPE_ID", "XML_ID", "SORT", "MULTIPLE", "MANDATORY")
}
_FLAGS = {"MANDATORY": "N", "SHOW_FILTER": "N", "SHOW_IN_LIST": "Y", "EDIT_IN_LIST": "Y", "IS_SEARCHABLE": "N"}
_LABELS = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL")


@method("crm.deal.userfield.add", "crm")
def add(call: Call) -> int:
    """A new field; the prefix is added, the name is at most 50 characters with it."""
    _admin(call)
    fields = mapping(call.any_case("fields"))
    name = _name(str(fields.get("FIELD_NAME", "")))
    kind = str(fields.get("USER_TYPE_ID", ""))
    if kind not in TYPES:
        raise RestError("ERROR_CORE", "The field type is not specified or unknown")
    if any(row["FIELD_NAME"] == name for row in call.portal.crm.user_fields.values()):
        raise RestError("ERROR_CORE", f"Поле {name} для объекта CRM_DEAL уже существует.<br>")
    multiple, label = fields.get("MULTIPLE") == "Y", str(fields.get("LABEL", ""))
    kept = {
        key: value for key, value in fields.items() if key not in ("FIELD_NAME", "USER_TYPE_ID", "LABEL", "MULTIPLE")
    }
    number = call.portal.crm.add_user_field(name, kind, multiple, label, **kept)
    for item in call.portal.crm.items[DEAL].values():
        item.setdefault(name, [] if multiple else None)
    call.portal.changed(call.hit, "add", "USERFIELD", number, {"FIELD_NAME": name})
    return number


@method("crm.deal.userfield.list", "crm")
def listing(call: Call) -> Page:
    """All fields at once; labels are of the caller's language."""
    _admin(call)
    rows = select_rows(list(call.portal.crm.user_fields.values()), call.any_case("filter"), _FIELDS, call.portal.zone)
    shown = [_shown(row, _label(row)) for row in order_rows(rows, call.any_case("order"), _FIELDS)]
    return Page(shown, len(shown))


@method("crm.deal.userfield.get", "crm")
def get(call: Call) -> Data:
    """One field with its labels by language."""
    row = _row(call)
    return _shown(row, {"ru": _label(row), "en": _label(row)})


@method("crm.deal.userfield.update", "crm")
def update(call: Call) -> bool:
    """Change labels, order and flags; name and type stay."""
    row = _row(call)
    sent = {
        key: value
        for key, value in mapping(call.any_case("fields")).items()
        if key not in ("FIELD_NAME", "USER_TYPE_ID")
    }
    row.update(sent)
    call.portal.changed(call.hit, "update", "USERFIELD", row["ID"], sent)
    return True


@method("crm.deal.userfield.delete", "crm")
def delete(call: Call) -> bool:
    """Delete a field with its values."""
    row = _row(call)
    del call.portal.crm.user_fields[row["ID"]]
    for item in call.portal.crm.items[DEAL].values():
        item.pop(row["FIELD_NAME"], None)
    call.portal.changed(call.hit, "delete", "USERFIELD", row["ID"], {})
    return True


def _admin(call: Call) -> None:
    if not call.portal.users[call.caller.user_id].admin:
        raise access_denied()


def _row(call: Call) -> Data:
    _admin(call)
    row = call.portal.crm.user_fields.get(integer(call.any_case("id")))
    if row is None:
        raise RestError("ERROR_NOT_FOUND", "The entity with ID is not found.")
    return row


def _name(sent: str) -> str:
    name = "UF_CRM_" + sent.removeprefix("UF_CRM_")
    if not sent or not re.fullmatch(r"[A-Z0-9_]+", name) or len(name) > LONGEST:
        raise legacy("Название поля содержит недопустимые символы или слишком длинное.<br>")
    return name


def _label(row: Data) -> str:
    label = row.get("EDIT_FORM_LABEL", row["LABEL"])
    return str(label.get("ru", "")) if isinstance(label, dict) else str(label)


def _shown(row: Data, label: Any) -> Data:
    return {
        "ID": str(row["ID"]), "ENTITY_ID": "CRM_DEAL", "FIELD_NAME": row["FIELD_NAME"],
        "USER_TYPE_ID": row["USER_TYPE_ID"], "XML_ID": row.get("XML_ID"), "SORT": str(row.get("SORT", 100)),
        "MULTIPLE": row["MULTIPLE"], **{flag: row.get(flag, default) for flag, default in _FLAGS.items()},
        "SETTINGS": row.get("SETTINGS", {}), **dict.fromkeys(_LABELS, label), "ERROR_MESSAGE": None,
        "HELP_MESSAGE": None,
    }  # fmt: skip
