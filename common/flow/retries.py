"""Waiting records put again, and a look at a side that leaves it alone while it is down: what all sweeps share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from common.errors import NeedsPerson, SideDown, TryLater
from common.flow.tasks import CHUNK, chunks, name_for
from common.flow.waiting import Waiting, WaitingRoom
from common.flow.watermarks import Watermarks
from common.flow.work import Work
from common.logs import counted
from common.model.ids import RecordKey
from common.model.records import Record

Found = TypeVar("Found")


def record_of(wait: Waiting) -> Record:
    """The record a waiting is about."""
    body = wait.task.body["records"][0]
    return Record(RecordKey(wait.record), wait.source, wait.order, body)


def put_again(
    work: Work, waits: Sequence[Waiting], because: str, not_before: datetime | None = None, size: int = CHUNK
) -> None:
    """Tasks for waiting records, in their order and read in batches; one occasion puts each once."""
    for chunk in chunks(waits, size):
        # The versions make the name: still waiting after this try, it is another occasion.
        occasion = name_for(because, *(f"{wait.record}@{wait.version}" for wait in chunk))
        work.put([record_of(wait) for wait in chunk], occasion, not_before)


def retry_due(work: Work, waiting: WaitingRoom, size: int = CHUNK) -> int:
    """The exchange's waiting records whose time has come, put again; how many. None while a person has paused it."""
    if work.breakers.is_open(work.side):
        return 0
    due = waiting.due(work.name)
    put_again(work, due, "due", size=size)
    waiting.postpone(due)
    return len(due)


def guarded(work: Work, marks: Watermarks, name: str, sides: Sequence[str], look: Callable[[], Found]) -> Found | None:
    """Leave a side that is down alone, and all while a person has paused the exchange: afterwards the next look reads
    from its watermark, so nothing is lost.

    None when nothing was looked at. Raises TryLater for a passing trouble.
    """
    breakers = work.breakers
    if breakers.first_open([work.side, *sides]) is not None:
        counted("not_looked", sweep=name)
        return None
    try:
        return look()
    except SideDown as down:
        if breakers.failed(down):
            work.teller.side_opened(down)
        if not breakers.is_open(down.side):
            raise TryLater(f"{down.side} {down.cause}") from down
    except NeedsPerson as needs:
        # A right or scope of ours is missing: no record could say so, because none can be found.
        marks.put(f"trouble:{name}", "told")
        work.teller.tell(f"sweep:{name}", needs.stops)
    return None


def looked_well(work: Work, marks: Watermarks, name: str) -> None:
    """A look went through to its end: a trouble told of before is over, and the exchange is not behind."""
    if marks.get(f"trouble:{name}").value:
        work.teller.tell(f"sweep:{name}", ())
        marks.put(f"trouble:{name}", "")
    marks.finished(work.name)
