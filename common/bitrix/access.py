"""How we may call the portal: where, with what, and where it went when it was renamed (facts bitrix24 §1.1, §1.2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from common.bitrix.wire import is_safe
from common.ports import Store, Write

SECRETS = "secrets"
"""The collection that no page, export, journal or log reads (design §5)."""

_WEBHOOK = re.compile(r"(https?://[^/?#\s]+)(/rest/[0-9]+/[A-Za-z0-9]+)/?")

_CLOUD = re.compile(
    r"[a-z0-9-]+\.bitrix24\.(?:ru|com|by|kz|eu|de|es|fr|it|pl|in|cn|jp|vn|id|mx|co|uk|tech|com\.br|com\.tr)"
)


class Access(Protocol):
    """Leave to call one portal."""

    def base_url(self) -> str:
        """Where methods are, with a slash at the end: `https://portal/rest/` or `https://portal/rest/1/secret/`."""

    def credentials(self) -> Mapping[str, str]:
        """Parameters that prove who we are; empty when the address does."""

    def renewed(self, used: Mapping[str, str], /) -> bool:
        """The portal said that these credentials expired: get newer ones. False if there is nothing to renew."""

    def moved(self, base: str) -> None:
        """The portal was renamed: methods are at this base from now on."""


class WebhookAccess:
    """Access through an incoming webhook. Its address is the secret, so only the new *host* is ever stored."""

    def __init__(self, url: str, store: Store) -> None:
        """Raises ValueError, without the address in its text, when it is not that of an incoming webhook."""
        found = _WEBHOOK.fullmatch(url.strip())
        if not found or not is_safe(url.strip()):
            raise ValueError("not the address of an incoming webhook, e.g. https://portal.bitrix24.ru/rest/1/secret/")
        self._origin, self._path = found.group(1), found.group(2) + "/"
        self._key = "moved:" + hashlib.sha256(url.strip().encode()).hexdigest()[:16]
        self._store = store
        self._is_read = False

    def base_url(self) -> str:
        """The webhook's address, at the portal's newest host."""
        if not self._is_read:
            document = self._store.get(SECRETS, self._key)
            self._origin = str(document.data["origin"]) if document else self._origin
            self._is_read = True
        return self._origin + self._path

    def credentials(self) -> Mapping[str, str]:
        """None: the address is enough."""
        return {}

    def renewed(self, _used: Mapping[str, str], /) -> bool:
        """Never: a webhook does not expire by the hour."""
        return False

    def moved(self, base: str) -> None:
        """Keep the new host for every process; the path, which holds the secret, stays as it was."""
        parts = urlsplit(base)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._store.write(Write(SECRETS, self._key, {"origin": self._origin}))


def moved_base(base: str, url: str, location: str) -> str | None:
    """The portal's new base after `url` (below `base`) answered a redirect to `location`; None if it may not be.

    A redirect makes us send our secrets to another host, so only a renamed portal is followed: the very path we asked
    for, without query, on https, on another host that is a portal of Bitrix24's cloud, where renaming happens. From
    this machine to this machine plain http will do (simulators). Everything else is for a person to judge.
    """
    if not is_safe(location):
        return None
    asked, given = urlsplit(url), urlsplit(location)
    if given.path != asked.path or given.query or given.fragment or given.netloc == asked.netloc:
        return None
    local = asked.scheme == given.scheme == "http"
    if not local and not (_CLOUD.fullmatch(given.hostname or "") and given.port in (None, 443)):
        return None
    return f"{given.scheme}://{given.netloc}{urlsplit(base).path}"
