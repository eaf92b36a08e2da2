"""Pausing jobs of Google Cloud Scheduler (facts gcp §5.5, §5.6), by the official client over REST.

Over REST because the simulator of the tests speaks it over a real socket: what is tested is what runs. The client is
imported when first used: most rounds of the watch pause nothing and must not pay its quarter of a second.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from common.errors import TryLater

if TYPE_CHECKING:
    from google.cloud.scheduler_v1 import CloudSchedulerClient, Job

_CALL: dict[str, Any] = {"timeout": 5.0, "retry": None}
"""Seconds of one try, and no other: who switches comes again every minute, and has sides to look after."""


class CloudJobs:
    """`Switches` for Cloud Scheduler jobs, `document_sync` being the job `document-sync`.

    Needs `cloudscheduler.jobs.get`, `.pause` and `.enable`. Terraform does not undo it as long as the job's `paused` is
    left out (facts gcp §3.2).
    """

    def __init__(self, project: str, location: str, client: CloudSchedulerClient | None = None) -> None:
        self._parent = f"projects/{project}/locations/{location}/jobs"
        self._client = client
        self._opening = threading.Lock()

    def is_paused(self, name: str, /) -> bool:
        """One request. A job that the system disabled, or whose update failed, stands still too."""
        return self._state(name) != "ENABLED"

    def pause(self, name: str, /) -> None:
        """Two requests: only an ENABLED job may be paused, any other is refused as FAILED_PRECONDITION."""
        if self._state(name) == "ENABLED":
            with _explained():
                self._connected().pause_job(name=self._full(name), **_CALL)

    def resume(self, name: str, /) -> None:
        """Two requests: only a PAUSED job may be resumed. One that stands still for another cause stays so."""
        if self._state(name) == "PAUSED":
            with _explained():
                self._connected().resume_job(name=self._full(name), **_CALL)

    def _state(self, name: str) -> str:
        with _explained():
            found: Job = self._connected().get_job(name=self._full(name), **_CALL)
        return str(found.state.name)

    def _full(self, name: str) -> str:
        return f"{self._parent}/{name.replace('_', '-')}"

    def _connected(self) -> CloudSchedulerClient:
        from google.cloud.scheduler_v1 import CloudSchedulerClient

        with self._opening:
            if self._client is None:
                self._client = CloudSchedulerClient(transport="rest")
            return self._client


@contextmanager
def _explained() -> Iterator[None]:
    """Raises `TryLater` for whatever keeps us from switching; another round tries again."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from requests.exceptions import RequestException

    try:
        yield
    except GoogleAPICallError as error:
        raise TryLater(f"cloud scheduler: {error.message}") from error
    except (GoogleAuthError, RequestException) as error:
        raise TryLater(f"cloud scheduler: {type(error).__name__}") from error
