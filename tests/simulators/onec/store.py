"""The data of one infobase: objects and register records by set and key, versions, numbers and a log of changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from tests.simulators.onec.schema import EMPTY_KEY, Entity, Field, Product
from tests.simulators.onec.values import Record, Row, Scalar, blank, key_text

EffectKind = Literal["create", "update", "post", "unpost", "mark", "unmark", "delete"]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """One real change of the base: what, where and by whom (a login, or "base" for the back door)."""

    kind: EffectKind
    entity: str
    key: str
    by: str


@dataclass
class Store:
    """Tables of records; who may see what is not its business."""

    product: Product
    place: str = ""
    effects: list[Effect] = field(default_factory=list)
    tables: dict[str, dict[Key, Record]] = field(default_factory=lambda: defaultdict(dict))
    _numbers: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    _taken: dict[tuple[str, str, str], Key] = field(default_factory=dict)
    _places: dict[tuple[str, Key], tuple[str, str, str]] = field(default_factory=dict)
    _indexes: dict[tuple[str, str], dict[Scalar, list[Record]]] = field(default_factory=dict)

    def records(self, name: str) -> list[Record]:
        """Every record of a set, in order of creation."""
        return list(self.tables[name].values())

    def get(self, name: str, key: Iterable[str]) -> Record | None:
        """A record by its key, in any case of letters."""
        return self.tables[name].get(tuple(part.lower() for part in key))

    def put(self, record: Record) -> None:
        """Store a record under its key."""
        self._release(record)
        self.tables[record.entity.name][record.key] = record
        if record.entity.kind == "document":
            place = (record.entity.name, str(record.values["Date"])[:4], str(record.values["Number"]))
            self._taken[place] = record.key
            self._places[record.entity.name, record.key] = place
        self._forget(record.entity.name)

    def remove(self, record: Record) -> None:
        """Take a record away."""
        self._release(record)
        self.tables[record.entity.name].pop(record.key, None)
        self._forget(record.entity.name)

    def number_taken(self, record: Record) -> bool:
        """Whether another document of the same year has this number (§2.1)."""
        place = (record.entity.name, str(record.values["Date"])[:4], str(record.values["Number"]))
        return self._taken.get(place, record.key) != record.key

    def _release(self, record: Record) -> None:
        place = self._places.pop((record.entity.name, record.key), None)
        if place is not None and self._taken.get(place) == record.key:
            del self._taken[place]

    def where(self, name: str, prop: str, value: Scalar) -> list[Record]:
        """Records with this value, through an index that lives until the set changes."""
        index = self._indexes.get((name, prop))
        if index is None:
            index = defaultdict(list)
            for record in self.tables[name].values():
                index[_plain(record.values[prop])].append(record)
            self._indexes[name, prop] = index
        return index.get(_plain(value), [])

    def find(self, name: str, fields: Mapping[str, object]) -> Iterator[Record]:
        """Records whose properties have these values."""
        wanted = {prop: Decimal(value) if type(value) is int else value for prop, value in fields.items()}
        for record in self.records(name):
            if all(record.values.get(prop) == value for prop, value in wanted.items()):
                yield record

    def new_key(self, entity: Entity) -> str:
        """A key of the base's own; the same run makes the same keys."""
        return str(uuid5(NAMESPACE_URL, f"{self.place}/{entity.name}/{self.next_number(entity, 'key', '')}"))

    def target(self, item: Field, key: Scalar) -> Record | None:
        """What a reference points to; None for an empty reference or a broken link."""
        return self.get(item.target, (str(key),)) if key != EMPTY_KEY else None

    def note(self, kind: EffectKind, record: Record, by: str) -> None:
        """Remember a change."""
        self.effects.append(Effect(kind, record.entity.name, ",".join(record.key), by))

    def next_number(self, entity: Entity, prefix: str, period: str) -> int:
        """The next of the counter of this prefix and numbering period (§6.5)."""
        self._numbers[entity.name, prefix, period] += 1
        return self._numbers[entity.name, prefix, period]

    def blank(self, entity: Entity) -> Record:
        """A new object with its fill values, predefined items among them."""
        record = blank(entity)
        self._predefined(entity.fields, record.values)
        return record

    def _predefined(self, columns: Mapping[str, Field], values: Row) -> None:
        for prop, item in columns.items():
            if item.default.startswith("@"):
                found = next(self.find(item.target, {"PredefinedDataName": item.default[1:]}), None)
                values[prop] = key_text(found.values["Ref_Key"]) if found else EMPTY_KEY

    def _forget(self, name: str) -> None:
        for known in [known for known in self._indexes if known[0] == name]:
            del self._indexes[known]


def _plain(value: Scalar) -> Scalar:
    # The database does not count trailing spaces: codes of fixed length are padded.
    return value.rstrip() if isinstance(value, str) else value
