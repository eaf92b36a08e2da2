"""Where documents and tasks are kept, by what settings say."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from common.model.ids import BaseName
from common.ports import Clock, ShownQueue, Store
from common.settings import Settings

if TYPE_CHECKING:
    import httpx

    from common.onec.dictionaries import Dictionaries
    from common.onec.odata.client import ODataClient
    from common.ports import Accounting


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def new_id() -> str:
    return uuid.uuid4().hex


class Keeping:
    """Where documents and tasks are kept, by what settings say."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        ids: Callable[[], str] = new_id,
        new_http: Callable[[], httpx.Client] | None = None,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.ids = ids
        self._new_http = new_http
        self._books: dict[tuple[BaseName, str], Accounting] = {}
        self._odata: dict[BaseName, ODataClient] = {}
        self._dictionaries: dict[BaseName, Dictionaries] = {}

    @cached_property
    def store(self) -> Store:
        place = self.settings.store
        if place.kind == "sqlite":
            from common.store.sqlite import SqliteStore

            return SqliteStore(place.path, self.clock.now)
        from common.store.firestore import FirestoreStore

        return FirestoreStore(place.project, place.name, self.clock.now)

    @cached_property
    def queue(self) -> ShownQueue:
        place = self.settings.queue
        if place.kind == "sqlite":
            from common.queue.sqlite import SqliteQueue

            return SqliteQueue(place.path, self.clock.now)
        from common.queue.cloud_tasks import CloudTasksQueue

        account = self.settings.tasks.service_account
        return CloudTasksQueue(place.project, place.name, self._service_url, account, self.clock.now)

    def _service_url(self, function: str) -> str:
        """Private services have addresses of their own; Terraform gives a pattern with `{}` for the function's name."""
        return self.settings.tasks.url_pattern.format(f"{function.replace('_', '-')}-process")
