"""GET: sets, single entities, property paths, counts and virtual tables (facts §1.5, §1.13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.simulators.onec import answers, slices
from tests.simulators.onec.access import Rights
from tests.simulators.onec.answers import Writer
from tests.simulators.onec.errors import ODataError, bad_option, no_instance, no_segment
from tests.simulators.onec.filters import Filter, Language, parse_filter, parse_path
from tests.simulators.onec.schema import Entity
from tests.simulators.onec.shapes import Shape, everything, expand, select
from tests.simulators.onec.store import Store
from tests.simulators.onec.switches import Switches
from tests.simulators.onec.urls import Segment, flag, literal
from tests.simulators.onec.values import Record
from tests.simulators.web import Answer

FUNCTIONS = ("SliceLast", "SliceFirst", "Balance")
Options = Mapping[str, str]


@dataclass(frozen=True)
class Reading:
    """One reading request against one base."""

    store: Store
    rights: Rights
    switches: Switches
    language: Language
    sets: Mapping[str, Entity]
    writer: Writer
    options: Options

    def set(self, entity: Entity, rest: list[Segment]) -> Answer:
        """A whole set, its count or a virtual table of it."""
        self.rights.check_read(entity.name)
        if not rest:
            return self._listing(entity, self._matching(entity))
        if rest[0].name == "$count":
            return answers.text(str(len(self._matching(entity))), self.switches.bom)
        if rest[0].name in FUNCTIONS:
            return self._virtual(entity, rest[0])
        raise no_segment(rest[0].name)

    def single(self, record: Record, rest: list[Segment]) -> Answer:
        """One record, a property of it, or what a navigation property leads to."""
        self.rights.check_read(record.entity.name)
        self.rights.check_visible(record)
        for index, segment in enumerate(rest):
            entity = record.entity
            if segment.name in entity.sections or segment.name in entity.fields:
                return self._property(record, segment.name)
            item = entity.navigation.get(segment.name)
            target = self.language.follow(item, record.values[item.prop]) if item else None
            if item is None or item.target not in self.sets:
                raise no_segment(segment.name)
            if target is None:
                raise no_instance(item.target)
            return self.single(target, rest[index + 1 :])
        if "$expand" in self.options:
            # The manual allows an expansion on sets only.
            raise ODataError(400, 0, "The $expand parameter is not supported")
        return self.writer.single(record, self._shape(record.entity))

    def _property(self, record: Record, name: str) -> Answer:
        shape = Shape("none", select(name, record.entity, self.language.target))
        return self.writer.value(name, self.writer.renderer.record(record, shape)[name])

    def _candidates(self, entity: Entity, condition: Filter | None) -> list[Record]:
        wanted = condition.equalities if condition else {}
        if entity.kind == "rows":
            return self._flat(entity, wanted.get("Ref_Key"))
        if "Ref_Key" in wanted and entity.key == ("Ref_Key",):
            found = self.store.get(entity.name, (wanted["Ref_Key"],))
            return [found] if found else []
        for prop, value in wanted.items():
            return self.store.where(entity.name, prop, value)
        return self.store.records(entity.name.removesuffix("_RecordType"))

    def _flat(self, entity: Entity, key: str | None) -> list[Record]:
        name, _, section = entity.name.rpartition("_")
        owners = self.store.records(name)
        if key is not None:
            found = self.store.get(name, (key,))
            owners = [found] if found else []
        return [Record(entity, row) for owner in owners for row in owner.rows[section]]

    def _matching(self, entity: Entity) -> list[Record]:
        text = self.options.get("$filter")
        condition = parse_filter(text, entity, self.language) if text is not None else None
        found = self._candidates(entity, condition)
        if condition is not None:
            found = [record for record in found if condition(record)]
        allowed = flag(self.options, "allowedOnly") or flag(self.options, "$allowedOnly")
        return self.rights.visible(found, allowed_only=allowed)

    def _listing(self, entity: Entity, found: list[Record]) -> Answer:
        shape = self._shape(entity)
        ordered = self._ordered(entity, found)
        count = self._counting(len(found))
        if count is None or self.switches.inlinecount == "keeps_paging":
            ordered = self._page(ordered)
        return self.writer.collection(entity.name, ordered, shape, count)

    def _counting(self, total: int) -> int | None:
        wanted = self.options.get("$inlinecount")
        if wanted not in (None, "allpages", "none"):
            raise bad_option("$inlinecount")
        return total if wanted == "allpages" else None

    def _page(self, found: list[Record]) -> list[Record]:
        start, top = self._number("$skip"), self._number("$top")
        return found[start or 0 :][: top if top is not None else None]

    def _number(self, option: str) -> int | None:
        text = self.options.get(option)
        if text is not None and not text.isdecimal():
            raise bad_option(option)
        return int(text) if text is not None else None

    def _ordered(self, entity: Entity, found: list[Record]) -> list[Record]:
        for part in reversed([part for part in self.options.get("$orderby", "").split(",") if part.strip()]):
            words = part.split()
            if len(words) > 2 or (len(words) == 2 and words[1] not in ("asc", "desc")):
                raise bad_option("$orderby")
            path = parse_path(words[0], entity, self.language, "$orderby")
            found = sorted(found, key=_sort_key(path), reverse=words[-1] == "desc")
        return found

    def _shape(self, entity: Entity) -> Shape:
        text = self.options.get("$select")
        chosen = select(text, entity, self.language.target) if text else everything(entity)
        more = self.options.get("$expand")
        expanded = expand(more, entity, chosen, self.language.target) if more else {}
        return Shape(self.writer.format.level, chosen, expanded)

    def _virtual(self, entity: Entity, segment: Segment) -> Answer:
        given = {**(segment.arguments or {}), **self.options}
        text = given.get("Condition", "")
        # Inside the brackets a condition is a quoted text, as an option it may be bare.
        text = literal(text) if text.startswith("'") else text
        condition = parse_filter(text, entity, self.language, "Condition") if text else None
        records, period = self.store.records(entity.name), literal(given.get("Period", ""))
        if segment.name == "Balance" and entity.kind == "accumulation":
            shown = slices.balance(entity, records, period, condition)
            return self._result(slices.balance_entity(entity), shown)
        if segment.name == "Balance" or not entity.period:
            raise no_segment(segment.name)
        found = slices.slice_of(records, period, condition, last=segment.name == "SliceLast")
        return self._result(entity, self.rights.visible(found, allowed_only=flag(self.options, "allowedOnly")))

    def _result(self, entity: Entity, found: list[Record]) -> Answer:
        text = self.options.get("$filter")
        if text is not None:
            condition = parse_filter(text, entity, self.language)
            found = [record for record in found if condition(record)]
        return self._listing(entity, found)


def _sort_key(path: Callable[[Mapping[str, Record]], object]) -> Callable[[Record], tuple[bool, object]]:
    def key(record: Record) -> tuple[bool, object]:
        value = path({"": record})
        return value is not None, value if value is not None else ""

    return key
