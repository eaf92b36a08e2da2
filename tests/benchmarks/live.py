"""The house at work in real time, as `./deploy.sh local` runs it: sockets, threads, the portal's own limits.

The company is the demo's. Its portal and its 1C answer as slowly as real ones do, and what they were asked is kept.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import log

from common.settings import Settings
from common.wiring import Services
from infra.local.demo import Demo, company_at
from infra.local.house import Front, House
from tests.simulators.bitrix24.fields import DEAL
from tests.simulators.web import Answer, Application, Request, Server
from tests.stand import collection_entity

READ, COMMIT, SPREAD = 0.1, 0.73, 0.25
"""Seconds of a read and of a commit in 1C, the median (facts onec-odata §1.18), and how far commits scatter."""

PORTAL = 0.3
"""Seconds of a request to Bitrix24 (facts bitrix24 §2.3)."""

BACK = "UF_CRM_ONEC_ACT_NUMBER"


@dataclass
class Paced:
    """Answers of an application after a pause; `calls` keeps who asked what, when, for how long."""

    inner: Application
    pause: Callable[[Request], float]
    calls: list[Call] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(self, request: Request) -> Answer:
        began = time.monotonic()
        time.sleep(self.pause(request))
        answer = self.inner.respond(request)
        with self._lock:
            self.calls.append(Call(request.method, request.path, answer.status, began, time.monotonic()))
        return answer


@dataclass(frozen=True, slots=True)
class Call:
    """One request as its server saw it; moments of `time.monotonic`."""

    method: str
    path: str
    status: int
    began: float
    ended: float


class ShiftedClock:
    """The clock of this machine, ahead of it by what was skipped."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def skip(self, seconds: float) -> None:
        """Make what is due within so many seconds due now."""
        self._ahead += timedelta(seconds=seconds)


@dataclass
class Live:
    """The company and the house, with everything that was asked of both sides."""

    demo: Demo
    house: House
    clock: ShiftedClock
    portal: Paced
    onec: Paced
    hurried: bool = True

    def in_earnest(self) -> None:
        """From now on both sides take their time, and so do windows of events; before, all is done at once."""
        self.hurried = False
        self.portal.pause, self.onec.pause = lambda _: PORTAL, _pauses()

    def drafts(self, bases: Sequence[str]) -> int:
        """Acts in 1C, whoever's they are."""
        return sum(len(self.demo.bases[base].documents(collection_entity(base))) for base in bases)

    def shown(self, deals: Sequence[tuple[int, str]]) -> int:
        """Deals that show the number of their act."""
        items = self.demo.portal.crm.items[DEAL]
        return sum(bool(items[deal].get(BACK)) for deal, _ in deals)

    def wait(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Look until it is so, at most so long."""
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    def settle(self, seconds: float = 15.0) -> bool:
        """Let the last events be delivered, then let all tasks come that were put for later; whether none is left.

        A few may be put off once more: those that met the claim of a turn that lasted longer than they start later.
        """
        time.sleep(0.5)
        for ahead in (60, 300):
            self.clock.skip(ahead)
            if self.wait(lambda: not sum(self.house.queue.depth().values()), seconds):
                return True
        return False

    def wait_for_acts(self, deals: Sequence[tuple[int, str]], seconds: float) -> bool:
        """Wait until all these deals show their act, at most so long."""
        until = time.monotonic() + seconds
        while self.shown(deals) < len(deals):
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
            self.clock.skip(0.2 if self.hurried else 0)
        return True


@contextmanager
def living(folder: str, prepare: Callable[[Demo], object]) -> Iterator[Live]:
    """The house and its company, warm of nothing; `prepare` runs before anybody listens to the portal."""
    mounted: dict[str, Application] = {}
    with Server(Front(mounted)) as server:
        demo = company_at(server.url)
        portal, onec = Paced(demo.portal, _no_pause), Paced(_publications(demo), _no_pause)
        names = demo.mounted()
        mounted.update({name: onec if name in demo.bases else portal for name in names})
        prepare(demo)
        clock, environ = ShiftedClock(), demo.environ(folder)
        house = House(Services(Settings.read(environ), clock))
        demo.portal.start_delivery()
        house.start()
        try:
            assert demo.portal.install_application(demo.application)
            house.services.rule_book.import_all(demo.rules(), "bench")
            house.scheduler.run_now("exchange_watch")
            yield Live(demo, house, clock, portal, onec)
        finally:
            house.stop()
            demo.portal.stop_delivery()
            _close(house.services)


def _close(services: Services) -> None:
    for name in {"http", "onec_http"} & set(vars(services)):
        getattr(services, name).close()


def _publications(demo: Demo) -> Application:
    mounted = demo.mounted()
    return mounted[next(iter(demo.bases))]


def _no_pause(request: Request) -> float:
    return 0.0


def _pauses() -> Callable[[Request], float]:
    """Commits take about their median, each another time; the same in every run."""
    chance = random.Random(73)
    return lambda request: READ if request.method == "GET" else chance.lognormvariate(log(COMMIT), SPREAD)
