"""Mistakes no validation sees, in accounts, secrets and functions: what the simulated cloud says to them."""

from __future__ import annotations

import re

import pytest

from tests.contract.google_provider_pieces import (
    ACCOUNT,
    BUCKET,
    MEMBER,
    QUEUE,
    READER,
    SECRET,
    VERSION,
    block,
    function,
)
from tests.simulators.google_provider import NEW_PROJECT, PREPARED_PROJECT, Cloud, Failed
from tests.simulators.google_provider.testing import Open, rewritten

pytest_plugins = ("tests.terraform_workspaces",)

GHOST = "ghost@demo-shop.iam.gserviceaccount.com"
ON_PROJECT = 'project = "demo-shop"\n role = "{}"\n {}'
INVOKER = 'location = "{}"\n role = "roles/run.invoker"\n'
AS_ORDERS = "service_account_email = google_service_account.a.email\n"
READS = (
    'secret_environment_variables {{\n key = "T"\n project_id = "demo-shop"\n secret = "token"\n version = "{}"\n }}'
)


def service_of(api: str) -> str:
    return block("project_service", "s", f'service = "{api}.googleapis.com"')


BOTH = "google_secret_manager_secret_iam_member.r, google_secret_manager_secret_version.v"
REFUSED = {
    "two accounts of one id": (ACCOUNT + ACCOUNT.replace('"a"', '"b"'), "orders-fn.* already exists"),
    "two queues of one name": (
        block("cloud_tasks_queue", "a", QUEUE) + block("cloud_tasks_queue", "b", QUEUE),
        "Error 409: .*queues/orders already exists",
    ),
    "a role for nobody": (
        block("project_iam_member", "m", ON_PROJECT.format("roles/viewer", f'member = "serviceAccount:{GHOST}"')),
        f"Service account {GHOST} does not exist",
    ),
    "a role that is none": (
        ACCOUNT + block("project_iam_member", "m", ON_PROJECT.format("viewer", MEMBER)),
        "Invalid role viewer",
    ),
    "a role of ours that is not there": (
        ACCOUNT + block("project_iam_member", "m", ON_PROJECT.format("projects/demo-shop/roles/p", MEMBER)),
        "Role projects/demo-shop/roles/p does not exist",
    ),
    "a wildcard permission": (
        block("project_iam_custom_role", "r", 'role_id = "all"\n title = "t"\n permissions = ["run.*"]'),
        r"Permission run\.\* is not valid",
    ),
    "a grant on a service that is not there": (
        ACCOUNT
        + block("cloud_run_service_iam_member", "m", f'service = "no"\n {INVOKER.format("europe-west1")}{MEMBER}'),
        "'no' of kind 'SERVICE' in region 'europe-west1' does not exist",
    ),
    "a grant in another region": (
        function()
        + block(
            "cloud_run_v2_service_iam_member",
            "m",
            f"name = google_cloudfunctions2_function.f.name\n {INVOKER.format('us-central1')}{MEMBER}",
        ),
        "in region 'us-central1' does not exist",
    ),
    "a grant on a queue that is not there": (
        ACCOUNT + block("cloud_tasks_queue_iam_member", "m", f'{QUEUE}role = "roles/cloudtasks.enqueuer"\n {MEMBER}'),
        "queues/orders was not found",
    ),
    "the public in a closed bucket": (
        BUCKET
        + block(
            "storage_bucket_iam_member",
            "m",
            'bucket = google_storage_bucket.b.name\n role = "roles/storage.objectViewer"\n member = "allUsers"',
        ),
        "public access to sources is prevented",
    ),
    "a version without data": (
        SECRET + VERSION.replace('secret_data = "x"', 'secret_data_wo = ""'),
        "Secret Payload cannot be empty",
    ),
    "a version of no secret": (
        VERSION.replace("google_secret_manager_secret.s.id", '"projects/demo-shop/secrets/other"'),
        "projects/demo-shop/secrets/other",
    ),
    "an account with a long name": (
        ACCOUNT.replace('"orders-fn"', '"orders-fn"\n display_name = "' + "ы" * 51 + '"'),
        r"display_name length \(102\)",
    ),
    "a bucket's bad name": (BUCKET.replace('"sources"', '"Our Bucket"'), "Invalid bucket name: 'Our Bucket'"),
    "a file that is not there": (
        BUCKET
        + block("storage_bucket_object", "o", 'bucket = google_storage_bucket.b.name\n name = "f"\n source = "no.zip"'),
        "no.zip: no such file",
    ),
    "a function without its source": (function(source="other.zip"), "gs://sources/other.zip does not exist"),
    "a function with underscores": (function(name="orders_process"), "Invalid function name orders_process"),
    "a function as nobody": (function(f'service_account_email = "{GHOST}"'), f"Service account {GHOST} does not exist"),
    "a builder by its e-mail": (
        function().replace("runtime ", "service_account = google_service_account.a.email\n    runtime "),
        "build_config.service_account orders-fn@.*: projects/<project>/serviceAccounts/<e-mail>",
    ),
    "a function with too little CPU": (
        function('available_memory = "256Mi"\n max_instance_request_concurrency = 8'),
        "Total cpu < 1 is not supported with concurrency > 1",
    ),
    "a function without its connector": (function('vpc_connector = "out"'), "connectors/out does not exist"),
    "a function without its secret": (function(AS_ORDERS + READS.format(1)), "secrets/token was not found"),
    "a function without that version of it": (
        SECRET
        + READER
        + function(AS_ORDERS + READS.format(7), "depends_on = [google_secret_manager_secret_iam_member.r]"),
        "token/versions/7 was not found",
    ),
    "a function that may not read its secret": (
        SECRET
        + VERSION
        + function(AS_ORDERS + READS.format(1), "depends_on = [google_secret_manager_secret_version.v]"),
        "Permission denied on secret: .*secrets/token for Revision service account orders-fn@",
    ),
    "a function that may read another secret": (
        SECRET
        + VERSION
        + READER.replace("google_secret_manager_secret.s.id", "google_secret_manager_secret.other.id")
        + SECRET.replace('"s"', '"other"').replace('"token"', '"other"')
        + function(AS_ORDERS + READS.format(1), f"depends_on = [{BOTH}]"),
        "Permission denied on secret: .*secrets/token for",
    ),
    "an API that is none": (service_of("cloudtaks"), "cloudtaks.googleapis.com not found"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_refused_when_it_is_applied(mistake: str, open_workspace: Open) -> None:
    text, words = REFUSED[mistake]
    terraform = open_workspace(text)
    terraform.validate()
    with pytest.raises(Failed) as refused:
        terraform.apply()
    assert re.search(words, " ".join(str(refused.value).split()))


ON_THE_PROJECT = block("project_iam_member", "r", ON_PROJECT.format("roles/secretmanager.secretAccessor", MEMBER))


@pytest.mark.parametrize(
    ("grant", "needed"),
    [
        (READER, "google_secret_manager_secret_iam_member.r"),
        (ON_THE_PROJECT, "google_project_iam_member.r"),
    ],
)
def test_a_function_that_may_read_its_secret_is_made(grant: str, needed: str, open_workspace: Open) -> None:
    after = f"depends_on = [{needed}, google_secret_manager_secret_version.v]"
    text = SECRET + VERSION + grant + function(AS_ORDERS + READS.format("latest"), after)
    cloud = Cloud()
    open_workspace(text, cloud).apply()
    made = cloud.one("google_cloudfunctions2_function", "orders")
    assert made["service_config"][0]["service"] == "projects/demo-shop/locations/europe-west1/services/orders"
    assert made["service_config"][0]["uri"].startswith("https://orders-")
    assert made["build_config"][0]["source"][0]["storage_source"][0]["generation"] > 0


def test_a_refused_change_leaves_what_was_there(open_workspace: Open) -> None:
    cloud = Cloud()
    terraform = open_workspace(function(), cloud)
    terraform.apply()
    with pytest.raises(Failed, match="Error updating cloudfunctions2_function"):
        rewritten(terraform, function('vpc_connector = "out"')).apply()
    assert not cloud.one("google_cloudfunctions2_function", "orders")["service_config"][0]["vpc_connector"]
    assert not rewritten(terraform, function()).changes()


def test_a_service_answers_only_where_its_api_is_on(open_workspace: Open) -> None:
    queue = block("cloud_tasks_queue", "q", QUEUE + "{}")
    text = service_of("cloudtasks") + queue.replace("{}", "depends_on = [google_project_service.s]")
    open_workspace(text, Cloud(enabled=PREPARED_PROJECT)).apply()
    with pytest.raises(Failed, match=r"cloudtasks.googleapis.com has not been used in project demo-shop"):
        open_workspace(queue.replace("{}", ""), Cloud(enabled=PREPARED_PROJECT)).apply()


@pytest.mark.parametrize("asks", ['data "google_project" "p" {}', service_of("run")])
def test_terraform_cannot_switch_on_what_it_needs_to_switch_on_anything(asks: str, open_workspace: Open) -> None:
    open_workspace(asks, Cloud(enabled=PREPARED_PROJECT)).apply()
    with pytest.raises(Failed, match=r"cloudresourcemanager\.googleapis\.com has not"):
        open_workspace(asks, Cloud(enabled=NEW_PROJECT)).apply()
