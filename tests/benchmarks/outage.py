"""A day without 1C, then a day without Bitrix24, while deals go on being closed; how soon all agrees again (design §7).

Virtual time: a commit takes 1C's one writer 0.73 s, look-ups run beside it, the portal's leaky bucket is on. While the
portal cannot be reached its events are lost as well. The floor is the longer of two ways: all commits one after
another, or the fewest requests at 2 per second after a burst of 50. `DEALS=5000` sets the number of changed deals.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import httpx

from common.flow.tasks import CHUNK
from tests.benchmarks.live import COMMIT
from tests.benchmarks.report import Bar, table
from tests.simulators.bitrix24 import EventFault
from tests.stand import ONEC_HOST, Stand, standing

DEALS, SMALL = 500, 20
MINUTES = 24 * 60
SWEEP_SECONDS, SWEEPS = 300.0, 2
BURST, RATE, PAGE = 50, 2.0, 50
MEMORY = Path("/dev/shm")

Side = Literal["1C", "Bitrix24"]


@dataclass(frozen=True, slots=True)
class Load:
    """Requests and what has been run so far."""

    bitrix: int
    onec: int
    sweeps: int
    moment: datetime

    def since(self, before: Load) -> tuple[int, int, int, float]:
        seconds = (self.moment - before.moment).total_seconds()
        return self.bitrix - before.bitrix, self.onec - before.onec, self.sweeps - before.sweeps, seconds


@dataclass(slots=True)
class Outage:
    """A stand whose one side can be cut off; `minute` is how time passes."""

    stand: Stand
    side: Side
    deals: list[int]
    down: bool = False
    sweeps: int = 0
    swept: float = 0.0

    def gate(self, request: httpx.Request) -> None:
        """Nothing reaches a side that is down; a commit takes its time, half of it on either side."""
        to_onec = request.url.host == ONEC_HOST
        if self.down and to_onec == (self.side == "1C"):
            raise httpx.ConnectError("unreachable", request=request)
        if to_onec and request.method == "POST":
            self.stand.clock.advance(COMMIT / 2)

    def minute(self) -> None:
        """As in service: the watch every minute, the sweep every five, tasks when they are due."""
        clock = self.stand.clock
        until = clock.now().timestamp() // 60 * 60 + 60
        self.stand.quiet(until - clock.now().timestamp())
        clock.advance(max(until - clock.now().timestamp(), 0))
        self.stand.due("exchange_watch")
        if clock.now().timestamp() - self.swept >= SWEEP_SECONDS:
            self.swept, self.sweeps = clock.now().timestamp(), self.sweeps + 1
            self.stand.due("deal_sweep")

    def load(self) -> Load:
        stand = self.stand
        return Load(stand.portal.hits, stand.bases["main"].hits, self.sweeps, stand.clock.now())

    def agreed(self) -> bool:
        return len(self.stand.acts()) >= len(self.deals) and not self.stand.services.waiting.of_exchange("acts")


Row = tuple[str, int, int, int, int, int, int, int, float, float, float]


def bench(small: bool) -> list[Bar]:
    """Both outages."""
    deals = SMALL if small else int(os.environ.get("DEALS", DEALS))
    minutes = 20 if small else MINUTES
    sides: tuple[Side, ...] = ("1C", "Bitrix24")
    rows = [_ran(side, deals, minutes) for side in sides]
    during = ("down", "drafts", "Bitrix24", "1C", "sweeps")
    after = ("then Bitrix24", "1C", "sweeps", "s", "floor s", "wall s")
    table(f"{deals} deals closed in an outage of {minutes / 60:.1f} h; s are virtual", (*during, *after), rows)
    return [bar for row in rows for bar in _bars(row, deals)]


def _bars(row: Row, deals: int) -> list[Bar]:
    side, drafts, seconds, floor = row[0], row[1], row[8], row[9]
    allowed = SWEEPS * SWEEP_SECONDS + floor
    return [
        Bar(
            f"{side} down: agreed in {SWEEPS} sweeps + floor = {allowed:.0f} s", f"{seconds:.0f} s", seconds <= allowed
        ),
        Bar(f"{side} down: {deals} drafts, each once", str(drafts), drafts == deals, counted=True),
    ]


def _ran(side: Side, deals: int, minutes: int) -> Row:
    began, memory = time.monotonic(), MEMORY if MEMORY.is_dir() else None
    with TemporaryDirectory(dir=memory) as folder, standing(folder, intensity=(BURST, RATE)) as stand:
        outage = Outage(stand, side, _deals(stand, deals))
        stand.gate = outage.gate
        start = outage.load()
        _day(outage, minutes)
        back = outage.load()
        _until(outage, outage.agreed, 4 * (_floor(deals) + SWEEPS * SWEEP_SECONDS))
        during, after = back.since(start), outage.load().since(back)
        wall = time.monotonic() - began
        return side, len(stand.acts()), *during[:3], *after, _floor(deals), wall


def _floor(deals: int) -> float:
    """Seconds: the longer of one writer's commits and the fewest requests that read and mark so many deals."""
    requests = ceil(deals / CHUNK) + ceil(deals / PAGE) * 2
    return max(deals * COMMIT, (requests - BURST) / RATE)


def _deals(stand: Stand, number: int) -> list[int]:
    """Deals one stage before their act; nobody was told of them."""
    deals = [stand.deal() for _ in range(number)]
    stand.portal.deliver(lambda *_: 200)
    return deals


def _day(outage: Outage, minutes: int) -> None:
    """Deals reach their stage evenly while the side is down; with the portal down its events are lost."""
    outage.minute()
    outage.down, faults = True, outage.stand.portal.courier.faults
    if outage.side == "Bitrix24":
        faults.append(EventFault(times=10**9, drop=True))
    for minute in range(minutes):
        first, last = (place * len(outage.deals) // minutes for place in (minute, minute + 1))
        for deal in outage.deals[first:last]:
            outage.stand.reach(deal)
        outage.minute()
    outage.stand.quiet(0)
    outage.down = False
    faults.clear()


def _until(outage: Outage, ready: Callable[[], bool], seconds: float) -> None:
    last = outage.stand.clock.now().timestamp() + seconds
    while not ready() and outage.stand.clock.now().timestamp() < last:
        outage.minute()
