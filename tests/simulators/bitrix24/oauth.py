"""The authorisation server: codes, tokens, `app.info` (facts 1.3, 1.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from tests.simulators.bitrix24.access import ACCESS_SECONDS, CODE_SECONDS, Application, Token, authenticate
from tests.simulators.bitrix24.clock import stamp
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.wire import Data, dump, parse_query
from tests.simulators.web import Answer, Request

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

_JSON = {"Content-Type": "application/json; charset=utf-8"}


def handles(portal: Portal, request: Request) -> bool:
    """Is this for the authorisation server (its host or path), or a token path that the portal proxies?"""
    return "/oauth/" in f"{request.path}/" or _on_server(portal, request)


def respond(portal: Portal, request: Request) -> Answer:
    """Answer a request to the authorisation server or to `/oauth/authorize/` of the portal; all are recorded."""
    params = {**parse_query(request.query), **parse_query(request.body.decode("utf-8", "replace"))}
    try:
        answer, error = _served(portal, request, params), ""
    except RestError as refused:
        error = refused.code
        answer = _answer(refused.status, {"error": error, "error_description": refused.text})
    name = ".".join(request.path.strip("/").split("/")[-2:])
    portal.note(name, params, False, "", answer.status, error)
    return answer


def _served(portal: Portal, request: Request, params: Data) -> Answer:
    path = request.path.rstrip("/")
    if path.endswith("/oauth/authorize"):
        return _authorize(portal, params)
    if path.endswith("/oauth/token"):
        return _answer(200, _token(portal, params))
    if path.endswith(("/rest/app.info", "/rest/app.info.json")):
        return _answer(200, _app_info(portal, dict(params), request))
    raise RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)


def redirect(portal: Portal, application: Application, user_id: int, state: str) -> str:
    """The address a user is sent to after agreeing, with a one-use code of 30 seconds."""
    code = portal.access.secret("code")
    portal.access.codes[code] = (application, user_id, portal.now() + timedelta(seconds=CODE_SECONDS))
    query = {
        "code": code, "state": state, "domain": portal.domain, "member_id": portal.member_id,
        "scope": ",".join(sorted(application.scopes)), "server_domain": urlsplit(portal.auth_url).netloc,
    }  # fmt: skip
    return f"{application.handler_url}?{urlencode(query)}"


def _authorize(portal: Portal, params: Data) -> Answer:
    application = portal.access.applications.get(str(params.get("client_id")))
    if application is None:
        return Answer(200, b"<html><body>Application not found</body></html>", {"Content-Type": "text/html"})
    location = redirect(portal, application, portal.signed_in_user, str(params.get("state", "")))
    return Answer(302, b"", {"Location": location})


def _token(portal: Portal, params: Data) -> Data:
    grant = params.get("grant_type")
    if grant not in ("authorization_code", "refresh_token"):
        raise RestError("invalid_request", "An invalid grant_type parameter was specified")
    application = portal.access.applications.get(str(params.get("client_id")))
    if application is None:
        # Observed by the official SDK: an error body under HTTP 200 (facts 1.5).
        raise RestError("wrong_client", "wrong_client", 200)
    if params.get("client_secret") != application.client_secret:
        raise RestError("invalid_client", "Invalid client credentials")
    return (
        _exchange(portal, application, params)
        if grant == "authorization_code"
        else _refresh(portal, application, params)
    )


def _exchange(portal: Portal, application: Application, params: Data) -> Data:
    found = portal.access.codes.pop(str(params.get("code")), None)
    if found is None or found[0] is not application or found[2] <= portal.now():
        raise RestError("invalid_grant", "Invalid code")
    token = portal.access.issue(application, found[1], portal.now())
    body = _body(portal, token)
    return {**body, **_expiry(token)} if portal.options.expires_in_code_answer else body


def _refresh(portal: Portal, application: Application, params: Data) -> Data:
    old = portal.access.by_refresh.get(str(params.get("refresh_token")))
    if old is None or old.application is not application or old.spent or old.refresh_expires <= portal.now():
        raise RestError("invalid_grant", "Invalid refresh token")
    old.spent = portal.access.rotate
    token = portal.access.issue(application, old.user_id, portal.now())
    return {**_body(portal, token), **_expiry(token)}


def _body(portal: Portal, token: Token) -> Data:
    # `domain` is the authorisation server; the portal is in `client_endpoint` (facts 1.3, trap).
    return {
        "access_token": token.access, "client_endpoint": portal.client_endpoint,
        "domain": urlsplit(portal.auth_url).netloc, "expires_in": ACCESS_SECONDS, "member_id": portal.member_id,
        "refresh_token": token.refresh, "scope": ",".join(sorted(token.application.scopes)),
        "server_endpoint": portal.server_endpoint, "status": token.application.status,
    }  # fmt: skip


def _expiry(token: Token) -> Data:
    return {"expires": int(token.expires.timestamp()), "user_id": token.user_id}


def _app_info(portal: Portal, params: Data, request: Request) -> Data:
    """`app.info` of the server: another form than on the portal; the keys are those the official SDK reads."""
    text = str(params.get("auth", ""))
    caller = authenticate(portal, None, params, request.headers)
    application = caller.application
    if application is None:
        raise RestError("invalid_token", "Unable to get application by token", 401)
    scope = ",".join(sorted(application.scopes))
    install = {
        "installed": application.installed, "version": str(application.version), "status": application.status,
        "scope": scope, "domain": portal.domain, "uri": portal.base_url, "client_endpoint": portal.client_endpoint,
        "member_id": portal.member_id, "member_type": "bitrix24",
    }  # fmt: skip
    expires = stamp(portal.access.by_access[text].expires, portal.zone)
    result = {
        "client_id": application.client_id, "scope": scope, "expires": expires, "install": install,
        "user_id": caller.user_id,
    }  # fmt: skip
    moment, day = portal.now().timestamp(), stamp(portal.now(), portal.zone)
    time = {"start": moment, "finish": moment, "duration": 0, "processing": 0, "date_start": day, "date_finish": day}
    return {"result": result, "time": time}


def _on_server(portal: Portal, request: Request) -> bool:
    server = urlsplit(portal.auth_url)
    if server.path:
        return request.path.startswith(server.path + "/")
    return request.headers.get("host", "").partition(":")[0] == server.hostname


def _answer(status: int, body: Data) -> Answer:
    return Answer(status, dump(body), _JSON)
