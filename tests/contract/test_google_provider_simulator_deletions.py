"""What is deleted, what is left behind, and what must not be deleted in the simulated cloud."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contract.google_provider_pieces import BUCKET, DATABASE, OBJECT, block
from tests.simulators.google_provider import Cloud, Failed
from tests.simulators.google_provider.shown import values
from tests.simulators.google_provider.testing import Open, rewritten

pytest_plugins = ("tests.terraform_workspaces",)

QUEUE = 'resource "google_cloud_tasks_queue" "q" {{\n name = "orders"\n location = "europe-west1"\n {}\n}}\n'
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


CHANNEL = block("monitoring_notification_channel", "c", 'type = "email"\n labels = { email_address = "it@example.ru" }')
ALERT = """resource "google_monitoring_alert_policy" "a" {{
  display_name          = "silence"
  combiner              = "OR"
  notification_channels = [{}]
  conditions {{
    display_name = "more than one"
    condition_threshold {{
      filter     = "metric.type = \\"run.googleapis.com/request_count\\" AND resource.type = \\"cloud_run_revision\\""
      comparison = "COMPARISON_GT"
      duration   = "0s"
    }}
  }}
}}
"""


def test_what_another_resource_names_cannot_be_deleted(open_workspace: Open) -> None:
    """Terraform deletes first and updates then, unless it is told otherwise."""
    terraform = open_workspace(CHANNEL + ALERT.format("google_monitoring_notification_channel.c.id"))
    terraform.apply()
    with pytest.raises(Failed, match=r"already being used by .*alertPolicies"):
        rewritten(terraform, ALERT.format("")).apply()


def test_empty_lists_of_a_dashboard_do_not_come_back(open_workspace: Open) -> None:
    board = block(
        "monitoring_dashboard", "d", 'dashboard_json = jsonencode({ displayName = "d", gridLayout = { widgets = [] } })'
    )
    terraform = open_workspace(board)
    terraform.apply()
    assert terraform.changes()


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


DELETIONS = {
    "a database under protection": (
        DATABASE.replace(
            'type = "FIRESTORE_NATIVE"',
            'type = "FIRESTORE_NATIVE"\n deletion_policy = "DELETE"\n'
            ' delete_protection_state = "DELETE_PROTECTION_ENABLED"',
        ),
        "delete protection is enabled",
    ),
    "a secret under protection": (
        block(
            "secret_manager_secret",
            "s",
            'secret_id = "t"\n deletion_protection = true\n replication {\n auto {}\n }',
        ),
        "without setting deletion_protection=false",
    ),
}


@pytest.mark.parametrize("thing", DELETIONS)
def test_what_is_protected_is_not_deleted(thing: str, open_workspace: Open) -> None:
    text, words = DELETIONS[thing]
    terraform = open_workspace(text)
    terraform.apply()
    with pytest.raises(Failed, match=words):
        terraform.destroy()


def test_a_bucket_with_content_is_not_deleted(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(BUCKET + OBJECT, cloud)
    terraform.apply()
    terraform.must("state", "rm", "google_storage_bucket_object.o")
    with pytest.raises(Failed, match="bucket sources without `force_destroy` set to true"):
        terraform.destroy()
    assert cloud.one("google_storage_bucket", "sources")
