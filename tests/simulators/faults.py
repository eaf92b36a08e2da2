"""Scripted faults: what goes wrong, on which request, how many times. Each simulator asks before and after its work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulators.web import Answer, Dropped, Request

Match = Callable[[Request], bool]


@dataclass
class Fault:
    """`instead` answers without doing the work; `drop_after` loses the answer of work that was done."""

    match: Match
    times: int
    instead: Callable[[Request], Answer] | None = None
    drop_before: bool = False
    drop_after: bool = False
    cut_after: int | None = None
    delay: float = 0.0


@dataclass
class Faults:
    """The script of one simulator; faults are used up in order. `sleep` makes slow answers (a test gives its own)."""

    sleep: Callable[[float], None]
    script: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self.script.append(fault)

    def clear(self) -> None:
        with self._lock:
            self.script.clear()

    def around(self, request: Request, work: Callable[[Request], Answer]) -> Answer:
        """Do the work with the fault that matches this request, if any."""
        fault = self._take(request)
        if fault is None:
            return work(request)
        if fault.delay:
            self.sleep(fault.delay)
        if fault.drop_before:
            raise Dropped
        answer = fault.instead(request) if fault.instead else work(request)
        if fault.drop_after:
            raise Dropped
        if fault.cut_after is not None:
            return Answer(answer.status, answer.body, answer.headers, fault.cut_after)
        return answer

    def _take(self, request: Request) -> Fault | None:
        with self._lock:
            for fault in self.script:
                if fault.times > 0 and fault.match(request):
                    fault.times -= 1
                    return fault
        return None
