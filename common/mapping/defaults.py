"""Rows every installation starts with; a company's own table replaces them key by key."""

from __future__ import annotations

from common.mapping.tables import EVERY_BASE, Row

# ISO 4217: letters of Bitrix24 → digits of 1C's Catalog_Валюты.
_CURRENCIES = {
    "RUB": "643",
    "USD": "840",
    "EUR": "978",
    "CNY": "156",
    "BYN": "933",
    "KZT": "398",
    "GBP": "826",
    "AED": "784",
    "TRY": "949",
    "AMD": "051",
    "KGS": "417",
    "UZS": "860",
    "GEL": "981",
    "CHF": "756",
    "JPY": "392",
    "INR": "356",
}
# Rates of the Tax Code (art. 164, 145, law 425-FZ); whether one was in force on the act's day the base tells.
_VAT = ("0", "5", "7", "10", "18", "20", "22", "none")

DEFAULT_ROWS: dict[str, tuple[Row, ...]] = {
    "currencies": tuple(Row(EVERY_BASE, letters, digits) for letters, digits in _CURRENCIES.items()),
    "vat": tuple(Row(EVERY_BASE, rate, rate) for rate in _VAT),
}
