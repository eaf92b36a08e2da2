"""The queue as Google Cloud Tasks (facts 5).

Why the official client, over REST. `google.cloud.tasks_v2` costs 0.25–0.3 s of import where `httpx` costs 0.07 s, and
creating a task is one REST call. The client is still worth it: credentials, their renewal and universe domains are
Google's business, and an entry point that puts tasks needs a client for it. It is imported at the first `put`, so
functions that put nothing never pay. REST rather than gRPC (the import is the same) because the simulator of the tests
speaks REST over a real socket: what is tested is what runs. It also leaves no channel threads to a forking server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol, cast, get_args

from common.ports import QueueState, Task, Traffic
from common.queue.google import Passing, explained
from common.queue.wire import body_of

if TYPE_CHECKING:
    from google.cloud.tasks_v2 import CloudTasksClient, CreateTaskRequest

_PAUSES = (0.2, 0.8)
"""Seconds before the second and third try: a sender that waits for our answer gives up after several seconds."""

_CALL_SECONDS = 5.0
_MARGIN_SECONDS = 15.0
_DEADLINES = (15.0, 1800.0)
"""What Cloud Tasks takes as a dispatch deadline, in seconds."""

_STATES: Final[dict[str, QueueState]] = {"RUNNING": "running", "PAUSED": "paused", "DISABLED": "disabled"}


class CloudTasksQueue:
    """`Queue` on two Cloud Tasks queues named `interactive` and `bulk`.

    service_url       function → the URL its `process` entry answers at, also the audience of the token
    service_account   e-mail of the account that calls it; we need `iam.serviceAccounts.actAs` on it
    timeout           function → its own timeout in seconds; the queue waits a little longer, else it would start a
                      second run beside the first
    """

    def __init__(
        self,
        project: str,
        location: str,
        service_url: Callable[[str], str],
        service_account: str,
        now: Callable[[], datetime],
        client: CloudTasksClient | None = None,
        timeout: Callable[[str], float] = lambda _: 540.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._parent = f"projects/{project}/locations/{location}/queues"
        self._service_url = service_url
        self._service_account = service_account
        self._now = now
        self._client = client
        self._timeout = timeout
        self._sleep = sleep
        self._opening = threading.Lock()

    def put(self, task: Task) -> bool:
        """Create the task. False: its name is, or recently was, taken.

        A try whose answer was lost is repeated under the same name, so it leaves one task; False is then possible for
        our own first try. Raises `TryLater` when the queue cannot be reached or refuses us (rights, no such queue),
        ValueError for a task that no queue takes.
        """
        request = self._request(task)
        for pause in _PAUSES:
            try:
                return self._create(request)
            except Passing:
                self._sleep(pause)
        return self._create(request)

    def states(self) -> dict[Traffic, QueueState]:
        """One call for each queue; needs the right `cloudtasks.queues.get` besides that to put."""
        return {queue: self._state(queue) for queue in get_args(Traffic)}

    def _state(self, queue: Traffic) -> QueueState:
        from google.api_core.exceptions import NotFound

        name = f"{self._parent}/{queue}"
        with explained():
            try:
                found = self._connected().get_queue(name=name, timeout=_CALL_SECONDS, retry=None)
            except NotFound:
                return "missing"
        return _STATES.get(found.state.name, "disabled")

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            cast(_Transport, self._client.transport).close()

    def _create(self, request: CreateTaskRequest) -> bool:
        from google.api_core.exceptions import Conflict

        try:
            with explained():
                self._connected().create_task(request, timeout=_CALL_SECONDS, retry=None)
        except Conflict:
            # Over REST a duplicate is Conflict, over gRPC its subclass AlreadyExists (facts 5.7).
            return False
        return True

    def _connected(self) -> CloudTasksClient:
        from google.cloud.tasks_v2 import CloudTasksClient

        with self._opening:
            if self._client is None:
                self._client = CloudTasksClient(transport="rest")
            return self._client

    def _request(self, task: Task) -> CreateTaskRequest:
        from google.cloud import tasks_v2

        url = self._service_url(task.function)
        least, most = _DEADLINES
        deadline = min(max(self._timeout(task.function) + _MARGIN_SECONDS, least), most)
        parent = f"{self._parent}/{task.queue}"
        cloud_task = tasks_v2.Task(
            name=f"{parent}/tasks/{task.name}",
            http_request=tasks_v2.HttpRequest(
                url=url,
                http_method=tasks_v2.HttpMethod.POST,
                headers={"Content-Type": "application/json"},
                body=body_of(task, self._now()),
                oidc_token=tasks_v2.OidcToken(service_account_email=self._service_account, audience=url),
            ),
            schedule_time=task.not_before,
            dispatch_deadline=timedelta(seconds=deadline),
        )
        return tasks_v2.CreateTaskRequest(parent=parent, task=cloud_task)


class _Transport(Protocol):
    """The client library leaves this method untyped."""

    def close(self) -> None: ...
