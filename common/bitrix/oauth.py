"""OAuth: tokens refreshed by one process at a time and stored before they are used (facts bitrix24 §1.3, design §5).

When the answer of a refresh is lost nobody can know whether the portal rotated the refresh token (facts §12.2 [U]). The
stored one is kept and marked `in_doubt`; while the access token lives it is used, and the next refresh simply tries the
stored one again. If the portal did rotate it, that ends as `SideDown("portal", "credentials")`, whose detail says that
the application has to be installed again: no guess of ours could bring the tokens back.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from common.bitrix import answers, tokens
from common.bitrix.client import HEADERS, Lost, sent
from common.bitrix.faults import PORTAL, Fault, exception
from common.bitrix.tokens import Grant, Tokens, granted
from common.bitrix.wire import is_safe
from common.errors import ExchangeError, SideDown, Stale, TryLater
from common.logs import counted, info, quiet_http
from common.ports import Clock, Store

TIMEOUT = 10.0
LEASE = timedelta(seconds=20)
"""Longer than the request it guards may take, so that two processes never spend one refresh token."""

_SOON = timedelta(seconds=60)
_PATIENCE = timedelta(seconds=30)
_POLL = 0.2
_HELD_FOR = timedelta(seconds=60)


class AuthServer:
    """The vendor's authorisation server, as our application."""

    def __init__(self, http: httpx.Client, client_id: str, client_secret: str) -> None:
        self._http = http
        self._identity = {"client_id": client_id, "client_secret": client_secret}
        quiet_http()

    def refresh(self, auth_base: str, refresh_token: str) -> Grant:
        """Exchange a refresh token; it is spent afterwards, whatever comes back.

        Raises `SideDown("portal", …)`: `credentials` and `payment` for good, `auth_server` when it did not answer.
        """
        params = {"grant_type": "refresh_token", **self._identity, "refresh_token": refresh_token}
        url = f"{auth_base}/oauth/token/"
        # By GET with all in the query: the documented way (settings/oauth/auto-renewal) and that of the vendor's SDK.
        request = self._http.build_request("GET", url, params=params, headers=_HEADERS, timeout=TIMEOUT)
        found = sent(self._http, request)
        if isinstance(found, Lost):
            raise SideDown(PORTAL, "auth_server", found.how, certain=False)
        return _grant(found)


