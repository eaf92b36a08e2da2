"""Eighty deals closed within a minute, within a second, and over two bases: the whole house in real time (design §7).

The portal's leaky bucket is on (2/s, 50), 1C commits in 0.73 s and has one writer per base. Wall is from the first
stage change until every draft is in 1C and shown on its deal. Beside it `fast_bitrix24` merely reads the same deals.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from tempfile import TemporaryDirectory
from urllib.parse import unquote

from infra.local.demo import ITEMS, Demo
from tests.benchmarks.live import Call, Live, living
from tests.benchmarks.report import Bar, table
from tests.stand import collection_entity

DEALS, MINUTE = 80, 60.0
READ_TOGETHER, WRITTEN_TOGETHER = 7, 50
"""Deals whose facts fill one batch, and write-backs in one (design §3)."""
Deals = Sequence[tuple[int, str]]
"""Ids with the base each is for."""


@dataclass(frozen=True, slots=True)
class Case:
    """How the deals come: over so many seconds, into these bases in turn."""

    name: str
    seconds: float
    bases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One case and what came of it.

    writer     seconds the busiest base spent in commits; `held`: with the reading back after each
    together   the most commits at one time in one base
    """

    case: Case
    deals: int
    drafts: int
    shown: int
    bitrix: int
    rejected: int
    onec: int
    writer: float
    held: float
    together: int
    wall: float
    quiet: bool

    @property
    def floor(self) -> float:
        return max(self.case.seconds, self.writer)

    @property
    def allowed(self) -> float:
        return 1.2 * max(MINUTE, self.writer)


CASES = (
    Case("within a minute", MINUTE, ("main",)),
    Case("within a second", 1.0, ("main",)),
    Case("within a second, two bases", 1.0, ("main", "trade")),
)


def bench(small: bool) -> list[Bar]:
    """The cases one after another, each on a fresh house."""
    runs = [_run(Case("small", 0.2, ("main",)), 3, hurried=True)] if small else [_run(case, DEALS) for case in CASES]
    head = ("deals closed", "drafts", "shown", "Bitrix24", "floor", "rejected", "1C", "commits s", "writer s", "wall s")
    rows = [
        (run.case.name, run.drafts, run.shown, run.bitrix, _fewest(run.deals), run.rejected, run.onec, run.writer,
         run.held, run.wall, run.floor, run.allowed)
        for run in runs
    ]  # fmt: skip
    table(f"{runs[0].deals} deals, real time", (*head, "floor s", "bar s"), rows)
    _peer(runs[0].deals)
    return [bar for run in runs for bar in _bars(run)]


def _fewest(deals: int) -> int:
    return ceil(deals / READ_TOGETHER) + ceil(deals / WRITTEN_TOGETHER)


def _bars(run: Run) -> list[Bar]:
    name, once = run.case.name, run.drafts == run.shown == run.deals and run.quiet
    return [
        Bar(f"{name}: {run.deals} drafts, each once", f"{run.drafts}, {run.shown} shown", once, counted=True),
        Bar(f"{name}: ≤ 60 Bitrix24 requests", str(run.bitrix), run.bitrix <= 60, counted=True),
        Bar(f"{name}: rejected ≤ 0.1 %", f"{run.rejected} of {run.bitrix}", not run.rejected, counted=True),
        Bar(f"{name}: one writer per base", f"{run.together} at once", run.together <= 1, counted=True),
        Bar(f"{name}: wall ≤ {run.allowed:.1f} s", f"{run.wall:.1f} s", run.wall <= run.allowed),
    ]


def _run(case: Case, number: int, hurried: bool = False) -> Run:
    made: list[tuple[int, str]] = []
    with TemporaryDirectory() as folder, living(folder, lambda demo: made.extend(_made(demo, case, number))) as live:
        warm, deals = made[: len(case.bases)], made[len(case.bases) :]
        _close(live, warm, 0.1)
        assert live.wait_for_acts(warm, MINUTE), "not warm"
        assert live.settle(), "not quiet after warming up"
        if not hurried:
            live.in_earnest()
        before = len(live.portal.calls), len(live.onec.calls)
        began = time.monotonic()
        _close(live, deals, case.seconds)
        done = live.wait_for_acts(deals, 3 * MINUTE)
        wall, quiet = time.monotonic() - began, live.settle() and done
        return _found(case, live, deals, live.portal.calls[before[0] :], live.onec.calls[before[1] :], wall, quiet)


def _made(demo: Demo, case: Case, number: int) -> list[tuple[int, str]]:
    """One deal per base to warm up with, then those that count; made while nobody listens."""
    bases = [*case.bases, *(case.bases[place % len(case.bases)] for place in range(number))]
    lines = [(item, 1.0, 1000.0) for item in ITEMS]
    return [(demo.deal(base, f"Сделка {place}", *lines), base) for place, base in enumerate(bases)]


def _close(live: Live, deals: Deals, seconds: float) -> None:
    """Drag one after another to the stage of its act, evenly over so many seconds."""
    began = time.monotonic()
    for place, (deal, base) in enumerate(deals):
        time.sleep(max(began + place * seconds / len(deals) - time.monotonic(), 0))
        live.demo.reach(deal, base)


def _found(
    case: Case, live: Live, deals: Deals, portal: Sequence[Call], onec: Sequence[Call], wall: float, quiet: bool
) -> Run:
    acts = {base: [call for call in onec if _is_act(call, base)] for base in case.bases}
    commits = {base: [call for call in acts[base] if call.method == "POST"] for base in case.bases}
    return Run(
        case=case,
        deals=len(deals),
        drafts=live.drafts(case.bases) - len(case.bases),
        shown=live.shown(deals),
        bitrix=len(portal),
        rejected=sum(call.status in (429, 503) for call in portal),
        onec=len(onec),
        writer=max(_busy(commits[base]) for base in case.bases),
        held=max(_busy(acts[base]) for base in case.bases),
        together=max(_together(commits[base]) for base in case.bases),
        wall=wall,
        quiet=quiet,
    )


def _is_act(call: Call, base: str) -> bool:
    """A commit of an act or its reading back: what the base's one writer is busy with."""
    return f"/{base}/" in call.path and collection_entity(base) in unquote(call.path)


def _busy(calls: Sequence[Call]) -> float:
    return sum(call.ended - call.began for call in calls)


def _together(calls: Sequence[Call]) -> int:
    """The most at one time."""
    return max((sum(one.began <= call.began < one.ended for one in calls) for call in calls), default=0)


def _peer(number: int) -> None:
    """A public client that only reads: all deals of the funnel, then their rows."""
    from fast_bitrix24 import Bitrix  # type: ignore[import-untyped]

    case = Case("peer", 0.0, ("main",))
    made: list[tuple[int, str]] = []
    with (
        TemporaryDirectory() as folder,
        living(folder, lambda demo: made.extend(_made(demo, case, number - 1))) as live,
    ):
        live.in_earnest()
        webhook = live.demo.portal.add_webhook(1, "benchsecret", ("crm",))
        before, began = len(live.portal.calls), time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            client = Bitrix(webhook, verbose=False)
            deals = client.get_all("crm.deal.list", {"select": ["*"], "filter": {"CATEGORY_ID": 1}})
            rows = client.get_by_ID("crm.deal.productrows.get", [deal["ID"] for deal in deals])
        calls, seconds = len(live.portal.calls) - before, time.monotonic() - began
    table(
        "Peer: the same deals only read",
        ("client", "deals", "rows", "Bitrix24", "wall s"),
        [("fast_bitrix24", len(deals), sum(map(len, rows.values())), calls, seconds)],
    )
