"""The journal: one entry per occurrence, both ids in it, so that "what happened to deal 1001?" is one look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from common import logs
from common.model import moments
from common.ports import ABSENT, Clock, Condition, Data, Document, Store, Write

JOURNAL = "journal"
_KEPT = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened once.

    record, source, target   the record's key and the ids on both sides, e.g. `deal:1001`
    outcome                  one word, e.g. `created`, `unchanged`, `waiting`, `excluded`, `replayed`
    ms                       how long it took, milliseconds
    trace                    of the request that did it, to find its logs
    by                       the person, for what a person did; empty otherwise
    at                       `moments.text`; set by writing
    """

    record: str
    exchange: str
    outcome: str
    source: str = ""
    target: str = ""
    rule: str = ""
    ms: int = 0
    trace: str = ""
    by: str = ""
    details: Data = field(default_factory=dict)
    at: str = ""
    id: str = ""


_FIELDS = ("record", "exchange", "outcome", "source", "target", "rule", "ms", "trace", "by", "details", "at")


class Journal:
    def __init__(self, store: Store, clock: Clock, ids: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def entry(self, entry: Entry) -> Write:
        """For the worker's one commit: an entry exists exactly when what it tells was committed.

        Secrets and people in `details` are masked here, once, so that no page or export has to.
        """
        now = self._clock.now()
        data = {name: getattr(entry, name) for name in _FIELDS}
        data |= {"at": moments.text(now), "details": logs.masked(entry.details)}
        return Write(JOURNAL, self._ids(), data, ABSENT, now + _KEPT)

    def add(self, *entries: Entry) -> None:
        """Write at once, in one round trip, what no other write goes along with."""
        self._store.write(*[self.entry(entry) for entry in entries])

    def of(self, record: str, limit: int = 100) -> list[Entry]:
        """Of one record, newest first."""
        return self._where([("record", "==", record)], limit)

    def of_source(self, source: str, limit: int = 100) -> list[Entry]:
        """Of one source object under every rule, newest first."""
        return self._where([("source", "==", source)], limit)

    def of_target(self, target: str, limit: int = 100) -> list[Entry]:
        return self._where([("target", "==", target)], limit)

    def latest(self, exchange: str | None = None, outcome: str | None = None, limit: int = 100) -> list[Entry]:
        """Newest first; of one exchange and with one outcome if named."""
        asked: list[tuple[str, str | None]] = [("exchange", exchange), ("outcome", outcome)]
        return self._where([(name, "==", value) for name, value in asked if value is not None], limit)

    def _where(self, where: list[Condition], limit: int) -> list[Entry]:
        found = self._store.query(JOURNAL, where, order_by="at", descending=True, limit=limit)
        return [_read(one) for one in found]


def _read(document: Document) -> Entry:
    return Entry(**{name: document.data[name] for name in _FIELDS}, id=document.key)
