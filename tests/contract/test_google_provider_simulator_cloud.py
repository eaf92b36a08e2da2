"""The cloud behind the simulated provider: what people do there, and what Terraform then sees and leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.google_provider_pieces import block, function
from tests.simulators.google_provider import Cloud, Failed
from tests.simulators.google_provider.shown import actions
from tests.simulators.google_provider.testing import Open, rewritten

pytest_plugins = ("tests.terraform_workspaces",)

SAMPLE = Path(__file__).with_name("google_provider_sample")
SERVICE = "projects/demo-shop/locations/europe-west1/services/orders"
JOB = """
resource "google_cloud_scheduler_job" "j" {{
  name     = "sweep"
  schedule = "{}"
  http_target {{ uri = "https://x.example" }}
  {}
}}
"""
QUEUE = 'resource "google_cloud_tasks_queue" "q" {{\n name = "orders"\n location = "europe-west1"\n {}\n}}\n'
PREVENTED = 'deletion_policy = "PREVENT"'
EVERY_MINUTE, EVERY_HOUR = "* * * * *", "0 * * * *"


def test_a_pause_at_run_time_survives_an_apply_that_does_not_speak_of_it(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(JOB.format(EVERY_MINUTE, ""), cloud)
    terraform.apply()
    cloud.change("google_cloud_scheduler_job", "sweep", paused=True)
    assert not terraform.changes()
    rewritten(terraform, JOB.format(EVERY_HOUR, "")).apply()
    job = cloud.one("google_cloud_scheduler_job", "sweep")
    assert (job["schedule"], job["paused"], job["state"]) == (EVERY_HOUR, True, "PAUSED")


def test_a_pause_that_comes_between_plan_and_apply_survives_too(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(JOB.format(EVERY_MINUTE, ""), cloud)
    terraform.apply()
    rewritten(terraform, JOB.format(EVERY_HOUR, "")).plan()
    cloud.change("google_cloud_scheduler_job", "sweep", state="PAUSED")
    terraform.must("apply", "-no-color", "plan.bin")
    job = cloud.one("google_cloud_scheduler_job", "sweep")
    assert (job["schedule"], job["paused"]) == (EVERY_HOUR, True)


def test_an_apply_that_writes_the_pause_undoes_it(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(JOB.format(EVERY_MINUTE, "paused = false"), cloud)
    terraform.apply()
    cloud.change("google_cloud_scheduler_job", "sweep", paused=True)
    assert actions(terraform.plan()) == {"google_cloud_scheduler_job.j": ["update"]}
    terraform.apply()
    assert cloud.one("google_cloud_scheduler_job", "sweep")["state"] == "ENABLED"


@pytest.mark.parametrize("written", ["", 'desired_state = "RUNNING"'])
def test_a_paused_queue_is_seen_in_its_state_alone_and_not_undone(written: str, open_workspace: Open) -> None:
    cloud = Cloud()
    output = "output o {\n value = google_cloud_tasks_queue.q.state\n}"
    terraform = open_workspace(QUEUE.format(written) + output, cloud)
    terraform.apply()
    cloud.change("google_cloud_tasks_queue", "orders", state="PAUSED")
    assert not actions(terraform.plan())
    terraform.apply()
    assert cloud.one("google_cloud_tasks_queue", "orders")["state"] == "PAUSED"
    assert '"PAUSED"' in terraform.must("output", "-no-color")


def test_a_queue_is_paused_and_resumed_by_the_wish_that_changes(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(QUEUE.format('desired_state = "PAUSED"'), cloud)
    terraform.apply()
    assert cloud.one("google_cloud_tasks_queue", "orders")["state"] == "PAUSED"
    rewritten(terraform, QUEUE.format("")).apply()
    assert cloud.one("google_cloud_tasks_queue", "orders")["state"] == "RUNNING"


def test_what_a_person_changed_or_deleted_is_planned_back(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(JOB.format(EVERY_MINUTE, ""), cloud)
    terraform.apply()
    cloud.change("google_cloud_scheduler_job", "sweep", schedule=EVERY_HOUR)
    assert actions(terraform.plan()) == {"google_cloud_scheduler_job.j": ["update"]}
    cloud.remove("google_cloud_scheduler_job", "sweep")
    assert actions(terraform.plan()) == {"google_cloud_scheduler_job.j": ["create"]}


ADDRESS = 'resource "google_compute_address" "a" {{\n name = "out"\n labels = {{ {} }}\n}}'


def test_labels_of_others_are_let_be(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(ADDRESS.format('ours = "1"'), cloud)
    terraform.apply()
    labels = cloud.one("google_compute_address", "out")["effective_labels"]
    cloud.change("google_compute_address", "out", effective_labels={**labels, "theirs": "2"})
    assert not actions(terraform.plan())
    rewritten(terraform, ADDRESS.format('new = "1"')).apply()
    kept = cloud.one("google_compute_address", "out")["effective_labels"]
    assert kept == {"new": "1", "theirs": "2", "goog-terraform-provisioned": "true"}


def test_a_label_of_ours_that_somebody_changed_is_seen_and_put_back(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(ADDRESS.format('ours = "1"'), cloud)
    terraform.apply()
    cloud.change("google_compute_address", "out", effective_labels={"ours": "2", "theirs": "2"})
    change = terraform.plan()["resource_changes"][0]["change"]
    assert (change["before"]["labels"], change["after"]["labels"]) == ({"ours": "2"}, {"ours": "1"})


def test_what_google_knows_nothing_of_is_each_states_own(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(QUEUE.format(""), cloud)
    terraform.apply()
    imported = 'import {\n to = google_cloud_tasks_queue.q\n id = "orders"\n}'
    other = open_workspace(QUEUE.format(PREVENTED) + imported, cloud)
    other.apply()
    assert not terraform.changes()
    assert not other.changes()
    terraform.destroy()


def test_a_new_function_of_the_same_name_has_lost_the_roles_granted_on_the_old_one(open_workspace: Open) -> None:
    grant = block(
        "cloud_run_service_iam_member",
        "m",
        'service = "orders"\n location = "europe-west1"\n role = "roles/run.invoker"\n member = "allUsers"\n'
        " depends_on = [google_cloudfunctions2_function.f]",
    )
    terraform = open_workspace(function() + grant)
    terraform.apply()
    terraform.apply("-replace=google_cloudfunctions2_function.f")
    assert actions(terraform.plan()) == {"google_cloud_run_service_iam_member.m": ["create"]}


def test_a_name_that_is_no_resource_or_no_attribute_is_told(open_workspace: Open) -> None:
    cloud = Cloud()
    with pytest.raises(LookupError, match="google_cloud_tasks_queue orders: 0 of"):
        cloud.one("google_cloud_tasks_queue", "orders")
    open_workspace(QUEUE.format(""), cloud).apply()
    with pytest.raises(LookupError, match="google_cloud_tasks_queue has no paused"):
        cloud.change("google_cloud_tasks_queue", "orders", paused=True)


def test_ids_are_those_the_provider_gives(open_workspace: Open) -> None:
    cloud = Cloud()
    open_workspace(SAMPLE, cloud).apply()
    account = "orders-function@demo-shop.iam.gserviceaccount.com"
    link = f"projects/demo-shop/serviceAccounts/{account}"
    for type_name, id_ in {
        "google_cloud_run_service_iam_member": f"{SERVICE}/roles/run.invoker/allUsers",
        "google_cloud_tasks_queue": "projects/demo-shop/locations/europe-west1/queues/orders",
        "google_compute_router_nat": "demo-shop/europe-west1/exchange/exchange",
        "google_project_iam_member": f"demo-shop/projects/demo-shop/roles/queuePauser/serviceAccount:{account}",
        "google_secret_manager_secret_version": "projects/123456789012/secrets/token/versions/1",
        "google_service_account": link,
        "google_service_account_iam_member": f"{link}/roles/iam.serviceAccountUser/serviceAccount:{account}",
        "google_storage_bucket_iam_member": f"b/demo-shop-source/roles/storage.objectViewer/serviceAccount:{account}",
        "google_storage_bucket_object": "demo-shop-source-orders.zip",
    }.items():
        assert [state["id"] for state in cloud.all(type_name)] == [id_]


def test_state_of_another_version_of_the_schema_is_read(open_workspace: Open) -> None:
    terraform = open_workspace(JOB.format(EVERY_MINUTE, ""))
    terraform.apply()
    file = terraform.folder / "terraform.tfstate"
    state = json.loads(file.read_text())
    attributes = state["resources"][0]["instances"][0]["attributes"]
    del attributes["retry_config"], attributes["description"]
    attributes["what_is_no_more"] = "x"
    file.write_text(json.dumps(state))
    assert not terraform.changes("-refresh=false")


def test_data_sources_read_the_cloud(open_workspace: Open) -> None:
    text = """
    data "google_project" "p" {}
    data "google_client_config" "c" {}
    data "google_storage_project_service_account" "s" {}
    output "all" {
      value = [
        data.google_project.p.number, data.google_client_config.c.region,
        data.google_storage_project_service_account.s.email_address,
      ]
    }
    """
    plan = open_workspace(text, Cloud(number=77)).plan()
    shown = plan["planned_values"]["outputs"]["all"]["value"]
    assert shown == ["77", "europe-west1", "service-77@gs-project-accounts.iam.gserviceaccount.com"]


def test_a_data_source_of_nothing_is_an_error(open_workspace: Open) -> None:
    text = 'data "google_cloud_run_v2_service" "s" {\n name = "orders"\n location = "europe-west1"\n}'
    with pytest.raises(Failed, match="services/orders not found"):
        open_workspace(text).plan()


def test_what_is_there_already_can_be_imported(open_workspace: Open) -> None:
    cloud = Cloud()
    open_workspace(JOB.format(EVERY_MINUTE, ""), cloud).apply()
    block = (
        'import {\n to = google_cloud_scheduler_job.j\n id = "projects/demo-shop/locations/europe-west1/jobs/sweep"\n}'
    )
    terraform = open_workspace(JOB.format(EVERY_MINUTE, "") + block, cloud)
    assert "1 imported, 0 added" in terraform.apply()
    assert not terraform.changes()
