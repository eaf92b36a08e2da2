"""What the real Terraform refuses with the simulated provider before anything is planned, and by which name."""

from __future__ import annotations

import pytest

from tests.simulators.google_provider import Failed
from tests.simulators.google_provider.testing import Open

pytest_plugins = ("tests.terraform_workspaces",)

QUEUE = 'resource "google_cloud_tasks_queue" "q" {{\n  name = "orders"\n  location = "europe-west1"\n  {}\n}}\n'
JOB = 'resource "google_cloud_scheduler_job" "j" {{\n  name = "sweep"\n  {}\n}}\n'
VERSION = 'resource "google_secret_manager_secret_version" "v" {{\n  secret = "projects/p/secrets/s"\n  {}\n}}\n'
TARGET = 'http_target {\n uri = "https://x.example"\n }\n'

REFUSED = {
    "misspelt argument": (QUEUE.format("rate_limit = 1"), "rate_limit", "Unsupported argument"),
    "misspelt block": (QUEUE.format("rate_limit {}"), "rate_limit", "Did you mean"),
    "misspelt nested argument": (
        QUEUE.format("rate_limits {\n max_dispatch = 1\n }"),
        "max_dispatch",
        "Unsupported argument",
    ),
    "wrong type": (QUEUE.format('retry_config {\n max_attempts = "many"\n }'), "max_attempts", "a number is required"),
    "missing argument": ('resource "google_cloud_tasks_queue" "q" {\n name = "q"\n}', "location", "Missing required"),
    "missing nested argument": (JOB.format("http_target {}"), "uri", "Missing required argument"),
    "missing block": (
        'resource "google_secret_manager_secret" "s" {\n secret_id = "s"\n}',
        "replication",
        "Insufficient",
    ),
    "block twice": (JOB.format(TARGET + TARGET), "http_target", "No more than 1"),
    "unknown attribute": (
        QUEUE.format("") + "output o { value = google_cloud_tasks_queue.q.url }",
        "url",
        "Unsupported",
    ),
    "unknown resource": (
        "output o { value = google_cloud_tasks_queue.p.id }",
        "google_cloud_tasks_queue.p",
        "undeclared",
    ),
    "unknown type": ('resource "google_cloud_task_queue" "q" {}', "google_cloud_task_queue", "Invalid resource type"),
    "output only": (QUEUE.format('state = "RUNNING"'), "state", "Value for unconfigurable attribute"),
    "nested output only": (
        QUEUE.format("rate_limits {\n max_burst_size = 5\n }"),
        "rate_limits.0.max_burst_size",
        "Value for unconfigurable attribute",
    ),
    "an id of one's own": (QUEUE.format('id = "mine"'), "id", "Invalid or unknown key"),
    "wrong choice": (QUEUE.format('desired_state = "STOPPED"'), "desired_state", '"RUNNING", "PAUSED"'),
    "wrong nested choice": (
        QUEUE.format('http_target {\n http_method = "SEND"\n }'),
        "http_target.0.http_method",
        '"POST"',
    ),
    "exclude one another": (
        VERSION.format('secret_data = "a"\n secret_data_wo = "b"'),
        "secret_data,secret_data_wo",
        "Invalid combination",
    ),
    "one of them is needed": (VERSION.format(""), "secret_data,secret_data_wo", "must be specified"),
    "conflict": (
        'resource "google_storage_bucket_object" "o" {\n name = "o"\n bucket = "b"\n content = "c"\n'
        ' event_based_hold = true\n retention {\n mode = "Locked"\n retain_until_time = "2027-01-01T00:00:00Z"\n }\n}',
        "event_based_hold",
        "Conflicting configuration arguments",
    ),
    "needs another": (
        'resource "google_cloud_scheduler_job" "j" {\n name = "j"\n}',
        "app_engine_http_target,http_target,pubsub_target",
        "Missing required argument",
    ),
    "one of several places": (
        'resource "google_compute_url_map" "u" {\n name = "u"\n}',
        "default_service",
        "one of",
    ),
    "short account id": ('resource "google_service_account" "a" {\n account_id = "abc"\n}', "account_id", "(6 - 30)"),
    "odd account id": ('resource "google_service_account" "a" {\n account_id = "Orders_Fn"\n}', "account_id", "regexp"),
    "odd member": (
        'resource "google_project_iam_member" "m" {\n project = "p"\n role = "roles/viewer"\n member = "somebody"\n}',
        "member",
        "regexp",
    ),
    "forbidden header": (
        JOB.format('http_target {\n uri = "https://x.example"\n headers = { "X-Google-Id" = "1" }\n }'),
        "X-Google-Id",
        "http_target.0.headers",
    ),
    "body is not base64": (
        JOB.format('http_target {\n uri = "https://x.example"\n body = "{}"\n }'),
        "http_target.0.body",
        "base64",
    ),
    "dashboard is not JSON": (
        'resource "google_monitoring_dashboard" "d" {\n dashboard_json = "{"\n}',
        "dashboard_json",
        "json",
    ),
    "out of range": (
        'resource "google_compute_firewall" "f" {\n name = "f"\n network = "n"\n priority = 70000\n}',
        "priority",
        "(0 - 65535)",
    ),
    "no such service": ('resource "google_project_service" "s" {\n service = "run"\n}', "service", "regexp"),
    "provider excludes": (
        'provider "google" {\n alias = "other"\n access_token = "t"\n credentials = "{}"\n}\n'
        'data "google_project" "p" {\n provider = google.other\n}',
        "access_token",
        "Conflicting configuration arguments",
    ),
    "unknown argument of a data source": (
        'data "google_project" "p" {\n id_of = "x"\n}',
        "id_of",
        "Unsupported argument",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_refused_by_its_name(mistake: str, open_workspace: Open) -> None:
    text, name, words = REFUSED[mistake]
    with pytest.raises(Failed) as refused:
        open_workspace(text).validate()
    told = " ".join(str(refused.value).replace("\n│", " ").split())
    assert name in told
    assert words in told


def test_a_refusal_shows_the_place(open_workspace: Open) -> None:
    with pytest.raises(Failed, match=r"on main.tf line \d+, in resource \"google_cloud_tasks_queue\" \"q\""):
        open_workspace(QUEUE.format('desired_state = "STOPPED"')).validate()


ON_ACCOUNT = """
resource "google_service_account_iam_member" "m" {
  service_account_id = "projects/p/serviceAccounts/orders@p.iam.gserviceaccount.com"
  role               = "roles/iam.serviceAccountUser"
  member             = "user:a@b.example"
}
"""
OPEN_TO_ALL = """
resource "google_cloud_run_service_iam_member" "m" {
  service = "s"
  role    = "roles/run.invoker"
  member  = "allUsers"
}
"""
GOOD = {
    "a choice": QUEUE.format('desired_state = "PAUSED"'),
    "an alternative": VERSION.format('secret_data_wo = "b"\n secret_data_wo_version = 1'),
    "a link to an account": ON_ACCOUNT,
    "everybody": OPEN_TO_ALL,
}


@pytest.mark.parametrize("thing", GOOD)
def test_what_is_right_is_accepted(thing: str, open_workspace: Open) -> None:
    assert "Success" in open_workspace(GOOD[thing]).validate()


def test_what_is_not_known_yet_is_not_judged(open_workspace: Open) -> None:
    text = 'variable "state" { type = string }\n' + QUEUE.format("desired_state = var.state")
    terraform = open_workspace(text)
    assert "Success" in terraform.validate()
    with pytest.raises(Failed, match="desired_state"):
        terraform.plan("-var=state=STOPPED")
