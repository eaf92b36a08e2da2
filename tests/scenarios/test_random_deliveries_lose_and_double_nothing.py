"""Randomised deliveries: doubled, late, reordered, lost, handled in parallel, with sides that fail (design §7).

In every run a few seasons of forty deals each; the full bar of 100 000 deliveries:

    DELIVERIES=100000 ./deploy.sh test tests/scenarios/test_random_deliveries_lose_and_double_nothing.py

What must be true afterwards is in `tests.ledger`. A season that fails names itself; `SEASON=<name>` lives through that
one again (its threads may take another order).
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from common.wiring import use
from tests.crash_stories import facts_of
from tests.ledger import stories
from tests.turmoil import FlowingClock, Season

DELIVERIES = int(os.environ.get("DELIVERIES", "2000"))
OF_A_SEASON = 1000
CALM = 130
"""Minutes until all that waits was tried again: the hourly retry, twice."""


def test_nothing_is_lost_or_doubled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.stand.ManualClock", FlowingClock)
    sums: Counter[str] = Counter()
    began = time.monotonic()
    while sums["deliveries"] < DELIVERIES and not (sums["seasons"] and "SEASON" in os.environ):
        name = os.environ.get("SEASON", f"2026-{sums['seasons']}")
        sums += _lived(str(tmp_path / name), name)
        sums["seasons"] += 1
    with capsys.disabled():
        sys.stdout.write(f"\nrandom deliveries: {_told(sums)}, {time.monotonic() - began:.0f} s\n")
    assert (sums["lost"], sums["doubled"], sums["not quiet"]) == (0, 0, 0)


def _lived(folder: str, name: str) -> Counter[str]:
    season = Season(folder, name)
    try:
        season.live(OF_A_SEASON)
        season.stand.quiet()
        season.stand.minutes(CALM)
        faults = season.ledger.amiss()
        before, figures = facts_of(season.stand, "main"), _figures(season)
        season.repeat()
        after = facts_of(season.stand, "main")
        faults += [f"not quiet: {part}" for part in before if before[part] != after[part]]
        faults += [f"not quiet: {rest}" for rest in after["left"]]
        assert not faults, f"season {name}, keys {season.keys}: {stories(season.ledger, faults)}"
        return figures
    finally:
        season.stand.close()
        use(None)


def _figures(season: Season) -> Counter[str]:
    log = season.stand.portal.courier.log
    return Counter(
        {
            "deliveries": season.deliveries,
            "events lost": sum(one.lost for one in log),
            "tasks": season.dispatched,
            "entries": len(season.ledger.entered),
            "acts": len(season.stand.acts()),
            "excluded": len(season.stand.store.query("excluded")),
        }
    )


def _told(sums: Counter[str]) -> str:
    shown = ["seasons", "deliveries", "events lost", "tasks", "entries", "acts", "excluded"]
    figures = [f"{name} {sums[name]}" for name in shown]
    return ", ".join([*figures, f"lost {sums['lost']}", f"doubled {sums['doubled']}", f"not quiet {sums['not quiet']}"])
