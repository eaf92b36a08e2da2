"""Request bodies: JSON in, values of a record out (facts §1.7, §1.8)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tests.simulators.onec.errors import ODataError, internal, unreadable
from tests.simulators.onec.schema import EMPTY_KEY, Entity, Field, Fields
from tests.simulators.onec.values import Json, Reader, Record, Row, empty_row, guid

Body = dict[str, Json]
_BIND = re.compile(r"([\w]+)\(guid'([^']*)'\)\Z")
# Kept by the platform: a body may hold them, they change nothing (§1.8).
_PREDEFINED = {"Predefined", "PredefinedDataName"}
_OWN = {"Ref_Key", "DataVersion", *_PREDEFINED}


def parse(data: bytes) -> Body:
    """A JSON object; broken JSON is 500 code -1, a name given twice code 18."""
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal, object_pairs_hook=_pairs)
    except ValueError:
        raise internal("Непредвиденный символ при чтении JSON") from None
    if not isinstance(found, dict):
        raise internal("Непредвиденный символ при чтении JSON")
    return found


def _pairs(pairs: list[tuple[str, Json]]) -> Body:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ODataError(400, 18, "Повторяющиеся имена свойств")
    return found


@dataclass(frozen=True)
class Filler:
    """Puts a body into a record. `exists` tells whether a reference leads somewhere; a lenient one numbers rows."""

    reader: Reader
    exists: Callable[[str, str], bool]
    lenient: bool = False

    def fill(self, record: Record, body: Body) -> None:
        """Change the properties and replace the sections that the body names."""
        bound = self._bound(record.entity, body)
        for prop, value in bound.items():
            if prop in record.entity.sections:
                record.rows[prop] = self._section(record, prop, value)
            elif prop not in _OWN or (self.lenient and prop in _PREDEFINED):
                self._set(record.entity.fields, record.values, prop, value)

    def whole(self, entity: Entity, body: Body) -> None:
        """PUT names every property (§1.8): a missing one is code 5."""
        bound = self._bound(entity, body)
        for prop in entity.fields:
            if prop not in bound and prop not in _OWN and prop not in entity.key:
                raise ODataError(400, 5, f"Не указано значение свойства {prop}")

    def _bound(self, entity: Entity, body: Body) -> Body:
        """The body with `X@odata.bind` turned into `X_Key`; other annotations go."""
        found: Body = {}
        for name, value in body.items():
            plain, _, annotation = name.partition("@")
            if annotation == "odata.bind":
                match = _BIND.search(str(value))
                if match is None or plain not in entity.navigation:
                    raise ODataError(400, 4, f"Неверное значение свойства {name}")
                found[entity.navigation[plain].prop] = match[2]
            elif not annotation:
                found[name] = value
        return found

    def _set(self, columns: Fields, values: Row, prop: str, value: Json) -> None:
        item = columns.get(prop)
        if item is None:
            self._unknown(prop)
            return
        read = self.reader.read(item, prop, value)
        if read is not None:
            values[prop] = read
            self._check_link(item, prop, read)

    def _unknown(self, prop: str) -> None:
        if self.reader.switches.unknown_property == "refused":
            raise ODataError(400, 16, f"Свойство {prop} не найдено")

    def _check_link(self, item: Field, prop: str, value: object) -> None:
        if self.reader.switches.broken_link == "stored" or item.kind != "ref" or value == EMPTY_KEY:
            return
        if not self.exists(item.target, str(value)):
            raise ODataError(400, 4, f"Объект не найден: {prop}")

    def _section(self, record: Record, section: str, value: Json) -> list[Row]:
        if not isinstance(value, list):
            raise internal(f"Несоответствие типов: {section}")
        return [self._row(record, section, index, row) for index, row in enumerate(value, 1)]

    def _row(self, record: Record, section: str, index: int, row: Json) -> Row:
        if not isinstance(row, dict):
            raise internal(f"Несоответствие типов: {section}")
        columns = record.entity.rows[section]
        found = empty_row(columns)
        found["Ref_Key"] = record.values["Ref_Key"]
        found["LineNumber"] = self._line(row, index)
        for prop, value in row.items():
            if prop not in ("Ref_Key", "LineNumber") and "@" not in prop:
                self._set(columns, found, prop, value)
        self._check_composites(columns, found)
        return found

    def _line(self, row: Mapping[str, Json], index: int) -> Decimal:
        """`LineNumber` is mandatory and runs from 1 (§1.7)."""
        if self.lenient or self.reader.switches.line_number == "assigned":
            return Decimal(index)
        if "LineNumber" not in row:
            raise internal("Внутренняя ошибка")
        if str(row["LineNumber"]) != str(index):
            raise ODataError(400, 4, "Неверное значение свойства LineNumber")
        return Decimal(index)

    def check(self, record: Record) -> None:
        """A composite value of a reference type holds a guid."""
        self._check_composites(record.entity.fields, record.values)

    def _check_composites(self, columns: Fields, values: Row) -> None:
        for prop, item in columns.items():
            if item.kind != "any" or prop == item.name:
                continue
            kind, text = str(values[prop]), str(values[item.name])
            if kind.startswith(("StandardODATA.Catalog_", "StandardODATA.Document_", "StandardODATA.ChartOf")):
                values[item.name] = guid(text)
            elif text and kind == "StandardODATA.Undefined":
                raise unreadable(text, kind)
