"""Processes that die: a stand whose process ends before or after any call to the outside, and starts again.

A dead process does nothing more: every later call of it, in a `finally` too, ends in the same `Killed`, until a new
one is made over the same store and queue. What the simulators did before stays done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, TypeVar

import httpx

from common.ports import Condition, Document, Queue, Store, Task, Write
from common.ports.switches import Switches
from common.queue.dispatcher import Dispatcher
from common.queue.sqlite import SqliteQueue
from common.schedule.pauses import SqlitePauses
from common.store.sqlite import SqliteStore
from common.wiring import Services
from infra.local import collection
from tests.clock import ManualClock
from tests.stand import Stand

Result = TypeVar("Result")
NewStore = Callable[[ManualClock], Store]

Death = Literal["with_dispatcher", "restarted", "answerless"]
"""What the queue learns of a death: nothing until the task's lease ends; that its only dispatcher starts again (the
local run ends all leases then); that no answer came (Cloud Tasks tries again).
"""

DEATHS: tuple[Death, ...] = ("with_dispatcher", "restarted", "answerless")


class Killed(BaseException):
    """The process ends here. No code of ours may catch it."""


class Points:
    """Counts the moments before and after outside calls, and kills at chosen ones."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.kill_at: frozenset[int] = frozenset()
        self.deaths: list[str] = []
        self.counting = False
        self.dead = False

    def start(self, kill_at: Sequence[int] = ()) -> None:
        """Count from one on, and die at these numbers."""
        self.passed, self.kill_at, self.counting = [], frozenset(kill_at), True

    def reach(self, name: str) -> None:
        """One moment. Raises Killed if it is the last of this process, or if the process is dead already."""
        self.alive()
        if not self.counting:
            return
        self.passed.append(name)
        if len(self.passed) in self.kill_at:
            self.dead = True
            self.deaths.append(f"{len(self.passed)} {name}")
            raise Killed(name)

    def alive(self) -> None:
        """A dead process does nothing."""
        if self.dead:
            raise Killed("dead")

    def around(self, name: str, work: Callable[[], Result]) -> Result:
        """The work between its two moments."""
        self.reach(f"before {name}")
        result = work()
        self.reach(f"after {name}")
        return result


class WatchedStore:
    """The store as a mortal process sees it. A death at a read is a death at the call before it, so reads count not."""

    def __init__(self, store: Store, points: Points) -> None:
        self._store = store
        self._points = points

    def get(self, collection: str, key: str) -> Document | None:
        self._points.alive()
        return self._store.get(collection, key)

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        self._points.alive()
        return self._store.get_many(collection, keys)

    def write(self, *writes: Write) -> list[str]:
        places = ",".join(dict.fromkeys(one.collection for one in writes))
        return self._points.around(f"write {places}", lambda: self._store.write(*writes))

    def query(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 1000,
    ) -> list[Document]:
        self._points.alive()
        return self._store.query(collection, where, order_by, descending, limit)

    def count(self, collection: str, where: Sequence[Condition] = ()) -> int:
        self._points.alive()
        return self._store.count(collection, where)


class WatchedQueue:
    """The queue as a mortal process sees it."""

    def __init__(self, queue: Queue, points: Points) -> None:
        self._queue = queue
        self._points = points

    def put(self, task: Task) -> bool:
        return self._points.around(f"put {task.body.get('kind')}", lambda: self._queue.put(task))


class WatchedSwitches:
    """Queues or jobs as a mortal process switches them."""

    def __init__(self, switches: Switches, points: Points) -> None:
        self._switches = switches
        self._points = points

    def is_paused(self, name: str, /) -> bool:
        self._points.alive()
        return self._switches.is_paused(name)

    def pause(self, name: str, /) -> None:
        self._points.around(f"pause {name}", lambda: self._switches.pause(name))

    def resume(self, name: str, /) -> None:
        self._points.around(f"resume {name}", lambda: self._switches.resume(name))


class MortalStand(Stand):
    """A stand whose process may die; a new one is there at once, over what the dead one left."""

    def __init__(
        self, folder: str, death: Death = "with_dispatcher", new_store: NewStore | None = None, **options: Any
    ):
        self.points = Points()
        self.death = death
        self._requests_begun: set[int] = set()
        self._new_store = new_store or (lambda clock: SqliteStore(f"{folder}/mortal.sqlite", clock.now, durable=False))
        super().__init__(folder, **options)
        self.gate = self._gate

    @cached_property
    def store(self) -> Store:
        """What outlives the processes: the store and the queue, without waiting for the disk."""
        return self._new_store(self.clock)

    @cached_property
    def queue(self) -> SqliteQueue:
        return SqliteQueue(f"{self.folder}/mortal-queue.sqlite", self.clock.now, durable=False)

    @cached_property
    def jobs(self) -> SqlitePauses:
        return SqlitePauses(f"{self.folder}/mortal-queue.sqlite", durable=False)

    def restarted(self) -> Services:
        """A new process, watched like the one before."""
        self.points.dead = False
        self._requests_begun.clear()
        services = super().restarted()
        services.__dict__["store"] = WatchedStore(self.store, self.points)
        services.__dict__["queue"] = WatchedQueue(self.queue, self.points)
        services.__dict__["queue_switches"] = WatchedSwitches(self.queue, self.points)
        services.__dict__["job_switches"] = WatchedSwitches(self.jobs, self.points)
        self.dispatcher = Dispatcher(self.queue, self._process, self.clock.now, lambda _: 300.0)
        return services

    def close(self) -> None:
        """Close the files."""
        self.queue.close()
        self.jobs.close()
        if isinstance(self.store, SqliteStore):
            self.store.close()

    def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """An event whose receiver dies is lost: the portal does not repeat it."""
        try:
            return super().deliver(url, body, headers)
        except Killed:
            self._reborn()
            return 0

    def job(self, name: str) -> int:
        """A job that dies is run again when its time comes."""
        try:
            return super().job(name)
        except Killed:
            self._reborn()
            return 0

    def quiet(self, seconds: float = 60.0) -> None:
        """As ever; a dispatcher that died with its process is replaced."""
        while True:
            try:
                return super().quiet(seconds)
            except Killed:
                self._reborn()

    def _process(
        self, function: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> tuple[int, float | None]:
        try:
            answer = collection.process(function, body, headers, timeout)
            self.points.reach("answer")
        except Killed:
            if self.death != "answerless":
                raise
            self._reborn()
            return 500, None
        return answer

    def _reborn(self) -> None:
        self.restarted()
        if self.death == "restarted":
            self.queue.end_leases()

    def _gate(self, request: httpx.Request) -> None:
        """Called twice for each request: before it is sent, and when its answer came."""
        begun = id(request) in self._requests_begun
        self._requests_begun ^= {id(request)}
        self.points.reach(f"{'after' if begun else 'before'} {request.method} {_named(request)}")


def _named(request: httpx.Request) -> str:
    """The last part of the address: a method of Bitrix24 or a set of 1C; never a secret."""
    return request.url.path.rstrip("/").rpartition("/")[2]
