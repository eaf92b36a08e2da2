"""Alert policies, log-based metrics and dashboards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider.refusals.saying import first, require, seconds
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]
_ON_METRICS = ("condition_threshold", "condition_absent")
_USER_METRIC = re.compile(r'metric\.type\s*=\s*"logging\.googleapis\.com/user/([^"]+)"')
_LAYOUTS = ("gridLayout", "mosaicLayout", "rowLayout", "columnLayout")
_SHORTEST_ABSENCE, _SHORTEST_ALIGNMENT, _SHORTEST_CLOSE = 120, 60, 1800


def _policy(cloud: Cloud, state: State) -> None:
    conditions = state["conditions"]
    for index, condition in enumerate(conditions):
        for kind, block in _metric_conditions(condition):
            _require_condition(cloud, f"alert_policy.conditions[{index}].{kind}", kind, block)
    _require_strategy(first(state.get("alert_strategy")), conditions)
    known = {channel["name"] for channel in cloud.all("google_monitoring_notification_channel")}
    missing = [name for name in state.get("notification_channels") or [] if name not in known]
    require(not missing, 404, f"Cannot find notification channel(s) {', '.join(missing)}")


def _metric_conditions(condition: State) -> Iterator[tuple[str, State]]:
    for kind in _ON_METRICS:
        if block := first(condition.get(kind)):
            yield kind, block


def _require_condition(cloud: Cloud, at: str, kind: str, block: State) -> None:
    _require_filter(cloud, f"{at}.filter", str(block.get("filter") or ""))
    duration = seconds(block.get("duration") or "0s")
    require(
        duration >= 0 and duration % 60 == 0, 400, f"Field {at}.duration: {block.get('duration')} is no multiple of 60s"
    )
    long_enough = kind != "condition_absent" or duration >= _SHORTEST_ABSENCE
    require(long_enough, 400, f"Field {at}.duration: {block.get('duration')} is below {_SHORTEST_ABSENCE}s")
    for aggregation in block.get("aggregations") or []:
        period = aggregation.get("alignment_period")
        aligned = not period or seconds(period) >= _SHORTEST_ALIGNMENT
        require(aligned, 400, f"Field {at}.aggregations.alignment_period: {period} is below {_SHORTEST_ALIGNMENT}s")


def _require_filter(cloud: Cloud, at: str, filter_: str) -> None:
    """Wording: hashicorp/terraform-provider-google issue 4165."""
    for name in ("metric.type", "resource.type"):
        told = f'Field {at} had an invalid value of "{filter_}": must specify a restriction on "{name}" in the filter'
        require(re.search(rf"{re.escape(name)}\s*=", filter_), 400, told)
    found = _USER_METRIC.search(filter_)
    known = {metric["name"] for metric in cloud.all("google_logging_metric")}
    name = found[1] if found else ""
    require(
        not found or name in known,
        404,
        f'Cannot find metric(s) that match type = "logging.googleapis.com/user/{name}".',
    )


def _require_strategy(strategy: State, conditions: list[State]) -> None:
    """Log-based policies have one condition and a rate of notifications, others none (facts gcp §3.2)."""
    on_log = any(condition.get("condition_matched_log") for condition in conditions)
    alone = not on_log or len(conditions) == 1
    require(alone, 400, "Alert policies with a log matching condition can only have a single condition.")
    limited = bool(strategy.get("notification_rate_limit"))
    at, limit = "Field alert_strategy.notification_rate_limit", "specify a notification rate limit"
    require(limited or not on_log, 400, f"{at}: log-based alert policies must {limit}")
    require(on_log or not limited, 400, f"{at}: only log-based alert policies may {limit}")
    close = strategy.get("auto_close")
    closes = not close or seconds(close) >= _SHORTEST_CLOSE
    require(closes, 400, f"alert_strategy.auto_close {close} is below {_SHORTEST_CLOSE}s")


def _dashboard(_cloud: Cloud, state: State) -> None:
    content = json.loads(str(state["dashboard_json"]))
    require(content.get("displayName"), 400, "Field dashboard.displayName must not be empty.")
    require(any(layout in content for layout in _LAYOUTS), 400, f"The dashboard has none of {', '.join(_LAYOUTS)}.")


def _metric(_cloud: Cloud, state: State) -> None:
    """A label of a metric and the way it is taken from an entry belong together."""
    described = {label["key"] for label in first(state.get("metric_descriptor")).get("labels") or []}
    taken = set(state.get("label_extractors") or {})
    require(
        described == taken, 400, f"labels {sorted(described)} and label_extractors {sorted(taken)} are not the same."
    )


RULES = {
    "google_logging_metric": _metric,
    "google_monitoring_alert_policy": _policy,
    "google_monitoring_dashboard": _dashboard,
}
