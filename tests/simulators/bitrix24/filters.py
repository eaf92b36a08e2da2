"""Filters and orders of lists (facts 4.0): prefixes, logic, and what each family does with an unknown key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from tests.simulators.bitrix24.calls import mapping
from tests.simulators.bitrix24.errors import bad_value
from tests.simulators.bitrix24.fields import Field
from tests.simulators.bitrix24.values import read_one
from tests.simulators.bitrix24.wire import Data

_OPERATORS = ("!=%", "!%=", "!@", "!%", "!=", "=%", "%=", ">=", "<=", "@", "%", "=", "!", ">", "<")
_EXACT_LIKE = {"status", "link"}
Rows = list[Data]


def split(key: str) -> tuple[str, str]:
    """Prefix and name of a filter key."""
    for operator in _OPERATORS:
        if key.startswith(operator):
            return operator, key[len(operator) :]
    return "", key


def select_rows(
    rows: Rows, conditions: Any, fields: Mapping[str, Field], zone: tzinfo, strict: bool = False, exact: bool = False
) -> Rows:
    """The rows that satisfy the filter. `strict`: an unknown key is INVALID_ARG_VALUE, otherwise it is dropped and
    matches everything [S]; `strict` also knows `logic`. `exact` keeps LIKE as equality for status and link fields."""
    test = _group(mapping(conditions), fields, zone, strict, exact)
    return [row for row in rows if test(row)]


def order_rows(rows: Rows, order: Any, fields: Mapping[str, Field], strict: bool = False) -> Rows:
    """Sorted rows; unknown keys are ignored, in strict lists refused; without an order the ids decide."""
    wanted = [(fields.get(key) or fields.get(key.upper()), str(way), key) for key, way in mapping(order).items()]
    for field, _, key in wanted:
        if field is None and strict:
            raise bad_value(f"Invalid order: field '{key}' is not allowed in order")
    rows = sorted(rows, key=lambda row: row.get("ID", 0) or 0)
    for field, way, _ in reversed(wanted):
        if field is not None:
            rows = sorted(rows, key=_sort_key(field.name), reverse=way.upper().startswith("DESC"))
    return rows


Test = Callable[[Data], bool]


def _group(conditions: Data, fields: Mapping[str, Field], zone: tzinfo, strict: bool, exact: bool) -> Test:
    either = str(conditions.get("logic", "AND")).upper() == "OR" if strict else False
    tests = [
        _condition(key, value, fields, zone, strict, exact)
        for key, value in conditions.items()
        if not (strict and key == "logic")
    ]
    if either and tests:
        return lambda row: any(test(row) for test in tests)
    return lambda row: all(test(row) for test in tests)


def _condition(key: str, value: Any, fields: Mapping[str, Field], zone: tzinfo, strict: bool, exact: bool) -> Test:
    operator, name = split(key)
    if strict and key.isdigit():
        return _group(mapping(value), fields, zone, strict, exact)
    field = fields.get(name) or (None if strict else fields.get(name.upper()))
    if field is None:
        if strict:
            raise bad_value(f"Invalid filter: field '{name}' is not allowed in filter")
        return lambda row: True
    if exact and field.kind in _EXACT_LIKE:
        operator = operator.replace("%", "")
    return lambda row: _holds(operator, row.get(field.name), value, field, zone)


def _holds(operator: str, actual: Any, value: Any, field: Field, zone: tzinfo) -> bool:
    negative = operator.startswith("!")
    operator = operator.removeprefix("!")
    wanted = list(value.values()) if isinstance(value, dict) else value
    if isinstance(wanted, list) and operator in ("", "=", "@"):
        found = any(_equal(actual, item, field, zone) for item in wanted)
    elif "%" in operator:
        found = _like(operator, actual, wanted)
    elif operator in (">", ">=", "<", "<="):
        found = _compare(operator, actual, wanted, field, zone)
    else:
        found = _equal(actual, wanted, field, zone)
    return found != negative


def _equal(actual: Any, value: Any, field: Field, zone: tzinfo) -> bool:
    if isinstance(actual, list) and field.multiple:
        return any(_equal(item, value, field, zone) for item in actual)
    if value in (None, "", False) and field.kind not in ("char", "uf_boolean", "integer", "money"):
        return actual in (None, "", 0, [])
    wanted = read_one(field.kind, value, zone)
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual.casefold() == wanted.casefold()
    return bool(actual == wanted) if wanted is not None else value in (None, "") and actual is None


def _like(operator: str, actual: Any, value: Any) -> bool:
    pattern = str(value) if "=" in operator else f"%{value}%"
    expression = "".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return bool(re.fullmatch(expression, str(actual or ""), re.IGNORECASE | re.DOTALL))


def _compare(operator: str, actual: Any, value: Any, field: Field, zone: tzinfo) -> bool:
    wanted = read_one(field.kind, value, zone)
    if actual is None or wanted is None or not isinstance(wanted, type(actual) | int):
        return False
    if isinstance(actual, date) and not isinstance(actual, datetime) and isinstance(wanted, datetime):
        wanted = wanted.date()
    if operator.startswith(">"):
        return bool(actual > wanted or (operator == ">=" and actual == wanted))
    return bool(actual < wanted or (operator == "<=" and actual == wanted))


def _sort_key(name: str) -> Callable[[Data], tuple[bool, Any]]:
    def key(row: Data) -> tuple[bool, Any]:
        value = row.get(name)
        return value is not None, str(value) if isinstance(value, list | dict) else value if value is not None else 0

    return key
