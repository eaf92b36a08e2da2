"""How changes are found: a window of events read at once, and a sweep over what a lost event missed (design §3).

Both put durable tasks for what they find before their watermark moves. A window also carries the first few records in
its own turn, so that a lone deal needs no second reading; their tasks start later and then find nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from common.errors import StoreConflict, TryLater
from common.flow.bindings import as_data
from common.flow.delivery import Turn
from common.flow.excluded import Before
from common.flow.jobs import occurrence
from common.flow.retries import guarded, looked_well, put_again, record_of, retry_due
from common.flow.tasks import CHUNK, chunks, name_for
from common.flow.waiting import Waiting, WaitingRoom
from common.flow.watermarks import Watermark, Watermarks
from common.flow.work import Work
from common.logs import counted
from common.model.ids import RecordKey
from common.model.moments import parse, text
from common.model.records import Record
from common.ports import Clock

Found = TypeVar("Found")

PORTAL = "portal"
"""The name of the portal's breaker."""

REQUISITE = "requisite"

OVERLAP = timedelta(minutes=5)
"""Rows commit out of order; a sweep looks so far behind its watermark (facts bitrix24 §4.3)."""

SEEN_SINCE = timedelta(minutes=10)
"""A window that waited so long behind a paused queue that a later one has seen all it could tell: longer than any event
takes to show. Hundreds of them come at once when an outage ends, and each would cost a request.
"""

CHANGED_OVERLAP = timedelta(seconds=10)
BACKSTOP = timedelta(seconds=45)
"""When the durable task of a record starts that the window itself carries; longer than a usual turn."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How far windows have read: the last entry, and when, by the portal's clock and by our own."""

    last: int
    read_at: datetime
    looked_at: datetime


class Sight(Protocol):
    @property
    def records(self) -> Sequence[Record]: ...
    @property
    def last(self) -> int: ...
    @property
    def newest(self) -> datetime | None: ...
    @property
    def more(self) -> bool: ...
    @property
    def touched(self) -> Sequence[RecordKey]: ...
    @property
    def facts(self) -> Mapping[str, Any] | None: ...
    @property
    def read_at(self) -> datetime | None: ...


class Watch(Protocol):
    """An exchange's eye on its source."""

    def began(self) -> datetime | None: ...
    def keys(self, deal: int) -> Sequence[RecordKey]: ...
    def window(self, after: int, changed_since: datetime | None, deal: int | None) -> Sight: ...
    def since(self, moment: datetime, after: int) -> Sight: ...
    def beginnings(self) -> Mapping[str, str]: ...
    def before(self, rule: str) -> int: ...
    def company_of(self, requisite: int) -> int | None: ...


