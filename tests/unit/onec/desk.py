"""An accountant's desk for tests: a simulated base with data, our accounting over it, and an act to write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from common.model.acts import Act, ActLine, VatValue
from common.model.ids import BaseName, Ref
from common.onec.accounting import OnecAccounting
from common.onec.configurations import profile, profiles
from common.onec.dictionaries import Dictionaries
from common.onec.digest import refresh_digest
from common.onec.odata.client import ODataClient
from common.onec.profile import Profile
from common.store.sqlite import SqliteStore
from tests.clock import ManualClock
from tests.simulators.onec import Infobase, seed
from tests.simulators.onec.references import Seeded
from tests.simulators.web import transport

BASE = BaseName("main")
PRODUCTS = ("bp30", "ut11", "erp2", "unf30")
PROFILES = tuple(found for product in PRODUCTS for found in profiles(product))
DAY = date(2026, 1, 30)
WEB = "https://1c.test/main"


@dataclass
class Desk:
    """Everything one test needs of one base."""

    base: Infobase
    clock: ManualClock
    store: SqliteStore
    http: httpx.Client
    client: ODataClient
    dictionaries: Dictionaries
    books: OnecAccounting
    profile: Profile

    @property
    def refs(self) -> Seeded:
        return self.base.refs

    def hits(self, work: Callable[[], Any]) -> int:
        """How many requests the work costs."""
        before = self.base.hits
        work()
        return self.base.hits - before

    def documents(self) -> int:
        """How many documents of the profile the base has."""
        return len(self.base.documents(self.profile.entity))

    def again(self) -> Desk:
        """The same base seen from a fresh process: nothing remembered, the store as it was."""
        dictionaries = Dictionaries(BASE, self.store, self.clock)
        books = OnecAccounting(self.client, self.profile, dictionaries, self.store, self.clock, WEB)
        return replace(self, dictionaries=dictionaries, books=books)


def open_desk(profile_id: str, folder: Path, digest: bool = True, **options: Any) -> Desk:
    """A base of the profile's product with seeded data, and its digest read."""
    found, clock = profile(profile_id), ManualClock()
    base = Infobase(found.product, clock.now, clock.sleep, **options)
    seed(base)
    store = SqliteStore(str(folder / "store.sqlite"), clock.now, durable=False)
    http = httpx.Client(transport=transport(base))
    client = ODataClient(BASE, f"http://1c.test{base.path}", "Обмен", "пароль", http, clock)
    if digest:
        refresh_digest(client, store, clock, found.product)
    dictionaries = Dictionaries(BASE, store, clock)
    books = OnecAccounting(client, found, dictionaries, store, clock, WEB)
    return Desk(base, clock, store, http, client, dictionaries, books, found)


def choices(desk: Desk) -> dict[str, str]:
    """A rule's defaults: the keys of seeded objects for every name the profile knows and the base has."""
    refs = desk.refs
    known = {
        "department": refs.department,
        "manager": refs.manager,
        "bank_account": refs.bank_account,
        "income_account": refs.accounts.get("90.01.1", ""),
        "expense_account": refs.accounts.get("90.02.1", ""),
        "vat_account": refs.accounts.get("90.03", ""),
        "settlement_account": refs.accounts.get("62.01", ""),
        "advance_account": refs.accounts.get("62.02", ""),
        "income_item_group": refs.item_group,
        "cost_account": refs.accounts.get("20.01", ""),
        "cost_department": refs.department,
        "item_group": refs.item_group,
        "income_article": refs.income_article,
        "income_analytics": refs.activity,
        "business_direction": refs.activity,
        "warehouse": refs.warehouse,
    }
    return {name: known[name] for name in desk.books.needs.known_defaults if known.get(name)}


def line(desk: Desk, **changes: Any) -> ActLine:
    """40 hours at 3050, 22 % VAT included: 122 000, of it 22 000 VAT."""
    needs, refs = desk.books.needs, desk.refs
    found = ActLine(
        item=Ref(next(iter(refs.items.values()))) if needs.item else Ref(""),
        text="Разработка модуля интеграции, 40 ч",
        quantity=Decimal("40.000"),
        price=Decimal("3050.00"),
        amount=Decimal("122000.00"),
        vat=VatValue(Decimal(22), refs.vat["НДС22"]),
        vat_amount=Decimal("22000.00"),
        total=Decimal("122000.00"),
        unit=Ref(refs.units["356"]) if needs.unit else None,
    )
    return replace(found, **changes)


def act(desk: Desk, deal: int = 12, **changes: Any) -> Act:
    """A draft act over the seeded data, with every default the base can serve."""
    refs = desk.refs
    token = f"[b24:portal/{deal}/services]"
    picked = {name: Ref(key) for name, key in choices(desk).items()}
    found = Act(
        base=BASE,
        ref=Ref(str(uuid5(NAMESPACE_URL, token))),
        token=token,
        comment=f"Сделка Битрикс24 № {deal} {token}\nhttps://portal/crm/deal/details/{deal}/",
        day=DAY,
        organisation=Ref(refs.organisation),
        counterparty=Ref(refs.counterparty),
        partner=Ref(refs.partner) if refs.partner else None,
        contract=Ref(refs.contract),
        agreement=Ref(refs.agreement) if refs.agreement else None,
        currency=Ref(refs.currencies["643"]),
        currency_code="643",
        settlement_currency=Ref(refs.currencies["643"]),
        rate=Decimal(1),
        multiplicity=1,
        vat_included=True,
        without_vat=False,
        lines=(line(desk),),
        total=Decimal("122000.00"),
        refs=picked,
        line_refs=picked,
    )
    return replace(found, **changes)
