"""Terraform's own checks of `infra/`: its form, its validity, its tests."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from infra.manifests import ROOT
from tests.infrastructure import Deployment, deployment

pytest_plugins = ("tests.terraform_workspaces",)


@pytest.fixture(scope="module")
def project(terraform_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(tmp_path_factory.mktemp("checks")) as found:
        yield found


def test_the_files_are_formatted(terraform_installed: None) -> None:
    done = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff", ROOT / "infra"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_configuration_is_valid(project: Deployment) -> None:
    assert "Success" in project.terraform.validate()


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "infra" / "tests").glob("*.tftest.hcl")))
def test_terraforms_own_tests_pass(project: Deployment, file: str) -> None:
    assert "0 failed" in project.terraform.test(f"-filter=tests/{file}")


def test_the_example_is_a_whole_environment(project: Deployment) -> None:
    example = ROOT / "infra" / "environments" / "example.tfvars"
    assert project.terraform.plan(f"-var-file={example}")["planned_values"]


def test_every_variable_says_what_it_is() -> None:
    """An operator reads them before anything else."""
    text = (ROOT / "infra" / "variables.tf").read_text(encoding="utf-8")
    assert text.count('\nvariable "') == text.count("\n  description = ")
