"""Events, deliveries, deaths and expired leases in any order: in the end the newest state has been carried."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from common.errors import Stale, TryLater
from common.flow.claims import Busy, Claim, Claims
from common.ports import Task, Write
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.unit.flow.killing import Killed, KillingStore, When

RECORD = "act:p:1:r"
LEASE = 60.0
PLACES = st.sampled_from(range(4))
DEATHS: st.SearchStrategy[When | None] = st.sampled_from([None, None, None, "before", "after"])


@dataclass
class Worker:
    """A living process: it has claimed, and perhaps read the world."""

    task: Task
    claim: Claim
    read: int | None = None


class Carrying(RuleBasedStateMachine):
    """`world` is the state at the source; a worker reads it after claiming and commits what it read on release."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.memory = MemoryStore(self.clock.now)
        self.store = KillingStore(self.memory)
        numbers = count()
        self.claims = Claims(self.store, self.clock, lambda: f"o{next(numbers)}")
        self.world = 0
        self.queue: dict[str, Task] = {}
        self.workers: list[Worker] = []

    @rule()
    def event(self) -> None:
        self.world += 1
        self.put(f"event-{self.world}")

    @precondition(lambda self: self.queue)
    @rule(place=PLACES, death=DEATHS, meanwhile=st.booleans())
    def deliver(self, place: int, death: When | None, meanwhile: bool) -> None:
        """At-least-once: a task may be delivered again while an earlier attempt of it lives."""
        task = self.task(place)
        if meanwhile:
            self.store.interpose(lambda: self.deliver(place + 1, None, False))
        self.dying(death, lambda: self.start(task))

    @precondition(lambda self: self.workers)
    @rule(place=PLACES)
    def read(self, place: int) -> None:
        worker = self.worker(place)
        worker.read = self.world

    @precondition(lambda self: self.workers)
    @rule(place=PLACES, death=DEATHS, meanwhile=st.booleans())
    def finish(self, place: int, death: When | None, meanwhile: bool) -> None:
        worker = self.worker(place)
        if meanwhile and self.queue:
            self.store.interpose(lambda: self.deliver(place + 1, None, False))
        self.dying(death, lambda: self.release(worker), worker)

    @precondition(lambda self: self.workers)
    @rule(place=PLACES)
    def renew(self, place: int) -> None:
        worker = self.worker(place)
        try:
            self.claims.renew(worker.claim, LEASE)
        except Stale:
            self.workers.remove(worker)

    @precondition(lambda self: self.workers)
    @rule(place=PLACES, last_attempt=st.booleans())
    def die(self, place: int, last_attempt: bool) -> None:
        worker = self.worker(place)
        self.workers.remove(worker)
        if last_attempt:
            self.queue.pop(worker.task.name, None)

    @rule(seconds=st.sampled_from([1.0, 30.0, 60.0, 90.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def teardown(self) -> None:
        """Quiet: the living die, leases end, the watch looks, the queue delivers until it is empty."""
        self.workers.clear()
        for _ in range(10):
            self.clock.advance(2 * LEASE + 1)
            for abandoned in self.claims.abandoned():
                assert abandoned.task is not None
                self.put(f"watch-{abandoned.version}")
                self.claims.forget(abandoned)
            for task in list(self.queue.values()):
                self.start(task)
                for worker in list(self.workers):
                    worker.read = self.world
                    while worker in self.workers:
                        self.release(worker)
        assert not self.queue
        assert self.carried() == self.world

    def start(self, task: Task) -> None:
        outcome = self.claims.take(RECORD, LEASE, task)
        if isinstance(outcome, Claim):
            self.workers.append(Worker(task, outcome))
        elif not outcome.same_task:
            assert isinstance(outcome, Busy)
            self.queue.pop(task.name, None)

    def release(self, worker: Worker) -> None:
        """One step of the loop that `release` asks for; what was not read yet is not committed."""
        writes = [] if worker.read is None else [Write("carried", RECORD, {"world": worker.read})]
        before = self.carried()
        try:
            again = self.claims.release(worker.claim, *writes)
        except (Stale, TryLater):
            self.workers.remove(worker)
            return
        if again:
            self.put(worker.claim.again_name())
            return
        assert self.carried() >= before, "an overtaken worker wrote"
        self.workers.remove(worker)
        if worker.read is not None:
            self.queue.pop(worker.task.name, None)

    def dying(self, death: When | None, act: object, worker: Worker | None = None) -> None:
        assert callable(act)
        if death is not None:
            self.store.kill(1, death)
        try:
            act()
        except Killed:
            if worker in self.workers and worker is not None:
                self.workers.remove(worker)
        self.store.spare()

    def put(self, name: str) -> None:
        self.queue[name] = Task("acts-process", {}, name)

    def carried(self) -> int:
        found = self.memory.get("carried", RECORD)
        return 0 if found is None else int(found.data["world"])

    def task(self, place: int) -> Task:
        return list(self.queue.values())[place % len(self.queue)]

    def worker(self, place: int) -> Worker:
        return self.workers[place % len(self.workers)]


TestCarrying = Carrying.TestCase
TestCarrying.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
