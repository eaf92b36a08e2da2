"""Google Cloud Tasks over REST, as far as facts 5 describe it: queues, named tasks, dispatch with retries and backoff.

Put it on a loopback `Server` and reach it with `CloudTasksClient(transport=CloudTasksRestTransport(...))`. Tasks are
dispatched only by `run_until_quiet`, through the injected `call`, on the injected clock.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.simulators.faults import Faults
from tests.simulators.google_answers import Refusal, answered, stamp
from tests.simulators.web import Answer, Request

Call = Callable[[str, bytes, Mapping[str, str], float], tuple[int, float | None]]
"""(URL, body, headers, dispatch deadline in seconds) → (HTTP status, `Retry-After` in seconds or None)."""

KEEP_NAMES = timedelta(hours=1)
MAX_BYTES = 1_000_000
FULL = {"2", "FULL"}

_QUEUE = r"(projects/[^/]+/locations/[^/]+/queues/[A-Za-z0-9-]{1,100})"
_TASK = rf"({_QUEUE}/tasks/([A-Za-z0-9_-]{{1,500}}))"


@dataclass(frozen=True)
class Retry:
    """Seconds; `max_attempts` -1 is no limit."""

    max_attempts: int = 100
    min_backoff: float = 0.1
    max_backoff: float = 3600.0
    max_doublings: int = 16

    def pause(self, failures: int) -> float:
        """Doubled `max_doublings` times, then the last step again and again, capped."""
        pause = step = self.min_backoff
        for number in range(1, failures):
            step = step * 2 if number <= self.max_doublings else step
            pause = step if number <= self.max_doublings else pause + step
        return min(pause, self.max_backoff)


@dataclass
class SimulatedTask:
    """`http` is the `httpRequest` as it was sent."""

    name: str
    http: dict[str, Any]
    created: datetime
    due: datetime
    deadline: float
    dispatches: int = 0
    responses: int = 0
    counted: int = 0
    """Responses that were no 5xx: the execution count."""
    forced: bool = False
    """`run` was asked: dispatched even while its queue is paused."""

    @property
    def body(self) -> bytes:
        return base64.b64decode(self.http.get("body", ""))

    def shown(self, full: bool) -> dict[str, Any]:
        http = dict(self.http) if full else {key: value for key, value in self.http.items() if key != "body"}
        return {
            "name": self.name,
            "httpRequest": http,
            "scheduleTime": stamp(self.due),
            "createTime": stamp(self.created),
            "dispatchDeadline": f"{self.deadline:g}s",
            "dispatchCount": self.dispatches,
            "responseCount": self.responses,
            "view": "FULL" if full else "BASIC",
        }


@dataclass
class SimulatedQueue:
    name: str
    retry: Retry
    paused: bool = False
    tasks: dict[str, SimulatedTask] = field(default_factory=dict)
    taken: dict[str, datetime] = field(default_factory=dict)
    """Names of finished and deleted tasks → until when they stay taken."""

    def shown(self) -> dict[str, Any]:
        config = {
            "maxAttempts": self.retry.max_attempts,
            "minBackoff": f"{self.retry.min_backoff:g}s",
            "maxBackoff": f"{self.retry.max_backoff:g}s",
            "maxDoublings": self.retry.max_doublings,
        }
        return {"name": self.name, "state": "PAUSED" if self.paused else "RUNNING", "retryConfig": config}

    def finish(self, task: SimulatedTask, now: datetime) -> None:
        self.tasks.pop(task.name, None)
        self.taken[task.name] = now + KEEP_NAMES


class CloudTasksSimulator:
    """Every queue must be created first, as Terraform does. `faults` lose or replace answers.

    changes   what really changed a queue's state, in order: ("pause", "bulk")
    hits      calls of the API, refused ones too
    """

    def __init__(self, now: Callable[[], datetime], call: Call, sleep: Callable[[float], None]) -> None:
        self.queues: dict[str, SimulatedQueue] = {}
        self.changes: list[tuple[str, str]] = []
        self.hits = 0
        self.faults = Faults(sleep)
        self._now = now
        self._call = call
        self._lock = threading.RLock()

    def create_queue(self, name: str, retry: Retry | None = None) -> SimulatedQueue:
        """`name` is the full one, `projects/…/locations/…/queues/…`."""
        self.queues[name] = SimulatedQueue(name, retry or Retry())
        return self.queues[name]

    def respond(self, request: Request) -> Answer:
        """Answer one REST call."""
        self.hits += 1
        return self.faults.around(request, self._answer)

    def run_until_quiet(
        self, advance: Callable[[datetime], None], until: datetime | None = None, limit: int = 10_000
    ) -> int:
        """Dispatch one task after another, moving the clock to the next due one; how many dispatches."""
        for dispatched in range(limit):
            waiting = self._waiting()
            if not waiting:
                return dispatched
            queue, task = min(waiting, key=lambda entry: entry[1].due)
            if until is not None and task.due > until:
                return dispatched
            if task.due > self._now():
                advance(task.due)
            self._dispatch(queue, task)
        raise RuntimeError(f"not quiet after {limit} dispatches")

    def _waiting(self) -> list[tuple[SimulatedQueue, SimulatedTask]]:
        with self._lock:
            every = [(queue, task) for queue in self.queues.values() for task in queue.tasks.values()]
        return [(queue, task) for queue, task in every if task.forced or not queue.paused]

    def _answer(self, request: Request) -> Answer:
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        with self._lock:
            return answered(lambda: self._route(request, unquote(request.path), query))

    def _route(self, request: Request, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        full = query.get("responseView") in FULL
        for method, pattern, handle in (
            ("POST", rf"/v2/{_QUEUE}/tasks", lambda m: self._create(self._queue(m[1]), _json(request))),
            ("GET", rf"/v2/{_QUEUE}/tasks", lambda m: self._list(self._queue(m[1]), query, full)),
            ("GET", rf"/v2/{_TASK}", lambda m: self._task(m)[1].shown(full)),
            ("DELETE", rf"/v2/{_TASK}", self._delete),
            ("POST", rf"/v2/{_TASK}:run", self._run),
            ("GET", rf"/v2/{_QUEUE}", lambda m: self._queue(m[1]).shown()),
            ("POST", rf"/v2/{_QUEUE}:(pause|resume|purge)", lambda m: self._switch(self._queue(m[1]), m[2])),
        ):
            match = re.fullmatch(pattern, path)
            if match and request.method == method:
                return handle(match)
        raise Refusal(404, "NOT_FOUND", f"no such method: {request.method} {path}")

    def _queue(self, name: str) -> SimulatedQueue:
        if name not in self.queues:
            raise Refusal(404, "NOT_FOUND", "Requested entity was not found. Queue does not exist.")
        return self.queues[name]

    def _task(self, match: re.Match[str]) -> tuple[SimulatedQueue, SimulatedTask]:
        queue = self._queue(match[2])
        if match[1] not in queue.tasks:
            raise Refusal(404, "NOT_FOUND", "Requested entity was not found.")
        return queue, queue.tasks[match[1]]

    def _create(self, queue: SimulatedQueue, body: dict[str, Any]) -> dict[str, Any]:
        now = self._now()
        sent = body.get("task", {})
        name = sent.get("name") or f"{queue.name}/tasks/{len(queue.tasks) + len(queue.taken):019d}"
        _check_task(sent, name, queue.name, now)
        if name in queue.tasks or queue.taken.get(name, now) > now:
            raise Refusal(409, "ALREADY_EXISTS", "Requested entity already exists")
        start = max(_moment(sent["scheduleTime"]), now) if "scheduleTime" in sent else now
        task = SimulatedTask(name, sent["httpRequest"], now, start, _deadline(sent))
        queue.tasks[name] = task
        return task.shown(str(body.get("responseView")) in FULL)

    def _list(self, queue: SimulatedQueue, query: Mapping[str, str], full: bool) -> dict[str, Any]:
        start, size = int(query.get("pageToken") or 0), min(int(query.get("pageSize") or 1000), 1000)
        tasks = [task.shown(full) for task in queue.tasks.values()]
        more = {"nextPageToken": str(start + size)} if start + size < len(tasks) else {}
        return {"tasks": tasks[start : start + size], **more}

    def _delete(self, match: re.Match[str]) -> dict[str, Any]:
        queue, task = self._task(match)
        queue.finish(task, self._now())
        return {}

    def _run(self, match: re.Match[str]) -> dict[str, Any]:
        """Due now, whatever its schedule and even if the queue is paused."""
        _, task = self._task(match)
        task.due, task.forced = self._now(), True
        return task.shown(full=False)

    def _switch(self, queue: SimulatedQueue, action: str) -> dict[str, Any]:
        if action == "purge":
            for task in list(queue.tasks.values()):
                queue.finish(task, self._now())
        elif queue.paused != (action == "pause"):
            queue.paused = action == "pause"
            self.changes.append((action, queue.name.rpartition("/")[2]))
        return queue.shown()

    def _dispatch(self, queue: SimulatedQueue, task: SimulatedTask) -> None:
        headers = _headers(queue, task)
        task.dispatches += 1
        task.forced = False
        # If nobody comes back with an answer, the task is due again at its deadline.
        task.due = self._now() + timedelta(seconds=task.deadline)
        status, after = self._call(task.http["url"], task.body, headers, task.deadline)
        with self._lock:
            self._settle(queue, task, status, after)

    def _settle(self, queue: SimulatedQueue, task: SimulatedTask, status: int, after: float | None) -> None:
        task.responses += 1
        task.counted += status < 500
        if 200 <= status < 300 or task.dispatches == queue.retry.max_attempts:
            queue.finish(task, self._now())
            return
        task.due = self._now() + timedelta(seconds=max(queue.retry.pause(task.dispatches), after or 0.0))


def _check_task(sent: dict[str, Any], name: str, queue: str, now: datetime) -> None:
    if not re.fullmatch(_TASK, name) or not name.startswith(f"{queue}/tasks/"):
        raise _invalid(f'Task.name must be formatted: "{queue}/tasks/<task_id>"')
    http = sent.get("httpRequest")
    if not http or not re.match(r"https?://", http.get("url", "")) or len(http["url"]) > 2083:
        raise _invalid("HttpRequest.url must start with http:// or https:// and have at most 2083 characters")
    if len(json.dumps(sent)) - len(http.get("body", "")) + len(base64.b64decode(http.get("body", ""))) > MAX_BYTES:
        raise _invalid("Task size too large")
    if "scheduleTime" in sent and _moment(sent["scheduleTime"]) > now + timedelta(days=30):
        raise _invalid("The Task.scheduleTime is too far in the future (at most 30 days)")
    if not 15 <= _deadline(sent) <= 1800:
        raise _invalid("The Task.dispatchDeadline must be between [15s, 30m]")


def _invalid(message: str) -> Refusal:
    return Refusal(400, "INVALID_ARGUMENT", message)


def _headers(queue: SimulatedQueue, task: SimulatedTask) -> dict[str, str]:
    token = task.http.get("oidcToken")
    signed = {"Authorization": f"Bearer {token['serviceAccountEmail']}.{token.get('audience', '')}"} if token else {}
    return {
        **task.http.get("headers", {}),
        **signed,
        "User-Agent": "Google-Cloud-Tasks",
        "X-CloudTasks-QueueName": queue.name.rpartition("/")[2],
        "X-CloudTasks-TaskName": task.name.rpartition("/")[2],
        "X-CloudTasks-TaskRetryCount": str(task.dispatches),
        "X-CloudTasks-TaskExecutionCount": str(task.counted),
        "X-CloudTasks-TaskETA": f"{task.due.timestamp():.6f}",
    }


def _json(request: Request) -> dict[str, Any]:
    body = json.loads(request.body)
    return body if isinstance(body, dict) else {}


def _deadline(sent: Mapping[str, Any]) -> float:
    return float(sent.get("dispatchDeadline", "600s").removesuffix("s"))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
