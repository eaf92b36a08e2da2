"""Events: who is bound, what is queued (facts 3.1-3.4, 10.4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.simulators.bitrix24.access import ACCESS_SECONDS, Application
from tests.simulators.bitrix24.calls import Hit
from tests.simulators.bitrix24.wire import Data, build_query

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal

MOVE = "ONCRMDEALMOVETOCATEGORY"
MAX_DEPTH = 7
# Handlers of these get a refresh token; all others do not (facts 3.2 [S]).
LASTING = {"ONAPPINSTALL", "ONAPPUPDATE", "ONOFFLINEEVENT", "ONAPPTEST"}
WITHOUT_USER = {"ONAPPUNINSTALL"}
_CRM = ("DEAL", "COMPANY", "CONTACT", "REQUISITE", "BANKDETAIL", "ACTIVITY", "TIMELINECOMMENT", "DYNAMICITEM")

CATALOGUE: dict[str, tuple[str, ...]] = {
    "": ("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONAPPTEST", "ONOFFLINEEVENT"),
    "crm": (
        *(f"ONCRM{entity}{act}" for entity in _CRM for act in ("ADD", "UPDATE", "DELETE")),
        MOVE,
        "ONCRMADDRESSREGISTER",
        "ONCRMADDRESSUNREGISTER",
        "ONCRMCURRENCYADD",
        "ONCRMCURRENCYUPDATE",
        "ONCRMCURRENCYDELETE",
    ),
    "task": ("ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE", "ONTASKCOMMENTADD"),
    "user": ("ONUSERADD",),
}


@dataclass(frozen=True)
class Binding:
    """One `event.bind`: `user_id` 0 means the token of the acting user."""

    id: int
    application: Application
    event: str
    handler: str
    user_id: int = 0
    offline: bool = False
    connector: str = ""


@dataclass(frozen=True)
class OutgoingWebhook:
    """A receiver set by hand in the interface (facts 0.1, 3.2)."""

    id: int
    url: str
    events: frozenset[str]
    application_token: str


@dataclass(frozen=True)
class QueuedEvent:
    """An event on its way to one receiver; `spoiled` once a fault was applied, so that it is not applied twice."""

    url: str
    event: str
    handler_id: int
    data: Data
    auth: Data
    ts: int
    due: datetime
    spoiled: bool = False

    def body(self) -> bytes:
        """The form of facts 3.2; all values are strings on the wire."""
        form = {"event": self.event, "event_handler_id": self.handler_id, "data": self.data, "ts": self.ts}
        return build_query({**form, "auth": self.auth}).encode("ascii")


@dataclass
class Events:
    """Bindings and the queue; `history` keeps everything that was ever queued, for inspection."""

    bindings: list[Binding] = field(default_factory=list)
    webhooks: list[OutgoingWebhook] = field(default_factory=list)
    queue: list[QueuedEvent] = field(default_factory=list)
    history: list[QueuedEvent] = field(default_factory=list)
    numbers: int = 0

    def number(self) -> int:
        """The next `event_handler_id`."""
        self.numbers += 1
        return self.numbers

    def purge(self, application: Application) -> int:
        """Drop all handlers of an application, as an update does (facts 1.4)."""
        kept = [binding for binding in self.bindings if binding.application is not application]
        dropped, self.bindings = len(self.bindings) - len(kept), kept
        return dropped


def fire(portal: Portal, hit: Hit, event: str, data: Mapping[str, Any]) -> None:
    """Queue the event for every receiver; a chain of event tokens stops after seven levels (facts 3.1 [S])."""
    if hit.depth >= MAX_DEPTH:
        return
    for binding in portal.events.bindings:
        if binding.event == event and binding.application.installed and not binding.offline:
            _queue(portal, hit, binding.handler, event, binding.id, data, binding)
    for webhook in portal.events.webhooks:
        if event in webhook.events:
            _queue(portal, hit, webhook.url, event, webhook.id, data, webhook)
    portal.offline.collect(portal, hit, event, data)


def fire_fields(portal: Portal, hit: Hit, event: str, **fields: Any) -> None:
    """The common form of CRM events: `data[FIELDS][...]`."""
    fire(portal, hit, event, {"FIELDS": fields})


def base_auth(portal: Portal, application_token: str) -> Data:
    """What every receiver gets; an outgoing webhook gets nothing more."""
    return {
        "domain": portal.domain,
        "client_endpoint": portal.client_endpoint,
        "server_endpoint": portal.server_endpoint,
        "member_id": portal.member_id,
        "application_token": application_token,
    }


def user_auth(portal: Portal, application: Application, user_id: int, event: str, depth: int = 0) -> Data:
    """The auth block with a token of a user (facts 3.2, captured body)."""
    lasting = event in LASTING
    token = portal.access.issue(application, user_id, portal.now(), depth, lasting)
    auth: Data = {"access_token": token.access, "expires": int(token.expires.timestamp()), "expires_in": ACCESS_SECONDS}
    if lasting:
        auth["refresh_token"] = token.refresh
    auth |= {"scope": ",".join(sorted(application.scopes)), "status": application.status, "user_id": user_id}
    return auth | base_auth(portal, application.application_token)


def _queue(
    portal: Portal, hit: Hit, url: str, event: str, number: int, data: Mapping[str, Any],
    receiver: Binding | OutgoingWebhook,
) -> None:  # fmt: skip
    content = json.dumps(data, sort_keys=True, default=str)
    mark = (f"{number}/{url}/{event}", content)
    if mark in hit.seen:
        return
    hit.seen.add(mark)
    now = portal.now()
    auth = _auth(portal, hit, event, receiver)
    queued = QueuedEvent(url, event, number, dict(data), auth, int(now.timestamp()), now)
    portal.events.queue.append(queued)
    portal.events.history.append(queued)
    portal.wake()


def _auth(portal: Portal, hit: Hit, event: str, receiver: Binding | OutgoingWebhook) -> Data:
    if isinstance(receiver, OutgoingWebhook):
        return base_auth(portal, receiver.application_token)
    user_id = receiver.user_id or hit.user_id
    # A change by a robot or a background job has no user; a removed application gets no tokens (facts 3.2, 1.4).
    if hit.user_id is None or not user_id or event in WITHOUT_USER:
        return base_auth(portal, receiver.application.application_token)
    return user_auth(portal, receiver.application, user_id, event, hit.depth + 1)


def known_events(scopes: Iterable[str] | None = None) -> list[str]:
    """Event codes of the given scopes; all of them without scopes."""
    wanted = set(CATALOGUE) if scopes is None else {"", *scopes}
    return [event for scope, codes in CATALOGUE.items() if scope in wanted for event in codes]
