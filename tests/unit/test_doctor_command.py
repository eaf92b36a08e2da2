"""`./deploy.sh doctor`: one line for each thing, remedies under what is wrong, a status that scripts can use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from common.wiring import Services
from infra.local import commands
from tests.stand import Stand

Ran = tuple[int, str, str]


class Command:
    """Runs the doctor as a person types it."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> Ran:
        self._capsys.readouterr()
        status = commands.main(["doctor", *words])
        told = self._capsys.readouterr()
        return status, told.out, told.err


@pytest.fixture
def command(stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setattr(commands, "environment_or_demo", stand._environ)
    monkeypatch.setattr(commands, "Services", lambda _settings: stand.services)
    monkeypatch.setattr(commands, "set_up", lambda *_, **__: None)
    return Command(capsys)


def test_all_well_is_status_0_and_a_line_for_each(command: Command) -> None:
    status, out, complaint = command()
    assert status == 0
    lines = out.splitlines()
    assert {line[:5].strip() for line in lines if not line.startswith(" ")} == {"well", "?"}
    assert any(line.startswith("well   portal stages") and "C1:DONE" in line for line in lines)
    assert "0 wrong" in complaint


def test_what_is_wrong_is_status_1_and_has_its_remedy_below(command: Command, stand: Stand) -> None:
    stand.bases["main"].administrator.set_password("Обмен", "другой")
    status, out, complaint = command()
    assert status == 1
    lines = out.splitlines()
    (number,) = [number for number, line in enumerate(lines) if line.startswith("WRONG")]
    assert "base main" in lines[number]
    assert lines[number + 1].startswith("       Check ONEC_MAIN_USER")
    assert "1 wrong" in complaint


def test_json_is_one_object_a_line(command: Command, stand: Stand) -> None:
    stand.portal.users[7].active = False
    status, out, _ = command("--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert {frozenset(one) for one in found} == {frozenset(("check", "about", "state", "what", "remedy"))}
    assert [(one["check"], one["about"]) for one in found if one["state"] == "wrong"] == [("portal people", "user 7")]


def test_without_a_store_or_a_queue_to_begin_with_it_is_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "environment_or_demo", lambda: {"QUEUE_URL": "cloudtasks://p/l", "STORE_URL": "x"})
    monkeypatch.setattr(commands, "set_up", lambda *_, **__: None)
    status, _, complaint = Command(capsys)()
    assert status == 2
    for name in ("STORE_URL", "TASKS_SERVICE_ACCOUNT", "PROCESS_URL_PATTERN"):
        assert name in complaint


def test_a_setting_besides_is_a_finding_and_the_rest_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"STORE_URL": f"sqlite:///{tmp_path}/s.sqlite", "QUEUE_URL": f"sqlite:///{tmp_path}/q.sqlite"}
    monkeypatch.setattr(commands, "environment_or_demo", lambda: places)
    monkeypatch.setattr(commands, "Services", Services)
    monkeypatch.setattr(commands, "set_up", lambda *_, **__: None)
    status, out, _ = Command(capsys)()
    assert status == 1
    for name in ("BITRIX_WEBHOOK_URL", "ONEC_BASES", "ADMIN_USER_IDS"):
        assert any(line.startswith("WRONG  settings") and name in line for line in out.splitlines())
    assert "well   store" in out
    assert "well   queue" in out
