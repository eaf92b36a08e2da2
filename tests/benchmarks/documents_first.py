"""The first publication of 10 000 small files, in real time, over loopback servers in a process of their own (§7).

The portal's bucket (50, 2/s; bulk traffic fills its lower half) and its operating limit are on, 1C:DM takes four calls
at once and 50 ms for each. The portal takes 0.3 s for a request and 0.06 s more for each upload in it. The house is the
one of `./deploy.sh local`: its queue, its policies, its threads. Meanwhile somebody works interactively.
`FILES=1000` sets the number of files.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from tempfile import TemporaryDirectory

from common.bitrix.client import OPERATING_LIMIT
from common.exchanges.documents.together import MOST
from common.ports import Task
from common.wiring import Services
from infra.local.house import House
from tests.benchmarks.report import Bar, percentile, table
from tests.benchmarks.sides import ONEC_PARALLEL, UPLOAD, Remote, Traffic, outside

FILES, SMALL = 10_000, 60
KIB = 1024
SIZES = [1 * KIB, 2 * KIB, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 48 * KIB, 64 * KIB]
BURST, RATE = 25, 2.0
"""Requests that bulk traffic may send at once, and each second from then on."""

ALLOWED, INTERACTIVE = 1.1, 10.0
NOTHING_COUNTED, MINUTES = 0.1, 10
EVERY = 3.0
"""Seconds between interactive calls."""


@dataclass
class Run:
    """One publication; seconds. `last` until the last file was on Disk, `wall` until all was remembered."""

    files: int
    last: float = 0.0
    wall: float = 0.0
    bound: int = 0
    letters: int = 0
    waiting: int = 0
    edits: list[float] = field(default_factory=list)
    traffic: Mapping[str, Traffic] = field(default_factory=dict)


def bench(small: bool) -> list[Bar]:
    """All of them at once."""
    run = _run(SMALL if small else int(os.environ.get("FILES", FILES)))
    onec = run.traffic["1C"].seconds
    limits, dear = floors(run.files, UPLOAD, onec), floors(run.files, 2 * UPLOAD, onec)
    ratio = run.wall / max(limits.values())
    head = ("files", "last s", "wall s", "bucket s", "operating s", "1C pool s", "× largest", "at 0.12 s operating s")
    figures = (run.files, run.last, run.wall, *limits.values(), ratio, dear["operating"])
    table("First publication, real time", head, [figures])
    for side, one in run.traffic.items():
        title = f"{side}: {one.rejected} rejected, at most {one.together} at once"
        table(title, ("what", "number"), sorted(one.requests.items()))
    edits = run.edits
    calls = ("interactive call", len(edits), percentile(edits, 0.5), percentile(edits, 0.95), max(edits))
    table("Meanwhile, seconds", ("what", "number", "p50", "p95", "most"), [calls])
    return _bars(run, ratio)


def _bars(run: Run, ratio: float) -> list[Bar]:
    once = run.bound == run.files and not run.letters and not run.waiting
    sent = run.traffic["Bitrix24"].requests.get("in batches: disk.folder.uploadfile", 0)
    slowest = max(run.edits)
    told = f"{run.bound} bound, {sent} uploads, {run.letters} letters, {run.waiting} waiting"
    rejected = sum(one.rejected for one in run.traffic.values())
    return [
        Bar(f"{run.files} files on Disk, each once", told, once and sent == run.files, counted=True),
        Bar("no call rejected for being too fast", str(rejected), not rejected, counted=True),
        Bar(f"wall ≤ {ALLOWED} × the largest floor", f"{ratio:.2f} ×", ratio <= ALLOWED),
        Bar(f"interactive meanwhile ≤ {INTERACTIVE:.0f} s", f"{slowest:.1f} s", slowest <= INTERACTIVE),
    ]


def floors(files: int, cost: float, onec: float) -> dict[str, float]:
    """Seconds that each limit alone asks for. `cost`: of one upload in the portal; `onec`: of all calls to 1C.

    bucket      a request for each forty files, the first 25 at once
    operating   480 s of one method in ten minutes; the rest waits until those minutes are over
    pool        what 1C's calls took as 1C saw them, in four sessions without a gap
    """
    batches = ceil(files / MOST)
    spent = files * cost if cost > NOTHING_COUNTED else 0.0
    windows = max(ceil(spent / OPERATING_LIMIT) - 1, 0)
    return {
        "bucket": max(batches - BURST, 0) / RATE,
        "operating": windows * MINUTES * 60.0,
        "pool": onec / ONEC_PARALLEL,
    }


def _run(files: int) -> Run:
    with TemporaryDirectory() as folder, outside() as sides, _at_work(folder, sides) as house:
        house.services.archive.ability()
        sides.ask("seed", files, SIZES)
        sides.ask("in_earnest")
        run, over = Run(files), threading.Event()
        person = threading.Thread(target=_edits, args=(house.services, over, run.edits))
        began = time.monotonic()
        person.start()
        assert house.scheduler.run_now("document_sync") == 200
        run.last = _wait(lambda: sides.ask("on_disk") >= files, began, files)
        run.wall = _wait(lambda: not sum(house.queue.depth().values()), began, files)
        over.set()
        person.join()
        run.bound = house.services.bindings.count("documents", "bound")
        run.letters = house.services.letters.count()
        run.waiting = len(house.services.waiting.of_exchange("documents"))
        run.traffic = sides.ask("traffic")
        return run


def _wait(ready: Callable[[], bool], began: float, files: int) -> float:
    """Seconds since the beginning until it is so, at most a quarter of a second a file."""
    while not ready():
        if time.monotonic() - began > 60 + files / 4:
            break
        time.sleep(0.25)
    return time.monotonic() - began


def _edits(services: Services, over: threading.Event, took: list[float]) -> None:
    """A person's edit, again and again: a task of the interactive queue is carried, then the portal is asked."""
    number = 0
    while not took or not over.is_set():
        number += 1
        began = time.monotonic()
        services.queue.put(Task("bitrix_deal_changed", {"kind": "card", "card": "company", "ids": [1]}, f"e{number}"))
        while services.queue.depth()["interactive"]:  # type: ignore[attr-defined]
            time.sleep(0.01)
        services.crm.probe()
        took.append(time.monotonic() - began)
        over.wait(EVERY)


@contextmanager
def _at_work(folder: str, sides: Remote) -> Iterator[House]:
    services = sides.services(folder)
    house = House(services)
    house.start()
    try:
        yield house
    finally:
        # A run of the sync may have begun just now: it needs its connections to the end.
        house.scheduler.stop(60)
        house.stop()
        for name in {"http", "onec_http"} & set(vars(services)):
            getattr(services, name).close()
