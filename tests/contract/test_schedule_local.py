"""The local scheduler does what Cloud Scheduler does (facts 5.5)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from common.schedule.local import Job, LocalScheduler
from tests.clock import START, ManualClock


@dataclass
class Runs:
    """Keeps what was called; each run takes `seconds` of the clock and answers `status`."""

    clock: ManualClock
    seconds: float = 0.0
    status: int = 200
    seen: list[tuple[str, float]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def call(self, function: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, float | None]:
        self.seen.append((function, (self.clock.now() - START).total_seconds() / 60))
        self.headers.append(headers)
        self.clock.advance(self.seconds)
        return self.status, None

    @property
    def scheduled(self) -> list[str]:
        return [headers["X-CloudScheduler-ScheduleTime"] for headers in self.headers]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def runs(clock: ManualClock) -> Runs:
    return Runs(clock)


@pytest.fixture
def run_for(clock: ManualClock, runs: Runs) -> Callable[..., int]:
    def run(minutes: float, *jobs: Job) -> int:
        scheduler = LocalScheduler(jobs, clock.now, runs.call)
        return scheduler.run_until(clock.now() + timedelta(minutes=minutes), partial(_advance_to, clock))

    return run


def _advance_to(clock: ManualClock, moment: datetime) -> None:
    clock.advance((moment - clock.now()).total_seconds())


def test_runs_at_its_times(run_for: Callable[..., int], runs: Runs, clock: ManualClock) -> None:
    assert run_for(10, Job("sync", "document-sync", "*/5 * * * *"), Job("watch", "exchange-watch", "3,4 * * * *")) == 4
    assert runs.seen == [("exchange-watch", 3), ("exchange-watch", 4), ("document-sync", 5), ("document-sync", 10)]
    assert clock.now() == START + timedelta(minutes=10)


def test_headers(run_for: Callable[..., int], runs: Runs) -> None:
    run_for(5, Job("sync", "document-sync", "*/5 * * * *"))
    assert runs.headers == [
        {
            "Content-Type": "application/json",
            "X-CloudScheduler": "true",
            "X-CloudScheduler-JobName": "sync",
            "X-CloudScheduler-ScheduleTime": "2026-01-31T09:05:00Z",
        }
    ]


def test_runs_of_one_job_do_not_overlap(run_for: Callable[..., int], runs: Runs) -> None:
    runs.seconds = 13 * 60
    run_for(20, Job("sync", "f", "*/5 * * * *"))
    assert [minute for _, minute in runs.seen] == [5, 18], "the second as soon as the first has ended"
    assert runs.scheduled == ["2026-01-31T09:05:00Z", "2026-01-31T09:15:00Z"], "of two missed meanwhile the last"


def test_missed_while_stopped_is_not_made_up(run_for: Callable[..., int], runs: Runs, clock: ManualClock) -> None:
    job = Job("sync", "f", "*/5 * * * *")
    run_for(5, job)
    clock.advance(3600)
    run_for(5, job)
    assert [minute for _, minute in runs.seen] == [5, 70]


def test_failed_run_waits_for_its_next_time(run_for: Callable[..., int], runs: Runs) -> None:
    runs.status = 500
    assert run_for(10, Job("sync", "f", "*/5 * * * *")) == 2


def test_time_zone(run_for: Callable[..., int], runs: Runs) -> None:
    run_for(24 * 60, Job("daily", "f", "30 3 * * *", "Europe/Moscow"))
    assert runs.scheduled == ["2026-02-01T00:30:00Z"]


def test_daylight_saving_as_cron_does() -> None:
    job = Job("daily", "f", "30 2 * * *", "Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert job.after(before) == datetime(2026, 3, 29, 1, tzinfo=UTC), "02:30 does not exist: at 03:00 instead"


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "*/5 * * * * *", "61 * * * *", "0 0 L * *", "0 0 * * 1#2", "0 0 30 2 *"]
)
def test_refuses_other_schedules(cron: str) -> None:
    with pytest.raises(ValueError, match="job sync"):
        Job("sync", "f", cron).after(START)


@pytest.mark.parametrize("cron", ["*/10 8-18 * * MON-FRI", "0 0 1,15 JAN *", "0 9 * * 7"])
def test_takes_what_cloud_scheduler_takes(cron: str) -> None:
    assert Job("sync", "f", cron).after(START) > START


def test_refuses_two_jobs_of_one_name(clock: ManualClock, runs: Runs) -> None:
    with pytest.raises(ValueError, match="one name"):
        LocalScheduler([Job("a", "f", "* * * * *"), Job("a", "g", "* * * * *")], clock.now, runs.call)


def test_run_now(clock: ManualClock, runs: Runs) -> None:
    scheduler = LocalScheduler([Job("sync", "f", "0 0 1 1 *")], clock.now, runs.call)
    assert scheduler.run_now("sync") == 200
    assert runs.scheduled == ["2026-01-31T09:00:00Z"]


def test_no_answer_is_a_failed_run(clock: ManualClock) -> None:
    def refuse(*_: object) -> tuple[int, float | None]:
        raise ConnectionRefusedError

    assert LocalScheduler([Job("sync", "f", "* * * * *")], clock.now, refuse).run_now("sync") is None


def test_threads() -> None:
    """On the system's clock, set to shortly before the full minute."""
    begun = datetime.now(UTC)
    called = threading.Event()

    def near_the_minute() -> datetime:
        return START + timedelta(seconds=59.9) + (datetime.now(UTC) - begun)

    def call(function: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, float | None]:
        called.set()
        return 200, None

    scheduler = LocalScheduler([Job("a", "f", "* * * * *"), Job("b", "g", "0 0 1 1 *")], near_the_minute, call)
    scheduler.start()
    assert called.wait(10)
    assert scheduler.stop()
