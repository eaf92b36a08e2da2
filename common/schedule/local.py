"""Fires the periodic jobs on one machine, with the semantics of Cloud Scheduler (facts 5.5).

Runs of one job never overlap: one that falls due while the former still runs starts right after it, and if several
did, only the last of them. Runs missed while the scheduler was stopped, or due while their job was paused, are not made
up. A failed run is not repeated before its next time. Where the clock jumps (daylight saving), a run may be skipped or
doubled.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from common.errors import TryLater
from common.logs import counted, error

Call = Callable[[str, bytes, Mapping[str, str], float], tuple[int, float | None]]
"""(function, body, headers, timeout in seconds) → (HTTP status, `Retry-After`, which is not heeded). May raise."""

LONGEST_WAIT = 30.0
"""Seconds after which a waiting job looks at the clock again: the system's may have been set."""

_TERM = r"(\*|\d+|[A-Z]{3})(-(\d+|[A-Z]{3}))?(/\d+)?"
_FIELD = rf"{_TERM}(,{_TERM})*"
_CRON = re.compile(rf"{_FIELD}( {_FIELD}){{4}}")
"""Five fields as Cloud Scheduler reads them; `cronsim` alone would take seconds, `L` and `#` as well."""


@dataclass(frozen=True, slots=True)
class Job:
    """One periodic job.

    cron        five fields of unix-cron, read in `time_zone` (an IANA name)
    timeout     how long one run may take, in seconds
    """

    name: str
    function: str
    cron: str
    time_zone: str = "UTC"
    body: bytes = b"{}"
    timeout: float = 540.0

    def after(self, moment: datetime) -> datetime:
        """The first time of the schedule after that moment, UTC. Raises ValueError for a schedule we cannot follow."""
        from cronsim import CronSim, CronSimError

        if not _CRON.fullmatch(self.cron):
            raise ValueError(f"job {self.name}: not a unix-cron schedule: {self.cron!r}")
        try:
            return next(CronSim(self.cron, moment.astimezone(ZoneInfo(self.time_zone)))).astimezone(UTC)
        except (CronSimError, StopIteration) as error:
            raise ValueError(f"job {self.name}: no such time: {self.cron!r}") from error


class LocalScheduler:
    """Runs jobs at their times, each in a thread of its own (`start`, `stop`) or all in the caller's (`run_until`).

    `is_paused` is asked before each run, by the job's name; another process may have paused it.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        now: Callable[[], datetime],
        call: Call,
        is_paused: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._jobs = {job.name: job for job in jobs}
        if len(self._jobs) != len(jobs):
            raise ValueError("two jobs of one name")
        self._now = now
        self._call = call
        self._is_paused = is_paused
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads; the first run of each job is its next time from now. Raises ValueError for a schedule."""
        self._stopping.clear()
        plans = [(job, job.after(self._now())) for job in self._jobs.values()]
        self._threads = [
            threading.Thread(target=self._serve, args=plan, name=f"job-{plan[0].name}", daemon=True) for plan in plans
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 30.0) -> bool:
        """Start no more runs and wait for those under way, at most `patience` seconds each; True if all ended."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(patience)
        return not any(thread.is_alive() for thread in self._threads)

    def run_until(self, end: datetime, advance: Callable[[datetime], None]) -> int:
        """Run what is due from now until `end` (inclusive) in this thread, moving a manual clock; how many runs."""
        due = {name: job.after(self._now()) for name, job in self._jobs.items()}
        runs = 0
        while due:
            name = min(due, key=lambda each: (due[each], each))
            if due[name] > end:
                break
            if due[name] > self._now():
                advance(due[name])
            ran, due[name] = self._run_and_plan(self._jobs[name], due[name])
            runs += ran
        if self._now() < end:
            advance(end)
        return runs

    def run_now(self, name: str) -> int | None:
        """Run a job at once in this thread, even beside a scheduled run of it or while it is paused; its HTTP status,
        None for no answer.
        """
        return self._run(self._jobs[name], self._now())

    def _serve(self, job: Job, due: datetime) -> None:
        while not self._stopping.is_set():
            ahead = (due - self._now()).total_seconds()
            if ahead > 0:
                self._stopping.wait(min(ahead, LONGEST_WAIT))
            else:
                _, due = self._run_and_plan(job, due)

    def _run_and_plan(self, job: Job, due: datetime) -> tuple[bool, datetime]:
        """Run unless it is paused; whether it ran, and the time of the next run, which has passed already when this one
        took that long.
        """
        runs = self._may_run(job)
        if runs:
            self._run(job, due)
        following, now = job.after(due), self._now()
        while (later := job.after(following)) <= now:
            following = later
        return runs, following

    def _may_run(self, job: Job) -> bool:
        """A file that cannot be read stops this run alone: the job would find its store no better."""
        try:
            return not self._is_paused(job.name)
        except TryLater as fault:
            error("pauses_unreadable", fault, job=job.name)
            return False

    def _run(self, job: Job, scheduled: datetime) -> int | None:
        headers = {
            "Content-Type": "application/json",
            "X-CloudScheduler": "true",
            "X-CloudScheduler-JobName": job.name,
            "X-CloudScheduler-ScheduleTime": scheduled.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
        try:
            status, _ = self._call(job.function, job.body, headers, job.timeout)
        except Exception as fault:  # noqa: BLE001 - no answer, as if the instance had died
            error("no_answer", fault, job=job.name)
            return None
        if not 200 <= status < 300:
            counted("job_failed", job=job.name, status=status)
        return status
