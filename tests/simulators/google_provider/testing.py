"""For tests: small configurations written where they are used."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.terraform import Terraform

PROVIDER = """
terraform {
  required_providers {
    google = { source = "hashicorp/google", version = "~> 7.45" }
  }
}
provider "google" {
  project = "demo-shop"
  region  = "europe-west1"
}
"""


class Open(Protocol):
    def __call__(self, infra: Path | str, cloud: Cloud | None = None, root: Path | None = None) -> Terraform:
        """Terraform in a copy of a folder, or of a configuration written here without its provider block."""


def rewritten(terraform: Terraform, text: str) -> Terraform:
    """The same workspace with its configuration edited by a person."""
    (terraform.folder / "main.tf").write_text(PROVIDER + text, "utf-8")
    return terraform
