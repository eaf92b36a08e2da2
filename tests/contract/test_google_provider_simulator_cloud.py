"""The cloud behind the simulated provider: what people do there, what Terraform then sees, and how long things last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contract.google_provider_pieces import BUCKET, OBJECT, block, function
from tests.simulators.google_provider import Cloud, Failed
from tests.simulators.google_provider.shown import actions, values
from tests.simulators.google_provider.testing import Open, rewritten

pytest_plugins = ("tests.terraform_workspaces",)

JOB = """
resource "google_cloud_scheduler_job" "j" {{
  name     = "sweep"
  schedule = "{}"
  http_target {{ uri = "https://x.example" }}
  {}
}}
"""
QUEUE = 'resource "google_cloud_tasks_queue" "q" {{\n name = "orders"\n location = "europe-west1"\n {}\n}}\n'
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


def test_labels_of_others_are_let_be(open_workspace: Open) -> None:
    cloud = Cloud()
    address = 'resource "google_compute_address" "a" {\n name = "out"\n labels = { ours = "1" }\n}'
    terraform = open_workspace(address, cloud)
    terraform.apply()
    labels = cloud.one("google_compute_address", "out")["effective_labels"]
    cloud.change("google_compute_address", "out", effective_labels={**labels, "theirs": "2"})
    assert not actions(terraform.plan())
    cloud.change("google_compute_address", "out", effective_labels={"theirs": "2"})
    assert actions(terraform.plan()) == {"google_compute_address.a": ["update"]}


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


PREVENTED, ABANDONED = ('deletion_policy = "PREVENT"', 'deletion_policy = "ABANDON"')


def test_deletion_policies_are_kept(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(QUEUE.format(PREVENTED), cloud)
    terraform.apply()
    with pytest.raises(Failed, match='without setting deletion_policy="DELETE"'):
        terraform.destroy()
    assert cloud.one("google_cloud_tasks_queue", "orders")
    rewritten(terraform, QUEUE.format(ABANDONED)).apply()
    terraform.destroy()
    assert cloud.one("google_cloud_tasks_queue", "orders")


def test_a_deleted_queues_name_stays_taken_for_three_days(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(QUEUE.format(""), cloud)
    terraform.apply()
    terraform.destroy()
    with pytest.raises(Failed, match="existed too recently"):
        terraform.apply()
    cloud.moment += timedelta(days=3)
    terraform.apply()
    assert values(terraform.plan())["google_cloud_tasks_queue.q"]["state"] == "RUNNING"


def test_a_firestore_database_is_left_behind_unless_told_otherwise(open_workspace: Open) -> None:
    database = 'resource "google_firestore_database" "d" {{\n name = "{}"\n location_id = "eur3"\n'
    database += ' type = "FIRESTORE_NATIVE"\n {}\n}}'
    cloud = Cloud()
    terraform = open_workspace(database.format("(default)", ""), cloud)
    terraform.apply()
    terraform.destroy()
    assert cloud.one("google_firestore_database", "(default)")
    with pytest.raises(Failed, match="Error 409"):
        terraform.apply()


def test_an_object_is_written_over_one_of_its_name(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(BUCKET + OBJECT.replace('content = "c"', f'content = "c"\n {ABANDONED}'), cloud)
    terraform.apply()
    terraform.destroy("-target=google_storage_bucket_object.o")
    before = dict(cloud.one("google_storage_bucket_object", "sources-f.zip"))
    terraform.apply()
    assert cloud.one("google_storage_bucket_object", "sources-f.zip")["generation"] > before["generation"]


def test_a_service_that_is_not_disabled_stays_on(open_workspace: Open) -> None:
    service = 'resource "google_project_service" "s" {{\n service = "run.googleapis.com"\n {}\n}}'
    cloud = Cloud()
    terraform = open_workspace(service.format("disable_on_destroy = false"), cloud)
    terraform.apply()
    terraform.destroy()
    terraform.apply()
    rewritten(terraform, service.format("disable_on_destroy = true")).apply()
    terraform.destroy()
    assert not list(cloud.all("google_project_service"))
