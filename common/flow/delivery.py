"""From an HTTP request to a handler and back: the only place that turns errors into HTTP answers (design §3).

Nothing here knows Flask: `functions/*` hand over the request, which fits `HttpRequest`, and give the answer back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from common.errors import ExchangeError, NeedsPerson, Refused, SideDown, StoreConflict, TryLater
from common.logs import bound, counted, error, info, trace_fields
from common.ports import Data, Task

MAX_BODY = 1_000_000
"""Bytes of a webhook's body; the largest real ones are a few kilobytes."""

Answer = tuple[str, int, dict[str, str]]
"""Body, status and headers, as Flask takes them."""


class _Headers(Protocol):
    def items(self) -> Iterable[tuple[str, str]]: ...


class HttpRequest(Protocol):
    """What is needed of `flask.Request`."""

    @property
    def method(self) -> str: ...
    @property
    def query_string(self) -> bytes: ...
    @property
    def content_length(self) -> int | None: ...
    @property
    def remote_addr(self) -> str | None: ...
    @property
    def headers(self) -> _Headers: ...
    def get_data(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request as it came; header names are lower-case."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    sender: str = ""

    @property
    def trace(self) -> str:
        """32 hexadecimal digits of `traceparent` or `X-Cloud-Trace-Context`, "" when the platform gave none."""
        return trace_fields(self.headers).get("trace", "")


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt of the queue at one task. `last`: after it the queue gives up."""

    task: Task
    attempt: int
    last: bool
    trace: str = ""


@dataclass(frozen=True)
class DeadLetter:
    """Keeps the payload of a last attempt so that a person can replay it."""

    keep: Callable[[Task, str, str], None]
    """(task, error, trace)"""
    max_attempts: int


@dataclass(frozen=True)
class Page:
    """An answer to a person's browser, such as the install page."""

    html: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def received(request: HttpRequest, function: str, handle: Callable[[Delivery], Page | None]) -> Answer:
    """Answer a public entry: 200 once the work is durable, 4xx for the sender's faults, 503 when we cannot keep it."""
    with bound(**trace_fields(dict(request.headers.items()))):
        return _received(request, function, handle)


def _received(request: HttpRequest, function: str, handle: Callable[[Delivery], Page | None]) -> Answer:
    try:
        page = handle(read(request))
    except Refused as refusal:
        sender = _sender(request)
        counted("refused", function=function, reason=refusal.reason, status=refusal.status, sender=sender)
        return _text(refusal.reason, refusal.status, {"Allow": "POST"} if refusal.status == 405 else {})
    except (TryLater, SideDown, NeedsPerson, StoreConflict) as reason:
        counted("not_kept", function=function, reason=_why(reason))
        return _text("try later", 503, {"Retry-After": "10"})
    if page is None:
        return _text("ok", 200)
    headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", **page.headers}
    return page.html, page.status, headers


def processed(
    request: HttpRequest, function: str, handle: Callable[[Turn], None], letters: Callable[[], DeadLetter]
) -> Answer:
    """Answer the queue: 200 is done (or kept for a person), everything else is tried again.

    A task that is not ours, or that only a person can help, is kept as a dead letter at once: the queue would only
    repeat it. An error nobody foresaw is a bug: 500, logged, tried again. On the last attempt every task that did not
    succeed becomes a dead letter.
    """
    try:
        turn = turn_of(read(request), function, letters().max_attempts)
    except Refused as refusal:
        return _buried(_unreadable(request, function), refusal, letters())
    with bound(function=function, task=turn.task.name, **({"trace": turn.trace} if turn.trace else {})):
        return _handled(turn, handle, letters)


def _handled(turn: Turn, handle: Callable[[Turn], None], letters: Callable[[], DeadLetter]) -> Answer:
    try:
        handle(turn)
    except (TryLater, SideDown, StoreConflict) as reason:
        return _buried(turn, reason, letters()) if turn.last else _again(reason)
    except (Refused, NeedsPerson) as reason:
        return _buried(turn, reason, letters())
    except Exception as bug:  # noqa: BLE001 - the boundary: nothing above us could tell the queue
        error("unforeseen", bug)
        return _buried(turn, bug, letters()) if turn.last else _text("internal error", 500)
    return _text("ok", 200)


def ran(request: HttpRequest, function: str, run: Callable[[], Mapping[str, int]]) -> Answer:
    """Answer the scheduler: what was done as JSON, 503 when it shall try again, 500 for a bug (Flask's own)."""
    delivery = read(request)
    try:
        with bound(function=function, **trace_fields(delivery.headers)):
            numbers = run()
    except (TryLater, SideDown) as reason:
        counted("job_postponed", function=function, reason=_why(reason))
        return _text(_why(reason), 503, {"Retry-After": "10"})
    if any(numbers.values()):
        info("job", function=function, **numbers)
    return json.dumps(numbers), 200, {"Content-Type": "application/json"}


def read(request: HttpRequest) -> Delivery:
    """The request with its body. Raises Refused 413 for one that is too large, 400 for one that cannot be read."""
    body = _body(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Delivery(request.method, request.query_string.decode("latin-1"), headers, body, request.remote_addr or "")


def _body(request: HttpRequest) -> bytes:
    if (request.content_length or 0) > MAX_BODY:
        raise Refused(413, "too_large")
    try:
        body = request.get_data()
    except Exception as fault:  # each server has its own classes for a body it cannot read
        if getattr(fault, "code", 400) == 413:
            raise Refused(413, "too_large") from fault
        raise Refused(400, "malformed") from fault
    if len(body) > MAX_BODY:
        raise Refused(413, "too_large")
    return body


def turn_of(delivery: Delivery, function: str, max_attempts: int) -> Turn:
    """The queue's headers and the task's body (facts gcp §5.2). Raises Refused 400 for what no queue of ours sent."""
    headers = delivery.headers
    try:
        body: Data = json.loads(delivery.body)
        attempt = int(headers.get("x-cloudtasks-taskretrycount") or 0)
    except (ValueError, RecursionError) as fault:
        raise Refused(400, "malformed") from fault
    if not isinstance(body, dict):
        raise Refused(400, "malformed")
    name = headers.get("x-cloudtasks-taskname") or "by-hand"
    queue = "bulk" if "bulk" in headers.get("x-cloudtasks-queuename", "") else "interactive"
    task = Task(function, body, name, "bulk" if queue == "bulk" else "interactive")
    return Turn(task, attempt, attempt + 1 >= max_attempts, delivery.trace)


def _again(reason: TryLater | SideDown | StoreConflict) -> Answer:
    after = reason.after if isinstance(reason, TryLater) else None
    return _text(_why(reason), 503, {"Retry-After": str(int(after) + 1)} if after else {})


def _buried(turn: Turn, reason: Exception, letters: DeadLetter) -> Answer:
    """Keep the task for a person. If even that fails, the log keeps its body, and the queue its last attempts."""
    task = turn.task
    try:
        letters.keep(task, f"{type(reason).__name__}: {reason}", turn.trace)
    except ExchangeError as silence:
        error("dead_letter_not_kept", silence, function=task.function, task=task.name, body=task.body)
        return _text("not kept", 503)
    counted("dead_letter", function=task.function, task=task.name, reason=type(reason).__name__)
    return _text("kept as a dead letter", 200)


def _unreadable(request: HttpRequest, function: str) -> Turn:
    """What no queue of ours sent, as far as it can be shown to a person."""
    try:
        beginning = _body(request)[:1000].decode("utf-8", "replace")
    except Refused:
        beginning = ""
    return Turn(Task(function, {"unreadable": beginning}, "unreadable"), 0, True)


def _why(reason: ExchangeError) -> str:
    """One word or two, without what a side said."""
    if isinstance(reason, SideDown):
        return f"{reason.side} {reason.cause}"
    return reason.reason if isinstance(reason, TryLater) else type(reason).__name__


def _sender(request: HttpRequest) -> str:
    """Tells senders apart in the log without naming them.

    The load balancer before public functions appends the address it saw and then its own; what stands before them the
    sender may have made up (Google's page on external Application Load Balancers, `X-Forwarded-For`).
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    appended = [one.strip() for one in headers.get("x-forwarded-for", "").split(",")][-2:]
    address = appended[0] or request.remote_addr or ""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def _text(body: str, status: int, headers: Mapping[str, str] | None = None) -> Answer:
    return body, status, {"Content-Type": "text/plain; charset=utf-8", **(headers or {})}
