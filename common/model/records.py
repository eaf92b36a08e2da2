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
class Outcome:
    """What came of one record; exactly one of `bound`, `stops` and `excluded` says its state (design §3).

    bound      the binding's data as stored: in agreement
    stops      it waits, for these reasons
    excluded   the named rule that leaves it out
    person     the Bitrix24 user responsible for the source object, 0 unknown
    details    figures for the journal
    """

    bound: dict[str, Any] | None = None
    stops: tuple[Stop, ...] = ()
    excluded: str = ""
    person: int = 0
    target: str = ""
    rule: str = ""
    details: dict[str, Any] = field(default_factory=dict)
