"""Values as the base keeps them, and how they come in (facts §1.6, §1.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from tests.simulators.onec.errors import internal, unreadable
from tests.simulators.onec.schema import EMPTY_DATE, EMPTY_KEY, UNDEFINED, Entity, Field, Fields
from tests.simulators.onec.switches import Switches

Scalar = str | bool | Decimal
Row = dict[str, Scalar]
Json = str | bool | int | float | Decimal | None | list["Json"] | dict[str, "Json"]
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
ZERO = Decimal(0)


@dataclass
class Record:
    """One object or register record; `version` counts its writes (§1.10)."""

    entity: Entity
    values: Row
    rows: dict[str, list[Row]] = field(default_factory=dict)
    version: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """The key as text, in the order of the entity."""
        return tuple(key_text(self.values[name]) for name in self.entity.key)

    def copy(self) -> Record:
        """A copy to change and throw away if a handler refuses."""
        rows = {name: [dict(row) for row in lines] for name, lines in self.rows.items()}
        return Record(self.entity, dict(self.values), rows, self.version)


def key_text(value: Scalar) -> str:
    """A part of a key as text."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value).lower()


def blank(entity: Entity) -> Record:
    """A new object with empty values and the fill values of the metadata (§1.8)."""
    return Record(entity, empty_row(entity.fields), {name: [] for name in entity.sections})


def empty_row(columns: Fields) -> Row:
    """A row of empty or fill values."""
    return {prop: initial(item, prop) for prop, item in columns.items()}


def initial(item: Field, prop: str) -> Scalar:
    """The fill value of a property, else the empty value of its type."""
    if item.default and not item.default.startswith("@") and not prop.endswith("_Type"):
        return _fill(item)
    return empty(item, prop)


def _fill(item: Field) -> Scalar:
    if item.kind == "num":
        return Decimal(item.default)
    return item.default == "true" if item.kind == "bool" else item.default


def empty(item: Field, prop: str) -> Scalar:
    """The empty value: empty reference, empty date, empty text, zero or false (§1.6)."""
    if item.kind == "any" and prop.endswith("_Type"):
        return UNDEFINED
    if item.kind in ("ref", "guid"):
        return EMPTY_KEY
    if item.kind in ("date", "datetime", "time"):
        return EMPTY_DATE
    if item.kind == "bool":
        return False
    return ZERO if item.kind == "num" else ""


def is_empty(item: Field, value: Scalar) -> bool:
    """Whether the fill check takes the value for missing."""
    return item.kind != "bool" and value in (EMPTY_KEY, EMPTY_DATE, "", ZERO)


@dataclass(frozen=True)
class Reader:
    """Takes values of a request body in, the way the platform does (§1.8)."""

    switches: Switches
    enums: Mapping[str, tuple[str, ...]]

    def read(self, item: Field, prop: str, value: Json) -> Scalar | None:
        """The value to store; None means the stored one stays."""
        if isinstance(value, (list, dict)):
            raise internal(f"Несоответствие типов: {prop}")
        if value is None:
            return empty(item, prop)
        if item.kind in ("ref", "guid"):
            return guid(value)
        if item.kind == "bool":
            return _boolean(value)
        if item.kind == "num":
            return _number(item, value)
        if item.kind in ("date", "datetime", "time"):
            return moment(value, item.kind)
        return self._text(item, prop, value)

    def _text(self, item: Field, prop: str, value: Json) -> str:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if item.kind == "enum":
            return self._member(item, text)
        if item.length and len(text) > item.length and not prop.endswith("_Type"):
            if self.switches.long_string == "refused":
                raise unreadable(text, "Edm.String")
            return text[: item.length]
        return text

    def _member(self, item: Field, text: str) -> str:
        known = self.enums.get(item.target)
        if text and known and text not in known and self.switches.unknown_enum == "refused":
            raise unreadable(text, f"StandardODATA.{item.target}")
        return text


def guid(value: object) -> str:
    """A guid in any case, or code 1."""
    if not isinstance(value, str) or not _GUID.fullmatch(value):
        raise unreadable(value, "Edm.Guid")
    return value.lower()


def moment(value: object, kind: str = "datetime") -> str:
    """A naive local time; a zone is dropped and the wall-clock text kept (§1.6)."""
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None or not isinstance(value, str):
        raise unreadable(value, "Edm.DateTime")
    try:
        found = datetime.fromisoformat(match[1]).isoformat(timespec="seconds")
    except ValueError:
        raise unreadable(value, "Edm.DateTime") from None
    return f"{found[:10]}T00:00:00" if kind == "date" else found


def _boolean(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise unreadable(value, "Edm.Boolean")


def _number(item: Field, value: Json) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        # Observed live: a text in an Int64 is accepted and changes nothing.
        if item.edm == "Edm.Int64":
            return None
        raise unreadable(value, item.edm) from None
    if not number.is_finite() or isinstance(value, bool):
        raise unreadable(value, item.edm)
    return fitted(item, number)


def fitted(item: Field, number: Decimal) -> Decimal:
    """A number as the attribute holds it: rounded to its scale, at most all nines."""
    step = Decimal(1).scaleb(-item.fraction)
    top = Decimal(10) ** (item.digits - item.fraction) - step
    # Clamped first: rounding a number far beyond the attribute would exceed the decimal context.
    return max(-top, min(top, number)).quantize(step, ROUND_HALF_UP)
