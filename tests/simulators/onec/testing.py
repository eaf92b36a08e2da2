"""For tests: a base with data in it, and an httpx client that reaches it."""

from __future__ import annotations

import base64
from typing import Any

import httpx

from tests.clock import ManualClock
from tests.simulators.onec.infobase import Infobase
from tests.simulators.onec.references import Seeded
from tests.simulators.onec.seeding import ITEMS, seed
from tests.simulators.onec.values import Json
from tests.simulators.web import transport

ACTS = {
    "bp30": "Document_РеализацияТоваровУслуг",
    "ut11": "Document_АктВыполненныхРабот",
    "erp2": "Document_АктВыполненныхРабот",
    "unf30": "Document_АктВыполненныхРабот",
}


def basic(user: str = "Обмен", password: str = "пароль", encoding: str = "utf-8") -> dict[str, str]:
    """The header of a login."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode(encoding)).decode()}


def connect(base: Infobase, **headers: str) -> httpx.Client:
    """A client of a base without sockets, asking for JSON."""
    known = {"Accept": "application/json", **basic(), **headers}
    return httpx.Client(base_url=f"http://1c.test{base.path}", transport=transport(base), headers=known)


def open_base(product: str = "bp30", clock: ManualClock | None = None, **options: Any) -> tuple[Infobase, httpx.Client]:
    """A base with the data of `seed` and a client of it."""
    time = clock or ManualClock()
    base = Infobase(product, time.now, time.sleep, **options)
    seed(base)
    return base, connect(base)


def bp_act(refs: Seeded, **fields: Json) -> dict[str, Json]:
    """A body of an act of Бухгалтерия over the seeded data (facts §2.1)."""
    row: dict[str, Json] = {
        "LineNumber": "1",
        "Номенклатура_Key": refs.items[ITEMS[0]],
        "Содержание": "Работы",
        "Количество": 40,
        "Цена": 3050,
        "Сумма": 122000,
        "СтавкаНДС": "НДС22",
        "СуммаНДС": 22000,
        "Субконто": refs.item_group,
        "Субконто_Type": "StandardODATA.Catalog_НоменклатурныеГруппы",
    }
    head: dict[str, Json] = {
        "Date": "2026-01-31T12:00:00",
        "ВидОперации": "Услуги",
        "Организация_Key": refs.organisation,
        "Контрагент_Key": refs.counterparty,
        "ДоговорКонтрагента_Key": refs.contract,
        "ВалютаДокумента_Key": refs.currencies["643"],
        "СуммаВключаетНДС": True,
        "Услуги": [row],
    }
    return head | fields


def trade_act(refs: Seeded, **fields: Json) -> dict[str, Json]:
    """A body of an act of УТ or ERP (facts §2.3)."""
    row: dict[str, Json] = {
        "LineNumber": "1",
        "Номенклатура_Key": refs.items[ITEMS[0]],
        "Содержание": "Работы",
        "Количество": 40,
        "Цена": 3050,
        "Сумма": 122000,
        "СтавкаНДС_Key": refs.vat["НДС22"],
        "СуммаНДС": 22000,
        "СуммаСНДС": 122000,
    }
    head: dict[str, Json] = {
        "Date": "2026-01-31T12:00:00",
        "Организация_Key": refs.organisation,
        "Партнер_Key": refs.partner,
        "Контрагент_Key": refs.counterparty,
        "Соглашение_Key": refs.agreement,
        "Договор_Key": refs.contract,
        "Валюта_Key": refs.currencies["643"],
        "ВалютаВзаиморасчетов_Key": refs.currencies["643"],
        "НалогообложениеНДС": "ПродажаОблагаетсяНДС",
        "ЦенаВключаетНДС": True,
        "СкидкиРассчитаны": True,
        "Услуги": [row],
    }
    return head | fields


def unf_act(refs: Seeded, **fields: Json) -> dict[str, Json]:
    """A body of an act of УНФ (facts §2.4)."""
    row: dict[str, Json] = {
        "LineNumber": "1",
        "Номенклатура_Key": refs.items[ITEMS[0]],
        "Содержание": "Работы",
        "Количество": 40,
        "ЕдиницаИзмерения": refs.units["356"],
        "ЕдиницаИзмерения_Type": "StandardODATA.Catalog_КлассификаторЕдиницИзмерения",
        "Цена": 3050,
        "Сумма": 122000,
        "СтавкаНДС_Key": refs.vat["НДС22"],
        "СуммаНДС": 22000,
        "Всего": 122000,
    }
    head: dict[str, Json] = {
        "Date": "2026-01-31T12:00:00",
        "Организация_Key": refs.organisation,
        "Контрагент_Key": refs.counterparty,
        "Договор_Key": refs.contract,
        "ВалютаДокумента_Key": refs.currencies["643"],
        "Подразделение_Key": refs.department,
        "СуммаВключаетНДС": True,
        "РаботыИУслуги": [row],
    }
    return head | fields
