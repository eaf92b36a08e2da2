"""How long after a person saved a new version in 1C it lies on Disk, on an idle system, in virtual time (design §7).

1C's sender numbers and posts events every 10 s (contract §3), `document_sync` runs every five minutes. Each request
takes its time: to Bitrix24 0.3 s, to 1C 0.05 s. Versions are saved at odd moments. The floor is a whole tick of the
sender (and, where webhooks are lost, a whole pause of the sync) and the fewest requests: two to either side.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import httpx

from tests.benchmarks.live import PORTAL
from tests.benchmarks.report import Bar, percentile, table
from tests.benchmarks.sides import ONEC
from tests.document_stand import DM_HOST, DocumentStand, documents_standing
from tests.simulators.dm import WebhookFault
from tests.simulators.dm.records import File

VERSIONS, IDLE, SPREAD = 40, 400.0, 600.0
TICK, SYNC = 10.0, 300.0
ALLOWED = 360.0
FLOOR = TICK + 2 * (PORTAL + ONEC)


def bench(small: bool) -> list[Bar]:
    """With webhooks, and with every one of them lost."""
    versions = 3 if small else VERSIONS
    ways = {"webhook delivered": False, "all webhooks lost": True}
    took = {name: sorted(_delays(versions, lost)) for name, lost in ways.items()}
    rows = [
        (name, len(one), percentile(one, 0.5), percentile(one, 0.95), one[-1], FLOOR + (SYNC if ways[name] else 0))
        for name, one in took.items()
    ]
    table("New version in 1C → on Disk, virtual seconds", ("event", "versions", "p50", "p95", "most", "floor"), rows)
    late = {name: percentile(one, 0.95) for name, one in took.items()}
    return [
        Bar(f"{name}: p95 ≤ {ALLOWED:.0f} s, idle system", f"{figure:.1f} s", figure <= ALLOWED, counted=True)
        for name, figure in late.items()
    ]


def _delays(versions: int, lost: bool) -> list[float]:
    chance = random.Random(7)
    with TemporaryDirectory() as folder, _slow(folder) as stand:
        file = stand.publish(data=b"version 0")
        if lost:
            stand.base.courier.faults.append(WebhookFault(times=10_000, lose=True))
        return [_delay(stand, file, b"version %d" % number, chance) for number in range(1, versions + 1)]


def _delay(stand: DocumentStand, file: File, data: bytes, chance: random.Random) -> float:
    """One version, after idleness; at most an hour."""
    _until(stand, lambda: False, IDLE + SPREAD * chance.random())
    stand.clock.advance(TICK * chance.random())
    saved = stand.clock.now().timestamp()
    stand.clerk.edit_file(file, data)
    twin = stand.twin(file)
    _until(stand, lambda: stand.worker.read(twin) == data, 3600.0)
    return stand.clock.now().timestamp() - saved


def _until(stand: DocumentStand, ready: Callable[[], bool], seconds: float) -> None:
    """Let time pass as it does in service, tick by tick of 1C's sender."""
    end = stand.clock.now().timestamp() + seconds
    while (now := stand.clock.now().timestamp()) < end and not ready():
        tick = (now // TICK + 1) * TICK
        stand.clock.advance(tick - now)
        stand.base.feed.tick()
        stand.base.deliver(stand.deliver)
        stand.quiet(0)
        if tick % SYNC == 0 and not ready():
            assert stand.job("document_sync") == 200
            stand.quiet(0)


@contextmanager
def _slow(folder: str) -> Iterator[DocumentStand]:
    """A stand where requests take time: half of it on the way there, half on the way back."""
    with documents_standing(folder) as stand:

        def gate(request: httpx.Request) -> None:
            stand.clock.advance((ONEC if request.url.host == DM_HOST else PORTAL) / 2)

        stand.gate = gate
        yield stand
