"""What no plan of ours may hold, whatever the `.tf` files say: read from `terraform show -json` before it is applied.

Pure. The rules are those a reviewer would look for (design §5, facts gcp §8): nothing private is public, no grant is
wider than needed, every secret comes from Secret Manager, every limit is set, nothing that holds data goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EVERYBODY = ("allUsers", "allAuthenticatedUsers")
ROLES: Mapping[str, Collection[str]] = {
    "google_artifact_registry_repository_iam_member": ("roles/artifactregistry.writer",),
    "google_cloud_run_service_iam_member": ("roles/run.invoker",),
    "google_cloud_tasks_queue_iam_member": ("roles/cloudtasks.enqueuer",),
    "google_project_iam_member": ("roles/datastore.user", "roles/logging.logWriter", "roles/storage.objectViewer"),
    "google_secret_manager_secret_iam_member": ("roles/secretmanager.secretAccessor",),
    "google_service_account_iam_member": ("roles/iam.serviceAccountUser",),
    "google_storage_bucket_iam_member": ("roles/storage.objectViewer",),
}
"""Every role we grant, on the one kind of thing it is granted on."""

PERMISSIONS = (
    "cloudscheduler.jobs.enable",
    "cloudscheduler.jobs.get",
    "cloudscheduler.jobs.pause",
    "cloudtasks.queues.get",
    "cloudtasks.queues.pause",
    "cloudtasks.queues.resume",
)
"""What our own roles may hold."""

KEPT = (
    "google_cloud_tasks_queue",
    "google_compute_address",
    "google_compute_global_address",
    "google_firestore_database",
    "google_secret_manager_secret",
)
"""What nobody can make again as it was: data, tasks, secrets, addresses that others have written down."""

LIMITED = ("roles/datastore.user", "roles/storage.objectViewer")
"""Granted on the project, and so only under a condition that names what they are for."""

_OWN_ROLE = re.compile(r"projects/[^/]+/roles/exchange[A-Za-z]+")
_SECRET_NAME = re.compile(r"(PASSWORD|SECRET|TOKEN|KEYS|WEBHOOK_URL)$")


@dataclass(frozen=True, slots=True)
class Planned:
    """One resource as it will be; a value that is known only afterwards is absent or None."""

    address: str
    type: str
    values: Mapping[str, Any]

    def block(self, name: str) -> Mapping[str, Any]:
        """The only block of that name, empty when there is none."""
        found = self.values.get(name) or [{}]
        return found[0] or {}


Rule = Callable[[Sequence[Planned], Collection[str]], Iterator[str]]


def faults(plan: Mapping[str, Any], public: Collection[str], may_destroy: bool = False) -> list[str]:
    """Every fault of a plan, each naming the resource. `public`: deployed names of public functions, by the manifests.

    `may_destroy`: a person has said that what holds data may go.
    """
    resources = list(_resources(plan.get("planned_values", {}).get("root_module", {})))
    found = [fault for rule in _RULES for fault in rule(resources, public)]
    found += _unpausing(plan.get("configuration", {}).get("root_module", {}))
    return found + list(_protected(plan)) + ([] if may_destroy else list(_destroyed(plan)))


def _resources(module: Mapping[str, Any]) -> Iterator[Planned]:
    for one in module.get("resources", []):
        if one.get("mode") == "managed":
            yield Planned(one["address"], one["type"], one.get("values", {}))
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _of(resources: Sequence[Planned], kind: str) -> Iterator[Planned]:
    return (one for one in resources if one.type == kind)


def _grants(resources: Sequence[Planned], public: Collection[str]) -> Iterator[str]:
    for one in resources:
        if one.type.endswith(("_iam_binding", "_iam_policy")):
            yield f"{one.address}: takes the role from everybody else; grant single members (…_iam_member)"
        if one.type.endswith("_iam_member"):
            yield from _grant(one, public)


def _grant(one: Planned, public: Collection[str]) -> Iterator[str]:
    role = one.values.get("role")
    if role is not None and role not in ROLES.get(one.type, ()) and not _OWN_ROLE.fullmatch(role):
        known = ", ".join(ROLES.get(one.type, ())) or "none"
        yield f"{one.address}: role {role} is not one we grant here (known: {known})"
    if one.type == "google_project_iam_member" and role in LIMITED and not one.values.get("condition"):
        yield f"{one.address}: role {role} on the whole project needs a condition"
    service = one.values.get("service")
    if one.values.get("member") in EVERYBODY and service not in public:
        yield f"{one.address}: {service or one.type} is private and must not be open to {one.values['member']}"


def _own_roles(resources: Sequence[Planned], _public: Collection[str]) -> Iterator[str]:
    for one in _of(resources, "google_project_iam_custom_role"):
        for permission in sorted(set(one.values.get("permissions") or ()) - set(PERMISSIONS)):
            yield f"{one.address}: permission {permission} is not one our roles may hold"


def _functions(resources: Sequence[Planned], public: Collection[str]) -> Iterator[str]:
    secrets = {one.values.get("secret_id") for one in _of(resources, "google_secret_manager_secret")}
    for one in _of(resources, "google_cloudfunctions2_function"):
        service = one.block("service_config")
        wanted = "ALLOW_INTERNAL_AND_GCLB" if one.values.get("name") in public else "ALLOW_INTERNAL_ONLY"
        if service.get("ingress_settings") != wanted:
            yield f"{one.address}: ingress_settings must be {wanted}"
        for limit in ("max_instance_count", "timeout_seconds", "available_memory", "available_cpu"):
            if not service.get(limit):
                yield f"{one.address}: {limit} is not set; the platform's default suits nobody here"
        yield from _secrets(one, service, secrets)


def _secrets(one: Planned, service: Mapping[str, Any], secrets: Collection[object]) -> Iterator[str]:
    for name in service.get("environment_variables") or {}:
        if _SECRET_NAME.search(name):
            yield f"{one.address}: {name} is a secret and stands in plain settings"
    for variable in service.get("secret_environment_variables") or []:
        if variable.get("secret") not in secrets:
            yield f"{one.address}: secret {variable.get('secret')} is referenced but not made"
        if variable.get("version") == "latest":
            yield f"{one.address}: secret {variable.get('secret')} must name a version, not latest"


def _accounts(resources: Sequence[Planned], _public: Collection[str]) -> Iterator[str]:
    """An account for each function: what one may do, no other may."""
    ids = [one.values.get("account_id") for one in _of(resources, "google_service_account")]
    for one in _of(resources, "google_cloudfunctions2_function"):
        if one.values.get("name") not in ids:
            yield f"{one.address}: has no service account of its own name"


def _jobs(resources: Sequence[Planned], _public: Collection[str]) -> Iterator[str]:
    for one in _of(resources, "google_cloud_scheduler_job"):
        target = one.block("http_target")
        if not target.get("oidc_token"):
            yield f"{one.address}: calls a private function without oidc_token"
        if not one.values.get("time_zone"):
            yield f"{one.address}: has no time_zone"


def _queues(resources: Sequence[Planned], _public: Collection[str]) -> Iterator[str]:
    for one in _of(resources, "google_cloud_tasks_queue"):
        attempts = one.block("retry_config").get("max_attempts")
        if not attempts or attempts < 0:
            yield f"{one.address}: max_attempts must be a number: without a last attempt nothing becomes a dead letter"
        for function in _of(resources, "google_cloudfunctions2_function"):
            told = (function.block("service_config").get("environment_variables") or {}).get("QUEUE_MAX_ATTEMPTS")
            if attempts and told is not None and told != str(attempts):
                yield f"{function.address}: QUEUE_MAX_ATTEMPTS is {told}, but {one.address} gives up after {attempts}"


def _store(resources: Sequence[Planned], _public: Collection[str]) -> Iterator[str]:
    for one in _of(resources, "google_firestore_database"):
        if one.values.get("point_in_time_recovery_enablement") != "POINT_IN_TIME_RECOVERY_ENABLED":
            yield f"{one.address}: point-in-time recovery is off"
    for one in _of(resources, "google_storage_bucket"):
        if one.values.get("public_access_prevention") != "enforced":
            yield f"{one.address}: public_access_prevention must be enforced"


def _unpausing(module: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Read from the configuration: planned values also hold what the cloud says, which nobody has written."""
    for one in module.get("resources", []):
        for field in {"paused", "desired_state"} & set(one.get("expressions", {})):
            yield f"{path}{one['address']}: sets {field}; an apply would undo what the watch or a person paused"
    for name, call in module.get("module_calls", {}).items():
        yield from _unpausing(call.get("module", {}), f"{path}module.{name}.")


def _destroyed(plan: Mapping[str, Any]) -> Iterator[str]:
    for one in _deletions(plan):
        if not _is_protected(one):
            what = "replaced" if "create" in one["change"]["actions"] else "destroyed"
            yield f"{one['address']}: would be {what}; say --allow-destroy if that is meant"


def _protected(plan: Mapping[str, Any]) -> Iterator[str]:
    """Terraform would notice only after it has destroyed what stands around it."""
    for one in _deletions(plan):
        if _is_protected(one):
            yield f"{one['address']}: is protected; first apply deletion_protection = false with nothing else changed"


def _deletions(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    changes = plan.get("resource_changes", [])
    return [one for one in changes if one["type"] in KEPT and "delete" in one["change"]["actions"]]


def _is_protected(change: Mapping[str, Any]) -> bool:
    return (change["change"].get("before") or {}).get("deletion_policy") == "PREVENT"


_RULES: Sequence[Rule] = (_grants, _own_roles, _functions, _accounts, _jobs, _queues, _store)
