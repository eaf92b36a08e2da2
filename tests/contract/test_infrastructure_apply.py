"""What an operator lives through: deploying twice, changing a function, rotating a secret, pausing, mistakes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.cloud.policy import faults
from tests.infrastructure import NUMBER, PROJECT, SECRETS, Deployment, changed, deployment
from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.refusals.apis import PREPARED_PROJECT
from tests.simulators.google_provider.terraform import Failed

DATABASE = "google_firestore_database.exchange"


pytest_plugins = ("tests.terraform_workspaces",)


@pytest.fixture(scope="module")
def first_apply(terraform_installed: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Cloud, str]:
    """Cloud and state after the first apply to a project prepared as the README says, and no further."""
    cloud = Cloud(enabled=PREPARED_PROJECT)
    with deployment(tmp_path_factory.mktemp("first"), cloud) as found:
        found.apply()
        return cloud, found.terraform.state()


@pytest.fixture
def cloud(first_apply: tuple[Cloud, str]) -> Cloud:
    """A copy of what is deployed, to do as one likes."""
    return replace(first_apply[0], resources=deepcopy(first_apply[0].resources), payloads=dict(first_apply[0].payloads))


@pytest.fixture
def deployed(tmp_path: Path, cloud: Cloud, first_apply: tuple[Cloud, str]) -> Iterator[Deployment]:
    """A project after its first apply."""
    with deployment(tmp_path, cloud, first_apply[1]) as found:
        yield found


@pytest.fixture
def project(terraform_installed: None, tmp_path: Path) -> Iterator[Deployment]:
    """A project before its first apply."""
    with deployment(tmp_path) as found:
        yield found


def state(deployed: Deployment, kind: str) -> list[dict[str, Any]]:
    """Attributes of everything of a kind as Terraform knows it."""
    resources = json.loads(deployed.terraform.state())["resources"]
    found = [one for one in resources if one["type"] == kind and one["mode"] == "managed"]
    return [instance["attributes"] for one in found for instance in one["instances"]]


def test_applying_again_changes_nothing_and_needs_no_secret(deployed: Deployment) -> None:
    assert not deployed.changes()


def test_no_secret_is_in_state_plan_or_outputs(deployed: Deployment) -> None:
    plan = deployed.plan(secret_versions={"ONEC_MAIN_PASSWORD": 2})
    everything = json.dumps([plan, deployed.outputs()]) + deployed.terraform.state()
    everything += "".join(path.read_bytes().decode("latin-1") for path in deployed.terraform.folder.glob("*.bin"))
    assert [name for name, value in SECRETS.items() if value in everything] == []


def test_a_changed_package_redeploys_its_function_alone(deployed: Deployment) -> None:
    deployed.pack("deal_sweep", b"other bytes")
    touched = changed(deployed.plan())
    assert {re.sub(r"\[.*", "", address) for address in touched} == {
        "google_storage_bucket_object.source",
        "module.function",
    }
    assert all("deal-sweep" in address or "deal_sweep" in address for address in touched)


def test_both_entry_points_of_a_changed_package_are_redeployed(deployed: Deployment) -> None:
    deployed.pack("bitrix_deal_changed", b"other bytes")
    functions = [one for one in changed(deployed.plan()) if one.endswith("google_cloudfunctions2_function.this")]
    assert sorted(functions) == [
        'module.function["bitrix-deal-changed"].google_cloudfunctions2_function.this',
        'module.function["bitrix-deal-changed-process"].google_cloudfunctions2_function.this',
    ]


def test_the_bytes_of_before_are_the_object_of_before(deployed: Deployment) -> None:
    """A rollback."""
    deployed.pack("deal_sweep", b"other bytes")
    deployed.apply()
    deployed.pack("deal_sweep", b"deal_sweep")
    deployed.apply()
    assert not deployed.changes()


def test_a_rotated_secret_reaches_those_who_read_it_as_a_new_version(deployed: Deployment) -> None:
    rotated = {"secret_versions": {"ONEC_MAIN_PASSWORD": 2}}
    touched = changed(deployed.plan(**rotated))
    assert touched['google_secret_manager_secret_version.setting["ONEC_MAIN_PASSWORD"]'] == ["create", "delete"]
    assert [one for one in touched if "secret_version" in one and "ONEC_MAIN" not in one] == []
    readers = {re.findall(r'"(.*?)"', one)[0] for one in touched if one.startswith("module.function")}
    assert readers == {"bitrix-deal-changed-process", "exchange-watch"}
    deployed.apply(**rotated)
    assert not deployed.changes(**rotated)


@pytest.mark.parametrize(
    ("kind", "name", "paused", "shown"),
    [
        ("google_cloud_scheduler_job", "deal-sweep", {"paused": True}, "paused"),
        ("google_cloud_tasks_queue", "bulk", {"state": "PAUSED"}, "state"),
    ],
)
def test_what_was_paused_meanwhile_stays_so(
    deployed: Deployment, cloud: Cloud, kind: str, name: str, paused: dict[str, Any], shown: str
) -> None:
    cloud.change(kind, name, **paused)
    deployed.apply(document_sync_minutes=10)
    [found] = [one for one in state(deployed, kind) if one["name"] == name]
    assert found[shown] == paused[shown]


def test_only_tasks_and_scheduler_may_call_what_is_private(deployed: Deployment) -> None:
    def account(name: str) -> str:
        return f"serviceAccount:{name}@{PROJECT}.iam.gserviceaccount.com"

    callers = {one["service"]: one["member"] for one in state(deployed, "google_cloud_run_service_iam_member")}
    for service, member in callers.items():
        private = service.endswith("-process") or service in ("deal-sweep", "document-sync", "exchange-watch")
        assert (member == "allUsers") != private, service
        if private:
            assert member == account("exchange-tasks" if service.endswith("-process") else "exchange-scheduler")


def test_a_jobs_token_is_for_the_service_it_calls(deployed: Deployment) -> None:
    addresses = deployed.outputs()["functions"]
    for job in state(deployed, "google_cloud_scheduler_job"):
        target = job["http_target"][0]
        assert target["uri"] == target["oidc_token"][0]["audience"] == addresses[job["name"]]


def test_tasks_find_the_services_under_the_addresses_that_were_told(deployed: Deployment) -> None:
    pattern = deployed.outputs()["settings"]["PROCESS_URL_PATTERN"]
    assert pattern == f"https://{{}}-{NUMBER}.europe-west1.run.app"


def test_an_address_that_came_out_otherwise_is_named(deployed: Deployment) -> None:
    """Tasks would be put for an address where nobody answers, and nothing else would say so."""
    path = deployed.terraform.folder / "settings.tf"
    told, other = "-${data.google_project.this.number}.", "-other."
    path.write_text(path.read_text(encoding="utf-8").replace(told, other), encoding="utf-8")
    with pytest.raises(Failed) as failed:
        deployed.apply()
    said = " ".join(str(failed.value).split())
    assert "did not give bitrix-deal-changed-process the address https://bitrix-deal-changed-process-other." in said


def test_outputs_say_what_to_paste_where(deployed: Deployment) -> None:
    outputs = deployed.outputs()
    pasted = json.dumps(outputs["paste"], ensure_ascii=False)
    for wanted in (
        "https://exchange.example.ru/bitrix-app-installed",
        "https://exchange.example.ru/onec-document-changed",
        outputs["egress_address"],
        outputs["public_address"],
        "bizproc",
    ):
        assert wanted in pasted


def test_the_database_is_not_destroyed_by_mistake(deployed: Deployment) -> None:
    plan = deployed.plan(store_location="europe-west3")
    [fault] = faults(plan, set())[-1:]
    assert DATABASE in fault
    assert "deletion_protection = false" in fault
    with pytest.raises(Failed):
        deployed.terraform.destroy(*deployed.variables())


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"alert_emails": ["other@example.ru"]}, "google_monitoring_notification_channel"),
        ({"requests_per_minute": 0}, "google_compute_security_policy"),
        ({"static_egress": False}, "google_vpc_access_connector"),
    ],
)
def test_what_others_hold_goes_after_they_let_go(
    terraform_installed: None, tmp_path: Path, changes: dict[str, Any], gone: str
) -> None:
    """Google refuses to delete what is still named by an alert, a backend or a function."""
    with deployment(tmp_path) as project:
        project.apply(deletion_protection=False)
        project.apply(deletion_protection=False, **changes)
        assert not project.changes(deletion_protection=False, **changes)
        assert "it@example.ru" not in json.dumps(state(project, gone))


def test_a_public_function_can_be_taken_away(deployed: Deployment) -> None:
    shutil.rmtree(deployed.root / "functions" / "bitrix_file_submitted")
    deployed.apply()
    assert not deployed.changes()
    assert "bitrix-file-submitted" not in deployed.outputs()["functions"]


def test_a_protected_address_is_not_lost_by_switching_egress_off(deployed: Deployment) -> None:
    plan = deployed.plan(static_egress=False)
    assert [one for one in faults(plan, set(), may_destroy=True) if "google_compute_address.egress" in one]


def test_an_environment_that_may_be_thrown_away_goes_whole(terraform_installed: None, tmp_path: Path) -> None:
    with deployment(tmp_path) as project:
        project.apply(deletion_protection=False)
        project.terraform.destroy(*project.variables(deletion_protection=False))
        assert json.loads(project.terraform.state())["resources"] == []


@pytest.mark.parametrize(
    ("field", "wrong", "named"),
    [
        ("memory", "256M", "memory must be 512M"),
        ("cpu", "0.5", "cpu must be"),
        ("timeout_seconds", 3600, "timeout_seconds must be"),
        ("concurrency", 500, "concurrency must be"),
        ("max_instances", 1000, "max_instances must be"),
    ],
)
def test_a_mistake_in_a_manifest_is_named_before_anything_is_made(
    project: Deployment, field: str, wrong: Any, named: str
) -> None:
    """Also by Terraform alone, should somebody run it without deploy.sh."""
    path = project.root / "functions" / "deal_sweep" / "function.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["entry_points"]["run"][field] = wrong
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(Failed) as failed:
        project.plan()
    assert "deal-sweep" in str(failed.value)
    assert named in " ".join(str(failed.value).split())


def test_a_private_entry_point_cannot_be_made_public(project: Deployment) -> None:
    path = project.root / "functions" / "deal_sweep" / "function.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"public": false', '"public": true'), encoding="utf-8")
    with pytest.raises(Failed) as failed:
        project.plan()
    assert "deal-sweep: `run` is private by design" in " ".join(str(failed.value).split())


def test_a_package_that_was_not_made_is_named(project: Deployment) -> None:
    (project.root / "build" / "deal_sweep.zip").unlink()
    with pytest.raises(Failed) as failed:
        project.plan()
    assert "deal_sweep.zip" in str(failed.value)


def test_a_secret_without_a_value_is_refused_by_its_name(terraform_installed: None, tmp_path: Path) -> None:
    with deployment(tmp_path) as project, pytest.raises(Failed) as failed:
        project.terraform.apply(*project.variables(), *project.secrets(BITRIX_CLIENT_SECRET="x"))
    assert "ONEC_MAIN_PASSWORD" in str(failed.value)


@pytest.mark.parametrize(
    ("file", "right", "wrong", "named"),
    [
        ("identities.tf", "roles/cloudtasks.enqueuer", "roles/cloudtasks.admin", "roles/cloudtasks.admin"),
        ("identities.tf", '"roles/datastore.user"', '"roles/owner"', "roles/owner"),
        ("identities.tf", "cloudtasks.queues.pause", "cloudtasks.queues.delete", "cloudtasks.queues.delete"),
        ("secrets.tf", "roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "secretmanager.admin"),
    ],
)
def test_a_mistake_in_a_role_is_named_before_anything_is_made(
    project: Deployment, file: str, right: str, wrong: str, named: str
) -> None:
    path = project.terraform.folder / file
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    assert [fault for fault in faults(project.plan(), set()) if named in fault]
