"""Realistic reference data for each product: what an act needs to refer to (facts §2.5, §2.6, §3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from tests.simulators.onec.infobase import Infobase
from tests.simulators.onec.references import Seeded
from tests.simulators.onec.values import Json

CURRENCIES = {
    "643": ("руб.", "Российский рубль"),
    "840": ("USD", "Доллар США"),
    "978": ("EUR", "Евро"),
}
RATES = (
    ("840", "2025-01-01", "101.6797", 1),
    ("840", "2025-12-31", "92.5000", 1),
    ("840", "2026-01-31", "90.1234", 1),
    ("978", "2025-01-01", "106.1028", 1),
    ("978", "2026-01-31", "98.7654", 1),
    ("643", "1980-01-01", "1", 1),
)
UNITS = {
    "796": ("шт", "Штука"),
    "356": ("ч", "Час"),
    "642": ("ед", "Единица"),
    "876": ("усл. ед", "Условная единица"),
    "355": ("мин", "Минута"),
    "359": ("сут", "Сутки"),
}
ACCOUNTS = {
    "62.01": "Расчеты с покупателями и заказчиками",
    "62.02": "Расчеты по авансам полученным",
    "90.01.1": "Выручка по деятельности с основной системой налогообложения",
    "90.02.1": "Себестоимость продаж по деятельности с основной системой налогообложения",
    "90.03": "Налог на добавленную стоимость",
    "20.01": "Основное производство",
}
# Name of the enumeration member, rate, first and last day.
VAT = (
    ("НДС22", "22", "2026-01-01", ""),
    ("НДС20", "20", "2019-01-01", "2025-12-31"),
    ("НДС10", "10", "", ""),
    ("НДС7", "7", "2025-01-01", ""),
    ("НДС5", "5", "2025-01-01", ""),
    ("НДС0", "0", "", ""),
    ("БезНДС", "0", "", ""),
)
_VatFields = Callable[[str, str, str, str], dict[str, Json]]
ITEMS = ("Разработка модуля интеграции", "Техническая поддержка", "Настройка обмена")


def inn(stem: str) -> str:
    """An INN with the right check digits from its first 9 or 10 digits."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    for _ in range(1 if len(stem) == 9 else 2):
        digits = [int(letter) for letter in stem]
        stem += str(sum(w * d for w, d in zip(weights[-len(digits) :], digits, strict=True)) % 11 % 10)
    return stem


@dataclass(frozen=True)
class Party:
    """A legal entity; an empty КПП makes it an entrepreneur."""

    name: str
    inn: str
    kpp: str


OUR = Party("ООО Ромашка", inn("770123456"), "770101001")
CLIENT = Party("ООО Василек", inn("780234567"), "780201001")


def seed(base: Infobase, organisation: Party = OUR, client: Party = CLIENT, prefix: str = "") -> Seeded:
    """Fill a base; what the product does not have is left out, and none of it counts as an effect."""
    start = len(base.effects)
    work = _Seeder(base, Seeded())
    work.common(organisation, prefix)
    {"bp": work.bp, "trade": work.trade, "unf": work.unf}[base.product.hooks](client)
    del base.effects[start:]
    base.refs = work.found
    return work.found


