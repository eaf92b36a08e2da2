"""One record under our claim, and small questions about what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from common.errors import Stop, TryLater
from common.flow import waiting as parking
from common.flow.bindings import Binding, as_data
from common.flow.claims import Claim
from common.flow.delivery import Turn
from common.flow.excluded import RULES, Excluded
from common.flow.waiting import Waiting
from common.model.records import Outcome, Record
from common.ports import Data


@dataclass
class Job:
    """One record under our claim, and what came of it so far."""

    record: Record
    claim: Claim
    binding: Binding | None
    waiting: Waiting | None
    began: datetime
    outcome: Outcome | None = None
    failure: Exception | None = None
    refused: bool = False

    @property
    def bound(self) -> Data | None:
        return None if self.binding is None else as_data(self.binding)


def occurrence(record: Record) -> str:
    """What tells one occurrence of a record from the next, e.g. `entry:100`; a person's word makes it another."""
    return f"entry:{record.body['entry']}" + (":taken_in" if record.body.get("taken_in") else "")


def unconfirmed(record: Record) -> Record:
    """A person's word is about what he saw, not about what may differ another time."""
    said = ("confirmed", "released")
    return replace(record, body={name: value for name, value in record.body.items() if name not in said})


def left_out(record: Record, exchange: str, outcome: Outcome) -> Excluded:
    by = next(rule for rule in RULES if rule == outcome.excluded)
    return Excluded(record.key, exchange, by, record.source, occurrence(record))


def exhausted(failure: Exception, done: bool) -> Stop:
    """The queue gives up: a passing trouble is tried again by the sweep, a bug waits for a person."""
    if isinstance(failure, TryLater):
        return Stop("not_written_back" if done else "queue_gave_up", failure.reason, "admin", parking.SWEEP)
    return Stop("dead_letter", type(failure).__name__, "admin", "person")


def has_had_its_turn(job: Job, turn: Turn) -> bool:
    """It waits because of this very task: an earlier attempt, or the window that carried it under the task's name.
    Once more would ask a side that has just refused, against the rule that only a person or a change does.

    Not so a parked one whose last attempt died: nobody was asked for it, and the claim of the dead may have sent away
    the very task that was to resume it.
    """
    if job.waiting is None or job.waiting.task.name != turn.task.name:
        return False
    return turn.attempt == 0 or not job.waiting.is_parked


def is_told(job: Job, outcome: Outcome) -> bool:
    """Whether people hear of it. Parked for a breaker it tells nothing new: what it lacked before it still lacks."""
    if outcome.stops:
        return outcome.stops[0].reason not in parking.PARKED
    return job.waiting is not None


def word(job: Job, outcome: Outcome) -> str:
    if outcome.excluded:
        return "excluded"
    if outcome.stops:
        return "parked" if outcome.stops[0].reason in parking.PARKED else "waiting"
    did = "unchanged" if outcome.is_nothing else outcome.did or "created"
    return did if job.waiting is None else f"{did}_after_waiting"
