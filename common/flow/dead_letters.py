"""Dead letters: work that failed at its last attempt, kept so that a person can put it again (design §3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from common import logs
from common.errors import Refused
from common.flow.journal import Entry, Journal
from common.flow.retry import until_applied
from common.flow.tasks import name_for
from common.model import moments
from common.ports import ABSENT, Clock, Data, Document, Store, Task, Traffic, Write

DEAD_LETTERS = "dead_letters"
_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One piece of work that failed for good.

    times      how often this very work died
    replays    how often a person put it again, `by` the last one; `asked_at` is `times` at that moment
    state      dead or replayed
    at         of the last death, `moments.text`
    """

    id: str
    function: str
    body: Data
    queue: Traffic
    error: str
    trace: str
    at: str
    times: int
    replays: int
    asked_at: int
    state: str
    by: str
    version: str


class DeadLetters:
    def __init__(self, store: Store, clock: Clock, journal: Journal) -> None:
        self._store = store
        self._clock = clock
        self._journal = journal

    def keep(self, function: str, body: Data, error: str, trace: str, queue: Traffic = "interactive") -> str:
        """Keep the payload; the letter's id. The error's text is masked, the body is not: it holds ids only.

        The id is made of function and body: killed after keeping and before answering, the queue delivers once more
        and the same letter is kept, not a second one.
        """
        id = name_for("dead", function, json.dumps(body, sort_keys=True, ensure_ascii=False))
        kept = {"function": function, "body": body, "queue": queue, "error": logs.mask(error), "trace": trace}
        until_applied(lambda: self._kept(id, kept))
        return id

    def listed(self, limit: int = 100, state: str = "dead") -> list[DeadLetter]:
        """Newest first."""
        found = self._store.query(DEAD_LETTERS, [("state", "==", state)], "at", descending=True, limit=limit)
        return [_read(one) for one in found]

    def get(self, id: str) -> DeadLetter | None:
        found = self._store.get(DEAD_LETTERS, id)
        return None if found is None else _read(found)

    def count(self) -> int:
        """How many wait for a person."""
        return self._store.count(DEAD_LETTERS, [("state", "==", "dead")])

    def replay(self, id: str, by: str) -> Task:
        """The task to put again, under a name never used; who asked is journalled in the same commit.

        The letter stays dead until `replayed`: killed before the task is in the queue, it can be replayed again.
        Raises `Refused` 404 when there is no such letter.
        """
        return until_applied(lambda: self._replay(id, by))

    def replayed(self, id: str) -> None:
        """The task is in the queue. If it dies again, `keep` brings the letter back."""
        until_applied(lambda: self._settled(id))

    def _kept(self, id: str, kept: Data) -> None:
        now = self._clock.now()
        before = self._store.get(DEAD_LETTERS, id)
        old: Data = {"times": 0, "replays": 0, "asked_at": 0, "by": ""} if before is None else before.data
        data = {**old, **kept, "at": moments.text(now), "state": "dead", "times": old["times"] + 1}
        self._store.write(Write(DEAD_LETTERS, id, data, before.version if before else ABSENT, now + _KEPT))

    def _replay(self, id: str, by: str) -> Task:
        letter = self._known(id)
        number = letter.data["replays"] + 1
        entry = Entry(id, "", "replayed", source=letter.data["function"], trace=letter.data["trace"], by=by)
        self._store.write(
            self._changed(letter, replays=number, asked_at=letter.data["times"], by=by), self._journal.entry(entry)
        )
        # `at` too: a letter that expired and came back would otherwise repeat its old names.
        name = name_for("replay", id, letter.data["at"], str(number))
        return Task(letter.data["function"], letter.data["body"], name, letter.data["queue"])

    def _settled(self, id: str) -> None:
        found = self._store.get(DEAD_LETTERS, id)
        # The put task may have died already: then the letter tells of that later death and stays.
        if found is not None and found.data["asked_at"] == found.data["times"]:
            self._store.write(self._changed(found, state="replayed"))

    def _known(self, id: str) -> Document:
        found = self._store.get(DEAD_LETTERS, id)
        if found is None:
            raise Refused(404, "no_such_dead_letter")
        return found

    def _changed(self, letter: Document, **fields: str | int) -> Write:
        expire_at = moments.parse(letter.data["at"]) + _KEPT
        return Write(DEAD_LETTERS, letter.key, {**letter.data, **fields}, letter.version, expire_at)


def _read(document: Document) -> DeadLetter:
    return DeadLetter(id=document.key, **document.data, version=document.version)
