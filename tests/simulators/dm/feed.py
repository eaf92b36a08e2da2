"""The queue of events: rows of the subscription, numbered by the sender job, kept for the pull side (contract §3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulators.dm.errors import Data, gone
from tests.simulators.dm.moments import stamp
from tests.simulators.dm.records import Actor, Origin
from tests.simulators.dm.switches import Switches
from tests.simulators.dm.views import data_version


@dataclass(frozen=True)
class Row:
    """One row of the subscription: a random key, no number yet."""

    key: str
    at: datetime
    event: str
    type: str
    object_id: str
    data_version: int
    actor: Actor
    changed: tuple[str, ...] = ()


@dataclass
class Event:
    """A numbered event, as `changes` and the webhooks give it."""

    seq: int
    numbered_at: datetime
    type: str
    body: Data


@dataclass
class Feed:
    """Rows wait in `rows` until a tick of the sender; `numbered` are told to `listeners` in order."""

    switches: Switches
    now: Callable[[], datetime]
    rows: list[Row] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    dropped: int = 0

    def __post_init__(self) -> None:
        self._start = self.now()

    @property
    def last(self) -> int:
        """The newest number."""
        return self.dropped + len(self.events)

    def number(self) -> list[Event]:
        """A tick of the sender now, out of its turn: number all rows that wait."""
        rows, self.rows = self.rows, []
        return self._number(rows)

    def tick(self) -> list[Event]:
        """The ticks that have passed since the last look; rows of different ticks are not coalesced."""
        made: list[Event] = []
        now, waiting = self.now(), list[Row]()
        ticks: dict[datetime, list[Row]] = {}
        for row in self.rows:
            tick = self._tick_after(row.at)
            (ticks.setdefault(tick, []) if tick <= now else waiting).append(row)
        self.rows = waiting
        for tick in sorted(ticks):
            made += self._number(ticks[tick])
        self._forget_old()
        return made

    def after(self, seq: int | None) -> list[Event]:
        """Kept events after this number, from the oldest without one; `Refusal` 410 for what is kept no more."""
        start = self.dropped if seq is None else seq
        if start < self.dropped or (start > self.last and self.switches.future_cursor == "gone"):
            raise gone(self.dropped + 1)
        return self.events[start - self.dropped :]

    def forget(self, seq: int) -> None:
        """Drop events up to this number, as retention does."""
        count = max(0, min(seq, self.last) - self.dropped)
        self.events = self.events[count:]
        self.dropped += count

    def _tick_after(self, moment: datetime) -> datetime:
        interval = self.switches.sender_interval
        if not interval:
            return moment
        passed = (moment - self._start).total_seconds() // interval
        return self._start + timedelta(seconds=(passed + 1) * interval)

    def _number(self, rows: list[Row]) -> list[Event]:
        # A coalesced event stands where its last row was written.
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            place = (row.object_id, row.event)
            groups[place] = [*groups.pop(place, []), row]
        return [self._add(group) for group in groups.values()]

    def _add(self, group: list[Row]) -> Event:
        seq, row = self.last + 1, group[-1]
        origin: Origin = "user" if any(one.actor.origin == "user" for one in group) else "exchange"
        body: Data = {
            "seq": seq,
            "id": row.key,
            "event": row.event,
            "occurred_at": stamp(row.at),
            "object": {"type": row.type, "id": row.object_id},
            "data_version": data_version(row.data_version),
            "actor_id": row.actor.user_id,
            "origin": origin,
            "changed": list(dict.fromkeys(name for one in group for name in one.changed)),
        }
        event = Event(seq, self.now(), row.type, body)
        self.events.append(event)
        for listener in self.listeners:
            listener(event)
        return event

    def _forget_old(self) -> None:
        oldest = self.now() - timedelta(days=self.switches.feed_days)
        while self.events and self.events[0].numbered_at < oldest:
            self.forget(self.dropped + 1)
