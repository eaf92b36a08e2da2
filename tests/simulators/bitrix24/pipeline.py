"""The way of a request through the portal, in the order of facts 10.1."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.bitrix24 import oauth
from tests.simulators.bitrix24.access import authenticate, check_scope
from tests.simulators.bitrix24.calls import Call, Caller, Hit, Page
from tests.simulators.bitrix24.clock import stamp
from tests.simulators.bitrix24.errors import RestError, access_denied, app_only
from tests.simulators.bitrix24.limits import too_many
from tests.simulators.bitrix24.multipart import is_multipart, plain_fields
from tests.simulators.bitrix24.wire import Data, dump, integer, parse_query
from tests.simulators.web import Answer, Request

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Access-Control-Allow-Origin": "*",
    "X-Bitrix-Rest-Time": "0.0500000000",
    "X-Bitrix-Rest-User-Time": "0.0100000000",
    "X-Bitrix-Rest-System-Time": "0.0010000000",
}


@dataclass(frozen=True)
class Target:
    """What a path addresses: a method, perhaps through a webhook."""

    method: str
    webhook: tuple[int, str] | None = None


def respond(portal: Portal, request: Request) -> Answer:
    """Count the request, ask the faults, do the work; an answer of a fault is recorded too."""
    with portal.lock:
        portal.hits += 1
        before = len(portal.requests)
    worked: list[bool] = []

    def work(inner: Request) -> Answer:
        worked.append(True)
        with portal.lock:
            return _work(portal, inner)

    answer = portal.faults.around(request, work)
    if not worked and len(portal.requests) == before:
        portal.note(target(request.path).method, {}, False, "", answer.status, "fault")
    return answer


def invoke(portal: Portal, name: str, params: Data, caller: Caller, hit: Hit, inner: bool) -> tuple[Page, Data]:
    """One method: scope, limiter, handler, `time`; a record is kept whatever happens."""
    name = name.removesuffix(".json")
    try:
        answer = _run(portal, name, params, caller, hit)
    except RestError as error:
        portal.note(name, params, inner, caller.kind, error.status, error.code)
        raise
    result = answer[0].result
    portal.note(name, params, inner, caller.kind, result.status if isinstance(result, Answer) else 200)
    return answer


def target(path: str) -> Target:
    """`/rest/{uid}/{secret}/{method}[.json][/]` or `/rest/{method}` (facts 10.1 step 1)."""
    parts = path.strip("/").split("/")
    if parts[0] != "rest" or len(parts) not in (2, 4):
        return Target("")
    name = parts[-1].removesuffix(".json")
    return Target(name, (integer(parts[1]), parts[2])) if len(parts) == 4 else Target(name)


def parameters(request: Request) -> Data:
    """Query merged with the body, the body wins; bad JSON is swallowed (facts 1.1 [S])."""
    params = parse_query(request.query)
    if "application/json" in request.headers.get("content-type", ""):
        return {**params, **_json_body(request.body)}
    if is_multipart(request):
        return {**params, **plain_fields(request)}
    return {**params, **parse_query(request.body.decode("utf-8", "replace"))}


def _work(portal: Portal, request: Request) -> Answer:
    host = request.headers.get("host", "").partition(":")[0]
    if host in portal.old_hosts:
        return moved(portal.base_url, request)
    if portal.intensity and not portal.intensity.take(request.client, portal.now()):
        return _answer(portal, too_many())
    if oauth.handles(portal, request):
        return oauth.respond(portal, request)
    return _method(portal, request)


def _method(portal: Portal, request: Request) -> Answer:
    where, params = target(request.path), parameters(request)
    try:
        found = portal.find_method(where.method)
        caller = authenticate(portal, where.webhook, params, request.headers)
        connector = str(params.pop("auth_connector", "") or "")
    except RestError as error:
        portal.note(where.method, params, False, "", error.status, error.code)
        return _answer(portal, error)
    hit = Hit(caller.user_id, caller.application, caller.depth, connector, request)
    try:
        page, time = invoke(portal, found.name, params, caller, hit, inner=False)
    except RestError as error:
        return _answer(portal, error)
    return page.result if isinstance(page.result, Answer) else Answer(200, dump(_envelope(page, time)), HEADERS)


def _run(portal: Portal, name: str, params: Data, caller: Caller, hit: Hit) -> tuple[Page, Data]:
    found = portal.find_method(name)
    check_scope(portal, caller, found.scopes)
    if found.application_only and caller.application is None:
        raise app_only()
    if found.admin and not portal.users[caller.user_id].admin:
        raise access_denied(403)
    started = portal.now()
    # The outer batch is exempt from the operating limiter, its commands are not (facts 2.2).
    exempt = found.name == "batch" or portal.operating is None
    if portal.operating and not exempt:
        portal.operating.check(caller.key, found.name, started)
    start = integer(params.get("start", params.get("START", 0)))
    rest = {key: value for key, value in params.items() if key not in ("start", "START")}
    result = found.handler(Call(portal, found.name, rest, caller, hit, start))
    seconds = portal.cost(found.name)
    if portal.operating and not exempt:
        portal.operating.record(caller.key, found.name, seconds, started)
    page = result if isinstance(result, Page) else Page(result)
    return page, _time(portal, caller.key, found.name, seconds)


def _time(portal: Portal, key: str, name: str, seconds: float) -> Data:
    start = portal.now()
    finish = start + timedelta(seconds=seconds)
    block: Data = {
        "start": round(start.timestamp(), 6), "finish": round(finish.timestamp(), 6), "duration": seconds,
        "processing": seconds, "date_start": stamp(start, portal.zone), "date_finish": stamp(finish, portal.zone),
    }  # fmt: skip
    if portal.operating:
        block["operating_reset_at"] = portal.operating.reset_at(key, name, start)
        block["operating"] = portal.operating.spent(key, name, start)
    return block


def _envelope(page: Page, time: Data) -> Data:
    body: Data = {"result": page.result}
    if page.next is not None:
        body["next"] = page.next
    if page.total is not None:
        body["total"] = page.total
    return {**body, "time": time}


def moved(base_url: str, request: Request) -> Answer:
    """The 302 of a renamed portal; the client must send its POST again by itself (facts 1.1)."""
    query = f"?{request.query}" if request.query else ""
    page = b"<html><head><title>302 Found</title></head><body><h1>302 Found</h1></body></html>"
    return Answer(302, page, {"Location": f"{base_url}{request.path}{query}", "Content-Type": "text/html"})


def _answer(portal: Portal, error: RestError) -> Answer:
    return Answer(error.status, dump(portal.error_body(error)), HEADERS)


def _json_body(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body or b"{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
