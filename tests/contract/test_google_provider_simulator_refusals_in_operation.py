"""Mistakes no validation sees, in schedules, indexes, alerts and networks: what the simulated cloud says to them."""

from __future__ import annotations

import re

import pytest

from tests.contract.google_provider_pieces import ACCOUNT, DATABASE, QUEUE, alert, block, index, job
from tests.simulators.google_provider import Failed
from tests.simulators.google_provider.testing import Open

pytest_plugins = ("tests.terraform_workspaces",)

METRIC = block("logging_metric", "m", 'name = "letters"\n filter = "x"')
LETTERS = '"metric.type=\\"logging.googleapis.com/user/{}\\" AND resource.type=\\"cloud_run_revision\\""'
REQUESTS = '"metric.type=\\"run.googleapis.com/request_count\\" AND resource.type=\\"cloud_run_revision\\""'
ABOVE = 'comparison = "COMPARISON_GT"\n duration = "{}"'
RATE = 'alert_strategy {\n notification_rate_limit {\n period = "300s"\n }\n }'
CONNECTOR = (
    'name = "out"\n network = "default"\n ip_cidr_range = "10.8.0.0/{}"\n min_instances = 2\n max_instances = {}'
)
NOBODY = 'oidc_token {\n service_account_email = "g@demo-shop.iam.gserviceaccount.com"\n }'

NEG = block(
    "compute_region_network_endpoint_group",
    "n",
    'name = "n"\n region = "europe-west1"\n cloud_run {\n service = "s"\n }',
)
RULE = block("compute_target_http_proxy", "p", 'name = "p"\n url_map = google_compute_url_map.u.id') + block(
    "compute_global_forwarding_rule",
    "r",
    'name = "r"\n target = google_compute_target_http_proxy.p.id\n load_balancing_scheme = "EXTERNAL_MANAGED"',
)


def backend(scheme: str, rest: str = "") -> str:
    group = "backend {\n group = google_compute_region_network_endpoint_group.n.id\n }"
    return block("compute_backend_service", "b", f'name = "b"\n load_balancing_scheme = "{scheme}"\n {group}\n {rest}')


def url_map(path: str) -> str:
    service = "google_compute_backend_service.b.id"
    rule = f'path_rule {{\n paths = ["{path}"]\n service = {service}\n }}'
    matcher = f'path_matcher {{\n name = "m"\n default_service = {service}\n {rule}\n }}'
    host = 'host_rule {\n hosts = ["h.example.com"]\n path_matcher = "m"\n }'
    return block("compute_url_map", "u", f'name = "u"\n default_service = {service}\n {host}\n {matcher}')


