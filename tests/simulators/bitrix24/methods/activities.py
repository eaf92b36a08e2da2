"""Activities and timeline comments (facts 4.8)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call, Page, mapping, method, sequence
from tests.simulators.bitrix24.clock import read_moment
from tests.simulators.bitrix24.errors import RestError, bad_value, legacy, missing
from tests.simulators.bitrix24.events import fire_fields
from tests.simulators.bitrix24.fields import ENTITY_NAMES, Field
from tests.simulators.bitrix24.methods.legacy import listed
from tests.simulators.bitrix24.values import legacy_one, read
from tests.simulators.bitrix24.wire import Data, integer

_KINDS = {
    "ID": "integer", "OWNER_ID": "integer", "OWNER_TYPE_ID": "integer", "TYPE_ID": "integer", "PROVIDER_ID": "string",
    "PROVIDER_TYPE_ID": "string", "PROVIDER_GROUP_ID": "string", "ASSOCIATED_ENTITY_ID": "integer",
    "SUBJECT": "string", "CREATED": "datetime", "LAST_UPDATED": "datetime", "START_TIME": "datetime",
    "END_TIME": "datetime", "DEADLINE": "datetime", "COMPLETED": "char", "STATUS": "integer",
    "RESPONSIBLE_ID": "integer", "PRIORITY": "integer", "NOTIFY_TYPE": "integer", "NOTIFY_VALUE": "integer",
    "DESCRIPTION": "string", "DESCRIPTION_TYPE": "integer", "DIRECTION": "integer", "LOCATION": "string",
    "ORIGINATOR_ID": "string", "ORIGIN_ID": "string", "AUTHOR_ID": "integer", "EDITOR_ID": "integer",
    "RESULT_MARK": "integer", "RESULT_VALUE": "string", "RESULT_SUM": "string", "RESULT_CURRENCY_ID": "string",
    "RESULT_STATUS": "integer", "RESULT_STREAM": "integer", "RESULT_SOURCE_ID": "string",
    "AUTOCOMPLETE_RULE": "integer", "PROVIDER_DATA": "string",
}  # fmt: skip
_FIELDS = {name: Field(name, name, kind) for name, kind in _KINDS.items()}
_WAITING, _DONE = 1, 2
_TODO = {"TYPE_ID": 6, "PROVIDER_ID": "CRM_TODO", "PROVIDER_TYPE_ID": "TODO"}


@method("crm.activity.todo.add", "crm")
def todo_add(call: Call) -> Data:
    """A plain to-do of an item; there is no idempotency."""
    owner = _owner(call, integer(call.need("ownerTypeId")), integer(call.need("ownerId")))
    deadline = read_moment(call.need("deadline"), call.portal.zone)
    if deadline is None:
        raise RestError("WRONG_DATETIME_FORMAT", "Неправильный формат даты")
    responsible = integer(call.params.get("responsibleId")) or call.caller.user_id
    title, text = str(call.params.get("title", "") or "Дело"), str(call.params.get("description", ""))
    fields = {**_TODO, "SUBJECT": title, "DESCRIPTION": text, "DEADLINE": deadline, "RESPONSIBLE_ID": responsible}
    return {"id": _add(call, owner, fields)}


@method("crm.activity.add", "crm")
def add(call: Call) -> int:
    """The deprecated way; it demands communications."""
    sent = {key.upper(): value for key, value in mapping(call.any_case("fields")).items()}
    if not sequence(sent.get("COMMUNICATIONS")):
        raise legacy("The field COMMUNICATIONS is not defined or invalid.")
    owner = integer(sent.get("OWNER_TYPE_ID")), integer(sent.get("OWNER_ID"))
    if owner[1] not in call.portal.crm.items.get(owner[0], {}):
        raise legacy("Owner is not found")
    return _add(call, owner, _sent(call, sent))


@method("crm.activity.update", "crm")
def update(call: Call) -> bool:
    """Change or complete an activity."""
    row = _row(call)
    sent = _sent(call, {key.upper(): value for key, value in mapping(call.any_case("fields")).items()})
    row.update({**sent, "LAST_UPDATED": call.portal.now(), "EDITOR_ID": call.caller.user_id})
    row["STATUS"] = _DONE if row["COMPLETED"] else _WAITING
    call.portal.changed(call.hit, "update", "ACTIVITY", row["ID"], sent)
    fire_fields(call.portal, call.hit, "ONCRMACTIVITYUPDATE", ID=row["ID"])
    return True


@method("crm.activity.get", "crm")
def get(call: Call) -> Data:
    """One activity."""
    return _shown(call, _row(call))


@method("crm.activity.list", "crm")
def listing(call: Call) -> Page:
    """Activities; filter by OWNER_TYPE_ID and OWNER_ID."""
    part = listed(call, list(call.portal.crm.activities.values()), _FIELDS)
    chosen = {str(name).upper() for name in sequence(call.any_case("select"))} - {"*"}
    rows = [{key: value for key, value in _shown(call, row).items() if not chosen or key in chosen | {"ID"}}
            for row in part.result]  # fmt: skip
    return Page(rows, part.total, part.next)


@method("crm.timeline.comment.add", "crm")
def comment_add(call: Call) -> int:
    """A comment in the timeline; `fields` must be in lower case."""
    fields = mapping(call.need("fields"))
    for name in ("ENTITY_ID", "ENTITY_TYPE"):
        if not fields.get(name):
            raise missing(name)
    kinds = {name.lower(): entity for entity, name in ENTITY_NAMES.items()}
    entity, number = kinds.get(str(fields["ENTITY_TYPE"]).lower(), 0), integer(fields["ENTITY_ID"])
    _owner(call, entity, number)
    if not fields.get("COMMENT"):
        raise bad_value("The field COMMENT is empty")
    comment = call.portal.crm.number("comment")
    row = {"ID": comment, "ENTITY_TYPE_ID": entity, "ENTITY_ID": number, "COMMENT": str(fields["COMMENT"])}
    call.portal.crm.comments[comment] = {**row, "AUTHOR_ID": call.caller.user_id}
    call.portal.changed(call.hit, "add", "TIMELINECOMMENT", comment, row)
    fire_fields(call.portal, call.hit, "ONCRMTIMELINECOMMENTADD", ID=comment)
    return comment


def _add(call: Call, owner: tuple[int, int], fields: Data) -> int:
    number, moment, user = call.portal.crm.number("activity"), call.portal.now(), call.caller.user_id
    zeros = {name: 0 for name, kind in _KINDS.items() if kind == "integer"}
    row: Data = {**dict.fromkeys(_KINDS), **zeros, "COMPLETED": False, "STATUS": _WAITING, "PRIORITY": 2}
    row.update(ID=number, OWNER_TYPE_ID=owner[0], OWNER_ID=owner[1], CREATED=moment, LAST_UPDATED=moment)
    row.update(AUTHOR_ID=user, EDITOR_ID=user, RESPONSIBLE_ID=user, DESCRIPTION_TYPE=1, DIRECTION=2)
    row.update(fields)
    row.update(START_TIME=row["START_TIME"] or row["DEADLINE"], END_TIME=row["END_TIME"] or row["DEADLINE"])
    call.portal.crm.activities[number] = row
    call.portal.changed(call.hit, "add", "ACTIVITY", number, {**fields, "OWNER_ID": owner[1]})
    fire_fields(call.portal, call.hit, "ONCRMACTIVITYADD", ID=number)
    return number


def _owner(call: Call, entity: int, number: int) -> tuple[int, int]:
    if number not in call.portal.crm.items.get(entity, {}):
        raise RestError("OWNER_NOT_FOUND", "Элемент-владелец не найден")
    return entity, number


def _sent(call: Call, sent: Data) -> Data:
    keys = [key for key in sent if key in _FIELDS and key != "ID"]
    return {key: read(_FIELDS[key], sent[key], call.portal.zone) for key in keys}


def _row(call: Call) -> Data:
    row = call.portal.crm.activities.get(integer(call.any_case("id")))
    if row is None:
        raise legacy("Activity is not found")
    return row


def _shown(call: Call, row: Data) -> Data:
    shown = {name: legacy_one(field, row[name], call.portal.zone) for name, field in _FIELDS.items()}
    return {**shown, "SETTINGS": [], "PROVIDER_PARAMS": []}
