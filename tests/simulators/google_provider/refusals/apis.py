"""A service answers only where its API is switched on in the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider.refusals.saying import require
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

_DOMAIN = ".googleapis.com"
# A name that ends with `_` stands for all types that begin so.
_NEEDED = {
    "google_artifact_registry_": ("artifactregistry",),
    "google_cloud_run_": ("run",),
    "google_cloud_scheduler_": ("cloudscheduler",),
    "google_cloud_tasks_": ("cloudtasks",),
    # A 2nd generation function is built by Cloud Build, kept in Artifact Registry and run by Cloud Run.
    "google_cloudfunctions2_": ("cloudfunctions", "cloudbuild", "artifactregistry", "run"),
    "google_compute_": ("compute",),
    "google_firestore_": ("firestore",),
    "google_logging_": ("logging",),
    "google_monitoring_": ("monitoring",),
    "google_project": ("cloudresourcemanager",),
    "google_project_iam_custom_role": ("iam",),
    "google_project_iam_member": ("cloudresourcemanager",),
    # The provider asks whether the project still is there before it looks at its services.
    "google_project_service": ("serviceusage", "cloudresourcemanager"),
    "google_secret_manager_": ("secretmanager",),
    "google_service_account": ("iam",),
    "google_service_account_": ("iam",),
    "google_storage_": ("storage",),
    "google_vpc_access_": ("vpcaccess",),
}
_OTHERS = (
    "appengine bigquery bigquerystorage billingbudgets cloudapis cloudasset cloudbilling cloudkms cloudtrace "
    "containerregistry datastore dns errorreporting eventarc firebase firebaserules iamcredentials iap "
    "networkmanagement networkservices pubsub servicecontrol servicemanagement servicenetworking serviceusage "
    "sourcerepo sqladmin storage-api storage-component sts telemetry websecurityscanner certificatemanager"
)
_KNOWN = {api for apis in _NEEDED.values() for api in apis} | set(_OTHERS.split())
# What is on in a project a person has just made in the console.
_ALWAYS_ON = (
    "bigquery bigquerystorage cloudapis cloudtrace datastore logging monitoring servicemanagement serviceusage "
    "sqladmin storage storage-api storage-component"
)
NEW_PROJECT = frozenset(f"{api}{_DOMAIN}" for api in _ALWAYS_ON.split())


# And after the one step by hand without which Terraform can switch nothing on.
PREPARED_PROJECT = NEW_PROJECT | {f"cloudresourcemanager{_DOMAIN}"}


def check(cloud: Cloud, type_name: str, state: Mapping[str, Value]) -> None:
    """Refuse what needs APIs that are off.

    Raises:
        Refused: naming the API.
    """
    if cloud.enabled is None:
        return
    enabled = cloud.enabled | {str(service["service"]) for service in cloud.all("google_project_service")}
    for name, needed in _NEEDED.items():
        if type_name == name or (name.endswith("_") and type_name.startswith(name)):
            for api in needed:
                _require_enabled(f"{api}{_DOMAIN}", enabled, state)


def _require_enabled(api: str, enabled: frozenset[str], state: Mapping[str, Value]) -> None:
    project = state.get("project")
    text = f"{api} has not been used in project {project} before or it is disabled. Enable it, then retry."
    require(api in enabled, 403, text)


def _service(_cloud: Cloud, state: Mapping[str, Value]) -> None:
    name = str(state["service"])
    api = name.removesuffix(_DOMAIN)
    require(api in _KNOWN and name != api, 403, f"Service {name} not found or permission denied., forbidden")


RULES = {"google_project_service": _service}
