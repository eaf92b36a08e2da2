"""What becomes of an event: one task per window for deals, one per card and window for clients (design §3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from common.bitrix import forms
from common.bitrix.wire import Event, digest, fate, read_event
from common.errors import Refused
from common.flow.delivery import Delivery, Turn
from common.flow.tasks import name_for
from common.logs import counted
from common.model.moments import parse, text
from common.ports import Data, Task

if TYPE_CHECKING:
    from common.wiring import Services

Read = TypeVar("Read")

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
    event = read_event(forms.parse(delivery.body))
    entity = fate(event.name).entity
    verified = services.token_book.is_verified(event)
    if entity != "deal" and entity not in CARDS:
        name = event.name if verified else ""  # a stranger's text stays out of the log
        counted("event_ignored", function=FUNCTION, event=name, kind=fate(event.name).kind)
        return
    task = task_for(event, entity, services.clock.now(), event.member_id)
    services.queue.put(task if verified else _unverified(task, event))


def task_for(event: Event, entity: str, now: datetime, portal: str) -> Task:
    """The window of deal events, or the card that changed; the same name for all events of one window."""
    slot = int(now.timestamp()) // WINDOW
    start = datetime.fromtimestamp((slot + 1) * WINDOW, UTC) + MARGIN
    if entity == "deal":
        body: Data = {"kind": "window", "deal": event.ids[0] if event.ids else 0, "at": text(start)}
        return Task(FUNCTION, body, name_for("window", portal, str(slot)), not_before=start)
    kind = "requisite" if entity == "address" else entity
    body = {"kind": "card", "card": kind, "ids": list(event.ids)}
    # Whose requisite it is costs a request, so a window of them shares a task, however many an import changes.
    ids = [] if kind == "requisite" else map(str, event.ids)
    return Task(FUNCTION, body, name_for("card", portal, kind, *ids, str(slot)), not_before=start)


def act_on(turn: Turn, services: Services) -> None:
    """Carry a task of ours; one put while the store was silent proves itself first. Raises Refused for another's."""
    body = turn.task.body
    if "unverified" in body and not _proven(_read(body, "unverified", dict), services):
        return
    kind = body.get("kind")
    if kind in ("window", "card") and services.put_off("acts", turn):
        return
    if kind == "window":
        services.acts_sweep.window(turn, _read(body, "deal", int) or None, _moment(body))
    elif kind == "card":
        services.acts_sweep.card(turn, _read(body, "card", str), _numbers(_read(body, "ids", list)))
    elif kind == "records":
        services.acts_work.run(services.acts_records(_read(body, "records", list)), turn)
    else:
        raise Refused(400, "unknown_task")


def _read(body: Data, name: str, kind: type[Read]) -> Read:
    value = body.get(name)
    if type(value) is not kind:
        raise Refused(400, "malformed")
    return value


def _moment(body: Data) -> datetime | None:
    """When the window ended; None of a task put before it said so."""
    try:
        return parse(_read(body, "at", str)) if "at" in body else None
    except ValueError as error:
        raise Refused(400, "malformed") from error


def _numbers(ids: list[Any]) -> list[int]:
    if not all(type(one) is int for one in ids):
        raise Refused(400, "malformed")
    return ids


def _unverified(task: Task, event: Event) -> Task:
    """The token itself is a secret, which no queue and no dead letter shall hold."""
    proof = {"member_id": event.member_id, "digest": digest(event.application_token)}
    # Another name: a forged event must not take the place of a proven one in its window.
    name = name_for(task.name, proof["digest"])
    return Task(task.function, {**task.body, "unverified": proof}, name, not_before=task.not_before)


def _proven(proof: Data, services: Services) -> bool:
    """Raises TryLater while the store is still silent; False for a forged event, which is counted and dropped."""
    proven = services.token_book.judged(_read(proof, "member_id", str), _read(proof, "digest", str))
    if not proven:
        counted("refused", function=FUNCTION, reason="forged", status=403)
    return proven
