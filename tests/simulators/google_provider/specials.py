"""What single resource types answer, keep and settle otherwise than `answers.json` can say."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider import names
from tests.simulators.google_provider.book import Type
from tests.simulators.google_provider.customized import content_digest
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = dict[str, Value]

# Arguments Google knows nothing of: read back, they are what Terraform has.
_VIRTUAL = {
    "*": {"deletion_policy", "timeouts"},
    "google_cloud_tasks_queue": {"desired_state"},
    "google_firestore_field": {"skip_wait"},
    "google_firestore_index": {"skip_wait"},
    "google_monitoring_notification_channel": {"force_delete", "sensitive_labels"},
    "google_project_service": {"disable_on_destroy", "disable_dependent_services"},
    "google_secret_manager_secret": {"deletion_protection"},
    "google_secret_manager_secret_version": {"secret_data_wo_version", "is_secret_data_base64"},
    "google_storage_bucket": {"force_destroy"},
    "google_storage_bucket_object": {"source", "content", "detect_md5hash", "source_md5hash"},
}
# Memory gives CPU unless it is set (facts gcp §3.2).
_CPUS = {"128Mi": ".083", "256M": ".1666", "256Mi": ".167", "512M": ".3333", "512Mi": ".333", "1G": ".5833"}
_CPUS |= {"1Gi": ".583", "2G": "1", "2Gi": "1", "4G": "2", "4Gi": "2", "8G": "2", "8Gi": "2", "16Gi": "4", "32Gi": "8"}


def answers(cloud: Cloud, type_name: str, state: State) -> State:
    """Answers that depend on the resource or on others."""
    special = _ANSWERS.get(type_name)
    return special(cloud, state) if special else {}


def _function(cloud: Cloud, state: State) -> State:
    build = (state.get("build_config") or [{}])[0]
    service = (state.get("service_config") or [{}])[0]
    policy: State | None = None if build.get("on_deploy_update_policy") else {}
    answer = {"available_cpu": cpu_of(service)}
    return {"service_config": answer, "build_config": {"automatic_update_policy": policy, **_source(cloud, build)}}


def cpu_of(service: Mapping[str, Value]) -> str:
    """The CPUs an instance has: what was asked for, or what its memory gives."""
    memory = service.get("available_memory")
    asked = service.get("available_cpu")
    return asked if isinstance(asked, str) and asked else _CPUS.get(memory if isinstance(memory, str) else "", ".1666")


def _source(cloud: Cloud, build: Mapping[str, Value]) -> State:
    places = ((build.get("source") or [{}])[0].get("storage_source")) or [{}]
    id_ = f"{places[0].get('bucket')}-{places[0].get('object')}"
    stored = cloud.resources.get("google_storage_bucket_object", {}).get(id_, {})
    return {"source": {"storage_source": {"generation": stored.get("generation", 0)}}}


def _bucket_object(cloud: Cloud, state: State) -> State:
    digest = content_digest(state, cloud.folder) or ""
    return {"md5hash": digest, "md5hexhash": base64.b64decode(digest).hex()}


def _secret_version(cloud: Cloud, state: State) -> State:
    """Versions of a secret are counted, and a destroyed one's number is never used again."""
    taken = [key[1] for key in cloud.deleted if key[0] == "google_secret_manager_secret_version"]
    present = cloud.resources.get("google_secret_manager_secret_version", {})
    secret = str(state["secret"]).rpartition("/")[2]
    earlier = [id_ for id_ in [*present, *taken] if id_.startswith(f"projects/{cloud.number}/secrets/{secret}/")]
    name = f"projects/{cloud.number}/secrets/{secret}/versions/{len(set(earlier)) + 1}"
    return {"name": name, "version": name.rpartition("/")[2], "id": name}


def _database(_cloud: Cloud, state: State) -> State:
    recovery = state.get("point_in_time_recovery_enablement") == "POINT_IN_TIME_RECOVERY_ENABLED"
    return {"version_retention_period": "604800s"} if recovery else {}


