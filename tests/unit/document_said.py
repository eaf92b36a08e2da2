"""Runs the commands of `deploy.sh` over a stand of documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local import commands
from tests.document_stand import DocumentStand


class Said:
    """Runs a command: its status, what it printed and what it complained about."""

    def __init__(self, stand: DocumentStand, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        patch.setattr(commands, "environment_or_demo", stand._environ)
        patch.setattr(commands, "Services", lambda _settings: stand.services)
        patch.setattr(commands, "set_up", lambda *_, **__: None)
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        try:
            status = commands.main(list(words))
        except SystemExit as left:
            status = int(left.code or 0)
        told = self._capsys.readouterr()
        assert "Traceback" not in told.err
        return status, told.out, told.err

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """A list that a command prints, one JSON object a line."""
        status, out, complaint = self(*words)
        assert status == 0, complaint
        return [json.loads(line) for line in out.splitlines()]

    def refused(self, *words: str) -> str:
        """What is said of a call that does nothing."""
        status, out, complaint = self(*words)
        assert (status in (1, 2), out) == (True, "")
        return complaint


def before_the_start(stand: DocumentStand, number: int) -> None:
    """So many files of 1C from before the mapping began; an hour later it begins."""
    for one in range(number):
        stand.clerk.add_file(stand.document(), f"Старый {one}.docx", f"old {one}".encode())
    stand.clock.advance(3600)
    stand.map(since=stand.clock.now().isoformat())
    stand.settle()
