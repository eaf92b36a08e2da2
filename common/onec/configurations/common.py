"""What all four products call the same (facts §3)."""

from __future__ import annotations

from common.onec.profile import Catalog, Link, Number, Organisations, Rates, Text, Units

COUNTERPARTY = "Catalog_Контрагенты"
CONTRACT = "Catalog_ДоговорыКонтрагентов"
CURRENCY = "Catalog_Валюты"
ORGANISATION = "Catalog_Организации"
ITEM = "Catalog_Номенклатура"
CLASSIFIER = "Catalog_КлассификаторЕдиницИзмерения"
USERS = "Catalog_Пользователи"

CURRENCIES = Catalog(CURRENCY)
ORGANISATIONS = Organisations(ORGANISATION)
RATES = Rates()
CLASSIFIER_UNITS = Units(CLASSIFIER, Text("НаименованиеПолное", 100))

ORGANISATION_LINK = Link("Организация_Key", ORGANISATION)
COUNTERPARTY_LINK = Link("Контрагент_Key", COUNTERPARTY)

QUANTITY = Number("Количество", 15, 3)
PRICE = Number("Цена", 15, 2)
AMOUNT = Number("Сумма", 15, 2)
VAT_AMOUNT = Number("СуммаНДС", 15, 2)
