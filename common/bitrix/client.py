"""Calls to Bitrix24: limits, renewals, renamings and lost answers, so that a caller sees results or who acts next.

No secret leaves this module: neither the address nor the token stands in a log or in the text of an exception, and the
exceptions of httpx, which carry both, are never chained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from common.bitrix import answers, batch, bodies, links
from common.bitrix.access import Access, moved_base
from common.bitrix.answers import Answer, Timing
from common.bitrix.batch import Commands, Outcome
from common.bitrix.bodies import Body, Making, Payload
from common.bitrix.faults import PORTAL, Fault, classify, exception
from common.errors import InDoubt, SideDown, TryLater
from common.logs import counted, quiet_http
from common.ports import Clock, Limiter, Traffic

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "User-Agent": "onec-bitrix24-exchange/0.1",
}
OPERATING_LIMIT = 480.0
"""Seconds of work per method in ten minutes (facts §2.2); plans differ."""

_NEAR = 0.8
_CLOSED_FOR = timedelta(seconds=60)  # an OPERATION_TIME_LIMIT does not say until when: one bucket of the limiter
_RATE_RETRIES = 2
_RENAMINGS = 2
_PAUSE = 0.5
REDIRECTS = (301, 302, 303, 307, 308)
_GIVEN_BACK = ("refused", "person")
_UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Lost:
    """A request without an answer. `sent` is false when no connection came about, so nothing can have happened."""

    sent: bool
    how: str


def new_http() -> httpx.Client:
    """An HTTP client for the portal: it cuts a request at 60 s itself (facts §2.2); redirects are ours to judge."""
    timeout = httpx.Timeout(30.0, connect=5.0, read=65.0)
    return httpx.Client(timeout=timeout, follow_redirects=False)


def sent(http: httpx.Client, request: httpx.Request, stream: bool = False) -> httpx.Response | Lost:
    """Send a request and read its answer whole; with `stream` only its head, the caller closes it."""
    try:
        return http.send(request, follow_redirects=False, stream=stream)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        return Lost(False, type(error).__name__)
    except httpx.HTTPError as error:
        return Lost(True, type(error).__name__)


class BitrixClient:
    """Calls methods of one portal as one user. Safe to share between threads.

    Raises what `faults.exception` says, `InDoubt` when the answer of a write was lost, `TryLater` at the limits.
    """

    def __init__(
        self,
        access: Access,
        http: httpx.Client,
        limiter: Limiter,
        clock: Clock,
        traffic: Traffic = "interactive",
        operating_limit: float = OPERATING_LIMIT,
    ) -> None:
        self._access = access
        self._http = http
        self._limiter = limiter
        self._clock = clock
        self._traffic = traffic
        self._operating_limit = operating_limit
        self._closed: dict[str, datetime] = {}
        quiet_http()

    def call(self, method: str, params: Mapping[str, Any] | None = None, write: bool = False) -> Answer:
        """Call one method: one request, unless it had to be repeated."""
        found = self.tried(method, bodies.as_json(params or {}), write)
        if isinstance(found, Fault):
            raise exception(found, method, write)
        return found

    def tried(self, method: str, body: Making, write: bool = False) -> Answer | Fault:
        """`call` with any body; what only a person or the caller can judge is given back, not raised."""
        found = self._answered(method, body, write, [method])
        if isinstance(found, Answer):
            self._watch(method, found.timing)
        elif classify(found)[0] not in _GIVEN_BACK:
            raise self._raised(found, method, write)
        return found

    def upload(self, url: str, body: Body, content_type: str) -> Answer | Fault:
        """Send bytes to an `uploadUrl` (facts §6.4): as `tried`; the fault `expired_token` asks for a newer address.

        Raises `InDoubt`, and `NeedsPerson` for an address outside of the portal.
        """
        url = links.own(self._access.base_url(), url)
        found = self._uploaded(url, body, content_type)
        for _ in range(_RATE_RETRIES):
            if isinstance(found, Fault) and classify(found)[0] == "rate":
                self._limiter.exceeded()
                found = self._uploaded(url, body, content_type)
        if isinstance(found, Fault) and classify(found)[0] not in (*_GIVEN_BACK, "renew"):
            raise self._raised(found, _UPLOAD, write=True)
        return found

    def batch(self, commands: Commands, write: bool = False, body: Making | None = None) -> dict[str, Outcome]:
        """Run up to 50 commands in one request; each has its own outcome, and none raises.

        body: what is sent instead, the same commands with content that is better streamed.
        """
        methods = sorted({command.method for command in commands.values()})
        answer = self._answered("batch", body or bodies.as_json(batch.body(commands)), write, methods)
        if isinstance(answer, Fault):
            raise self._raised(answer, "batch", write)
        outcomes = batch.read(answer.result, commands)
        for name, outcome in outcomes.items():
            method = commands[name].method
            self._watch(method, outcome.timing)
            if outcome.fault and classify(outcome.fault)[0] == "operating":
                self._close(method, self._clock.now() + _CLOSED_FOR)
        return outcomes

    def batches(self, commands: Commands, write: bool = False) -> dict[str, Outcome]:
        """Run any number of commands, 50 to a request; a command may only refer to one of its own request."""
        names, outcomes = list(commands), dict[str, Outcome]()
        for start in range(0, len(names), batch.LIMIT):
            part = {name: commands[name] for name in names[start : start + batch.LIMIT]}
            outcomes |= self.batch(part, write)
        return outcomes

    def _answered(self, method: str, body: Making, write: bool, runs: Sequence[str]) -> Answer | Fault:
        """Repeat what was certainly not done: once with a renewed token, a little when we were too fast."""
        met: list[str] = []
        while True:
            credentials = self._access.credentials()
            found = self._exchanged(method, body(credentials), write, runs)
            if isinstance(found, Answer):
                return found
            kind = classify(found)[0]
            if not self._may_repeat(kind, met, credentials):
                return found
            met.append(kind)

    def _may_repeat(self, kind: str, met: list[str], credentials: Mapping[str, str]) -> bool:
        if kind == "rate":
            self._limiter.exceeded()
            return met.count(kind) < _RATE_RETRIES
        return kind == "renew" and kind not in met and self._access.renewed(credentials)

    def _raised(self, fault: Fault, method: str, write: bool) -> Exception:
        if classify(fault)[0] != "operating":
            return exception(fault, method, write)
        self._close(method, self._clock.now() + _CLOSED_FOR)
        return TryLater("method_closed", _CLOSED_FOR.total_seconds())

    def _exchanged(self, method: str, body: Payload, write: bool, runs: Sequence[str]) -> Answer | Fault:
        """One request and its answer, following a renamed portal (facts §1.1)."""
        for _ in range(_RENAMINGS + 1):
            url = f"{self._access.base_url()}{method}.json"
            response = self._posted(url, body, runs, write)
            if response.status_code not in REDIRECTS:
                found = answers.read(response.status_code, response.content)
                return _expired_inside(found) if method == "batch" and not write else found
            self._follow(url, response.headers.get("Location", ""))
        raise SideDown(PORTAL, "moved", "too many redirects", certain=False)

    def _uploaded(self, url: str, body: Body, content_type: str) -> Answer | Fault:
        response = self._posted(url, body, [_UPLOAD], write=True, content_type=content_type)
        if response.status_code in REDIRECTS:
            return Fault("expired_token")  # a portal renamed just now: a newer address is at its new host
        found = answers.read(response.status_code, response.content)
        if isinstance(found, Answer):
            self._watch(_UPLOAD, found.timing)
        return found

    def _follow(self, url: str, location: str) -> None:
        base = moved_base(self._access.base_url(), url, location)
        host = _host(location)
        if base is None:
            raise SideDown(PORTAL, "moved", f"redirected to {host}: set the portal's new address")
        counted("portal_renamed", host=host)
        self._access.moved(base)

    def _posted(
        self, url: str, body: Payload, runs: Sequence[str], write: bool, content_type: str = HEADERS["Content-Type"]
    ) -> httpx.Response:
        """Send; what cannot have had an effect is sent a second time before it counts as lost."""
        how, headers = "", {**HEADERS, "Content-Type": content_type, "Content-Length": str(bodies.length(body))}
        for pause in (_PAUSE, 0.0):
            self._limiter.acquire(self._traffic, *runs)
            with bodies.opened(body) as content:
                found = sent(self._http, self._http.build_request("POST", url, content=content, headers=headers))
            if isinstance(found, httpx.Response):
                return found
            if write and found.sent:
                raise InDoubt("lost_answer")
            how = found.how
            self._clock.sleep(pause)
        raise SideDown(PORTAL, "unreachable", f"{runs[0]}: {how}", certain=False)

    def _watch(self, method: str, timing: Timing) -> None:
        """Close a method before the portal does: shortly before its operating limit (facts §2.2)."""
        if timing.operating is None or timing.reset_at is None or timing.operating < _NEAR * self._operating_limit:
            return
        if timing.reset_at > self._clock.now():
            self._close(method, timing.reset_at)

    def _close(self, method: str, until: datetime) -> None:
        if self._closed.get(method) == until:
            return  # said already: every answer of the next minutes says it again
        counted("method_closed", method=method, until=until.isoformat())
        self._closed[method] = until
        self._limiter.close_method(method, until)


def _expired_inside(found: Answer | Fault) -> Answer | Fault:
    """A token may expire between two commands of a batch; reads are then simply asked again, all of them."""
    if isinstance(found, Fault):
        return found
    errors = batch.mapping(batch.mapping(found.result).get("result_error")).values()
    faults = (answers.fault(error) for error in errors if isinstance(error, dict) and "error" in error)
    return next((fault for fault in faults if classify(fault)[0] == "renew"), found)


def _host(location: str) -> str:
    """The host of an address that may be anything."""
    try:
        return urlsplit(location).hostname or "nowhere"
    except ValueError:
        return "nowhere"
