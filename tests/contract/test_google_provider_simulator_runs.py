"""Terraform's own commands on a project's folder: tests with and without mocks, neighbours, backends, the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulators.google_provider import Cloud, Failed, GoogleProvider
from tests.simulators.google_provider.__main__ import main
from tests.simulators.google_provider.testing import PROVIDER, Open

pytest_plugins = ("tests.terraform_workspaces",)

SAMPLE = Path(__file__).with_name("google_provider_sample")
PROJECT = Path(__file__).parents[2]
QUEUE = """
variable "name" {
  type = string
  validation {
    condition     = length(var.name) > 3
    error_message = "A name has at least four letters."
  }
}
resource "google_cloud_tasks_queue" "q" {
  name     = var.name
  location = "europe-west1"
}
data "google_project" "p" {}
"""
MOCKED = """
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "42" }
  }
  mock_resource "google_cloud_tasks_queue" {
    defaults = { state = "MOCKED" }
  }
}
run "applies_without_a_cloud" {
  variables { name = "orders" }
  assert {
    condition     = google_cloud_tasks_queue.q.state == "MOCKED" && data.google_project.p.number == "42"
    error_message = "not mocked"
  }
}
run "a_short_name" {
  command = plan
  variables { name = "q" }
  expect_failures = [var.name]
}
"""
REAL = """
run "applies" {
  variables { name = "orders" }
  assert {
    condition     = google_cloud_tasks_queue.q.state == "%s"
    error_message = "the queue is ${google_cloud_tasks_queue.q.state}"
  }
}
"""


def written(folder: Path, test: str) -> Path:
    (folder / "tests").mkdir(parents=True)
    (folder / "main.tf").write_text(PROVIDER + QUEUE)
    (folder / "tests" / "queue.tftest.hcl").write_text(test)
    return folder


def test_terraform_test_runs_with_a_mocked_provider_and_leaves_the_cloud_alone(
    open_workspace: Open, tmp_path: Path
) -> None:
    cloud = Cloud()
    assert "2 passed, 0 failed" in open_workspace(written(tmp_path / "infra", MOCKED), cloud).test()
    assert cloud.count == 0


def test_terraform_test_runs_on_the_simulated_cloud_and_cleans_up(open_workspace: Open, tmp_path: Path) -> None:
    cloud = Cloud()
    assert "1 passed" in open_workspace(written(tmp_path / "infra", REAL % "RUNNING"), cloud).test()
    assert cloud.count == 1
    assert not list(cloud.all("google_cloud_tasks_queue"))


def test_a_failing_terraform_test_fails_with_its_words(open_workspace: Open, tmp_path: Path) -> None:
    with pytest.raises(Failed, match="the queue is RUNNING"):
        open_workspace(written(tmp_path / "infra", REAL % "PAUSED")).test()


def test_a_remote_backend_is_replaced_and_the_folder_stays_untouched(open_workspace: Open) -> None:
    before = {path: path.read_bytes() for path in SAMPLE.rglob("*") if path.is_file()}
    terraform = open_workspace(SAMPLE)
    terraform.apply()
    assert json.loads(terraform.state())["resources"]
    assert {path: path.read_bytes() for path in SAMPLE.rglob("*") if path.is_file()} == before


def test_a_configuration_reads_its_neighbours_in_the_project(open_workspace: Open, tmp_path: Path) -> None:
    infra = tmp_path / "project" / "infra" / "cloud"
    infra.mkdir(parents=True)
    (tmp_path / "project" / "functions").mkdir()
    (tmp_path / "project" / "functions" / "function.json").write_text('{"name": "orders"}')
    (infra / "main.tf").write_text(
        PROVIDER + 'output "o" {\n value = jsondecode(file("${path.module}/../../functions/function.json")).name\n}'
    )
    plan = open_workspace(infra, root=tmp_path / "project").plan()
    assert plan["planned_values"]["outputs"]["o"]["value"] == "orders"


def test_nothing_of_the_developers_own_terraform_gets_in(
    open_workspace: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_name", "q")
    monkeypatch.setenv("TF_CLI_ARGS", "-nonsense")
    monkeypatch.setenv("GOOGLE_PROJECT", "somebody-elses")
    terraform = open_workspace(written(tmp_path / "infra", MOCKED))
    assert "2 passed" in terraform.test()


def test_the_command_prints_terraforms_words_and_returns_its_status(
    terraform_installed: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    infra = written(tmp_path / "infra", MOCKED)
    assert main([str(infra), "validate", "-no-color"]) == 0
    assert "Success! The configuration is valid." in capfd.readouterr().out
    (infra / "more.tf").write_text('resource "google_cloud_tasks_queue" "r" {}')
    assert main([str(infra), "validate", "-no-color"]) == 1
    assert 'The argument "location" is required' in capfd.readouterr().err


def test_the_command_tells_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "python -m tests.simulators.google_provider" in capsys.readouterr().err


def test_the_command_runs_as_a_module(terraform_installed: None, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.simulators.google_provider", str(SAMPLE), "plan", "-no-color"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    ended = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert "Plan: 57 to add, 0 to change, 0 to destroy." in ended.stdout, ended.stderr


def test_where_terraform_is_missing_the_command_says_where_it_is_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([str(tmp_path), "validate"]) == 2
    assert "https://developer.hashicorp.com/terraform/install" in capsys.readouterr().err


def test_a_provider_stands_only_on_loopback_and_as_long_as_it_is_wanted() -> None:
    with GoogleProvider(Cloud()) as provider:
        attach = json.loads(provider.environment()["TF_REATTACH_PROVIDERS"])
    assert attach["registry.terraform.io/hashicorp/google"]["Addr"]["String"].startswith("127.0.0.1:")