@dataclass(frozen=True)
class Sweep:
    """Finds records of one source; `name` tells its watermarks from others'."""

    name: str
    watch: Watch
    work: Work
    watermarks: Watermarks
    waiting: WaitingRoom
    clock: Clock

    def window(self, turn: Turn, deal: int | None, at: datetime | None = None) -> None:
        """One window of events: one request finds what happened, whatever the number of events. `at`: when it ended."""
        self._guarded(lambda: self._window(turn, deal, at))

    def card(self, turn: Turn, card: str, ids: Sequence[int]) -> None:
        """A client's card changed: whoever waits for it is tried at once. Nobody waits: no call."""
        self._guarded(lambda: self._card(turn, card, ids))

    def sweep(self) -> int:
        """All entries since the watermark less the overlap, to the end of the list; how many were put."""
        found = self._guarded(self._swept)
        if found is not None:
            looked_well(self.work, self.watermarks, self.name)
        return found or 0

    def _swept(self) -> int:
        put = self._sweep()
        self._look_at_changes()
        self._count_before()
        return put

    def _count_before(self) -> None:
        """What was before a rule began is left out unread, but counted: once for each beginning, one request."""
        began, exchange = self.watch.beginnings(), self.work.name
        known = self.work.excluded.before(exchange, began)
        for rule, beginning in began.items():
            if rule not in known or known[rule].beginning != beginning:
                self.work.excluded.count_before(exchange, Before(rule, beginning, self.watch.before(rule)))

    def _guarded(self, look: Callable[[], Found]) -> Found | None:
        return guarded(self.work, self.watermarks, self.name, (PORTAL,), look)

    def _card(self, turn: Turn, card: str, ids: Sequence[int]) -> None:
        """A requisite does not say whose it is: the few that wait are all tried, of many those of its company."""
        waits = self.waiting.of_owner("crm", CHUNK + 1)
        if card != REQUISITE:
            awaited = [f"{card}:{number}" for number in ids] if waits else []
        elif len(waits) <= CHUNK:
            self._retry(waits, turn, (), {})
            return
        else:
            awaited = [f"company:{company}" for number in ids if (company := self.watch.company_of(number))]
        for awaits in awaited:
            self.changed(awaits, turn)

    def _window(self, turn: Turn, deal: int | None, at: datetime | None) -> None:
        mark = self.watermarks.get(f"window:{self.name}")
        if not mark.value:
            self._sweep()
            return
        seen = _read(mark)
        if at is not None and seen.looked_at - at > SEEN_SINCE:
            return
        now = self.clock.now()
        sight = self.watch.window(seen.last, seen.read_at - CHANGED_OVERLAP, self._unsettled(deal))
        here, rest = _split(sight.records, sight.facts or {})
        # All of it is on the queue before the mark moves: what one window has seen, no later one looks for.
        self._put(rest, "window")
        own = self._put_late(here, "window", turn)
        touched, theirs = self._put_again(self.waiting.get_many(sight.touched).values(), turn, here)
        self._advance(mark, Seen(max(seen.last, sight.last), sight.read_at or seen.read_at, now))
        if sight.more:
            self._sweep()
        self._carry(here, own, sight.facts or {})
        self._carry(touched, theirs, sight.facts or {})

    def _sweep(self) -> int:
        mark = self.watermarks.get(f"sweep:{self.name}")
        began = self.watch.began()
        if began is None:
            return 0
        start = max(parse(mark.value) - OVERLAP, began) if mark.value else began
        newest, last, put = parse(mark.value) if mark.value else began, 0, 0
        # Read anew because the rules changed, it is another occasion: a task of this name may have come and gone.
        because = "sweep" if mark.value else f"sweep from the beginning {mark.version}"
        for sight in self._pages(start):
            unknown = self._unknown(sight.records)
            self._put(unknown, because)
            put, last, newest = put + len(unknown), sight.last or last, max(newest, sight.newest or newest)
            mark = self._moved(mark, newest)
        self._window_from(last)
        return put

    def rewind(self) -> None:
        """The rules changed: the next sweep reads from their beginning; what is known already is left alone."""
        mark = self.watermarks.get(f"sweep:{self.name}")
        if mark.value:
            self.watermarks.advance(mark.name, "", mark.version)

    def retry_due(self) -> int:
        """Waiting records whose time has come, put again; how many."""
        return retry_due(self.work, self.waiting)

    def put_again(self, waits: Sequence[Waiting], because: str, not_before: datetime | None = None) -> None:
        """Tasks for waiting records, in their order and read in batches; one occasion puts each once."""
        put_again(self.work, waits, because, not_before)

    def waiting_for(self, awaits: str) -> list[Waiting]:
        """Who is to be tried when this has changed; a changed rule may help any record of its own."""
        kind, _, name = awaits.partition(":")
        if kind != "rule":
            return [wait for wait in self.waiting.by_awaits(awaits) if wait.exchange == self.work.name]
        waits = self.waiting.of_exchange(self.work.name)
        return [wait for wait in waits if record_of(wait).body.get("rule") == name and not wait.is_parked]

    def changed(self, awaits: str, turn: Turn) -> None:
        """What records wait for has changed: try them in this turn, the rest by their tasks."""
        self._retry(self.waiting.by_awaits(awaits), turn, (), {})

    def _pages(self, start: datetime) -> Iterator[Sight]:
        sight = self.watch.since(start, 0)
        yield sight
        while sight.more:
            sight = self.watch.since(start, sight.last)
            yield sight

    def _unknown(self, records: Sequence[Record]) -> list[Record]:
        """Those that are in no state yet, or excluded for an earlier occurrence: waiting ones have their own time."""
        keys = [record.key for record in records]
        bound, waits = self.work.bindings.get_many(keys), self.waiting.get_many(keys)
        # An intent to write without a target is no state: after it the record may have been excluded and come again.
        paired = {key for key, binding in bound.items() if binding.target}
        left = [one for one in records if one.key not in paired and _is_news(one, waits.get(one.key))]
        return self.work.not_excluded(left)

    def _put(self, records: Sequence[Record], because: str, not_before: datetime | None = None) -> None:
        for chunk in chunks(records):
            self.work.queue.put(self.work.task(chunk, self._name(chunk, because), not_before))

    def _put_late(self, records: Sequence[Record], because: str, turn: Turn) -> Turn:
        """The durable task of records that this turn carries itself, and the turn as that task's own.

        So a claim names that task: should this turn die, the task meets its own claim, waits for its end and goes on.
        """
        task = self.work.task(records, self._name(records, because), self.clock.now() + BACKSTOP)
        if records:
            self.work.queue.put(task)
        return Turn(task, 0, False, turn.trace)

    def _name(self, records: Sequence[Record], because: str) -> str:
        return name_for("records", because, *(f"{record.key} {occurrence(record)}" for record in records))

    def _unsettled(self, deal: int | None) -> int | None:
        """The deal, unless all it is bound to is settled: then the event is most likely our own echo."""
        keys = self.watch.keys(deal) if deal else []
        bound = self.work.bindings.get_many(keys).values() if keys else ()
        settled = [self.work.exchange.settled(as_data(binding)) for binding in bound]
        return None if settled and all(settled) else deal

    def _retry(self, waits: Iterable[Waiting], turn: Turn, carried: Sequence[Record], facts: Mapping[str, Any]) -> None:
        """Try waiting records at once, except those parked for a breaker: only its closing helps them."""
        records, theirs = self._put_again(waits, turn, carried)
        self._carry(records, theirs, facts)

    def _put_again(self, waits: Iterable[Waiting], turn: Turn, carried: Sequence[Record]) -> tuple[list[Record], Turn]:
        """The tasks of waiting records; those this turn may carry itself, and the turn as their task's own."""
        done = {record.key for record in carried}
        left = [wait for wait in waits if wait.record not in done and not wait.is_parked]
        self.put_again(left[CHUNK:], turn.task.name)
        here = left[:CHUNK]
        versions = name_for(turn.task.name, *(wait.version for wait in here))
        records = [record_of(wait) for wait in here]
        return records, self._put_late(records, versions, turn)

    def _carry(self, records: Sequence[Record], turn: Turn, facts: Mapping[str, Any]) -> None:
        """Best effort: what fails here is tried again by the records' own tasks."""
        if not records:
            return
        try:
            self.work.run(records, turn, facts)
        except TryLater as reason:
            counted("left_to_own_task", reason=reason.reason)

    def _advance(self, mark: Watermark, seen: Seen) -> Watermark:
        return self._set(mark, f"{seen.last} {text(seen.read_at)} {text(seen.looked_at)}")

    def _moved(self, mark: Watermark, newest: datetime) -> Watermark:
        """After each page: a long sweep that is cut short goes on where it was."""
        return self._set(mark, text(newest))

    def _set(self, mark: Watermark, value: str) -> Watermark:
        """Another reader may have moved it further: then his page is in the queue too."""
        try:
            return self.watermarks.advance(mark.name, value, mark.version)
        except StoreConflict:
            counted("watermark_overtaken", watermark=mark.name)
            return self.watermarks.get(mark.name)

    def _window_from(self, last: int) -> None:
        """Windows need not read again what the sweep has put."""
        window = self.watermarks.get(f"window:{self.name}")
        now = self.clock.now()
        seen = _read(window) if window.value else Seen(0, now, now)
        if last > seen.last:
            # Entries are all it has seen: what else has changed since the last window is for the next one.
            self._advance(window, replace(seen, last=last))

    def _look_at_changes(self) -> None:
        """A refused record is tried again only when it changes: that change's event may have been lost."""
        mark = self.watermarks.get(f"window:{self.name}")
        if not mark.value or not self.waiting.any_refused():
            return
        seen, now = _read(mark), self.clock.now()
        # Without an overlap: what the last window has seen and tried must not be tried again unchanged.
        sight = self.watch.window(seen.last, seen.read_at, None)
        waits = self.waiting.get_many(sight.touched).values()
        self.put_again([wait for wait in waits if not wait.is_parked], f"changed {mark.value}")
        self._advance(mark, Seen(seen.last, sight.read_at or seen.read_at, now))


def _split(records: Sequence[Record], facts: Mapping[str, Any]) -> tuple[list[Record], list[Record]]:
    """The first chunk with those whose facts were read, and the rest."""
    ordered = sorted(records, key=lambda record: (record.key not in facts, record.order))
    return ordered[:CHUNK], ordered[CHUNK:]


def _read(mark: Watermark) -> Seen:
    last, *moments = mark.value.split(" ")
    return Seen(int(last), parse(moments[0]), parse(moments[-1]))


def _is_news(record: Record, wait: Waiting | None) -> bool:
    """A waiting record has its own time, unless its source entered the stage anew."""
    return wait is None or int(record.body["entry"]) > int(record_of(wait).body["entry"])
