"""`event.offline.*`: reading the durable queue (facts 3.5)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call, Page, mapping, method, page, sequence
from tests.simulators.bitrix24.clock import read_moment
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.filters import split
from tests.simulators.bitrix24.methods.event_handlers import application_of
from tests.simulators.bitrix24.offline import Row
from tests.simulators.bitrix24.wire import Data, integer

_FIELDS = {"ID", "TIMESTAMP_X", "EVENT_NAME", "MESSAGE_ID"}


@method("event.offline.get", application_only=True, admin=True)
def get(call: Call) -> Data:
    """Read and delete (`clear=1`), or reserve under a process id (`clear=0`), or read a reservation again."""
    queue, application = call.portal.offline, application_of(call)
    again, clear = str(call.any_case("process_id", "") or ""), integer(call.any_case("clear", 1))
    if again:
        return {"process_id": again, "events": [row.as_row() for row in queue.reserved(application, again)]}
    if not clear and not call.portal.options.features.get("rest_offline_extended"):
        raise RestError("WRONG_LICENSE", "Extended offline events are not available on this plan", 403)
    failed = bool(integer(call.any_case("error", 0)))
    rows = queue.visible(call.portal.now(), application, call.hit.connector, failed)
    rows = sorted(_filtered(call, rows, _FIELDS), key=lambda row: row.at)[: integer(call.any_case("limit", 50))]
    process = None if clear else call.portal.access.secret("process")
    for row in rows:
        row.process_id = process or ""
    if clear:
        queue.remove(rows)
    return {"process_id": process, "events": [row.as_row() for row in rows]}


@method("event.offline.clear", application_only=True, admin=True)
def clear(call: Call) -> bool:
    """Delete a reservation, or the named rows of it; `message_id` goes before `id` [S]."""
    rows = call.portal.offline.reserved(application_of(call), _process(call))
    messages, numbers = sequence(call.any_case("message_id")), sequence(call.any_case("id"))
    if messages:
        rows = [row for row in rows if row.message_id in messages]
    elif numbers:
        rows = [row for row in rows if row.id in {integer(number) for number in numbers}]
    call.portal.offline.remove(rows)
    return True


@method("event.offline.error", application_only=True, admin=True)
def error(call: Call) -> bool:
    """Mark rows of a reservation as failed and release them."""
    messages = sequence(call.any_case("message_id"))
    if not messages:
        raise RestError("ERROR_ARGUMENT", "Argument 'MESSAGE_ID' is null or empty", argument="MESSAGE_ID")
    rows = call.portal.offline.reserved(application_of(call), _process(call))
    call.portal.offline.fail([row for row in rows if row.message_id in messages])
    return True


@method("event.offline.list", application_only=True, admin=True)
def rows_list(call: Call) -> Page:
    """Look without changing anything; reserved rows are shown too."""
    mine = [row for row in call.portal.offline.rows if row.application is application_of(call)]
    rows = _filtered(call, mine, {*_FIELDS, "PROCESS_ID", "ERROR"})
    return page([row.as_row(full=True) for row in rows], call.start)


def _process(call: Call) -> str:
    process = str(call.any_case("process_id", "") or "")
    if len(process) != 32:
        raise RestError("ERROR_ARGUMENT", "Argument 'PROCESS_ID' is null or empty", argument="PROCESS_ID")
    return process


def _filtered(call: Call, rows: list[Row], allowed: set[str]) -> list[Row]:
    for key, value in mapping(call.any_case("filter")).items():
        operator, name = split(key)
        if name.upper() not in allowed:
            raise RestError("ERROR_ARGUMENT", f"Filter field not allowed: {name}", argument="FILTER")
        rows = [row for row in rows if _holds(operator, row, name.upper(), value)]
    return rows


def _holds(operator: str, row: Row, name: str, value: object) -> bool:
    shown = row.as_row(full=True)[name]
    if name == "TIMESTAMP_X":
        moment = read_moment(value)
        left, right = row.at.timestamp(), moment.timestamp() if moment else 0.0
    elif name in ("ID", "ERROR"):
        left, right = float(shown), float(integer(value))
    else:
        texts = [str(item) for item in sequence(value)] or [""]
        if operator == ">":
            return str(shown) > texts[0]
        return any(text in shown for text in texts) if operator == "%" else shown in texts
    results = {">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}
    return results.get(operator, left == right)
