"""The OAuth tokens of a portal: one document that no page, export, journal or log reads (design §5).

`secrets/oauth:<member_id>` holds the tokens, `secrets/portal` the member accepted first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from common.bitrix.access import SECRETS
from common.errors import Stale
from common.model import moments
from common.ports import ABSENT, Document, Store, Write

FIRST = "portal"
INSTALLED = "installed"
UNINSTALLED = "uninstalled"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What we know of one installation. Secrets are left out of its text form.

    auth_base         the authorisation server that verified the install, e.g. `https://oauth.bitrix24.tech`
    client_endpoint   where methods are, with a slash at the end; only ever from that server, or after a renaming
    lease_until       until then one process refreshes the tokens, all others wait; None when nobody does
    in_doubt          the answer of the last refresh was lost, so the portal may have rotated the refresh token
    refreshed_at      when the authorisation server last gave tokens; None while it has given none
    """

    member_id: str
    auth_base: str
    client_endpoint: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    application_token: str = field(repr=False)
    user_id: int = 0
    status: str = ""
    state: str = INSTALLED
    lease_until: datetime | None = None
    in_doubt: bool = False
    refreshed_at: datetime | None = None

    @property
    def is_installed(self) -> bool:
        return self.state == INSTALLED


@dataclass(frozen=True, slots=True)
class Grant:
    """What the authorisation server gives for a refresh token (facts bitrix24 §1.3)."""

    member_id: str
    client_endpoint: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime: timedelta
    user_id: int
    status: str


def key(member_id: str) -> str:
    """The key of a portal's tokens."""
    return f"oauth:{member_id}"


def read(store: Store, member_id: str) -> tuple[Tokens, str] | None:
    """The tokens and the version of their document; None when this portal was never installed."""
    document = store.get(SECRETS, key(member_id))
    return (_tokens(document), document.version) if document else None


def write(store: Store, tokens: Tokens, version: str) -> str:
    """Store them if nobody wrote since `version`; the new version. Raises `Stale`."""
    return store.write(Write(SECRETS, key(tokens.member_id), _data(tokens), version))[0]


def change(store: Store, member_id: str, changed: Callable[[Tokens], Tokens | None]) -> Tokens | None:
    """Change the newest tokens, as often as others are faster; what stands there in the end.

    `changed` gives None to leave them as they are.
    """
    while found := read(store, member_id):
        tokens = changed(found[0])
        if tokens is None:
            return found[0]
        try:
            write(store, tokens, found[1])
        except Stale:
            continue
        return tokens
    return None


def first_member(store: Store) -> str:
    """The portal accepted first, "" before any was."""
    document = store.get(SECRETS, FIRST)
    return str(document.data["member_id"]) if document else ""


def install(store: Store, tokens: Tokens, is_first: bool) -> None:
    """Store the tokens of a verified install over whatever stands there.

    Raises `AlreadyThere` when `is_first` and another portal was faster.
    """
    writes = [Write(SECRETS, key(tokens.member_id), _data(tokens))]
    if is_first:
        writes.append(Write(SECRETS, FIRST, {"member_id": tokens.member_id}, ABSENT))
    store.write(*writes)


def granted(tokens: Tokens, grant: Grant, now: datetime) -> Tokens:
    """The tokens after a refresh; whoever refreshed is done."""
    return replace(
        tokens,
        client_endpoint=grant.client_endpoint,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_at=now + grant.lifetime,
        status=grant.status or tokens.status,
        lease_until=None,
        in_doubt=False,
        refreshed_at=now,
    )


def health(store: Store, member_id: str, now: datetime) -> dict[str, int]:
    """How the installation is, in numbers that give away nothing; `member_id` is "" before the first one. One read.

    application_installed   1, or 0 when it was removed or never installed
    oauth_in_doubt          1 when the answer of the last refresh was lost: if the portal rotated the refresh token all
                            the same, the application has to be installed again
    oauth_age_seconds       since the last successful refresh. Tokens are refreshed in use, about hourly; a refresh
                            token that nobody used for 180 days is dead (facts bitrix24 §1.3)
    """
    found = read(store, member_id) if member_id else None
    if found is None or not found[0].is_installed:
        return {"application_installed": 0}
    tokens = found[0]
    numbers = {"application_installed": 1, "oauth_in_doubt": int(tokens.in_doubt)}
    if tokens.refreshed_at is not None:
        numbers["oauth_age_seconds"] = int((now - tokens.refreshed_at).total_seconds())
    return numbers


def _data(tokens: Tokens) -> dict[str, Any]:
    data = asdict(tokens)
    data["expires_at"] = moments.text(tokens.expires_at)
    data["lease_until"] = moments.text(tokens.lease_until) if tokens.lease_until else None
    data["refreshed_at"] = moments.text(tokens.refreshed_at) if tokens.refreshed_at else None
    return data


def _tokens(document: Document) -> Tokens:
    data = dict(document.data)
    data["expires_at"] = moments.parse(data["expires_at"])
    for name in ("lease_until", "refreshed_at"):
        data[name] = moments.parse(data[name]) if data.get(name) else None
    return Tokens(**data)
