"""Whoever stops reading, loses the line or cancels the run: Terraform ends its steps and writes its state."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from infra.cloud import deploying
from infra.cloud.terraform import stopped_in_order
from tests.tiny_project import NAME, VALUES, Tiny

pytest_plugins = ("tests.tiny_checkouts",)


def test_whoever_stops_reading_does_not_stop_terraform(project: Tiny) -> None:
    """`apply … | head`, a lost terminal: what was made is in the state, and nobody holds its lock."""
    project.secrets(VALUES)
    heard: list[str] = []

    def leaving(text: str) -> None:
        heard.append(text)
        if any("Creating" in line for line in heard):
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        deploying.apply(NAME, project.root, project.environ, False, None, leaving)
    assert [name for name in project.bucket.objects if name.endswith(".tflock")] == []
    state = json.loads(project.bucket.objects[f"{NAME}/default.tfstate"].data)
    known = sum(len(one["instances"]) for one in state["resources"] if one["mode"] == "managed")
    made = sum(len(kept) for kept in project.cloud.resources.values())
    assert known >= made > 0


def test_whoever_ends_us_asks_terraform_to_end_in_order() -> None:
    """It would die of the closed pipe otherwise."""
    script = "import signal, sys, time\nsignal.signal(signal.SIGINT, lambda *_: sys.exit(7))\n"
    script += "print('up', flush=True)\ntime.sleep(20)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        with stopped_in_order(child):
            assert child.stdout.readline() == "up\n"
            os.kill(os.getpid(), signal.SIGTERM)
            assert child.wait(10) == 7


def test_a_broken_file_of_another_environment_stops_nothing(project: Tiny) -> None:
    (project.root / "infra" / "environments" / "staging.tfvars").write_text('project = "company\n')
    project.secrets(VALUES)
    assert deploying.plan(NAME, project.root, project.environ, False, lambda _: None) == 0


def test_what_a_shell_holds_for_other_projects_changes_nothing_here(project: Tiny) -> None:
    """Another workspace would be another, empty state: everything would be made a second time."""
    project.secrets(VALUES)
    environ = {**project.environ, "TF_WORKSPACE": "dev", "TF_CLI_ARGS_plan": "-destroy", "TF_VAR_place": "mars"}
    assert deploying.apply(NAME, project.root, environ, False, None, lambda _: None) == 0
    assert [name for name in project.bucket.objects if name.endswith(".tfstate")] == [f"{NAME}/default.tfstate"]
    assert project.cloud.one("google_firestore_database", "exchange")["location_id"] == "europe-west1"
