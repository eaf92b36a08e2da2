"""Functions of the 2nd generation: their source, account, secrets, size and way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider import names
from tests.simulators.google_provider.refusals.access import account_exists, holds
from tests.simulators.google_provider.refusals.saying import first, require
from tests.simulators.google_provider.specials import cpu_of
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]
_SECRET = "google_secret_manager_secret"
_LONGEST_REQUEST = 3600


def _function(cloud: Cloud, state: State) -> None:
    name = str(state["name"])
    good = re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", name)
    require(good, 400, f"Invalid function name {name}: lower-case letters, numbers and hyphens, at most 63")
    build, service = first(state.get("build_config")), first(state.get("service_config"))
    _require_source(cloud, first(first(build.get("source")).get("storage_source")))
    _require_builder(build.get("service_account"))
    for account in (build.get("service_account"), service.get("service_account_email")):
        _require_account(cloud, account)
    _require_size(service)
    _require_connector(cloud, state, service)
    given = service.get("service_account_email")
    email = given if isinstance(given, str) and given else f"{cloud.number}-compute@developer.gserviceaccount.com"
    for secret in [*(service.get("secret_environment_variables") or []), *(service.get("secret_volumes") or [])]:
        _require_secret(cloud, secret, email)


def _require_source(cloud: Cloud, source: State) -> None:
    if source:
        bucket, name = source["bucket"], source["object"]
        found = cloud.has("google_storage_bucket_object", f"{bucket}-{name}")
        require(found, 400, f"The function's source gs://{bucket}/{name} does not exist.")


def _require_builder(account: Value) -> None:
    """The page of the provider: the fully-qualified name of an account, not its e-mail."""
    full = not isinstance(account, str) or not account or re.fullmatch(r"projects/[^/]+/serviceAccounts/[^/]+", account)
    require(full, 400, f"build_config.service_account {account}: projects/<project>/serviceAccounts/<e-mail>")


def _require_account(cloud: Cloud, account: Value) -> None:
    if isinstance(account, str) and account:
        email = names.last(account)
        require(account_exists(cloud, email), 400, f"Service account {email} does not exist.")


def _require_size(service: State) -> None:
    """Below one CPU an instance serves one request at a time (facts gcp §1.4)."""
    at_once, cpus = service.get("max_instance_request_concurrency"), float(cpu_of(service))
    fits = not isinstance(at_once, int) or at_once <= 1 or cpus >= 1
    require(fits, 400, f"Total cpu < 1 is not supported with concurrency > 1: cpu {cpus}, concurrency {at_once}.")
    timeout, low, high = (service.get(f) for f in ("timeout_seconds", "min_instance_count", "max_instance_count"))
    require(not isinstance(timeout, int) or timeout <= _LONGEST_REQUEST, 400, f"timeout_seconds {timeout} > 3600")
    ordered = not isinstance(low, int) or not isinstance(high, int) or low <= high
    require(ordered, 400, f"min_instance_count {low} is above max_instance_count {high}")


def _require_connector(cloud: Cloud, state: State, service: State) -> None:
    connector = service.get("vpc_connector")
    if isinstance(connector, str) and connector:
        name = names.last(connector)
        id_ = f"projects/{state['project']}/locations/{state['location']}/connectors/{name}"
        require(cloud.has("google_vpc_access_connector", id_), 400, f"VPC connector {id_} does not exist.")


def _require_secret(cloud: Cloud, used: State, email: str) -> None:
    """A revision that may not read a secret does not start."""
    secret, project = str(used["secret"]), names.last(str(used["project_id"]))
    id_ = f"projects/{project}/secrets/{names.last(secret)}"
    require(cloud.has(_SECRET, id_), 404, f"Secret {id_} was not found.")
    of_volume = used.get("versions")
    mounted = [one["version"] for one in of_volume] if isinstance(of_volume, list) else []
    for version in [used.get("version"), *mounted]:
        _require_version(cloud, names.last(secret), version)
    role = "roles/secretmanager.secretAccessor"
    allowed = holds(cloud, email, role, "google_secret_manager_secret_iam_member", id_)
    require(allowed, 403, f"Permission denied on secret: {id_} for Revision service account {email}: it needs {role}.")


def _require_version(cloud: Cloud, secret: str, version: Value) -> None:
    if version is not None:
        versions = [
            one for one in cloud.all("google_secret_manager_secret_version") if names.last(one["secret"]) == secret
        ]
        found = any(version in ("latest", one["version"]) for one in versions)
        require(found, 404, f"Secret version {secret}/versions/{version} was not found.")


RULES = {"google_cloudfunctions2_function": _function}