@dataclass
class _Seeder:
    base: Infobase
    found: Seeded

    def add(self, entity: str, name: str, **fields: Json) -> str:
        """An object with a key that depends on product and name only."""
        key = str(uuid5(NAMESPACE_URL, f"1c:{self.base.product.name}/{entity}/{name}"))
        named: Mapping[str, Json] = {"Description": name} | fields
        return self.base.accountant.add(entity, Ref_Key=key, **named)

    def common(self, organisation: Party, prefix: str) -> None:
        """Currencies with rates, states of originals, a country, people and our organisation."""
        self.add("Catalog_СтраныМира", "РОССИЯ", Code="643", PredefinedDataName="Россия", КодАльфа2="RU")
        for code, (name, full) in CURRENCIES.items():
            self.found.currencies[code] = self.add("Catalog_Валюты", name, Code=code, НаименованиеПолное=full)
        for code, day, rate, multiplicity in RATES:
            self.base.accountant.set_rate(self.found.currencies[code], day, rate, multiplicity)
        for name in ("Форма напечатана", "Оригиналы не все", "Оригинал получен"):
            self.add("Catalog_СостоянияОригиналовПервичныхДокументов", name)
        for user in self.base.users:
            self.add("Catalog_Пользователи", user)
        self.found.manager = self.add("Catalog_Пользователи", "Иванова Мария")
        details: dict[str, Json] = {"ИНН": organisation.inn, "КПП": organisation.kpp, "Префикс": prefix}
        names: dict[str, Json] = {"НаименованиеПолное": organisation.name, "НаименованиеСокращенное": organisation.name}
        self.found.organisation = self.add("Catalog_Организации", organisation.name, **details, **names)

    def bp(self, client: Party) -> None:
        """Бухгалтерия: accounts, item groups, VAT as enumeration names."""
        for code, name in ACCOUNTS.items():
            key = self.add("ChartOfAccounts_Хозрасчетный", name, Code=code, Predefined=True, Order=code)
            self.found.accounts[code] = key
        self.found.vat = {name: name for name, *_ in VAT}
        self._classifier()
        self.found.item_group = self.add("Catalog_НоменклатурныеГруппы", "Услуги")
        group: dict[str, Json] = {"НоменклатурнаяГруппа_Key": self.found.item_group, "Услуга": True}
        self._items({"ЕдиницаИзмерения_Key": self.found.units["356"], **group})
        owner: dict[str, Json] = {"Owner_Key": self.found.organisation}
        self.found.department = self.add("Catalog_ПодразделенияОрганизаций", "Основное подразделение", **owner)
        self.found.warehouse = self.add("Catalog_Склады", "Основной склад")
        self._counterparty(client)
        self.found.contract = self.add(
            "Catalog_ДоговорыКонтрагентов",
            "Договор № 1 от 01.01.2025",
            Owner_Key=self.found.counterparty,
            ВалютаВзаиморасчетов_Key=self.found.currencies["643"],
            **self._contract({"Номер": "1", "Дата": "2025-01-01T00:00:00", "ВидДоговора": "СПокупателем"}),
        )
        self.found.bank_account = self._bank_account("Catalog_БанковскиеСчета", several_owners=True)

    def trade(self, client: Party) -> None:
        """УТ and ERP: partner, agreement, VAT and units as catalogs."""
        self._vat(self._trade_vat)
        for code, (name, full) in UNITS.items():
            unit: dict[str, Json] = {"Code": code, "НаименованиеПолное": full}
            self.found.units[code] = self.add("Catalog_УпаковкиЕдиницыИзмерения", name, **unit)
        vat: dict[str, Json] = {"СтавкаНДС_Key": self.found.vat["НДС22"]}
        self._items({"ТипНоменклатуры": "Услуга", "ЕдиницаИзмерения_Key": self.found.units["356"], **vat})
        self.found.department = self.add("Catalog_СтруктураПредприятия", "Отдел продаж")
        self.found.warehouse = self.add("Catalog_Склады", "Основной склад")
        self.found.activity = self.add("Catalog_НаправленияДеятельности", "Основная деятельность")
        self.found.income_article = self.add("ChartOfCharacteristicTypes_СтатьиДоходов", "Выручка от услуг")
        full_name: dict[str, Json] = {"НаименованиеПолное": client.name, "Клиент": True}
        self.found.partner = self.add("Catalog_Партнеры", client.name, **full_name)
        self._counterparty(client, Партнер_Key=self.found.partner)
        self.found.agreement = self._agreement()
        self.found.contract = self._trade_contract()
        self.found.bank_account = self._bank_account("Catalog_БанковскиеСчетаОрганизаций", several_owners=False)

    def unf(self, client: Party) -> None:
        """УНФ: structural units, VAT as a catalog without periods."""
        self._vat(self._unf_vat)
        self._classifier()
        self.found.item_group = self.add("Catalog_КатегорииНоменклатуры", "Услуги")
        group: dict[str, Json] = {"КатегорияНоменклатуры_Key": self.found.item_group, "ТипНоменклатуры": "Услуга"}
        self._items({"ЕдиницаИзмерения_Key": self.found.units["356"], **group})
        self.found.department = self.add(
            "Catalog_СтруктурныеЕдиницы", "Основное подразделение", ТипСтруктурнойЕдиницы="Подразделение"
        )
        self._counterparty(client, Покупатель=True)
        self.found.contract = self.add(
            "Catalog_ДоговорыКонтрагентов",
            "Договор № 1 от 01.01.2025",
            Owner=self.found.counterparty,
            Owner_Type="StandardODATA.Catalog_Контрагенты",
            ВалютаРасчетов_Key=self.found.currencies["643"],
            **self._contract({"НомерДоговора": "1", "ДатаДоговора": "2025-01-01T00:00:00"}),
        )
        self.found.bank_account = self._bank_account("Catalog_БанковскиеСчета", several_owners=True)

    def _classifier(self) -> None:
        for code, (name, full) in UNITS.items():
            unit: dict[str, Json] = {"Code": code, "НаименованиеПолное": full}
            self.found.units[code] = self.add("Catalog_КлассификаторЕдиницИзмерения", name, **unit)

    def _items(self, fields: dict[str, Json]) -> None:
        for name in ITEMS:
            self.found.items[name] = self.add("Catalog_Номенклатура", name, НаименованиеПолное=name, **fields)

    def _vat(self, fields: _VatFields) -> None:
        for name, rate, start, end in VAT:
            title = "Без НДС" if name == "БезНДС" else f"{rate}%"
            self.found.vat[name] = self.add("Catalog_СтавкиНДС", title, **fields(name, rate, start, end))

    def _trade_vat(self, name: str, rate: str, start: str, end: str) -> dict[str, Json]:
        found: dict[str, Json] = {"Ставка": rate}
        known = self.base.product.entities["Catalog_СтавкиНДС"].fields
        dates = {"НачалоПериода": start, "КонецПериода": end}
        found |= {prop: f"{day}T00:00:00" for prop, day in dates.items() if day and prop in known}
        members = self.base.product.enums["СтавкиНДС"]
        return found | ({"ПеречислениеСтавкаНДС": name} if name in members else {})

    def _unf_vat(self, name: str, rate: str, start: str, end: str) -> dict[str, Json]:
        kinds = {"НДС22": "Общая", "НДС20": "Общая", "НДС10": "Пониженная", "НДС0": "Нулевая", "БезНДС": "БезНДС"}
        return {"Ставка": rate, "НеОблагается": name == "БезНДС", "ВидСтавкиНДС": kinds.get(name, "Пониженная2")}

    def _counterparty(self, client: Party, **fields: Json) -> None:
        kind = "ЮридическоеЛицо" if client.kpp else "ФизическоеЛицо"
        details: dict[str, Json] = {"ИНН": client.inn, "КПП": client.kpp, "ЮридическоеФизическоеЛицо": kind}
        names: dict[str, Json] = {"НаименованиеПолное": client.name}
        self.found.counterparty = self.add("Catalog_Контрагенты", client.name, **details, **names, **fields)
        self.base.accountant.edit(
            "Catalog_Контрагенты", self.found.counterparty, ГоловнойКонтрагент_Key=self.found.counterparty
        )

    def _contract(self, fields: dict[str, Json]) -> dict[str, Json]:
        return {"Организация_Key": self.found.organisation, **fields}

    def _agreement(self) -> str:
        money: dict[str, Json] = {"Валюта_Key": self.found.currencies["643"], "ЦенаВключаетНДС": True}
        return self.add(
            "Catalog_СоглашенияСКлиентами",
            "Соглашение с клиентом",
            Партнер_Key=self.found.partner,
            Контрагент_Key=self.found.counterparty,
            Организация_Key=self.found.organisation,
            ИспользуютсяДоговорыКонтрагентов=True,
            Статус="Действует",
            **money,
        )

    def _trade_contract(self) -> str:
        return self.add(
            "Catalog_ДоговорыКонтрагентов",
            "Договор № 1 от 01.01.2025",
            Контрагент_Key=self.found.counterparty,
            Партнер_Key=self.found.partner,
            ВалютаВзаиморасчетов_Key=self.found.currencies["643"],
            ТипДоговора="СПокупателем",
            НалогообложениеНДС="ПродажаОблагаетсяНДС",
            **self._contract({"Номер": "1", "Дата": "2025-01-01T00:00:00"}),
        )

    def _bank_account(self, entity: str, *, several_owners: bool) -> str:
        owner: dict[str, Json] = {"Owner_Key": self.found.organisation}
        if several_owners:
            owner = {"Owner": self.found.organisation, "Owner_Type": "StandardODATA.Catalog_Организации"}
        money: dict[str, Json] = {"ВалютаДенежныхСредств_Key": self.found.currencies["643"]}
        return self.add(entity, "Расчетный счет", НомерСчета="40702810900000000001", **owner, **money)
