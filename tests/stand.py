"""The whole house in one process and in virtual time: a portal, four 1C bases, all functions, store and queue.

Everything is real except the sockets: requests reach the simulators through httpx transports, tasks reach the functions
through the embedded queue's own dispatcher. Time moves when the stand lets it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from common.flow.journal import Entry
from common.model.ids import BaseName
from common.ports import Store
from common.queue.dispatcher import Dispatcher
from common.queue.sqlite import SqliteQueue
from common.settings import Settings
from common.wiring import Services, use
from infra.local import collection
from tests.clock import ManualClock
from tests.simulators.bitrix24 import Person, Portal
from tests.simulators.onec import Infobase, Publications, Seeded, Switches, seed
from tests.simulators.onec.seeding import CLIENT, OUR
from tests.simulators.web import transport

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PORTAL_HOST = "example.bitrix24.ru"
ONEC_HOST = "1c.example.ru"
SITE = "https://exchange.example.ru"
TOKEN = "51856fefc120afa4b628cc82d3935cce"
MEMBER = "a223c6b3710f85df22e9377d6c4f7553"
PRODUCTS = {"main": "bp30", "trade": "ut11", "plant": "erp2", "small": "unf30"}
PROFILES = {
    "main": "bp30.sale_act",
    "trade": "ut11.completed_work",
    "plant": "erp2.completed_work",
    "small": "unf30.completed_work",
}
STAGES = {"main": "C1:DONE", "trade": "C2:DONE", "plant": "C3:DONE", "small": "C4:DONE"}
MANAGER, ACCOUNTANT, ADMIN = 5, 7, 1
ITEM = "Техническая поддержка"


class Stand:
    """One portal and its bases, with deals ready to reach their stage."""

    dispatcher: Dispatcher

    def __init__(
        self,
        folder: str,
        bases: Sequence[str] = ("main",),
        store: Callable[[ManualClock], Store] | None = None,
        switches: Switches | None = None,
        rules: Mapping[str, Mapping[str, Any]] | None = None,
        intensity: tuple[int, float] | None = None,
        start: datetime = START,
    ) -> None:
        self.clock = ManualClock(start)
        self.portal = self._portal(intensity)
        self.bases = {name: self._base(name, switches) for name in bases}
        self.refs: dict[str, Seeded] = {name: seed(base) for name, base in self.bases.items()}
        self.folder = folder
        self._make_store = store
        self._numbers = itertools.count(1)
        self.gate: Callable[[httpx.Request], None] = lambda _: None
        self.services = self.restarted()
        self.person = Person(self.portal, MANAGER)
        self.company, self.requisite = self._client()
        self._rules(rules or {})
        self._join()
        self.services.refresh_digests()

    # -- the house ---------------------------------------------------------------------------------------------------

    def restarted(self) -> Services:
        """A new process over the same store and queue: nothing in memory survives."""
        self.services = Services(
            Settings.read(self._environ(), ()),
            self.clock,
            lambda: f"id-{next(self._numbers):06d}",
            lambda: httpx.Client(transport=self._transport()),
        )
        if self._make_store is not None:
            self.services.__dict__["store"] = self._make_store(self.clock)
        use(self.services)
        queue = self.services.queue
        if isinstance(queue, SqliteQueue):
            self.dispatcher = Dispatcher(queue, collection.process, self.clock.now, lambda _: 300.0)
        return self.services

    def quiet(self, seconds: float = 60.0) -> None:
        """Deliver events and dispatch tasks, in turn, until nothing moves for so many (virtual) seconds."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while True:
            delivered = len(self.portal.deliver(self.deliver))
            dispatched = self._dispatched(until)
            if not delivered and not dispatched:
                return
            until = max(until, self.clock.now())

    def _dispatched(self, until: datetime) -> int:
        """Tasks that are due by then reach their functions; how many."""
        return self.dispatcher.run_until_quiet(self._advance_to, until)

    def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """An event reaches the function its address names."""
        function = urlsplit(url).path.strip("/").replace("-", "_")
        return collection.call(function, "receive", body, headers)[0]

    def job(self, name: str) -> int:
        """The scheduler fires a job; the status of its answer."""
        return collection.call(name, "run")[0]

    def due(self, name: str) -> None:
        """A job's time has come: the scheduler fires it unless it is paused."""
        if not self.services.job_switches.is_paused(name):
            self.job(name)

    def minutes(self, number: int) -> None:
        """Let time pass as it does in service: the watch every minute, the sweep every five."""
        for minute in range(1, number + 1):
            self.clock.advance(60)
            self.due("exchange_watch")
            if minute % 5 == 0:
                self.due("deal_sweep")
            self.quiet(0)

    # -- people ------------------------------------------------------------------------------------------------------

    def deal(self, base: str = "main", price: float = 12200, quantity: float = 1, **fields: Any) -> int:
        """A deal with one row, in the first stage of the funnel of that base."""
        category = int(STAGES[base][1])
        named = {"COMPANY_ID": self.company, "ASSIGNED_BY_ID": MANAGER, "CATEGORY_ID": category, "CURRENCY_ID": "RUB"}
        deal = self.person.add_deal("Поддержка", **{**named, **fields})
        self.person.set_rows(deal, [self.row(price, quantity)])
        self.person.link_requisites(deal, requisite=self.requisite)
        return deal

    @staticmethod
    def row(price: float, quantity: float = 1, **fields: Any) -> dict[str, Any]:
        named = {"productName": ITEM, "price": price, "quantity": quantity, "taxRate": 22, "taxIncluded": "Y"}
        return {**named, "measureCode": 356, "measureName": "ч", **fields}

    def reach(self, deal: int, base: str = "main") -> None:
        """The manager drags the deal to the stage of its rule."""
        self.person.move_deal(deal, STAGES[base])

    # -- what came of it ---------------------------------------------------------------------------------------------

    def acts(self, base: str = "main") -> list[dict[str, Any]]:
        """The acts in a base, as stored."""
        entity = collection_entity(base)
        return self.bases[base].documents(entity)

    def effects(self, base: str = "main") -> list[str]:
        """What was really changed in the base, in order."""
        return [f"{effect.kind} {effect.entity}" for effect in self.bases[base].effects]

    def told(self) -> list[tuple[int, str]]:
        """Who was told what."""
        return [(int(one["USER_ID"]), str(one["MESSAGE"])) for one in self.portal.notifications.values()]

    def reasons(self) -> list[str]:
        """Why records wait."""
        return [stop.reason for one in self.services.waiting.of_exchange("acts") for stop in one.stops]

    def journal(self, deal: int) -> list[Entry]:
        return list(reversed(self.services.journal.of_source(f"deal:{deal}")))

    def _join(self) -> None:
        """The portal gets to know us."""
        self.services.equip_portal()

    # -- how it is made ----------------------------------------------------------------------------------------------

    def _portal(self, intensity: tuple[int, float] | None) -> Portal:
        portal = Portal(
            self.clock.now, self.clock.sleep, PORTAL_HOST, member_id=MEMBER, intensity=intensity, operating_limit=None
        )
        portal.at(f"https://{PORTAL_HOST}")
        while ACCOUNTANT not in portal.users:
            portal.add_user("Имя", "Фамилия", f"u{len(portal.users)}@example.ru")
        for number in range(1, 5):
            portal.crm.add_category(number, f"Воронка {number}")
            portal.crm.add_status(f"DEAL_STAGE_{number}", f"C{number}:DONE", "Акт", 45, None, "", number)
        self.webhook = portal.add_webhook(ADMIN, "secretsecretsecret", ["crm", "im", "user", "catalog"])
        events = ["ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMREQUISITEADD", "ONCRMREQUISITEUPDATE", "ONCRMCOMPANYUPDATE"]
        portal.add_outgoing_webhook(f"{SITE}/bitrix-deal-changed", [*events, "ONCRMADDRESSREGISTER"], TOKEN)
        return portal

    def _base(self, name: str, switches: Switches | None) -> Infobase:
        product = PRODUCTS[name]
        path = f"/{name}/odata/standard.odata"
        return Infobase(product, self.clock.now, self.clock.sleep, {"Обмен": "пароль"}, switches=switches, path=path)

    def _client(self) -> tuple[int, int]:
        company = self.person.add_company(CLIENT.name)
        fields: dict[str, Any] = {"RQ_INN": CLIENT.inn, "RQ_KPP": CLIENT.kpp, "RQ_COMPANY_NAME": CLIENT.name}
        requisite = self.person.add_requisite(company, **fields)
        self.person.add_address(requisite, ADDRESS_1="Невский 1", CITY="Санкт-Петербург", COUNTRY="Россия")
        self.portal.deliver(lambda *_: 200)
        return company, requisite

    def _rules(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        rules = [rule_of(name, self.refs[name]) | dict(changes.get(name, {})) for name in self.bases]
        tables = {"nomenclature": [["*", f"name:{ITEM}", ITEM, ""]]}
        self.services.rule_book.import_all({"acts": rules, "tables": tables}, "test")

    def _environ(self) -> dict[str, str]:
        environ = {
            "STORE_URL": f"sqlite:///{self.folder}/store.sqlite",
            "QUEUE_URL": f"sqlite:///{self.folder}/queue.sqlite",
            "BITRIX_WEBHOOK_URL": self.webhook,
            "BITRIX_APPLICATION_TOKEN": TOKEN,
            "BITRIX_MEMBER_ID": MEMBER,
            "ONEC_BASES": ",".join(self.bases),
            "ADMIN_USER_IDS": str(ADMIN),
            "ACCOUNTANT_USER_IDS": str(ACCOUNTANT),
            "PUBLIC_BASE_URL": SITE,
        }
        for name in self.bases:
            prefix = f"ONEC_{name.upper()}"
            environ |= {f"{prefix}_URL": f"https://{ONEC_HOST}/{name}", f"{prefix}_USER": "Обмен"}
            environ |= {f"{prefix}_PASSWORD": "пароль", f"{prefix}_CONFIGURATION": PRODUCTS[name]}
            environ |= {f"{prefix}_TIME_ZONE": "Europe/Moscow"}
        return environ

    def _transport(self) -> httpx.MockTransport:
        portal, onec = transport(self.portal), transport(Publications(list(self.bases.values())))

        def route(request: httpx.Request) -> httpx.Response:
            self.gate(request)
            chosen = onec if request.url.host == ONEC_HOST else portal
            response = chosen.handler(request)
            assert isinstance(response, httpx.Response)
            self.gate(request)
            return response

        return httpx.MockTransport(route)

    def _advance_to(self, moment: datetime) -> None:
        left = (moment - self.clock.now()).total_seconds()
        if left > 0:
            self.clock.advance(left)


def collection_entity(base: str) -> str:
    from common.onec.configurations import profile

    return profile(PROFILES[base]).entity


def rule_of(base: str, refs: Seeded) -> dict[str, Any]:
    """A rule for one base with the defaults its profile requires."""
    from common.onec.configurations import profile

    known = {
        "department": refs.department,
        "income_item_group": refs.item_group,
        "income_account": "90.01.1",
        "expense_account": "90.02.1",
        "vat_account": "90.03",
        "settlement_account": "62.01",
        "advance_account": "62.02",
    }
    required = profile(PROFILES[base]).needs().required_defaults
    return {
        "id": f"services_{base}",
        "name": f"Услуги, {base}",
        "category": int(STAGES[base][1]),
        "stage": STAGES[base],
        "base": BaseName(base),
        "profile": PROFILES[base],
        "organisation": {"inn": OUR.inn, "kpp": OUR.kpp},
        "defaults": {name: known[name] for name in required},
        "since": "2026-11-01T00:00:00+03:00",
    }


@contextmanager
def standing(folder: str, **options: Any) -> Iterator[Stand]:
    """A stand whose services are those of the process until the block ends."""
    try:
        yield Stand(folder, **options)
    finally:
        use(None)
