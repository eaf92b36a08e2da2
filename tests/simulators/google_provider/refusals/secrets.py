"""Secret Manager."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider import names
from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.refusals.saying import require
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]
_LARGEST_PAYLOAD = 65536


def _secret(_cloud: Cloud, state: State) -> None:
    name = str(state["secret_id"])
    require(
        re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name), 400, f"Secret id {name}: letters, numbers, hyphens, underscores"
    )


def _version(cloud: Cloud, state: State) -> None:
    secret = names.last(str(state["secret"]))
    found = any(one["secret_id"] == secret for one in cloud.all("google_secret_manager_secret"))
    require(found, 404, f"Secret [{state['secret']}] not found.")
    data = str(state.get("secret_data") or state.get("secret_data_wo") or "")
    present = data or any(one["name"] == state.get("name") for one in cloud.all("google_secret_manager_secret_version"))
    require(present, 400, "Secret Payload cannot be empty.")
    require(len(data.encode()) <= _LARGEST_PAYLOAD, 400, f"The payload is larger than {_LARGEST_PAYLOAD} bytes.")


def _protected(_cloud: Cloud, state: State) -> None:
    if state.get("deletion_protection"):
        text = "cannot destroy secret manager secret without setting deletion_protection=false and running"
        raise Refused(f"{text} `terraform apply`")


RULES = {"google_secret_manager_secret": _secret, "google_secret_manager_secret_version": _version}
DELETIONS = {"google_secret_manager_secret": _protected}
