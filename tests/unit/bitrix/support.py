"""A portal, our side of it, and what tests need to see of both."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from common.bitrix.access import Access, WebhookAccess
from common.bitrix.client import BitrixClient
from common.bitrix.crm import PortalCrm
from common.bitrix.dictionaries import Dictionaries
from common.errors import TryLater
from common.model.ids import DealId, PortalKey
from common.ports import Traffic
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.simulators.bitrix24.access import Application
from tests.simulators.bitrix24.actions import Person
from tests.simulators.bitrix24.portal import Portal
from tests.simulators.web import transport

SECRET = "wh00ksecret00wh00k"
SCOPES = ("crm", "im", "user")
CLIENT = ("local.0123456789abcdef", "clientsecretclientsecret")
INSTALL_URL = "https://hub.example.ru/bitrix-app-installed"


class Limits:
    """A limiter that only remembers; a closed method is refused until its time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.taken: list[tuple[Traffic, str]] = []
        self.full = 0
        self.closed: dict[str, datetime] = {}

    def acquire(self, traffic: Traffic, *methods: str, wanted: int = 1) -> None:
        with self._lock:
            self.taken.append((traffic, " ".join(methods)))
        if any(method in self.closed and self.closed[method] > self._now() for method in methods):
            raise TryLater("method_closed")

    def exceeded(self) -> None:
        self.full += 1

    def close_method(self, method: str, until: datetime) -> None:
        self.closed[method] = until


@dataclass
class Stand:
    """One portal and one client of it. `hits` counts HTTP requests since the last look.

    Each of `afterwards` is done once, after an answer: what people do between two of our requests.
    """

    clock: ManualClock = field(default_factory=ManualClock)
    portal: Portal = field(init=False)
    store: MemoryStore = field(init=False)
    limits: Limits = field(init=False)
    http: httpx.Client = field(init=False)
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    _seen: int = 0

    def __post_init__(self) -> None:
        self.portal = Portal(self.clock.now, self.clock.sleep)
        self.store = MemoryStore(self.clock.now)
        self.limits = Limits(self.clock.now)
        self.http = httpx.Client(transport=transport(self.portal), event_hooks={"response": [self._answered]})

    @property
    def person(self) -> Person:
        return Person(self.portal)

    def hits(self) -> int:
        """Requests since this was last asked."""
        new = self.portal.hits - self._seen
        self._seen = self.portal.hits
        return new

    def _answered(self, response: httpx.Response) -> None:
        if self.afterwards:
            self.afterwards.pop(0)()

    def webhook(self, *scopes: str) -> WebhookAccess:
        """Access through an incoming webhook of the administrator."""
        return WebhookAccess(self.portal.add_webhook(1, SECRET, scopes or SCOPES), self.store)

    def client(self, access: Access | None = None, **more: Any) -> BitrixClient:
        return BitrixClient(access or self.webhook(), self.http, self.limits, self.clock, **more)

    def crm(self, client: BitrixClient | None = None) -> PortalCrm:
        """The CRM with warm dictionaries."""
        client = client or self.client()
        dictionaries = Dictionaries(client, self.store, self.clock, PortalKey(self.portal.member_id))
        dictionaries.stages()
        self.hits()
        return PortalCrm(client, dictionaries)

    def application(self, interface: bool = False) -> Application:
        return self.portal.add_application(*CLIENT, SCOPES, INSTALL_URL, interface=interface)


def party(person: Person, title: str = "ООО Ромашка", inn: str = "7707083893", **fields: Any) -> tuple[int, int]:
    """A company with a requisite and its legal address: their ids."""
    company = person.add_company(title)
    requisite = person.add_requisite(company, RQ_COMPANY_NAME=title, RQ_INN=inn, RQ_KPP="770701001", **fields)
    person.add_address(requisite, POSTAL_CODE="101000", CITY="Москва", ADDRESS_1="Мясницкая 1")
    return company, requisite


def rows(count: int) -> list[dict[str, Any]]:
    """Product rows, numbered."""
    made = [{"productName": f"Услуга {n}", "price": 100 + n, "quantity": 1, "taxRate": 20} for n in range(count)]
    return [{**row, "taxIncluded": "Y", "measureCode": 796, "measureName": "шт"} for row in made]


def deal_with_everything(stand: Stand, count: int = 2) -> DealId:
    """A deal with a client, our own company, a link and product rows."""
    person = stand.person
    company, requisite = party(person)
    _, own = party(person, "ООО Мы", "7736050003", NAME="Мы")
    deal = person.add_deal("Сопровождение", COMPANY_ID=company, ASSIGNED_BY_ID=1)
    person.set_rows(deal, rows(count))
    person.link_requisites(deal, requisite, own_requisite=own)
    return DealId(deal)
