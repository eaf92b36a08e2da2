"""The answers of the simulated portal have the shape of the vendor's method descriptions (shared reference data)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.disk_samples import DISK_CALLS, furnish
from tests.simulators.bitrix24.calls import METHODS
from tests.simulators.bitrix24.lab import Lab
from tests.simulators.bitrix24.wire import Data

SPECS = Path(__file__).parents[2].parent / "shared" / "data" / "bitrix24" / "methods"
pytestmark = pytest.mark.shared

# What we answer otherwise than the description, and why.
DISAGREEMENTS = {
    "catalog.measure.list": "the sample leaves out the `result` wrapper (facts 4.7)",
    "catalog.vat.list": "the sample leaves out the `result` wrapper, as for units",
    "crm.item.get": "the sample is a lead, which is not simulated",
    "crm.item.list": "the sample is of leads, which are not simulated",
    "crm.item.add": "the sample has columns of the database and of one portal",
    "crm.item.update": "the sample has columns of the database and of one portal",
    "crm.item.fields": "the sample is a smart process",
    "crm.deal.get": "UTM and parent fields of the sample are of one portal",
    "crm.company.get": "address columns are always null: addresses belong to requisites (facts 4.5)",
    "crm.requisite.get": "fields of other countries are not simulated",
    "crm.deal.fields": "the sample also has fields of other modules",
    "crm.company.fields": "the sample also has address columns and user fields of one portal",
    "crm.currency.get": "the sample has formats by language",
    "crm.requisite.list": "no sample",
    "crm.activity.get": "the sample is a call by telephone",
    "crm.deal.userfield.get": "labels of the sample are in all languages, settings are of the portal",
    "user.search": "personal fields of the sample are not simulated",
    "user.get": "personal fields of the sample are not simulated",
}
# Descriptions name `productRow` in the prose of `returns`; the answer of the product is `productRows` (facts 4.2).
RETURNS_DISAGREE = {"crm.item.productrow.set", "catalog.measure.list", "catalog.vat.list"}
# Optional by the product although the description marks them, or checked by another error.
LENIENT = {
    "bizproc.activity.add": {"PLACEMENT_HANDLER"},
    "bizproc.robot.add": {"PLACEMENT_HANDLER"},
    "crm.item.productrow.set": set(),
    "crm.company.add": {"fields"},
    "crm.company.update": {"fields"},
    "crm.deal.userfield.update": {"fields"},
    "crm.requisite.update": {"fields"},
    "crm.activity.update": {"fields"},
}
FIELDS = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": 1, "PRESET_ID": 1}
TODO = {"ownerTypeId": 2, "ownerId": 1, "deadline": "2026-09-03T15:00:00+03:00"}
ROBOT = {"CODE": "code", "HANDLER": "https://hub.example.ru/bp", "NAME": "n"}
NOTICE = {"USER_ID": 1, "MESSAGE": "m"}
COMMUNICATION = [{"VALUE": "+7", "ENTITY_ID": 1, "ENTITY_TYPE_ID": 4}]

DEAL_COLUMNS = [
    "ID", "TITLE", "TYPE_ID", "CATEGORY_ID", "STAGE_ID", "OPPORTUNITY", "IS_MANUAL_OPPORTUNITY", "ASSIGNED_BY_ID",
    "DATE_CREATE",
]  # fmt: skip

CALLS: dict[str, Data] = {
    "app.option.get": {},
    "app.option.set": {"options": {"data": "value"}},
    "bizproc.activity.add": ROBOT,
    "bizproc.activity.delete": {"CODE": "there"},
    "bizproc.activity.list": {},
    "bizproc.activity.log": {"EVENT_TOKEN": "token", "LOG_MESSAGE": "m"},
    "bizproc.event.send": {"EVENT_TOKEN": "token"},
    "bizproc.robot.add": ROBOT,
    "bizproc.robot.delete": {"CODE": "there"},
    "catalog.measure.list": {"select": ["id", "code", "symbolIntl"]},
    "catalog.vat.list": {"select": ["id", "name", "rate"]},
    "crm.activity.add": {
        "fields": {"OWNER_TYPE_ID": 2, "OWNER_ID": 1, "TYPE_ID": 2, "SUBJECT": "s", "COMMUNICATIONS": COMMUNICATION}
    },
    "crm.activity.get": {"id": 1},
    "crm.activity.list": {},
    "crm.activity.todo.add": TODO,
    "crm.activity.update": {"id": 1, "fields": {"COMPLETED": "Y"}},
    "crm.address.add": {"fields": {"TYPE_ID": 1, "ENTITY_TYPE_ID": 8, "ENTITY_ID": 1}},
    "crm.address.list": {},
    "crm.category.get": {"entityTypeId": 2, "id": 1},
    "crm.category.list": {"entityTypeId": 2},
    "crm.company.add": {"fields": {"TITLE": "t"}},
    "crm.company.fields": {},
    "crm.company.get": {"id": 1},
    "crm.company.list": {"select": ["TITLE", "ASSIGNED_BY_ID", "ID", "PHONE"]},
    "crm.company.update": {"id": 1, "fields": {"TITLE": "u"}},
    "crm.currency.get": {"id": "RUB"},
    "crm.currency.list": {},
    "crm.deal.add": {"fields": {"TITLE": "t"}},
    "crm.deal.fields": {},
    "crm.deal.get": {"id": 1},
    "crm.deal.list": {"select": DEAL_COLUMNS},
    "crm.deal.update": {"id": 1, "fields": {"TITLE": "u"}},
    "crm.deal.userfield.add": {"fields": {"FIELD_NAME": "NEW", "USER_TYPE_ID": "string"}},
    "crm.deal.userfield.delete": {"id": 1},
    "crm.deal.userfield.get": {"id": 1},
    "crm.deal.userfield.list": {},
    "crm.deal.userfield.update": {"id": 1, "fields": {"SORT": 5}},
    "crm.item.add": {"entityTypeId": 2, "fields": {"title": "t"}},
    "crm.item.delete": {"entityTypeId": 2, "id": 1},
    "crm.item.fields": {"entityTypeId": 2},
    "crm.item.get": {"entityTypeId": 2, "id": 1},
    "crm.item.list": {"entityTypeId": 2},
    "crm.item.productrow.add": {"fields": {"ownerId": 1, "ownerType": "D", "price": 1}},
    "crm.item.productrow.delete": {"id": 1},
    "crm.item.productrow.get": {"id": 1},
    "crm.item.productrow.list": {"filter": {"=ownerType": "D", "=ownerId": 1}},
    "crm.item.productrow.set": {"ownerType": "D", "ownerId": 1, "productRows": [{"price": 1}]},
    "crm.item.productrow.update": {"id": 1, "fields": {"price": 2}},
    "crm.item.update": {"entityTypeId": 2, "id": 1, "fields": {"title": "t"}},
    "crm.requisite.add": {"fields": FIELDS},
    "crm.requisite.bankdetail.list": {"select": ["ENTITY_ID", "ID", "NAME"]},
    "crm.requisite.get": {"id": 1},
    "crm.requisite.link.get": {"entityTypeId": 2, "entityId": 1},
    "crm.requisite.link.list": {},
    "crm.requisite.link.register": {"fields": {"ENTITY_TYPE_ID": 2, "ENTITY_ID": 1}},
    "crm.requisite.list": {},
    "crm.requisite.preset.list": {"select": ["ID", "NAME"]},
    "crm.requisite.update": {"id": 1, "fields": {"RQ_KPP": "1"}},
    "crm.stagehistory.list": {"entityTypeId": 2},
    "crm.status.list": {"filter": {"ENTITY_ID": "DEAL_STAGE"}},
    "crm.timeline.comment.add": {"fields": {"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "c"}},
    "crm.vat.list": {"select": ["ID", "NAME", "RATE"]},
    "department.get": {"PARENT": 1},
    "event.bind": {"event": "ONCRMDEALADD", "handler": "https://hub.example.ru/other"},
    "event.offline.clear": {"process_id": "0" * 32},
    "event.offline.error": {"process_id": "0" * 32, "message_id": ["x"]},
    "event.offline.get": {},
    "event.offline.list": {},
    "event.unbind": {"event": "ONCRMDEALADD", "handler": "https://hub.example.ru/b24"},
    "feature.get": {"CODE": "x"},
    "im.notify.personal.add": NOTICE,
    "im.notify.system.add": NOTICE,
    "method.get": {"name": "user.get"},
    "user.get": {},
    "user.search": {"FILTER": {"FIND": "анна"}},
    **DISK_CALLS,
}


def spec(name: str) -> Data:
    """The description of a method, or a skip with the reason."""
    if not SPECS.is_dir():
        pytest.skip("the shared method descriptions are not beside the project")
    read: Data = json.loads((SPECS / f"{name}.json").read_text(encoding="utf-8"))
    return read


def furnished() -> tuple[Lab, str]:
    """A portal with one of everything, and an application's token."""
    lab = Lab()
    furnish(lab)
    lab.portal.crm.add_category(1, "Услуги")
    company = lab.person.add_company("A", PHONE=[{"ID": "1", "VALUE": "+7", "VALUE_TYPE": "WORK", "TYPE_ID": "PHONE"}])
    lab.person.add_user_field("ONE", "string")
    deal = lab.person.add_deal("x", COMPANY_ID=company)
    lab.person.set_rows(deal, [{"productName": "a", "price": 1}])
    requisite = lab.person.add_requisite(company)
    lab.person.add_bank_detail(requisite, NAME="b")
    lab.person.add_address(requisite, CITY="c")
    lab.person.link_requisites(deal, requisite=requisite)
    lab.result("crm.activity.todo.add", TODO)
    lab.result("department.get")
    lab.portal.departments[2] = type(lab.portal.departments[1])(2, "Бухгалтерия", parent=1)
    lab.portal.callbacks["token"] = {"done": False}
    token = lab.token(lab.application())
    lab.result("event.bind", {"event": "ONCRMDEALADD", "handler": "https://hub.example.ru/b24"}, token)
    for kind in ("activity", "robot"):
        lab.result(f"bizproc.{kind}.add", {**ROBOT, "CODE": "there"}, token)
    lab.result("app.option.set", {"options": {"data": "value", "data2": "value2"}}, token)
    return lab, token


