"""Random histories of a store, compared step by step with a plain dict."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import StoreConflict
from common.ports import ABSENT, ANY, Data, Store, Write
from tests.clock import ManualClock

_KEYS = st.sampled_from(["a", "б/в", "c."])
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "x", "я"]))
_DATA = st.dictionaries(st.sampled_from(["f", "g"]), _SCALARS, max_size=2)
_Expect = Literal["any", "absent", "current", "old"]


@dataclass(frozen=True)
class _Plan:
    """A write as drawn; which version it expects is known only when it runs."""

    key: str
    data: Data | None
    expect: _Expect
    lives: int | None


_PLANS = st.builds(
    _Plan,
    _KEYS,
    st.one_of(st.none(), _DATA),
    st.sampled_from(("any", "absent", "current", "old")),
    st.one_of(st.none(), st.integers(1, 3)),
).filter(lambda plan: plan.data is not None or plan.expect != "absent")
_BATCHES = st.lists(_PLANS, min_size=1, max_size=3, unique_by=lambda plan: plan.key)
_STEPS = st.lists(st.tuples(st.integers(0, 2), _BATCHES), min_size=1, max_size=12)


@dataclass
class _Model:
    """What the store must hold: data, version and end of each key; versions it had before.

    `never` is a version that none of these documents ever had.
    """

    never: str
    kept: dict[str, tuple[Data, str, datetime | None]] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)

    def expire(self, now: datetime) -> None:
        self.kept = {key: value for key, value in self.kept.items() if value[2] is None or value[2] > now}

    def write(self, plan: _Plan, now: datetime) -> Write:
        version = self.kept[plan.key][1] if plan.key in self.kept else self.never
        expected = {"any": ANY, "absent": ABSENT, "current": version, "old": self.old.get(plan.key, self.never)}
        end = None if plan.lives is None else now + timedelta(seconds=plan.lives)
        return Write("things", plan.key, plan.data, expected[plan.expect], end)

    def holds(self, write: Write) -> bool:
        """Whether the condition of this write is met."""
        if write.expect == ANY:
            return True
        if write.expect == ABSENT:
            return write.key not in self.kept
        return write.key in self.kept and self.kept[write.key][1] == write.expect

    def apply(self, write: Write, version: str) -> None:
        if write.key in self.kept:
            self.old[write.key] = self.kept.pop(write.key)[1]
        if write.data is not None:
            self.kept[write.key] = (write.data, version, write.expire_at)


def check_against_model(
    make: Callable[[Callable[[], datetime], int], AbstractContextManager[Store]], examples: int
) -> None:
    """Run that many random histories, each on a new store."""
    numbers = count()

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(_STEPS)
    def check(steps: list[tuple[int, list[_Plan]]]) -> None:
        clock = ManualClock()
        with make(clock.now, next(numbers)) as store:
            _run(store, clock, steps)

    check()


def _run(store: Store, clock: ManualClock, steps: list[tuple[int, list[_Plan]]]) -> None:
    (never,) = store.write(Write("others", "a", {}))
    model = _Model(never)
    for seconds, plans in steps:
        model.expire(clock.advance(seconds))
        writes = [model.write(plan, clock.now()) for plan in plans]
        _write(store, model, writes)
        found = {document.key: (document.data, document.version) for document in store.query("things")}
        assert found == {key: value[:2] for key, value in model.kept.items()}
        assert list(found) == sorted(found)
        _ask(store, model)


def _write(store: Store, model: _Model, writes: list[Write]) -> None:
    versions: list[str] = []
    with suppress(StoreConflict):
        versions = store.write(*writes)
    assert bool(versions) == all(model.holds(write) for write in writes)
    for write, version in zip(writes, versions, strict=False):
        model.apply(write, version)


def _ask(store: Store, model: _Model) -> None:
    """One equality and one range, against the same asked of the dict."""
    numbers = {key: data["f"] for key, (data, _, _) in model.kept.items() if type(data.get("f")) is int}
    expected = sorted((value, key) for key, value in numbers.items() if value >= 0)
    assert [found.key for found in store.query("things", [("f", ">=", 0)])] == [key for _, key in expected]
    same = {key for key, (data, _, _) in model.kept.items() if data.get("g") == "x"}
    assert store.count("things", [("g", "==", "x")]) == len(same)
