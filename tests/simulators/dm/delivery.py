"""Webhooks: signed, tried again by the schedule, then dead (contract §3)."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from tests.simulators.dm import signature
from tests.simulators.dm.errors import JSON
from tests.simulators.dm.feed import Event
from tests.simulators.dm.records import LogRow

if TYPE_CHECKING:
    from tests.simulators.dm.base import DocumentManagement

Send = Callable[[str, bytes, Mapping[str, str]], int]
FUNCTIONS = {
    "document": "onec-document-changed",
    "file": "onec-document-changed",
    "order": "onec-order-changed",
    "route": "onec-route-changed",
}
RETRIES = (10, 30, 120, 600, 3600, *[3600] * 24)
"""Seconds before each repetition: 10 s, 30 s, 2 min, 10 min, 1 h, then hourly for 24 h."""


@dataclass
class WebhookFault:
    """What happens to the next `times` events of a name (any if empty).

    `lose` never sends and takes it for sent, `copies` sends several, `delay` waits (seconds), `lose_answer` sends but
    does not hear the answer, `wrong_signature` signs with another secret.
    """

    event: str = ""
    times: int = 1
    lose: bool = False
    copies: int = 1
    delay: float = 0.0
    lose_answer: bool = False
    wrong_signature: bool = False

    def takes(self, event: str) -> bool:
        """Use the fault up for this event, if it matches."""
        if self.times <= 0 or self.event not in ("", event):
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Parcel:
    """A webhook that waits: when it is due, how often it was tried, what goes wrong with it."""

    event: Event
    due: datetime
    tried: int = 0
    fault: WebhookFault | None = None


@dataclass(frozen=True)
class Delivery:
    """One attempt; `status` is 0 if nobody answered and -1 if it was lost on the way. `dead` after the last attempt."""

    url: str
    event: Event
    body: bytes
    status: int
    dead: bool = False

    @property
    def arrived(self) -> bool:
        """The receiver said that it keeps the event."""
        return 200 <= self.status < 300


@dataclass
class Courier:
    """The sending half of the sender job. `reorder` posts the last one first; `log` keeps all attempts."""

    dm: DocumentManagement
    faults: list[WebhookFault] = field(default_factory=list)
    reorder: bool = False
    waiting: list[Parcel] = field(default_factory=list)
    log: list[Delivery] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def dead(self) -> list[Event]:
        """Events that were given up; `changes` still has them."""
        return [delivery.event for delivery in self.log if delivery.dead]

    def queue(self, event: Event) -> None:
        """A numbered event is to be sent, once per copy."""
        if not self.dm.public_base_url:
            return
        with self._lock:
            fault = next((one for one in self.faults if one.takes(event.body["event"])), None)
            delay = timedelta(seconds=fault.delay if fault else 0)
            parcel = Parcel(event, self.dm.clock() + delay, fault=replace(fault) if fault else None)
            self.waiting += [parcel] * (fault.copies if fault else 1)

    def post_due(self, send: Send) -> list[Delivery]:
        """Post what is due by the clock of the base, while the exchange is switched on."""
        if not self.dm.switches.enabled:
            return []
        with self._lock:
            now = self.dm.clock()
            due = [parcel for parcel in self.waiting if parcel.due <= now]
            self.waiting = [parcel for parcel in self.waiting if parcel.due > now]
        return [self._post(parcel, send) for parcel in (due[::-1] if self.reorder else due)]

    def _post(self, parcel: Parcel, send: Send) -> Delivery:
        function = FUNCTIONS[parcel.event.type]
        url = f"{self.dm.public_base_url.rstrip('/')}/{function}"
        body = json.dumps(parcel.event.body, ensure_ascii=False, separators=(",", ":")).encode()
        status = self._send(parcel, function, url, body, send)
        failed = not 200 <= status < 300 and status != -1
        dead = failed and parcel.tried == len(RETRIES)
        delivery = Delivery(url, parcel.event, body, status, dead)
        with self._lock:
            self.log.append(delivery)
            if failed and not dead:
                due = self.dm.clock() + timedelta(seconds=RETRIES[parcel.tried])
                self.waiting.append(Parcel(parcel.event, due, parcel.tried + 1))
        return delivery

    def _send(self, parcel: Parcel, function: str, url: str, body: bytes, send: Send) -> int:
        fault, began = parcel.fault or WebhookFault(), self.dm.clock()
        if fault.lose:
            return -1
        headers = self._headers(function, body, fault)
        error = ""
        try:
            status = send(url, body, headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as problem:
            status, error = 0, str(problem)
        if fault.lose_answer:
            status, error = 0, "Таймаут"
        passed = (self.dm.clock() - began).total_seconds()
        row = LogRow(began, "out", "POST", function, status, passed, len(body), error, headers["X-Request-Id"])
        with self.dm.lock:
            self.dm.log.append(row)
        return status

    def _headers(self, function: str, body: bytes, fault: WebhookFault) -> dict[str, str]:
        secret = "wrong" if fault.wrong_signature else self.dm.keys[self.dm.key_id]
        moment, digest = int(self.dm.clock().timestamp()), hashlib.sha256(body).hexdigest()
        signed = signature.headers(self.dm.key_id, secret, moment, "POST", function, "", digest)
        with self.dm.lock:
            number = len(self.dm.log) + 1
        return {**JSON, **signed, "X-Request-Id": f"dm-out-{number}", "User-Agent": "1C+Enterprise/8.3"}


class Postman:
    """Background delivery over HTTP, from `start` to `stop`."""

    def __init__(self, dm: DocumentManagement, timeout: float) -> None:
        self._dm = dm
        self._client = httpx.Client(timeout=timeout)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Deliver what is due and end the thread."""
        self._over.set()
        self._thread.join(10)
        self._client.close()

    def _run(self) -> None:
        # The short wait lets ticks and repetitions become due on the injected clock.
        while not self._over.wait(0.05):
            self._round()
        self._round()

    def _round(self) -> None:
        with self._dm.lock:
            self._dm.feed.tick()
        self._dm.courier.post_due(self._send)

    def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        return self._client.post(url, content=body, headers=dict(headers)).status_code
