"""A correspondence table is refused when it is saved, not when an act trips over it."""

from __future__ import annotations

import pytest

from common.mapping.defaults import DEFAULT_ROWS
from common.mapping.row_forms import FORMS
from common.mapping.tables import EVERY_BASE, TABLES, Row, built, faults

GUID = "8f1e7a52-3c1d-11ee-9d5a-00155d012345"


def said(table: str, key: str, value: str) -> list[str]:
    return faults(table, [Row(EVERY_BASE, key, value)], [])


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("counterparties", "company:1", "00-000123"),
        ("counterparties", "1", GUID),
        ("counterparties", "contact:", GUID),
        ("organisations", "7701234560", GUID),
        ("organisations", "7701234560/", GUID),
        ("organisations", "7701234560/770101001", "Наша организация"),
        ("vat", "22", "22%"),
        ("vat", "22.0", "22"),
        ("vat", "22", "22,5"),
        ("vat", "без НДС", "none"),
        ("currencies", "РУБ", "643"),
        ("currencies", "RUB", "RUB"),
        ("units", "778", "шт"),
        ("units", "шт", "796"),
        ("nomenclature", "product:Аудит", "Аудит"),
        ("nomenclature", "Аудит", "Аудит"),
        ("nomenclature", "name:", "Аудит"),
    ],
)
def test_a_key_or_value_of_another_form_is_one_sentence_with_an_example(table: str, key: str, value: str) -> None:
    [sentence] = said(table, key, value)
    assert sentence.startswith("row 1: ")
    assert ", e.g. " in sentence


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("counterparties", "company:1", GUID),
        ("counterparties", "contact:7", GUID.upper()),
        ("organisations", "7701234560/770101001", GUID),
        ("organisations", "771234567890/", GUID),
        ("vat", "16.67", "none"),
        ("vat", "None", "0"),
        ("currencies", "rub", "643"),
        ("units", "778|упак", "796"),
        ("units", "name:пог. м", "18"),
        ("nomenclature", "product:12", "00-00000123"),
        ("nomenclature", "name:два\nряда", "два\nряда"),
    ],
)
def test_what_is_written_as_the_table_says_is_taken(table: str, key: str, value: str) -> None:
    assert said(table, key, value) == []


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_its_forms_which_the_starting_rows_and_the_examples_meet(table: str) -> None:
    key, value = FORMS[table]
    assert faults(table, DEFAULT_ROWS.get(table, ()), []) == []
    assert said(table, key.example, value.example) == []


@pytest.mark.parametrize("table", ["counterparties", "organisations"])
def test_a_guid_in_large_letters_finds_what_1c_writes_in_small_ones(table: str) -> None:
    assert built(table, 1, "", [Row(EVERY_BASE, "k", f" {GUID.upper()} ")]).find("main", "K") == GUID
