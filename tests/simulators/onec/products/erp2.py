"""ERP 2.5 of 2024 (facts §2.3): as УТ 11, with the differences of an older release."""

from __future__ import annotations

from tests.simulators.onec.products.common import product
from tests.simulators.onec.products.trade import ENTITIES, ENUMS

# The release is older than the rates of 5, 7 and 22 percent: its catalog may hold them, its enumeration does not.
_OLD_ENUMS = ENUMS | {
    "СтавкиНДС": "НДС18 НДС18_118 НДС10 НДС10_110 НДС0 БезНДС НДС20 НДС20_120",
    "ТипыНалогообложенияНДС": """
        НалоговыйАгентПоНДС ПоФактическомуИспользованию ПродажаНаЭкспорт ПродажаНеОблагаетсяНДС ПродажаОблагаетсяЕНВД
        ПродажаОблагаетсяНДС ЭкспортСырьевыхТоваровУслуг ЭкспортНесырьевыхТоваров ВводОСВЭксплуатацию
        ОпределяетсяРаспределением ОблагаетсяНДСУПокупателя ПроизводствоСДЦ ЭлектронныеУслуги
        РеализацияРаботУслугНаЭкспорт ПродажаПоПатенту РеверсивноеОбложениеНДС ОблагаетсяНДССМежценовойРазницы Космос
        """,
}
_RATES = "КурсЧислитель: num 10.4 = 1; КурсЗнаменатель: num 10.4"
_DIFFERENCES = {
    "Document_АктВыполненныхРабот": _RATES,
    "Document_РеализацияТоваровУслуг": _RATES,
    "Document_РеализацияУслугПрочихАктивов": _RATES,
    "Catalog_ДоговорыКонтрагентов": "ПорядокРасчетов: enum ПорядокРасчетов = ПоНакладным !",
    "Catalog_Организации": "НаименованиеПолное: str 250",
    "Catalog_Номенклатура": "Описание: str 1024",
    "Catalog_СтруктураПредприятия": "Источник: any",
}
_AS_TRADE = product("erp2", "1С:ERP Управление предприятием 2", ENTITIES, _OLD_ENUMS, "trade", "ref Catalog_Сотрудники")
ERP2 = _AS_TRADE.changed(_DIFFERENCES)
