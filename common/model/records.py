"""One thing an exchange carries, and what came of carrying it: the nouns that `flow` and the exchanges share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from common.errors import Stop
from common.model.ids import RecordKey


@dataclass(frozen=True, slots=True)
class Record:
    """What a task says of one record: ids and facts that never change; everything else is read again.

    key      claim, binding and waiting stand under it
    source   the object it comes from, e.g. `deal:12`
    order    its place when parked work resumes (the stage entry), UTC
    body     JSON of the task, enough to carry the record again
    """

    key: RecordKey
    source: str
    order: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides said different things: kept until a person settles it, told once (design §1).

    id        the same each time this very conflict is met, so that it is kept and told once
    kind      one word, e.g. `both_changed`
    subject   what it is about, e.g. the file's name
    where     where a person looks at it: a link or a place in words
    details   in words, for the notice
    data      ids and values of both sides, JSON
    """

    id: str
    kind: str
    subject: str
    where: str = ""
    details: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def as_stop(self) -> Stop:
        """In the form in which reasons are worded for people."""
        return Stop(f"conflict_{self.kind}", "", "admin", "person", self.subject, self.where, self.details)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one record; one of `bound`, `stops` and `excluded` says its state (design §3). None of them:
    nothing was left to do, and nothing is journalled.

    bound      the binding's data as stored: in agreement
    stops      it waits, for these reasons; `refused`: the side itself said no, finally
    excluded   the named rule that leaves it out
    person     the Bitrix24 user responsible for the source object, 0 unknown
    did        the journal's word for it, `created` if none is given; alone it is only journalled
    details    figures for the journal
    conflicts  those met on the way
    covers     keys of other records that this one answers for from now on: they are excluded no more
    """

    bound: dict[str, Any] | None = None
    stops: tuple[Stop, ...] = ()
    excluded: str = ""
    person: int = 0
    target: str = ""
    rule: str = ""
    did: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    refused: bool = False
    covers: tuple[RecordKey, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return self.bound is None and not (self.stops or self.excluded or self.conflicts or self.did)
