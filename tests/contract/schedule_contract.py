"""What a scheduler does with its pauses, embedded or Google's; one class per adapter inherits these tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pytest

from common.ports.switches import Switches
from tests.clock import START, ManualClock

SYNC, WATCH = "document_sync", "exchange_watch"
SCHEDULES = {SYNC: "*/5 * * * *", WATCH: "* * * * *"}


@dataclass
class Runs:
    """Keeps what was called: function and minute; each run takes `seconds` of the clock."""

    clock: ManualClock
    seconds: float = 0.0
    seen: list[tuple[str, float]] = field(default_factory=list)
    scheduled: list[str] = field(default_factory=list)

    def call(self, function: str, headers: Mapping[str, str]) -> int:
        self.seen.append((function, (self.clock.now() - START).total_seconds() / 60))
        self.scheduled.append(headers["X-CloudScheduler-ScheduleTime"])
        self.clock.advance(self.seconds)
        return 200

    def of(self, function: str) -> list[float]:
        """The minutes at which it ran."""
        return [minute for name, minute in self.seen if name == function]


class Rig(Protocol):
    """A scheduler with the two jobs of `SCHEDULES` on the clock of the test."""

    @property
    def jobs(self) -> Switches: ...

    def run_for(self, minutes: float) -> int:
        """Let time pass; how many runs."""

    def run_now(self, name: str) -> None: ...


class ScheduleContract:
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def runs(self, clock: ManualClock) -> Runs:
        return Runs(clock)

    @pytest.fixture
    def rig(self, clock: ManualClock, runs: Runs) -> Rig:
        raise NotImplementedError

    def test_runs_at_its_times(self, rig: Rig, runs: Runs) -> None:
        assert rig.run_for(10) == 12
        assert (runs.of(SYNC), len(runs.of(WATCH))) == ([5, 10], 10)

    def test_a_paused_job_does_not_run_and_the_others_do(self, rig: Rig, runs: Runs) -> None:
        rig.jobs.pause(SYNC)
        assert rig.run_for(10) == 10
        assert runs.of(SYNC) == []

    def test_what_was_due_while_paused_is_not_made_up(self, rig: Rig, runs: Runs) -> None:
        rig.jobs.pause(SYNC)
        rig.run_for(12)
        rig.jobs.resume(SYNC)
        rig.run_for(2)
        assert runs.of(SYNC) == []
        rig.run_for(6)
        assert runs.of(SYNC) == [15, 20]

    def test_paused_while_it_runs_it_ends_and_starts_no_more(self, rig: Rig, runs: Runs) -> None:
        rig.run_for(5)
        rig.jobs.pause(SYNC)
        rig.run_for(20)
        assert runs.of(SYNC) == [5]

    def test_a_person_may_run_it_all_the_same(self, rig: Rig, runs: Runs) -> None:
        rig.jobs.pause(SYNC)
        rig.run_now(SYNC)
        assert runs.of(SYNC) == [0]
        assert rig.jobs.is_paused(SYNC)

    def test_runs_of_one_job_do_not_overlap(self, rig: Rig, runs: Runs) -> None:
        rig.jobs.pause(WATCH)
        runs.seconds = 13 * 60
        rig.run_for(20)
        assert runs.of(SYNC) == [5, 18]
        assert runs.scheduled == ["2026-01-31T09:05:00Z", "2026-01-31T09:15:00Z"]


def advance_to(clock: ManualClock, moment: datetime) -> None:
    """Move the clock on to that moment."""
    clock.advance((moment - clock.now()).total_seconds())
