"""What a plan may not hold is named before it is applied: the resource, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from infra.cloud.policy import faults

PUBLIC = {"bitrix-deal-changed"}
SERVICE: dict[str, Any] = {
    "ingress_settings": "ALLOW_INTERNAL_AND_GCLB",
    "max_instance_count": 10,
    "timeout_seconds": 30,
    "available_memory": "512M",
    "available_cpu": "1",
    "environment_variables": {"QUEUE_MAX_ATTEMPTS": "10"},
    "secret_environment_variables": [{"key": "A_TOKEN", "secret": "A_TOKEN", "version": "3"}],
}
JOB: dict[str, Any] = {"time_zone": "Europe/Moscow", "http_target": [{"oidc_token": [{"audience": "https://x"}]}]}
DATABASE = "google_firestore_database"


def one(kind: str, **values: Any) -> dict[str, Any]:
    return {"address": f"{kind}.x", "mode": "managed", "type": kind, "values": values}


def function(name: str = "bitrix-deal-changed", **service: Any) -> dict[str, Any]:
    return one("google_cloudfunctions2_function", name=name, service_config=[SERVICE | service])


def plan(*resources: dict[str, Any], changes: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A plan whose last resource lies in a module within a module, as the functions' own do."""
    deep = {"resources": list(resources[-1:]), "child_modules": []}
    root = {"resources": list(resources[:-1]), "child_modules": [{"child_modules": [deep]}]}
    return {"planned_values": {"root_module": root}, "resource_changes": list(changes)}


GOOD = (
    one("google_service_account", account_id="bitrix-deal-changed"),
    one("google_secret_manager_secret", secret_id="A_TOKEN"),
    one("google_cloud_run_service_iam_member", role="roles/run.invoker", service=next(iter(PUBLIC)), member="allUsers"),
    one("google_cloud_tasks_queue", retry_config=[{"max_attempts": 10}]),
    one("google_cloud_scheduler_job", **JOB),
    one(DATABASE, point_in_time_recovery_enablement="POINT_IN_TIME_RECOVERY_ENABLED"),
    one("google_storage_bucket", public_access_prevention="enforced"),
    one("google_project_iam_custom_role", permissions=["cloudtasks.queues.pause"]),
    one("google_project_iam_member", role="projects/p/roles/exchangePausesJobs", member=None),
    function(),
)


def test_a_plan_in_order_has_no_faults() -> None:
    assert faults(plan(*GOOD), PUBLIC) == []


def test_an_empty_plan_has_no_faults() -> None:
    assert faults({}, PUBLIC) == []


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        (one("google_project_iam_member", role="roles/editor", member="serviceAccount:x"), "roles/editor"),
        (one("google_project_iam_member", role="roles/datastore.owner"), "roles/datastore.owner"),
        (one("google_cloud_tasks_queue_iam_member", role="roles/cloudtask.enqueuer"), "roles/cloudtask.enqueuer"),
        (one("google_pubsub_topic_iam_member", role="roles/pubsub.publisher"), "known: none"),
        (one("google_project_iam_binding", role="roles/datastore.user"), "single members"),
        (one("google_storage_bucket_iam_policy"), "single members"),
        (one("google_cloud_run_service_iam_member", service="deal-sweep", member="allUsers"), "deal-sweep is private"),
        (one("google_storage_bucket_iam_member", member="allAuthenticatedUsers"), "must not be open"),
        (one("google_project_iam_member", role="roles/storage.objectViewer"), "needs a condition"),
        (one("google_project_iam_custom_role", permissions=["cloudtasks.queues.*"]), "cloudtasks.queues.*"),
        (one("google_project_iam_custom_role", permissions=["cloudtasks.queues.delete"]), "cloudtasks.queues.delete"),
        (function(ingress_settings="ALLOW_ALL"), "ALLOW_INTERNAL_AND_GCLB"),
        (function("deal-sweep"), "ALLOW_INTERNAL_ONLY"),
        (function("deal-sweep"), "no service account of its own"),
        (function(max_instance_count=None), "max_instance_count"),
        (function(environment_variables={"ONEC_MAIN_PASSWORD": "x"}), "ONEC_MAIN_PASSWORD is a secret"),
        (function(environment_variables={"QUEUE_MAX_ATTEMPTS": "5"}), "gives up after 10"),
        (function(secret_environment_variables=[{"secret": "B_KEYS", "version": "1"}]), "B_KEYS is referenced"),
        (function(secret_environment_variables=[{"secret": "A_TOKEN", "version": "latest"}]), "not latest"),
        (one("google_cloud_scheduler_job", **JOB | {"http_target": [{}]}), "oidc_token"),
        (one("google_cloud_scheduler_job", **JOB | {"time_zone": None}), "time_zone"),
        (one("google_cloud_tasks_queue", retry_config=[{"max_attempts": -1}]), "max_attempts"),
        (one(DATABASE, point_in_time_recovery_enablement=None), "point-in-time"),
        (one("google_storage_bucket", public_access_prevention="inherited"), "public_access_prevention"),
    ],
)
def test_a_fault_is_named_with_its_resource(wrong: dict[str, Any], names: str) -> None:
    found = faults(plan(*GOOD, wrong), PUBLIC)
    assert [fault for fault in found if fault.startswith(wrong["address"]) and names in fault]


