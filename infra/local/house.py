"""The collection at work on this machine: public functions on one port, queue and scheduler beside them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from common.logs import error
from common.queue.dispatcher import Dispatcher
from common.queue.sqlite import SqliteQueue
from common.schedule.local import Job, LocalScheduler
from common.settings import local_environment, parsed
from common.store.sqlite import SqliteStore
from common.wiring import Services, use
from infra.local import collection
from tests.simulators.web import Answer, Application, Request

FOLDER = Path(".local")
KEPT_HERE = {"STORE_URL": f"sqlite:///{FOLDER}/store.sqlite", "QUEUE_URL": f"sqlite:///{FOLDER}/queue.sqlite"}
"""Where a local run keeps store and queue unless settings say otherwise; the commands look there too."""


DEMO_ENV = FOLDER / "demo.env"
"""What the demo's settings were, so that commands can look into its store while no real system is named."""

REAL = ("BITRIX_WEBHOOK_URL", "BITRIX_CLIENT_ID", "ONEC_BASES")


def environment() -> tuple[dict[str, str], bool]:
    """The settings of a run on this machine, and whether they name real systems. Raises SettingsError for `.env`."""
    environ = local_environment(os.environ, Path(".env"))
    return {**KEPT_HERE, **environ}, any(environ.get(name) for name in REAL)


def environment_or_demo() -> dict[str, str]:
    """For commands: the settings given, else those of the last demo, whose store they then show."""
    environ, is_real = environment()
    if is_real or "STORE_URL" in os.environ or not DEMO_ENV.exists():
        return environ
    return {**environ, **parsed(DEMO_ENV.read_text(encoding="utf-8"))}


class Front:
    """What answers on the port: `/<function>` for public entry points, other first segments for what is mounted."""

    def __init__(self, mounted: Mapping[str, Application]) -> None:
        self._mounted = mounted

    def respond(self, request: Request) -> Answer:
        """Private entry points have no address here, as they have none for strangers in the cloud."""
        first = request.path.strip("/").partition("/")[0]
        if first in self._mounted:
            return self._mounted[first].respond(request)
        function = collection.by_slug(first)
        entry = next(iter(function.manifest.public), None) if function else None
        if function is None or entry is None:
            return Answer(404, b"not found", {"Content-Type": "text/plain"})
        return _called(function.name, entry, request)


def _called(function: str, entry: str, request: Request) -> Answer:
    try:
        status, text, headers = collection.call(
            function, entry, request.body, request.headers, request.query, request.method, request.client
        )
    except Exception as bug:  # noqa: BLE001 - the platform's own answer to a crash
        error("crash", bug, function=function)
        return Answer(500, b"Internal Server Error", {"X-Google-Status": "crash"})
    return Answer(status, text.encode("utf-8"), headers)


class House:
    """Queue and scheduler of one process, over one `Services` that all functions share."""

    def __init__(self, services: Services) -> None:
        use(services)
        self.services = services
        queue = services.queue
        if not isinstance(queue, SqliteQueue):
            raise TypeError("the local run keeps its queue in SQLite: QUEUE_URL=sqlite:///…")
        self.queue = queue
        self._dispatcher = Dispatcher(queue, collection.process, services.clock.now, _timeout)
        self.scheduler = LocalScheduler(_jobs(services), services.clock.now, _run, services.job_switches.is_paused)

    def start(self) -> None:
        """Begin with what an earlier run left: its tasks are free again at once, expired documents go."""
        self.queue.end_leases()
        if isinstance(self.services.store, SqliteStore):
            self.services.store.purge()
        self._dispatcher.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Let calls under way finish; what is queued stays for the next start."""
        self.scheduler.stop(5)
        self._dispatcher.stop(10)
        use(None)


def _timeout(function: str) -> float:
    return collection.functions()[function].timeout("process")


def _jobs(services: Services) -> list[Job]:
    zone = services.settings.site.business_time_zone
    return [
        Job(name, name, function.manifest.schedule, zone, timeout=function.timeout("run"))
        for name, function in collection.functions().items()
        if function.manifest.kind == "job"
    ]


def _run(function: str, body: bytes, headers: Mapping[str, str], _seconds: float) -> tuple[int, float | None]:
    return collection.call(function, "run", body, headers)[0], None
