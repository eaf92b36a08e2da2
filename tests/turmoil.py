"""Seasons of random work: people change deals, events are lost, doubled, late and out of order, sides fail, and several
threads handle what comes. A season of the same name makes the same choices; only the threads' order differs.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.clock import START, ManualClock
from tests.crashes import MortalStand
from tests.ledger import BACK, FAILED, STAGE, WON, Ledger
from tests.simulators.bitrix24 import EventFault, troubles
from tests.simulators.faults import Fault
from tests.simulators.onec import Switches, platform_answers

SPEED = 20.0
"""How much faster than ours the seasons' time flows: a claim of five minutes outlives 15 seconds of a slow machine."""
THREADS = 4
DEALS = 40
KPP = "780201001"


class FlowingClock(ManualClock):
    """Time flows by itself while `flowing`, so that a thread which sleeps does not move it for the others."""

    def __init__(self, start: datetime = START) -> None:
        super().__init__(start)
        self._since: float | None = None

    def now(self) -> datetime:
        since = self._since
        passed = 0.0 if since is None else (time.monotonic() - since) * SPEED
        return super().now() + timedelta(seconds=passed)

    def sleep(self, seconds: float) -> None:
        if self._since is None:
            super().sleep(seconds)
        else:
            time.sleep(seconds / SPEED)

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """For as long as the block lasts."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            passed = (time.monotonic() - self._since) * SPEED
            self._since = None
            self.advance(passed)


class Season:
    """Forty deals and what becomes of them."""

    def __init__(self, folder: str, name: str) -> None:
        self.name = name
        self.chance = random.Random(name)
        self.keys = self.chance.choice(["honoured", "ignored"])
        self.stand = MortalStand(folder, switches=Switches(ref_key="ignored" if self.keys == "ignored" else "honoured"))
        self.ledger = Ledger(self.stand)
        for _ in range(DEALS):
            self.ledger.add(self._price())
        self.dispatched = 0
        self._counting = threading.Lock()

    @property
    def deliveries(self) -> int:
        """Events that arrived or were lost, and tasks dispatched."""
        return len(self.stand.portal.courier.log) + self.dispatched

    def live(self, deliveries: int) -> None:
        """Until there were so many deliveries; then people rest, and everything fails no more."""
        pool = ThreadPoolExecutor(THREADS)
        with pool:
            while self.deliveries < deliveries:
                self._burst(pool)
        self.stand.portal.faults.clear()
        self.stand.bases["main"].faults.clear()
        self.stand.portal.courier.faults.clear()
        self.stand.portal.courier.reorder = False
        self.stand.person.edit_requisite(self.stand.requisite, RQ_KPP=KPP)

    def repeat(self) -> None:
        """Every event that ever was, once more, and all jobs."""
        self.stand.portal.events.queue += list(self.stand.portal.events.history)
        self.stand.quiet()
        self.stand.minutes(30)

    def _burst(self, pool: ThreadPoolExecutor) -> None:
        """People, events, tasks and jobs at once; then some time passes."""
        stand = self.stand
        self._trouble()
        changes = [self._change() for _ in range(self.chance.randint(0, 8))]
        jobs = ["exchange_watch"] + (["deal_sweep"] if self.chance.random() < 0.2 else [])
        clock = stand.clock
        assert isinstance(clock, FlowingClock)
        with clock.flowing():
            works: list[Callable[[], object]] = [lambda: [change() for change in changes]]
            works += [lambda: stand.portal.deliver(stand.deliver)] * 2
            works += [self._dispatch] * 12
            works += [lambda job=job: stand.job(job) for job in jobs]  # type: ignore[misc]
            self.chance.shuffle(works)
            for done in [pool.submit(work) for work in works]:
                done.result()
        clock.advance(self.chance.choice([0.5, 3, 3, 6, 10, 30, 70]))

    def _dispatch(self) -> None:
        for leased in self.stand.queue.take(2):
            self.stand.dispatcher.dispatch(leased)
            with self._counting:
                self.dispatched += 1

    # -- what people do ----------------------------------------------------------------------------------------------

    def _change(self) -> Callable[[], object]:
        ledger, deal, price = self.ledger, self.chance.choice(self.ledger.deals), self._price()
        kind = self.chance.choices(
            ["reach", "back", "won", "failed", "rows", "title", "kpp", "delete"], [24, 16, 6, 6, 12, 25, 8, 2]
        )[0]
        return {
            "reach": lambda: ledger.move(deal, STAGE),
            "back": lambda: ledger.move(deal, BACK),
            "won": lambda: ledger.move(deal, WON),
            "failed": lambda: ledger.move(deal, FAILED),
            "rows": lambda: ledger.price(deal, price),
            "title": lambda: ledger.rename(deal, f"Поддержка {price}"),
            "kpp": lambda: self.stand.person.edit_requisite(self.stand.requisite, RQ_KPP=KPP if price > 5000 else ""),
            "delete": lambda: ledger.delete(deal),
        }[kind]

    def _price(self) -> int:
        return self.chance.randint(1, 100) * 122

    # -- what goes wrong ---------------------------------------------------------------------------------------------

    def _trouble(self) -> None:
        """Faults of events always; faults of the sides now and then, and their end."""
        chance, portal, base = self.chance, self.stand.portal, self.stand.bases["main"]
        portal.courier.reorder = chance.random() < 0.5
        portal.courier.faults = [self._event_fault() for _ in range(60)]
        if chance.random() < 0.15:
            portal.faults.clear()
            base.faults.clear()
        if chance.random() < 0.15:
            portal.faults.add(self._portal_fault())
        if chance.random() < 0.15:
            base.faults.add(self._base_fault())

    def _event_fault(self) -> EventFault:
        kind = self.chance.choice(["drop", "drop", "copies", "delay", "none"])
        if kind == "drop":
            return EventFault(drop=True)
        if kind == "copies":
            return EventFault(copies=self.chance.randint(2, 4))
        return EventFault(delay=self.chance.uniform(1, 400)) if kind == "delay" else EventFault()

    def _portal_fault(self) -> Fault:
        """An answer lost, a call not answered, a short outage, too many requests."""
        return self.chance.choice(
            [
                troubles.drop_after(times=self.chance.randint(1, 3)),
                troubles.drop_before(times=self.chance.randint(1, 3)),
                troubles.drop_after("crm.item.update", self.chance.randint(1, 2)),
                troubles.html(503, times=self.chance.randint(1, 40)),
                troubles.query_limit(times=2),
                troubles.truncated(times=1),
            ]
        )

    def _base_fault(self) -> Fault:
        posts: Any = platform_answers.method("POST")
        return self.chance.choice(
            [
                platform_answers.drop_after(self.chance.randint(1, 2), posts),
                platform_answers.drop_before(self.chance.randint(1, 2), posts),
                platform_answers.drop_after(self.chance.randint(1, 3)),
                platform_answers.truncated(20, 1, posts),
                platform_answers.instead(platform_answers.page(502), self.chance.randint(1, 30)),
                platform_answers.instead(platform_answers.locked, self.chance.randint(1, 30)),
                platform_answers.instead(platform_answers.pool_exhausted, self.chance.randint(1, 5)),
            ]
        )
