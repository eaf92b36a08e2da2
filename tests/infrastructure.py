"""A project to deploy: `infra/` and `functions/` as they are, packages of any bytes, variables, Terraform over them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.manifests import ROOT, read
from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.terraform import Terraform, workspace

PROJECT = "company-exchange-test"
NUMBER = "123456789012"
VARIABLES: Mapping[str, Any] = {
    "environment": "test",
    "project": PROJECT,
    "region": "europe-west1",
    "public_host": "exchange.example.ru",
    "alert_emails": ["it@example.ru"],
    "bitrix": {"access": "application", "client_id": "local.0123456789abcd.01234567"},
    "onec_bases": {
        "main": {
            "url": "https://1c.example.ru/buh",
            "user": "Обмен",
            "configuration": "bp30",
            "time_zone": "Europe/Moscow",
        }
    },
    "onec_dm": {"url": "https://1c.example.ru/dm", "user": "Обмен"},
    "admin_user_ids": [1],
    "accountant_user_ids": [7, 8],
    "settle_seconds": 0,
}
SECRETS: Mapping[str, str] = {
    "BITRIX_CLIENT_SECRET": "marked-client-secret-0001",
    "BITRIX_WEBHOOK_URL": "https://company.bitrix24.ru/rest/1/markedwebhook0001/",
    "BITRIX_APPLICATION_TOKEN": "markedapplicationtoken0000000001",
    "ONEC_MAIN_PASSWORD": "marked-password-0001",
    "ONEC_RETAIL_PASSWORD": "marked-password-0002",
    "ONEC_DM_PASSWORD": "marked-password-0003",
    "ONEC_DM_KEYS": "k1:marked-key-0000000000000001",
}
"""Values in their right form; none may ever be seen."""


@dataclass
class Deployment:
    """A checkout of its own, under Terraform."""

    root: Path
    terraform: Terraform

    def variables(self, **changed: Any) -> list[str]:
        """Terraform's options for the usual variables with these changes."""
        path = self.root / "test.tfvars.json"
        path.write_text(json.dumps({**VARIABLES, **changed}), encoding="utf-8")
        return [f"-var-file={path}"]

    def secrets(self, **values: str) -> list[str]:
        """Terraform's option for values of secrets; given on the command line only here."""
        return [f"-var=secret_values={json.dumps(values or dict(SECRETS))}"]

    def plan(self, **changed: Any) -> dict[str, Any]:
        return self.terraform.plan(*self.variables(**changed), *self.secrets())

    def apply(self, **changed: Any) -> str:
        return self.terraform.apply(*self.variables(**changed), *self.secrets())

    def changes(self, **changed: Any) -> bool:
        """Whether an apply would change anything; no value of any secret is at hand."""
        return self.terraform.changes(*self.variables(**changed))

    def outputs(self) -> dict[str, Any]:
        shown = json.loads(self.terraform.must("output", "-json"))
        return {name: one["value"] for name, one in shown.items()}

    def pack(self, folder: str, content: bytes) -> None:
        """The package of a function, of these bytes."""
        path = self.root / "build" / f"{folder}.zip"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


@contextmanager
def deployment(root: Path, cloud: Cloud | None = None, state: str = "") -> Iterator[Deployment]:
    """A checkout below `root`, ready to plan; `state` is Terraform's, when the cloud is not empty."""
    shutil.copytree(ROOT / "functions", root / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "infra", root / "infra", ignore=shutil.ignore_patterns("__pycache__", ".terraform*"))
    (root / "build").mkdir()
    for folder in read():
        (root / "build" / f"{folder}.zip").write_bytes(folder.encode())
    with workspace(root / "infra", cloud or Cloud(), root=root) as terraform:
        if state:
            (terraform.folder / "terraform.tfstate").write_text(state, encoding="utf-8")
        yield Deployment(root, terraform)


def planned(plan: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """The values of every planned resource of a kind, modules' included."""
    return [one["values"] for one in _resources(plan["planned_values"]["root_module"]) if one["type"] == kind]


def _resources(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def changed(plan: Mapping[str, Any]) -> dict[str, list[str]]:
    """Address → actions of everything that would change."""
    changes = {one["address"]: one["change"]["actions"] for one in plan["resource_changes"]}
    return {address: actions for address, actions in changes.items() if actions not in (["no-op"], ["read"])}
