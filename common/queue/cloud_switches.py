"""Pausing Cloud Tasks queues (facts gcp §5.6), by the official client over REST as `cloud_tasks` explains."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from common.errors import TryLater
from common.queue.google import explained

if TYPE_CHECKING:
    from google.cloud.tasks_v2 import CloudTasksClient

_CALL: dict[str, Any] = {"timeout": 5.0, "retry": None}
"""Seconds of one try, and no other: who switches comes again every minute, and has sides to look after."""


class CloudQueueSwitches:
    """`Switches` for Cloud Tasks queues; needs `cloudtasks.queues.get`, `.pause` and `.resume` on them.

    Terraform does not undo it: `desired_state` of the queue is never read back (facts gcp §3.2).
    """

    def __init__(self, project: str, location: str, client: CloudTasksClient | None = None) -> None:
        self._parent = f"projects/{project}/locations/{location}/queues"
        self._client = client
        self._opening = threading.Lock()

    def is_paused(self, name: str, /) -> bool:
        """One request. A queue that the platform disabled stands still too."""
        from google.cloud.tasks_v2 import Queue

        with _explained():
            state = self._connected().get_queue(name=self._full(name), **_CALL).state
        return bool(state != Queue.State.RUNNING)

    def pause(self, name: str, /) -> None:
        """One request; Cloud Tasks takes it for a paused queue as well."""
        with _explained():
            self._connected().pause_queue(name=self._full(name), **_CALL)

    def resume(self, name: str, /) -> None:
        """One request; Cloud Tasks takes it for a running queue as well."""
        with _explained():
            self._connected().resume_queue(name=self._full(name), **_CALL)

    def _full(self, name: str) -> str:
        return f"{self._parent}/{name}"

    def _connected(self) -> CloudTasksClient:
        from google.cloud.tasks_v2 import CloudTasksClient

        with self._opening:
            if self._client is None:
                self._client = CloudTasksClient(transport="rest")
            return self._client


@contextmanager
def _explained() -> Iterator[None]:
    """As `explained`; a switch is also refused for the state a queue is in, e.g. disabled by the platform."""
    from google.api_core.exceptions import BadRequest

    try:
        with explained():
            yield
    except BadRequest as error:
        raise TryLater(f"cloud tasks: {error.message}") from error
