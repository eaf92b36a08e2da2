"""What the simulated provider plans: defaults, the unknown, changes in place and replacements."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulators.google_provider import Cloud, Failed
from tests.simulators.google_provider.shown import actions, replaced_by, values
from tests.simulators.google_provider.testing import Open, rewritten

pytest_plugins = ("tests.terraform_workspaces",)

SAMPLE = Path(__file__).with_name("google_provider_sample")

QUEUE = 'resource "google_cloud_tasks_queue" "q" {{\n name = "{}"\n location = "europe-west1"\n {}\n}}\n'
ACCOUNT = 'resource "google_service_account" "a" {\n account_id = "orders-fn"\n}\n'
JOB = """
resource "google_cloud_scheduler_job" "j" {{
  name     = "{}"
  schedule = "{}"
  http_target {{ uri = "{}" }}
}}
"""


def test_a_plan_shows_defaults_the_provider_settings_and_what_is_known_beforehand(open_workspace: Open) -> None:
    plan = open_workspace(QUEUE.format("orders", "") + ACCOUNT + JOB.format("j", "* * * * *", "https://x")).plan()
    queue = values(plan)["google_cloud_tasks_queue.q"]
    assert (queue["desired_state"], queue["project"], queue["deletion_policy"]) == ("RUNNING", "demo-shop", "DELETE")
    assert "state" not in queue
    account = values(plan)["google_service_account.a"]
    assert account["member"] == "serviceAccount:orders-fn@demo-shop.iam.gserviceaccount.com"
    assert "unique_id" not in account
    job = values(plan)["google_cloud_scheduler_job.j"]
    assert (job["attempt_deadline"], job["time_zone"], job["region"]) == ("180s", "Etc/UTC", "europe-west1")


def test_labels_are_those_of_the_resource_the_provider_and_terraform(open_workspace: Open) -> None:
    text = 'resource "google_compute_address" "a" {\n name = "a"\n labels = { purpose = "out" }\n}\n'
    plan = open_workspace(text).plan()
    planned = values(plan)["google_compute_address.a"]
    assert planned["effective_labels"] == {"purpose": "out", "goog-terraform-provisioned": "true"}


def test_every_type_is_made_and_then_nothing_changes(open_workspace: Open) -> None:
    terraform = open_workspace(SAMPLE)
    terraform.apply()
    assert not terraform.changes()


def test_a_change_in_place_is_an_update_and_keeps_what_the_cloud_gave(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(QUEUE.format("orders", ""), cloud)
    terraform.apply()
    before = dict(cloud.one("google_cloud_tasks_queue", "orders"))
    rewritten(terraform, QUEUE.format("orders", "retry_config {\n max_attempts = 7\n }"))
    assert actions(terraform.plan()) == {"google_cloud_tasks_queue.q": ["update"]}
    terraform.apply()
    after = cloud.one("google_cloud_tasks_queue", "orders")
    assert after["retry_config"][0]["max_attempts"] == 7
    assert after["retry_config"][0]["max_backoff"] == before["retry_config"][0]["max_backoff"] == "3600s"
    assert after["rate_limits"] == before["rate_limits"]
    assert not terraform.changes()


def test_a_change_of_identity_makes_a_new_resource(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(JOB.format("sweep", "* * * * *", "https://x"), cloud)
    terraform.apply()
    rewritten(terraform, JOB.format("sweep-all", "* * * * *", "https://x"))
    plan = terraform.plan()
    assert actions(plan) == {"google_cloud_scheduler_job.j": ["delete", "create"]}
    assert replaced_by(plan, "google_cloud_scheduler_job.j") == [["name"]]
    terraform.apply()
    assert [job["name"] for job in cloud.all("google_cloud_scheduler_job")] == ["sweep-all"]


def test_a_nested_change_that_forces_a_new_resource_names_its_path(open_workspace: Open) -> None:
    index = """
    resource "google_firestore_database" "d" {
      name = "(default)"
      location_id = "eur3"
      type = "FIRESTORE_NATIVE"
    }
    resource "google_firestore_index" "i" {
      database = google_firestore_database.d.name
      collection = "letters"
      fields {
        field_path = "a"
        order = "ASCENDING"
      }
      fields {
        field_path = "b"
        order = "%s"
      }
    }
    """
    terraform = open_workspace(index % "ASCENDING")
    terraform.apply()
    plan = rewritten(terraform, index % "DESCENDING").plan()
    assert actions(plan) == {"google_firestore_index.i": ["delete", "create"]}
    assert replaced_by(plan, "google_firestore_index.i") == [["fields", 1, "order"]]


SAME_TO_THE_PROVIDER = {
    "a link and a name": (
        'resource "google_compute_router" "r" {\n name = "r"\n network = google_compute_network.n.id\n}\n',
        'resource "google_compute_router" "r" {\n name = "r"\n network = google_compute_network.n.name\n}\n',
    ),
    "a slash at the end": (JOB.format("j", "* * * * *", "https://x"), JOB.format("j", "* * * * *", "https://x/")),
    "one duration": (
        QUEUE.format("q", 'retry_config {\n max_backoff = "60s"\n }'),
        QUEUE.format("q", 'retry_config {\n max_backoff = "1m0s"\n }'),
    ),
    "an order of keys": (
        'resource "google_monitoring_dashboard" "d" {\n'
        ' dashboard_json = "{\\"displayName\\": \\"D\\", \\"gridLayout\\": {}}"\n}\n',
        'resource "google_monitoring_dashboard" "d" {\n'
        ' dashboard_json = "{\\"gridLayout\\":{}, \\"displayName\\":\\"D\\"}"\n}\n',
    ),
    "a place in capitals": (
        'resource "google_storage_bucket" "b" {\n name = "bbb"\n location = "europe-west1"\n}\n',
        'resource "google_storage_bucket" "b" {\n name = "bbb"\n location = "EUROPE-WEST1"\n}\n',
    ),
}
MD5_OF_ONE = "+XxdKZQb+xsv2rCHSQargg=="
NETWORK = 'resource "google_compute_network" "n" {\n name = "n"\n}\n'


@pytest.mark.parametrize("what", SAME_TO_THE_PROVIDER)
def test_two_writings_of_one_value_are_no_change(what: str, open_workspace: Open) -> None:
    before, after = SAME_TO_THE_PROVIDER[what]
    terraform = open_workspace(NETWORK + before)
    terraform.apply()
    assert not {a for a in actions(rewritten(terraform, NETWORK + after).plan()) if a.startswith("google_")}


def test_new_content_gives_an_object_a_new_generation_and_old_content_none(open_workspace: Open) -> None:
    text = """
    resource "google_storage_bucket" "b" {
      name = "source-of-functions"
      location = "EU"
    }
    resource "google_storage_bucket_object" "o" {
      bucket = google_storage_bucket.b.name
      name = "f.zip"
      content = "%s"
    }
    """
    cloud = Cloud()
    terraform = open_workspace(text % "one", cloud)
    terraform.apply()
    first = cloud.one("google_storage_bucket_object", "source-of-functions-f.zip")["generation"]
    assert not terraform.changes()
    rewritten(terraform, text % "two").apply()
    assert cloud.one("google_storage_bucket_object", "source-of-functions-f.zip")["generation"] > first


def test_a_file_is_read_where_terraform_runs(open_workspace: Open, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "f.zip").write_bytes(b"one")
    text = """
    resource "google_storage_bucket" "b" {
      name = "source-of-functions"
      location = "EU"
    }
    resource "google_storage_bucket_object" "o" {
      bucket = google_storage_bucket.b.name
      name = "f.zip"
      source = "${path.module}/../build/f.zip"
    }
    """
    cloud = Cloud()
    terraform = open_workspace(text, cloud)
    terraform.apply()
    assert cloud.one("google_storage_bucket_object", "source-of-functions-f.zip")["md5hash"] == MD5_OF_ONE
    assert not terraform.changes()
    (tmp_path / "build" / "f.zip").write_bytes(b"two")
    assert actions(terraform.plan()) == {"google_storage_bucket_object.o": ["update"]}


def test_a_secret_given_write_only_is_in_no_file_of_terraform_and_yet_in_the_cloud(open_workspace: Open) -> None:
    text = """
    resource "google_secret_manager_secret" "s" {
      secret_id = "token"
      replication {
        auto {}
      }
    }
    resource "google_secret_manager_secret_version" "v" {
      secret = google_secret_manager_secret.s.id
      secret_data_wo = "%s"
      secret_data_wo_version = %d
    }
    """
    cloud = Cloud()
    terraform = open_workspace(text % ("first payload", 1), cloud)
    terraform.plan()
    terraform.apply()
    assert all(b"first payload" not in file.read_bytes() for file in terraform.folder.glob("*.*in"))
    assert "first payload" not in terraform.state()
    assert list(cloud.payloads.values()) == ["first payload"]
    assert not rewritten(terraform, text % ("other payload", 1)).changes(), "only its version number tells of a change"
    rewritten(terraform, text % ("other payload", 2)).apply()
    assert cloud.one("google_secret_manager_secret_version", "2")["version"] == "2"
    assert cloud.payloads["projects/123456789012/secrets/token/versions/2"] == "other payload"


def test_the_provider_must_know_its_project(open_workspace: Open) -> None:
    terraform = open_workspace(QUEUE.format("orders", ""))
    main = terraform.folder / "main.tf"
    main.write_text(main.read_text().replace('project = "demo-shop"', ""))
    with pytest.raises(Failed, match="project: required field is not set"):
        terraform.plan()


def test_the_provider_gives_a_deletion_policy_to_all(open_workspace: Open) -> None:
    terraform = open_workspace(QUEUE.format("orders", ""))
    main = terraform.folder / "main.tf"
    main.write_text(main.read_text().replace('project = "demo-shop"', 'project = "p"\n deletion_policy = "PREVENT"'))
    assert values(terraform.plan())["google_cloud_tasks_queue.q"]["deletion_policy"] == "PREVENT"
