"""Who may call: incoming webhooks, local applications, OAuth tokens (facts 1.2, 1.3, 1.5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulators.bitrix24.calls import Caller
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.wire import Data

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

ACCESS_SECONDS = 3600
CODE_SECONDS = 30
REFRESH_DAYS = 180


@dataclass(frozen=True)
class Webhook:
    """An incoming webhook: acts as its user, limited to its scopes, may have an expiry date (facts 1.2)."""

    user_id: int
    secret: str
    scopes: frozenset[str]
    expires: datetime | None = None


@dataclass(eq=False)
class Application:
    """A local application; with `interface` it is installed only after its page called `BX24.installFinish`."""

    client_id: str
    client_secret: str
    scopes: frozenset[str]
    install_url: str
    handler_url: str
    interface: bool
    application_token: str
    number: int
    version: int = 1
    status: str = "L"
    installed: bool = False
    removed: bool = False
    options: Data = field(default_factory=dict)


@dataclass
class Token:
    """A pair of tokens of one application and user; `refresh` is empty for a token issued to an event."""

    application: Application
    user_id: int
    access: str
    refresh: str
    expires: datetime
    refresh_expires: datetime
    depth: int = 0
    spent: bool = False


@dataclass
class Access:
    """All credentials of the portal. `rotate=False` keeps an old refresh token valid (undocumented, facts 1.3 [U])."""

    rotate: bool = True
    webhooks: dict[tuple[int, str], Webhook] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    by_access: dict[str, Token] = field(default_factory=dict)
    by_refresh: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, tuple[Application, int, datetime]] = field(default_factory=dict)
    issued: int = 0

    def secret(self, kind: str) -> str:
        """A new 32-character secret; deterministic, so that runs repeat."""
        self.issued += 1
        return hashlib.sha256(f"{kind}/{self.issued}".encode()).hexdigest()[:32]

    def issue(
        self, application: Application, user_id: int, now: datetime, depth: int = 0, lasting: bool = True
    ) -> Token:
        """Issue a token; without `lasting` there is no refresh token, as for ordinary events (facts 3.2)."""
        refresh = self.secret("refresh") if lasting else ""
        expires = now + timedelta(seconds=ACCESS_SECONDS)
        token = Token(
            application, user_id, self.secret("access"), refresh, expires, now + timedelta(days=REFRESH_DAYS), depth
        )
        self.by_access[token.access] = token
        if refresh:
            self.by_refresh[refresh] = token
        return token

    def forget(self, application: Application) -> None:
        """Kill all tokens of an application, as uninstalling does."""
        for table in (self.by_access, self.by_refresh):
            for key in [key for key, token in table.items() if token.application is application]:
                del table[key]


def authenticate(portal: Portal, webhook: tuple[int, str] | None, params: Data, headers: Any) -> Caller:
    """Who calls; removes the credentials from the parameters (facts 10.1 step 5)."""
    carried = [params.pop(name, None) for name in ("auth", "access_token")]
    if webhook:
        return _webhook_caller(portal, webhook)
    bearer = str(headers.get("authorization", ""))
    if bearer.lower().startswith("bearer "):
        return _token_caller(portal, bearer[7:].strip())
    token = next((value for value in carried if isinstance(value, str) and value), "")
    if not token:
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
    return _token_caller(portal, token)


def check_user(portal: Portal, user_id: int) -> None:
    """A dismissed or unknown user cannot be authorised."""
    user = portal.users.get(user_id)
    if user is None or not user.active:
        raise RestError("authorization_error", "Unable to authorize user", 401)


def check_scope(portal: Portal, caller: Caller, scopes: tuple[str, ...]) -> None:
    """One of the scopes is enough; a method without scopes is basic."""
    if scopes and not caller.scopes.intersection(scopes):
        carrier = "webhook token" if caller.kind == "webhook" else "access token"
        text = f"The request requires higher privileges than provided by the {carrier}"
        raise RestError("insufficient_scope", text, portal.refusal_status)


def _webhook_caller(portal: Portal, key: tuple[int, str]) -> Caller:
    webhook = portal.access.webhooks.get(key)
    if webhook is None or (webhook.expires and webhook.expires <= portal.now()):
        raise RestError("INVALID_CREDENTIALS", "Invalid request credentials", portal.refusal_status)
    check_user(portal, webhook.user_id)
    return Caller("webhook", webhook.user_id, webhook.scopes, f"webhook/{webhook.secret}", credential=webhook.secret)


def _token_caller(portal: Portal, text: str) -> Caller:
    token = portal.access.by_access.get(text)
    if token is None:
        raise RestError("invalid_token", "Unable to get application by token", 401)
    if token.application.removed:
        raise RestError("APPLICATION_NOT_FOUND", "Application not found", 401)
    if token.expires <= portal.now():
        raise RestError("expired_token", "The access token provided has expired.", 401)
    check_user(portal, token.user_id)
    application = token.application
    key = f"application/{application.client_id}"
    return Caller("application", token.user_id, application.scopes, key, application, token.depth, text)
