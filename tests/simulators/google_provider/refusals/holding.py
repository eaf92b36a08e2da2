"""What cannot be deleted while something else names it.

Sources: Compute Engine answers `resourceInUseByAnotherResource` (terraform-provider-google issues 4543, 8284); Cloud
Monitoring refuses channels and uptime checks that alert policies name (issues 3008, 3133, 10176, 10337).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]

_HOLDERS = {
    "google_compute_backend_service": "google_compute_url_map",
    "google_compute_managed_ssl_certificate": "google_compute_target_https_proxy",
    "google_compute_region_network_endpoint_group": "google_compute_backend_service",
    "google_compute_security_policy": "google_compute_backend_service",
    "google_compute_url_map": "google_compute_target_https_proxy",
    "google_monitoring_notification_channel": "google_monitoring_alert_policy",
    "google_monitoring_uptime_check_config": "google_monitoring_alert_policy",
}


def _held(type_name: str, cloud: Cloud, state: State) -> None:
    called = [str(state[name]) for name in ("id", "uptime_check_id") if state.get(name)]
    for holder in cloud.all(_HOLDERS[type_name]):
        text = json.dumps(holder, default=str)
        if any(one in text for one in called):
            raise Refused(
                f"googleapi: Error 400: {state['id']} is already being used by {holder['id']}, "
                "resourceInUseByAnotherResource"
            )


DELETIONS = {type_name: partial(_held, type_name) for type_name in _HOLDERS}
