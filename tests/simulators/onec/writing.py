"""Create, change, post, mark and delete, with the rules of the platform (facts §1.8–§1.11, §6.5–§6.8)."""

from __future__ import annotations

from tests.simulators.onec import hooks, numbering
from tests.simulators.onec.bodies import Body
from tests.simulators.onec.errors import ODataError, internal, refused
from tests.simulators.onec.schema import EMPTY_DATE, EMPTY_KEY, Entity
from tests.simulators.onec.store import EffectKind
from tests.simulators.onec.units import Unit
from tests.simulators.onec.values import Record, guid


def create(unit: Unit, entity: Entity, body: Body) -> Record:
    """POST of an object or of a record of an independent register."""
    if entity.kind == "rows":
        raise ODataError(400, 13, "Строки табличной части не могут быть созданы непосредственно")
    record = unit.store.blank(entity)
    if not entity.is_register:
        record.values["Ref_Key"] = _key(unit, entity, body)
    unit.filler.fill(record, _without_posting(unit, body))
    unit.filler.check(record)
    if entity.is_register:
        return _create_record(unit, record)
    if entity.kind == "document" and record.values["Date"] == EMPTY_DATE:
        record.values["Date"] = unit.now()
    return _save(unit, record, None)


def _key(unit: Unit, entity: Entity, body: Body) -> str:
    """The client's `Ref_Key` is honoured, a used one is code 15; a base may ignore it (§1.8)."""
    given = guid(body["Ref_Key"]) if body.get("Ref_Key") else EMPTY_KEY
    ignored = unit.switches.ref_key == "ignored" and not unit.filler.lenient
    if given == EMPTY_KEY or ignored:
        return unit.store.new_key(entity)
    if unit.store.get(entity.name, (given,)):
        raise ODataError(400, 15, "Сущность с таким ключом уже существует")
    return given


def _create_record(unit: Unit, record: Record) -> Record:
    if record.entity.period == "Day":
        record.values["Period"] = f"{str(record.values['Period'])[:10]}T00:00:00"
    if unit.store.get(record.entity.name, record.key) and unit.switches.register_duplicate == "refused":
        raise ODataError(400, 15, "Запись с такими ключевыми полями существует")
    unit.store.put(record)
    unit.store.note("create", record, unit.by)
    return record


def update(unit: Unit, stored: Record, body: Body, *, whole: bool = False) -> Record:
    """PATCH: the named properties change, a named section is replaced whole. PUT names everything."""
    record = stored.copy()
    if whole:
        unit.filler.whole(record.entity, body)
    unit.filler.fill(record, _without_posting(unit, body))
    unit.filler.check(record)
    if record.entity.is_register:
        unit.store.put(record)
        unit.store.note("update", record, unit.by)
        return record
    return _save(unit, record, stored)


def _without_posting(unit: Unit, body: Body) -> Body:
    """The body, less `Posted` on a base where that property does not post (§1.9)."""
    return body if unit.switches.post_by_patch else {name: body[name] for name in body if name != "Posted"}


def post(unit: Unit, stored: Record) -> Record:
    """Post a document; repeating is not an error (§1.9)."""
    record = stored.copy()
    record.values["Posted"] = True
    return _save(unit, record, stored)


def unpost(unit: Unit, stored: Record) -> Record:
    """Undo the posting of a document."""
    record = stored.copy()
    record.values["Posted"] = False
    return _save(unit, record, stored)


def delete(unit: Unit, record: Record) -> None:
    """Physical removal, without a mark (§1.8)."""
    if unit.handlers and record.entity.kind == "document":
        hooks.check_period(unit, record)
    unit.store.remove(record)
    unit.store.note("delete", record, unit.by)
    if unit.handlers:
        hooks.after_delete(unit, record)


def _save(unit: Unit, record: Record, old: Record | None) -> Record:
    if record.entity.kind == "document":
        _check_state(unit, record, old)
    if unit.handlers:
        _before(unit, record, old)
    numbering.assign(unit, record)
    record.version = old.version + 1 if old else 0
    for rows in record.rows.values():
        for row in rows:
            row["Ref_Key"] = record.values["Ref_Key"]
    unit.store.put(record)
    for kind in _effects(record, old):
        unit.store.note(kind, record, unit.by)
    if unit.handlers:
        hooks.after_write(unit, record, old)
    return record


def _before(unit: Unit, record: Record, old: Record | None) -> None:
    name = record.entity.name
    if name in unit.switches.refuse_write:
        raise refused(unit.switches.refuse_write[name])
    _check_unique(unit, record)
    hooks.before_write(unit, record, old)
    if record.values.get("Posted") and not (old and old.values["Posted"]):
        if name in unit.switches.refuse_post:
            raise refused(unit.switches.refuse_post[name], "ОбработкаПроведения")
        hooks.before_post(unit, record)


def _check_state(unit: Unit, record: Record, old: Record | None) -> None:
    """A marked document cannot be posted, a posted one cannot be marked (§6.8)."""
    values, was_posted = record.values, bool(old and old.values["Posted"])
    if not (values["Posted"] and values["DeletionMark"]):
        return
    if was_posted and unit.switches.mark_posted == "unposts":
        values["Posted"] = False
    elif was_posted:
        raise internal("Проведенный документ не может быть помечен на удаление")
    else:
        raise internal("Помеченный на удаление документ не может быть проведен")


def _check_unique(unit: Unit, record: Record) -> None:
    """An optional refusal of the configuration (§6.17); the platform itself allows duplicates."""
    fields = unit.switches.unique.get(record.entity.name)
    if fields is None:
        return
    same = unit.store.find(record.entity.name, {prop: record.values[prop] for prop in fields})
    if any(other.key != record.key for other in same):
        raise refused(f"Значение не уникально: {', '.join(fields)}")


def _effects(record: Record, old: Record | None) -> list[EffectKind]:
    before = old.values if old else {"Posted": False, "DeletionMark": False}
    found: list[EffectKind] = [] if old else ["create"]
    if record.values.get("Posted", False) != before.get("Posted", False):
        found.append("post" if record.values["Posted"] else "unpost")
    if record.values["DeletionMark"] != before["DeletionMark"]:
        found.append("mark" if record.values["DeletionMark"] else "unmark")
    return found or ["update"]
