"""Waiting: records that need something before they go on, why, and when they are tried again (design §3).

One document per record. It holds the first reason's `awaits` as a field; for each further thing awaited a small
document stands in `awaiting`, written and removed in the same commit, so that a change of any of them finds the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from common.errors import Owner, Stop, StoreConflict
from common.flow import tasks
from common.flow.breakers import EXCHANGE, Breaker
from common.model import moments
from common.model.records import Record
from common.ports import ABSENT, Clock, Condition, Data, Document, Store, Task, Write

WAITING = "waiting"
AWAITING = "awaiting"

SIDE_DOWN = "side_down"
EXCHANGE_PAUSED = "exchange_paused"
PARKED = (SIDE_DOWN, EXCHANGE_PAUSED)
"""Reasons of work that waits for a breaker: it has its place in order, and nobody but the watch puts it again."""
SWEEP = "sweep"
"""What a passing trouble awaits: another try."""
PERIOD_CLOSED = "period_closed"
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting record.

    stops      why, at least one; the first is what people see first
    task       what to put when it is tried again; `again` gives it a name
    order      the moment of the stage entry: parked work resumes in that order
    since      when it began to wait for these reasons
    next_try   None: only a change of what it awaits, or a person
    tries      attempts that ended in the same reasons, the first included
    cause      one word of what set it waiting, e.g. the event or the job
    """

    record: str
    exchange: str
    stops: tuple[Stop, ...]
    task: Task
    order: datetime
    since: datetime
    next_try: datetime | None
    tries: int = 1
    cause: str = ""
    refused: bool = False
    source: str = ""
    version: str = ABSENT

    @property
    def reason(self) -> str:
        return self.stops[0].reason

    @property
    def is_parked(self) -> bool:
        """Whether it waits for a breaker: only the watch helps it."""
        return self.reason in PARKED

    @property
    def awaits(self) -> tuple[str, ...]:
        """Everything whose change tries it again; the first is the field of the document."""
        return tuple(dict.fromkeys(stop.awaits for stop in self.stops))

    @property
    def is_for_people(self) -> bool:
        """Whether somebody has something to mend; what waits for a breaker or for another try goes on by itself."""
        return not self.is_parked and self.awaits != (SWEEP,)

    def again(self, because: str) -> Task:
        """The task that tries it again. `because` names the occasion: one occasion puts one task, however often."""
        name = tasks.name_for("waiting", self.record, self.version, because)
        return Task(self.task.function, self.task.body, name, self.task.queue)


def parked(side: str, detail: str = "") -> Stop:
    """The reason of work that waits for a side's breaker, `base:main` or `portal`."""
    return Stop(SIDE_DOWN, side, "admin", awaits=side, details=detail)


def parked_for(breaker: Breaker) -> Stop:
    """The same of a breaker: where a person has paused an exchange no side is down, and it says so."""
    if not breaker.side.startswith(EXCHANGE):
        return parked(breaker.side, breaker.cause)
    exchange = breaker.side.removeprefix(EXCHANGE)
    return Stop(EXCHANGE_PAUSED, exchange, "admin", awaits=breaker.side, details=breaker.words)


def next_try(stops: Sequence[Stop], refused: bool, since: datetime, now: datetime) -> datetime | None:
    """When to try by ourselves: every 5 minutes for an hour, then hourly; a closed period once a day; what the side
    refused and what waits for a breaker never (design §3).
    """
    reasons = {stop.reason for stop in stops}
    if PERIOD_CLOSED in reasons:
        return now + timedelta(days=1)
    if refused or not reasons.isdisjoint(PARKED):
        return None
    return now + (timedelta(minutes=5) if now - since < timedelta(hours=1) else timedelta(hours=1))


