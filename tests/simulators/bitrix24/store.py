"""The state of the CRM: what the portal remembers (facts 10.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.simulators.bitrix24.fields import COMPANY, CONTACT, DEAL, SYSTEM, Field, user_field
from tests.simulators.bitrix24.wire import Data

STAGES = (
    ("NEW", "Новая", 10, None, "#39A8EF"),
    ("PREPARATION", "Подготовка документов", 20, None, "#2FC6F6"),
    ("PREPAYMENT_INVOICE", "Счёт на предоплату", 30, None, "#55D0E0"),
    ("EXECUTING", "В работе", 40, None, "#47E4C2"),
    ("FINAL_INVOICE", "Финальный счёт", 50, None, "#FFA900"),
    ("WON", "Сделка успешна", 60, "S", "#7BD500"),
    ("LOSE", "Сделка провалена", 70, "F", "#FF5752"),
    ("APOLOGY", "Анализ причины провала", 80, "F", "#FF5752"),
)
MEASURES = ((6, "Метр", "м", "m"), (112, "Литр", "л", "l"), (163, "Грамм", "г", "g"), (166, "Килограмм", "кг", "kg"))
MEASURE_PIECE = (796, "Штука", "шт", "pc. 1")
VATS = (("Без НДС", None), ("НДС 0%", "0"), ("НДС 10%", "10"), ("НДС 20%", "20"), ("НДС 22%", "22"))
PRESETS = (("Организация", "COMPANY"), ("ИП", "INDIVIDUAL"), ("Физ. лицо", "PERSON"))


@dataclass(frozen=True)
class StageMove:
    """One row of the stage history (facts 4.3): 1 created, 2 in progress, 3 final, 5 another funnel."""

    id: int
    kind: int
    owner: int
    at: datetime
    category: int
    semantics: str
    stage: str


@dataclass
class Crm:
    """Everything of the CRM. Items are kept under legacy field names with Python values."""

    items: dict[int, dict[int, Data]] = field(default_factory=lambda: {DEAL: {}, CONTACT: {}, COMPANY: {}})
    rows: dict[int, Data] = field(default_factory=dict)
    history: list[StageMove] = field(default_factory=list)
    categories: dict[int, Data] = field(default_factory=dict)
    statuses: list[Data] = field(default_factory=list)
    requisites: dict[int, Data] = field(default_factory=dict)
    presets: dict[int, Data] = field(default_factory=dict)
    bank_details: dict[int, Data] = field(default_factory=dict)
    addresses: dict[tuple[int, int, int], Data] = field(default_factory=dict)
    links: dict[tuple[int, int], Data] = field(default_factory=dict)
    currencies: dict[str, Data] = field(default_factory=dict)
    measures: dict[int, Data] = field(default_factory=dict)
    vats: dict[int, Data] = field(default_factory=dict)
    products: dict[int, Data] = field(default_factory=dict)
    user_fields: dict[int, Data] = field(default_factory=dict)
    activities: dict[int, Data] = field(default_factory=dict)
    comments: dict[int, Data] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str) -> int:
        """The next id of a kind; ids never come back."""
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return self.numbers[kind]

    def fields(self, entity: int) -> dict[str, Field]:
        """System and user fields of an entity type by storage name; only deals have user fields here."""
        found = dict(SYSTEM[entity])
        if entity == DEAL:
            found.update((row["FIELD_NAME"], _as_field(row)) for row in self.user_fields.values())
        return found

    def stages(self, category: int) -> list[Data]:
        """The stages of a deal funnel in their order."""
        dictionary = stage_dictionary(category)
        return sorted((row for row in self.statuses if row["ENTITY_ID"] == dictionary), key=lambda row: row["SORT"])

    def add_category(self, number: int, name: str, stages: Iterable[tuple[Any, ...]] = STAGES) -> None:
        """A funnel with its stages; ids of funnel N are `C{N}:NEW` (facts 4.1, 4.4)."""
        self.categories[number] = {"id": number, "name": name, "sort": 300 if number == 0 else 200}
        prefix = f"C{number}:" if number else ""
        for code, title, sort, semantics, color in stages:
            self.add_status(stage_dictionary(number), prefix + code, title, sort, semantics, color, number or None)

    def add_status(
        self, dictionary: str, code: str, name: str, sort: int, semantics: str | None = None, color: str = "",
        category: int | None = None,
    ) -> None:  # fmt: skip
        """One element of a dictionary."""
        self.statuses.append({
            "ID": self.number("status"), "ENTITY_ID": dictionary, "STATUS_ID": code, "NAME": name, "SORT": sort,
            "SEMANTICS": semantics, "COLOR": color, "CATEGORY_ID": category,
        })  # fmt: skip

    def add_user_field(self, name: str, kind: str, multiple: bool = False, label: str = "", **more: Any) -> int:
        """A user field of deals; `UF_CRM_` is put before the name."""
        number = self.number("userfield")
        self.user_fields[number] = {
            "ID": number, "FIELD_NAME": f"UF_CRM_{name.removeprefix('UF_CRM_')}", "USER_TYPE_ID": kind,
            "MULTIPLE": "Y" if multiple else "N", "LABEL": label, **more,
        }  # fmt: skip
        return number


def seed(crm: Crm) -> None:
    """What every portal has from the start: a funnel, dictionaries, presets, currencies, units, rates."""
    crm.add_category(0, "Общая")
    for sort, (code, name) in enumerate((("CUSTOMER", "Клиент"), ("SUPPLIER", "Поставщик"), ("OTHER", "Другое")), 1):
        crm.add_status("COMPANY_TYPE", code, name, sort * 10)
    for name, code in PRESETS:
        number = crm.number("preset")
        mark = f"#CRM_REQUISITE_PRESET_DEF_RU_{code}#"
        crm.presets[number] = {"ID": number, "NAME": name, "XML_ID": mark, "COUNTRY_ID": 1, "SORT": 500}
    add_currency(crm, "RUB", "Российский рубль", Decimal(1), base=True)
    for measure in (*MEASURES, MEASURE_PIECE):
        add_measure(crm, *measure)
    for name, rate in VATS:
        add_vat(crm, name, None if rate is None else Decimal(rate))


def add_currency(crm: Crm, code: str, name: str, amount: Decimal, count: int = 1, base: bool = False) -> None:
    """A currency with its one current rate: `amount` of the base currency per `count` units (facts 4.7)."""
    crm.currencies[code] = {"CURRENCY": code, "FULL_NAME": name, "AMOUNT": amount, "AMOUNT_CNT": count, "BASE": base}


def add_measure(crm: Crm, code: int, title: str, symbol: str, international: str) -> int:
    """A unit; `code` is the OKEI code as an integer: 6 is 006 (facts 4.7)."""
    number = crm.number("measure")
    crm.measures[number] = {
        "id": number, "code": code, "measureTitle": title, "symbol": symbol, "symbolIntl": international,
        "symbolLetterIntl": international.upper(), "isDefault": "Y" if code == MEASURE_PIECE[0] else "N",
    }  # fmt: skip
    return number


def add_vat(crm: Crm, name: str, rate: Decimal | None) -> int:
    """A VAT rate; None is "without VAT", which is not 0 %."""
    number = crm.number("vat")
    crm.vats[number] = {"id": number, "name": name, "rate": rate, "active": "Y", "sort": number * 100}
    return number


def stage_dictionary(category: int) -> str:
    """The dictionary of a funnel's stages."""
    return f"DEAL_STAGE_{category}" if category else "DEAL_STAGE"


def _as_field(row: Data) -> Field:
    return user_field(row["FIELD_NAME"], row["USER_TYPE_ID"], row["MULTIPLE"] == "Y", row["LABEL"])
