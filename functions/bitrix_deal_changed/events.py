"""What becomes of an event: one task per window for deals, one per card and window for clients (design §3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from common.bitrix.forms import parse
from common.bitrix.wire import Event, fate, read_event
from common.errors import Refused, TryLater
from common.flow.delivery import Delivery, Turn
from common.flow.tasks import name_for
from common.logs import counted
from common.ports import Data, Task

if TYPE_CHECKING:
    from common.wiring import Services

FUNCTION = "bitrix_deal_changed"
WINDOW = 5
"""Seconds of deal events that one reading serves."""
MARGIN = timedelta(seconds=0.5)
"""A task put at a window's last moment is in the queue before the window is read."""
CARDS = ("company", "contact", "requisite", "address")


def accept(delivery: Delivery, services: Services) -> None:
    """Put the event's task. Raises Refused for what is not ours or not an event, TryLater when it cannot be kept."""
    if delivery.method != "POST":
        raise Refused(405, "method")
    event = read_event(parse(delivery.body))
    entity = fate(event.name).entity
    verified = services.token_book.is_verified(event)
    if entity != "deal" and entity not in CARDS:
        counted("event_ignored", function=FUNCTION, event=event.name, kind=fate(event.name).kind)
        return
    task = task_for(event, entity, services.clock.now(), event.member_id)
    services.queue.put(task if verified else _unverified(task, event))


def task_for(event: Event, entity: str, now: datetime, portal: str) -> Task:
    """The window of deal events, or the card that changed; the same name for all events of one window."""
    slot = int(now.timestamp()) // WINDOW
    start = datetime.fromtimestamp((slot + 1) * WINDOW, UTC) + MARGIN
    if entity == "deal":
        body: Data = {"kind": "window", "deal": event.ids[0] if event.ids else 0}
        return Task(FUNCTION, body, name_for("window", portal, str(slot)), not_before=start)
    kind = "requisite" if entity == "address" else entity
    body = {"kind": "card", "card": kind, "ids": list(event.ids)}
    # Whose requisite it is costs a request, so a window of them shares a task, however many an import changes.
    ids = [] if kind == "requisite" else map(str, event.ids)
    return Task(FUNCTION, body, name_for("card", portal, kind, *ids, str(slot)), not_before=start)


def act_on(turn: Turn, services: Services) -> None:
    """Carry a task of ours; one put while the store was silent proves itself first."""
    body = turn.task.body
    if "unverified" in body and not _proven(body["unverified"], services):
        return
    kind = body.get("kind")
    if kind == "window":
        services.acts_sweep.window(turn, body["deal"] or None)
    elif kind == "card":
        services.acts_sweep.card(turn, str(body["card"]), body["ids"])
    elif kind == "records":
        services.acts_work.run(services.acts_records(body["records"]), turn)
    else:
        raise Refused(400, "unknown_task")


def _unverified(task: Task, event: Event) -> Task:
    proof = {"name": event.name, "member_id": event.member_id, "token": event.application_token}
    # Another name: a forged event must not take the place of a proven one in its window.
    return Task(
        task.function,
        {**task.body, "unverified": proof},
        name_for(task.name, event.application_token),
        not_before=task.not_before,
    )


def _proven(proof: Data, services: Services) -> bool:
    """Raises TryLater while the store is still silent; False for a forged event, which is counted and dropped."""
    event = Event(proof["name"], (), proof["member_id"], proof["token"], "", None, {})
    try:
        proven = services.token_book.is_verified(event)
    except Refused as refusal:
        counted("refused", function=FUNCTION, reason=refusal.reason, status=refusal.status)
        return False
    if not proven:
        raise TryLater("store_silent", 10)
    return True
