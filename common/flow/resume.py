"""What goes on by itself every minute: breakers are probed, parked work resumes, dead holders' work is put again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from common.errors import NeedsPerson, SideDown, TryLater
from common.flow.breakers import Breaker, Breakers, exchange_side
from common.flow.claims import Claims
from common.flow.retries import record_of
from common.flow.tasks import chunks, name_for
from common.flow.waiting import Waiting, WaitingRoom
from common.flow.work import Work
from common.logs import LOGGER, counted
from common.model import moments
from common.ports import Clock, Queue, Task

STAGGER = timedelta(seconds=1)
"""Parked work starts in the order of its stage entries; a queue keeps no order, so later chunks start later."""

Probe = Callable[[], object]


LINES_UP = timedelta(minutes=1)
"""How long after a side came back what waited in its paused queue still lines up; a queue keeps no order."""


class Teller(Protocol):
    def side_opened(self, down: SideDown) -> None: ...
    def sides_checked(self, breakers: Callable[[], Sequence[Breaker]]) -> None: ...
    def tell_untold(self) -> int: ...


@dataclass(frozen=True)
class Watch:
    """The exchange's own watch; `probes` finds the cheapest call of a side by its name."""

    breakers: Breakers
    waiting: WaitingRoom
    claims: Claims
    works: Mapping[str, Work]
    probes: Callable[[str], Probe]
    teller: Teller
    clock: Clock
    queue: Queue

    def run(self) -> dict[str, int]:
        """Everything once; what was done, in numbers for the log."""
        closed = [breaker for breaker in self.breakers.probe_due() if self._works_again(breaker)]
        # By what is, not by what was just done: whoever opened or closed one may have died before telling.
        self.teller.sides_checked(self.breakers.all)
        free = self._free(self.waiting.parked_work())
        resumed = self._resume(free)
        self._settle(free)
        for breaker in closed:
            counted("breaker_closed", side=breaker.side, resumed=resumed.get(breaker.side, 0))
        return {
            "closed": len(closed),
            "resumed": sum(resumed.values()),
            "taken_from_dead": self._from_dead_holders(),
            "told": self.teller.tell_untold(),
        }

    def _works_again(self, breaker: Breaker) -> bool:
        try:
            self.probes(breaker.side)()
        except SideDown as down:
            self.breakers.failed(down)
            return False
        except TryLater as reason:
            counted("probe_undecided", side=breaker.side, reason=reason.reason)
            return False
        except NeedsPerson as reason:
            # The side answered, even if it refused: it is not down. Each record will learn that for itself.
            counted("probe_refused", side=breaker.side, reason=type(reason).__name__)
        except Exception:  # noqa: BLE001 - a side's boundary: the others are probed, and work goes on
            # A setting of ours that is missing too: it says nothing of the side.
            LOGGER.exception("unforeseen", extra={"fields": {"side": breaker.side}})
            return False
        return self.breakers.closed(breaker.side) is not None

    def _free(self, parked: Sequence[Waiting]) -> list[Waiting]:
        """Those whose sides work. Of a paused exchange none, whatever they wait for: they would be parked again."""
        sides = {wait.record: [exchange_side(wait.exchange), *wait.awaits] for wait in parked}
        return [wait for wait in parked if self.breakers.first_open(sides[wait.record]) is None]

    def _resume(self, free: Sequence[Waiting]) -> dict[str, int]:
        """Put parked records, oldest first; how many per side."""
        numbers: dict[str, int] = {}
        for wait in free:
            numbers[wait.awaits[0]] = numbers.get(wait.awaits[0], 0) + 1
        for exchange, work in self.works.items():
            self._put(work, [wait for wait in free if wait.exchange == exchange])
        return numbers

    def _settle(self, free: Sequence[Waiting]) -> None:
        """New work lines up behind what was parked when a side came back, and no longer: later ones prolong nothing.

        Only work that keeps its order counts: documents may drain for hours. And not before what waited in a paused
        queue could line up too.
        """
        ordered = [wait for wait in free if self.works[wait.exchange].in_order]
        for breaker in self.breakers.came_back():
            back_at = moments.parse(breaker.back_at)
            behind = any(breaker.side in wait.awaits and wait.since < back_at for wait in ordered)
            if not behind and self.clock.now() - back_at >= LINES_UP:
                self.breakers.settled(breaker)

    def _put(self, work: Work, waits: Sequence[Waiting]) -> None:
        start = self.clock.now()
        for number, chunk in enumerate(chunks(waits)):
            # The versions make the name: parked again it is another occasion, looked at twice it is the same.
            occasion = name_for("resumed", *(f"{wait.record}@{wait.version}" for wait in chunk))
            work.put([record_of(wait) for wait in chunk], occasion, start + STAGGER * number)

    def _from_dead_holders(self) -> int:
        """A holder that died at its task's last attempt took the task with it; its claim still tells what it was."""
        abandoned = self.claims.abandoned()
        for one in abandoned:
            if one.task is not None:
                name = name_for("abandoned", one.key, one.version)
                self.queue.put(Task(one.task.function, one.task.body, name, one.task.queue))
            self.claims.forget(one)
        return len(abandoned)


def each_of(*steps: Callable[[], Mapping[str, int] | None]) -> dict[str, int]:
    """Every step, whatever became of those before it; then the first failure is raised, the others are in the log."""
    numbers: dict[str, int] = {}
    failures: list[Exception] = []
    for step in steps:
        try:
            numbers |= step() or {}
        except Exception as error:  # noqa: BLE001 - a step's boundary; raised below
            failures.append(error)
    for further in failures[1:]:
        LOGGER.error("unforeseen", exc_info=further)
    if failures:
        raise failures[0]
    return numbers