def kind(value: Any) -> str:
    """The JSON type of a value; both numbers are one type, null fits everything."""
    names: list[tuple[type | tuple[type, ...], str]] = [
        (bool, "boolean"), ((int, float), "number"), (str, "string"), (list, "array"), (dict, "object"),
    ]  # fmt: skip
    return next((name for types, name in names if isinstance(value, types)), "null")


def differences(ours: Any, theirs: Any, keys: bool, path: str = "result") -> list[str]:
    """Where our answer has another type, or (with `keys`) lacks a key of the sample."""
    if "null" in (kind(ours), kind(theirs)):
        return []
    if kind(ours) != kind(theirs):
        # An empty PHP array is a list even where a map is meant (facts 10.2).
        return [] if not ours and isinstance(ours, list | dict) else [f"{path}: {kind(ours)} instead of {kind(theirs)}"]
    if isinstance(ours, list):
        return differences(ours[0], theirs[0], keys, f"{path}[]") if ours and theirs else []
    if not isinstance(ours, dict):
        return []
    found = [f"{path}: no {key}" for key in theirs if key not in ours] if keys else []
    both = [key for key in theirs if key in ours]
    return found + [line for key in both for line in differences(ours[key], theirs[key], keys, f"{path}.{key}")]


def test_every_implemented_method_with_a_description_is_compared() -> None:
    described = {path.stem for path in SPECS.glob("*.json")}
    if not described:
        pytest.skip("the shared method descriptions are not beside the project")
    ours = {method.name for method in METHODS.values()}
    assert sorted(ours & described) == sorted(set(CALLS) & described)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_answer_has_the_described_shape(name: str) -> None:
    described = spec(name)
    lab, token = furnished()
    body = lab.call(name, CALLS[name], token)
    assert "error" not in body, body
    sample = described.get("resultExample") or {}
    if name in ("catalog.measure.list", "catalog.vat.list"):
        sample = {"result": {key: value for key, value in sample.items() if key not in ("total", "time")}}
    if "result" in sample:
        assert differences(body["result"], sample["result"], keys=name not in DISAGREEMENTS) == []
        assert ("total" in body) >= ("total" in sample)
    _check_returns(name, body["result"], described.get("returns") or [])


def _check_returns(name: str, result: Any, returns: list[Data]) -> None:
    """The described type of `result`, and the described keys directly under it."""
    bases = {row["name"]: row["base"] for row in returns}
    shapes: dict[str, Callable[[Any], bool]] = {
        "array": lambda value: isinstance(value, list | dict), "object": lambda value: isinstance(value, dict | list),
        "integer": lambda value: isinstance(value, int), "boolean": lambda value: isinstance(value, bool),
    }  # fmt: skip
    base = bases.pop("result", "any")
    if result is not None and base in shapes:
        assert shapes[base](result), (base, result)
    if isinstance(result, dict) and len(result) == 1 and name not in RETURNS_DISAGREE:
        wrapper = next(iter(result))
        assert wrapper in bases or not {"item", "items", "productRow", "productRows", "categories"} & set(bases)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_required_parameters_are_required(name: str) -> None:
    required = {row["name"] for row in spec(name)["params"] if row.get("required") is True} - LENIENT.get(name, set())
    known = {key.lower(): key for key in CALLS[name]}
    for parameter in required:
        lab, token = furnished()
        key = known[parameter.lower()]
        body = lab.call(name, {other: value for other, value in CALLS[name].items() if other != key}, token)
        assert "error" in body, parameter
