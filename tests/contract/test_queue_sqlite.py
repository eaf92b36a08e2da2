"""The SQLite queue and its dispatcher keep the contract, also between processes, threads and over a restart."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from common.ports import Task, Traffic
from common.queue.dispatcher import Dispatcher
from common.queue.policy import Policy
from common.queue.sqlite import SqliteQueue
from tests.clock import ManualClock
from tests.contract.queue_contract import ATTEMPTS, Functions, QueueContract, advance_to

POLICY = Policy(2, 1000.0, ATTEMPTS, min_backoff=10.0, max_doublings=3, max_backoff=300.0)
POLICIES: Mapping[Traffic, Policy] = {"interactive": POLICY, "bulk": POLICY}

_PUT = """
import sys
from datetime import UTC, datetime
from common.ports import Task
from common.queue.sqlite import SqliteQueue

queue = SqliteQueue(sys.argv[1], lambda: datetime.now(UTC))
print(sum(queue.put(Task("f", {"n": n}, f"task-{n}")) for n in range(40)))
queue.close()
"""

_PUT_UNTIL_KILLED = """
import itertools, sys
from datetime import UTC, datetime
from common.ports import Task
from common.queue.sqlite import SqliteQueue

queue = SqliteQueue(sys.argv[1], lambda: datetime.now(UTC))
for n in itertools.count():
    queue.put(Task("f", {"n": n}, f"task-{n}"))
    print(n, flush=True)
