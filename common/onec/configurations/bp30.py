"""1С:Бухгалтерия предприятия 3.0 (Accounting; facts §2.1, §2.2, §3; shapes of release 3.0.198)."""

from __future__ import annotations

from common.onec.configurations.common import (
    AMOUNT,
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
    USERS,
    VAT_AMOUNT,
)
from common.onec.profile import (
    Catalog,
    Catalogs,
    Constants,
    Contracts,
    Counterparties,
    Default,
    Header,
    Lines,
    Link,
    Number,
    Profile,
    Text,
    VatEnum,
    VatMode,
)

_ACCOUNTS = "ChartOfAccounts_Хозрасчетный"
_DEPARTMENTS = "Catalog_ПодразделенияОрганизаций"
_ITEM_GROUPS = "Catalog_НоменклатурныеГруппы"

_CATALOGS = Catalogs(
    counterparties=Counterparties(
        entity=COUNTERPARTY,
        name=Text("Description", 100),
        full_name=Text("НаименованиеПолное", 1000),
        note="Комментарий",
        address="ДополнительнаяИнформация",
        legal={"ЮридическоеФизическоеЛицо": "ЮридическоеЛицо"},
        person={"ЮридическоеФизическоеЛицо": "ФизическоеЛицо"},
        country="СтранаРегистрации_Key",
        folders=True,
    ),
    contracts=Contracts(
        entity=CONTRACT,
        owner=Link("Owner_Key", COUNTERPARTY),
        currency="ВалютаВзаиморасчетов_Key",
        number="Номер",
        day="Дата",
        name=Text("Description", 100),
        opened={"ВидДоговора": "СПокупателем", "ДоговорЗакрыт": False},
        folders=True,
    ),
    items=Catalog(ITEM, folders=True),
    units=CLASSIFIER_UNITS,
    vat=VatEnum(),
    currencies=CURRENCIES,
    organisations=ORGANISATIONS,
    rates=RATES,
)


def _header(constants: Constants) -> Header:
    """Both documents have the same header for what an act says."""
    return Header(
        organisation=ORGANISATION_LINK,
        counterparty=COUNTERPARTY_LINK,
        contract=Link("ДоговорКонтрагента_Key", CONTRACT),
        currency=Link("ВалютаДокумента_Key", CURRENCY),
        rate=Number("КурсВзаиморасчетов", 10, 4),
        multiplicity=Number("КратностьВзаиморасчетов", 10, 0, as_text=True),
        vat_included="СуммаВключаетНДС",
        vat_mode=VatMode("ДокументБезНДС", taxed=False, exempt=True),
        constants={"СпособЗачетаАвансов": "Автоматически", **constants},
    )


def _lines(text: Text | None) -> Lines:
    return Lines(
        section="Услуги",
        item="Номенклатура_Key",
        text=text,
        quantity=(QUANTITY,),
        price=PRICE,
        amount=AMOUNT,
        vat="СтавкаНДС",
        vat_amount=VAT_AMOUNT,
    )


# 1C fills empty accounts by its own rules on write (facts §2.1), so a rule may leave them out.
_DEFAULTS = (
    Default("department", "header", Link("ПодразделениеОрганизации_Key", _DEPARTMENTS)),
    Default("responsible", "header", Link("Ответственный_Key", USERS)),
    Default("settlement_account", "header", Link("СчетУчетаРасчетовСКонтрагентом_Key", _ACCOUNTS)),
    Default("advance_account", "header", Link("СчетУчетаРасчетовПоАвансам_Key", _ACCOUNTS)),
    Default("income_account", "line", Link("СчетДоходов_Key", _ACCOUNTS)),
    Default("expense_account", "line", Link("СчетРасходов_Key", _ACCOUNTS)),
    Default("vat_account", "line", Link("СчетУчетаНДСПоРеализации_Key", _ACCOUNTS)),
    Default("income_item_group", "line", Link("Субконто", _ITEM_GROUPS, composite=True), required=True),
)

SALE_ACT = Profile(
    id="bp30.sale_act",
    entity="Document_РеализацияТоваровУслуг",
    # Left alone, the default kind "goods and services" would make the act a mixed document (facts §2.1).
    header=_header({"ВидОперации": "Услуги"}),
    lines=_lines(Text("Содержание", 1000)),
    catalogs=_CATALOGS,
    defaults=(
        *_DEFAULTS,
        Default("bank_account", "header", Link("БанковскийСчетОрганизации_Key", "Catalog_БанковскиеСчета")),
    ),
)

PRODUCTION_SERVICES_ACT = Profile(
    id="bp30.production_services_act",
    entity="Document_АктОбОказанииПроизводственныхУслуг",
    header=_header({}),
    lines=_lines(None),
    catalogs=_CATALOGS,
    defaults=(
        *_DEFAULTS,
        Default("cost_account", "header", Link("СчетЗатрат_Key", _ACCOUNTS), required=True),
        Default("cost_department", "header", Link("ПодразделениеЗатрат_Key", _DEPARTMENTS), required=True),
        Default("item_group", "header", Link("НоменклатурнаяГруппа_Key", _ITEM_GROUPS), required=True),
    ),
)

PROFILES = (SALE_ACT, PRODUCTION_SERVICES_ACT)
