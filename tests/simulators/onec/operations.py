"""One request: which resource it names and what its method does there (facts §1.8, §1.9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.simulators.onec import bodies, writing
from tests.simulators.onec.answers import Utf8, Writer
from tests.simulators.onec.errors import ODataError, method_forbidden, no_instance, no_segment
from tests.simulators.onec.reading import Reading
from tests.simulators.onec.render import address, data_version
from tests.simulators.onec.schema import Entity
from tests.simulators.onec.shapes import Shape, everything
from tests.simulators.onec.units import Unit
from tests.simulators.onec.urls import Segment, encoded, literal
from tests.simulators.onec.values import Record, guid, key_text, moment
from tests.simulators.web import Answer, Request

if TYPE_CHECKING:
    from tests.simulators.onec.infobase import Infobase

ACTIONS = ("Post", "Unpost")


@dataclass(frozen=True)
class Operation:
    """A request of one user on its way through the base."""

    base: Infobase
    request: Request
    options: Mapping[str, str]
    writer: Writer
    user: str

    def run(self, parts: list[Segment]) -> Answer:
        """Do what the request asks."""
        entity = self.base.entity(parts[0].name)
        if parts[0].name.endswith("_RecordType"):
            entity = replace(entity, name=parts[0].name)
        elif entity.kind == "accumulation" and len(parts) == 1:
            raise ODataError(501, 21, "Чтение наборов записей не поддерживается имитатором")
        if parts[0].arguments is None or (not parts[0].arguments and entity.key):
            return self._on_set(entity, parts[1:])
        return self._on_record(entity, parts[0].arguments, parts[1:])

    def _on_set(self, entity: Entity, rest: list[Segment]) -> Answer:
        if self.request.method == "GET":
            return self._reading().set(entity, rest)
        if self.request.method == "POST" and not rest:
            return self._create(entity)
        raise method_forbidden(self.request.method)

    def _on_record(self, entity: Entity, arguments: Mapping[str, str], rest: list[Segment]) -> Answer:
        record = self._record(entity, arguments)
        if rest and rest[0].name in ACTIONS and entity.kind == "document":
            return self._act(record, rest[0].name)
        if self.request.method == "GET":
            return self._reading().single(record, rest)
        if rest:
            raise no_segment(rest[0].name)
        self.base.rights.check_write(record)
        self._check_match(record)
        if self.request.method == "DELETE":
            writing.delete(self._unit(), record)
            return Answer(204, b"", {"DataServiceVersion": "3.0"})
        if self.request.method in ("PATCH", "MERGE", "PUT"):
            body = bodies.parse(self.request.body)
            changed = writing.update(self._unit(), record, body, whole=self.request.method == "PUT")
            return self._shown(changed, 200)
        raise method_forbidden(self.request.method)

    def _create(self, entity: Entity) -> Answer:
        self.base.rights.check_write(entity.name)
        record = writing.create(self._unit(), entity, bodies.parse(self.request.body))
        if entity.is_register:
            return self._shown(record, 200)
        place = f"{self.writer.renderer.root}/{address(record)}"
        raw = self.base.switches.location == "utf-8"
        return self._shown(record, 201, {"Location": Utf8(place) if raw else encoded(place)})

    def _act(self, record: Record, action: str) -> Answer:
        """Post or Unpost: 200 with an empty body, by GET as well (§1.9)."""
        if self.request.method != "POST" and not (self.request.method == "GET" and self.base.switches.post_by_get):
            raise method_forbidden(self.request.method)
        self.base.rights.check_write(record)
        (writing.post if action == "Post" else writing.unpost)(self._unit(), record)
        return Answer(200, b"", {"DataServiceVersion": "3.0"})

    def _check_match(self, record: Record) -> None:
        """`If-Match` changes nothing on a live base; by the manual a mismatch is 412 (§1.10)."""
        given = self.request.headers.get("if-match", "").removeprefix("W/").strip('"')
        version = data_version(record.version, self.base.switches.data_version)
        if self.base.switches.if_match == "checked" and given not in ("", "*", version):
            raise ODataError(412, 2, "Версия данных не совпадает")

    def _shown(self, record: Record, status: int, headers: Mapping[str, str] | None = None) -> Answer:
        shape = Shape(self.writer.format.level, everything(record.entity))
        return self.writer.single(record, shape, status, headers)

    def _record(self, entity: Entity, arguments: Mapping[str, str]) -> Record:
        if entity.kind == "rows":
            return self._row(entity, arguments)
        record = self.base.store.get(entity.name, _key(entity, arguments))
        if record is None:
            raise no_instance(entity.name)
        return record

    def _row(self, entity: Entity, arguments: Mapping[str, str]) -> Record:
        """A row by `Ref_Key` and `LineNumber`."""
        owner, _, section = entity.name.rpartition("_")
        key, line = _key(entity, arguments)
        record = self.base.store.get(owner, (key,))
        for row in record.rows[section] if record else []:
            if key_text(row["LineNumber"]) == line:
                return Record(entity, row)
        raise no_instance(entity.name)

    def _unit(self) -> Unit:
        mode = self.request.headers.get("1c_odata-dataloadmode", "").lower() == "true"
        return self.base.unit(self.user, load_mode=mode)

    def _reading(self) -> Reading:
        base = self.base
        known = {name: base.product.entities[name] for name in base.exposed if name in base.product.entities}
        return Reading(base.store, base.rights, base.switches, base.language(), known, self.writer, self.options)


def _key(entity: Entity, arguments: Mapping[str, str]) -> tuple[str, ...]:
    """The key of a record; a missing part is code 7, a bad guid code 1."""
    given = dict(arguments)
    if "" in given:
        given = {entity.key[0]: given[""]}
    return tuple(_key_part(entity, prop, given) for prop in entity.key)


def _key_part(entity: Entity, prop: str, given: Mapping[str, str]) -> str:
    if prop not in given:
        raise ODataError(400, 7, f"Не указана часть ключа {prop}")
    item, text = entity.fields[prop], literal(given[prop])
    if item.kind in ("ref", "guid"):
        return guid(text)
    return key_text(moment(text)) if item.kind in ("date", "datetime") else text.lower()
