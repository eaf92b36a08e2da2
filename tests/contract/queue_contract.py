"""What every `Queue` promises, and how its tasks arrive; one class per adapter inherits these tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from common.ports import Data, ShownQueue, Task, Traffic
from tests.clock import ManualClock

BACKOFF = (10, 20, 40, 80, 160, 240, 300, 300)
"""10 s, 300 s, 3 doublings (facts 5.1)."""
ATTEMPTS = len(BACKOFF) + 1


class Killed(BaseException):
    """The process that carries a task ends in the middle of it."""


@dataclass(frozen=True)
class Received:
    function: str
    body: Data
    headers: Mapping[str, str]
    at: datetime

    @property
    def counts(self) -> tuple[int, int]:
        """Retry count and execution count."""
        return int(self.headers["X-CloudTasks-TaskRetryCount"]), int(self.headers["X-CloudTasks-TaskExecutionCount"])


@dataclass
class Functions:
    """Stands for the private functions: keeps what arrives; `script` gives statuses, pauses or deaths, then 200s."""

    clock: ManualClock
    script: list[int | tuple[int, float] | Killed] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def call(self, function: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, float | None]:
        assert timeout > 0
        self.received.append(Received(function, json.loads(body), headers, self.clock.now()))
        answer = self.script.pop(0) if self.script else 200
        if isinstance(answer, Killed):
            raise answer
        return answer if isinstance(answer, tuple) else (answer, None)

    @property
    def names(self) -> list[str]:
        return [received.headers["X-CloudTasks-TaskName"] for received in self.received]

    def moments(self, start: datetime) -> list[float]:
        """Seconds from `start` to each arrival."""
        return [round((received.at - start).total_seconds(), 3) for received in self.received]


class Rig(Protocol):
    """A queue with whatever dispatches its tasks, on the clock and the functions of the test.

    Both its queues retry as `BACKOFF` says, `ATTEMPTS` times.
    """

    queue: ShownQueue

    def run(self, until: datetime | None = None) -> int:
        """Dispatch until nothing is left, or nothing due by then; how many dispatches."""

    def pause(self, queue: Traffic) -> None: ...

    def resume(self, queue: Traffic) -> None: ...


class QueueContract:
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def functions(self, clock: ManualClock) -> Functions:
        return Functions(clock)

    @pytest.fixture
    def rig(self, clock: ManualClock, functions: Functions) -> Rig:
        raise NotImplementedError

    def test_task_arrives_as_it_was_put(self, rig: Rig, functions: Functions, clock: ManualClock) -> None:
        body: Data = {"deal": 1001, "имя": "Акт\n", "nested": [1.5, None, {"a": True}], "odd": "\ud800"}
        assert rig.queue.put(Task("deal-process", body, "deal-1001_x"))
        assert rig.run() == 1
        (received,) = functions.received
        assert (received.function, received.body) == ("deal-process", body)
        assert received.headers["Content-Type"] == "application/json"
        assert received.headers["X-CloudTasks-QueueName"] == "interactive"
        assert received.headers["X-CloudTasks-TaskName"] == "deal-1001_x"
        assert float(received.headers["X-CloudTasks-TaskETA"]) == pytest.approx(clock.now().timestamp(), abs=1e-3)
        assert received.counts == (0, 0)

    def test_name_is_put_once(self, rig: Rig, functions: Functions) -> None:
        assert rig.queue.put(Task("f", {"n": 1}, "same"))
        assert not rig.queue.put(Task("f", {"n": 2}, "same"))
        rig.run()
        assert not rig.queue.put(Task("f", {"n": 3}, "same")), "nor soon after it is done"
        rig.run()
        assert [received.body for received in functions.received] == [{"n": 1}]

    def test_name_is_free_in_the_end(self, rig: Rig, functions: Functions, clock: ManualClock) -> None:
        rig.queue.put(Task("f", {}, "same"))
        rig.run()
        clock.advance(25 * 3600)
        assert rig.queue.put(Task("f", {}, "same"))
        rig.run()
        assert functions.names == ["same", "same"]

    def test_queues_are_apart(self, rig: Rig, functions: Functions) -> None:
        assert rig.queue.put(Task("f", {}, "same", "bulk"))
        assert rig.queue.put(Task("f", {}, "same", "interactive"))
        rig.run()
        assert {received.headers["X-CloudTasks-QueueName"] for received in functions.received} == {
            "bulk",
            "interactive",
        }

    def test_not_before(self, rig: Rig, functions: Functions, clock: ManualClock) -> None:
        start = clock.now()
        rig.queue.put(Task("f", {}, "later", not_before=start + timedelta(seconds=5)))
        rig.queue.put(Task("f", {}, "past", not_before=start - timedelta(days=1)))
        rig.queue.put(Task("f", {}, "now"))
        assert rig.run(until=start + timedelta(seconds=4.9)) == 2
        assert set(functions.names) == {"past", "now"}
        rig.run()
        assert functions.moments(start)[2] == 5.0

    def test_failures_are_tried_again_with_backoff(self, rig: Rig, functions: Functions, clock: ManualClock) -> None:
        start = clock.now()
        functions.script = [500, 503, 404, 429, 302, 500, 500]
        rig.queue.put(Task("f", {}, "stubborn"))
        rig.run()
        assert functions.moments(start) == [float(sum(BACKOFF[:n])) for n in range(8)]
        executions = [received.counts for received in functions.received]
        assert executions == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (6, 3), (7, 3)]

    def test_any_2xx_is_success(self, rig: Rig, functions: Functions) -> None:
        functions.script = [204]
        rig.queue.put(Task("f", {}, "one"))
        assert rig.run() == 1

    def test_retry_after_lengthens_the_pause(self, rig: Rig, functions: Functions, clock: ManualClock) -> None:
        start = clock.now()
        functions.script = [(503, 60.0), (429, 1.0)]
        rig.queue.put(Task("f", {}, "one"))
        rig.run()
        assert functions.moments(start) == [0.0, 60.0, 80.0]

    def test_dropped_after_the_last_attempt(self, rig: Rig, functions: Functions) -> None:
        functions.script = [500] * 100
        rig.queue.put(Task("f", {}, "hopeless"))
        assert rig.run() == ATTEMPTS
        assert functions.received[-1].counts[0] + 1 == ATTEMPTS
        assert rig.run() == 0

    def test_lost_dispatcher(self, rig: Rig, functions: Functions) -> None:
        functions.script = [Killed()]
        rig.queue.put(Task("f", {"n": 1}, "one"))
        with pytest.raises(Killed):
            rig.run()
        rig.run()
        assert [received.body for received in functions.received] == [{"n": 1}] * 2
        assert functions.received[1].counts == (1, 0)

    def test_paused_queue_keeps_its_tasks(self, rig: Rig, functions: Functions) -> None:
        rig.pause("bulk")
        assert rig.queue.put(Task("f", {}, "kept", "bulk"))
        assert rig.queue.put(Task("f", {}, "goes"))
        rig.run()
        assert functions.names == ["goes"]
        rig.resume("bulk")
        rig.run()
        assert functions.names == ["goes", "kept"]

    def test_shows_how_its_classes_stand(self, rig: Rig) -> None:
        assert rig.queue.states() == {"interactive": "running", "bulk": "running"}
        rig.pause("bulk")
        assert rig.queue.states() == {"interactive": "running", "bulk": "paused"}
        rig.resume("bulk")
        assert rig.queue.states() == {"interactive": "running", "bulk": "running"}

    @pytest.mark.parametrize("name", ["", "a/b", "имя", "a b", "x" * 501])
    def test_refuses_bad_names(self, rig: Rig, name: str) -> None:
        with pytest.raises(ValueError, match="name"):
            rig.queue.put(Task("f", {}, name))

    def test_takes_the_longest_name(self, rig: Rig) -> None:
        assert rig.queue.put(Task("f", {}, "x" * 500))

    def test_refuses_what_cloud_tasks_would(self, rig: Rig, clock: ManualClock) -> None:
        with pytest.raises(ValueError, match="bytes"):
            rig.queue.put(Task("f", {"x": "x" * 1_000_001}, "big"))
        with pytest.raises(ValueError, match="30 days"):
            rig.queue.put(Task("f", {}, "late", not_before=clock.now() + timedelta(days=31)))
        assert rig.queue.put(Task("f", {"x": "x" * 900_000}, "fits"))


def advance_to(clock: ManualClock, moment: datetime) -> None:
    """Move the clock on to that moment."""
    clock.advance((moment - clock.now()).total_seconds())