"""


class SqliteRig:
    def __init__(self, queue: SqliteQueue, functions: Functions) -> None:
        self.queue = queue
        self._clock = functions.clock
        self._dispatcher = Dispatcher(queue, functions.call, functions.clock.now)

    def run(self, until: datetime | None = None) -> int:
        return self._dispatcher.run_until_quiet(partial(advance_to, self._clock), until)

    def pause(self, queue: Traffic) -> None:
        self.queue.pause(queue)

    def resume(self, queue: Traffic) -> None:
        self.queue.resume(queue)


class TestSqliteQueue(QueueContract):
    @pytest.fixture
    def path(self, tmp_path: Path) -> str:
        return str(tmp_path / "queue.sqlite")

    @pytest.fixture
    def queue(self, path: str, clock: ManualClock) -> Iterator[SqliteQueue]:
        queue = SqliteQueue(path, clock.now, POLICIES)
        yield queue
        queue.close()

    @pytest.fixture
    def rig(self, queue: SqliteQueue, functions: Functions) -> SqliteRig:
        return SqliteRig(queue, functions)

    def test_takes_each_task_once(self, queue: SqliteQueue) -> None:
        for number in range(5):
            queue.put(Task("f", {}, f"{number}"))
        assert [leased.name for leased in queue.take(3)] == ["0", "1", "2"]
        assert [leased.name for leased in queue.take(3)] == ["3", "4"]
        assert queue.take(3) == []

    def test_takes_of_one_queue(self, queue: SqliteQueue) -> None:
        queue.put(Task("f", {}, "a", "bulk"))
        queue.put(Task("f", {}, "b"))
        assert [leased.name for leased in queue.take(9, "interactive")] == ["b"]
        assert queue.next_due("interactive") is not None
        assert queue.depth() == {"interactive": 1, "bulk": 1}

    def test_late_word_of_an_ended_lease_counts_for_nothing(self, queue: SqliteQueue, clock: ManualClock) -> None:
        queue.put(Task("f", {}, "one"))
        (early,) = queue.take(1)
        clock.advance(queue.lease.total_seconds())
        (late,) = queue.take(1)
        queue.done(early)
        assert queue.failed(early)
        assert (queue.depth()["interactive"], queue.take(1)) == (1, [])
        queue.done(late)
        assert queue.depth()["interactive"] == 0

    def test_the_last_attempt_may_end_with_its_lease(self, queue: SqliteQueue, clock: ManualClock) -> None:
        queue.put(Task("f", {}, "one"))
        for _ in range(ATTEMPTS):
            assert len(queue.take(1)) == 1
            clock.advance(queue.lease.total_seconds())
        assert queue.take(1) == []
        assert queue.depth()["interactive"] == 0

    def test_leases_end_when_the_only_dispatcher_starts(self, queue: SqliteQueue) -> None:
        queue.put(Task("f", {}, "one"))
        queue.put(Task("f", {}, "two"))
        queue.take(1)
        assert queue.end_leases() == 1
        assert sorted((leased.name, leased.retry_count) for leased in queue.take(9)) == [("one", 1), ("two", 0)]

    def test_survives_a_restart(self, queue: SqliteQueue, path: str, clock: ManualClock) -> None:
        queue.put(Task("f", {"a": 1}, "one"))
        queue.pause("bulk")
        queue.close()
        again = SqliteQueue(path, clock.now, POLICIES)
        (leased,) = again.take(1)
        assert (leased.body, again.paused()) == (b'{"a":1}', frozenset({"bulk"}))
        again.close()

    def test_processes_share_a_file_from_its_first_moment(self, path: str) -> None:
        command = [sys.executable, "-c", _PUT, path]
        workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        assert sum(int(worker.communicate(timeout=30)[0]) for worker in workers) == 40

    def test_what_was_put_survives_a_kill(self, queue: SqliteQueue, path: str) -> None:
        command = [sys.executable, "-c", _PUT_UNTIL_KILLED, path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as putter:
            assert putter.stdout
            seen = [putter.stdout.readline() for _ in range(50)]
            putter.kill()
            seen += putter.stdout.readlines()
        kept = queue.depth()["interactive"]
        assert kept - len(seen) in (0, 1), "the last may be kept without having been told"

    def test_says_when_it_does_not_come_to_rest(self, queue: SqliteQueue, functions: Functions) -> None:
        functions.script = [500] * ATTEMPTS
        dispatcher = Dispatcher(queue, functions.call, functions.clock.now)
        queue.put(Task("f", {}, "one"))
        with pytest.raises(RuntimeError, match="not quiet after 3"):
            dispatcher.run_until_quiet(partial(advance_to, functions.clock), limit=3)

    def test_a_call_without_an_answer_is_tried_again(self, queue: SqliteQueue, clock: ManualClock) -> None:
        calls: list[int] = []

        def refuse_once(_: str, __: bytes, headers: Mapping[str, str], ___: float) -> tuple[int, float | None]:
            calls.append(int(headers["X-CloudTasks-TaskRetryCount"]))
            if len(calls) == 1:
                raise ConnectionRefusedError
            return 200, None

        queue.put(Task("f", {}, "one"))
        Dispatcher(queue, refuse_once, clock.now).run_until_quiet(partial(advance_to, clock))
        assert calls == [0, 1]


class TestThreads:
    """The dispatcher's threads, on the system's clock."""

    @pytest.fixture
    def queue(self, tmp_path: Path) -> Iterator[SqliteQueue]:
        policies: Mapping[Traffic, Policy] = {
            "interactive": Policy(4, 1000.0, 3, min_backoff=0.01, max_doublings=1, max_backoff=0.1),
            "bulk": Policy(1, 20.0, 3, min_backoff=0.01, max_doublings=1, max_backoff=0.1),
        }
        queue = SqliteQueue(str(tmp_path / "queue.sqlite"), _now, policies, lease=timedelta(seconds=5))
        yield queue
        queue.close()

    def test_every_task_once_and_never_too_many_at_a_time(self, queue: SqliteQueue) -> None:
        busy = _Busy(pause=0.005)
        dispatcher = Dispatcher(queue, busy.call, _now)
        dispatcher.start()
        for number in range(60):
            queue.put(Task("f", {}, f"i{number}"))
        for number in range(5):
            queue.put(Task("g", {}, f"b{number}", "bulk"))
        busy.wait_for(65)
        assert dispatcher.stop()
        assert sorted(busy.names) == sorted([f"i{n}" for n in range(60)] + [f"b{n}" for n in range(5)])
        assert 2 <= busy.most["f"] <= 4
        assert busy.most["g"] == 1
        assert queue.depth() == {"interactive": 0, "bulk": 0}

    def test_rate(self, queue: SqliteQueue) -> None:
        busy = _Busy(pause=0.0)
        dispatcher = Dispatcher(queue, busy.call, _now)
        for number in range(30):
            queue.put(Task("g", {}, f"b{number}", "bulk"))
        begun = time.monotonic()
        dispatcher.start()
        busy.wait_for(30)
        dispatcher.stop()
        assert time.monotonic() - begun >= 0.4, "20 at once, then 20 a second"

    def test_stop_waits_for_the_call_under_way(self, queue: SqliteQueue) -> None:
        busy = _Busy(pause=0.2)
        dispatcher = Dispatcher(queue, busy.call, _now)
        dispatcher.start()
        queue.put(Task("f", {}, "one"))
        busy.wait_for(1)
        assert dispatcher.stop()
        assert queue.depth()["interactive"] == 0


class _Busy:
    """A function that takes `pause` seconds and knows how many of it ran side by side."""

    def __init__(self, pause: float) -> None:
        self.names: list[str] = []
        self.most: dict[str, int] = {}
        self._running: dict[str, int] = {}
        self._pause = pause
        self._changed = threading.Condition()

    def call(self, function: str, _: bytes, headers: Mapping[str, str], __: float) -> tuple[int, float | None]:
        with self._changed:
            self.names.append(headers["X-CloudTasks-TaskName"])
            self._running[function] = self._running.get(function, 0) + 1
            self.most[function] = max(self.most.get(function, 0), self._running[function])
            self._changed.notify_all()
        time.sleep(self._pause)
        with self._changed:
            self._running[function] -= 1
        return 200, None

    def wait_for(self, calls: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.names) >= calls, 20)


def _now() -> datetime:
    return datetime.now(UTC)
