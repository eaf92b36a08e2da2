"""Randomised deliveries: doubled, late, reordered, lost, handled in parallel, with sides that fail (design §7).

In every run a few seasons of forty deals each; the full bar of 100 000 deliveries:

    DELIVERIES=100000 ./deploy.sh test tests/scenarios/test_random_deliveries_lose_and_double_nothing.py

What must be true afterwards is told here from what people did, without a line of the code under test. A season that
fails names itself; `SEASON=<name>` lives through that one again (its threads may take another order).
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common.wiring import use
from tests.crash_stories import facts_of
from tests.turmoil import STAGE, WON, FlowingClock, Season

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
        faults = [*_states(season), *_acts(season), *_deals(season)]
        before, figures = facts_of(season.stand, "main"), _figures(season)
        season.repeat()
        after = facts_of(season.stand, "main")
        faults += [f"not quiet: {part}" for part in before if before[part] != after[part]]
        faults += [f"not quiet: {rest}" for rest in after["left"]]
        assert not faults, f"season {name}, keys {season.keys}: " + "\n".join(faults)
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
            "entries": len(season.entered),
            "acts": len(season.stand.acts()),
            "excluded": len(season.stand.store.query("excluded")),
        }
    )


def _told(sums: Counter[str]) -> str:
    shown = ["seasons", "deliveries", "events lost", "tasks", "entries", "acts", "excluded"]
    figures = [f"{name} {sums[name]}" for name in shown]
    return ", ".join([*figures, f"lost {sums['lost']}", f"doubled {sums['doubled']}", f"not quiet {sums['not quiet']}"])


# -- what must be true, told from what people did --------------------------------------------------------------------


def _acts_of(season: Season) -> dict[int, list[dict[str, Any]]]:
    """The acts by the deal that their mark names."""
    found: dict[int, list[dict[str, Any]]] = {}
    for act in season.stand.acts():
        marks = re.findall(r"\[b24:[0-9a-f]+/(\d+)/services_main\]", str(act["Комментарий"]))
        assert len(marks) == 1, act["Комментарий"]
        found.setdefault(int(marks[0]), []).append(act)
    return found


def _acts(season: Season) -> list[str]:
    """One act where one is due, at most one anywhere, none where no deal ever entered; drafts with a sum it had."""
    found, faults = _acts_of(season), []
    for deal in season.deals:
        acts = found.pop(deal, [])
        if len(acts) > 1:
            faults.append(f"doubled: deal {deal} has {len(acts)} acts")
        if not acts and _is_due(season, deal):
            faults.append(f"lost: deal {deal} has no act")
        if acts and deal not in season.entered:
            faults.append(f"doubled: deal {deal} never entered the stage")
        faults += [f"deal {deal}: {fault}" for act in acts for fault in _amiss(act, season.amounts[deal])]
    return faults + [f"doubled: act of unknown deal {deal}" for deal in found]


def _is_due(season: Season, deal: int) -> bool:
    """Since its last entry it went to success at most; who went back may have got his act before, or be excluded."""
    if deal in season.deleted or deal not in season.entered:
        return False
    moves = [move.stage for move in season.stand.portal.crm.history if move.owner == deal]
    after = moves[len(moves) - moves[::-1].index(STAGE) :]
    return set(after) <= {WON}


def _amiss(act: dict[str, Any], amounts: set[Decimal]) -> list[str]:
    faults = [] if Decimal(act["СуммаДокумента"]) in amounts else [f"a sum it never had: {act['СуммаДокумента']}"]
    return faults + [name for name in ("Posted", "DeletionMark") if act[name]]


def _deals(season: Season) -> list[str]:
    """The deal shows its act, and nothing when it has none."""
    found, faults = _acts_of(season), []
    for deal, item in season.stand.portal.crm.items[2].items():
        number = str(found[deal][0]["Number"]) if deal in found else None
        if item["UF_CRM_ONEC_ACT_NUMBER"] != number:
            faults.append(f"lost: deal {deal} shows {item['UF_CRM_ONEC_ACT_NUMBER']}, not {number}")
    return faults


def _states(season: Season) -> list[str]:
    """Every deal that entered is in exactly one state, and no other is in any."""
    store = season.stand.store
    states = {state: {_deal(one.key) for one in store.query(state)} for state in ("waiting", "excluded")}
    states["bound"] = {_deal(one.key) for one in store.query("bindings", [("state", "==", "created")])}
    faults = []
    for deal in season.deals:
        held = [state for state, deals in states.items() if deal in deals]
        if len(held) > 1:
            faults.append(f"doubled: deal {deal} is in {held}")
        if not held and deal in season.entered and deal not in season.deleted:
            faults.append(f"lost: deal {deal} is in no state")
        if held and deal not in season.entered:
            faults.append(f"deal {deal} never entered, yet is in {held}")
    return faults


def _deal(key: str) -> int:
    return int(key.split(":")[2])
