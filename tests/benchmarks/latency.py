"""How long after the stage change the draft stands in 1C, on an idle system, in virtual time (design §7).

Deals come at odd moments and so rarely that every one meets a base that has fallen asleep. Each request takes its
time: to Bitrix24 0.3 s, to 1C 0.1 s, a commit 0.73 s, the first after 30 s of idleness 15 s more (facts onec-odata
§1.18). The floor is the window and those pauses. Where the event is lost the sweep finds the deal.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import httpx

from functions.bitrix_deal_changed.events import MARGIN, WINDOW
from tests.benchmarks.live import COMMIT, PORTAL, READ
from tests.benchmarks.report import Bar, percentile, table
from tests.simulators.bitrix24 import EventFault
from tests.simulators.onec import Switches
from tests.stand import ONEC_HOST, Stand, standing

DEALS, IDLE, ASLEEP = 20, 97.3, 15.0
SWEEP_SECONDS = 300.0
ALLOWED = 30.0
FLOOR = WINDOW + MARGIN.total_seconds() + PORTAL + 2 * READ + COMMIT + ASLEEP
"""The longest the way can take when nothing is wasted: a whole window, one read, two look-ups, the commit."""


def bench(small: bool) -> list[Bar]:
    """With the event delivered, and with it lost."""
    deals = 3 if small else DEALS
    delivered = [sorted(_delays(deals, asleep, lost=False)) for asleep in (0.0, ASLEEP)]
    lost = sorted(_delays(2 if small else DEALS, ASLEEP, lost=True))
    names = ("delivered, 1C awake", "delivered, 1C asleep", "event lost, sweep every 5 min")
    floors = (FLOOR - ASLEEP, FLOOR, SWEEP_SECONDS + FLOOR)
    rows = [
        (name, len(took), percentile(took, 0.5), percentile(took, 0.95), took[-1], floor)
        for name, took, floor in zip(names, [*delivered, lost], floors, strict=True)
    ]
    table("Stage change → draft in 1C, virtual seconds", ("event", "deals", "p50", "p95", "most", "floor"), rows)
    worst = percentile(delivered[1], 0.95)
    return [Bar(f"stage → draft p95 ≤ {ALLOWED:.0f} s, idle system", f"{worst:.1f} s", worst <= ALLOWED)]


def _delays(deals: int, asleep: float, lost: bool) -> list[float]:
    chance = random.Random(20)
    with TemporaryDirectory() as folder, _slow(folder, asleep) as (stand, seen):
        for number in range(deals + 1):
            _one(stand, seen, IDLE + 10 * chance.random(), chance.random() * SWEEP_SECONDS if lost and number else 0.0)
        # The first one warms dictionaries.
        return seen[1:]


def _one(stand: Stand, seen: list[float], idle: float, until_sweep: float) -> None:
    """One deal to its draft, after idleness. `until_sweep`: its event is lost, the sweep comes so much later."""
    deal = stand.deal()
    stand.quiet()
    stand.clock.advance(idle)
    if until_sweep:
        stand.portal.courier.faults.append(EventFault(times=100, drop=True))
    before, began = len(seen), stand.clock.now().timestamp()
    stand.reach(deal)
    stand.quiet()
    stand.portal.courier.faults.clear()
    if until_sweep:
        stand.clock.advance(until_sweep)
        assert stand.job("deal_sweep") == 200
        stand.quiet()
    seen[before] -= began


@contextmanager
def _slow(folder: str, asleep: float) -> Iterator[tuple[Stand, list[float]]]:
    """A stand where requests take time, and the moments at which drafts appeared."""
    with standing(folder, switches=Switches(stall=asleep)) as stand:
        seen: list[float] = []
        stand.gate = _Gate(stand, seen)
        yield stand, seen


class _Gate:
    """Called before and after each request: half of its time passes on either side, and new drafts are noted."""

    def __init__(self, stand: Stand, seen: list[float]) -> None:
        self._stand, self._seen = stand, seen

    def __call__(self, request: httpx.Request) -> None:
        to_onec = request.url.host == ONEC_HOST
        pause = (READ if request.method == "GET" else COMMIT) if to_onec else PORTAL
        self._stand.clock.advance(pause / 2)
        if to_onec and len(self._stand.acts()) > len(self._seen):
            self._seen.append(self._stand.clock.now().timestamp())
