"""Records as JSON (facts §1.6) and as Atom (§1.2)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from tests.simulators.onec.schema import EMPTY_DATE, EMPTY_KEY, Entity, Field, Fields
from tests.simulators.onec.shapes import PRESENTATION, Selection, Shape, everything
from tests.simulators.onec.values import Json, Record, Row, Scalar

D = "http://schemas.microsoft.com/ado/2007/08/dataservices"
M = f"{D}/metadata"
ATOM = "http://www.w3.org/2005/Atom"
_DATES = ("date", "datetime", "time")


def data_version(count: int, order: Literal["big_endian", "little_endian"]) -> str:
    """The version as base64 of eight bytes (§1.10); a client may only compare it."""
    return base64.b64encode(count.to_bytes(8, "big" if order == "big_endian" else "little")).decode()


def address(record: Record) -> str:
    """`Document_X(guid'…')`, or every part of a composite key by name (§1.5)."""
    entity = record.entity
    if entity.key == ("Ref_Key",):
        return f"{entity.name}(guid'{record.values['Ref_Key']}')"
    parts = (f"{prop}={_literal(entity.fields[prop], prop, record.values[prop])}" for prop in entity.key)
    return f"{entity.name}({','.join(parts)})"


def _literal(item: Field, prop: str, value: Scalar) -> str:
    if item.kind in ("ref", "guid"):
        return f"guid'{value}'"
    if item.kind in _DATES:
        return f"datetime'{value}'"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, Decimal) else f"'{value}'"


@dataclass(frozen=True)
class Renderer:
    """Shows records of one base; `target` knows published sets only, `follow` resolves a reference."""

    target: Callable[[str], Entity | None]
    follow: Callable[[Field, Scalar], Record | None]
    order: Literal["big_endian", "little_endian"]
    int64_text: bool
    root: str

    def record(self, record: Record, shape: Shape) -> dict[str, Json]:
        """A record as a JSON object."""
        chosen = shape.selection
        found = self._values(record.entity.fields, record.values, chosen.fields)
        if "DataVersion" in found:
            found["DataVersion"] = data_version(record.version, self.order)
        for section, columns in chosen.sections.items():
            found[section] = self._rows(record, section, columns)
        for name in chosen.presentations:
            found[name + PRESENTATION] = self.presentation(record, name)
        if shape.level == "full":
            found = self._annotated(record, found)
        self._navigate(record, shape, found)
        return found

    def _values(self, columns: Fields, values: Row, chosen: Iterable[str]) -> dict[str, Json]:
        wanted = set(chosen)
        return {prop: self._json(item, values[prop]) for prop, item in columns.items() if prop in wanted}

    def _json(self, item: Field, value: Scalar) -> Json:
        if not isinstance(value, Decimal):
            return value
        if item.fraction:
            return int(value) if value == value.to_integral_value() else float(value)
        return str(int(value)) if item.edm == "Edm.Int64" and self.int64_text else int(value)

    def _rows(self, record: Record, section: str, columns: set[str] | None) -> list[Json]:
        known = record.entity.rows[section]
        chosen = set(known) if columns is None else columns
        return [self._values(known, row, chosen) for row in record.rows[section]]

    def _annotated(self, record: Record, found: dict[str, Json]) -> dict[str, Json]:
        head: dict[str, Json] = {
            "odata.type": f"StandardODATA.{record.entity.name}",
            "odata.id": f"{self.root}/{address(record)}",
        }
        for prop, value in found.items():
            item = record.entity.fields.get(prop)
            if item is not None and item.edm != "Edm.String":
                head[f"{prop}@odata.type"] = item.edm
            head[prop] = value
        return head

    def _navigate(self, record: Record, shape: Shape, found: dict[str, Json]) -> None:
        chosen = shape.selection
        for name, item in record.entity.navigation.items():
            if name in shape.expand or name in chosen.nested:
                found[name] = self._expanded(record, name, item, shape)
            elif name in chosen.links and shape.level != "none" and self._leads(record, item):
                found[f"{name}@navigationLinkUrl"] = f"{address(record)}/{name}"

    def _leads(self, record: Record, item: Field) -> bool:
        return record.values[item.prop] != EMPTY_KEY and self.target(item.target) is not None

    def _expanded(self, record: Record, name: str, item: Field, shape: Shape) -> Json:
        target = self.follow(item, record.values[item.prop])
        if target is None:
            return None
        wanted = shape.selection.nested.get(name)
        selection = Selection(fields=wanted) if wanted else everything(target.entity)
        inner = shape.expand.get(name, ())
        return self.record(target, Shape("none", selection, dict.fromkeys(inner, ())))

    def presentation(self, record: Record, name: str) -> str:
        """Display text of a property: the name of what it points to, else the value."""
        item = record.entity.navigation.get(name) or record.entity.fields[name]
        value = record.values[item.prop]
        if item.kind != "ref":
            return str(value)
        target = self.follow(item, value)
        return title(target) if target is not None else ""

    def entry(self, record: Record, shape: Shape) -> str:
        """A record as an Atom entry."""
        shown = self.record(record, Shape("none", shape.selection))
        inner = "".join(_element(name, value, record.entity) for name, value in shown.items())
        place = escape(address(record))
        return (
            f"<entry><id>{escape(self.root)}/{place}</id>"
            f'<category term="StandardODATA.{record.entity.name}" scheme="{D}/scheme"/>'
            f'<title type="text"/><link rel="edit" href={quoteattr(address(record))}/>'
            f'<content type="application/xml"><m:properties xmlns:d="{D}" xmlns:m="{M}">{inner}'
            "</m:properties></content></entry>"
        )


def title(record: Record) -> str:
    """How 1C calls an object: its name, or the number and date of a document."""
    if "Description" in record.values:
        return str(record.values["Description"])
    day = str(record.values.get("Date", EMPTY_DATE))
    return (
        f"{record.entity.name.partition('_')[2]} {record.values.get('Number', '')} от {day[8:10]}.{day[5:7]}.{day[:4]}"
    )


def _element(name: str, value: Json, entity: Entity) -> str:
    if isinstance(value, list):
        kind = f"StandardODATA.{entity.name}_{name}_RowType"
        rows = "".join(_row(row, kind, entity.rows[name]) for row in value if isinstance(row, dict))
        return f'<d:{name} m:type="Collection({kind})">{rows}</d:{name}>'
    item = entity.fields.get(name)
    return _simple(name, value, item)


def _row(row: dict[str, Json], kind: str, columns: Fields) -> str:
    inner = "".join(_simple(name, value, columns.get(name)) for name, value in row.items())
    return f'<d:element m:type="{kind}">{inner}</d:element>'


def _simple(name: str, value: Json, item: Field | None) -> str:
    edm = item.edm if item is not None else "Edm.String"
    mark = "" if edm == "Edm.String" else f' m:type="{edm}"'
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<d:{name}{mark}>{escape(text)}</d:{name}>"
