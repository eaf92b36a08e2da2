"""Cloud Tasks queues and Cloud Scheduler jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from tests.simulators.google_provider.answers import expanded
from tests.simulators.google_provider.book import book
from tests.simulators.google_provider.refusals.access import account_exists
from tests.simulators.google_provider.refusals.saying import first, require, seconds
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]
_QUEUE = "google_cloud_tasks_queue"
# Limits of the services: facts gcp §5.1, §5.5, §3.2.
_DISPATCHES_A_SECOND, _DISPATCHES_AT_ONCE = 500, 5000
_SHORTEST_ATTEMPT, _LONGEST_ATTEMPT, _RETRIES = 15, 1800, 5


def _queue(cloud: Cloud, state: State) -> None:
    name = str(state["name"])
    require(
        re.fullmatch(r"[A-Za-z0-9-]{1,100}", name), 400, f"Queue name {name}: letters, numbers and hyphens, at most 100"
    )
    _require_rates(first(state.get("rate_limits")))
    id_ = expanded(book().resources[_QUEUE].facts["id"], state)
    gone = cloud.deleted.get((_QUEUE, id_))
    free = gone is None or cloud.has(_QUEUE, id_) or cloud.moment - gone >= cloud.tombstone
    require(free, 400, f"The queue {name} cannot be created because a queue with this name existed too recently.")


def _require_rates(limits: State) -> None:
    rate, at_once = limits.get("max_dispatches_per_second"), limits.get("max_concurrent_dispatches")
    for value, limit, name in (
        (rate, _DISPATCHES_A_SECOND, "max_dispatches_per_second"),
        (at_once, _DISPATCHES_AT_ONCE, "max_concurrent_dispatches"),
    ):
        inside = not isinstance(value, int | float) or 0 < value <= limit
        require(inside, 400, f"rate_limits.{name} must be above 0 and at most {limit}, got {value}")


def _job(cloud: Cloud, state: State) -> None:
    _require_schedule(str(state.get("schedule") or ""), str(state.get("time_zone") or "Etc/UTC"))
    deadline = state.get("attempt_deadline")
    inside = deadline is None or _SHORTEST_ATTEMPT <= seconds(deadline) <= _LONGEST_ATTEMPT
    require(inside, 400, f"attempt_deadline must be between 15s and 30 minutes, got {deadline}")
    retries = first(state.get("retry_config")).get("retry_count")
    few = not isinstance(retries, int) or 0 <= retries <= _RETRIES
    require(few, 400, f"retry_config.retry_count must be at most {_RETRIES}, got {retries}")
    _require_caller(cloud, first(state.get("http_target")))


def _require_schedule(schedule: str, time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        require(False, 400, f"Time zone {time_zone} is invalid.")
    try:
        CronSim(schedule, datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        require(schedule.startswith("every "), 400, f"Schedule or time zone is invalid: {schedule!r} ({error})")


def _require_caller(cloud: Cloud, target: State) -> None:
    """Whoever makes a job that speaks as an account must be able to see that account."""
    token = first(target.get("oidc_token")) or first(target.get("oauth_token"))
    email = token.get("service_account_email")
    exists = email is None or account_exists(cloud, str(email))
    lacking = 'The principal lacks IAM permission "iam.serviceAccounts.actAs" for the resource'
    require(exists, 403, f'{lacking} "{email}" (or the resource may not exist).')


RULES = {_QUEUE: _queue, "google_cloud_scheduler_job": _job}