class WaitingRoom:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self, record: str) -> Waiting | None:
        return self.get_many([record]).get(record)

    def get_many(self, records: Sequence[str]) -> dict[str, Waiting]:
        """Those that wait, in one round trip."""
        found = self._store.get_many(WAITING, list(dict.fromkeys(records)))
        return {key: _read(document) for key, document in found.items()}

    def put(
        self,
        record: Record,
        exchange: str,
        stops: Sequence[Stop],
        task: Task,
        before: Waiting | None,
        refused: bool = False,
        cause: str = "",
    ) -> list[Write]:
        """Let the record wait, for the worker's one commit. `before` is what `get` gave; `refused` for `SideRefused`.

        The same reasons again keep their start and count one more try; other reasons start anew, because somebody is
        at work on it. Conditional on `before`: two workers cannot leave halves of each other's documents.
        """
        now = self._clock.now()
        same = before is not None and {stop.reason for stop in before.stops} == {stop.reason for stop in stops}
        waiting = Waiting(
            record=record.key,
            exchange=exchange,
            stops=tuple(stops),
            task=task,
            order=record.order,
            since=before.since if before and same else now,
            next_try=None,
            tries=before.tries + 1 if before and same else 1,
            cause=cause,
            refused=refused,
            source=record.source,
            version=before.version if before else ABSENT,
        )
        waiting = _scheduled(waiting, now)
        left = [] if before is None else [one for one in before.awaits[1:] if one not in waiting.awaits[1:]]
        return [
            _document(waiting),
            *(Write(AWAITING, _pair(awaits, record.key), _pointer(awaits, waiting)) for awaits in waiting.awaits[1:]),
            *(Write(AWAITING, _pair(awaits, record.key), None) for awaits in left),
        ]

    def clear(self, waiting: Waiting) -> list[Write]:
        """The record waits no more, for the worker's one commit."""
        further = [Write(AWAITING, _pair(awaits, waiting.record), None) for awaits in waiting.awaits[1:]]
        return [Write(WAITING, waiting.record, None, waiting.version), *further]

    def due(self, exchange: str, limit: int = 500) -> list[Waiting]:
        """Those of an exchange whose time has come, in their order. Put each one's `again`, then `postpone` them."""
        # "" stands for "never by itself" and sorts before every moment.
        now = moments.text(self._clock.now())
        where: list[Condition] = [("exchange", "==", exchange), ("next_try", ">", ""), ("next_try", "<=", now)]
        found = self._store.query(WAITING, where, order_by="next_try", limit=limit)
        return _in_order([_read(one) for one in found])

    def postpone(self, waiting: Sequence[Waiting]) -> None:
        """Move the next try of records just put on the queue: an attempt that dies must not be put every minute.

        Killed before this: the same records are due again and `again` names the same tasks. One round trip, unless a
        record changed meanwhile: that one has a newer plan than ours and keeps it.
        """
        writes = [_document(_scheduled(one, self._clock.now())) for one in waiting]
        if not writes or self._written(writes):
            return
        for write in writes:
            self._written([write])

    def by_awaits(self, awaits: str) -> list[Waiting]:
        """All that wait for this thing, first or among others, in their order."""
        first = [_read(one) for one in self._pages(WAITING, ("awaits", "==", awaits))]
        further = [one.data["record"] for one in self._pages(AWAITING, ("awaits", "==", awaits))]
        more = self.get_many(further) if further else {}
        return _in_order([*first, *(one for one in more.values() if awaits in one.awaits[1:])])

    def parked_work(self) -> list[Waiting]:
        """All that wait for a breaker, oldest stage entry first.

        Look every minute and put those whose side works: a worker that read "open" a moment before the breaker closed
        parks its record after the closing, so putting parked work only when closing would forget that record.
        """
        found = (one for reason in PARKED for one in self._pages(WAITING, ("reason", "==", reason)))
        return _in_order([_read(one) for one in found])

    def of_exchange(self, exchange: str) -> list[Waiting]:
        """All of one exchange, in their order."""
        return _in_order([_read(one) for one in self._pages(WAITING, ("exchange", "==", exchange))])

    def of_owner(self, owner: Owner, limit: int) -> list[Waiting]:
        """Some of those that wait for these people; one small read."""
        return [_read(one) for one in self._store.query(WAITING, [("owner", "==", owner)], limit=limit)]

    def any_refused(self) -> bool:
        """Whether anything waits that only its own change sets going; one small read."""
        return bool(self._store.query(WAITING, [("refused", "==", True)], limit=1))

    def counts(self, exchange: str | None = None) -> dict[str, int]:
        """How many wait, by first reason."""
        found = self._pages(WAITING, None if exchange is None else ("exchange", "==", exchange))
        return dict(Counter(one.data["reason"] for one in found))

    def number(self) -> int:
        """How many wait, whatever for."""
        return self._store.count(WAITING)

    def number_for_people(self) -> int:
        """How many of them have something that somebody has to mend."""
        return self._store.count(WAITING, [("for_people", "==", True)])

    def oldest(self) -> datetime | None:
        """Since when the one waits that waits longest for the same reasons; one small read."""
        found = self._store.query(WAITING, order_by="since", limit=1)
        return moments.parse(found[0].data["since"]) if found else None

    def _pages(self, collection: str, condition: Condition | None) -> Iterator[Document]:
        where, last = [] if condition is None else [condition], ""
        while True:
            page = self._store.query(collection, [*where, ("record", ">", last)], order_by="record", limit=_PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].data["record"]

    def _written(self, writes: Sequence[Write]) -> bool:
        try:
            self._store.write(*writes)
        except StoreConflict:
            return False
        return True


def _scheduled(waiting: Waiting, now: datetime) -> Waiting:
    return replace(waiting, next_try=next_try(waiting.stops, waiting.refused, waiting.since, now))


def _in_order(found: Sequence[Waiting]) -> list[Waiting]:
    return sorted(found, key=lambda one: (one.order, one.record))


def _pair(awaits: str, record: str) -> str:
    return f"{awaits}|{record}"


def _pointer(awaits: str, waiting: Waiting) -> Data:
    return {"awaits": awaits, "record": waiting.record}


def _document(waiting: Waiting) -> Write:
    data: Data = {
        "record": waiting.record,
        "exchange": waiting.exchange,
        "source": waiting.source,
        "reason": waiting.reason,
        "owner": waiting.stops[0].owner,
        "awaits": waiting.awaits[0],
        "stops": [asdict(stop) for stop in waiting.stops],
        "task": tasks.as_data(waiting.task),
        "order": moments.text(waiting.order),
        "since": moments.text(waiting.since),
        "next_try": "" if waiting.next_try is None else moments.text(waiting.next_try),
        "tries": waiting.tries,
        "cause": waiting.cause,
        "refused": waiting.refused,
        "for_people": waiting.is_for_people,
    }
    return Write(WAITING, waiting.record, data, waiting.version)


def _read(document: Document) -> Waiting:
    data = document.data
    return Waiting(
        record=data["record"],
        exchange=data["exchange"],
        stops=tuple(Stop(**stop) for stop in data["stops"]),
        task=tasks.from_data(data["task"]),
        order=moments.parse(data["order"]),
        since=moments.parse(data["since"]),
        next_try=moments.parse(data["next_try"]) if data["next_try"] else None,
        tries=data["tries"],
        cause=data["cause"],
        refused=data["refused"],
        source=data["source"],
        version=document.version,
    )
