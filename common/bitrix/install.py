"""Installing and removing our application (design §5; facts bitrix24 §1.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import httpx

from common.bitrix import tokens
from common.bitrix.client import BitrixClient
from common.bitrix.tokens import UNINSTALLED, Grant, Tokens
from common.bitrix.wire import Event, Install, auth_base, same, verify
from common.errors import AlreadyThere, Refused, SideDown
from common.logs import counted, info
from common.ports import Clock, Limiter, Store


class Server(Protocol):
    """The authorisation server (`oauth.AuthServer`)."""

    def refresh(self, auth_base: str, refresh_token: str) -> Grant: ...


class IsAdmin(Protocol):
    def __call__(self, grant: Grant) -> bool:
        """Whether the person of these tokens administers the portal."""


class Installer:
    """Accepts installs that are proven to be ours, and uninstalls.

    An install counts only if its refresh token, exchanged at a trusted authorisation server with our client id and
    secret, gives tokens of the right portal. Every other one changes nothing and gets the same
    `Refused(403, "forged")`; the only calls it can cause go to a trusted server.

    `member_id` is the setting `BITRIX_MEMBER_ID`; empty means the first portal ever accepted. `trusted` extends the
    list of authorisation servers.
    """

    def __init__(
        self,
        store: Store,
        server: Server,
        clock: Clock,
        is_admin: IsAdmin,
        member_id: str = "",
        trusted: Sequence[str] = (),
    ) -> None:
        self._store = store
        self._server = server
        self._clock = clock
        self._is_admin = is_admin
        self._member_id = member_id
        self._trusted = trusted

    def install(self, install: Install) -> Tokens:
        """Prove an install and store its tokens.

        Raises `Refused(403, "forged")`; `SideDown` or `TryLater` when the proof or the store is out of reach.
        """
        base = auth_base(install.server_endpoint, install.domain, self._trusted)
        expected = self._member_id or tokens.first_member(self._store)
        if base is None or (expected and not same(install.member_id, expected)):
            raise Refused(403, "forged")
        grant = self._proven(base, install)
        if not self._is_admin(grant):
            # Anyone who opens the page of an application gets tokens of it; only an administrator's bind and create.
            raise Refused(403, "forged")
        return self._accepted(base, install, grant)

    def uninstall(self, event: Event) -> None:
        """Forget the tokens of a portal that removed us; its application token is the only proof (facts §1.4).

        Raises `Refused` when that token is missing or not the stored one.
        """
        found = tokens.read(self._store, event.member_id)
        verify(event, [found[0].application_token] if found else [], self._member_id)
        tokens.change(self._store, event.member_id, _removed)
        counted("application_removed", member_id=event.member_id)

    def _proven(self, base: str, install: Install) -> Grant:
        try:
            grant = self._server.refresh(base, install.refresh_token)
        except SideDown as error:
            if not error.certain:
                raise
            raise Refused(403, "forged") from None
        if not same(grant.member_id, install.member_id):
            raise Refused(403, "forged")
        return grant

    def _accepted(self, base: str, install: Install, grant: Grant) -> Tokens:
        before = tokens.read(self._store, grant.member_id)
        accepted = tokens.granted(
            Tokens(
                member_id=grant.member_id,
                auth_base=base,
                client_endpoint="",
                access_token="",
                refresh_token="",
                expires_at=self._clock.now(),
                # The page of an older portal comes without it: the event of the same install brings it.
                application_token=install.application_token or (before[0].application_token if before else ""),
                user_id=grant.user_id,
            ),
            grant,
            self._clock.now(),
        )
        first = self._member_id or tokens.first_member(self._store)
        try:
            tokens.install(self._store, accepted, is_first=not first)
        except AlreadyThere:
            # The page and the event of one install may come together; another portal may not.
            if tokens.first_member(self._store) != accepted.member_id:
                raise Refused(403, "forged") from None
            tokens.install(self._store, accepted, is_first=False)
        info("application_installed", member_id=accepted.member_id, flow=install.flow)
        return accepted


def _removed(found: Tokens) -> Tokens:
    return replace(found, access_token="", refresh_token="", application_token="", state=UNINSTALLED, lease_until=None)


class AdminCheck:
    """`IsAdmin` by asking the portal, at the address that the authorisation server gave."""

    def __init__(self, http: httpx.Client, limiter: Limiter, clock: Clock) -> None:
        self._http = http
        self._limiter = limiter
        self._clock = clock

    def __call__(self, grant: Grant) -> bool:
        """Raises what any call raises."""
        client = BitrixClient(_GrantAccess(grant), self._http, self._limiter, self._clock)
        profile = client.call("profile").result
        return isinstance(profile, dict) and profile.get("ADMIN") is True


class _GrantAccess:
    """Access with tokens that are not stored yet."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant

    def base_url(self) -> str:
        return self._grant.client_endpoint

    def credentials(self) -> Mapping[str, str]:
        return {"auth": self._grant.access_token}

    def renewed(self, _used: Mapping[str, str], /) -> bool:
        return False

    def moved(self, base: str) -> None:
        self._grant = replace(self._grant, client_endpoint=base)