class OAuthAccess:
    """Access of an installed application. Tokens are read from the store once a minute, so that another process's
    refresh, renaming or re-install is noticed; while the store is out of reach those at hand are used on."""

    def __init__(self, store: Store, server: AuthServer, clock: Clock, member_id: str) -> None:
        self._store = store
        self._server = server
        self._clock = clock
        self._member_id = member_id
        self._held: Tokens | None = None
        self._held_until = clock.now()
        self._lock = threading.Lock()

    def base_url(self) -> str:
        """The verified address of the portal."""
        return self._tokens().client_endpoint

    def credentials(self) -> Mapping[str, str]:
        """The access token, refreshed when it ends within a minute and used on if that fails for a moment."""
        held = self._tokens()
        if held.expires_at - self._clock.now() < _SOON:
            held = self._renewed_early(held)
        return {"auth": held.access_token}

    def renewed(self, used: Mapping[str, str], /) -> bool:
        """Replace an expired access token by a newer one: another process's, or a refreshed one."""
        self._renew(used["auth"])
        return True

    def moved(self, base: str) -> None:
        """Keep the new address with the tokens."""
        self._held = tokens.change(
            self._store, self._member_id, lambda found: replace(found, client_endpoint=base) if found else None
        )

    def _tokens(self) -> Tokens:
        held, now = self._held, self._clock.now()
        if held and now < self._held_until:
            return held
        try:
            self._held = self._stored()[0]
        except TryLater:
            if held is None:
                raise
        self._held_until = now + _HELD_FOR
        return self._held or self._stored()[0]

    def _stored(self) -> tuple[Tokens, str]:
        found = tokens.read(self._store, self._member_id) if self._member_id else None
        if found is None or not found[0].is_installed:
            raise SideDown(PORTAL, "not_installed", "install the application on the portal")
        return found

    def _renewed_early(self, held: Tokens) -> Tokens:
        try:
            return self._renew(held.access_token)
        except ExchangeError:
            if held.expires_at <= self._clock.now():
                raise
            counted("token_refresh_postponed", until=held.expires_at.isoformat())
            return held

    def _renew(self, stale: str) -> Tokens:
        """Threads of this process go one by one: the first refreshes, the others find its tokens."""
        with self._lock:
            if self._held is None or self._held.access_token == stale:
                self._held = self._taken_over(stale)
            return self._held

    def _taken_over(self, stale: str) -> Tokens:
        """Another process's newer tokens, or ours once we hold the lease."""
        deadline = self._clock.now() + _PATIENCE
        while True:
            found, version = self._stored()
            if found.access_token != stale:
                return found
            now = self._clock.now()
            if found.lease_until and found.lease_until > now:
                if now > deadline:
                    raise TryLater("token_refresh_busy", _POLL)
                self._clock.sleep(_POLL)
                continue
            try:
                leased = replace(found, lease_until=now + LEASE)
                tokens.write(self._store, leased, version)
            except Stale:
                continue
            return self._refreshed(leased)

    def _refreshed(self, leased: Tokens) -> Tokens:
        try:
            grant = self._server.refresh(leased.auth_base, leased.refresh_token)
        except SideDown as error:
            self._release(leased, in_doubt=not error.certain)
            raise _explained(error, leased) from None
        info("token_refreshed", member_id=leased.member_id)
        return self._persisted(leased, grant)

    def _release(self, leased: Tokens, in_doubt: bool) -> None:
        def released(found: Tokens) -> Tokens | None:
            if found.lease_until != leased.lease_until:
                return None
            return replace(found, lease_until=None, in_doubt=found.in_doubt or in_doubt)

        tokens.change(self._store, self._member_id, released)

    def _persisted(self, leased: Tokens, grant: Grant) -> Tokens:
        """Store the new pair, unless an install or uninstall came between: then theirs counts."""
        now = self._clock.now()

        def replaced(found: Tokens) -> Tokens | None:
            return granted(found, grant, now) if found.refresh_token == leased.refresh_token else None

        kept = tokens.change(self._store, self._member_id, replaced)
        if kept is None or not kept.is_installed:
            raise SideDown(PORTAL, "not_installed", "the application was removed from the portal")
        return kept


_HEADERS = {name: value for name, value in HEADERS.items() if name != "Content-Type"}


def _explained(error: SideDown, leased: Tokens) -> SideDown:
    if error.cause != "credentials" or not leased.in_doubt:
        return error
    detail = f"{error.detail}; an earlier answer of the authorisation server was lost: install the application again"
    return SideDown(PORTAL, "credentials", detail)


def _grant(response: httpx.Response) -> Grant:
    """Read the answer of the token endpoint; `wrong_client` comes with HTTP 200 (facts §1.5)."""
    decoded = answers.decode(response.content)
    if decoded is None or (response.status_code >= 300 and "error" not in decoded):
        raise SideDown(PORTAL, "auth_server", f"HTTP {response.status_code}", certain=False)
    if decoded.get("error") is not None:
        raise _refusal(answers.fault(decoded, response.status_code))
    grant = Grant(
        member_id=_text(decoded, "member_id"),
        client_endpoint=_text(decoded, "client_endpoint").rstrip("/") + "/",
        access_token=_text(decoded, "access_token"),
        refresh_token=_text(decoded, "refresh_token"),
        lifetime=timedelta(seconds=answers.whole(decoded.get("expires_in")) or 0),
        user_id=answers.whole(decoded.get("user_id")) or 0,
        status=_text(decoded, "status"),
    )
    whole = grant.member_id and grant.access_token and grant.refresh_token
    if not whole or not is_safe(grant.client_endpoint) or not grant.client_endpoint.endswith("/rest/"):
        raise SideDown(PORTAL, "auth_server", "an answer without tokens", certain=False)
    return grant


def _refusal(fault: Fault) -> ExchangeError:
    error = exception(fault, "oauth.token")
    if isinstance(error, SideDown):
        return error
    if isinstance(error, TryLater):
        return SideDown(PORTAL, "auth_server", error.reason, certain=False)
    # Codes outside the table are about this request, so about our credentials.
    return SideDown(PORTAL, "credentials", f"oauth.token: {fault.code}")


def _text(block: Mapping[str, Any], name: str) -> str:
    value = block.get(name)
    return value if isinstance(value, str) else ""
