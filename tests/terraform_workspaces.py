"""The real Terraform for tests, on the simulated provider.

Load it with `pytest_plugins = ("tests.terraform_workspaces",)` and import nothing from it. Where Terraform is not
installed its tests are skipped, or fail if `REQUIRE_TERRAFORM=1`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.terraform import Terraform, problem, workspace
from tests.simulators.google_provider.testing import PROVIDER, Open


@pytest.fixture(scope="session")
def terraform_installed() -> None:
    """Skip, or fail where Terraform is required."""
    reason = problem()
    if reason and os.environ.get("REQUIRE_TERRAFORM") == "1":
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture
def open_workspace(terraform_installed: None, tmp_path: Path) -> Iterator[Open]:
    """Opens any number of workspaces and closes them at the end of the test."""
    with ExitStack() as opened:

        def open_(infra: Path | str, cloud: Cloud | None = None, root: Path | None = None) -> Terraform:
            folder = infra if isinstance(infra, Path) else _written(tmp_path / "infra", infra)
            return opened.enter_context(workspace(folder, cloud, root))

        yield open_


def _written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(PROVIDER + text, "utf-8")
    return folder
