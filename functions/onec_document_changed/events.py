"""What becomes of 1C's webhook about a document or a file, and of the tasks of the documents exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from common.errors import Refused
from common.flow.delivery import Delivery, Turn
from common.flow.tasks import name_for
from common.logs import counted
from common.model.documents import Change, DocumentId
from common.model.ids import RuleId
from common.model.moments import text
from common.onec.http_service.signature import verify
from common.onec.http_service.wire import read_event
from common.ports import Data, Task

if TYPE_CHECKING:
    from common.wiring import Services

Read = TypeVar("Read")

FUNCTION = "onec_document_changed"
RESOURCE = "onec-document-changed"
"""What 1C signs: the function's public name (contract §1)."""


def accept(delivery: Delivery, services: Services) -> None:
    """Put the event's task. Raises Refused for what is not signed by 1C or no event, TryLater when it is not kept."""
    if delivery.method != "POST":
        raise Refused(405, "method")
    keys, now = services.settings.keys, services.clock.now()
    verify(delivery.headers, delivery.method, RESOURCE, delivery.query, delivery.body, keys, now)
    change = read_event(delivery.body)
    if change.kind not in ("document", "file"):
        counted("event_ignored", function=FUNCTION, event=change.event, kind=change.kind)
        return
    services.queue.put(task_for(change))


def task_for(change: Change) -> Task:
    """A hint to look at one object; the same row of the feed puts it once."""
    body: Data = {"kind": "changed", "object": change.kind, "id": change.id, "event": change.event}
    body |= {"seq": change.seq, "at": text(change.occurred_at)}
    return Task(FUNCTION, body, name_for("dm", change.kind, change.id, str(change.seq)), "bulk")


def act_on(turn: Turn, services: Services) -> None:
    """Carry a task of ours. Raises Refused 400 for another's."""
    body, work = turn.task.body, services.documents_work

    def run(records: Any, facts: Any) -> None:
        work.run(records, turn, facts)

    kind = body.get("kind")
    if kind == "records":
        work.run(services.document_records(_read(body, "records", list)), turn)
    elif kind == "page":
        mapping, number = RuleId(_read(body, "mapping", str)), _read(body, "number", int)
        services.document_turns.page(mapping, number, _read(body, "after", str), run)
    elif kind == "documents":
        services.document_turns.documents(_ids(_read(body, "ids", list)), _read(body, "seq", int), run)
    elif kind == "changed":
        _look_at(body, turn, services)
    else:
        raise Refused(400, "unknown_task")


def _look_at(body: Data, turn: Turn, services: Services) -> None:
    """A webhook's one object."""
    kind, named, seq = _read(body, "object", str), _read(body, "id", str), _read(body, "seq", int)
    if kind == "document":
        services.document_turns.documents(
            [DocumentId(named)], seq, lambda records, facts: services.documents_work.run(records, turn, facts)
        )
        return
    at, entry = _read(body, "at", str), f"seq:{seq}"
    file = {"kind": "file", "portal": services.portal, "file": named, "at": at, "entry": entry, "document": ""}
    services.documents_work.run(services.document_records([file]), turn)


def _read(body: Data, name: str, kind: type[Read]) -> Read:
    value = body.get(name)
    if type(value) is not kind:
        raise Refused(400, "malformed")
    return value


def _ids(ids: list[Any]) -> list[DocumentId]:
    if not all(type(one) is str for one in ids):
        raise Refused(400, "malformed")
    return [DocumentId(one) for one in ids]
