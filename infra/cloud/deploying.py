"""Plan and apply: what would change in an environment, and changing it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.cloud import checking, judging, policy
from infra.cloud.needs import Need
from infra.cloud.offline import planned_offline
from infra.cloud.preparing import Prepared, prepared
from infra.cloud.secret_values import kept_in
from infra.cloud.terraform import Terraform, TerraformError

DONE, REFUSED, OFFLINE = 0, 1, 3
Say = Callable[[str], None]
Ask = Callable[[str], str]


@dataclass(frozen=True)
class Deploying:
    """One environment about to be planned or applied. `may_destroy`: a person said that what holds data may go."""

    root: Path
    environ: Mapping[str, str]
    ready: Prepared
    may_destroy: bool
    say: Say

    @property
    def project(self) -> str:
        return self.ready.environment.project

    def offline(self) -> int:
        """Everything that needs no Google account; then what is missing for the rest."""
        self.say("No way to the cloud from here: planned against a simulated, empty project.")
        shown = planned_offline(self.ready.environment, self.root)
        found = self._summed_up(shown)
        if self._broken(shown):
            return REFUSED
        without = judging.without_value(found, self.ready.secrets.values)
        self.say("The plan is sound. For the real one is missing:")
        self.missing([Need(f"values of {', '.join(without)}", self._where(without[0]))] if without else [])
        return OFFLINE

    def missing(self, further: list[Need]) -> None:
        """What only the cloud can give, and what goes with it."""
        for need in (*self.ready.cloud_needs, *further):
            self.say(str(need))

    def terraform(self) -> Terraform:
        """Terraform with its state found. Raises TerraformError, having said how to make the state's bucket."""
        terraform = Terraform(self.root, self.ready.environment, self.environ, self.ready.secrets.values, self.say)
        try:
            terraform.init()
        except TerraformError:
            bucket = self.ready.environment.bucket
            self.say(f"The state lies in gs://{bucket} (STATE_BUCKET names another). Where there is none yet, once:")
            self.say(f"  gcloud storage buckets create gs://{bucket} --project {self.project} --location REGION \\")
            self.say("      --uniform-bucket-level-access --public-access-prevention")
            self.say(f"  gcloud storage buckets update gs://{bucket} --versioning")
            raise
        return terraform

    def planned(self, terraform: Terraform, file: Path) -> tuple[bool, int]:
        """Whether anything would change, and whether that is refused; all of it said."""
        if not terraform.plan(file):
            self.say(f"Nothing to change: {self.project} is as the plan wants it.")
            return False, DONE
        shown = terraform.shown(file)
        without = judging.without_value(self._summed_up(shown), self.ready.secrets.values)
        if without:
            self.say(f"Refused: no value was given for {', '.join(without)}.\n  {self._where(without[0])}")
        broken = self._broken(shown)
        return True, REFUSED if without or broken else DONE

    def _summed_up(self, shown: Mapping[str, Any]) -> list[judging.Change]:
        found = judging.changes(shown)
        for line in judging.summary(found):
            self.say(line)
        return found

    def _broken(self, shown: Mapping[str, Any]) -> bool:
        if not checking.are_known(shown):
            self.say("Not judged: the settings, known only after the apply; a plan afterwards judges them.")
        given = {name: value.reveal() for name, value in self.ready.secrets.values.items()}
        faults = checking.faults(shown, given, self.ready.environment.name)
        faults += policy.faults(shown, self.ready.public, self.may_destroy)
        for fault in faults:
            self.say(f"Refused: {fault}")
        return bool(faults)

    def _where(self, setting: str) -> str:
        return f"give them in the environment{kept_in(self.ready.environment.name)}, as {setting}=…"


def plan(name: str, root: Path, environ: Mapping[str, str], may_destroy: bool, say: Say = print) -> int:
    """Show what would change. Without credentials it is planned offline, against an empty simulated project."""
    one = _begun(name, root, environ, may_destroy, say)
    if one.ready.cloud_needs:
        return one.offline()
    terraform = one.terraform()
    with _plan_file(one) as file:
        return one.planned(terraform, file)[1]


def apply(
    name: str, root: Path, environ: Mapping[str, str], may_destroy: bool, ask: Ask | None, say: Say = print
) -> int:
    """Change what the plan says, once a person has said so (`ask` is None: he has already). Safe to repeat."""
    one = _begun(name, root, environ, may_destroy, say)
    if one.ready.cloud_needs:
        say("Nothing was applied. Missing:")
        one.missing([])
        return OFFLINE
    terraform = one.terraform()
    with _plan_file(one) as file:
        changes, status = one.planned(terraform, file)
        if status or not changes:
            return status
        if ask is not None and ask(f"Apply this to the project {one.project}? Only yes is taken for it: ") != "yes":
            say("Nothing was applied.")
            return REFUSED
        terraform.apply(file)
    say(f"Applied. What to paste where: ./deploy.sh outputs {name}")
    return DONE


def asked(question: str) -> str:
    """From the terminal; nobody there is no yes."""
    if not sys.stdin.isatty():
        print("Nobody is there to say yes; where it is meant, say so beforehand: --yes", file=sys.stderr)
        return ""
    return input(question).strip().lower()


def _begun(name: str, root: Path, environ: Mapping[str, str], may_destroy: bool, say: Say) -> Deploying:
    ready = prepared(name, root, environ)
    say(f"{len(ready.packages)} functions packed, {sum(len(one.data) for one in ready.packages)} bytes.")
    if ready.secrets.ignored:
        say(f"Given beside the secrets but none of them, so not used: {', '.join(ready.secrets.ignored)}")
    return Deploying(root, environ, ready, may_destroy, say)


@contextmanager
def _plan_file(one: Deploying) -> Iterator[Path]:
    """Where the plan is kept while it is needed, for no other eyes."""
    folder = one.ready.environment.folder(one.root)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # One of its own each: two people in one checkout must not apply one another's. `mkstemp` shows it to nobody else.
    handle, name = tempfile.mkstemp(prefix="plan-", dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
