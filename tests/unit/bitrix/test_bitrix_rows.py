"""Rows of the CRM as the facts show them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from common.bitrix import crm_rows
from common.bitrix.crm_rows import Unasked
from common.model.ids import DealId, RequisiteId

# The row of facts bitrix24 §4.2.
ROW: dict[str, Any] = {
    "id": 17649, "ownerId": 13142, "ownerType": "D", "productId": 9621, "productName": "iphone 14",
    "price": Decimal("90000.10"), "priceExclusive": Decimal("81818.18"), "quantity": 3, "taxRate": 10,
    "taxIncluded": "Y", "measureCode": 796, "measureName": "шт", "sort": 20,
}  # fmt: skip


@pytest.mark.parametrize(("code", "text"), [(796, "796"), (6, "006"), (55, "055"), (None, ""), (0, ""), ("6", "006")])
def test_okei_codes_are_padded(code: Any, text: str) -> None:
    assert crm_rows.product_row({**ROW, "measureCode": code}).unit_code == text


@pytest.mark.parametrize(("rate", "expected"), [(None, None), (0, Decimal(0)), (Decimal("5.5"), Decimal("5.5"))])
def test_without_vat_is_not_zero_percent(rate: Any, expected: Decimal | None) -> None:
    assert crm_rows.product_row({**ROW, "taxRate": rate}).vat_rate == expected


def test_numbers_are_exact() -> None:
    row = crm_rows.product_row(ROW)
    assert (row.price, row.price_exclusive, row.quantity) == (Decimal("90000.10"), Decimal("81818.18"), Decimal(3))
    assert crm_rows.product_row({**ROW, "productId": 0}).product_id == 0
    assert (crm_rows.exact(None), crm_rows.exact("")) == (Decimal(0), Decimal(0))
    odds: list[Any] = [1.5, True, [], {}]
    for odd in odds:
        with pytest.raises(TypeError):
            crm_rows.exact(odd)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"), (None, ""), (True, "1"), (False, "0"), (5, "5"), (Decimal("1.50"), "1.50"), ([], ""),
        (["a", None, 3], "a, 3"), ({"id": 1, "url": "u"}, ""), ([{"id": 1}], ""),
    ],
)  # fmt: skip
def test_user_fields_are_texts(value: Any, text: str) -> None:
    assert crm_rows.as_text(value) == text


@pytest.mark.parametrize(
    "rows", [[{**ROW, "ownerId": 5}], [ROW, {**ROW, "ownerType": "L"}], [{**ROW, "ownerId": None}]]
)
def test_rows_of_another_owner_spoil_the_answer(rows: list[Any]) -> None:
    with pytest.raises(Unasked):
        crm_rows.product_rows({"productRows": rows}, DealId(13142))


def test_links_and_requisites_of_others_spoil_the_answer() -> None:
    link = {"ENTITY_TYPE_ID": "2", "ENTITY_ID": "26", "REQUISITE_ID": "60", "MC_REQUISITE_ID": "2"}
    with pytest.raises(Unasked):
        crm_rows.link([link], DealId(25))
    requisite = {"ID": "60", "ENTITY_TYPE_ID": "4", "ENTITY_ID": "9"}
    with pytest.raises(Unasked):
        crm_rows.requisites_of([requisite], 4, 10, {})
    with pytest.raises(Unasked):
        crm_rows.requisites([requisite], [RequisiteId(61)], {})
    assert crm_rows.requisites([requisite], [RequisiteId(60)], {})[RequisiteId(60)].country == 0


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"RQ_COMPANY_NAME": "ООО А", "RQ_NAME": "Б"}, "ООО А"),
        ({"RQ_NAME": "ИП Титов"}, "ИП Титов"),
        ({"RQ_LAST_NAME": "Титов", "RQ_FIRST_NAME": "Иван", "RQ_SECOND_NAME": None}, "Титов Иван"),
        ({"NAME": "Организация"}, ""),
    ],
)
def test_names_of_requisites(row: dict[str, Any], name: str) -> None:
    assert crm_rows.requisite({"ID": "1", "ENTITY_TYPE_ID": "4", "ENTITY_ID": "2", **row}, {}).name == name


def test_an_address_is_one_line() -> None:
    row = {
        "TYPE_ID": "6", "ENTITY_TYPE_ID": "8", "ENTITY_ID": "7335", "ADDRESS_1": "Ленина 2", "ADDRESS_2": "701",
        "CITY": "Москва", "POSTAL_CODE": "625003", "REGION": "Москва", "PROVINCE": None, "COUNTRY": "Россия",
    }  # fmt: skip
    address = crm_rows.address(row)
    assert (address.requisite, address.kind) == (7335, 6)
    assert address.text == "625003, Россия, Москва, Ленина 2, 701"


def test_names_of_clients() -> None:
    assert crm_rows.client_name({"item": {"id": 3, "title": "ООО А"}}, 4, 3) == "ООО А"
    assert crm_rows.client_name({"item": {"id": 3, "name": "Пётр", "lastName": None}}, 3, 3) == "Пётр"
    assert crm_rows.client_name({"item": {"id": 4, "title": "ООО Б"}}, 4, 3) == ""
    assert crm_rows.client_name([], 4, 3) == ""


def test_empty_lists_come_in_any_shape() -> None:
    shapes: list[Any] = [[], {}, {"items": []}, {"items": None}, None]
    assert [crm_rows.listed(empty, "items") for empty in shapes] == [[]] * 5
    assert crm_rows.listed({"0": {"a": 1}}) == [{"a": 1}]
