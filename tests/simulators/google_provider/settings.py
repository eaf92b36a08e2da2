"""The provider block of a configuration, as far as plans and answers depend on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.simulators.google_provider.values import UNKNOWN, Value

ATTRIBUTION = {"goog-terraform-provisioned": "true"}


@dataclass(frozen=True)
class Settings:
    """`provider "google"`: each value may be None, or unknown while it is planned.

    `folder` is where the provider runs: a relative path of a configuration means a file there.
    """

    project: Value = None
    region: Value = None
    zone: Value = None
    default_labels: Mapping[str, str] = field(default_factory=dict)
    deletion_policy: Value = None
    attribution: bool = True
    attribution_strategy: str = "CREATION_ONLY"
    folder: Path = Path()

    def attributed(self, creating: bool, effective: Mapping[str, Value]) -> Mapping[str, str]:
        """The label that says who made a resource, where the provider sets it."""
        always = self.attribution_strategy == "PROACTIVE" or effective.keys() >= ATTRIBUTION.keys()
        return ATTRIBUTION if self.attribution and (creating or always) else {}


def read_settings(config: Mapping[str, Value], folder: Path) -> Settings:
    """Settings of a provider block; an unset attribution label is wanted, as the provider's defaults are."""
    labels = config.get("default_labels")
    return Settings(
        project=config.get("project"),
        region=config.get("region"),
        zone=config.get("zone"),
        default_labels=labels if isinstance(labels, dict) else {},
        deletion_policy=config.get("deletion_policy"),
        attribution=config.get("add_terraform_attribution_label") in (None, True, UNKNOWN),
        attribution_strategy=config.get("terraform_attribution_label_addition_strategy") or "CREATION_ONLY",
        folder=folder,
    )
