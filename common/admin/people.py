"""What a person may say to work that stands still: try again, replay, take in what was before the rule began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from common.errors import Refused, Stop
from common.exchanges.acts.model import ActRule
from common.exchanges.acts.watch import DealWatch
from common.flow.dead_letters import DeadLetters
from common.flow.journal import Entry, Journal
from common.flow.tasks import chunks, name_for
from common.flow.waiting import Waiting, WaitingRoom
from common.flow.work import Work
from common.model import moments
from common.model.ids import RuleId
from common.model.records import Record
from common.ports import Clock, Queue, Task

DIFFERS = "read_back_differs"
"""The one reason that a person's word settles: 1C kept an act otherwise, and he has looked at it."""


@dataclass(frozen=True)
class People:
    """Acts of persons; each is journalled with who did it."""

    clock: Clock
    queue: Queue
    journal: Journal
    waiting: WaitingRoom
    letters: DeadLetters

    def retry(self, record: str, by: str) -> Task:
        """Try a waiting record now; one that waits for it gets the person's word that what 1C kept is well so.

        Raises Refused 404 when it does not wait.
        """
        wait = self.waiting.get(record)
        if wait is None:
            raise Refused(404, "not_waiting")
        self.journal.add(_entry(wait, "retried", by))
        task = wait.again(f"{by} {moments.text(self.clock.now())}")
        chosen = _confirmed(task, by) if any(stop.reason == DIFFERS for stop in wait.stops) else task
        self.queue.put(chosen)
        return chosen

    def replay(self, letter: str, by: str) -> Task:
        """Put a dead letter's work on the queue again. Raises Refused 404 when there is none."""
        task = self.letters.replay(letter, by)
        self.queue.put(task)
        self.letters.replayed(letter)
        return task


@dataclass(frozen=True)
class Backfill:
    """Stage entries from before a rule began, taken in by a person's word (rules, Common)."""

    watch: DealWatch
    work: Work
    rules: Mapping[RuleId, ActRule]
    journal: Journal

    def found(self, since: datetime) -> list[Record]:
        """Entries since that moment which their rules left out as `before_start`; reads the portal only."""
        return [record for page in self._pages(since) for record in page if self._is_before(record)]

    def take_in(self, records: list[Record], by: str) -> int:
        """Put them on the queue; how many tasks."""
        taken = [replace(record, body={**record.body, "taken_in": by}) for record in records]
        pieces = list(chunks(taken))
        for chunk in pieces:
            self.work.put(chunk, name_for("backfill", by, *(str(record.body["entry"]) for record in chunk)))
        self.journal.add(
            *(Entry(one.key, "acts", "taken_in", one.source, rule=str(one.body["rule"]), by=by) for one in taken)
        )
        return len(pieces)

    def _pages(self, since: datetime) -> Iterator[list[Record]]:
        sight = self.watch.since(since, 0)
        yield list(sight.records)
        while sight.more:
            sight = self.watch.since(since, sight.last)
            yield list(sight.records)

    def _is_before(self, record: Record) -> bool:
        rule = self.rules.get(RuleId(record.body["rule"]))
        unbound = self.work.bindings.get(record.key) is None
        return unbound and rule is not None and rule.since is not None and record.order < rule.since


def described(wait: Waiting) -> dict[str, Any]:
    """A waiting record for a person: what, why, where to mend it, when it is tried again."""
    return {
        "record": wait.record,
        "since": moments.text(wait.since),
        "next": moments.text(wait.next_try) if wait.next_try else "when it is mended",
        "why": [_why(stop) for stop in wait.stops],
    }


def _why(stop: Stop) -> str:
    said = (stop.field, stop.subject, stop.where, stop.details)
    return " ".join([f"{stop.reason}:", *(one for one in said if one)])


def _confirmed(task: Task, by: str) -> Task:
    return replace(task, body={**task.body, "records": [{**one, "confirmed": by} for one in task.body["records"]]})


def _entry(wait: Waiting, outcome: str, by: str) -> Entry:
    return Entry(wait.record, wait.exchange, outcome, source=wait.source, by=by)
