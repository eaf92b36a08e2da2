"""Terraform run for one environment: its state, its variables, its secrets, none of which anything here prints."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from common.settings import Secret
from infra.cloud.environment import Environment
from infra.cloud.needs import Need, Unprepared

LEAST: Final = (1, 11)
"""The first with write-only arguments, which keep secrets out of the state (facts gcp §3.1)."""

_HOW: Final = "https://developer.hashicorp.com/terraform/install"
_SHORTEST: Final = 6
_CHANGES: Final = 2
_OUT_OF_FORM: Final = 3
_LEAKS: Final = re.compile(r"TF_(WORKSPACE|CLI_ARGS|VAR_|LOG)")
"""What a shell may hold for other projects: another state, options nobody sees here, logs with requests' secrets."""
_ENDINGS: Final = (signal.SIGTERM, signal.SIGHUP)
"""How a run of CI is cancelled, and how a lost connection ends what ran in it."""


class TerraformError(Exception):
    """Terraform ended with an error, which it has said itself."""


class Terraform:
    """`say` takes each line that Terraform prints, without values of secrets."""

    def __init__(
        self,
        root: Path,
        environment: Environment,
        environ: Mapping[str, str],
        values: Mapping[str, Secret],
        say: Callable[[str], None] = print,
    ) -> None:
        self._root = root
        self._environment = environment
        self._values = values
        self._say = say
        self._environ = self._surroundings(environ)

    def init(self) -> None:
        """Find the state and the provider. Raises TerraformError."""
        where = (f"bucket={self._environment.bucket}", f"prefix={self._environment.name}")
        # Which bucket is said anew each time, so nothing kept of an earlier one is asked about.
        self._must("init", "-input=false", "-reconfigure", *(f"-backend-config={one}" for one in where))

    def plan(self, file: Path) -> bool:
        """Write the plan to a file; whether anything would change. Raises TerraformError."""
        options = ("-input=false", "-detailed-exitcode", f"-var-file={self._environment.var_file}", f"-out={file}")
        status = self._streamed("plan", *options)
        if status not in (0, _CHANGES):
            raise TerraformError
        return status == _CHANGES

    def apply(self, file: Path) -> None:
        """Do what the plan says. Raises TerraformError."""
        self._must("apply", "-input=false", str(file))

    def shown(self, file: Path) -> dict[str, Any]:
        """The plan as data; it may hold what Terraform itself would not print."""
        found: dict[str, Any] = json.loads(self._captured("show", "-json", str(file)))
        return found

    def outputs(self) -> dict[str, Any]:
        """The outputs by name, except those that are sensitive. Raises TerraformError."""
        found = json.loads(self._captured("output", "-json"))
        return {name: one["value"] for name, one in found.items() if not one["sensitive"]}

    def _surroundings(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Secrets as one variable that Terraform keeps nowhere (`ephemeral`), and by no other name."""
        others = {name: one for name, one in environ.items() if name not in self._values and not _LEAKS.match(name)}
        values = {name: value.reveal() for name, value in self._values.items()}
        folder = self._environment.folder(self._root)
        own = {"TF_DATA_DIR": str(folder), "TF_IN_AUTOMATION": "1", "TF_VAR_secret_values": json.dumps(values)}
        return {**others, **own}

    def _must(self, *arguments: str) -> None:
        if self._streamed(*arguments):
            raise TerraformError

    def _streamed(self, command: str, *arguments: str) -> int:
        plain = () if sys.stdout.isatty() else ("-no-color",)
        line = ("terraform", "-chdir=infra", command, *plain, *arguments)
        heard = Heard(lambda text: self._say(hidden(text, self._values.values())))
        with (
            subprocess.Popen(
                line,
                cwd=self._root,
                env=self._environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            ) as process,
            stopped_in_order(process),
        ):
            assert process.stdout is not None
            _each_line(process.stdout, heard)
            status = process.wait()
        heard.out()
        return status

    def _captured(self, command: str, *arguments: str) -> str:
        line = ("terraform", "-chdir=infra", command, "-no-color", *arguments)
        done = subprocess.run(
            line, cwd=self._root, env=self._environ, capture_output=True, encoding="utf-8", errors="replace"
        )
        if done.returncode:
            self._say(hidden(done.stderr, self._values.values()))
            raise TerraformError
        return done.stdout


class Heard:
    """Says each line as long as somebody listens. Who leaves must not stop Terraform: it would die in the middle of an
    apply, its state not written and its lock held.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._left: Exception | None = None

    def __call__(self, text: str) -> None:
        if self._left is None:
            try:
                self._say(text)
            except Exception as left:  # noqa: BLE001 - raised by `out`, when Terraform has ended
                self._left = left

    def out(self) -> None:
        """Raises what ended the listening."""
        if self._left is not None:
            raise self._left


@contextmanager
def stopped_in_order(process: subprocess.Popen[str]) -> Iterator[None]:
    """Whoever ends us means Terraform too: it is asked as by Ctrl-C, ends its steps and writes its state."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {one: signal.signal(one, lambda *_: process.send_signal(signal.SIGINT)) for one in _ENDINGS}
    try:
        yield
    finally:
        for one, before in kept.items():
            signal.signal(one, before)


def _each_line(lines: Iterable[str], say: Callable[[str], None]) -> None:
    """Ctrl-C reaches Terraform too, which then stops in an orderly way and keeps its state: hear it out."""
    while True:
        try:
            for line in lines:
                say(line.rstrip("\n"))
            return
        except KeyboardInterrupt:
            say("Terraform is stopping; wait for it, or its state may be lost.")


def hidden(text: str, secrets: Iterable[Secret]) -> str:
    """The text with every value of a secret blotted out, should a provider repeat one in an error."""
    for secret in secrets:
        value = secret.reveal()
        if len(value) >= _SHORTEST:
            for form in (value, json.dumps(value)[1:-1]):
                text = text.replace(form, "***")
    return text


def unformatted(root: Path, environ: Mapping[str, str]) -> list[str]:
    """Files of `infra` that are not as `terraform fmt` would have them. Raises Unprepared for one that it cannot read.

    Not those of environments: how an operator indents his variables stops no deployment.
    """
    infra = root / "infra"
    ours = [*sorted(infra.glob("*.tf")), *(infra / name for name in ("modules", "tests") if (infra / name).is_dir())]
    names = [str(one.relative_to(root)) for one in ours]
    line = ("terraform", "fmt", "-check", "-recursive", "-no-color", *names)
    done = subprocess.run(line, cwd=root, env=dict(environ), capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode not in (0, _OUT_OF_FORM):
        raise Unprepared([Need("a file of infra cannot be read", done.stderr.strip())])
    return [one for one in done.stdout.splitlines() if one.strip()] if done.returncode else []


def needs(environ: Mapping[str, str]) -> list[Need]:
    """Whether the Terraform on PATH will do."""
    try:
        done = subprocess.run(("terraform", "version", "-json"), env=dict(environ), capture_output=True, text=True)
    except OSError:
        return [Need("terraform was not found on PATH", f"version {_shown(LEAST)} or newer: {_HOW}")]
    found = re.search(r'"terraform_version":\s*"(\d+)\.(\d+)', done.stdout)
    if found is None:
        return [Need("terraform on PATH does not tell its version", f"version {_shown(LEAST)} or newer: {_HOW}")]
    version = (int(found[1]), int(found[2]))
    if version < LEAST:
        return [Need(f"terraform {_shown(version)} is too old", f"version {_shown(LEAST)} or newer: {_HOW}")]
    return []


def _shown(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
