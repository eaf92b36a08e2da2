"""What a base offers, from its `$metadata`: kept per base as a digest of what the product's profiles use (design §6).

14–17 MB of XML are read as a stream with bounded memory; a document type, the way to entities, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.parsers import expat

from common.errors import SideDown, Stop, TryLater
from common.model import moments
from common.model.ids import BaseName
from common.onec.configurations import profiles
from common.onec.odata.client import ODataClient
from common.onec.odata.requirements import attributes_of, wanted
from common.onec.odata.wire import side
from common.onec.profile import Profile, VatEnum
from common.ports import Clock, Store, Write

COLLECTION = "digests"
_TYPES = ("EntityType", "ComplexType")


@dataclass(frozen=True, slots=True)
class Digest:
    """Entities and row types with the Edm type of each property, and enumerations with their members."""

    read_at: datetime
    product: str
    types: Mapping[str, Mapping[str, str]]
    enums: Mapping[str, Sequence[str]]

    def has(self, entity: str, attribute: str) -> bool:
        """Whether the base has the attribute."""
        return attribute in self.types.get(entity, {})


class UnsafeXml(ValueError):
    """A document type where none belongs."""


@dataclass
class MetadataReader:
    """Takes `$metadata` piece by piece and keeps the wanted types only. Raises ValueError for XML it cannot trust."""

    wanted: frozenset[str]
    types: dict[str, dict[str, str]] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)
    _open: str = ""
    _parser: expat.XMLParserType = field(default_factory=lambda: expat.ParserCreate(namespace_separator=" "))

    def __post_init__(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: bytes) -> None:
        """The next bytes."""
        self._parse(piece, False)

    def close(self) -> None:
        """The end: XML that stops short is refused."""
        self._parse(b"", True)

    def _parse(self, piece: bytes, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            raise ValueError(f"not whole XML: {error}") from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        kind, name = tag.rpartition(" ")[2], attributes.get("Name", "")
        if kind in _TYPES and name in self.wanted:
            self._open = name
            self.types.setdefault(name, {})
        elif kind == "EnumType" and name in self.wanted:
            self._open = name
            self.enums[name] = []
        elif self._open and kind in ("Property", "NavigationProperty"):
            self.types[self._open][name] = attributes.get("Type", "")
        elif self._open and kind == "Member":
            self.enums[self._open].append(name)

    def _end(self, tag: str) -> None:
        if tag.rpartition(" ")[2] in (*_TYPES, "EnumType"):
            self._open = ""

    def _refuse(self, *_: Any) -> None:
        raise UnsafeXml("a document type in $metadata")


def refresh_digest(client: ODataClient, store: Store, clock: Clock, product: str) -> Digest:
    """Read `$metadata` anew and keep its digest; daily, by `exchange_watch` or the doctor, never by a worker.

    Raises SideDown when the base does not give it whole.
    """
    read_at = clock.now()
    reader = MetadataReader(frozenset(wanted(profiles(product).values())))
    try:
        for piece in client.metadata():
            reader.feed(piece)
        reader.close()
    except ValueError as error:
        raise SideDown(side(client.base), "maintenance", f"$metadata: {error}", certain=False) from None
    found = Digest(read_at, product, reader.types, reader.enums)
    store.write(Write(COLLECTION, client.base, _data(found)))
    return found


def stored_digest(store: Store, base: BaseName) -> Digest:
    """The digest kept of a base. Raises TryLater `digest_missing` until it has been read for the first time."""
    kept = store.get(COLLECTION, base)
    if kept is None:
        raise TryLater("digest_missing", 60)
    data = kept.data
    return Digest(moments.parse(data["read_at"]), data["product"], data["types"], data["enums"])


def missing(profile: Profile, base: BaseName, digest: Digest) -> list[Stop]:
    """What the base lacks for this profile: entities first, then attributes of those it has."""
    stops: list[Stop] = []
    for entity, attributes in attributes_of(profile).items():
        if any(entity.startswith(f"{stop.field}_") for stop in stops):
            continue  # rows of a document that is missing itself: one thing to mend
        lacking = [entity] if entity not in digest.types else []
        if not lacking:
            lacking = [f"{entity}.{one}" for one in sorted(attributes) if not digest.has(entity, one)]
        stops += [_stop(profile, base, name, digest) for name in lacking]
    vat = profile.catalogs.vat
    if isinstance(vat, VatEnum) and not digest.enums.get(vat.enum):
        stops.append(_stop(profile, base, vat.enum, digest))
    return stops


def _stop(profile: Profile, base: BaseName, name: str, digest: Digest) -> Stop:
    where = f"1C, base {base}: standard OData interface, published objects"
    read = moments.text(digest.read_at)
    return Stop("profile_missing", name, "admin", side(base), profile.id, where, f"$metadata of {read}")


def _data(digest: Digest) -> dict[str, Any]:
    return {
        "read_at": moments.text(digest.read_at),
        "product": digest.product,
        "types": {name: dict(attributes) for name, attributes in digest.types.items()},
        "enums": {name: list(members) for name, members in digest.enums.items()},
    }