def _queue(_cloud: Cloud, state: State) -> State:
    return {"state": state.get("desired_state") or "RUNNING"}


def _job(_cloud: Cloud, state: State) -> State:
    return {"state": "PAUSED" if state.get("paused") is True else "ENABLED"}


_ANSWERS: Mapping[str, Callable[[Cloud, State], State]] = {
    "google_cloud_scheduler_job": _job,
    "google_cloud_tasks_queue": _queue,
    "google_cloudfunctions2_function": _function,
    "google_firestore_database": _database,
    "google_secret_manager_secret_version": _secret_version,
    "google_storage_bucket_object": _bucket_object,
}


def follows(type_name: str, changed: Mapping[str, Value]) -> State:
    """What a change brings with it."""
    if type_name == "google_cloud_scheduler_job":
        if "paused" in changed:
            return {"state": "PAUSED" if changed["paused"] else "ENABLED"}
        return {"paused": changed["state"] == "PAUSED"} if "state" in changed else {}
    if type_name == "google_cloud_tasks_queue" and "desired_state" in changed:
        return {"state": changed["desired_state"]}
    return {}


def created(cloud: Cloud, type_name: str, state: State, config: Mapping[str, Value]) -> None:
    """What a new resource leaves elsewhere than in its state."""
    if type_name == "google_secret_manager_secret_version":
        data = str(config.get("secret_data") or config.get("secret_data_wo") or "")
        cloud.payloads[state["name"]] = base64.b64decode(data).decode() if config.get("is_secret_data_base64") else data


def removed(cloud: Cloud, type_name: str, state: State) -> None:
    """What goes with a resource: a secret's versions, a bucket's objects, and every role granted on it."""
    if type_name == "google_secret_manager_secret":
        _forget(cloud, "google_secret_manager_secret_version", f"{state['name']}/")
    if type_name == "google_storage_bucket":
        _forget(cloud, "google_storage_bucket_object", f"{state['name']}-")

    for kind in names.PARENTS:
        granted = cloud.resources.get(kind, {})
        for id_ in [id_ for id_, grant in granted.items() if names.parent(kind, grant) in _as_parents(state)]:
            del granted[id_]


def _as_parents(state: State) -> set[str]:
    """The names under which roles are granted on a resource: its own, and that of the service a function runs in."""
    service = [one["service"] for one in state.get("service_config") or []]
    return {state["id"], f"b/{state['id']}", *service}


def _forget(cloud: Cloud, type_name: str, beginning: str) -> None:
    for id_ in [id_ for id_ in cloud.resources.get(type_name, {}) if id_.startswith(beginning)]:
        del cloud.resources[type_name][id_]
    for key in [key for key in cloud.deleted if key[0] == type_name and key[1].startswith(beginning)]:
        del cloud.deleted[key]


def read(type_: Type, stored: State, state: Mapping[str, Value]) -> State:
    """The state a refresh gives: the cloud's values, and Terraform's own."""
    virtual = _VIRTUAL["*"] | _VIRTUAL.get(type_.name, set())
    ours = {name: state.get(name) for name in virtual if name in state}
    seen = {**stored, **ours}
    if "labels" in type_.facts:
        effective = stored.get("effective_labels") or {}
        for name in ("labels", "terraform_labels"):
            seen[name] = _only_ours(state.get(name), effective)
    if "dashboard_json" in seen:
        answered = _without_empties(json.loads(str(seen["dashboard_json"])))
        seen["dashboard_json"] = json.dumps(answered, separators=(",", ":"), ensure_ascii=False)
    return seen


def _without_empties(value: Value) -> Value:
    """Cloud Monitoring answers no empty lists (terraform-provider-google issue 16173)."""
    if isinstance(value, dict):
        return {name: _without_empties(one) for name, one in value.items() if one != []}
    return [_without_empties(one) for one in value] if isinstance(value, list) else value


def _only_ours(labels: Value, effective: Mapping[str, Value]) -> Value:
    """Labels somebody else set are none of ours."""
    return {key: effective[key] for key in labels if key in effective} if labels else labels
