"""The one entrance for people: every command tells how it is used, what it needs and how it may end."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.manifests import ROOT

SCRIPT = ROOT / "deploy.sh"
WORDS = ("--help", "-h", "*")


def commands() -> Iterator[str]:
    """Every command the script knows, by its `case`."""
    body = SCRIPT.read_text(encoding="utf-8").rpartition('case "$command" in')[2]
    for names in re.findall(r"^ {4}([a-z*-][a-z |*-]*)\)", body, re.MULTILINE):
        yield from (name for name in names.split(" | ") if name not in (*WORDS, "help"))


def prepared() -> bool:
    """Whether the script would take the environment as it is; a test must not make another one."""
    kept = ROOT / ".venv" / "locked"
    lock = (ROOT / "requirements-dev.lock").read_bytes()
    wanted = subprocess.run(["cksum"], input=lock, capture_output=True).stdout.decode().strip()
    return kept.is_file() and kept.read_text().strip() == wanted


def test_the_script_is_bash_without_faults() -> None:
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run([bash, "-n", str(SCRIPT)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_is_found() -> None:
    assert {"local", "test", "bench", "pack", "plan", "apply", "outputs", "in", "rules", "waiting"} <= set(commands())


@pytest.mark.skipif(not prepared(), reason="the environment is not the one ./deploy.sh has prepared")
@pytest.mark.parametrize("command", list(commands()))
def test_a_command_says_how_it_is_used_and_how_it_may_end(command: str, tmp_path: Path) -> None:
    done = subprocess.run([SCRIPT, command, "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: ./deploy.sh {command}" in done.stdout
    assert "exit status:" in done.stdout.lower()


@pytest.mark.parametrize("arguments", [["help"], ["--help"], ["-h"], []])
def test_the_script_says_what_there_is(arguments: list[str]) -> None:
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in commands() if f"./deploy.sh {name}" not in done.stdout] == []
    assert "Exit status: 0 done" in done.stdout


def test_an_unknown_command_is_answered_with_those_there_are() -> None:
    done = subprocess.run([SCRIPT, "deploy"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("unknown command: deploy\n")
