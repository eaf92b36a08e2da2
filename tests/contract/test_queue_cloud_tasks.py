"""Cloud Tasks keeps the contract, against a simulator of its REST surface on a real socket."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from common.errors import TryLater
from common.ports import Task, Traffic
from common.queue.cloud_tasks import CloudTasksQueue
from tests.clock import ManualClock
from tests.contract.google import tasks_client
from tests.contract.queue_contract import ATTEMPTS, Functions, QueueContract, advance_to
from tests.simulators.cloud_tasks import CloudTasksSimulator, Retry
from tests.simulators.faults import Fault
from tests.simulators.web import Answer, Request, Server

if TYPE_CHECKING:
    from google.cloud.tasks_v2 import CloudTasksClient

PARENT = "projects/demo/locations/here/queues"
RETRY = Retry(ATTEMPTS, min_backoff=10.0, max_backoff=300.0, max_doublings=3)
FORBIDDEN = b'{"error":{"code":403,"message":"lacks permission cloudtasks.queues.get","status":"PERMISSION_DENIED"}}'


def _creates(request: Request) -> bool:
    return request.method == "POST" and request.path.endswith("/tasks")


def _looks(request: Request) -> bool:
    return request.method == "GET" and "/queues/" in request.path


class CloudRig:
    def __init__(self, simulator: CloudTasksSimulator, client: CloudTasksClient, clock: ManualClock) -> None:
        self.queue = CloudTasksQueue(
            "demo",
            "here",
            lambda function: f"https://{function}.example",
            "tasks@demo.iam",
            clock.now,
            client,
            timeout=lambda _: 60.0,
            sleep=clock.sleep,
        )
        self.simulator = simulator
        self.client = client
        self._clock = clock

    def run(self, until: datetime | None = None) -> int:
        return self.simulator.run_until_quiet(partial(advance_to, self._clock), until)

    def pause(self, queue: Traffic) -> None:
        assert self.client.pause_queue(name=f"{PARENT}/{queue}").state.name == "PAUSED"

    def resume(self, queue: Traffic) -> None:
        assert self.client.resume_queue(name=f"{PARENT}/{queue}").state.name == "RUNNING"


class TestCloudTasksQueue(QueueContract):
    @pytest.fixture
    def simulator(self, clock: ManualClock, functions: Functions) -> CloudTasksSimulator:
        def call(url: str, body: bytes, headers: Mapping[str, str], deadline: float) -> tuple[int, float | None]:
            function = url.removeprefix("https://").removesuffix(".example")
            assert headers["Authorization"] == f"Bearer tasks@demo.iam.{url}"
            return functions.call(function, body, headers, deadline)

        simulator = CloudTasksSimulator(clock.now, call, clock.sleep)
        for queue in ("interactive", "bulk"):
            simulator.create_queue(f"{PARENT}/{queue}", RETRY)
        return simulator

    @pytest.fixture
    def rig(self, simulator: CloudTasksSimulator, clock: ManualClock) -> Iterator[CloudRig]:
        with Server(simulator) as server:
            rig = CloudRig(simulator, tasks_client(server), clock)
            yield rig
            rig.queue.close()

    def test_waits_longer_than_the_function(self, rig: CloudRig) -> None:
        rig.queue.put(Task("f", {}, "one"))
        (task,) = rig.simulator.queues[f"{PARENT}/interactive"].tasks.values()
        assert task.deadline == 75

    def test_lost_answer_leaves_one_task(self, rig: CloudRig, functions: Functions) -> None:
        rig.simulator.faults.add(Fault(_creates, 1, drop_after=True))
        rig.queue.put(Task("f", {}, "one"))
        rig.run()
        assert functions.names == ["one"]

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_passing_trouble_is_overcome(self, rig: CloudRig, functions: Functions, status: int) -> None:
        rig.simulator.faults.add(Fault(_creates, 2, instead=lambda _: Answer(status, b"{}")))
        assert rig.queue.put(Task("f", {}, "one"))
        rig.run()
        assert functions.names == ["one"]

    def test_unreachable_is_for_later(self, rig: CloudRig, clock: ManualClock) -> None:
        rig.simulator.faults.add(Fault(_creates, 3, drop_before=True))
        with pytest.raises(TryLater):
            rig.queue.put(Task("f", {}, "one"))
        assert clock.slept == [0.2, 0.8]
        assert rig.queue.put(Task("f", {}, "one"))

    def test_missing_queue_is_for_later_at_once(self, rig: CloudRig, clock: ManualClock) -> None:
        del rig.simulator.queues[f"{PARENT}/bulk"]
        with pytest.raises(TryLater, match="Queue does not exist"):
            rig.queue.put(Task("f", {}, "one", "bulk"))
        assert clock.slept == []

    def test_a_queue_nobody_made_is_shown_missing(self, rig: CloudRig) -> None:
        del rig.simulator.queues[f"{PARENT}/bulk"]
        assert rig.queue.states() == {"interactive": "running", "bulk": "missing"}

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(_looks, 1, drop_before=True),
            Fault(_looks, 1, instead=lambda _: Answer(503, b"{}")),
            Fault(_looks, 1, instead=lambda _: Answer(403, FORBIDDEN)),
        ],
        ids=["unreachable", "out of order", "not for us"],
    )
    def test_a_queue_that_cannot_be_seen_is_for_later(self, rig: CloudRig, fault: Fault) -> None:
        rig.simulator.faults.add(fault)
        with pytest.raises(TryLater, match="cloud tasks"):
            rig.queue.states()
        assert rig.queue.states()["bulk"] == "running"

    def test_simulator_shows_what_it_holds(self, rig: CloudRig) -> None:
        for number in range(3):
            rig.queue.put(Task("f", {"n": number}, f"t{number}"))
        parent = f"{PARENT}/interactive"
        assert rig.client.get_queue(name=parent).state.name == "RUNNING"
        assert [task.name[-2:] for task in rig.client.list_tasks({"parent": parent, "page_size": 2})] == [
            "t0",
            "t1",
            "t2",
        ]
        assert rig.client.get_task({"name": f"{parent}/tasks/t1", "response_view": 2}).http_request.body == b'{"n":1}'
        rig.client.delete_task(name=f"{parent}/tasks/t1")
        assert not rig.queue.put(Task("f", {}, "t1")), "a deleted name stays taken"
        rig.client.purge_queue(name=parent)
        assert rig.run() == 0

    def test_forced_run_ignores_the_pause(self, rig: CloudRig, functions: Functions) -> None:
        rig.pause("bulk")
        rig.queue.put(Task("f", {}, "one", "bulk"))
        rig.client.run_task(name=f"{PARENT}/bulk/tasks/one")
        assert rig.run() == 1
        assert functions.names == ["one"]


def test_importing_the_adapter_imports_no_google_package() -> None:
    code = "import sys, common.queue.cloud_tasks; print({'grpc', 'requests', 'google.auth'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
