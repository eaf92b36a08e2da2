"""Cold start of every entry point: a fresh interpreter imports it and answers its first call (design §7).

Beside it, in turns: the framework with the clients that entry point needs, each used once, and nothing of ours. Both
sides answer at once, so that only our own way is measured. Anything heavy that is loaded without need is named.

Embedded, store and queue are SQLite. "Cloud" is the same with Google's clients imported by both, and our adapters for
them by ours; what Firestore and Cloud Tasks would answer still comes from SQLite. Cold starts happen in the cloud only.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from infra.local import collection
from infra.local.demo import ITEMS
from tests.benchmarks.live import Live, living
from tests.benchmarks.report import Bar, table

ROOT = Path(__file__).parents[2]
TIMES, ALLOWED = 7, 1.15
PLACES = ("embedded", "cloud")
TASKS = ("google.cloud.tasks_v2",)
BOTH = ("google.cloud.firestore", *TASKS)
ADAPTERS = {"google.cloud.firestore": "common.store.firestore", "google.cloud.tasks_v2": "common.queue.cloud_tasks"}
HEAVY = {"httpx", "pydantic", "google", "grpc", "requests", "cronsim", "jinja2", "aiohttp"}
FRAMEWORK = {"jinja2"}
"""What the framework loads by itself."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EVENT = {"auth[domain]": "demo.bitrix24.ru", "auth[member_id]": "0" * 32, "auth[application_token]": "0" * 32}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry point with its first call; `calls`: it needs HTTP to answer that."""

    function: str
    entry: str
    body: str = "{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    calls: bool = False
    google: tuple[str, ...] = ("google.cloud.firestore",)


Row = tuple[str, int, float, float, float, str]


def bench(small: bool) -> list[Bar]:
    """Every entry point of the collection."""
    with TemporaryDirectory() as folder, living(folder, lambda demo: demo.deal("main", "x", (ITEMS[0], 1, 10))) as live:
        live.demo.reach(1, "main")
        assert live.wait_for_acts([(1, "main")], 60)
        live.house.stop()
        environ = _environ(live, folder)
        entries = _entries(live)
        chosen, times = (entries[:1], 1) if small else (entries, TIMES)
        rows = {place: [_row(entry, environ, times, place == "cloud") for entry in chosen] for place in PLACES}
    for place, found in rows.items():
        head = ("entry point", "status", "ms", "bare ms", "×", "needless")
        table(f"Cold start, {place}, median of {times}", head, found)
    needless = sorted({name for row in rows["embedded"] for name in row[5].split()})
    imports = Bar("no import it does not use", ", ".join(needless) or "none", not needless)
    return [*(_bar(place, found) for place, found in rows.items()), imports]


def _bar(place: str, rows: Sequence[Row]) -> Bar:
    slowest = max(rows, key=lambda row: row[4])
    figure = f"{slowest[4]:.2f} × ({slowest[0]})"
    return Bar(f"{place}: cold start ≤ {ALLOWED} × framework and clients", figure, slowest[4] <= ALLOWED)


def _environ(live: Live, folder: str) -> dict[str, str]:
    """As in service, with bytecode; the peer has a file of its own."""
    extra = {"BENCH_FILE": f"{folder}/bare.sqlite", "BENCH_URL": f"{live.demo.url}/rest/batch.json"}
    return {**os.environ, **live.demo.environ(folder), **extra, "PYTHONPATH": str(ROOT)}


def _entries(live: Live) -> list[Entry]:
    """The first calls that are known to be usual; other entry points get an empty one."""
    token = live.demo.application.application_token
    member = live.demo.portal.member_id
    event = {**EVENT, "auth[member_id]": member, "auth[application_token]": token, "event": "ONCRMCOMPANYUPDATE"}
    window = json.dumps({"kind": "window", "deal": 0})
    known = [
        Entry("bitrix_deal_changed", "receive", urlencode({**event, "data[FIELDS][ID]": 1}), FORM, google=BOTH),
        Entry("bitrix_deal_changed", "process", window, {"X-CloudTasks-TaskName": "w"}, calls=True, google=BOTH),
        Entry("bitrix_app_installed", "receive", urlencode({**event, "event": "ONAPPUPDATE"}), FORM),
        Entry("deal_sweep", "run", calls=True),
        Entry("exchange_watch", "run"),
    ]
    named = {(entry.function, entry.entry) for entry in known}
    others = [
        Entry(name, entry, method="GET" if function.manifest.kind == "page" else "POST")
        for name, function in collection.functions().items()
        for entry in function.manifest.entry_points
        if (name, entry) not in named
    ]
    return known + others


def _row(entry: Entry, environ: Mapping[str, str], times: int, cloud: bool) -> Row:
    """Ours and the peer in turns; the first pair only writes bytecode."""
    peer = "store_and_call" if entry.calls else "store"
    google = entry.google if cloud else ()
    adapters = [ADAPTERS[name] for name in google]
    ours, bare = [], []
    for _ in range(times + 1):
        ours.append(_started(f"functions/{entry.function}/main.py", entry.entry, entry, environ, [*google, *adapters]))
        bare.append(_started("tests/benchmarks/bare_clients.py", peer, entry, environ, google))
    mine = 1000 * median(one["seconds"] for one in ours[1:])
    theirs = 1000 * median(one["seconds"] for one in bare[1:])
    needless = (set(ours[-1]["loaded"]) - set(bare[-1]["loaded"])) & HEAVY - FRAMEWORK
    return (
        f"{entry.function}.{entry.entry}",
        ours[-1]["status"],
        mine,
        theirs,
        mine / theirs,
        " ".join(sorted(needless)),
    )


def _started(
    source: str, target: str, entry: Entry, environ: Mapping[str, str], imports: Sequence[str]
) -> dict[str, Any]:
    asked: dict[str, Any] = {"source": str(ROOT / source), "target": target, "method": entry.method, "body": entry.body}
    asked |= {"headers": dict(entry.headers), "imports": list(imports)}
    command = [sys.executable, "-m", "tests.benchmarks.cold", json.dumps(asked)]
    run = subprocess.run(command, cwd=ROOT, env=dict(environ), capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found
