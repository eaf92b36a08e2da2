"""Events, deliveries, deaths and expired leases in any order: in the end the newest state has been carried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import Stale, TryLater
from common.flow.claims import Busy, Claim, Claims
from common.ports import Task, Write
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.unit.flow.killing import Killed, KillingStore, When

RECORD = "act:p:1:r"
LEASE = 60.0
EVENTS = 4
"""Few, because every further event would mend what an earlier one lost."""

Deed = Literal["event", "deliver", "read", "finish", "renew", "die", "die at last attempt", "wait"]


@dataclass(frozen=True)
class Step:
    """`place` chooses the task or worker; `death` kills the process at its write; `meanwhile` delivers another task
    between the process's read and its write.
    """

    deed: Deed
    place: int
    death: When | None
    meanwhile: bool


DEEDS: list[Deed] = [
    "event",
    "deliver",
    "deliver",
    "deliver",
    "read",
    "read",
    "finish",
    "finish",
    "renew",
    "die",
    "wait",
]
STEPS = st.builds(
    Step,
    st.sampled_from([*DEEDS, *DEEDS, "die at last attempt"]),
    st.integers(0, 3),
    st.sampled_from([None, None, None, None, "before", "after"]),
    st.booleans(),
)


@dataclass
class Worker:
    """A living process: it has claimed, and perhaps read the world."""

    task: Task
    claim: Claim
    read: int | None = None


class Story:
    """`world` is the state at the source; a worker reads it after claiming and commits what it read on release."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.memory = MemoryStore(self.clock.now)
        self.store = KillingStore(self.memory)
        numbers = count()
        self.claims = Claims(self.store, self.clock, lambda: f"o{next(numbers)}")
        self.world = 0
        self.queue: dict[str, Task] = {}
        self.workers: list[Worker] = []
        self.tasks_died = False

    def take(self, step: Step) -> None:
        if step.deed == "event" and self.world < EVENTS:
            self.world += 1
            self.put(f"event-{self.world}")
        elif step.deed == "wait":
            self.clock.advance(LEASE / 2)
        elif step.deed == "deliver" and self.queue:
            task = self.task(step.place)
            self.dying(step, lambda: self.start(task))
        elif self.workers:
            self.go_on(step, self.workers[step.place % len(self.workers)])

    def go_on(self, step: Step, worker: Worker) -> None:
        if step.deed == "read":
            worker.read = self.world
        elif step.deed == "finish":
            self.dying(step, lambda: self.release(worker), worker)
        elif step.deed == "renew":
            self.dying(step, lambda: self.renew(worker), worker)
        elif step.deed in ("die", "die at last attempt"):
            self.workers.remove(worker)
            if step.deed == "die at last attempt":
                self.tasks_died = self.queue.pop(worker.task.name, None) is not None or self.tasks_died

    def somebody_is_left_to_do_it(self) -> bool:
        return self.carried() == self.world or bool(self.queue) or self.memory.get("claims", RECORD) is not None

    def grow_quiet(self) -> None:
        """The living die, leases end, the queue delivers until it is empty; the watch looks for tasks that died too."""
        self.workers.clear()
        for _ in range(10):
            self.clock.advance(2 * LEASE + 1)
            for abandoned in self.claims.abandoned() if self.tasks_died else []:
                assert abandoned.task is not None
                self.put(f"watch-{abandoned.version}")
                self.claims.forget(abandoned)
            for task in list(self.queue.values()):
                self.start(task)
                for worker in list(self.workers):
                    worker.read = self.world
                    while worker in self.workers:
                        self.release(worker)

    def start(self, task: Task) -> None:
        outcome = self.claims.take(RECORD, LEASE, task)
        if isinstance(outcome, Claim):
            self.workers.append(Worker(task, outcome))
        elif not outcome.same_task:
            assert isinstance(outcome, Busy)
            self.queue.pop(task.name, None)

    def release(self, worker: Worker) -> None:
        """One step of the loop that `release` asks for; what was not read yet is not committed."""
        writes = [] if worker.read is None else [Write("bindings", RECORD, {"world": worker.read})]
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

    def renew(self, worker: Worker) -> None:
        try:
            self.claims.renew(worker.claim, LEASE)
        except Stale:
            self.workers.remove(worker)

    def dying(self, step: Step, act: Callable[[], None], worker: Worker | None = None) -> None:
        if step.meanwhile and self.queue:
            other = self.task(step.place + 1)
            self.store.interpose(lambda: self.start(other))
        if step.death is not None:
            self.store.kill(1, step.death)
        try:
            act()
        except Killed:
            self.workers = [one for one in self.workers if one is not worker]
        self.store.spare()

    def put(self, name: str) -> None:
        self.queue[name] = Task("acts-process", {}, name)

    def carried(self) -> int:
        found = self.memory.get("bindings", RECORD)
        return 0 if found is None else int(found.data["world"])

    def task(self, place: int) -> Task:
        return list(self.queue.values())[place % len(self.queue)]


@settings(max_examples=600, deadline=None)
@given(st.lists(STEPS, min_size=15, max_size=25))
def test_nothing_is_lost(steps: list[Step]) -> None:
    story = Story()
    for step in steps:
        story.take(step)
        assert story.somebody_is_left_to_do_it()
    story.grow_quiet()
    assert not story.queue
    assert story.carried() == story.world
