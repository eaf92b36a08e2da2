"""Calls to Bitrix24: limits, renewals, renamings and lost answers, so that a caller sees results or who acts next.

No secret leaves this module: neither the address nor the token stands in a log or in the text of an exception, and the
exceptions of httpx, which carry both, are never chained.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from common.bitrix import answers, batch
from common.bitrix.access import Access, moved_base
from common.bitrix.answers import Answer, Timing
from common.bitrix.batch import Commands, Outcome
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
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Lost:
    """A request without an answer. `sent` is false when no connection came about, so nothing can have happened."""

    sent: bool
    how: str


def new_http() -> httpx.Client:
    """An HTTP client for the portal: it cuts a request at 60 s itself (facts §2.2); redirects are ours to judge."""
    timeout = httpx.Timeout(30.0, connect=5.0, read=65.0)
    return httpx.Client(timeout=timeout, follow_redirects=False)


def sent(http: httpx.Client, request: httpx.Request) -> httpx.Response | Lost:
    """Send a request and read its answer whole."""
    try:
        return http.send(request, follow_redirects=False)
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
        answer = self._answered(method, params or {}, write, [method])
        self._watch(method, answer.timing)
        return answer

    def batch(self, commands: Commands, write: bool = False) -> dict[str, Outcome]:
        """Run up to 50 commands in one request; each has its own outcome, and none raises."""
        methods = sorted({command.method for command in commands.values()})
        answer = self._answered("batch", batch.body(commands), write, methods)
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

    def _answered(self, method: str, params: Mapping[str, Any], write: bool, runs: Sequence[str]) -> Answer:
        """Repeat what was certainly not done: once with a renewed token, a little when we were too fast."""
        met: list[str] = []
        while True:
            credentials = self._access.credentials()
            found = self._exchanged(method, {**params, **credentials}, write, runs)
            if isinstance(found, Answer):
                return found
            kind = classify(found)[0]
            if not self._may_repeat(kind, met, credentials):
                raise self._raised(found, method, write)
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

    def _exchanged(self, method: str, params: Mapping[str, Any], write: bool, runs: Sequence[str]) -> Answer | Fault:
        """One request and its answer, following a renamed portal (facts §1.1)."""
        content = json.dumps(params).encode()
        for _ in range(_RENAMINGS + 1):
            url = f"{self._access.base_url()}{method}.json"
            response = self._posted(url, content, runs, write)
            if response.status_code not in _REDIRECTS:
                found = answers.read(response.status_code, response.content)
                return _expired_inside(found) if method == "batch" and not write else found
            self._follow(url, response.headers.get("Location", ""))
        raise SideDown(PORTAL, "moved", "too many redirects", certain=False)

    def _follow(self, url: str, location: str) -> None:
        base = moved_base(self._access.base_url(), url, location)
        host = _host(location)
        if base is None:
            raise SideDown(PORTAL, "moved", f"redirected to {host}: set the portal's new address")
        counted("portal_renamed", host=host)
        self._access.moved(base)

    def _posted(self, url: str, content: bytes, runs: Sequence[str], write: bool) -> httpx.Response:
        """Send; what cannot have had an effect is sent a second time before it counts as lost."""
        how = ""
        for pause in (_PAUSE, 0.0):
            self._limiter.acquire(self._traffic, *runs)
            found = sent(self._http, self._http.build_request("POST", url, content=content, headers=HEADERS))
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
