"""What becomes of 1C's webhook about a document or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.errors import Refused
from common.flow.delivery import Delivery
from common.flow.tasks import name_for
from common.logs import counted
from common.model.documents import Change
from common.model.moments import text
from common.onec.http_service.signature import verify
from common.onec.http_service.wire import read_event
from common.ports import Data, Task

if TYPE_CHECKING:
    from common.wiring import Services

FUNCTION = "onec_document_changed"
RESOURCE = "onec-document-changed"
"""What 1C signs: the function's public name (contract §1)."""


def accept(delivery: Delivery, services: Services) -> None:
    """Put the event's task. Raises Refused for what is not signed by 1C or no event, TryLater when it is not kept."""
    if delivery.method != "POST":
        raise Refused(405, "method")
    if not services.settings.has_dm:
        raise Refused(404, "not_configured")
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
