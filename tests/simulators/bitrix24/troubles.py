"""The common faults, ready to be added to `portal.faults` (facts 1.5, 2.1, 2.2, 10.3)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import mapping
from tests.simulators.bitrix24.pipeline import HEADERS, parameters, target
from tests.simulators.bitrix24.wire import dump
from tests.simulators.faults import Fault, Match
from tests.simulators.web import Answer, Request

_HTML = {"Content-Type": "text/html; charset=UTF-8"}
_PAGES = {
    500: b"<html><head><title>500 Internal Server Error</title></head><body></body></html>",
    502: b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>",
    503: b"<html><head><title>503 Service Temporarily Unavailable</title></head><body></body></html>",
}


def calls_of(name: str, inside_batch: bool = True) -> Match:
    """Requests that call the method, directly or as a command of a batch; an empty name matches every request."""

    def matches(request: Request) -> bool:
        called = target(request.path).method.lower()
        if not name or called == name.lower():
            return True
        return inside_batch and called == "batch" and name.lower() in _commands(request)

    return matches


def token_requests(request: Request) -> bool:
    """Requests for a token."""
    return request.path.rstrip("/").endswith("/oauth/token")


def html(status: int, method: str = "", times: int = 1) -> Fault:
    """500, 502 or 503 with a page instead of JSON."""
    return Fault(calls_of(method), times, instead=lambda _: Answer(status, _PAGES[status], _HTML))


def error(status: int, code: str, text: str, method: str = "", times: int = 1) -> Fault:
    """A JSON error of the portal instead of the work."""
    body = dump({"error": code, "error_description": text})
    return Fault(calls_of(method), times, instead=lambda _: Answer(status, body, HEADERS))


def query_limit(method: str = "", times: int = 1) -> Fault:
    """503 QUERY_LIMIT_EXCEEDED."""
    return error(503, "QUERY_LIMIT_EXCEEDED", "Too many requests", method, times)


def operation_time_limit(method: str, times: int = 1) -> Fault:
    """429 for direct calls of one method; inside a batch use `Operating.record` to fill its bucket."""
    body = dump(
        {"error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked due to operation time limit."}
    )
    return Fault(calls_of(method, inside_batch=False), times, instead=lambda _: Answer(429, body, HEADERS))


def expired_token(method: str = "", times: int = 1) -> Fault:
    """401 expired_token although the token is alive."""
    return error(401, "expired_token", "The access token provided has expired.", method, times)


def slow(seconds: float, method: str = "", times: int = 1) -> Fault:
    """A late answer."""
    return Fault(calls_of(method), times, delay=seconds)


def drop_before(method: str = "", times: int = 1) -> Fault:
    """The connection ends before the work."""
    return Fault(calls_of(method), times, drop_before=True)


def drop_after(method: str = "", times: int = 1) -> Fault:
    """The work is done, the answer is lost."""
    return Fault(calls_of(method), times, drop_after=True)


def truncated(size: int = 10, method: str = "", times: int = 1) -> Fault:
    """The work is done, the body breaks off after `size` bytes."""
    return Fault(calls_of(method), times, cut_after=size)


def _commands(request: Request) -> set[str]:
    commands = mapping(parameters(request).get("cmd")).values()
    return {str(command).partition("?")[0].lower().removesuffix(".json") for command in commands}
