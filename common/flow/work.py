"""How records are carried, whatever they are: claim, read, decide and perform, report, close (design §3).

One batch is read and reported together; each record is claimed, carried and closed on its own, and one that fails
does not hold the others. Whatever is written at the end of a record (binding, waiting, journal, claim) is one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from common.errors import NeedsPerson, SideDown, SideRefused, StoreConflict, TryLater
from common.flow import waiting as parking
from common.flow.bindings import Bindings, as_binding, as_data
from common.flow.breakers import Breakers, exchange_side
from common.flow.claims import Busy, Claim, Claims
from common.flow.conflicts import ABOUT, Conflicts
from common.flow.delivery import Turn
from common.flow.excluded import ExcludedRecords
from common.flow.jobs import Job, exhausted, has_had_its_turn, is_told, left_out, occurrence, unconfirmed, word
from common.flow.journal import Entry, Journal
from common.flow.parts import Exchange, Facts, Letters, Teller
from common.flow.tasks import name_for
from common.flow.waiting import WaitingRoom
from common.logs import LOGGER
from common.model.ids import RecordKey
from common.model.records import Outcome, Record
from common.ports import Clock, Data, Queue, Task, Traffic, Write

ENOUGH = 0.5
"""Part of the time limit after which no further record of a batch is begun: one may take minutes when 1C is slow."""

WORDS = ("confirmed", "submitted", "taken_in", "released")
"""What a person, or the run that has seen everything, said of a record; it goes with that one task."""

SAID_AFTER = timedelta(seconds=30)

AGAIN_AFTER = timedelta(seconds=5)
"""A task put for a hint starts after the holder has let go."""


@dataclass(frozen=True)
class Work:
    """Carries records of one exchange; `seconds` is the function's own time limit and so the claim's lease."""

    name: str
    """The exchange's, e.g. `acts`."""
    exchange_of: Callable[[], Exchange]
    """Made when a record is carried: who only puts tasks need not load it."""
    function: str
    clock: Clock
    queue: Queue
    claims: Claims
    bindings: Bindings
    waiting: WaitingRoom
    excluded: ExcludedRecords
    breakers: Breakers
    journal: Journal
    teller_of: Callable[[], Teller]
    letters: Letters
    conflicts: Conflicts
    seconds: float
    traffic: Traffic = "interactive"
    in_order: bool = False
    """New records wait until those have gone on that were parked for a side that has just come back."""

    @property
    def side(self) -> str:
        """The breaker by which a person pauses this exchange."""
        return exchange_side(self.name)

    @cached_property
    def exchange(self) -> Exchange:
        return self.exchange_of()

    @cached_property
    def teller(self) -> Teller:
        return self.teller_of()

    def run(self, records: Sequence[Record], turn: Turn, facts: Mapping[str, Facts] | None = None) -> None:
        """Carry the records; `facts` are those read already. Raises TryLater when some must be tried again.

        On the queue's last attempt such records wait instead, visible and tried again by their sweep. Those that an
        earlier attempt still holds are left to it, or to the watch if it died.
        """
        claimed, held = self._claimed(self._open(records), turn)
        jobs = [job for job in claimed if not has_had_its_turn(job, turn)]
        read = dict(facts or {})
        self._read(jobs, read)
        self._together(jobs, read)
        for job in jobs:
            self._attempt(job, read)
        self._report(jobs)
        for job in claimed:
            self._close(job, turn)
        failures = [job.failure for job in jobs if job.failure is not None] + held
        if failures and not turn.last:
            raise failures[0]

    def put(self, records: Sequence[Record], because: str, not_before: datetime | None = None) -> None:
        """Put one task for these records; the same occasion puts it once."""
        name = name_for("records", because, *(record.key for record in records))
        self.queue.put(self.task(records, name, not_before))

    def task(self, records: Sequence[Record], name: str, not_before: datetime | None = None) -> Task:
        body = {"kind": "records", "records": [record.body for record in records]}
        return Task(self.function, body, name, self.traffic, not_before)

    def _open(self, records: Iterable[Record]) -> list[Record]:
        """Those not settled, not excluded by this very occurrence; one round trip, two if some have no target."""
        by_key = {record.key: record for record in records}
        bound = self.bindings.get_many(list(by_key))
        left = {
            key: record
            for key, record in by_key.items()
            if not self.exchange.settled(as_data(bound[key]) if key in bound else None)
        }
        paired = {key for key, binding in bound.items() if binding.target}
        open_still = {record.key for record in self.not_excluded([left[key] for key in left if key not in paired])}
        return [record for key, record in left.items() if key in paired or key in open_still]

    def not_excluded(self, records: Sequence[Record]) -> list[Record]:
        """Those not left out already for this very occurrence; a rule that is active again asks anew."""
        out = self.excluded.get_many([record.key for record in records]) if records else {}
        return [
            record
            for record in records
            if (found := out.get(record.key)) is None
            or found.detail != occurrence(record)
            or found.by == "not_selected"
        ]

    def _claimed(self, records: Sequence[Record], turn: Turn) -> tuple[list[Job], list[Exception]]:
        """Claim first, then read what is bound: between the two nobody else can bind."""
        if not records:
            return [], []
        began, by_key = self.clock.now(), {record.key: record for record in records}
        taken = self.claims.take_many({one.key: self.task([one], turn.task.name) for one in records}, self.seconds)
        mine = [record for record in records if isinstance(taken[record.key], Claim)]
        bound = self.bindings.get_many([record.key for record in mine])
        waits = self.waiting.get_many([record.key for record in mine])
        jobs = [
            Job(record, claim, bound.get(record.key), waits.get(record.key), began)
            for record in mine
            if isinstance(claim := taken[record.key], Claim)
        ]
        busy = [(by_key[RecordKey(key)], one) for key, one in taken.items() if isinstance(one, Busy)]
        held: list[Exception] = [
            TryLater("held_by_earlier_attempt", (one.until - began).total_seconds()) for _, one in busy if one.same_task
        ]
        said = [record for record, one in busy if not one.same_task and any(one in record.body for one in WORDS)]
        if said:
            # The holder carries the record once more, but not with a person's word.
            self.put(said, f"said {turn.task.name}", began + SAID_AFTER)
        return jobs, held

    def _read(self, jobs: Sequence[Job], facts: dict[str, Facts]) -> None:
        """Add the facts of these records, read in batches; those parked or failed get an outcome at once."""
        wanted = [
            job
            for job in jobs
            if not self._parked(job) and job.record.key not in facts and not self.exchange.unread(job.bound)
        ]
        if not wanted:
            return
        try:
            bound = {job.record.key: data for job in wanted if (data := job.bound) is not None}
            facts.update(self.exchange.read([job.record for job in wanted], bound))
        except NeedsPerson as refused:
            self._read_each(wanted, facts, refused)
        except Exception as error:  # noqa: BLE001 - a batch's boundary: every record of it learns what happened
            self._all_failed(wanted, error)

    def _read_each(self, jobs: Sequence[Job], facts: dict[str, Facts], refused: NeedsPerson) -> None:
        """One source that may not be read fails the reading of all: then each is read alone."""
        if len(jobs) == 1:
            self._failed(jobs[0], refused, 0)
            return
        for job in jobs:
            self._read([job], facts)

    def _together(self, jobs: Sequence[Job], facts: Mapping[str, Facts]) -> None:
        by_key = {job.record.key: job for job in jobs if job.outcome is None and job.failure is None}
        parts = [(job.record, facts.get(key), job.bound) for key, job in by_key.items()]

        def bind_all(data: Mapping[str, Data]) -> None:
            chosen = [by_key[RecordKey(key)] for key in data]
            known = {job.record.key: job.binding for job in chosen if job.binding is not None}
            after = [as_binding(job.record, data[job.record.key], job.binding) for job in chosen]
            saved = self.bindings.save_all(after, known) if after else []
            for job, binding in zip(
                chosen,
                saved,
                strict=True,
            ):
                job.binding = binding

        try:
            self.exchange.together(parts, bind_all)
        except Exception as error:  # noqa: BLE001 - a batch's boundary, as in `_read`
            self._all_failed(list(by_key.values()), error)

    def _attempt(self, job: Job, facts: Mapping[str, Facts]) -> None:
        if job.outcome is not None or job.failure is not None:
            return
        if (self.clock.now() - job.began).total_seconds() > self.seconds * ENOUGH:
            # The platform would end us in the middle of a write; what is left is tried again from the queue.
            job.failure = TryLater("out_of_time", 1.0)
            return
        read = facts.get(job.record.key)
        person = self.exchange.person(read)
        try:
            job.outcome = self.exchange.carry(job.record, read, job.bound, lambda data: self._bind(job, data))
        except Exception as error:  # noqa: BLE001 - a record's boundary: the others go on
            self._failed(job, error, person)
        else:
            job.refused = job.outcome.refused
            self._well(job)

    def _all_failed(self, jobs: Sequence[Job], error: Exception) -> None:
        """One request failed for all of them; its side's breaker counts it once."""
        for number, job in enumerate(jobs):
            self._failed(job, error, 0, counts=number == 0)

    def _failed(self, job: Job, error: Exception, person: int, counts: bool = True) -> None:
        if isinstance(error, NeedsPerson):
            job.outcome, job.refused = Outcome(stops=error.stops, person=person), isinstance(error, SideRefused)
        elif isinstance(error, SideDown):
            self._down(job, error, person, counts)
        elif isinstance(error, StoreConflict):
            job.failure = TryLater("overtaken")
        else:
            job.failure = error
            if not isinstance(error, TryLater):
                LOGGER.error("unforeseen", exc_info=error, extra={"fields": {"record": job.record.key}})

    def _down(self, job: Job, down: SideDown, person: int, counts: bool) -> None:
        if counts and self.breakers.failed(down):
            self.teller.side_opened(down)
        if self.breakers.is_open(down.side):
            job.outcome = Outcome(stops=(parking.parked(down.side, down.cause),), person=person)
        else:
            job.failure = TryLater(f"{down.side} {down.cause}")

    def _well(self, job: Job) -> None:
        for side in ("portal", self.exchange.side(job.record)):
            self.breakers.succeeded(side)

    def _parked(self, job: Job) -> bool:
        """Leave a side alone while its breaker is open: the record waits with its place in order."""
        sides = [self.side, "portal"]
        if not self.exchange.unread(job.bound):
            sides += [side for side in [self.exchange.side(job.record)] if side]
        shut = self.breakers.first_open(sides)
        if shut is None and self.in_order and job.waiting is None:
            shut = self.breakers.first_back(sides)
        if shut is None:
            return False
        job.outcome = Outcome(stops=(parking.parked_for(shut),))
        return True

    def _bind(self, job: Job, data: Data) -> None:
        job.binding = self.bindings.save(as_binding(job.record, data, job.binding), job.binding)

    def _report(self, jobs: Sequence[Job]) -> None:
        carried = [(job, bound) for job in jobs if job.outcome is not None and (bound := job.outcome.bound) is not None]
        if not carried:
            return
        try:
            refused = self.exchange.report([(job.record, bound) for job, bound in carried])
        except Exception as error:  # noqa: BLE001 - a batch's boundary, as in `_read`
            for job, _ in carried:
                job.outcome = None
            self._all_failed([job for job, _ in carried], error)
            return
        for job, bound in carried:
            stop = refused.get(job.record.key)
            if stop is not None and job.outcome is not None:
                job.outcome = Outcome(stops=(stop,), person=job.outcome.person, target=job.outcome.target)
            elif job.binding is not None:
                job.binding = as_binding(job.record, {**bound, **self.exchange.reported}, job.binding)

    def _close(self, job: Job, turn: Turn) -> None:
        """Commit what came of the record and let it go; on the last attempt a failure becomes a waiting."""
        if job.failure is not None and turn.last:
            self._give_up(job, job.failure, turn)
        try:
            self._let_go(job, turn)
        except StoreConflict:
            job.failure = TryLater("overtaken")
            return
        if job.outcome is not None and is_told(job, job.outcome):
            self.teller.settle(job.record.key)
        for conflict in job.outcome.conflicts if job.outcome is not None else ():
            self.teller.settle(ABOUT + conflict.id)

    def _give_up(self, job: Job, failure: Exception, turn: Turn) -> None:
        """A bug's work is kept as a letter too, before the waiting: killed between, the same letter is kept again."""
        if not isinstance(failure, TryLater):
            error = f"{type(failure).__name__}: {failure}"
            self.letters(self.task([job.record], turn.task.name), error, turn.trace)
        person = job.outcome.person if job.outcome else 0
        done = self.exchange.unread(job.bound)
        job.outcome = Outcome(stops=(exhausted(failure, done),), person=person)

    def _let_go(self, job: Job, turn: Turn) -> None:
        """Once more with the waiting as it is now: the sweep may have put it off while we worked."""
        try:
            self._commit(job, turn)
        except StoreConflict:
            job.waiting = self.waiting.get(job.record.key)
            self._commit(job, turn)

    def _commit(self, job: Job, turn: Turn) -> None:
        writes = [] if job.outcome is None else self._writes(job, job.outcome, turn)
        while self.claims.release(job.claim, *writes):
            later = self.task([unconfirmed(job.record)], job.claim.again_name(), self.clock.now() + AGAIN_AFTER)
            self.queue.put(later)

    def _writes(self, job: Job, outcome: Outcome, turn: Turn) -> list[Write]:
        if outcome.is_nothing and job.waiting is None:
            return []
        writes = self._conflicts(job, outcome)
        if outcome.stops:
            unheard = outcome.stops[0].reason in parking.PARKED
            task = self.task([job.record if unheard else unconfirmed(job.record)], turn.task.name)
            writes += self.waiting.put(job.record, self.name, outcome.stops, task, job.waiting, job.refused)
        elif job.waiting is not None:
            writes += self.waiting.clear(job.waiting)
        if is_told(job, outcome):
            mended = not outcome.excluded
            told = (outcome.stops, outcome.person, mended, job.record.source)
            writes.append(self.teller.wish(job.record.key, *told))
        if outcome.excluded:
            writes.append(self.excluded.put(left_out(job.record, self.name, outcome)))
        elif outcome.bound is not None or outcome.did or (outcome.stops and job.waiting is None):
            writes.append(self.excluded.clear(job.record.key))
        writes += [self.excluded.clear(key) for key in outcome.covers]
        if outcome.bound is not None and job.binding is not None:
            writes.append(self.bindings.write(job.binding))
        return [*writes, self.journal.entry(self._entry(job, outcome, turn))]

    def _conflicts(self, job: Job, outcome: Outcome) -> list[Write]:
        """Each kept and told once, however often it is met."""
        writes = []
        for conflict in self.conflicts.news(outcome.conflicts):
            source = job.record.source
            writes.append(self.conflicts.write(conflict, job.record, self.name))
            writes.append(self.teller.wish(ABOUT + conflict.id, (conflict.as_stop(),), outcome.person, True, source))
        return writes

    def _entry(self, job: Job, outcome: Outcome, turn: Turn) -> Entry:
        details = {**outcome.details, "reasons": [stop.reason for stop in outcome.stops], "attempt": turn.attempt + 1}
        return Entry(
            record=job.record.key,
            exchange=self.name,
            outcome=word(job, outcome),
            source=job.record.source,
            target=outcome.target,
            rule=outcome.excluded or outcome.rule,
            ms=int((self.clock.now() - job.began).total_seconds() * 1000),
            trace=turn.trace,
            details=details,
        )
