"""Claims: the right to work on one record now, as a lease in the store (design §3 step 3).

Why no wake-up is lost. Every hint that finds the record taken changes the holder's document (`hints` + 1), and the
holder lets go only by compare-and-set on the version it last looked at:

    holder A (task T1)              somebody else (task T2)           claim document
    take                                                             A, hints 0, v1
    reads the facts
                                    take: Busy, hints + 1, answers 200   A, hints 1, v2
    release(v1) is refused, reads v2, returns True
    puts task T3, then release(v2)                                   gone

- T2 comes after the holder looked (v2) and before it lets go: v3, so release(v2) is refused too and A puts one more.
  That is why a Busy always writes, even when `hints` is above 0 already.
- T2 is killed before its write: T2 was not answered, the queue delivers it again.
- A is killed anywhere before the last step: T1 was not answered, the queue delivers it again. While A's lease runs T1
  meets its own earlier attempt (`same_task`) and must ask the queue for later, not answer 200; afterwards it takes the
  claim over and reads afresh, which is all that T2 asked for.
- A is killed between putting T3 and letting go: as before, and T3 is one task too many, which changes nothing.
- A is killed and T1 was at its last attempt, or does not lead to this record a second time (a window of events whose
  watermark has moved): `abandoned` finds the claim, with a task for this record.

Why two never work at once: an expired claim is taken over by compare-and-set, and the writes given to `release` are
committed together with the deletion of exactly our claim: who was overtaken writes nothing (`Stale`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.errors import Stale, StoreConflict
from common.flow import tasks
from common.flow.retry import until_applied
from common.model import moments
from common.ports import ABSENT, Clock, Data, Document, Store, Task, Write

CLAIMS = "claims"
_KEPT = timedelta(days=7)
_TOGETHER = 3
"""Attempts to take a whole group at once; after that each key for itself, so that one busy record does not hold all."""


@dataclass(slots=True)
class Claim:
    """The holder's side of a claim. `version` and `hints` follow what the holder has seen, so it is not frozen.

    hints   how many others asked for the record meanwhile, as far as seen; `again_name` changes with it
    """

    key: str
    owner: str
    until: datetime
    task: Task | None
    version: str = ""
    hints: int = 0

    def again_name(self) -> str:
        """A name for the "one more" task: the same if put twice after a kill, another for later hints."""
        return tasks.name_for("again", self.key, self.owner, str(self.hints))


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody else works on the record, and now knows that there is more to do.

    same_task   the holder is an earlier attempt of this very task, perhaps dead: ask the queue to come back after
                `until` instead of answering 200, else nobody is left to do the work
    """

    key: str
    until: datetime
    same_task: bool = False


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A claim whose lease ended and that nobody took over. `task` carries this record on."""

    key: str
    task: Task | None
    hints: int
    version: str


class Claims:
    def __init__(self, store: Store, clock: Clock, ids: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def take(self, key: str, seconds: float, task: Task | None = None) -> Claim | Busy:
        """Claim the record for so many seconds; `task` is the one in hand. Two round trips.

        Raises `TryLater` when too many want the record at this very moment.
        """
        return until_applied(lambda: self._attempt({key: task}, seconds))[key]

    def take_many(self, wanted: Mapping[str, Task | None], seconds: float) -> dict[str, Claim | Busy]:
        """Claim several records, each for itself: two round trips unless others are after the same ones.

        Each comes with the task that would carry it alone, under the name of the one in hand: if we die, that is what
        `abandoned` gives, whatever else the task in hand was about.
        """
        for _ in range(_TOGETHER):
            try:
                return self._attempt(wanted, seconds)
            except StoreConflict:
                continue
        return {key: self.take(key, seconds, task) for key, task in wanted.items()}

    def again(self, claim: Claim) -> bool:
        """Whether others asked for the record since we last looked. True obliges the caller to put one more task,
        because `release` will then go through. One round trip. Raises `Stale` when we were overtaken.
        """
        found = self._store.get(CLAIMS, claim.key)
        if found is None or found.data["owner"] != claim.owner:
            raise Stale(claim.key)
        hinted = found.version != claim.version
        claim.version, claim.hints = found.version, found.data["hints"]
        return hinted

    def release(self, claim: Claim, *writes: Write) -> bool:
        """Commit the caller's writes and let go, all at once. One round trip.

        True: others asked meanwhile; nothing is committed and the claim is still ours. Put one more task and call
        again with the same writes: `while claims.release(claim, *writes): queue.put(one more)`. Let that task start
        a few seconds later, so that it does not itself find the record taken.
        Raises `Stale` when our lease ended and another took over (nothing is committed), and the store's own conflict
        when it is one of the caller's writes that did not apply.
        """
        try:
            self._store.write(*writes, Write(CLAIMS, claim.key, None, claim.version))
        except StoreConflict:
            # The store does not say which of the writes it was, and all of them may stand under one key: look.
            if not self.again(claim):
                raise
            return True
        return False

    def renew(self, claim: Claim, seconds: float) -> None:
        """Hold for so many seconds from now. Raises `Stale` when we were overtaken.

        Hints given meanwhile are kept in the document, but not marked as seen: `release` must still report them.
        """
        until = self._clock.now() + timedelta(seconds=seconds)
        if not until_applied(lambda: self._renewed(claim, until)):
            raise Stale(claim.key)
        claim.until = until

    def abandoned(self, limit: int = 100, for_seconds: float = 60.0) -> list[Abandoned]:
        """Claims whose lease ended that long ago: their holders died, and their tasks may have died with them.

        For `exchange_watch`: put each one's task under a new name, then `forget` it.
        """
        before = moments.text(self._clock.now() - timedelta(seconds=for_seconds))
        found = self._store.query(CLAIMS, [("until", "<", before)], order_by="until", limit=limit)
        return [Abandoned(one.key, _task(one.data), one.data["hints"], one.version) for one in found]

    def forget(self, abandoned: Abandoned) -> bool:
        """Remove an abandoned claim; False when somebody took it over meanwhile, which is as good."""
        try:
            self._store.write(Write(CLAIMS, abandoned.key, None, abandoned.version))
        except StoreConflict:
            return False
        return True

    def _attempt(self, wanted: Mapping[str, Task | None], seconds: float) -> dict[str, Claim | Busy]:
        now = self._clock.now()
        found = self._store.get_many(CLAIMS, list(wanted))
        outcomes: dict[str, Claim | Busy] = {}
        writes: list[Write] = []
        for key, task in wanted.items():
            held = found.get(key)
            if held is not None and moments.parse(held.data["until"]) > now:
                outcomes[key], more = _busy(held, task)
            else:
                claim = Claim(key, self._ids(), now + timedelta(seconds=seconds), task)
                outcomes[key], more = claim, [_taken(claim, held)]
            writes += more
        self._apply(outcomes, writes)
        return outcomes

    def _apply(self, outcomes: dict[str, Claim | Busy], writes: Sequence[Write]) -> None:
        versions = self._store.write(*writes) if writes else []
        for write, version in zip(writes, versions, strict=True):
            outcome = outcomes[write.key]
            if isinstance(outcome, Claim):
                outcome.version = version

    def _renewed(self, claim: Claim, until: datetime) -> bool:
        found = self._store.get(CLAIMS, claim.key)
        if found is None or found.data["owner"] != claim.owner:
            return False
        data = {**found.data, "until": moments.text(until)}
        version = self._store.write(Write(CLAIMS, claim.key, data, found.version, until + _KEPT))[0]
        if found.version == claim.version:
            claim.version = version
        return True


def _busy(held: Document, task: Task | None) -> tuple[Busy, list[Write]]:
    """Tell the holder, unless it is ourselves at an earlier attempt: our task stays in the queue anyway."""
    until = moments.parse(held.data["until"])
    holder = _task(held.data)
    if task is not None and holder is not None and holder.name == task.name:
        return Busy(held.key, until, same_task=True), []
    data = {**held.data, "hints": held.data["hints"] + 1}
    return Busy(held.key, until), [Write(CLAIMS, held.key, data, held.version, until + _KEPT)]


def _taken(claim: Claim, before: Document | None) -> Write:
    """A new claim, or one taken over. Hints to the dead holder are answered by our own reading, which comes later."""
    data: Data = {
        "owner": claim.owner,
        "until": moments.text(claim.until),
        "hints": 0,
        "task": None if claim.task is None else tasks.as_data(claim.task),
    }
    return Write(CLAIMS, claim.key, data, before.version if before else ABSENT, claim.until + _KEPT)


def _task(data: Data) -> Task | None:
    return None if data["task"] is None else tasks.from_data(data["task"])
