"""What all four products share: the state registers of §4, signers, banks, properties and the closing dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.simulators.onec.schema import Entity, Product, catalog, characteristics, enums, register

PROPERTIES = """
    Свойство: ref ChartOfCharacteristicTypes_ДополнительныеРеквизитыИСведения; Значение: any; ТекстоваяСтрока: str
    """
PEOPLE = (
    catalog("Catalog_Пользователи", "Недействителен: bool; Служебный: bool; Комментарий: str"),
    catalog("Catalog_ФизическиеЛица", "ФИО: str 200; ИНН: str 12", code=10, hierarchy="folders"),
    catalog("Catalog_СтраныМира", "НаименованиеПолное: str 100; КодАльфа2: str 2", code=3, autonumber=False),
    catalog("Catalog_Банки", "КоррСчет: str 20; Город: str 50", code=9, hierarchy="folders"),
    characteristics(
        "ChartOfCharacteristicTypes_ДополнительныеРеквизитыИСведения",
        "Имя: str; Заголовок: str 75; ЭтоДополнительноеСведение: bool; ИдентификаторДляФормул: str 150; Виден: bool",
    ),
    register(
        "InformationRegister_ДатыЗапретаИзменения",
        "Раздел: any; Объект: any; Пользователь: any",
        "ДатаЗапрета: date; ОписаниеДатыЗапрета: str; Комментарий: str",
    ),
)
STATES = (
    register(
        "InformationRegister_КурсыВалют",
        """
        Валюта: ref Catalog_Валюты
        """,
        """
        Курс: num 10.4 !; Кратность: num 10.0 = 1 !
        """,
        period="Day",
    ),
    register(
        "InformationRegister_ДополнительныеСведения",
        """
        Объект: any; Свойство: ref ChartOfCharacteristicTypes_ДополнительныеРеквизитыИСведения
        """,
        """
        Значение: any
        """,
    ),
    register(
        "InformationRegister_СостоянияДокументовЭДО",
        """
        ЭлектронныйДокумент: any
        """,
        """
        Состояние: enum СостоянияДокументовЭДО; СостояниеДополнение: str 100; ДатаИзменения: datetime;
        Комментарий: str
        """,
    ),
    register(
        "InformationRegister_СостоянияПоОбъектамУчетаЭДО",
        """
        СсылкаНаОбъект: any
        """,
        """
        СостояниеЭДО: enum СостоянияДокументовЭДО; Комментарий: str 1000; ПредставлениеСостояния: str 50;
        Организация: ref Catalog_Организации
        """,
    ),
    register(
        "InformationRegister_ОбъектыУчетаДокументовЭДО",
        """
        ЭлектронныйДокумент: any; ОбъектУчета: any
        """,
        """
        СпособОбработки: str 150; Актуальный: bool; ТребуетсяПересчетАктуальности: bool
        """,
    ),
    register(
        "InformationRegister_ВерсииОбъектов",
        """
        Объект: any; НомерВерсии: num 10.0
        """,
        """
        АвторВерсии: any; ДатаВерсии: datetime; Комментарий: str; ВерсияОбъекта: binary; РазмерДанных: num 15.0
        """,
    ),
)


def originals(employee: str) -> Entity:
    """States of paper originals (§4); in older releases the employee is a reference."""
    return register(
        "InformationRegister_СостоянияОригиналовПервичныхДокументов",
        f"Владелец: any; ПервичныйДокумент: str 100; ОбщееСостояние: bool; ФормаИзвне: bool; Сотрудник: {employee}",
        """
        Состояние: ref Catalog_СостоянияОригиналовПервичныхДокументов !; ДатаПоследнегоИзменения: datetime;
        АвторИзменения: ref Catalog_Пользователи; ПервичныйДокументПредставление: str 150
        """,
    )


def product(
    name: str, title: str, entities: Iterable[Entity], tables: Mapping[str, str], hooks: str, employee: str = "str 10"
) -> Product:
    """A product of its own entities and the shared ones."""
    found = {entity.name: entity for entity in (*entities, *PEOPLE, *STATES, originals(employee))}
    return Product(name, title, found, enums(tables), hooks)
