"""One complete deal and what surrounds it; a test replaces the one thing it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from common.exchanges.acts.model import ActRule, OwnCompany, Place, Tables
from common.mapping.defaults import DEFAULT_ROWS
from common.mapping.tables import EVERY_BASE, Row, Table, built
from common.model.acts import Needs
from common.model.deals import Address, Deal, DealFacts, ProductRow, Requisite, RequisiteLink, Stage, StageEntry
from common.model.ids import BaseName, CompanyId, DealId, RequisiteId, RuleId, StageId, UserId

CLIENT_INN, CLIENT_KPP = "7707083893", "773601001"
OWN_INN, OWN_KPP = "7736050003", "772801001"
ENTERED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

PLACE = Place(portal="m1", url="https://example.bitrix24.ru", zone="Europe/Moscow")

NEEDS = Needs(
    item=True,
    unit=False,
    text_limit=1000,
    agreement=False,
    contract=True,
    quantity_scale=3,
    required_defaults=(),
    known_defaults=("department",),
)


def stages() -> dict[StageId, Stage]:
    rows = [("C1:NEW", 10, "P"), ("C1:WORK", 20, "P"), ("C1:DONE", 30, "P"), ("C1:WON", 40, "S"), ("C1:LOSE", 50, "F")]
    rows += [("C2:NEW", 10, "P")]
    return {
        StageId(name): Stage(StageId(name), int(name[1]), name, sort, semantics)  # type: ignore[arg-type]
        for name, sort, semantics in rows
    }


def entry(at: datetime = ENTERED, number: int = 100) -> StageEntry:
    return StageEntry(number, DealId(12), 1, StageId("C1:DONE"), at)


def rule(**changes: object) -> ActRule:
    values: dict[str, object] = {
        "id": RuleId("services"),
        "category": 1,
        "stage": StageId("C1:DONE"),
        "base": BaseName("main"),
        "profile": "bp30.sale_act",
        "organisation": OwnCompany(OWN_INN, OWN_KPP),
    }
    return ActRule(**{**values, **changes})  # type: ignore[arg-type]


def row(
    price: str = "122.00",
    quantity: str = "1",
    rate: str | None = "22",
    included: bool = True,
    exclusive: str | None = None,
    name: str = "Консультация",
    product: int = 0,
) -> ProductRow:
    return ProductRow(
        id=1,
        product_id=product,
        name=name,
        quantity=Decimal(quantity),
        price=Decimal(price),
        price_exclusive=Decimal(exclusive if exclusive is not None else price),
        vat_rate=None if rate is None else Decimal(rate),
        vat_included=included,
        unit_code="796",
        unit_name="шт",
    )


def deal(**changes: object) -> Deal:
    values: dict[str, object] = {
        "id": DealId(12),
        "title": "Сайт",
        "category": 1,
        "stage": StageId("C1:DONE"),
        "semantics": "P",
        "amount": Decimal("122.00"),
        "currency": "RUB",
        "company": CompanyId(7),
        "contact": None,
        "responsible": UserId(5),
        "updated_at": ENTERED,
        "fields": {},
    }
    return Deal(**{**values, **changes})  # type: ignore[arg-type]


def requisite(**changes: object) -> Requisite:
    values: dict[str, object] = {
        "id": RequisiteId(40),
        "owner_kind": "company",
        "owner": 7,
        "name": "ООО Ромашка",
        "full_name": "Общество с ограниченной ответственностью «Ромашка»",
        "inn": CLIENT_INN,
        "kpp": CLIENT_KPP,
        "active": True,
        "country": 1,
    }
    return Requisite(**{**values, **changes})  # type: ignore[arg-type]


def facts(**changes: object) -> DealFacts:
    values: dict[str, object] = {
        "deal": deal(),
        "rows": (row(),),
        "link": RequisiteLink(RequisiteId(40), None),
        "requisites": (requisite(),),
        "own": None,
        "addresses": (Address(RequisiteId(40), 6, "125009, Москва, Тверская 1"),),
        "client_name": "Ромашка",
    }
    return DealFacts(**{**values, **changes})  # type: ignore[arg-type]


def table(name: str, *rows: tuple[str, str]) -> Table:
    own = [Row(EVERY_BASE, key, value) for key, value in rows]
    return built(name, 1, "test", [*DEFAULT_ROWS.get(name, ()), *own])


def tables(**changes: Table) -> Tables:
    values = {
        "nomenclature": table("nomenclature", ("name:Консультация", "Консультация")),
        "units": table("units"),
        "vat": table("vat"),
        "currencies": table("currencies"),
        "counterparties": table("counterparties"),
        "organisations": table("organisations"),
    }
    return Tables(**{**values, **changes})
