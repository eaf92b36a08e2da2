"""What the watch pauses of an exchange is what the manifests say it runs on (design §2: the only catalogue)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from common.queue.policy import POLICIES
from common.wiring.pausing import EXCHANGES

FUNCTIONS = Path(__file__).parents[2] / "functions"
MANIFESTS: dict[str, dict[str, Any]] = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FUNCTIONS.glob("*/function.json"))
}
ALL = "all"
"""Of no exchange alone; never paused."""
PASSWORDS = {"ONEC_*_PASSWORD": "bases", "ONEC_DM_PASSWORD": "dm"}


def of(exchange: str) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in MANIFESTS.items() if one["exchange"] == exchange}


def test_every_exchange_of_a_manifest_is_known() -> None:
    assert {one["exchange"] for one in MANIFESTS.values()} - {ALL} == set(EXCHANGES)


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_its_jobs(exchange: str) -> None:
    jobs = [name for name, one in of(exchange).items() if one["kind"] == "job"]
    assert sorted(EXCHANGES[exchange].jobs) == jobs


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_its_queues(exchange: str) -> None:
    entries = [entry for one in of(exchange).values() for entry in one["entry_points"].values()]
    queues = {entry["queue"] for entry in entries if "queue" in entry}
    assert set(EXCHANGES[exchange].queues) == queues
    assert queues <= set(POLICIES)


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_the_sides_it_needs_are_those_it_has_the_passwords_of(exchange: str) -> None:
    entries = [entry for one in of(exchange).values() for entry in one["entry_points"].values()]
    secrets = {secret for entry in entries for secret in entry["secrets"]}
    assert set(EXCHANGES[exchange].needs) == {"portal"} | {side for name, side in PASSWORDS.items() if name in secrets}


def test_what_belongs_to_all_exchanges_is_never_paused() -> None:
    paused = {job for one in EXCHANGES.values() for job in one.jobs}
    assert paused.isdisjoint(of(ALL))
    assert "exchange_watch" in of(ALL)
