"""Pausing queues and jobs: the embedded adapters in a file, Google's against simulators on real sockets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from common.errors import TryLater
from common.ports.switches import Switches
from common.queue.cloud_switches import CloudQueueSwitches
from common.queue.sqlite import SqliteQueue
from common.schedule.cloud_scheduler import CloudJobs
from common.schedule.pauses import SqlitePauses
from tests.clock import ManualClock
from tests.contract.google import scheduler_client, tasks_client
from tests.contract.switches_contract import Rig, SwitchesContract
from tests.simulators.cloud_scheduler import CloudSchedulerSimulator
from tests.simulators.cloud_tasks import CloudTasksSimulator
from tests.simulators.faults import Fault
from tests.simulators.google_answers import Refusal
from tests.simulators.web import Answer, Server

PLACE = "projects/demo/locations/here"
QUEUES, JOBS = ("interactive", "bulk"), ("deal_sweep", "document_sync")


@dataclass
class Opened:
    """`opening` makes the adapter anew, as each process does."""

    names: tuple[str, str]
    opening: Callable[[], Switches]

    def another(self) -> Switches:
        return self.opening()


class TestEmbeddedQueues(SwitchesContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Rig:
        clock = ManualClock()
        return Opened(QUEUES, lambda: SqliteQueue(f"{tmp_path}/queue.sqlite", clock.now))


class TestEmbeddedJobs(SwitchesContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Rig:
        return Opened(JOBS, lambda: SqlitePauses(f"{tmp_path}/queue.sqlite"))

    def test_queues_and_jobs_share_the_file(self, tmp_path: Path) -> None:
        path = f"{tmp_path}/queue.sqlite"
        SqlitePauses(path).pause("bulk")
        assert not SqliteQueue(path, ManualClock().now).is_paused("bulk")
        assert [one.name for one in tmp_path.glob("*.sqlite")] == ["queue.sqlite"]


class Cloud(SwitchesContract):
    """What only a service over the network can do."""

    @pytest.fixture
    def simulator(self) -> CloudTasksSimulator | CloudSchedulerSimulator:
        raise NotImplementedError

    @pytest.fixture
    def rig(self, simulator: CloudTasksSimulator | CloudSchedulerSimulator) -> Iterator[Rig]:
        raise NotImplementedError

    def test_what_is_as_wanted_is_not_changed(
        self, rig: Rig, simulator: CloudTasksSimulator | CloudSchedulerSimulator
    ) -> None:
        switches, (first, _) = rig.another(), rig.names
        for act in (switches.resume, switches.pause, switches.pause, switches.resume):
            act(first)
        assert [action for action, _ in simulator.changes] == ["pause", "resume"]

    @pytest.mark.parametrize("act", ["is_paused", "pause", "resume"])
    @pytest.mark.parametrize("status", [0, 400, 401, 403, 404, 429, 500, 503])
    def test_a_service_that_fails_or_refuses_is_for_later_after_one_try(
        self, rig: Rig, simulator: CloudTasksSimulator | CloudSchedulerSimulator, act: str, status: int
    ) -> None:
        said = Refusal(status, "SOMETHING", "no").answer
        drops = Fault(lambda _: True, 100, drop_before=True)
        simulator.faults.add(drops if not status else Fault(lambda _: True, 100, instead=lambda _: said))
        with pytest.raises(TryLater):
            getattr(rig.another(), act)(rig.names[0])
        assert simulator.hits == 1

    def test_a_lost_answer_leaves_it_done(
        self, rig: Rig, simulator: CloudTasksSimulator | CloudSchedulerSimulator
    ) -> None:
        simulator.faults.add(Fault(lambda request: request.path.endswith(":pause"), 1, drop_after=True))
        with pytest.raises(TryLater):
            rig.another().pause(rig.names[0])
        assert rig.another().is_paused(rig.names[0])

    def test_an_unknown_name_is_for_later(self, rig: Rig) -> None:
        with pytest.raises(TryLater, match=r"(?i)not (found|exist)"):
            rig.another().pause("nothing")


class TestCloudQueues(Cloud):
    @pytest.fixture
    def simulator(self) -> CloudTasksSimulator:
        clock = ManualClock()
        simulator = CloudTasksSimulator(clock.now, lambda *_: (200, None), clock.sleep)
        for name in QUEUES:
            simulator.create_queue(f"{PLACE}/queues/{name}")
        return simulator

    @pytest.fixture
    def rig(self, simulator: CloudTasksSimulator) -> Iterator[Rig]:
        with Server(simulator) as server:
            yield Opened(QUEUES, lambda: CloudQueueSwitches("demo", "here", tasks_client(server)))


class TestCloudJobs(Cloud):
    @pytest.fixture
    def simulator(self) -> CloudSchedulerSimulator:
        clock = ManualClock()
        simulator = CloudSchedulerSimulator(clock.now, lambda *_: 200, clock.sleep)
        for name in JOBS:
            simulator.create_job(f"{PLACE}/jobs/{name.replace('_', '-')}", "*/5 * * * *", "https://f.example/")
        return simulator

    @pytest.fixture
    def rig(self, simulator: CloudSchedulerSimulator) -> Iterator[Rig]:
        with Server(simulator) as server:
            yield Opened(JOBS, lambda: CloudJobs("demo", "here", scheduler_client(server)))

    @pytest.mark.parametrize("state", ["DISABLED", "UPDATE_FAILED"])
    def test_what_stands_still_for_another_cause_is_left_alone(
        self, rig: Rig, simulator: CloudSchedulerSimulator, state: str
    ) -> None:
        job = simulator.jobs[f"{PLACE}/jobs/deal-sweep"]
        job.__dict__["state"] = state
        switches = rig.another()
        assert switches.is_paused("deal_sweep")
        switches.pause("deal_sweep")
        switches.resume("deal_sweep")
        assert job.state == state

    def test_paused_by_somebody_between_question_and_call_is_for_later(
        self, rig: Rig, simulator: CloudSchedulerSimulator
    ) -> None:
        refusal = Refusal(400, "FAILED_PRECONDITION", "Job.state must be ENABLED for this operation.")

        def overtaken(_: object) -> Answer:
            return refusal.answer

        simulator.faults.add(Fault(lambda request: request.path.endswith(":pause"), 1, instead=overtaken))
        with pytest.raises(TryLater, match="ENABLED"):
            rig.another().pause("deal_sweep")


def test_importing_the_adapters_imports_no_google_package() -> None:
    modules = "common.queue.cloud_switches, common.schedule.cloud_scheduler"
    code = f"import sys, {modules}; print({{'grpc', 'requests', 'google.auth'}} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
