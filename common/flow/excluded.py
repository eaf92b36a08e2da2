"""Excluded: what is left out on purpose, each by a named rule, so that everything adds up (design §3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from common.model import moments
from common.ports import Clock, Condition, Store, Write

EXCLUDED = "excluded"

By = Literal["before_start", "not_selected", "stage_reverted", "deal_deleted", "one_way"]
"""rules, Common, Acts and Documents: before `since` of the rule; a kind not chosen; the deal went back before an act
existed; the deal was deleted before an act existed; a file of Disk's own where nothing new goes to 1C."""

EXCLUDED_COUNTS = "excluded_counts"

RULES: Final[tuple[By, ...]] = get_args(By)


@dataclass(frozen=True, slots=True)
class Excluded:
    """`key`: a record's key, or a source object when no rule takes it. `at` (`moments.text`) is set by writing."""

    key: str
    exchange: str
    by: By
    source: str = ""
    detail: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """How many stage entries a rule leaves out because they were before it began; counted once for each `beginning`."""

    rule: str
    beginning: str
    number: int


class ExcludedRecords:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def put(self, one: Excluded) -> Write:
        """For the worker's one commit. Unconditional: whoever excludes the record last has seen the newest facts, and
        the claim sees to it that there is only one worker.
        """
        data = {"exchange": one.exchange, "by": one.by, "source": one.source, "detail": one.detail}
        return Write(EXCLUDED, one.key, {**data, "at": moments.text(self._clock.now())})

    def clear(self, key: str) -> Write:
        """The record is taken in after all (backfill by a person, the deal came back)."""
        return Write(EXCLUDED, key, None)

    def get_many(self, keys: Sequence[str]) -> dict[str, Excluded]:
        """Those that are excluded, in one round trip."""
        found = self._store.get_many(EXCLUDED, list(dict.fromkeys(keys)))
        return {key: Excluded(key, **document.data) for key, document in found.items()}

    def listed(self, exchange: str, by: By, limit: int = 1000) -> list[Excluded]:
        """Newest first."""
        where: list[Condition] = [("exchange", "==", exchange), ("by", "==", by)]
        found = self._store.query(EXCLUDED, where, order_by="at", descending=True, limit=limit)
        return [Excluded(one.key, **one.data) for one in found]

    def counts(self, exchange: str) -> dict[By, int]:
        """How many each rule leaves out; rules that leave out none are named too."""
        return {by: self._store.count(EXCLUDED, [("exchange", "==", exchange), ("by", "==", by)]) for by in RULES}

    def count_before(self, exchange: str, before: Before) -> None:
        """Keep the number of entries before a rule began; of one that begins anew it replaces the old."""
        data = {"exchange": exchange, "rule": before.rule, "beginning": before.beginning, "number": before.number}
        self._store.write(Write(EXCLUDED_COUNTS, _place(exchange, before.rule), data))

    def before(self, exchange: str, rules: Iterable[str]) -> dict[str, Before]:
        """What was counted of these rules, in one round trip."""
        found = self._store.get_many(EXCLUDED_COUNTS, [_place(exchange, rule) for rule in rules])
        counted = [Before(one.data["rule"], one.data["beginning"], one.data["number"]) for one in found.values()]
        return {one.rule: one for one in counted}


def _place(exchange: str, rule: str) -> str:
    return f"{exchange}:{rule}"
