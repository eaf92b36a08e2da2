"""1С:Управление нашей фирмой 3.0 (Small Business; facts §2.4, §3; shapes of release 3.0.8)."""

from __future__ import annotations

from common.onec.configurations.common import (
    AMOUNT,
    CLASSIFIER,
    CLASSIFIER_UNITS,
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
    VAT_AMOUNT,
)
from common.onec.profile import (
    Catalog,
    Catalogs,
    Contracts,
    Counterparties,
    Default,
    Header,
    Lines,
    Link,
    Number,
    Profile,
    Text,
    VatCatalog,
    VatMode,
)

_CATALOGS = Catalogs(
    counterparties=Counterparties(
        entity=COUNTERPARTY,
        name=Text("Description", 100),
        full_name=Text("НаименованиеПолное"),
        note="Комментарий",
        address="Комментарий",
        legal={"ВидКонтрагента": "ЮридическоеЛицо", "ЮридическоеФизическоеЛицо": "ЮридическоеЛицо", "Покупатель": True},
        person={
            "ВидКонтрагента": "ИндивидуальныйПредприниматель",
            "ЮридическоеФизическоеЛицо": "ФизическоеЛицо",
            "Покупатель": True,
        },
        folders=True,
    ),
    contracts=Contracts(
        entity=CONTRACT,
        owner=Link("Owner", COUNTERPARTY, composite=True),
        currency="ВалютаРасчетов_Key",
        number="НомерДоговора",
        day="ДатаДоговора",
        name=Text("Description", 100),
        opened={"ВидДоговора": "СПокупателем", "Недействителен": False},
    ),
    items=Catalog(ITEM, folders=True),
    units=CLASSIFIER_UNITS,
    vat=VatCatalog("Catalog_СтавкиНДС", "Ставка", "Расчетная", ("НеОблагается", True)),
    currencies=CURRENCIES,
    organisations=ORGANISATIONS,
    rates=RATES,
)

COMPLETED_WORK = Profile(
    id="unf30.completed_work",
    entity="Document_АктВыполненныхРабот",
    header=Header(
        organisation=ORGANISATION_LINK,
        counterparty=COUNTERPARTY_LINK,
        contract=Link("Договор_Key", CONTRACT),
        currency=Link("ВалютаДокумента_Key", CURRENCY),
        rate=Number("Курс", 10, 4),
        multiplicity=Number("Кратность", 10, 0, as_text=True),
        vat_included="СуммаВключаетНДС",
        vat_mode=VatMode("НалогообложениеНДС", taxed="ОблагаетсяНДС", exempt="НеОблагаетсяНДС"),
        constants={"ПоложениеЗаказаПокупателя": "ВШапке"},
    ),
    lines=Lines(
        section="РаботыИУслуги",
        item="Номенклатура_Key",
        text=Text("Содержание"),
        quantity=(QUANTITY,),
        unit=Link("ЕдиницаИзмерения", CLASSIFIER, composite=True),
        price=PRICE,
        amount=AMOUNT,
        vat="СтавкаНДС_Key",
        vat_amount=VAT_AMOUNT,
        # The document's sum is taken from here, not computed (facts §2.4).
        total=Number("Всего", 15, 2),
    ),
    catalogs=_CATALOGS,
    defaults=(
        Default("department", "header", Link("Подразделение_Key", "Catalog_СтруктурныеЕдиницы"), required=True),
        Default("responsible", "header", Link("Ответственный_Key", "Catalog_Сотрудники")),
        Default("project", "header", Link("Проект_Key", "Catalog_Проекты")),
    ),
)

PROFILES = (COMPLETED_WORK,)
