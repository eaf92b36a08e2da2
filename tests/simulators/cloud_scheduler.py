"""Google Cloud Scheduler over REST, as far as facts gcp §5.5 and the vendor's reference describe it.

Source: cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs (get, list, pause, resume, run)
and the docstrings of google-cloud-scheduler. Put it on a loopback `Server` and reach it with
`CloudSchedulerClient(transport=CloudSchedulerRestTransport(...))`. Jobs run only by `run_until`, on the given clock.

Left open by the reference, and chosen here: of several runs missed while one was under way the last one starts; a run
due while its job is paused is not made up; `:run` dispatches a paused job as well.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, unquote
from zoneinfo import ZoneInfo

from cronsim import CronSim

from tests.simulators.faults import Faults
from tests.simulators.google_answers import Refusal, answered, stamp
from tests.simulators.web import Answer, Request

Call = Callable[[str, bytes, Mapping[str, str], float], int]
"""(URL, body, headers, attempt deadline in seconds) → HTTP status."""

State = Literal["ENABLED", "PAUSED", "DISABLED", "UPDATE_FAILED"]

MOST = 500
"""Jobs of one page, also when no size is asked for."""

_PARENT = r"(projects/[^/]+/locations/[^/]+)"
_JOB = rf"({_PARENT}/jobs/[A-Za-z0-9_-]{{1,500}})"
_INTERNAL = 13
"""google.rpc.Code of an attempt that was answered otherwise than 2xx."""


@dataclass
class SimulatedJob:
    """`http` is the `httpTarget` as it was created; `next` the next time of the schedule."""

    name: str
    schedule: str
    time_zone: str
    http: Mapping[str, Any]
    deadline: float
    created: datetime
    next: datetime
    state: State = "ENABLED"
    last_attempt: datetime | None = None
    failed: bool = False

    def after(self, moment: datetime) -> datetime:
        """The first time of the schedule after that moment."""
        return next(CronSim(self.schedule, moment.astimezone(ZoneInfo(self.time_zone)))).astimezone(UTC)

    def shown(self) -> dict[str, Any]:
        attempted = {} if self.last_attempt is None else {"lastAttemptTime": stamp(self.last_attempt)}
        return {
            "name": self.name,
            "schedule": self.schedule,
            "timeZone": self.time_zone,
            "httpTarget": dict(self.http),
            "attemptDeadline": f"{self.deadline:g}s",
            "userUpdateTime": stamp(self.created),
            "state": self.state,
            "status": {"code": _INTERNAL} if self.failed else {},
            "scheduleTime": stamp(self.next),
            **attempted,
        }


@dataclass
class CloudSchedulerSimulator:
    """Every job must be created first, as Terraform does. `faults` lose or replace answers.

    changes   what really changed a job's state, in order: ("pause", "deal-sweep")
    hits      calls of the API, refused ones too
    """

    now: Callable[[], datetime]
    call: Call
    sleep: Callable[[float], None]
    jobs: dict[str, SimulatedJob] = field(default_factory=dict)
    changes: list[tuple[str, str]] = field(default_factory=list)
    hits: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.faults = Faults(self.sleep)

    def create_job(
        self, name: str, schedule: str, url: str, time_zone: str = "Etc/UTC", account: str = "", deadline: float = 180.0
    ) -> SimulatedJob:
        """`name` is the full one, `projects/…/locations/…/jobs/…`; `account` signs its calls."""
        token = {"oidcToken": {"serviceAccountEmail": account, "audience": url}} if account else {}
        http = {"uri": url, "httpMethod": "POST", "headers": {"Content-Type": "application/json"}, **token}
        now = self.now()
        job = SimulatedJob(name, schedule, time_zone, http, deadline, now, now)
        job.next = job.after(now)
        self.jobs[name] = job
        return job

    def respond(self, request: Request) -> Answer:
        """Answer one REST call."""
        self.hits += 1
        return self.faults.around(request, self._answer)

    def run_until(self, end: datetime, advance: Callable[[datetime], None]) -> int:
        """Run what falls due until `end` (inclusive), moving the clock; how many runs."""
        runs = 0
        while due := [job for job in self.jobs.values() if job.next <= end]:
            job = min(due, key=lambda one: (one.next, one.name))
            if job.next > self.now():
                advance(job.next)
            runs += self._fall_due(job)
        if self.now() < end:
            advance(end)
        return runs

    def _fall_due(self, job: SimulatedJob) -> int:
        scheduled = job.next
        runs = job.state == "ENABLED"
        if runs:
            self._attempt(job, scheduled)
        following, now = job.after(scheduled), self.now()
        while (later := job.after(following)) <= now:
            following = later
        job.next = following
        return int(runs)

    def _attempt(self, job: SimulatedJob, scheduled: datetime) -> None:
        job.last_attempt = self.now()
        status = self.call(job.http["uri"], b"{}", _headers(job, scheduled), job.deadline)
        job.failed = not 200 <= status < 300

    def _answer(self, request: Request) -> Answer:
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        with self._lock:
            return answered(lambda: self._route(request.method, unquote(request.path), query))

    def _route(self, method: str, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        listed = re.fullmatch(rf"/v1/{_PARENT}/jobs", path)
        if method == "GET" and listed:
            return self._list(listed[1], query)
        named = re.fullmatch(rf"/v1/{_JOB}(?::(pause|resume|run))?", path)
        if named and (method, bool(named[3])) in (("GET", False), ("POST", True)):
            return self._act(self._job(named[1]), named[3] or "get")
        raise Refusal(404, "NOT_FOUND", f"no such method: {method} {path}")

    def _act(self, job: SimulatedJob, action: str) -> dict[str, Any]:
        if action == "pause":
            self._switch(job, action, "ENABLED", "PAUSED")
        elif action == "resume":
            self._switch(job, action, "PAUSED", "ENABLED")
            job.next = job.after(self.now())
        elif action == "run":
            self._attempt(job, self.now())  # at once, even if a run is under way
        return job.shown()

    def _job(self, name: str) -> SimulatedJob:
        if name not in self.jobs:
            raise Refusal(404, "NOT_FOUND", "Job not found.")
        return self.jobs[name]

    def _list(self, parent: str, query: Mapping[str, str]) -> dict[str, Any]:
        start, size = int(query.get("pageToken") or 0), min(int(query.get("pageSize") or MOST), MOST)
        found = [job.shown() for name, job in sorted(self.jobs.items()) if name.startswith(f"{parent}/jobs/")]
        more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
        return {"jobs": found[start : start + size], **more}

    def _switch(self, job: SimulatedJob, action: str, needed: State, state: State) -> None:
        if job.state != needed:
            raise Refusal(400, "FAILED_PRECONDITION", f"Job.state must be {needed} for this operation.")
        job.state = state
        self.changes.append((action, job.name.rpartition("/")[2]))


def _headers(job: SimulatedJob, scheduled: datetime) -> dict[str, str]:
    token = job.http.get("oidcToken")
    signed = {"Authorization": f"Bearer {token['serviceAccountEmail']}.{token['audience']}"} if token else {}
    return {
        **job.http["headers"],
        **signed,
        "User-Agent": "Google-Cloud-Scheduler",
        "X-CloudScheduler": "true",
        "X-CloudScheduler-JobName": job.name.rpartition("/")[2],
        "X-CloudScheduler-ScheduleTime": stamp(scheduled),
    }
