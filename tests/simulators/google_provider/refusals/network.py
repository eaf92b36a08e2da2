"""The way out to fixed addresses: networks and connectors."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider import names
from tests.simulators.google_provider.refusals.saying import first, require
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]
_CONNECTOR_BITS = 28


def _connector(cloud: Cloud, state: State) -> None:
    """Limits of connectors: page `vpc_access_connector` of the provider."""
    name = str(state["name"])
    require(re.fullmatch(r"[a-z][-a-z0-9]{0,23}[a-z0-9]", name), 400, f"Connector name {name}: at most 25 characters")
    low, high = state.get("min_instances"), state.get("max_instances")
    wrong = isinstance(low, int) and isinstance(high, int) and not 2 <= low < high <= 10
    require(not wrong, 400, f"Instances {low} to {high}: between 2 and 10, and not the same")
    _require_range(cloud, state)


def _require_range(cloud: Cloud, state: State) -> None:
    subnet = first(state.get("subnet")).get("name")
    ranges = [one["ip_cidr_range"] for one in cloud.all("google_compute_subnetwork") if one["name"] == subnet]
    require(not subnet or ranges, 400, f"Subnetwork {subnet} does not exist.")
    for range_ in [*ranges, state.get("ip_cidr_range")]:
        size = ipaddress.ip_network(range_, strict=False).prefixlen if range_ else _CONNECTOR_BITS
        require(size == _CONNECTOR_BITS, 400, f"A connector needs a range of /28, {range_} is none.")


def _in_network(cloud: Cloud, state: State) -> None:
    network = names.last(str(state["network"]))
    found = network == "default" or any(one["name"] == network for one in cloud.all("google_compute_network"))
    require(found, 404, f"The resource '{state['network']}' was not found, notFound")


RULES = {
    "google_compute_router": _in_network,
    "google_compute_subnetwork": _in_network,
    "google_vpc_access_connector": _connector,
}
