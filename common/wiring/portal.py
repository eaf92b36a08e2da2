"""Bitrix24: how we call it, whom it is, who is told through it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from common.errors import Refused, TryLater
from common.model.ids import PortalKey, UserId
from common.wiring.flow import Flow

if TYPE_CHECKING:
    import httpx

    from common.bitrix.access import Access
    from common.bitrix.book import TokenBook
    from common.bitrix.client import BitrixClient
    from common.bitrix.crm import PortalCrm
    from common.bitrix.install import Installer
    from common.bitrix.looks import PortalLook
    from common.bitrix.oauth import AuthServer
    from common.flow.limiter import PortalLimiter
    from common.flow.telling import Telling
    from common.ports import Notifier

NOT_INSTALLED = "not_installed"

PORTAL = "portal"
"""The name of the portal's breaker."""


class Portal(Flow):
    """Bitrix24: how we call it, whom it is, who is told through it."""

    @cached_property
    def token_book(self) -> TokenBook:
        from common.bitrix.book import TokenBook

        events = self.settings.events
        given = [token.reveal() for token in events.application_tokens]
        return TokenBook(self.store, self.clock, events.member_id, given)

    @cached_property
    def portal(self) -> PortalKey:
        """The portal's key in marks: its member_id; with a webhook and no setting, its host, kept since first use.

        Raises TryLater `not_installed` before the application's first install.
        """
        from common.bitrix import tokens

        configured = self.settings.events.member_id
        if configured:
            return PortalKey(configured)
        webhook = self.settings.bitrix.webhook_url
        found = tokens.first_member(self.store)
        if not found and webhook is not None:
            found = self._first_host(urlsplit(webhook.reveal()).netloc)
        if not found:
            raise TryLater(NOT_INSTALLED, 60)
        return PortalKey(found)

    def _first_host(self, host: str) -> str:
        """Kept, because a renamed portal must keep its marks."""
        from common.errors import AlreadyThere
        from common.ports import ABSENT, Write

        try:
            self.store.write(Write("config", "portal", {"host": host}, ABSENT))
        except AlreadyThere:
            kept = self.store.get("config", "portal")
            return str(kept.data["host"]) if kept else host
        return host

    @cached_property
    def http(self) -> httpx.Client:
        from common.bitrix.client import new_http

        return self._new_http() if self._new_http else new_http()

    @cached_property
    def limiter(self) -> PortalLimiter:
        from common.flow.bucket import Shape
        from common.flow.limiter import PortalLimiter

        bitrix = self.settings.bitrix
        shape = Shape(bitrix.requests_per_second, bitrix.burst)
        # Bulk work gives up late: what it holds (forty contents read from 1C) is dearer than its waiting.
        return PortalLimiter(self.store, self.clock, "portal", shape, bulk_patience=60.0)

    @cached_property
    def auth_server(self) -> AuthServer:
        from common.bitrix.oauth import AuthServer

        bitrix = self.settings.bitrix
        if bitrix.client_secret is None:
            raise Refused(403, "forged")
        return AuthServer(self.http, bitrix.client_id, bitrix.client_secret.reveal())

    @cached_property
    def access(self) -> Access:
        webhook = self.settings.bitrix.webhook_url
        if webhook is not None:
            from common.bitrix.access import WebhookAccess

            return WebhookAccess(webhook.reveal(), self.store)
        from common.bitrix.oauth import OAuthAccess

        return OAuthAccess(self.store, self.auth_server, self.clock, self.portal)

    @cached_property
    def bitrix(self) -> BitrixClient:
        from common.bitrix.client import BitrixClient

        return BitrixClient(self.access, self.http, self.limiter, self.clock)

    @cached_property
    def portal_look(self) -> PortalLook:
        from common.bitrix.looks import PortalLook

        return PortalLook(self.bitrix)

    @cached_property
    def crm(self) -> PortalCrm:
        from common.bitrix.crm import PortalCrm
        from common.bitrix.dictionaries import Dictionaries

        return PortalCrm(self.bitrix, Dictionaries(self.bitrix, self.store, self.clock, self.portal))

    @cached_property
    def installer(self) -> Installer:
        from common.bitrix.install import AdminCheck, Installer

        is_admin = AdminCheck(self.http, self.limiter, self.clock)
        member = self.settings.events.member_id
        return Installer(self.store, self.auth_server, self.clock, is_admin, member, self.settings.bitrix.auth_hosts)

    @cached_property
    def telling(self) -> Telling:
        from common.flow.notices import Notices
        from common.flow.telling import Telling

        people = self.settings.people
        return Telling(
            notices=Notices(self.store, self.clock, self.ids, self.settings.site.language),
            notifier=self._notifier,
            works_here=lambda user: self._reachable().crm.is_active(UserId(user)),
            accountants=people.accountants,
            admins=people.admins,
            clock=self.clock,
        )

    def _notifier(self) -> Notifier:
        """Made when there is something to say: most rounds of the watch say nothing and make no request."""
        from common.bitrix.notify import PortalNotifier

        return PortalNotifier(self._reachable().bitrix)

    def _reachable(self) -> Portal:
        """Raises TryLater while the portal is left alone: a notice tried every minute would wear out dead tokens."""
        if self.breakers.is_open(PORTAL):
            raise TryLater("portal_left_alone")
        return self

    def portal_is_back(self) -> None:
        """An install has just worked: what was left alone goes on now, without waiting for a probe."""
        breaker = self.breakers.closed(PORTAL)
        if breaker is not None:
            self.telling.side_closed(breaker, 0)

    def _portal_url(self) -> str:
        """For links; while the application is removed, its last one. Raises TryLater before the first install."""
        from common.bitrix import tokens

        if self.settings.bitrix.webhook_url is not None:
            base = self.access.base_url()
        else:
            found = tokens.read(self.store, self.portal)
            if found is None:
                raise TryLater(NOT_INSTALLED, 60)
            base = found[0].client_endpoint
        parts = urlsplit(base)
        return f"{parts.scheme}://{parts.netloc}"
