"""What a 1C base consists of, as its OData interface names it (facts §1.3), and a compact way to write it down.

A list of attributes is text: `Организация: ref Catalog_Организации !; КурсВзаиморасчетов: num 10.4 = 1`.
Kinds: `ref <entity set>`, `any` (composite), `num <digits>.<fraction>`, `str [<length>]`, `bool`, `date`, `datetime`,
`time`, `enum <name>`, `binary`. `= x` is the fill value (`@Name` a predefined item), `!` the fill check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

Kind = Literal["ref", "any", "num", "str", "bool", "date", "datetime", "time", "enum", "binary", "guid"]
EntityKind = Literal["document", "catalog", "register", "accumulation", "accounts", "characteristics", "rows"]
EMPTY_KEY = "00000000-0000-0000-0000-000000000000"
EMPTY_DATE = "0001-01-01T00:00:00"
UNDEFINED = "StandardODATA.Undefined"
_SIMPLE = {"str": "String", "enum": "String", "any": "String", "bool": "Boolean", "binary": "Binary"}
_DATES = ("date", "datetime", "time")


@dataclass(frozen=True)
class Field:
    """One 1C attribute."""

    name: str
    kind: Kind
    target: str = ""
    length: int = 0
    digits: int = 0
    fraction: int = 0
    default: str = ""
    check: bool = False

    @property
    def prop(self) -> str:
        """The OData property: a reference gets `_Key`, a value storage `_Base64Data`."""
        if self.kind == "ref":
            return f"{self.name}_Key"
        return f"{self.name}_Base64Data" if self.kind == "binary" else self.name

    @property
    def edm(self) -> str:
        """The Edm type of the property (§1.3: numbers by their digits)."""
        if self.kind in ("ref", "guid"):
            return "Edm.Guid"
        if self.kind in _DATES:
            return "Edm.DateTime"
        if self.kind != "num":
            return f"Edm.{_SIMPLE[self.kind]}"
        if self.fraction:
            return "Edm.Double"
        return "Edm.Int16" if self.digits <= 4 else "Edm.Int64"

    @property
    def properties(self) -> dict[str, str]:
        """Property names with their Edm types; a composite field has two."""
        both = {self.prop: self.edm}
        return both | {f"{self.name}_Type": "Edm.String"} if self.kind == "any" else both


Fields = Mapping[str, Field]


def fields(text: str) -> tuple[Field, ...]:
    """Read the compact form of a list of attributes."""
    return tuple(_field(part) for part in text.replace("\n", " ").split(";") if part.strip())


def _field(text: str) -> Field:
    name, _, rest = text.strip().partition(":")
    rest, _, default = rest.strip().removesuffix("!").partition("=")
    kind, _, argument = rest.strip().partition(" ")
    plain = Field(name.strip(), _kind(kind), default=default.strip(), check=text.rstrip().endswith("!"))
    argument = argument.strip()
    if plain.kind == "num":
        digits, fraction = argument.split(".")
        return replace(plain, digits=int(digits), fraction=int(fraction))
    if plain.kind == "str":
        return replace(plain, length=int(argument or 0))
    return replace(plain, target=argument)


def _kind(text: str) -> Kind:
    kinds: dict[str, Kind] = {
        "ref": "ref",
        "any": "any",
        "num": "num",
        "str": "str",
        "bool": "bool",
        "date": "date",
        "datetime": "datetime",
        "time": "time",
        "enum": "enum",
        "binary": "binary",
    }
    return kinds[text]


@dataclass
class Entity:
    """One entity set: a document, catalog, register, chart of accounts or of characteristic types."""

    name: str
    kind: EntityKind
    standard: tuple[Field, ...]
    attributes: tuple[Field, ...]
    sections: dict[str, tuple[Field, ...]] = field(default_factory=dict)
    dimensions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    code: int = 0
    code_fixed: bool = False
    autonumber: bool = False
    period: str = ""

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every simple attribute by its property name; a composite one also under its `_Type`."""
        return _by_property((*self.standard, *self.attributes))

    @cached_property
    def rows(self) -> dict[str, dict[str, Field]]:
        """The same for each tabular section, with the two standard properties of a row."""
        line = (Field("Ref_Key", "guid"), Field("LineNumber", "num", digits=10))
        return {name: _by_property((*line, *columns)) for name, columns in self.sections.items()}

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The properties that make up the key (§1.5)."""
        if not self.dimensions:
            return ("Ref_Key",)
        found = [self.fields[prop] for prop in self.dimensions]
        return (*self.dimensions, *(f"{item.name}_Type" for item in found if item.kind == "any"))

    @cached_property
    def navigation(self) -> dict[str, Field]:
        """Navigation properties: every attribute of one reference type."""
        return {item.name: item for item in (*self.standard, *self.attributes) if item.kind == "ref"}

    def flat(self, section: str) -> Entity:
        """A tabular section as an entity set of its own, `Document_X_Услуги` (§1.7)."""
        line = (Field("Ref_Key", "guid"), Field("LineNumber", "num", digits=10))
        name = f"{self.name}_{section}"
        return Entity(name, "rows", line, self.sections[section], dimensions=("Ref_Key", "LineNumber"))

    @property
    def is_register(self) -> bool:
        """Registers have keys of several parts and no `Ref_Key`."""
        return self.kind in ("register", "accumulation")

    @property
    def is_open(self) -> bool:
        """Types with composite fields are `OpenType` in `$metadata` (§1.4)."""
        return any(item.kind == "any" for item in (*self.standard, *self.attributes))

    def adjusted(self, extra: Mapping[str, str], without: Iterable[str]) -> Entity:
        """The entity of a base with attributes of its own, or lacking some; keys are "" or a section name."""
        gone = set(without)
        sections = {
            name: _changed(columns, extra.get(name, ""), gone, f"{name}/")
            for name, columns in self.sections.items()
            if name not in gone
        }
        added = {name: fields(text) for name, text in extra.items() if name and name not in self.sections}
        attributes = _changed(self.attributes, extra.get("", ""), gone, "")
        return replace(self, attributes=attributes, sections=sections | added)


def _by_property(items: Iterable[Field]) -> dict[str, Field]:
    return {prop: item for item in items for prop in item.properties}


def _changed(items: tuple[Field, ...], extra: str, gone: set[str], prefix: str) -> tuple[Field, ...]:
    added = fields(extra)
    names = {item.name for item in added}
    kept = tuple(item for item in items if item.name not in names and prefix + item.name not in gone)
    return kept + added


@dataclass(frozen=True)
class Product:
    """A configuration: its entities, its enumerations and which hooks its object modules have."""

    name: str
    title: str
    entities: Mapping[str, Entity]
    enums: Mapping[str, tuple[str, ...]]
    hooks: str

    def changed(self, changes: Mapping[str, str], without: Iterable[str] = ()) -> Product:
        """The product with attributes replaced: keys are `Entity` or `Entity/Section`."""
        gone = [name.split("/", 1) for name in without]
        entities = dict(self.entities)
        for name in {key.split("/")[0] for key in changes} | {parts[0] for parts in gone}:
            extra = {key.partition("/")[2]: text for key, text in changes.items() if key.split("/")[0] == name}
            entities[name] = entities[name].adjusted(extra, [parts[1] for parts in gone if parts[0] == name])
        return replace(self, entities=entities)


def enums(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Enumerations from words."""
    return {name: tuple(words.split()) for name, words in table.items()}


