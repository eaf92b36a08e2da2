"""Values of CRM fields: reading what a caller sends, printing for each family (facts 4.0, 9, 10.2)."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.simulators.bitrix24.clock import day, read_day, read_moment, stamp
from tests.simulators.bitrix24.fields import Field
from tests.simulators.bitrix24.wire import integer

_INTEGERS = {"integer", "user", "link", "uf_integer", "uf_employee", "uf_enumeration"}
_DECIMALS = {"money", "uf_double"}
_YES = {"y", "true", "1"}
CENT = Decimal("0.01")


def read(field: Field, value: Any, zone: tzinfo) -> Any:
    """What the caller sent as the value kept in the portal; a date that cannot be read becomes empty."""
    if field.multiple and field.kind != "multifield":
        items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        return [read_one(field.kind, item, zone) for item in items if item not in (None, "")]
    return read_one(field.kind, value, zone)


def read_one(kind: str, value: Any, zone: tzinfo) -> Any:
    """One value by its kind; links and users are 0 when empty, user fields are nothing."""
    if kind.startswith("uf_") and value in (None, "") and kind != "uf_boolean":
        return None
    if kind in _INTEGERS:
        return integer(value)
    if kind in _DECIMALS:
        return decimal(value)
    if kind in ("char", "uf_boolean"):
        return value is True or str(value).lower() in _YES
    return _read_text(kind.removeprefix("uf_"), value, zone)


def _read_text(kind: str, value: Any, zone: tzinfo) -> Any:
    if kind == "datetime":
        return read_moment(value, zone) if value else None
    if kind == "date":
        return read_day(value) if value else None
    return value if isinstance(value, list | dict) or value is None else _text(value)


def decimal(value: Any) -> Decimal | None:
    """A number as `Decimal`; a JSON float goes through its text, so 0.1 stays 0.1."""
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def legacy(field: Field, value: Any, zone: tzinfo) -> Any:
    """Print for the legacy family: numbers are strings, flags Y/N, an empty user field is an empty string."""
    if field.kind == "multifield":
        return value
    if field.multiple:
        return [legacy_one(field, item, zone) for item in value or []] or False
    return legacy_one(field, value, zone)


def legacy_one(field: Field, value: Any, zone: tzinfo) -> Any:
    """One value of the legacy family."""
    if field.kind == "uf_boolean":
        return "1" if value else "0"
    if field.kind == "char":
        return "Y" if value else "N"
    if value is None or _unset(field, value):
        return "" if field.dynamic else None
    if field.kind == "money":
        return str(value.quantize(CENT))
    return _moment(value, zone) if isinstance(value, date) else str(value)


def typed(field: Field, value: Any, zone: tzinfo) -> Any:
    """Print for `crm.item.*`: real numbers, flags Y/N, null for an empty user field."""
    if field.multiple:
        return [typed_one(field, item, zone) for item in value or []]
    return typed_one(field, value, zone)


def typed_one(field: Field, value: Any, zone: tzinfo) -> Any:
    """One value of the universal family."""
    if field.kind in ("char", "uf_boolean"):
        return "Y" if value else "N"
    if _unset(field, value):
        return None
    if value is None and field.kind == "money":
        return Decimal(0)
    return _moment(value, zone) if isinstance(value, date) else value


def _unset(field: Field, value: Any) -> bool:
    return value == 0 and field.nullable and field.kind in ("integer", "link")


def _moment(value: date, zone: tzinfo) -> str:
    return stamp(value, zone) if isinstance(value, datetime) else day(value, zone)


def _text(value: Any) -> str:
    return ("1" if value else "") if isinstance(value, bool) else str(value)
