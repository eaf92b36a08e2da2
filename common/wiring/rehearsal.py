"""The next run of `document_sync`, rehearsed: the same code over a store and sides that are only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from common.errors import ExchangeError, Stop, TryLater
from common.flow.delivery import Turn
from common.ports import Task
from common.ports.archive import Archive
from common.wiring.documents import PROCESSOR
from common.wiring.services import Services

Line = Mapping[str, Any]
Done = TypeVar("Done")
_MOST = 1_000_000
"""Tasks of one plan."""
_TRIES = 9
_LONGEST = 60.0
"""Seconds a plan waits for a side; what has to wait longer is a line of it."""


@dataclass
class _Queue:
    """Tasks in the order they were put; a name is taken once, as by the real queue."""

    tasks: list[Task] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def put(self, task: Task) -> bool:
        if task.name in self.names:
            return False
        self.names.add(task.name)
        self.tasks.append(task)
        return True


class _Silent:
    """Nobody is told of what is only planned; alarms are lines of the plan."""

    def __init__(self, say: Any) -> None:
        self._say = say

    def tell(self, about: str, stops: tuple[Stop, ...]) -> None:
        for stop in stops:
            self._say("alarm", {"about": about, "reason": stop.reason, "details": stop.details})

    def wish(self, record: str, *_: object, **__: object) -> Any:
        from common.ports import Write

        return Write("planned_wishes", record, {})

    def settle(self, record: str) -> None:
        """Nothing to send."""

    def side_opened(self, down: ExchangeError) -> None:
        self._say("side_down", {"why": str(down)})


def rehearse(services: Services) -> Iterator[Line]:
    """What the following run and its tasks would do, a line for each write; nothing is written on either side.

    Content that would have to be compared or copied is read, as the run would read it.
    """
    said: list[Line] = []

    def say(what: str, figures: Mapping[str, Any]) -> None:
        said.append({"would": what, **figures})

    planned, queue = _planned(services, say)
    numbers = _patiently(planned, lambda: planned.sync_documents(now=True))
    for task in _in_turn(queue):
        _carried(planned, task, say)
        yield from said
        said.clear()
    yield from said
    yield {"would": "end", **numbers}


def _planned(services: Services, say: Any) -> tuple[Services, _Queue]:
    from common.exchanges.documents.rehearsing import PlannedArchive, PlannedDisk
    from common.store.overlay import OverlayStore

    planned = Services(services.settings, services.clock, services.ids)
    queue = _Queue()
    planned.__dict__.update(
        store=OverlayStore(services.store, services.clock.now),
        queue=queue,
        disk=PlannedDisk(services.disk, say, services.clock),
        archive=cast(Archive, PlannedArchive(services.archive, say, services.clock)),
        telling=_Silent(say),
        portal=services.portal,
        bitrix=services.bitrix,
    )
    return planned, queue


def _in_turn(queue: _Queue) -> Iterator[Task]:
    for number in range(_MOST):
        if number >= len(queue.tasks):
            return
        if queue.tasks[number].function == PROCESSOR:
            yield queue.tasks[number]


def _carried(planned: Services, task: Task, say: Any) -> None:
    """What the queue tries again is tried again here: a plan that left it out would be none."""
    try:
        _patiently(planned, lambda: planned.carry_documents(Turn(task, 0, False)))
    except ExchangeError as reason:
        say("try_again", {"why": str(reason)})
    except Exception as bug:  # noqa: BLE001 - a plan's boundary: the other tasks are planned all the same
        say("fault", {"why": f"{type(bug).__name__}: {bug}"})


def _patiently(planned: Services, work: Callable[[], Done]) -> Done:
    """Again after each pause that a side asks for, usually the portal's limit on requests."""
    for _ in range(_TRIES):
        try:
            return work()
        except TryLater as reason:
            if (reason.after or 0.0) > _LONGEST:
                raise
            planned.clock.sleep(reason.after or 1.0)
    return work()
