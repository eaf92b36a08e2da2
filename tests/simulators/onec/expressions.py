"""Values and comparisons inside `$filter` (facts §1.5): references, composite values, moments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from tests.simulators.onec.values import Record, Row


class Guid(str):
    """A reference of one type, or a guid literal."""


class Moment(str):
    """A date as ISO text, which sorts as dates do."""


class Ref(NamedTuple):
    """`cast(guid'…','Document_X')`: a reference with its type."""

    type: str
    key: str


class Composite(NamedTuple):
    """The value of a composite field with its type."""

    text: str
    type: str


Value = str | bool | Decimal | Guid | Moment | Ref | Composite | None
Scope = Mapping[str, "Record | Row"]
Expression = Callable[[Scope], Value]
_REFERENCES = ("Catalog_", "Document_", "ChartOf", "ExchangePlan_", "BusinessProcess_", "Task_")


def type_name(text: str) -> str:
    """A type without its namespace."""
    return text.removeprefix("StandardODATA.")


def is_reference(composite: Composite) -> bool:
    """Whether a composite value holds a reference."""
    return type_name(composite.type).startswith(_REFERENCES)


def equal(left: Value, right: Value) -> bool:
    """Equality; a bare guid never equals a composite value (§1.5)."""
    if isinstance(right, Composite) and not isinstance(left, Composite):
        left, right = right, left
    if isinstance(left, Composite):
        return _composite_equal(left, right)
    if isinstance(left, Ref) or isinstance(right, Ref):
        return _key(left) == _key(right) is not None
    if type(left) is not type(right):
        return False
    # Trailing spaces do not count, as in the database: codes of fixed length are padded.
    return left.rstrip() == right.rstrip() if isinstance(left, str) and isinstance(right, str) else left == right


def _composite_equal(left: Composite, right: Value) -> bool:
    if isinstance(right, Composite):
        return left.text == right.text and type_name(left.type) == type_name(right.type)
    if isinstance(right, Ref):
        return (type_name(left.type), left.text) == (right.type, right.key)
    if isinstance(right, Guid) or right is None or is_reference(left):
        return False
    if isinstance(right, bool):
        return left.text == str(right).lower()
    return number(left.text) == right if isinstance(right, Decimal) else left.text == right


def _key(value: Value) -> str | None:
    if isinstance(value, Ref):
        return value.key
    return str(value) if isinstance(value, Guid) else None


def number(text: str) -> Decimal | None:
    """A number from the text of a composite value."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def compare(operator: str) -> Callable[[Value, Value], bool]:
    """A comparison; what is absent equals nothing and differs from nothing, as NULL."""
    if operator == "eq":
        return equal
    if operator == "ne":
        return lambda left, right: left is not None and right is not None and not equal(left, right)
    tests: dict[str, Callable[[int], bool]] = {
        "gt": lambda sign: sign > 0,
        "ge": lambda sign: sign >= 0,
        "lt": lambda sign: sign < 0,
        "le": lambda sign: sign <= 0,
    }
    test = tests[operator]

    def ordered(left: Value, right: Value) -> bool:
        sign = _sign(left, right)
        return sign is not None and test(sign)

    return ordered


def _sign(left: Value, right: Value) -> int | None:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str) and isinstance(left, Moment) == isinstance(right, Moment):
        return (left > right) - (left < right)
    return None


def arithmetic(operator: str) -> Callable[[Value, Value], Value]:
    """`add sub mul div` over numbers; anything else, and a division by zero, is absent."""
    actions: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
        "add": lambda left, right: left + right,
        "sub": lambda left, right: left - right,
        "mul": lambda left, right: left * right,
        "div": lambda left, right: left / right,
    }

    def work(left: Value, right: Value) -> Value:
        if not isinstance(left, Decimal) or not isinstance(right, Decimal) or (operator == "div" and not right):
            return None
        return actions[operator](left, right)

    return work


def _text(value: Value) -> str:
    if isinstance(value, Composite):
        return value.text
    return str(value) if isinstance(value, (str, Decimal)) else ""


def _whole(value: Value) -> int:
    return int(value) if isinstance(value, Decimal) else 0


def _date(value: Value) -> datetime:
    return datetime.fromisoformat(_text(value) or "0001-01-01T00:00:00")


def _like(text: Value, mask: Value) -> bool:
    wild = re.escape(_text(mask)).replace("%", ".*").replace("_", ".")
    return re.fullmatch(wild, _text(text), re.DOTALL) is not None


def _shift(value: Value, unit: Value, amount: Value) -> Moment:
    date, step = _date(value), _whole(amount)
    if _text(unit) in ("month", "year"):
        months = date.year * 12 + date.month - 1 + step * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        for day in range(date.day, 27, -1):
            try:
                return Moment(date.replace(year=year, month=month + 1, day=day).isoformat())
            except ValueError:
                continue
        return Moment(date.replace(year=year, month=month + 1).isoformat())
    return Moment((date + timedelta(**{f"{_text(unit)}s": step})).isoformat())


def _difference(start: Value, end: Value, unit: Value) -> Decimal:
    first, last = _date(start), _date(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if _text(unit) == "year":
        return Decimal(last.year - first.year)
    if _text(unit) == "month":
        return Decimal(months)
    seconds = {"day": 86400, "hour": 3600, "minute": 60, "second": 1}[_text(unit)]
    if seconds == 86400:
        return Decimal((last.date() - first.date()).days)
    return Decimal(int((last - first).total_seconds()) // seconds)


def _part(name: str) -> Callable[[Value], Decimal]:
    parts: dict[str, Callable[[datetime], int]] = {
        "quarter": lambda date: (date.month + 2) // 3,
        "dayofyear": lambda date: date.timetuple().tm_yday,
        "dayofweek": lambda date: date.isoweekday(),
    }
    read = parts.get(name) or (lambda date: int(getattr(date, name)))
    return lambda value: Decimal(read(_date(value)))


def _round(value: Value, digits: Value = Decimal(0)) -> Value:
    return value.quantize(Decimal(1).scaleb(-_whole(digits)), ROUND_HALF_UP) if isinstance(value, Decimal) else None


def _substring(text: Value, start: Value, length: Value = None) -> str:
    first = max(_whole(start) - 1, 0)
    return _text(text)[first : first + _whole(length) if length is not None else None]


DATE_PARTS = ("year", "month", "day", "hour", "minute", "second", "quarter", "dayofyear", "dayofweek")
FUNCTIONS: dict[str, tuple[range, Callable[..., Value]]] = {
    "substringof": (range(2, 3), lambda needle, text: _text(needle) in _text(text)),
    "startswith": (range(2, 3), lambda text, start: _text(text).startswith(_text(start))),
    "endswith": (range(2, 3), lambda text, end: _text(text).endswith(_text(end))),
    "like": (range(2, 3), _like),
    "concat": (range(2, 3), lambda left, right: _text(left) + _text(right)),
    "substring": (range(2, 4), _substring),
    "dateadd": (range(3, 4), _shift),
    "datedifference": (range(3, 4), _difference),
    "round": (range(1, 3), _round),
    **{name: (range(1, 2), _part(name)) for name in DATE_PARTS},
}
