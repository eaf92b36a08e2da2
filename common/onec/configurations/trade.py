"""What 1С:Управление торговлей 11 (Trade) and 1С:ERP 2 write alike (facts §2.3, §3), but for the rate's width."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common.onec.configurations.common import (
    AMOUNT,
    CONTRACT,
    COUNTERPARTY,
    COUNTERPARTY_LINK,
    CURRENCIES,
    CURRENCY,
    ITEM,
    ORGANISATION_LINK,
    ORGANISATIONS,
    PRICE,
    QUANTITY,
    RATES,
    USERS,
    VAT_AMOUNT,
)
from common.onec.profile import (
    Agreements,
    Catalog,
    Catalogs,
    Contracts,
    Counterparties,
    Default,
    Header,
    Lines,
    Link,
    Number,
    Partners,
    Profile,
    Scalar,
    Text,
    Units,
    VatCatalog,
    VatMode,
)

_AGREEMENT = "Catalog_СоглашенияСКлиентами"
_PARTNER = "Catalog_Партнеры"
_UNIT = "Catalog_УпаковкиЕдиницыИзмерения"
_OPERATION = ("ХозяйственнаяОперация", "РеализацияКлиенту")
_ROW_TOTAL = Number("СуммаСНДС", 15, 2)

_CATALOGS = Catalogs(
    counterparties=Counterparties(
        entity=COUNTERPARTY,
        name=Text("Description", 100),
        full_name=Text("НаименованиеПолное", 250),
        note="ДополнительнаяИнформация",
        address="ДополнительнаяИнформация",
        legal={"ЮрФизЛицо": "ЮрЛицо", "ЮридическоеФизическоеЛицо": "ЮридическоеЛицо"},
        person={"ЮрФизЛицо": "ИндивидуальныйПредприниматель", "ЮридическоеФизическоеЛицо": "ФизическоеЛицо"},
        partner="Партнер_Key",
    ),
    contracts=Contracts(
        entity=CONTRACT,
        owner=Link("Контрагент_Key", COUNTERPARTY),
        partner="Партнер_Key",
        currency="ВалютаВзаиморасчетов_Key",
        number="Номер",
        day="Дата",
        name=Text("Description", 150),
        opened={"ТипДоговора": "СПокупателем", "Статус": "Действует"},
        created=dict((_OPERATION,)),
    ),
    agreements=Agreements(
        entity=_AGREEMENT,
        counterparty="Контрагент_Key",
        partner="Партнер_Key",
        organisation="Организация_Key",
        currency="ВалютаВзаиморасчетов_Key",
        price_currency="Валюта_Key",
        standard="Типовое",
        with_contracts="ИспользуютсяДоговорыКонтрагентов",
        number="Номер",
        day="Дата",
        opened={"Статус": "Действует"},
        operation=_OPERATION,
    ),
    partners=Partners(
        entity=_PARTNER,
        name=Text("Description", 100),
        full_name=Text("НаименованиеПолное", 250),
        note="Комментарий",
        legal={"Клиент": True, "ЮрФизЛицо": "Компания"},
        person={"Клиент": True, "ЮрФизЛицо": "ЧастноеЛицо"},
    ),
    items=Catalog(ITEM, folders=True),
    units=Units(_UNIT, Text("НаименованиеПолное", 100), owned=True),
    vat=VatCatalog(
        entity="Catalog_СтавкиНДС",
        rate="Ставка",
        computed="РасчетнаяСтавка",
        exempt=("ПеречислениеСтавкаНДС", "БезНДС"),
        domestic="ПеречислениеСтавкаНДС",
        country="Страна_Key",
        since="НачалоПериода",
        until="КонецПериода",
    ),
    currencies=CURRENCIES,
    organisations=ORGANISATIONS,
    rates=RATES,
)

_HEADER = Header(
    organisation=ORGANISATION_LINK,
    partner=Link("Партнер_Key", _PARTNER),
    counterparty=COUNTERPARTY_LINK,
    agreement=Link("Соглашение_Key", _AGREEMENT),
    contract=Link("Договор_Key", CONTRACT),
    currency=Link("Валюта_Key", CURRENCY),
    settlement_currency=Link("ВалютаВзаиморасчетов_Key", CURRENCY),
    rate=Number("КурсЧислитель", 14, 8),
    multiplicity=Number("КурсЗнаменатель", 14, 8),
    vat_included="ЦенаВключаетНДС",
    vat_mode=VatMode("НалогообложениеНДС", taxed="ПродажаОблагаетсяНДС", exempt="ПродажаНеОблагаетсяНДС"),
)

_SERVICES = Lines(
    section="Услуги",
    item="Номенклатура_Key",
    text=Text("Содержание", 1000),
    quantity=(QUANTITY,),
    price=PRICE,
    amount=AMOUNT,
    vat="СтавкаНДС_Key",
    vat_amount=VAT_AMOUNT,
    total=_ROW_TOTAL,
)
_INCOMES = replace(_SERVICES, section="Доходы", item="", unit=Link("ЕдиницаИзмерения_Key", _UNIT))
_GOODS = replace(
    _SERVICES,
    section="Товары",
    text=None,
    quantity=(QUANTITY, Number("КоличествоУпаковок", 15, 3)),
    unit=Link("Упаковка_Key", _UNIT),
)

_DEFAULTS = (
    Default("department", "header", Link("Подразделение_Key", "Catalog_СтруктураПредприятия")),
    Default("manager", "header", Link("Менеджер_Key", USERS)),
    Default(
        "bank_account",
        "header",
        Link("БанковскийСчетОрганизации_Key", "Catalog_БанковскиеСчетаОрганизаций"),
    ),
    Default(
        "business_direction",
        "header",
        Link("НаправлениеДеятельности_Key", "Catalog_НаправленияДеятельности"),
    ),
)
_INCOME_DEFAULTS = (
    Default(
        "income_article",
        "line",
        Link("СтатьяДоходов_Key", "ChartOfCharacteristicTypes_СтатьиДоходов"),
        required=True,
    ),
    Default(
        "income_analytics",
        "line",
        Link("АналитикаДоходов", "Catalog_НаправленияДеятельности", composite=True),
        required=True,
    ),
)
_WAREHOUSE = Default("warehouse", "header", Link("Склад_Key", "Catalog_Склады"))


def trade_profiles(product: str, rate: Number, multiplicity: Number) -> tuple[Profile, ...]:
    """The three documents of Trade and ERP, with the product's own width of the rate."""

    def header(constants: Mapping[str, Scalar], **more: Any) -> Header:
        return replace(_HEADER, rate=rate, multiplicity=multiplicity, constants=constants, **more)

    sold = {_OPERATION[0]: _OPERATION[1], "Статус": "Отгружено"}
    transferred = ("ДатаПереходаПраваСобственности",)
    return (
        Profile(
            id=f"{product}.completed_work",
            entity="Document_АктВыполненныхРабот",
            # Posting is refused while automatic discounts are on and not computed (facts §2.3).
            header=header({"СкидкиРассчитаны": True}),
            lines=_SERVICES,
            catalogs=_CATALOGS,
            defaults=_DEFAULTS,
        ),
        Profile(
            id=f"{product}.other_services",
            entity="Document_РеализацияУслугПрочихАктивов",
            header=header(sold, days=transferred),
            lines=_INCOMES,
            catalogs=_CATALOGS,
            defaults=(*_DEFAULTS, *_INCOME_DEFAULTS),
        ),
        Profile(
            id=f"{product}.sale",
            entity="Document_РеализацияТоваровУслуг",
            header=header(
                {**sold, "СкидкиРассчитаны": True},
                days=transferred,
                optional={"ВариантОформленияПродажи": "РеализацияТоваровУслуг"},
            ),
            lines=_GOODS,
            catalogs=_CATALOGS,
            defaults=(*_DEFAULTS, _WAREHOUSE),
        ),
    )
