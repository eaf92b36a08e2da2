"""`./deploy.sh pause` and `resume`: what they do, what they show, what they refuse, in sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.local import commands
from tests.stand import Stand

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    monkeypatch.setattr(commands, "environment_or_demo", stand._environ)
    monkeypatch.setattr(commands, "Services", lambda _settings: stand.services)
    monkeypatch.setattr(commands, "set_up", lambda *_, **__: None)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            status = commands.main(list(words))
        except SystemExit as left:
            status = int(left.code or 0)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def listed(said: Said) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said("pause", "list")[1].splitlines()]


def test_nothing_stands_still(said: Said) -> None:
    status, out, complaint = said("pause", "list")
    assert (status, out.strip(), complaint.strip()) == (0, "", "nothing stands still")


def test_paused_shown_and_resumed(said: Said, stand: Stand) -> None:
    assert said("pause", "acts", "--by", "Анна", "--because", "инвентаризация")[0] == 0
    by_hand = {"exchange": "acts", "state": "paused", "since": "2026-11-20T09:00:00.000000Z", "by": "Анна"}
    assert listed(said) == [{**by_hand, "because": "инвентаризация"}]
    stand.minutes(1)
    still = {"state": "paused", "by": "the exchange itself", "since": "2026-11-20T09:01:00.000000Z"}
    assert listed(said)[1:] == [
        {"job": "deal_sweep", **still, "because": "exchange:acts"},
        {"queue": "interactive", **still, "because": "exchange:acts"},
    ]
    assert said("resume", "acts", "--by", "Борис")[0] == 0
    stand.minutes(1)
    assert listed(said) == []


def test_the_journal_tells_who_did_what_and_why(said: Said) -> None:
    said("pause", "acts", "--by", "Анна", "--because", "инвентаризация")
    said("resume", "acts", "--by", "Борис")
    told = [json.loads(line) for line in said("journal", "exchange:acts")[1].splitlines()]
    assert [(one["outcome"], one["by"], one.get("because")) for one in told] == [
        ("paused", "Анна", "инвентаризация"),
        ("resumed", "Борис", None),
    ]


def test_what_somebody_else_paused_is_called_so(said: Said, stand: Stand) -> None:
    stand.services.queue_switches.pause("bulk")
    assert listed(said) == [{"queue": "bulk", "state": "paused", "by": "somebody else"}]


def test_an_open_breaker_is_named_and_what_was_resumed_by_hand_too(said: Said, stand: Stand) -> None:
    stand.services.breakers.open("base:main", "maintenance")
    stand.minutes(1)
    stand.services.breakers.open("base:main", "maintenance")
    stand.services.job_switches.pause("document_sync")
    stand.services.breakers.open("portal", "connection")
    stand.minutes(0)
    stand.services.pausing.run()
    stand.services.queue_switches.resume("interactive")
    found = listed(said)
    assert [(one["exchange"], one["state"], one["because"]) for one in found if "exchange" in one] == [
        ("acts", "stands still", "portal connection"),
        ("acts", "stands still", "base:main maintenance"),
        ("documents", "stands still", "portal connection"),
    ]
    states = {one.get("job") or one.get("queue"): (one["state"], one.get("by")) for one in found if "since" in one}
    assert states["interactive"] == ("running, though we had paused it", None)
    assert [one["by"] for one in found if one.get("job") == "document_sync"] == ["somebody else"]


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (["pause", "orders", "--by", "Анна"], 1, "exchanges are acts and documents"),
        (["resume", "orders", "--by", "Анна"], 1, "exchanges are acts and documents"),
        (["resume", "acts", "--by", "Анна"], 1, "nobody has paused that exchange"),
        (["pause", "acts"], 2, "--by NAME"),
        (["resume", "acts"], 2, "--by"),
        (["pause"], 2, "exchange"),
    ],
)
def test_a_wrong_call_is_answered_with_a_sentence(said: Said, words: list[str], status: int, complaint: str) -> None:
    found, _, told = said(*words)
    assert found == status
    assert complaint in told
    assert "Traceback" not in told


def test_paused_already_it_says_so_and_keeps_who_was_first(said: Said) -> None:
    said("pause", "acts", "--by", "Анна")
    status, _, told = said("pause", "acts", "--by", "Борис")
    assert (status, "paused already" in told) == (1, True)
    assert listed(said)[0]["by"] == "Анна"
