"""The local scheduler and Cloud Scheduler do the same with a paused job; the simulator does what its vendor says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from google.api_core.exceptions import BadRequest, NotFound

from common.errors import TryLater
from common.ports.switches import Switches
from common.schedule.cloud_scheduler import CloudJobs
from common.schedule.local import Job, LocalScheduler
from common.schedule.pauses import SqlitePauses
from tests.clock import ManualClock
from tests.contract.google import scheduler_client
from tests.contract.schedule_contract import SCHEDULES, SYNC, WATCH, Rig, Runs, ScheduleContract, advance_to
from tests.simulators.cloud_scheduler import CloudSchedulerSimulator
from tests.simulators.web import Server

JOBS = "projects/demo/locations/here/jobs"


class LocalRig:
    """Restarted before each stretch of time: pauses outlive the process."""

    def __init__(self, path: str, clock: ManualClock, runs: Runs) -> None:
        self._path, self._clock, self._runs = path, clock, runs

    @property
    def jobs(self) -> Switches:
        return SqlitePauses(self._path)

    def run_for(self, minutes: float) -> int:
        end = self._clock.now() + timedelta(minutes=minutes)
        return self._scheduler().run_until(end, partial(advance_to, self._clock))

    def run_now(self, name: str) -> None:
        self._scheduler().run_now(name)

    def _scheduler(self) -> LocalScheduler:
        def call(function: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, float | None]:
            return self._runs.call(function, headers), None

        jobs = [Job(name, name, cron) for name, cron in SCHEDULES.items()]
        return LocalScheduler(jobs, self._clock.now, call, SqlitePauses(self._path).is_paused)


class TestLocalScheduler(ScheduleContract):
    @pytest.fixture
    def rig(self, tmp_path: Path, clock: ManualClock, runs: Runs) -> Rig:
        return LocalRig(f"{tmp_path}/queue.sqlite", clock, runs)

    def test_pauses_that_cannot_be_read_stop_one_run_and_not_the_scheduler(self, clock: ManualClock) -> None:
        answers: list[Callable[[], bool]] = [lambda: False, _locked, lambda: False]
        runs = Runs(clock)

        def call(function: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, float | None]:
            return runs.call(function, headers), None

        scheduler = LocalScheduler([Job(SYNC, SYNC, "*/5 * * * *")], clock.now, call, lambda _: answers.pop(0)())
        assert scheduler.run_until(clock.now() + timedelta(minutes=15), partial(advance_to, clock)) == 2
        assert runs.of(SYNC) == [5, 15]


def _locked() -> bool:
    raise TryLater("sqlite: database is locked")


class CloudRig:
    def __init__(self, simulator: CloudSchedulerSimulator, server: Server, clock: ManualClock) -> None:
        self.simulator, self.client, self._clock = simulator, scheduler_client(server), clock
        self.jobs: Switches = CloudJobs("demo", "here", self.client)

    def run_for(self, minutes: float) -> int:
        return self.simulator.run_until(
            self._clock.now() + timedelta(minutes=minutes), partial(advance_to, self._clock)
        )

    def run_now(self, name: str) -> None:
        self.client.run_job(name=f"{JOBS}/{name.replace('_', '-')}")


class TestCloudScheduler(ScheduleContract):
    @pytest.fixture
    def rig(self, clock: ManualClock, runs: Runs) -> Iterator[CloudRig]:
        def call(url: str, body: bytes, headers: Mapping[str, str], deadline: float) -> int:
            assert headers["Authorization"] == f"Bearer scheduler@demo.iam.{url}"
            assert headers["X-CloudScheduler"] == "true"
            return runs.call(headers["X-CloudScheduler-JobName"].replace("-", "_"), headers)

        simulator = CloudSchedulerSimulator(clock.now, call, clock.sleep)
        for name, cron in SCHEDULES.items():
            slug = name.replace("_", "-")
            simulator.create_job(f"{JOBS}/{slug}", cron, f"https://{slug}.example/", account="scheduler@demo.iam")
        with Server(simulator) as server:
            yield CloudRig(simulator, server, clock)

    def test_the_simulator_refuses_what_its_vendor_refuses(self, rig: CloudRig) -> None:
        name = f"{JOBS}/document-sync"
        with pytest.raises(BadRequest, match=r"must be PAUSED"):
            rig.client.resume_job(name=name)
        assert rig.client.pause_job(name=name).state.name == "PAUSED"
        with pytest.raises(BadRequest, match=r"must be ENABLED"):
            rig.client.pause_job(name=name)
        assert rig.client.resume_job(name=name).state.name == "ENABLED"
        with pytest.raises(NotFound):
            rig.client.get_job(name=f"{JOBS}/nothing")

    def test_the_simulator_shows_what_it_holds(self, rig: CloudRig, clock: ManualClock) -> None:
        rig.client.pause_job(name=f"{JOBS}/document-sync")
        pages = rig.client.list_jobs({"parent": "projects/demo/locations/here", "page_size": 1})
        assert {job.name.rpartition("/")[2]: job.state.name for job in pages} == {
            "document-sync": "PAUSED",
            "exchange-watch": "ENABLED",
        }
        rig.run_for(1)
        job = rig.client.get_job(name=f"{JOBS}/exchange-watch")
        assert (job.schedule, job.time_zone) == (SCHEDULES[WATCH], "Etc/UTC")
        assert str(job.last_attempt_time) == str(clock.now())
        assert str(job.schedule_time) == str(clock.now() + timedelta(minutes=1))
