"""Counts what Google would bill for requests to the house: documents, tasks, seconds, bytes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import TypeVar

from infra.local import collection
from infra.manifests import EntryPoint
from tests.benchmarks.cost_prices import ASSUMED

CHUNK = 32 * 1024
"""Bytes of a task that are one operation of Cloud Tasks."""
STEP = 0.1
"""Seconds to which Cloud Run rounds an instance's time up."""
_UNITS = {"M": 1000**2, "Mi": 1024**2, "G": 1000**3, "Gi": 1024**3}

_T = TypeVar("_T")


@dataclass
class Usage:
    """Quantities by the names of `PRICES`."""

    of: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, number: float) -> None:
        self.of[name] = self.of.get(name, 0.0) + number

    def __getitem__(self, name: str) -> float:
        return self.of.get(name, 0.0)

    def __add__(self, other: Usage) -> Usage:
        return Usage({name: self[name] + other[name] for name in {**self.of, **other.of}})

    def __sub__(self, other: Usage) -> Usage:
        return self + other * -1.0

    def __mul__(self, factor: float) -> Usage:
        return Usage({name: number * factor for name, number in self.of.items()})


@dataclass
class Measured:
    """What was used, by function and entry point; how often each was called; documents by what was done with them."""

    by: dict[str, Usage] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> Usage:
        return sum(self.by.values(), Usage())


class Meter:
    """Counts while something is `measured`. Seconds of a request are those that passed on the (manual) clock, where the
    sides' answers and every pause take their time, those of this processor without the simulators, and those assumed
    for store and queue. Requests that share an instance share its seconds; here each is billed as if it were alone.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._measured: Measured | None = None
        self._place = ""
        self._nat = False
        self._passing = self._away = 0.0
        self._last: dict[str, datetime] = {}

    @contextmanager
    def measured(self) -> Iterator[Measured]:
        """What is counted until the block ends."""
        self._measured = Measured()
        try:
            yield self._measured
        finally:
            self._measured = None

    def add(self, name: str, number: float) -> None:
        """Outside of a request it is a person's look into the store, which nobody bills."""
        if self._measured is not None and self._place and number:
            self._measured.by.setdefault(self._place, Usage()).add(name, number)

    def documents(self, price: str, what: str, number: int, trips: int = 1) -> None:
        """So many documents were read, written or deleted (`price`), in so many round trips."""
        self._passing += trips * ASSUMED.store_seconds
        self.add(price, number)
        if self._measured is not None and self._place:
            self._measured.documents[f"{price} {what}"] += number

    def put(self, size: int) -> None:
        """A task of so many bytes was put, or found its name taken."""
        self._passing += ASSUMED.put_seconds
        self.operation(size)

    def operation(self, size: int) -> None:
        """Cloud Tasks took or dispatched a task of so many bytes."""
        self.add("tasks", max(ceil(size / CHUNK), 1))

    def called(self, sent: int, came: int, away: float) -> None:
        """A side was called, with bodies of so many bytes; its simulator had this processor for so many seconds."""
        self._away += away
        self.add("egress", sent + ASSUMED.headers)
        self.add("nat", sent + came + 2 * ASSUMED.headers if self._nat else 0)

    def invoked(self, function: str, entry: str, body: bytes, call: Callable[[], _T]) -> _T:
        """Make a call that is one request to that entry point, and bill it."""
        settings = collection.functions()[function].manifest.entry_points[entry]
        self._place, self._nat = f"{function} {entry}", settings.egress
        self._passing, self._away = self._start(), 0.0
        began, cpu = self._now(), time.process_time()
        try:
            answer = call()
            own = max(time.process_time() - cpu - self._away, 0.0)
            waited = (self._now() - began).total_seconds()
            self._bill(entry, settings, own + waited + self._passing, len(body))
        finally:
            self._last[self._place] = self._now()
            self._place = ""
        return answer

    def _start(self) -> float:
        """Seconds for a new instance, when none is kept from an earlier request."""
        last = self._last.get(self._place)
        kept = last is not None and self._now() - last <= timedelta(seconds=ASSUMED.idle_seconds)
        return 0.0 if kept else ASSUMED.start_seconds

    def _bill(self, entry: str, settings: EntryPoint, seconds: float, body: int) -> None:
        billed = ceil(seconds / STEP) * STEP
        self.add("requests", 1)
        self.add("cpu", billed * float(settings.cpu))
        self.add("memory", billed * gibibytes(settings.memory))
        self.add("logs", ASSUMED.request_entry + (ASSUMED.schedule_entries if entry == "run" else 0))
        if entry == "process":
            self.operation(body)
        if settings.public:
            self.add("balanced", body + 2 * ASSUMED.headers)
            self.add("guarded", 1)
        if self._measured is not None:
            self._measured.calls[self._place] += 1


def gibibytes(memory: str) -> float:
    """Of a manifest's `memory`, e.g. 512M or 1Gi."""
    number = memory.rstrip("GMi")
    return int(number) * _UNITS[memory.removeprefix(number)] / _UNITS["Gi"]
