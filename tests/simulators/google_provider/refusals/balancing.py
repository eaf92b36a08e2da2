"""One public host in front of the functions: backends, paths, certificates and forwarding rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider import names
from tests.simulators.google_provider.refusals.saying import first, require
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]
_BACKEND, _URL_MAP = "google_compute_backend_service", "google_compute_url_map"
_PROXIES = ("google_compute_target_https_proxy", "google_compute_target_http_proxy")
_SERVERLESS = "google_compute_region_network_endpoint_group"
_SERVERLESS_TIMEOUT = 30


def _backend(cloud: Cloud, state: State) -> None:
    """Wording: terraform-google-modules/terraform-google-lb-http pull request 358."""
    groups = [str(backend["group"]) for backend in state.get("backend") or []]
    serverless = any(_named(cloud, _SERVERLESS, group) for group in groups)
    timeout = state.get("timeout_sec")
    fits = not serverless or not isinstance(timeout, int) or timeout == _SERVERLESS_TIMEOUT
    text = "Timeout sec is not supported for a backend service with Serverless network endpoint groups., invalid"
    require(fits, 400, f"Invalid value for field 'resource.timeoutSec': '{timeout}'. {text}")


def _url_map(cloud: Cloud, state: State) -> None:
    """Rules of paths: page `compute_url_map` of the provider."""
    matchers = state.get("path_matcher") or []
    for rule in state.get("host_rule") or []:
        known = any(matcher["name"] == rule["path_matcher"] for matcher in matchers)
        require(known, 400, f"Invalid value for field 'resource.hostRules': no path matcher '{rule['path_matcher']}'")
    for path in _paths(matchers):
        good = re.fullmatch(r"/[^*?#]*", path) or re.fullmatch(r"/([^*?#]*/)?\*", path)
        require(good, 400, f"Invalid value for field 'paths': '{path}': it starts with / and has * only at its end")
    for service in _services(state):
        require(_named(cloud, _BACKEND, service), 404, f"The resource '{service}' was not found, notFound")


def _paths(matchers: list[State]) -> Iterator[str]:
    for matcher in matchers:
        for rule in matcher.get("path_rule") or []:
            yield from rule["paths"]


def _services(state: State) -> Iterator[str]:
    places = [state, *(state.get("path_matcher") or [])]
    services = [place.get("default_service") for place in places]
    services += [rule.get("service") for matcher in places[1:] for rule in matcher.get("path_rule") or []]
    yield from (service for service in services if isinstance(service, str) and service)


def _forwarding(cloud: Cloud, state: State) -> None:
    """Wording: GoogleCloudPlatform/cloud-foundation-fabric issue 1065."""
    scheme = state.get("load_balancing_scheme")
    for backend in _backends(cloud, str(state["target"])):
        other = backend.get("load_balancing_scheme")
        text = f"Load balancing scheme {scheme} does not match the backend service load balancing scheme {other}."
        require(scheme == other, 400, f"Invalid value for field 'resource.backendService': ''. {text}, invalid")


def _backends(cloud: Cloud, target: str) -> Iterator[State]:
    """The backends behind a proxy; what is not there is no business of a forwarding rule."""
    for kind in _PROXIES:
        for proxy in _named(cloud, kind, target):
            for url_map in _named(cloud, _URL_MAP, str(proxy["url_map"])):
                for service in _services(url_map):
                    yield from _named(cloud, _BACKEND, service)


def _certificate(_cloud: Cloud, state: State) -> None:
    for domain in first(state.get("managed")).get("domains") or []:
        good = re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\.?", domain)
        require(good, 400, f"Invalid value for field 'resource.managed.domains': '{domain}' is no domain name")


def _named(cloud: Cloud, type_name: str, link: str) -> list[State]:
    """The resource a link means, in a list of one or none."""
    plain = re.sub(r"^.*?(?=projects/)", "", link)
    return [
        state for state in cloud.all(type_name) if plain == state["id"] or names.last(plain) == plain == state["name"]
    ]


RULES = {
    _BACKEND: _backend,
    _URL_MAP: _url_map,
    "google_compute_global_forwarding_rule": _forwarding,
    "google_compute_managed_ssl_certificate": _certificate,
}
