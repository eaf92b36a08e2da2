"""The real Terraform, run offline against the simulator on a copy of somebody's configuration."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.server import GoogleProvider

MISSING = "Terraform is not installed: https://developer.hashicorp.com/terraform/install (1.11 or later)"
_LEFT_BEHIND = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "__pycache__")
_BACKEND = 'terraform {\n  backend "local" {}\n}\n'
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG")


class Failed(Exception):
    """Terraform ended with an error; the text is what it complained of, `output` the rest of what it printed."""

    def __init__(self, ended: subprocess.CompletedProcess[str]) -> None:
        super().__init__(ended.stderr or ended.stdout)
        self.output = ended.stdout


class Terraform:
    """A copy of a configuration with a state of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = environment

    def attended(self, *arguments: str) -> int:
        """Run `terraform <arguments>` on this terminal; returns its exit status."""
        return subprocess.run(["terraform", *arguments], cwd=self.folder, env=dict(self._environment)).returncode

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`terraform <arguments>` as it ends, well or not."""
        return subprocess.run(
            ["terraform", *arguments], cwd=self.folder, env=dict(self._environment), capture_output=True, text=True
        )

    def must(self, *arguments: str) -> str:
        """What `terraform <arguments>` prints.

        Raises:
            Failed: it ended with an error.
        """
        ended = self.run(*arguments)
        if ended.returncode:
            raise Failed(ended)
        return ended.stdout

    def validate(self) -> str:
        return self.must("validate", "-no-color")

    def test(self, *options: str) -> str:
        return self.must("test", "-no-color", *options)

    def plan(self, *options: str) -> dict[str, Any]:
        """The plan as `terraform show -json` tells it."""
        self.must("plan", "-no-color", "-input=false", "-out=plan.bin", *options)
        shown: dict[str, Any] = json.loads(self.must("show", "-json", "plan.bin"))
        return shown

    def apply(self, *options: str) -> str:
        return self.must("apply", "-no-color", "-input=false", "-auto-approve", *options)

    def destroy(self, *options: str) -> str:
        return self.must("destroy", "-no-color", "-input=false", "-auto-approve", *options)

    def changes(self, *options: str) -> bool:
        """Whether a plan would change anything (`-detailed-exitcode`)."""
        ended = self.run("plan", "-no-color", "-input=false", "-detailed-exitcode", *options)
        if ended.returncode not in (0, 2):
            raise Failed(ended)
        return ended.returncode == 2

    def state(self) -> str:
        """The state file's text."""
        return (self.folder / "terraform.tfstate").read_text("utf-8")


@contextmanager
def workspace(infra: Path, cloud: Cloud | None = None, root: Path | None = None) -> Iterator[Terraform]:
    """A copy of `infra`, initialised, with a local state and the simulator as its provider.

    `root` is the folder whose other files the configuration reads (`../functions/…`): they appear beside the copy.
    """
    with TemporaryDirectory(prefix="infra-") as place:
        folder = copied(infra.resolve(), (root or infra.parent).resolve(), Path(place) / "root")
        (folder / "backend_override.tf").write_text(_BACKEND)
        with GoogleProvider(cloud or Cloud(), folder) as provider:
            terraform = Terraform(folder, {**_surroundings(Path(place)), **provider.environment()})
            terraform.must("init", "-no-color", "-input=false")
            yield terraform


def copied(infra: Path, root: Path, target: Path) -> Path:
    """`infra` copied to where it stands under `root`, with its neighbours as links."""
    for name in infra.relative_to(root).parts:
        target.mkdir(parents=True)
        for neighbour in root.iterdir():
            if neighbour.name != name:
                (target / neighbour.name).symlink_to(neighbour)
        root, target = root / name, target / name
    shutil.copytree(infra, target, ignore=_LEFT_BEHIND)
    return target


def _surroundings(place: Path) -> dict[str, str]:
    """Nothing of the developer's own Terraform, and no look at the network for a newer version."""
    empty = place / "terraform.rc"
    empty.write_text("")
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    own = {"TF_DATA_DIR": str(place / "data"), "TF_CLI_CONFIG_FILE": str(empty), "CHECKPOINT_DISABLE": "1"}
    return {**kept, **own, "TF_IN_AUTOMATION": "1"}


def problem() -> str | None:
    """Why Terraform cannot run here."""
    return None if shutil.which("terraform") else MISSING
