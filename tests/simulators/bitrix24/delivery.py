"""Delivery of queued events: at most once, never retried (facts 3.1, 10.4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

from tests.simulators.bitrix24.events import QueuedEvent

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

Send = Callable[[str, bytes, Mapping[str, str]], int]
FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Bitrix24 Webhook Engine"}


@dataclass
class EventFault:
    """What happens to the next `times` events of a code (any code if empty)."""

    event: str = ""
    times: int = 1
    drop: bool = False
    copies: int = 1
    delay: float = 0.0
    wrong_token: bool = False

    def takes(self, queued: QueuedEvent) -> bool:
        """Use the fault up for this event, if it matches."""
        if self.times <= 0 or self.event not in ("", queued.event):
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Delivery:
    """One attempt; `status` is 0 if the handler did not answer and -1 if the event was dropped on the way."""

    url: str
    event: str
    body: bytes
    status: int

    @property
    def lost(self) -> bool:
        return not 200 <= self.status < 300


@dataclass
class Courier:
    """Takes events off the queue and posts them. `reorder` delivers the last one first."""

    faults: list[EventFault] = field(default_factory=list)
    reorder: bool = False
    log: list[Delivery] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def lost(self) -> int:
        """How many events were lost: dropped, unanswered or answered with an error."""
        return sum(delivery.lost for delivery in self.log)

    def take(self, portal: Portal) -> list[QueuedEvent]:
        """What is due now, with the faults applied; dropped events go straight to the log."""
        due: list[QueuedEvent] = []
        with self._lock:
            waiting, portal.events.queue = portal.events.queue, []
            for queued in waiting:
                for copy in self._with_faults(queued):
                    (due if copy.due <= portal.now() else portal.events.queue).append(copy)
        return due[::-1] if self.reorder else due

    def post(self, queued: QueuedEvent, send: Send) -> Delivery:
        """Post once; an error of the handler or of the connection loses the event."""
        body = queued.body()
        try:
            status = send(queued.url, body, FORM)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            status = 0
        delivery = Delivery(queued.url, queued.event, body, status)
        self.log.append(delivery)
        return delivery

    def _with_faults(self, queued: QueuedEvent) -> list[QueuedEvent]:
        if queued.spoiled:
            return [queued]
        fault = next((fault for fault in self.faults if fault.takes(queued)), None)
        if fault is None:
            return [queued]
        if fault.drop:
            self.log.append(Delivery(queued.url, queued.event, queued.body(), -1))
            return []
        auth = {**queued.auth, "application_token": "0" * 32} if fault.wrong_token else queued.auth
        due = queued.due + timedelta(seconds=fault.delay)
        return [replace(queued, auth=auth, due=due, spoiled=True)] * fault.copies


class Postman:
    """Background delivery over HTTP, from `start` to `stop`."""

    def __init__(self, portal: Portal, timeout: float) -> None:
        self._portal = portal
        self._client = httpx.Client(timeout=timeout)
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was queued."""
        self._wake.set()

    def stop(self) -> None:
        """Deliver what is due and end the thread."""
        self._over = True
        self._wake.set()
        self._thread.join(10)
        self._client.close()

    def _run(self) -> None:
        while not self._over:
            # The short wait lets delayed events become due on the injected clock.
            self._wake.wait(0.05)
            self._wake.clear()
            self._portal.deliver(self._send)
        # What was queued between the last round and `stop`.
        self._portal.deliver(self._send)

    def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        return self._client.post(url, content=body, headers=dict(headers)).status_code
