"""Every command that README, the usage and the notices print can be typed as it stands there."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from common.flow import notices_texts
from common.flow.notices_table import TEXTS
from infra.cloud.commands import _parser as _cloud_parser
from infra.local.commands import _parser

ROOT = Path(__file__).parents[2]
SCRIPT = "./deploy.sh"
OTHERS = ("local", "test", "bench", "entities", "help")
"""Commands of a parser of their own."""
VALUES = {"MOMENT": "2026-10-01T00:00:00+03:00", "N": "3", "MAPPING": "contracts"}
"""What a person writes for a placeholder that must be of a form; any other stands for itself."""


def leaves(parser: argparse.ArgumentParser, name: str = "") -> list[str]:
    """Every command there is, e.g. `waiting list`."""
    groups = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    below = [leaf for one in groups for word, sub in one.choices.items() for leaf in leaves(sub, f"{name} {word}")]
    return below or [name.strip()]


CLOUD = leaves(_cloud_parser())
"""Commands that bring the exchange into the cloud."""


def lines(text: str) -> list[str]:
    """Each command line as printed, from the script's name to its comment, closing quote or end.

    Inside a sentence without quotes the command ends where the sentence does.
    """
    found = []
    for row in text.splitlines():
        for start in (one.start() for one in re.finditer(re.escape(SCRIPT) + r" ", row)):
            found.append(re.split(r"\s{2,}|`|\s#|[()>;…\"]", row[start:].strip())[0].rstrip("."))
    return found


def mentions(text: str) -> list[str]:
    """Commands that a sentence of README names without the script: `documents status`."""
    return re.findall(r"`((?:documents|conflicts|waiting|letters|rules) [a-z][^`]*)`", text)


def calls(line: str) -> list[list[str]]:
    """The arguments of each call that a line stands for: alternatives apart, with and without what is optional."""
    group, *rest = line.removeprefix(SCRIPT).strip().split(" ", 1)
    alternatives = rest[0].split(" | ") if rest else [""]
    written = [f"{group} {one}".strip() for one in alternatives]
    bare = [re.sub(r"\[[^]]*\]", "", one) for one in written]
    whole = [re.sub(r"[][]", "", one) for one in written]
    return [[VALUES.get(word, word) for word in shlex.split(one)] for one in dict.fromkeys([*bare, *whole])]


def fault(arguments: list[str]) -> str:
    """What the parser says against a call, "" when it takes it."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            (_cloud_parser() if arguments[0] in CLOUD else _parser()).parse_args(arguments)
    except SystemExit:
        return said.getvalue() or "ends without a command"
    return ""


def said(source: str) -> list[str]:
    """The command lines of one place."""
    if source == "README.md":
        return lines((ROOT / source).read_text(encoding="utf-8"))
    if source == "usage":
        script = (ROOT / "deploy.sh").read_text(encoding="utf-8")
        return lines(script.split("<<'TEXT'\n")[1].split("\nTEXT\n")[0])
    if source == "notices":
        texts = notices_texts
        return [*(one.format("7") for one in (texts.RETRY, texts.SETTLE, texts.CONFIRM, texts.RESUME)), texts.LIST]
    return [one for both in TEXTS.values() for text in both for one in lines(f"{text.wrong}\n{text.do}")]


PRINTED = [
    (source, line)
    for source in ("README.md", "usage", "notices", "table")
    for line in said(source)
    if line.split()[1] not in OTHERS
]


@pytest.mark.parametrize(("source", "line"), PRINTED, ids=[f"{one}: {line}" for one, line in PRINTED])
def test_a_printed_command_works_as_printed(source: str, line: str) -> None:
    for arguments in calls(line):
        assert fault(arguments) == "", f"{source} prints a command that fails: {line}"


def test_no_place_is_overlooked() -> None:
    """A pattern that finds nothing would pass for ever."""
    found = {source: [line for one, line in PRINTED if one == source] for source, _ in PRINTED}
    assert set(found) == {"README.md", "usage", "notices", "table"}
    groups = {line.split()[1] for line in found["README.md"]} - set(CLOUD)
    lists = {"rules", "waiting", "letters", "counts", "journal", "documents", "conflicts", "backfill"}
    assert groups == {*lists, "pause", "resume", "doctor"}
    assert groups == {line.split()[1] for line in found["usage"]} - set(CLOUD)


@pytest.mark.parametrize(
    "line",
    [
        "./deploy.sh conflicts settle ID",
        "./deploy.sh documents confirm MAPPING",
        "./deploy.sh documents resync",
        "./deploy.sh waiting retry RECORD --by NAME --now",
        "./deploy.sh letters list | replay ID",
        "./deploy.sh journal",
        "./deploy.sh backfill --dry-run",
        "./deploy.sh waitings list",
        "./deploy.sh plan",
        "./deploy.sh outputs ENV --yes",
    ],
)
def test_a_wrong_command_in_print_would_be_seen(line: str) -> None:
    assert any(fault(arguments) for arguments in calls(line)), line


def test_a_command_that_a_sentence_names_exists() -> None:
    named = mentions((ROOT / "README.md").read_text(encoding="utf-8"))
    assert named
    # A name alone says no arguments; with an option or a placeholder it is a command to be typed.
    wrong = [one for one in named if one not in leaves(_parser()) and any(fault(call) for call in calls(one))]
    assert wrong == []


def test_every_command_there_is_stands_in_the_usage() -> None:
    printed = [" ".join(arguments) for line in said("usage") for arguments in calls(line)]
    missing = [
        one for one in [*leaves(_parser()), *CLOUD] if not any(f"{text} ".startswith(f"{one} ") for text in printed)
    ]
    assert missing == []


def test_the_script_hands_on_every_group_of_commands() -> None:
    script = (ROOT / "deploy.sh").read_text(encoding="utf-8")
    handed = re.search(r"^ *([a-z]+(?: \| [a-z]+)+)\)\n +prepare\n.*infra\.local\.commands", script, re.MULTILINE)
    assert handed is not None
    assert set(handed[1].split(" | ")) == {one.split()[0] for one in leaves(_parser())}
