"""A company to play with: its portal, its four 1C bases and its deals, all simulated, on the port of the functions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from common.settings import Settings
from common.wiring import Services
from infra.local.papers import Papers, papers_of
from tests.simulators.bitrix24 import Person, Portal
from tests.simulators.bitrix24.access import Application as PortalApplication
from tests.simulators.onec import Infobase, Party, Publications, seed
from tests.simulators.onec.seeding import OUR, inn
from tests.simulators.web import Application
from tests.stand import PRODUCTS, rule_of

CLIENT_ID, CLIENT_SECRET = "local.demo.12345678", "demosecretdemosecretdemosecret"
MANAGER, ACCOUNTANT, ADMIN = 2, 3, 1
TITLES = {"main": "Accounting 3.0", "trade": "Trade 11", "plant": "ERP 2", "small": "Small Business"}
CLIENTS = {
    "main": Party("ООО Василёк", inn("780234567"), "780201001"),
    "trade": Party("АО Северный путь", inn("519012345"), "519001001"),
    "plant": Party("ООО Турбина", inn("665812345"), "665801001"),
    "small": Party("ИП Соколова Анна Петровна", inn("5001007322"), ""),
}
ITEMS = ("Техническая поддержка", "Разработка модуля интеграции", "Настройка обмена")


@dataclass
class Demo:
    """The simulated outside, and settings that point at it."""

    url: str
    portal: Portal
    application: PortalApplication
    bases: dict[str, Infobase]
    person: Person
    requisites: dict[str, int]
    companies: dict[str, int]
    papers: Papers
    webhook: str = ""
    """An incoming webhook of the administrator, to play with by hand."""

    def mounted(self) -> dict[str, Application]:
        """What answers under which first segment of a path."""
        onec = Publications(self.bases.values())
        portal: dict[str, Application] = dict.fromkeys(("rest", "oauth", "authserver"), self.portal)
        return {**portal, **dict.fromkeys(self.bases, onec), "dm": self.papers.dm}

    def environ(self, folder: str) -> dict[str, str]:
        """The settings a real installation would give by hand."""
        environ = {
            "STORE_URL": f"sqlite:///{folder}/demo-store.sqlite",
            "QUEUE_URL": f"sqlite:///{folder}/demo-queue.sqlite",
            "BITRIX_CLIENT_ID": CLIENT_ID,
            "BITRIX_CLIENT_SECRET": CLIENT_SECRET,
            "BITRIX_AUTH_HOSTS": self.portal.server_endpoint.removesuffix("/rest/"),
            "ONEC_BASES": ",".join(self.bases),
            "ADMIN_USER_IDS": str(ADMIN),
            "ACCOUNTANT_USER_IDS": str(ACCOUNTANT),
            "PUBLIC_BASE_URL": self.url,
        }
        return environ | dict(self._base_settings()) | self.papers.settings(self.url)

    def _base_settings(self) -> Iterator[tuple[str, str]]:
        for name in self.bases:
            prefix = f"ONEC_{name.upper()}"
            yield f"{prefix}_URL", f"{self.url}/{name}"
            yield f"{prefix}_USER", "Обмен"
            yield f"{prefix}_PASSWORD", "пароль"
            yield f"{prefix}_CONFIGURATION", PRODUCTS[name]
            yield f"{prefix}_TIME_ZONE", "Europe/Moscow"

    def rules(self) -> dict[str, Any]:
        """One rule per base and funnel, and the nomenclature of all."""
        rules = [rule_of(name, base.refs) | {"name": f"Акты, {TITLES[name]}"} for name, base in self.bases.items()]
        tables = {"nomenclature": [["*", f"name:{item}", item, ""] for item in ITEMS]}
        return {"acts": rules, "documents": [self.papers.mapping()], "tables": tables}

    def deal(self, base: str, title: str, *rows: tuple[str, float, float], company: str = "") -> int:
        """A deal with rows (name, quantity, price with VAT) in the funnel of a base."""
        client = company or base
        category = list(self.bases).index(base) + 1
        fields = {"COMPANY_ID": self.companies[client], "ASSIGNED_BY_ID": MANAGER, "CATEGORY_ID": category}
        deal = self.person.add_deal(title, CURRENCY_ID="RUB", **fields)
        self.person.set_rows(deal, [_row(*row) for row in rows])
        self.person.link_requisites(deal, requisite=self.requisites[client])
        return deal

    def reach(self, deal: int, base: str) -> None:
        """The manager drags the deal to its stage "Act"."""
        self.person.move_deal(deal, f"C{list(self.bases).index(base) + 1}:DONE")

    def client(self, key: str, party: Party) -> None:
        """A client's company with requisite and legal address."""
        company = self.person.add_company(party.name)
        preset = 1 if party.kpp else 2
        fields: dict[str, Any] = {"RQ_INN": party.inn, "RQ_KPP": party.kpp, "RQ_COMPANY_NAME": party.name}
        requisite = self.person.add_requisite(company, preset, **fields)
        self.person.add_address(requisite, ADDRESS_1="ул. Мира, 1", CITY="Москва", COUNTRY="Россия")
        self.companies[key], self.requisites[key] = company, requisite


def company_at(url: str) -> Demo:
    """The demo company, its portal and bases answering below this address."""
    bases = {
        name: Infobase(product, _now, time.sleep, {"Обмен": "пароль"}, path=f"/{name}/odata/standard.odata")
        for name, product in PRODUCTS.items()
    }
    for name, base in bases.items():
        seed(base, OUR, CLIENTS[name])
    portal = Portal(_now, time.sleep, "demo.bitrix24.ru")
    portal.at(url)
    portal.add_user("Мария", "Менеджер", "manager@example.ru")
    portal.add_user("Ольга", "Бухгалтер", "accountant@example.ru")
    for number, title in enumerate(TITLES.values(), 1):
        portal.crm.add_category(number, f"Услуги → {title}")
        portal.crm.add_status(f"DEAL_STAGE_{number}", f"C{number}:DONE", "Акт", 45, None, "", number)
    scopes = ["crm", "im", "user", "user_basic", "catalog", "disk", "bizproc"]
    application = portal.add_application(
        CLIENT_ID, CLIENT_SECRET, scopes, f"{url}/bitrix-app-installed", interface=True
    )
    webhook = portal.add_webhook(ADMIN, "playwithme", scopes)
    papers = papers_of(portal, url, MANAGER)
    demo = Demo(url, portal, application, bases, Person(portal, MANAGER), {}, {}, papers, webhook)
    for key, party in CLIENTS.items():
        demo.client(key, party)
    return demo


def services_for(demo: Demo, folder: str) -> Services:
    """Services over the demo's settings."""
    environ = demo.environ(folder)
    return Services(Settings.read(environ))


def _row(name: str, quantity: float, price: float) -> dict[str, Any]:
    named = {"productName": name, "quantity": quantity, "price": price, "taxRate": 22, "taxIncluded": "Y"}
    return {**named, "measureCode": 356, "measureName": "ч"}


def _now() -> datetime:
    return datetime.now(UTC)
