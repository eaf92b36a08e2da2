"""Filters and orders of Disk lists, compiled once per call (facts 6.2): unknown keys are silently ignored."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from operator import attrgetter
from typing import Any, TypeVar

from tests.simulators.bitrix24.calls import mapping, sequence
from tests.simulators.bitrix24.clock import read_moment
from tests.simulators.bitrix24.filters import split
from tests.simulators.bitrix24.wire import integer

Row = TypeVar("Row")
Test = Callable[[Any], bool]
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A filterable field: `kind` is integer, string or moment; `attribute` where its value lies."""

    kind: str
    attribute: str


@dataclass(frozen=True)
class Reading:
    """How sent values are read and texts are compared."""

    columns: Mapping[str, Column]
    zone: tzinfo
    key: Callable[[str], str]

    def value(self, column: Column, sent: Any) -> Any:
        """A sent value as it is compared; None if it is empty or cannot be read."""
        if sent in (None, "", False):
            return None
        if column.kind == "integer":
            return integer(sent)
        return read_moment(sent, self.zone) if column.kind == "moment" else self.key(str(sent))

    def getter(self, column: Column) -> Callable[[Any], Any]:
        """The value of a row in the same form."""
        found = attrgetter(column.attribute)
        if column.kind != "string":
            return found
        return lambda row: None if (text := found(row)) is None else self.key(str(text))


OBJECTS = {
    "ID": Column("integer", "id"),
    "NAME": Column("string", "name"),
    "CODE": Column("string", "code"),
    "STORAGE_ID": Column("integer", "storage_id"),
    "TYPE": Column("string", "type"),
    "PARENT_ID": Column("integer", "parent_id"),
    "DELETED_TYPE": Column("integer", "deleted_type"),
    "CREATE_TIME": Column("moment", "create_time"),
    "UPDATE_TIME": Column("moment", "update_time"),
    "DELETE_TIME": Column("moment", "delete_time"),
}
STORAGES = {
    "ID": Column("integer", "id"),
    "NAME": Column("string", "name"),
    "CODE": Column("string", "code"),
    "ENTITY_TYPE": Column("string", "entity_type"),
    "ENTITY_ID": Column("string", "entity_id"),
}
VERSIONS = {
    "ID": Column("integer", "id"),
    "NAME": Column("string", "name"),
    "SIZE": Column("integer", "size"),
    "GLOBAL_CONTENT_VERSION": Column("integer", "number"),
    "CREATE_TIME": Column("moment", "create_time"),
    "CREATED_BY": Column("integer", "created_by"),
}


def selected(rows: Iterable[Row], conditions: Any, reading: Reading) -> list[Row]:
    """The rows that satisfy all known conditions; a value that cannot be read makes a comparison false (facts 9)."""
    tests = [test for key, value in mapping(conditions).items() if (test := _test(key, value, reading)) is not None]
    if not tests:
        return list(rows)
    return [row for row in rows if all(test(row) for test in tests)]


def ordered(rows: list[Row], order: Any, reading: Reading) -> list[Row]:
    """Sorted by the known keys, then by id; unknown keys are ignored."""
    rows = sorted(rows, key=attrgetter("id"))
    wanted = [(reading.columns[key], way) for key, way in mapping(order).items() if key in reading.columns]
    for column, way in reversed(wanted):
        get = reading.getter(column)
        rows.sort(key=lambda row, get=get: _sortable(get(row)), reverse=str(way).upper().startswith("DESC"))  # type: ignore[misc]
    return rows


def _test(key: str, sent: Any, reading: Reading) -> Test | None:
    sign, name = split(key)
    column = reading.columns.get(name)
    if column is None:
        return None
    get, negative, sign = reading.getter(column), sign.startswith("!"), sign.removeprefix("!")
    if sign in _COMPARED:
        return _comparison(get, _COMPARED[sign], reading.value(column, sent))
    if "%" in sign:
        pattern = _pattern(reading.key(str(sent)), whole=sign != "%")
        return lambda row: bool(pattern.fullmatch(str(get(row) or ""))) != negative
    values = {reading.value(column, item) for item in sequence(sent)} or {None}
    return lambda row: (get(row) in values) != negative


def _comparison(get: Callable[[Any], Any], compare: Callable[[Any, Any], bool], wanted: Any) -> Test:
    if wanted is None:
        return lambda row: False
    return lambda row: (value := get(row)) is not None and compare(value, wanted)


def _pattern(text: str, whole: bool) -> re.Pattern[str]:
    text = text if whole else f"%{text}%"
    signs = {"%": ".*", "_": "."} if whole else {"%": ".*"}
    return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in text), re.DOTALL)


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)
