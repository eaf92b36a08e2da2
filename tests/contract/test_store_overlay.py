"""The store of plans keeps the same contract, and what lies below it is never written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import AlreadyThere, Stale
from common.ports import ABSENT, Condition, Data, Document, Store, Write
from common.store.overlay import OverlayStore
from tests.clock import ManualClock
from tests.contract.store_contract import StoreContract
from tests.memory_store import MemoryStore


class ReadOnly(MemoryStore):
    """Below a plan nothing is written; `open` while a test lays out what is there."""

    open = True

    def write(self, *writes: Write) -> list[str]:
        assert self.open, f"a plan wrote {writes}"
        return super().write(*writes)


class TestOverlayStore(StoreContract):
    """Over an empty store. One plan is made in one thread, so nobody races."""

    @pytest.fixture
    def store(self, clock: ManualClock) -> Store:
        below = ReadOnly(clock.now)
        below.open = False
        return OverlayStore(below, clock.now)

    test_one_of_many_creates = None  # type: ignore[assignment]
    test_one_of_many_replaces = None  # type: ignore[assignment]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def below(clock: ManualClock) -> ReadOnly:
    store = ReadOnly(clock.now)
    for key, size in (("a", 1), ("b", 2), ("c", 3)):
        store.write(Write("things", key, {"size": size, "state": "open"}))
    store.open = False
    return store


@pytest.fixture
def plan(below: ReadOnly, clock: ManualClock) -> OverlayStore:
    return OverlayStore(below, clock.now)


def keys(store: Store, where: Sequence[Condition] = (), order_by: str | None = None, limit: int = 1000) -> list[str]:
    return [one.key for one in store.query("things", where, order_by, limit=limit)]


def test_what_lies_below_is_read_until_it_is_written_over(plan: OverlayStore, below: ReadOnly) -> None:
    before = below.get("things", "a")
    assert plan.get("things", "a") == before
    plan.write(Write("things", "a", {"size": 9}))
    found = plan.get("things", "a")
    assert found is not None
    assert found.data == {"size": 9}
    assert below.get("things", "a") == before


def test_a_version_read_from_below_is_a_condition_like_any_other(plan: OverlayStore) -> None:
    found = plan.get("things", "a")
    assert found is not None
    plan.write(Write("things", "a", {"size": 7}, found.version))
    with pytest.raises(Stale):
        plan.write(Write("things", "a", {"size": 8}, found.version))
    with pytest.raises(AlreadyThere):
        plan.write(Write("things", "b", {}, ABSENT))
    plan.write(Write("things", "b", None))
    plan.write(Write("things", "b", {"size": 5}, ABSENT))
    assert keys(plan, [("size", "==", 5)]) == ["b"]


def test_what_was_read_or_written_is_nobodys_to_change(plan: OverlayStore) -> None:
    data: Data = {"list": [1]}
    plan.write(Write("things", "new", data))
    data["list"].append(2)
    first = plan.get("things", "new")
    assert first is not None
    first.data["list"].append(3)
    assert [one.data for one in plan.query("things", limit=9) if one.key == "new"] == [{"list": [1]}]


def test_what_was_deleted_stays_deleted(plan: OverlayStore) -> None:
    plan.write(Write("things", "b", None))
    assert plan.get("things", "b") is None
    assert plan.get_many("things", ["a", "b"]).keys() == {"a"}
    assert (keys(plan), plan.count("things")) == (["a", "c"], 2)


def test_a_page_is_full_though_some_of_it_was_written_over(plan: OverlayStore) -> None:
    plan.write(Write("things", "a", None), Write("things", "b", {"state": "closed"}))
    assert keys(plan, [("state", "==", "open")], limit=1) == ["c"]
    plan.write(Write("things", "aa", {"state": "open", "size": 0}))
    assert keys(plan, order_by="size") == ["aa", "c"]
    assert keys(plan, limit=2) == ["aa", "b"]


def test_what_is_planned_expires_too(plan: OverlayStore, clock: ManualClock) -> None:
    plan.write(Write("things", "a", {"size": 9}, expire_at=clock.now() + timedelta(seconds=5)))
    clock.advance(5)
    assert plan.get("things", "a") is None, "what it was written over does not come back"
    assert (keys(plan), plan.count("things")) == (["b", "c"], 2)


KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["", "x", "я"]))
DATA = st.dictionaries(st.sampled_from(["f", "g"]), VALUES, max_size=2)
STEPS = st.lists(st.tuples(KEYS, st.one_of(st.none(), DATA)), max_size=8)
WHERE: st.SearchStrategy[list[Condition]] = st.one_of(
    st.just([]),
    st.tuples(
        st.sampled_from(["f", "g"]),
        st.sampled_from(["==", "<", "<=", ">", ">="]),
        st.sampled_from([-1, 0, "", "x", True]),
    ).map(lambda one: [one]),
)


@settings(max_examples=300, deadline=None)
@given(STEPS, STEPS, WHERE, st.booleans(), st.integers(1, 6), st.sampled_from([None, "f"]))
def test_queries_and_counts_are_those_of_one_store(
    laid: list[tuple[str, Data | None]],
    planned: list[tuple[str, Data | None]],
    where: list[Condition],
    descending: bool,
    limit: int,
    order_by: str | None,
) -> None:
    """The same writes into one store and, partly, into a plan over another: both answer alike."""
    clock = ManualClock()
    below, alone = ReadOnly(clock.now), MemoryStore(clock.now)
    for key, data in laid:
        below.write(Write("things", key, data))
    below.open = False
    plan = OverlayStore(below, clock.now)
    for key, data in planned:
        plan.write(Write("things", key, data))
    for key, data in (*laid, *planned):
        alone.write(Write("things", key, data))
    order = where[0][0] if where and where[0][1] != "==" else order_by
    asked = (where, order, descending, limit)
    assert _plain(plan.query("things", *asked)) == _plain(alone.query("things", *asked))
    assert plan.count("things", where) == alone.count("things", where)
    assert _plain(plan.get_many("things", ["a", "e"]).values()) == _plain(alone.get_many("things", ["a", "e"]).values())


def _plain(found: object) -> list[tuple[str, Data]]:
    assert not isinstance(found, Document)
    return [(one.key, one.data) for one in found]  # type: ignore[attr-defined]
