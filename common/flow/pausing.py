"""Queues and jobs that an open breaker makes useless stand still, and go on when it closes (design §3).

It only saves calls: whatever stands here, workers and sweeps leave a stopped side alone by themselves. Level-triggered,
once in each round of the watch: what should stand still is compared with one document of the store, in which stands
what we have come to. While nothing changes that is one read and no call. The intent is written before the call and the
outcome after it, so whoever dies between is followed by a round that does the call again, which changes nothing.

What we did not pause we do not resume: something that stands still already when we come is its administrator's. One
case cannot be told apart: paused by him in the minute between our intent and our death before the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from common.errors import StoreConflict, TryLater
from common.flow.breakers import Breakers
from common.flow.useless import Kind, Note, Parts, Step, Target, Why, steps, useless
from common.logs import LOGGER, counted, info
from common.model import moments
from common.ports import ABSENT, Clock, Data, Store, Write
from common.ports.switches import Switches

CONFIG = "config"
PAUSES = "pauses"

_PATIENCE = timedelta(seconds=10)
"""After so long no further call is begun: a service that does not answer must not hold up the watch."""
_OURS = timedelta(seconds=40)
"""How long a round has the notes for itself: more than its calls may take, less than until the next round."""


@dataclass(frozen=True)
class Kept:
    """The document: a note for each target we have come to, and until when another round is at work on them."""

    notes: Mapping[Target, Note]
    until: str = ""
    version: str = ABSENT


@dataclass(frozen=True)
class Pausing:
    """`switches`: made when something is to be switched, which is rare and brings Google's clients along."""

    exchanges: Sequence[Parts]
    breakers: Breakers
    store: Store
    clock: Clock
    switches: Callable[[Kind], Switches]

    def run(self) -> dict[str, int]:
        """One round; how many were paused, resumed, and could not be reached."""
        kept = self.kept()
        wanted = useless(self.exchanges, self._stopped())
        todo = steps(kept.notes, wanted)
        if not todo or kept.until > moments.text(self.clock.now()):
            return {}
        begun = Round(self, self.clock.now())
        intended = begun.intended(kept, todo, wanted)
        return begun.done(intended) if intended is not None else {}

    def kept(self) -> Kept:
        """What we remember; one read."""
        found = self.store.get(CONFIG, PAUSES)
        if found is None:
            return Kept({})
        notes = {_target(key): _note(data) for key, data in found.data["targets"].items()}
        return Kept(notes, found.data["until"], found.version)

    def _stopped(self) -> set[str]:
        """No read when the watch has just looked at all breakers."""
        sides = dict.fromkeys(side for one in self.exchanges for side in one.sides)
        return {side for side in sides if self.breakers.is_open(side)}


@dataclass(frozen=True)
class Round:
    """One round with something to do."""

    pausing: Pausing
    began: datetime

    def intended(self, kept: Kept, todo: Mapping[Target, Step], wanted: Mapping[Target, Why]) -> Kept | None:
        """The notes with what we are about to do, written; None when nothing could be asked, or others came first."""
        notes = dict(kept.notes)
        for target, step in todo.items():
            looks = step == "look"
            note = self._looked(target, wanted[target]) if looks else _intent(notes.pop(target), step)
            if note is not None:
                notes[target] = note
        if notes == kept.notes and not any(note.is_begun for note in notes.values()):
            return None
        # Also when the intent stands there already: of two rounds that saw the same, one goes on.
        return self._written(replace(kept, notes=notes, until=moments.text(self.began + _OURS)))

    def done(self, intended: Kept) -> dict[str, int]:
        """The calls, then the notes with what came of them."""
        notes = dict(intended.notes)
        numbers = {"switched_off": 0, "switched_on": 0, "not_switched": 0}
        for target, note in intended.notes.items():
            if not note.is_begun:
                continue
            if not self._switched(target, note):
                numbers["not_switched"] += 1
            elif note.state == "pausing":
                notes[target] = replace(note, state="paused")
                numbers["switched_off"] += 1
            else:
                del notes[target]
                numbers["switched_on"] += 1
        self._written(replace(intended, notes=notes, until=""))
        return numbers

    def _looked(self, target: Target, why: Why) -> Note | None:
        """What stands still already is somebody else's; one that cannot be asked is asked in the next round."""
        found: list[bool] = []
        if not self._tried(target, lambda switches: found.append(switches.is_paused(target.name))):
            return None
        return Note("theirs" if found[0] else "pausing", why, moments.text(self.began))

    def _switched(self, target: Target, note: Note) -> bool:
        if note.state == "pausing":
            done = self._tried(target, lambda switches: switches.pause(target.name))
        else:
            done = self._tried(target, lambda switches: switches.resume(target.name))
        if done:
            info("switched", target=str(target), how=note.state, why=" ".join(note.why))
        return done

    def _tried(self, target: Target, call: Callable[[Switches], object]) -> bool:
        if self.pausing.clock.now() - self.began > _PATIENCE:
            counted("not_switched", target=str(target), reason="out_of_time")
            return False
        try:
            call(self.pausing.switches(target.kind))
        except TryLater as reason:
            counted("not_switched", target=str(target), reason=reason.reason)
            return False
        except Exception:  # noqa: BLE001 - a target's boundary: the others are switched all the same
            LOGGER.exception("unforeseen", extra={"fields": {"target": str(target)}})
            return False
        return True

    def _written(self, after: Kept) -> Kept | None:
        targets = {str(target): asdict(note) for target, note in after.notes.items()}
        data: Data | None = {"targets": targets, "until": after.until} if targets or after.until else None
        try:
            [version] = self.pausing.store.write(Write(CONFIG, PAUSES, data, after.version))
        except StoreConflict:
            counted("pauses_overtaken")
            return None
        return replace(after, version=version or ABSENT)


def _intent(note: Note, step: Step) -> Note | None:
    if step == "forget":
        return None
    return replace(note, state="pausing" if step == "pause" else "resuming")


def _target(key: str) -> Target:
    kind, _, name = key.partition(":")
    return Target("queue" if kind == "queue" else "job", name)


def _note(data: Data) -> Note:
    return Note(data["state"], tuple(data["why"]), data["since"])
