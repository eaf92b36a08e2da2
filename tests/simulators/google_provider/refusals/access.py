"""Accounts and roles: who may be named, on what, and who holds what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider import names
from tests.simulators.google_provider.refusals.saying import first, require
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]
_ROLE = re.compile(r"(roles|projects/[^/]+/roles|organizations/\d+/roles)/[\w.]+")
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")


def account_exists(cloud: Cloud, email: str) -> bool:
    """Whether a service account is there; Google's own and other projects' are taken for granted."""
    ours = tuple(f"@{project}.iam.gserviceaccount.com" for project in cloud.projects)
    known = any(state["email"] == email for state in cloud.all("google_service_account"))
    return known or not email.endswith(ours)


def holds(cloud: Cloud, email: str, role: str, type_name: str, parent: str) -> bool:
    """Whether an account holds a role on a resource, by a grant there or on its project."""
    grants = [(grant, names.parent(type_name, grant)) for grant in cloud.all(type_name)]
    on_projects = [(grant, names.last(grant["project"])) for grant in cloud.all("google_project_iam_member")]
    places = {parent, parent.removeprefix("projects/").partition("/")[0]}
    wanted = (role, f"serviceAccount:{email}")
    return any((grant["role"], grant["member"]) == wanted and place in places for grant, place in grants + on_projects)


def _member(cloud: Cloud, state: State) -> None:
    role, member = str(state["role"]), str(state["member"])
    require(_ROLE.fullmatch(role), 400, f"Invalid role {role}., badRequest")
    if role.startswith("projects/"):
        require(cloud.has("google_project_iam_custom_role", role), 400, f"Role {role} does not exist., badRequest")
    kind, _, email = member.partition(":")
    exists = kind != "serviceAccount" or account_exists(cloud, email)
    require(exists, 400, f"Service account {email} does not exist., badRequest")


def _of(cloud: Cloud, state: State, type_name: str, owner: str) -> None:
    _member(cloud, state)
    parent = names.parent(type_name, state)
    require(cloud.has(owner, parent), 404, f"{parent} was not found., notFound")


def _repository_member(cloud: Cloud, state: State) -> None:
    _of(cloud, state, "google_artifact_registry_repository_iam_member", "google_artifact_registry_repository")


def _queue_member(cloud: Cloud, state: State) -> None:
    _of(cloud, state, "google_cloud_tasks_queue_iam_member", "google_cloud_tasks_queue")


def _secret_member(cloud: Cloud, state: State) -> None:
    _of(cloud, state, "google_secret_manager_secret_iam_member", "google_secret_manager_secret")


def _account_member(cloud: Cloud, state: State) -> None:
    _member(cloud, state)
    email = names.last(str(state["service_account_id"]))
    require(account_exists(cloud, email), 404, f"Unknown service account {email}., notFound")


def _bucket_member(cloud: Cloud, state: State) -> None:
    _member(cloud, state)
    name = names.last(str(state["bucket"]))
    require(cloud.has("google_storage_bucket", name), 404, f"The specified bucket {name} does not exist., notFound")
    closed = cloud.one("google_storage_bucket", name).get("public_access_prevention") == "enforced"
    public = state["member"] in _EVERYBODY
    require(not (closed and public), 412, f"{state['member']} may not be added: public access to {name} is prevented.")


def _run_member(cloud: Cloud, state: State) -> None:
    """A function's service is what it runs in: the grant has its place there and nowhere else."""
    _member(cloud, state)
    name = str(state.get("service") or state["name"])
    services = [
        first(function["service_config"])["service"] for function in cloud.all("google_cloudfunctions2_function")
    ]
    found = any(names.ends(service, names.last(name)) and f"/{state['location']}/" in service for service in services)
    require(
        found, 404, f"Resource '{name}' of kind 'SERVICE' in region '{state['location']}' does not exist., notFound"
    )


def _custom_role(_cloud: Cloud, state: State) -> None:
    wrong = [permission for permission in state.get("permissions") or [] if not re.fullmatch(r"[\w.]+", permission)]
    require(not wrong, 400, f"Permission {', '.join(wrong)} is not valid., badRequest")


def _account(_cloud: Cloud, state: State) -> None:
    """Lengths in bytes: cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts."""
    for field, most in (("display_name", 100), ("description", 256)):
        length = len(str(state.get(field) or "").encode())
        text = f"The {field} length ({length}) is longer than the maximum allowed length {most}., badRequest"
        require(length <= most, 400, text)


RULES = {
    "google_artifact_registry_repository_iam_member": _repository_member,
    "google_cloud_run_service_iam_member": _run_member,
    "google_cloud_run_v2_service_iam_member": _run_member,
    "google_cloud_tasks_queue_iam_member": _queue_member,
    "google_project_iam_custom_role": _custom_role,
    "google_project_iam_member": _member,
    "google_secret_manager_secret_iam_member": _secret_member,
    "google_service_account": _account,
    "google_service_account_iam_member": _account_member,
    "google_storage_bucket_iam_member": _bucket_member,
}