REFUSED = {
    "a schedule that is none": (job("61 * * * *"), "Schedule or time zone is invalid: '61"),
    "a time zone that is none": (job(rest='time_zone = "Europe/Moskau"'), "Time zone Europe/Moskau is invalid"),
    "a deadline that is too long": (
        job(rest='attempt_deadline = "3600s"'),
        "attempt_deadline must be between 15s and 30 minutes, got 3600s",
    ),
    "too many retries": (job(rest="retry_config {\n retry_count = 9\n }"), "retry_count must be at most 5, got 9"),
    "a job as nobody": (job(target=NOBODY), "iam.serviceAccounts.actAs.*g@demo-shop"),
    "too fast a queue": (
        block("cloud_tasks_queue", "q", QUEUE + "rate_limits {\n max_dispatches_per_second = 501\n }"),
        "max_dispatches_per_second must be above 0 and at most 500, got 501",
    ),
    "an index without its database": (
        index("i", "a", "b").replace("google_firestore_database.d.name", '"(default)"'),
        r"The database projects/demo-shop/databases/\(default\) does not exist",
    ),
    "an index of one field": (DATABASE + index("i", "a"), "this index is not necessary"),
    "one index twice": (DATABASE + index("i", "a", "b") + index("j", "a", "b"), "index already exists"),
    "backups kept too long": (
        DATABASE
        + block(
            "firestore_backup_schedule",
            "b",
            'database = google_firestore_database.d.name\n retention = "9000000s"\n daily_recurrence {}',
        ),
        "retention must be at most 8467200s, got 9000000s",
    ),
    "an alert on a metric of no kind of thing": (
        alert("condition_threshold", '"metric.type=\\"run.googleapis.com/request_count\\""', ABOVE.format("60s")),
        'must specify a restriction on "resource.type"',
    ),
    "an alert on a metric nobody made": (
        METRIC + alert("condition_threshold", LETTERS.format("leters"), ABOVE.format("60s")),
        "Cannot find metric.*user/leters",
    ),
    "an alert after half a minute": (
        alert("condition_threshold", REQUESTS, ABOVE.format("30s")),
        "30s is no multiple of 60s",
    ),
    "silence of a minute": (alert("condition_absent", REQUESTS, 'duration = "60s"'), "60s is below 120s"),
    "a log alert without a rate": (
        alert("condition_matched_log", '"severity>=ERROR"', ""),
        "log-based alert policies must specify a notification rate limit",
    ),
    "a rate for metrics": (
        alert("condition_threshold", REQUESTS, ABOVE.format("60s"), RATE),
        "only log-based alert policies may specify a notification rate limit",
    ),
    "an alert to nobody": (
        alert(
            "condition_threshold",
            REQUESTS,
            ABOVE.format("60s"),
            'notification_channels = ["projects/demo-shop/notificationChannels/1"]',
        ),
        "Cannot find notification channel.*notificationChannels/1",
    ),
    "a dashboard without a layout": (
        block("monitoring_dashboard", "d", 'dashboard_json = jsonencode({ displayName = "d" })'),
        "The dashboard has none of gridLayout",
    ),
    "a metric whose label is taken from nowhere": (
        METRIC.replace(
            'filter = "x"',
            'filter = "x"\n metric_descriptor {\n metric_kind = "DELTA"\n value_type = "INT64"\n'
            ' labels {\n key = "exchange"\n }\n }',
        ),
        "'exchange'",
    ),
    "a connector as wide as a network": (
        block("vpc_access_connector", "c", CONNECTOR.format(24, 3)),
        "needs a range of /28, 10.8.0.0/24 is none",
    ),
    "a connector of one size": (block("vpc_access_connector", "c", CONNECTOR.format(28, 2)), "Instances 2 to 2"),
    "a timeout where the function has its own": (
        NEG + backend("EXTERNAL_MANAGED", "timeout_sec = 120"),
        "'120'. Timeout sec is not supported for a backend service with Serverless",
    ),
    "a backend of another kind than its rule": (
        NEG + backend("EXTERNAL") + url_map("/orders") + RULE,
        "scheme EXTERNAL_MANAGED does not match the backend service load balancing scheme EXTERNAL",
    ),
    "a star in the middle of a path": (NEG + backend("EXTERNAL") + url_map("/*/orders"), r"'/\*/orders'"),
    "a host without its paths": (
        NEG + backend("EXTERNAL") + url_map("/orders").replace('name = "m"', 'name = "other"'),
        "no path matcher 'm'",
    ),
    "a certificate for any host": (
        block("compute_managed_ssl_certificate", "c", 'name = "c"\n managed {\n domains = ["*.example.com"]\n }'),
        r"'\*.example.com' is no domain name",
    ),
    "a subnetwork of no network": (
        block("compute_subnetwork", "s", 'name = "s"\n network = "nowhere"\n ip_cidr_range = "10.0.0.0/28"'),
        "'nowhere' was not found",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_refused_when_it_is_applied(mistake: str, open_workspace: Open) -> None:
    text, words = REFUSED[mistake]
    terraform = open_workspace(text)
    terraform.validate()
    with pytest.raises(Failed) as refused:
        terraform.apply()
    assert re.search(words, " ".join(str(refused.value).split()))


GOOD = {
    "a job that speaks as an account": ACCOUNT
    + job(target="oidc_token {\n service_account_email = google_service_account.a.email\n }"),
    "an alert on a metric of ours": METRIC
    + alert(
        "condition_threshold",
        '"metric.type=\\"logging.googleapis.com/user/${google_logging_metric.m.name}\\" AND resource.type=\\"x\\""',
        ABOVE.format("0s"),
    ),
    "an alert on a log": alert("condition_matched_log", '"severity>=ERROR"', "", RATE),
    "two indexes of one collection": DATABASE + index("i", "a", "b") + index("j", "b", "a"),
    "a host with its paths": NEG
    + backend("EXTERNAL_MANAGED", "timeout_sec = 30")
    + url_map("/orders/*")
    + RULE
    + block("compute_managed_ssl_certificate", "c", 'name = "c"\n managed {\n domains = ["h.example.com"]\n }'),
    "a connector": block("vpc_access_connector", "c", CONNECTOR.format(28, 3)),
}


@pytest.mark.parametrize("thing", GOOD)
def test_what_is_right_is_made_and_stays(thing: str, open_workspace: Open) -> None:
    terraform = open_workspace(GOOD[thing])
    terraform.apply()
    assert not terraform.changes()
