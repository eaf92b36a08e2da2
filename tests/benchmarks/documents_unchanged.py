"""One run of `document_sync` over 100 000 bound files none of which changed, and over as many of which ten did (§7).

The floor of an unchanged run: two commands a folder, fifty to a request, and one look into 1C's feed; the run spends
one more request on the rolling confirmation (rules, Finding changes). Round trips to the store are shown beside the
documents they read, because a store in the cloud is waited for by the first and paid by the second.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil
from tempfile import TemporaryDirectory

import httpx

from common.ports import Condition, Document, Store
from common.store.sqlite import SqliteStore
from common.wiring import use
from tests.benchmarks.counting import CountingStore
from tests.benchmarks.many_documents import ManyDocuments, spread
from tests.benchmarks.report import Bar, table
from tests.clock import ManualClock

FOLDERS, FILES, FURTHER = 25, 4000, 100
"""Watched folders and files of each; and of each further folder."""
CHANGED = 10
ROUND = 42
"""Runs in which every file is confirmed once (2 500 each), and 1C is asked for its abilities three times (hourly)."""
ALLOWED = (3, 1, 50)
"""Requests to Bitrix24 and to 1C, reads of the store."""
COUNTED_TOGETHER = 1000
"""Entries of an index that Firestore counts for the price of one document."""


class ReadingStore(CountingStore):
    """Counts the documents that reading costs, too: those asked for by key, those a query gives, at least one."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.documents: Counter[str] = Counter()

    def get(self, collection: str, key: str) -> Document | None:
        self.documents[collection] += 1
        return super().get(collection, key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        self.documents[collection] += len(keys)
        return super().get_many(collection, keys)

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        found = super().query(collection, where, order_by, descending, limit)
        self.documents[collection] += max(len(found), 1)
        return found

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        found = super().count(collection, where)
        self.documents[collection] += max(ceil(found / COUNTED_TOGETHER), 1)
        return found

    @property
    def reading(self) -> int:
        """Round trips that only read."""
        return sum(number for what, number in self.trips.items() if not what.startswith("write"))


@dataclass(frozen=True, slots=True)
class Run:
    """One run and what it took until everything was quiet.

    put        tasks of the exchange that came of it; `writes` what really changed on either side
    wall, own  seconds in all, and without the simulators
    """

    name: str
    folders: int
    files: int
    bitrix: int
    onec: int
    trips: Counter[str]
    documents: Counter[str]
    reading: int
    put: int
    writes: int
    wall: float
    own: float

    @property
    def floor(self) -> int:
        return ceil(2 * self.folders / 50)


def bench(small: bool) -> list[Bar]:
    """25 folders, then one more, then 25 more; then ten files changed on each side."""
    folders, files, further, rounds = (3, 4, 2, 13) if small else (FOLDERS, FILES, FURTHER, ROUND)
    with TemporaryDirectory() as folder, _many(folder) as (stand, store):
        stand.watch(folders, files)
        _run("first", stand, store)
        runs = [_run("first of its process", stand, store, lambda: stand.restarted())]
        runs += _worst([_run("unchanged", stand, store) for _ in range(rounds)])
        for more in (1, folders - 1):
            stand.watch(more, further)
            _run("first", stand, store)
            runs.append(_run(f"unchanged, {more} more", stand, store))
        runs.append(_run(f"{CHANGED} changed in 1C", stand, store, lambda: _edit_in_onec(stand)))
        runs.append(_run("the run after it", stand, store))
        runs.append(_run(f"{CHANGED} changed on Disk", stand, store, lambda: _edit_on_disk(stand)))
        runs.append(_run("the run after it", stand, store))
    _show(runs)
    return _bars(runs)


def _worst(runs: Sequence[Run]) -> list[Run]:
    """The last of many, and the most of each figure among them."""
    last, sums = runs[-1], [one.documents.total() for one in runs]
    most = replace(
        last,
        name=f"the most in {len(runs)} runs",
        bitrix=max(one.bitrix for one in runs),
        onec=max(one.onec for one in runs),
        reading=max(one.reading for one in runs),
        documents=runs[sums.index(max(sums))].documents,
        put=max(one.put for one in runs),
        writes=max(one.writes for one in runs),
        wall=max(one.wall for one in runs),
        own=max(one.own for one in runs),
    )
    return [last, most]


def _show(runs: Sequence[Run]) -> None:
    head = ("run", "folders", "files", "Bitrix24", "floor", "1C", "floor", "store reads", "documents", "writes there")
    rows = [
        (one.name, one.folders, one.files, one.bitrix, one.floor, one.onec, 1, one.reading, one.documents.total(),
         one.trips.total() - one.reading, one.put, one.writes, one.wall, one.own)
        for one in runs
    ]  # fmt: skip
    table("One run of document_sync, until quiet", (*head, "put", "effects", "wall s", "own s"), rows)
    table("Round trips of an unchanged run", ("what", "trips"), sorted(runs[1].trips.items()))
    table("Documents read by it", ("collection", "documents"), sorted(runs[1].documents.items()))


def _bars(runs: Sequence[Run]) -> list[Bar]:
    one, last, wide = runs[2:5]
    requests = f"{one.bitrix} Bitrix24, {one.onec} to 1C"
    quiet = [run.name for run in runs[:5] if run.put or run.writes]
    changed = [run.writes for run in runs[5:]]
    beyond = one.bitrix + 1
    return [
        Bar("≤ 3 Bitrix24 + 1 1C requests", requests, one.bitrix <= ALLOWED[0] and one.onec <= ALLOWED[1], True),
        Bar(f"≤ {ALLOWED[2]} reads of the store", f"{one.reading}", one.reading <= ALLOWED[2], counted=True),
        Bar(
            f"{last.folders} and {wide.folders} folders: ≤ {beyond} Bitrix24 requests",
            f"{last.bitrix} and {wide.bitrix}",
            max(last.bitrix, wide.bitrix) <= beyond,
            counted=True,
        ),
        Bar("nothing put, nothing written where nothing changed", ", ".join(quiet) or "none", not quiet, counted=True),
        Bar(
            f"{CHANGED} changes carried, each once",
            ", ".join(map(str, changed)),
            changed == [CHANGED, 0, CHANGED, 0],
            counted=True,
        ),
    ]


def _run(name: str, stand: ManyDocuments, store: ReadingStore, before: Callable[[], object] = lambda: None) -> Run:
    """What `before` does belongs to people; then five minutes pass and the job runs."""
    before()
    stand.clock.advance(300)
    stand.base.number_events()
    store.trips.clear()
    store.documents.clear()
    had = stand.portal.hits, len(stand.base.requests), len(stand.writes())
    watch = _Watch()
    stand.gate = watch
    began = time.monotonic()
    assert stand.job("document_sync") == 200
    put = stand.services.queue.depth()["bulk"]  # type: ignore[attr-defined]
    stand.quiet(30)
    wall = time.monotonic() - began
    return Run(
        name=name,
        folders=len(stand.watched),
        files=sum(len(one.files) for one in stand.watched),
        bitrix=stand.portal.hits - had[0],
        onec=len(stand.base.requests) - had[1],
        trips=store.trips.copy(),
        documents=store.documents.copy(),
        reading=store.reading,
        put=put,
        writes=len(stand.writes()) - had[2],
        wall=wall,
        own=wall - watch.away,
    )


class _Watch:
    """Called before and after each request: how long the simulators had it."""

    def __init__(self) -> None:
        self.away = 0.0
        self._left: float | None = None

    def __call__(self, request: httpx.Request) -> None:
        now = time.monotonic()
        if self._left is None:
            self._left = now
        else:
            self.away += now - self._left
            self._left = None


def _edit_in_onec(stand: ManyDocuments) -> None:
    for watched, place in spread(stand.watched, CHANGED):
        stand.clerk.edit_file(watched.documents[place].files[0], b"another version")


def _edit_on_disk(stand: ManyDocuments) -> None:
    """Other files than those changed in 1C."""
    for watched, place in spread(stand.watched, CHANGED):
        stand.worker.edit(watched.files[-1 - place].id, b"as a person saved it")


@contextmanager
def _many(folder: str) -> Iterator[tuple[ManyDocuments, ReadingStore]]:
    stores: list[ReadingStore] = []

    def counting(clock: ManualClock) -> ReadingStore:
        if not stores:
            stores.append(ReadingStore(SqliteStore(f"{folder}/store.sqlite", clock.now, durable=False)))
        return stores[0]

    try:
        yield ManyDocuments(folder, counting), stores[0]
    finally:
        use(None)
