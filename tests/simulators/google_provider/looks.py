"""Data sources: what a configuration reads of the cloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.simulators.google_provider import names
from tests.simulators.google_provider.answers import complete
from tests.simulators.google_provider.book import Type
from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.refusals import apis
from tests.simulators.google_provider.settings import Settings
from tests.simulators.google_provider.values import UNKNOWN, Value

State = dict[str, Value]


def look(cloud: Cloud, type_: Type, config: State, settings: Settings) -> State:
    """The data source's state.

    Raises:
        Refused: there is nothing to be read.
    """
    apis.check(cloud, type_.name, {"project": settings.project})
    asked = {
        name: UNKNOWN if attribute.computed and config.get(name) is None else config.get(name)
        for name, attribute in type_.block.attributes.items()
    }
    answers = _LOOKS[type_.name](cloud, config, settings)
    return {**complete(type_.block, asked, answers), **answers}


def _project(cloud: Cloud, config: State, settings: Settings) -> State:
    project = names.last(str(_given(config, "project_id", settings.project)))
    return {"id": f"projects/{project}", "project_id": project, "name": project, "number": str(cloud.number)}


def _client_config(_cloud: Cloud, _config: State, settings: Settings) -> State:
    places = {"project": settings.project, "region": settings.region, "zone": settings.zone}
    id_ = "/".join(f"{name}s/{value or ''}" for name, value in places.items())
    return {**places, "id": id_, "access_token": "an-access-token", "default_labels": dict(settings.default_labels)}


def _run_service(cloud: Cloud, config: State, settings: Settings) -> State:
    """A function's service, under both of the addresses Cloud Run gives it."""
    project = _given(config, "project", settings.project)
    location = _given(config, "location", settings.region)
    name = config["name"]
    id_ = f"projects/{project}/locations/{location}/services/{name}"
    for function in cloud.all("google_cloudfunctions2_function"):
        service = function["service_config"][0]
        if service["service"] == id_:
            urls = [f"https://{name}-{cloud.number}.{location}.run.app", service["uri"]]
            return {"id": id_, "project": project, "location": location, "uri": service["uri"], "urls": urls}
    raise Refused(f"{id_} not found")


def _storage_account(cloud: Cloud, config: State, settings: Settings) -> State:
    email = f"service-{cloud.number}@gs-project-accounts.iam.gserviceaccount.com"
    project = _given(config, "project", settings.project)
    return {"id": email, "email_address": email, "member": f"serviceAccount:{email}", "project": project}


def _given(config: State, name: str, default: Value) -> Value:
    value = config.get(name) or default
    if value is None:
        raise Refused(f"{name}: required field is not set")
    return value


_LOOKS: Mapping[str, Callable[[Cloud, State, Settings], State]] = {
    "google_client_config": _client_config,
    "google_cloud_run_v2_service": _run_service,
    "google_project": _project,
    "google_storage_project_service_account": _storage_account,
}