@pytest.mark.parametrize(
    ("kind", "field"), [("google_cloud_scheduler_job", "paused"), ("google_cloud_tasks_queue", "desired_state")]
)
def test_what_a_run_pauses_no_apply_resumes(kind: str, field: str) -> None:
    """Only what somebody wrote is a fault: once made, a job's planned values say `paused` by themselves."""
    made = one("google_cloud_scheduler_job", **JOB | {"paused": False})
    assert faults(plan(*GOOD, made), PUBLIC) == []
    written = {"address": f"{kind}.run", "type": kind, "expressions": {field: {"constant_value": "x"}}}
    deep = {"module_calls": {"function": {"module": {"resources": [written]}}}}
    found = faults({**plan(*GOOD), "configuration": {"root_module": {"resources": [], **deep}}}, PUBLIC)
    assert found == [f"module.function.{kind}.run: sets {field}; an apply would undo what the watch or a person paused"]


def test_a_new_account_and_role_that_only_google_will_name_are_no_fault() -> None:
    unknown = one("google_cloud_tasks_queue_iam_member", role=None, member=None)
    assert faults(plan(*GOOD, unknown), PUBLIC) == []


@pytest.mark.parametrize(("actions", "word"), [(["delete"], "destroyed"), (["delete", "create"], "replaced")])
def test_what_holds_data_goes_only_by_a_persons_word(actions: list[str], word: str) -> None:
    change = {"address": f"{DATABASE}.exchange", "type": DATABASE, "change": {"actions": actions}}
    found = faults(plan(*GOOD, changes=(change,)), PUBLIC)
    assert len(found) == 1
    assert f"{DATABASE}.exchange: would be {word}" in found[0]
    assert faults(plan(*GOOD, changes=(change,)), PUBLIC, may_destroy=True) == []


def test_what_is_protected_does_not_go_by_a_word_either() -> None:
    """Terraform itself would refuse it last, when everything around it is gone already."""
    kept = {"actions": ["delete"], "before": {"deletion_policy": "PREVENT"}}
    change = {"address": f"{DATABASE}.exchange", "type": DATABASE, "change": kept}
    for may_destroy in (False, True):
        [found] = faults(plan(*GOOD, changes=(change,)), PUBLIC, may_destroy)
        assert "first apply deletion_protection = false" in found


def test_what_can_be_made_again_may_go() -> None:
    change = {"address": "google_cloud_scheduler_job.run", "type": "google_cloud_scheduler_job"}
    assert faults(plan(*GOOD, changes=(change | {"change": {"actions": ["delete"]}},)), PUBLIC) == []
