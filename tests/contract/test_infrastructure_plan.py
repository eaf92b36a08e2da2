"""Manifests, Terraform and code agree: the plan of an empty project, held against both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from common.queue.policy import POLICIES
from common.settings import Settings
from infra.cloud.policy import faults
from infra.manifests import Manifest, covers, read
from tests.firestore_catalogue import catalogue
from tests.infrastructure import SECRETS, Deployment, deployment, planned

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "application": {},
    "webhook": {"bitrix": {"access": "webhook", "member_id": "a223c6b3710f85df22e9377d6c4f7553"}},
    "application and outgoing webhooks": {
        "bitrix": {"access": "application", "client_id": "local.1", "outgoing_webhooks": True}
    },
    "documents alone": {"onec_bases": {}},
    "acts alone, no fixed address": {"onec_dm": None, "static_egress": False, "requests_per_minute": 0},
}
Plan = dict[str, Any]


pytest_plugins = ("tests.terraform_workspaces",)


@pytest.fixture(scope="module")
def project(terraform_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(tmp_path_factory.mktemp("plan")) as found:
        yield found


@pytest.fixture(scope="module", params=list(VARIANTS))
def plan(project: Deployment, request: pytest.FixtureRequest) -> Plan:
    """The plan of each way to run the exchange."""
    return project.plan(**VARIANTS[request.param])


@pytest.fixture(scope="module")
def usual(project: Deployment) -> Plan:
    return project.plan()


def manifests() -> dict[str, tuple[Manifest, str]]:
    """Manifest and entry point by deployed name."""
    return {one.deployed(entry): (one, entry) for one in read().values() for entry in one.entry_points}


def public() -> set[str]:
    return {name for name, (manifest, entry) in manifests().items() if manifest.entry_points[entry].public}


def functions(plan: Plan) -> dict[str, dict[str, Any]]:
    """`service_config` by deployed name."""
    return {one["name"]: one["service_config"][0] for one in planned(plan, "google_cloudfunctions2_function")}


def test_no_policy_is_broken(plan: Plan) -> None:
    assert faults(plan, public()) == []


def test_every_entry_point_is_deployed_with_its_manifests_limits(plan: Plan) -> None:
    deployed = functions(plan)
    assert set(deployed) == set(manifests())
    for name, (manifest, entry) in manifests().items():
        wanted, found = manifest.entry_points[entry], deployed[name]
        assert (found["available_memory"], found["available_cpu"]) == (wanted.memory, wanted.cpu)
        assert found["timeout_seconds"] == wanted.timeout_seconds
        assert found["max_instance_request_concurrency"] == wanted.concurrency
        assert found["max_instance_count"] == manifest.max_instances(entry)
        assert found["environment_variables"]["THREADS"] == str(wanted.concurrency)


def test_every_function_has_the_secrets_its_manifest_names_and_no_others(plan: Plan) -> None:
    made = {one["secret_id"] for one in planned(plan, "google_secret_manager_secret")}
    for name, (manifest, entry) in manifests().items():
        wanted = {secret for secret in made if any(covers(one, secret) for one in manifest.entry_points[entry].secrets)}
        variables = functions(plan)[name].get("secret_environment_variables") or []
        assert {one["key"] for one in variables} == wanted, name
        assert {one["secret"] for one in variables} == wanted


def test_no_secret_is_made_that_nobody_reads(plan: Plan) -> None:
    made = {one["secret_id"] for one in planned(plan, "google_secret_manager_secret")}
    variables = [
        one for service in functions(plan).values() for one in service.get("secret_environment_variables") or []
    ]
    assert {one["secret"] for one in variables} == made


def test_the_settings_are_those_the_code_reads(plan: Plan) -> None:
    """All of them pass our own checks, with the secrets that come beside them."""
    made = {one["secret_id"] for one in planned(plan, "google_secret_manager_secret")}
    for service in functions(plan).values():
        environ = {**service["environment_variables"], **{name: SECRETS[name] for name in made}}
        settings = Settings.read(environ)
        assert (settings.store.kind, settings.queue.kind) == ("firestore", "cloudtasks")


def test_what_needs_an_unset_setting_does_not_run_with_an_empty_one(plan: Plan) -> None:
    for service in functions(plan).values():
        assert "" not in service["environment_variables"].values()


def test_a_function_puts_tasks_where_its_manifest_says(usual: Plan) -> None:
    granted = planned(usual, "google_cloud_tasks_queue_iam_member")
    enqueuers = {(one["member"], one["name"]) for one in granted if one.get("role") == "roles/cloudtasks.enqueuer"}
    wanted = {
        (f"serviceAccount:{name}@company-exchange-test.iam.gserviceaccount.com", queue)
        for name, (manifest, entry) in manifests().items()
        for queue in manifest.entry_points[entry].puts
    }
    assert enqueuers == wanted


def test_queues_dispatch_and_retry_as_the_embedded_ones(usual: Plan) -> None:
    found = {one["name"]: one for one in planned(usual, "google_cloud_tasks_queue")}
    assert set(found) == set(POLICIES)
    for name, policy in POLICIES.items():
        rates, retries = found[name]["rate_limits"][0], found[name]["retry_config"][0]
        assert rates["max_concurrent_dispatches"] == policy.max_concurrent
        assert rates["max_dispatches_per_second"] == policy.max_per_second
        assert (retries["max_attempts"], retries["max_doublings"]) == (policy.max_attempts, policy.max_doublings)
        assert (retries["min_backoff"], retries["max_backoff"]) == (
            f"{policy.min_backoff:g}s",
            f"{policy.max_backoff:g}s",
        )
        assert retries.get("max_retry_duration") is None


def test_jobs_run_at_their_manifests_times_in_the_business_zone(usual: Plan) -> None:
    found = {one["name"]: one for one in planned(usual, "google_cloud_scheduler_job")}
    wanted = {name: manifest for name, (manifest, entry) in manifests().items() if entry == "run"}
    assert {name: job["schedule"] for name, job in found.items()} == {n: one.schedule for n, one in wanted.items()}
    for name, job in found.items():
        assert job["time_zone"] == "Europe/Moscow"
        assert float(job["attempt_deadline"].removesuffix("s")) > wanted[name].entry_points["run"].timeout_seconds


def test_the_host_answers_for_public_functions_alone(usual: Plan) -> None:
    [urls] = planned(usual, "google_compute_url_map")
    rules = urls["path_matcher"][0]["path_rule"]
    assert {path for rule in rules for path in rule["paths"]} == {
        f"/{n}{rest}" for n in public() for rest in ("", "/*")
    }
    aborts = [
        one["default_route_action"][0]["fault_injection_policy"][0]["abort"][0]
        for one in (urls, urls["path_matcher"][0])
    ]
    assert [(one["http_status"], one["percentage"]) for one in aborts] == [(404, 100)] * 2


def test_the_database_has_the_indexes_and_expiries_of_the_catalogue(usual: Plan) -> None:
    collections = catalogue()["collections"]
    fields = planned(usual, "google_firestore_field")
    expiring = {one["collection"] for one in fields if one.get("ttl_config")}
    assert expiring == {name for name, kept in collections.items() if kept["expires"]}
    assert {one["field"] for one in fields if one.get("ttl_config")} == {"expire_at"}
    bare = {(one["collection"], one["field"]) for one in fields if not one.get("ttl_config")}
    assert bare == {(name, field) for name in collections for field in ("json", "write")}
    indexes = [(one["collection"], [_path(field) for field in one["fields"]]) for one in planned(usual, INDEX)]
    assert sorted(indexes) == sorted((name, index) for name, kept in collections.items() for index in kept["indexes"])


INDEX = "google_firestore_index"


def _path(field: Mapping[str, Any]) -> str:
    return f"{field['field_path']}{' desc' if field['order'] == 'DESCENDING' else ''}"


def test_only_those_who_call_1c_leave_by_the_fixed_address(usual: Plan) -> None:
    for name, (manifest, entry) in manifests().items():
        egress = functions(usual)[name].get("vpc_connector_egress_settings")
        assert (egress == "ALL_TRAFFIC") == manifest.entry_points[entry].egress, name
