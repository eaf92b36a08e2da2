"""How Google and the provider name things."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime

from tests.simulators.google_provider.answers import expanded
from tests.simulators.google_provider.book import Type
from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.settings import Settings
from tests.simulators.google_provider.values import UNKNOWN, Value

State = dict[str, Value]
COMPUTE = "https://www.googleapis.com/compute/v1/"
_FIRST_SERIAL = 4_000_000_000_000_000_000

# What an IAM member belongs to: the attribute naming it, and its whole name where only the last part is given.
PARENTS = {
    "google_artifact_registry_repository_iam_member": (
        "repository",
        "projects/{{project}}/locations/{{location}}/repositories/{{parent}}",
    ),
    "google_cloud_run_service_iam_member": (
        "service",
        "projects/{{project}}/locations/{{location}}/services/{{parent}}",
    ),
    "google_cloud_run_v2_service_iam_member": (
        "name",
        "projects/{{project}}/locations/{{location}}/services/{{parent}}",
    ),
    "google_cloud_tasks_queue_iam_member": ("name", "projects/{{project}}/locations/{{location}}/queues/{{parent}}"),
    "google_project_iam_member": ("project", "{{parent}}"),
    "google_secret_manager_secret_iam_member": ("secret_id", "projects/{{project}}/secrets/{{parent}}"),
    "google_service_account_iam_member": ("service_account_id", "{{parent}}"),
    "google_storage_bucket_iam_member": ("bucket", "b/{{parent}}"),
}


def short(type_name: str) -> str:
    return type_name.removeprefix("google_")


def last(name: str) -> str:
    """The last part of a path, which is a name too."""
    return name.rstrip("/").rpartition("/")[2]


def ends(id_: str, name: str) -> bool:
    return id_ == name or id_.endswith(f"/{name}")


def is_iam(type_name: str) -> bool:
    return type_name in PARENTS


def parent(type_name: str, state: Mapping[str, Value]) -> str:
    """The whole name of what an IAM member's role is granted on."""
    attribute, template = PARENTS[type_name]
    given = str(state[attribute])
    whole = given if given.startswith("projects/") else expanded(template, {**state, "parent": last(given)})
    return str(whole)


def placed(type_: Type, planned: State, settings: Settings) -> State:
    """The plan with project and place of the provider where the resource names none.

    Raises:
        Refused: neither names one.
    """
    defaults = {"project": settings.project, "region": settings.region, "location": settings.region}
    wanted = [name for name in defaults if planned.get(name) is UNKNOWN]
    for name in wanted:
        if defaults[name] is None:
            raise Refused(f"{name}: required field is not set")
    return {**planned, **{name: defaults[name] for name in wanted}}


def known(state: State, number: int, moment: datetime, count: int) -> State:
    """The names answers may use; `hash` is the same for all services of a project in a place, as Cloud Run's is."""
    corner = "".join(part[0] for part in str(state.get("location") or "").split("-") if part)
    generation = int(moment.timestamp() * 1_000_000) + count
    own = {"number": number, "now": stamp(moment), "serial": _FIRST_SERIAL + count, "host": count % 250 + 4}
    tokens = {"token": _digest(count), "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, str(count))), "corner": corner}
    return {**state, **own, **tokens, "generation": generation, "hash": _digest(state.get("project"))}


def _digest(value: Value) -> str:
    return hashlib.sha256(str(value).encode()).hexdigest()[:10]


def identity(type_: Type, state: State) -> str:
    """The resource's id in Terraform."""
    if not is_iam(type_.name):
        return str(expanded(type_.facts["id"], state))
    title = "".join(f"/{condition['title']}" for condition in state.get("condition") or [])
    return f"{parent(type_.name, state)}/{state['role']}/{state['member']}{title}"


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
