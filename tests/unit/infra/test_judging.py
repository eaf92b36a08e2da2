"""What a plan would do, counted by type; and which new secrets it has no value for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.cloud.judging import changes, summary, without_value

VERSION = "google_secret_manager_secret_version"


def resource(
    actions: list[str], kind: str = "google_cloud_tasks_queue", index: Any = None, **more: Any
) -> Mapping[str, Any]:
    address = f"{kind}.one" + (f'["{index}"]' if index is not None else "")
    change = {"actions": actions, "before": more.pop("before", None), "after": more.pop("after", None)}
    keyed = {"index": index} if index is not None else {}
    return {"address": address, "type": kind, "mode": "managed", "change": change, **keyed, **more}


def plan(*resources: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"resource_changes": list(resources)}


@pytest.mark.parametrize(
    ("actions", "deed"),
    [
        (["create"], "create"),
        (["update"], "update"),
        (["delete"], "delete"),
        (["delete", "create"], "replace"),
        (["create", "delete"], "replace"),
        (["forget"], "forget"),
    ],
)
def test_what_is_done_to_a_resource_has_one_word(actions: list[str], deed: str) -> None:
    assert [one.deed for one in changes(plan(resource(actions)))] == [deed]


@pytest.mark.parametrize("actions", [["no-op"], ["read"]])
def test_what_stays_as_it_is_is_no_change(actions: list[str]) -> None:
    assert changes(plan(resource(actions))) == []


def test_reading_for_a_plan_is_no_change() -> None:
    assert changes(plan(resource(["create"], mode="data"))) == []


def test_changes_are_counted_by_type() -> None:
    found = changes(
        plan(
            resource(["create"]),
            resource(["create"], index="bulk"),
            resource(["update"], "google_firestore_database"),
            resource(["delete", "create"], "google_firestore_database"),
        )
    )
    assert summary(found) == [
        "resource                   create  update  replace",
        "google_cloud_tasks_queue        2",
        "google_firestore_database               1        1",
        "all                             2       1        1",
    ]


def test_of_no_change_there_is_nothing_to_count() -> None:
    assert summary([]) == []


def version(actions: list[str], name: str, before: int | None = None, after: int | None = None) -> Mapping[str, Any]:
    old = {"secret_data_wo_version": before} if before is not None else None
    return resource(actions, VERSION, name, before=old, after={"secret_data_wo_version": after})


def test_a_new_or_replaced_version_needs_a_value() -> None:
    found = changes(
        plan(
            version(["create"], "ONEC_MAIN_PASSWORD", after=1),
            version(["create", "delete"], "ONEC_DM_KEYS", 1, 2),
            version(["update"], "BITRIX_WEBHOOK_URL", 1, 2),
            version(["update"], "BITRIX_CLIENT_SECRET", 1, 1),
            version(["delete"], "ONEC_OLD_PASSWORD", 1),
            version(["no-op"], "ONEC_DM_PASSWORD", 1, 1),
        )
    )
    assert without_value(found, []) == ["BITRIX_WEBHOOK_URL", "ONEC_DM_KEYS", "ONEC_MAIN_PASSWORD"]
    assert without_value(found, ["ONEC_DM_KEYS", "BITRIX_WEBHOOK_URL"]) == ["ONEC_MAIN_PASSWORD"]


def test_a_version_that_belongs_to_no_setting_is_named_by_its_address() -> None:
    found = changes(plan(resource(["create"], VERSION, after={})))
    assert without_value(found, ["ONEC_DM_KEYS"]) == [f"{VERSION}.one"]
