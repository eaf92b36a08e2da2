"""A whole plan without a Google account: the real Terraform against a simulated provider and an empty project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infra.cloud.environment import Environment
from infra.cloud.terraform import TerraformError


def planned_offline(environment: Environment, root: Path) -> dict[str, Any]:
    """The plan of the first apply, as data. Raises TerraformError with what Terraform refused."""
    from tests.simulators.google_provider.terraform import Failed, workspace

    try:
        with workspace(root / "infra", root=root) as terraform:
            terraform.validate()
            return terraform.plan(f"-var-file={environment.var_file}")
    except Failed as failure:
        raise TerraformError(str(failure)) from failure
