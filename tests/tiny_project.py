"""A checkout small enough to be applied in a second: two functions, a few resources, the real Terraform.

The provider, the bucket of the state and Secret Manager are simulated; nothing else is.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.manifests import ROOT
from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.server import GoogleProvider
from tests.simulators.storage import Bucket
from tests.simulators.web import Server

PROJECT, NAME = "company-exchange-tiny", "small"
TOKEN = "marked-access-token-00000001"
TOOLS = ("PATH", "LANG", "TMPDIR")
OWN = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_CREDENTIALS", "CLOUDSDK_CONFIG")
MANIFEST = {
    "about": "Something small",
    "kind": "job",
    "exchange": "all",
    "schedule": "*/5 * * * *",
    "entry_points": {
        "run": {
            "public": False, "memory": "512M", "cpu": "1", "timeout_seconds": 300, "concurrency": 1,
            "egress": False, "secrets": ["BITRIX_WEBHOOK_URL"],
        }
    },
}  # fmt: skip
WEBHOOK = "https://company.bitrix24.ru/rest/1/markedwebhook00000001/"
PASSWORD = "marked-password-00000002"
VALUES = f"BITRIX_WEBHOOK_URL={WEBHOOK}\nONEC_MAIN_PASSWORD={PASSWORD}\n"
"""What a person keeps in `.env.small`; none of it may ever be seen."""

MAIN = """\
terraform {
  backend "gcs" {}
  required_providers {
    google = { source = "hashicorp/google", version = "~> 7.45" }
  }
}

provider "google" {
  project = var.project
}

variable "project" {
  type = string
}

variable "place" {
  type    = string
  default = "europe-west1"
}

variable "names" {
  type    = set(string)
  default = ["BITRIX_WEBHOOK_URL", "ONEC_MAIN_PASSWORD"]
}

variable "secret_values" {
  type      = map(string)
  default   = {}
  ephemeral = true
  sensitive = true
}

variable "secret_versions" {
  type    = map(number)
  default = {}
}

locals {
  functions = { for path in fileset("../functions", "*/function.json") : dirname(path) => path }
}

resource "terraform_data" "package" {
  for_each = local.functions
  input    = filesha256("../build/${each.key}.zip")
}

resource "google_firestore_database" "store" {
  name                              = "exchange"
  location_id                       = var.place
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
}

resource "google_secret_manager_secret" "setting" {
  for_each  = var.names
  secret_id = each.key
  replication {
    auto {}
  }
}

resource "google_secret_manager_secret_version" "setting" {
  for_each               = var.names
  secret                 = google_secret_manager_secret.setting[each.key].id
  secret_data_wo         = lookup(var.secret_values, each.key, "")
  secret_data_wo_version = tostring(lookup(var.secret_versions, each.key, 1))
}

output "paste" {
  value = { "DNS" = "exchange.example.ru.  A  203.0.113.7", "1C: admit this address" = "203.0.113.8\\n203.0.113.9" }
}

output "settings" {
  value = {
    STORE_URL               = "firestore://${var.project}/exchange"
    QUEUE_URL               = "cloudtasks://${var.project}/europe-west1"
    TASKS_SERVICE_ACCOUNT   = "exchange-tasks@${var.project}.iam.gserviceaccount.com"
    PROCESS_URL_PATTERN     = "https://{}-123456789012.europe-west1.run.app"
    PUBLIC_BASE_URL         = "https://exchange.example.ru"
    ADMIN_USER_IDS          = "1"
    ONEC_BASES              = "main"
    ONEC_MAIN_URL           = "https://1c.example.ru/buh"
    ONEC_MAIN_USER          = "exchange"
    ONEC_MAIN_CONFIGURATION = "bp30"
    ONEC_MAIN_TIME_ZONE     = "Europe/Moscow"
  }
}

output "secrets" {
  value = { for name in var.names : name => tostring(lookup(var.secret_versions, name, 1)) }
}
"""


@dataclass
class Tiny:
    """`environ`: that of a person with credentials, whose Terraform meets the simulators."""

    root: Path
    environ: dict[str, str]
    bucket: Bucket
    cloud: Cloud

    def variables(self, text: str = "") -> None:
        """The environment's variables, with these lines besides."""
        path = self.root / "infra" / "environments" / f"{NAME}.tfvars"
        path.write_text(f'project = "{PROJECT}"\n{text}', encoding="utf-8")

    def secrets(self, text: str) -> None:
        """Values of secrets, kept as a person keeps them."""
        path = self.root / f".env.{NAME}"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)

    def without_credentials(self) -> dict[str, str]:
        return {name: value for name, value in self.environ.items() if name != "GOOGLE_OAUTH_ACCESS_TOKEN"}


@contextmanager
def tiny(root: Path) -> Iterator[Tiny]:
    """A checkout below `root`, whose cloud is empty and whose state has a bucket."""
    for name in ("deal_sweep", "task_sweep"):
        folder = root / "functions" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "main.py").write_text("def run(request): ...\n", encoding="utf-8")
        (folder / "function.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    (root / "functions" / "__init__.py").touch()
    (root / "infra" / "environments").mkdir(parents=True)
    (root / "infra" / "main.tf").write_text(MAIN, encoding="utf-8")
    shutil.copyfile(ROOT / "requirements.lock", root / "requirements.lock")
    bucket, cloud = Bucket(f"{PROJECT}-terraform-state", TOKEN), Cloud()
    with facing(root, bucket, cloud) as environ:
        one = Tiny(root, environ, bucket, cloud)
        one.variables()
        yield one


@contextmanager
def facing(root: Path, bucket: Bucket, cloud: Cloud) -> Iterator[dict[str, str]]:
    """The environment of a person with credentials, whose Terraform meets this bucket and this cloud."""
    with Server(bucket) as storage, GoogleProvider(cloud, root / "infra") as provider:
        place = {"GOOGLE_STORAGE_CUSTOM_ENDPOINT": Bucket.endpoint(storage.url), "CHECKPOINT_DISABLE": "1"}
        kept = {name: os.environ[name] for name in TOOLS if name in os.environ}
        rc = root / "terraform.rc"
        rc.touch()
        who = {"HOME": str(root), "GOOGLE_OAUTH_ACCESS_TOKEN": TOKEN, "TF_CLI_CONFIG_FILE": str(rc)}
        yield {**kept, **who, **place, **provider.environment()}


def cloudless(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Nobody's own credentials and no metadata server are near."""
    for name in OWN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
