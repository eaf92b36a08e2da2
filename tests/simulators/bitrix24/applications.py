"""Installing, updating and removing a local application (facts 1.4).

With an interface the portal's frame opens the installation path by POST: DOMAIN, PROTOCOL, LANG, APP_SID in the
query; AUTH_ID, AUTH_EXPIRES, REFRESH_ID, SERVER_ENDPOINT, APPLICATION_TOKEN, APPLICATION_SCOPE, member_id, status,
PLACEMENT in the body (bitrix-tools/b24-rest-docs, settings/oauth/simple-way.md). Until the page calls `installFinish`
the application is not installed and gets no events (bitrix24/b24restdocs,
settings/app-installation/installation-finish.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from tests.simulators.bitrix24.access import ACCESS_SECONDS, Application
from tests.simulators.bitrix24.calls import Hit
from tests.simulators.bitrix24.delivery import FORM
from tests.simulators.bitrix24.events import fire, user_auth
from tests.simulators.bitrix24.wire import Data, build_query

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

Fetch = Callable[[str, bytes, Mapping[str, str]], tuple[int, bytes]]
FINISH = b"BX24.installFinish("


def fetch(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Post a form over HTTP; gives status and page."""
    answer = httpx.post(url, content=body, headers=dict(headers))
    return answer.status_code, answer.content


def install(portal: Portal, application: Application, fetch: Fetch) -> bool:
    """Call the install path; "API only" counts as installed at once, a page must call `installFinish`."""
    with portal.lock:
        application.installed, application.removed = not application.interface, False
        url, body = _frame(portal, application) if application.interface else _callback(portal, application)
    status, page = fetch(url, body, FORM)
    if application.interface and 200 <= status < 300 and FINISH in page:
        with portal.lock:
            application.installed = True
            fire(portal, _hit(portal), "ONAPPINSTALL", _data(application))
    return application.installed


def update(portal: Portal, application: Application, fetch: Fetch) -> bool:
    """A new version: handlers are lost, the install path runs again, then ONAPPUPDATE goes to the new handlers."""
    previous = application.version
    with portal.lock:
        portal.events.purge(application)
        application.version += 1
    if install(portal, application, fetch):
        with portal.lock:
            fire(portal, _hit(portal), "ONAPPUPDATE", {**_data(application), "PREVIOUS_VERSION": previous})
    return application.installed


def uninstall(portal: Portal, application: Application, clean: bool) -> None:
    """Fire ONAPPUNINSTALL without tokens, then forget handlers and tokens."""
    with portal.lock:
        fire(portal, _hit(portal), "ONAPPUNINSTALL", {"LANGUAGE_ID": "ru", "CLEAN": int(clean)})
        portal.events.purge(application)
        application.installed, application.removed = False, True


def open_page(portal: Portal, application: Application, user_id: int) -> tuple[str, bytes]:
    """The frame POST of a user who opens the application's own page."""
    url, body = _frame(portal, application, user_id)
    return url.replace(application.install_url, application.handler_url, 1), body


def _frame(portal: Portal, application: Application, user_id: int | None = None) -> tuple[str, bytes]:
    token = portal.access.issue(application, user_id or portal.signed_in_user, portal.now())
    secure = int(portal.base_url.startswith("https"))
    query = {"DOMAIN": portal.domain, "PROTOCOL": secure, "LANG": "ru", "APP_SID": portal.access.secret("sid")}
    body: dict[str, Any] = {
        "AUTH_ID": token.access, "AUTH_EXPIRES": ACCESS_SECONDS, "REFRESH_ID": token.refresh,
        "SERVER_ENDPOINT": portal.server_endpoint, "APPLICATION_TOKEN": application.application_token,
        "APPLICATION_SCOPE": ",".join(sorted(application.scopes)), "member_id": portal.member_id,
        "status": application.status, "PLACEMENT": "DEFAULT",
    }  # fmt: skip
    return f"{application.install_url}?{urlencode(query)}", build_query(body).encode("ascii")


def _callback(portal: Portal, application: Application) -> tuple[str, bytes]:
    auth = user_auth(portal, application, portal.signed_in_user, "ONAPPINSTALL")
    form = {"event": "ONAPPINSTALL", "data": _data(application), "ts": int(portal.now().timestamp()), "auth": auth}
    return application.install_url, build_query(form).encode("ascii")


def _data(application: Application) -> Data:
    return {"VERSION": f"{application.version}.0.0", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "ru"}


def _hit(portal: Portal) -> Hit:
    return Hit(portal.signed_in_user)