def document(name: str, attributes: str, sections: Mapping[str, str] | None = None) -> Entity:
    """A document: number of 11 characters, unique within a year (§2.1)."""
    standard = (
        Field("Ref_Key", "guid"),
        Field("DataVersion", "str"),
        Field("Number", "str", length=11),
        Field("Date", "datetime"),
        Field("DeletionMark", "bool"),
        Field("Posted", "bool"),
    )
    return Entity(name, "document", standard, fields(attributes), _sections(sections), autonumber=True)


def catalog(
    name: str,
    attributes: str = "",
    *,
    code: int = 0,
    description: int = 100,
    hierarchy: Literal["", "folders", "items"] = "",
    owners: tuple[str, ...] = (),
    autonumber: bool = True,
    code_fixed: bool = False,
    sections: Mapping[str, str] | None = None,
) -> Entity:
    """A catalog with its standard attributes in the order of §1.3; no `Code` where its length is 0."""
    standard = [*_named(description), *([Field("Code", "str", length=code)] if code else [])]
    if len(owners) == 1:
        standard.append(Field("Owner", "ref", owners[0]))
    elif owners:
        standard.append(Field("Owner", "any"))
    standard += [Field("Parent", "ref", name)] if hierarchy else []
    standard += [Field("IsFolder", "bool")] if hierarchy == "folders" else []
    standard.append(Field("DeletionMark", "bool"))
    found = Entity(name, "catalog", tuple(standard), fields(attributes), _sections(sections), code=code)
    return replace(found, code_fixed=code_fixed, autonumber=autonumber and bool(code))


def accounts(name: str) -> Entity:
    """A chart of accounts as far as an act needs it: code, name and place in the tree."""
    standard = (
        *_named(120),
        Field("Code", "str", length=9),
        Field("Parent", "ref", name),
        Field("DeletionMark", "bool"),
    )
    more = (Field("Order", "str", length=9), Field("OffBalance", "bool"))
    return Entity(name, "accounts", (*standard, *more), (), code=9)


def characteristics(name: str, attributes: str = "") -> Entity:
    """A chart of characteristic types."""
    standard = (*_named(150), Field("Parent", "ref", name), Field("IsFolder", "bool"), Field("DeletionMark", "bool"))
    return Entity(name, "characteristics", standard, fields(attributes))


def register(name: str, dimensions: str, attributes: str = "", period: str = "") -> Entity:
    """An independent information register; its key is the period, if it has one, and the dimensions."""
    standard = (*((Field("Period", "datetime"),) if period else ()), *fields(dimensions))
    key = tuple(item.prop for item in standard)
    return Entity(name, "register", standard, fields(attributes), dimensions=key, period=period)


def accumulation(name: str, dimensions: str, resources: str) -> Entity:
    """A balance register, for `Balance` (§1.13): `RecordType` is `Receipt` or `Expense`."""
    moves = (
        Field("Recorder", "any"),
        Field("LineNumber", "num", digits=9),
        Field("Period", "datetime"),
        Field("RecordType", "str"),
        Field("Active", "bool"),
    )
    key, sums = fields(dimensions), fields(resources)
    names = tuple(item.prop for item in sums)
    return Entity(name, "accumulation", moves, key + sums, dimensions=("Recorder", "LineNumber"), resources=names)


def _named(description: int) -> tuple[Field, ...]:
    return (
        Field("Ref_Key", "guid"),
        Field("Predefined", "bool"),
        Field("PredefinedDataName", "str"),
        Field("DataVersion", "str"),
        Field("Description", "str", length=description),
    )


def _sections(table: Mapping[str, str] | None) -> dict[str, tuple[Field, ...]]:
    return {name: fields(text) for name, text in (table or {}).items()}
