"""Breakers: opened once, closed once, probed rarely, silent while all is well."""

from __future__ import annotations

import pytest

from common.errors import SideDown
from common.flow.breakers import CREDENTIALS, Breakers
from common.ports import Write
from tests.clock import ManualClock
from tests.memory_store import MemoryStore

SIDE = "base:main"
CERTAIN = SideDown(SIDE, "maintenance", "HTML instead of JSON")
UNCERTAIN = SideDown(SIDE, "connection", certain=False)


@pytest.fixture
def breakers(store: MemoryStore, clock: ManualClock) -> Breakers:
    return Breakers(store, clock)


def test_certain_failure_opens_at_once_and_tells_one_caller(breakers: Breakers, store: MemoryStore) -> None:
    assert not breakers.is_open(SIDE)
    assert breakers.failed(CERTAIN) is True
    assert breakers.failed(CERTAIN) is False
    assert breakers.is_open(SIDE)
    assert not breakers.is_open("portal")
    (known,) = breakers.all()
    assert (known.cause, known.detail) == ("maintenance", "HTML instead of JSON")


def test_three_uncertain_failures_in_a_row_open(breakers: Breakers, clock: ManualClock) -> None:
    assert breakers.failed(UNCERTAIN) is False
    clock.advance(30)
    assert breakers.failed(UNCERTAIN) is False
    assert not breakers.is_open(SIDE)
    clock.advance(30)
    assert breakers.failed(UNCERTAIN) is True
    assert breakers.failed(UNCERTAIN) is False


def test_a_success_between_makes_it_no_row(breakers: Breakers, store: MemoryStore, clock: ManualClock) -> None:
    breakers.failed(UNCERTAIN)
    breakers.failed(UNCERTAIN)
    breakers.succeeded(SIDE)
    assert breakers.failed(UNCERTAIN) is False
    breakers.succeeded(SIDE)
    assert breakers.all() == [], "a side without trouble keeps no document"


def test_failures_far_apart_are_no_row(breakers: Breakers, clock: ManualClock) -> None:
    for _ in range(5):
        assert breakers.failed(UNCERTAIN) is False
        clock.advance(61)


def test_another_process_success_counts_when_it_has_seen_the_failures(
    breakers: Breakers, store: MemoryStore, clock: ManualClock
) -> None:
    other = Breakers(store, clock)
    breakers.failed(UNCERTAIN)
    breakers.failed(UNCERTAIN)
    other.is_open(SIDE)
    other.succeeded(SIDE)
    assert breakers.failed(UNCERTAIN) is False


def test_good_case_costs_one_read_in_five_seconds(breakers: Breakers, store: MemoryStore, clock: ManualClock) -> None:
    for _ in range(10):
        breakers.is_open(SIDE)
        breakers.succeeded(SIDE)
    assert store.round_trips == 1
    clock.advance(5)
    breakers.is_open(SIDE)
    assert store.round_trips == 2


def test_others_notice_within_five_seconds(breakers: Breakers, store: MemoryStore, clock: ManualClock) -> None:
    other = Breakers(store, clock)
    other.is_open(SIDE)
    breakers.open(SIDE, "maintenance")
    clock.advance(5)
    assert other.is_open(SIDE)


@pytest.mark.parametrize(("cause", "pause"), [("maintenance", 50), (CREDENTIALS, 590)])
def test_probe_is_due_after_a_pause_and_handed_to_one(
    breakers: Breakers, store: MemoryStore, clock: ManualClock, cause: str, pause: int
) -> None:
    breakers.open(SIDE, cause)
    clock.advance(pause - 1)
    assert breakers.probe_due() == []
    clock.advance(1)
    assert [one.side for one in breakers.probe_due()] == [SIDE]
    assert Breakers(store, clock).probe_due() == []
    breakers.failed(SideDown(SIDE, cause))
    clock.advance(pause)
    assert [one.cause for one in breakers.probe_due()] == [cause]


def test_open_breaker_becomes_more_careful_only(breakers: Breakers) -> None:
    breakers.open(SIDE, "maintenance")
    since = breakers.get(SIDE).since
    assert breakers.open(SIDE, CREDENTIALS) is True
    assert breakers.open(SIDE, CREDENTIALS) is False
    assert breakers.open(SIDE, "connection") is False
    assert (breakers.get(SIDE).cause, breakers.get(SIDE).since) == (CREDENTIALS, since)


def test_closed_once_and_late_success_closes_nothing(breakers: Breakers) -> None:
    breakers.open(SIDE, "maintenance")
    breakers.succeeded(SIDE)
    assert breakers.is_open(SIDE)
    closed = breakers.closed(SIDE)
    assert closed is not None
    assert closed.cause == "maintenance"
    assert breakers.closed(SIDE) is None
    assert not breakers.is_open(SIDE)


def test_only_a_person_ends_a_persons_pause(breakers: Breakers, clock: ManualClock) -> None:
    breakers.pause(SIDE, "Анна", "инвентаризация")
    breakers.open(SIDE, "maintenance")
    clock.advance(60)
    assert [one.side for one in breakers.probe_due()] == [SIDE]
    breakers.closed(SIDE)
    assert breakers.is_open(SIDE)
    assert breakers.get(SIDE).words == "Анна: инвентаризация"
    breakers.resume(SIDE)
    assert not breakers.is_open(SIDE)
    assert breakers.all() == []


def test_what_a_person_paused_is_never_probed(breakers: Breakers, clock: ManualClock) -> None:
    breakers.pause("exchange:acts", "Анна")
    clock.advance(3600)
    assert breakers.probe_due() == []
    assert breakers.closed("exchange:acts") is None
    assert breakers.is_open("exchange:acts")


def test_paused_once_and_resumed_once(breakers: Breakers, store: MemoryStore, clock: ManualClock) -> None:
    note = Write("journal", "one", {})
    assert breakers.pause(SIDE, "Анна", "", note)
    clock.advance(60)
    assert not breakers.pause(SIDE, "Борис", "", Write("journal", "two", {}))
    kept = breakers.get(SIDE)
    assert (kept.paused_by, kept.paused_at) == ("Анна", "2026-01-31T09:00:00.000000Z")
    assert breakers.resume(SIDE, Write("journal", "three", {}))
    assert not breakers.resume(SIDE, Write("journal", "four", {}))
    assert [one.key for one in store.query("journal")] == ["one", "three"], "written with what they tell"


def test_after_a_look_at_all_no_side_is_read_for_five_seconds(
    breakers: Breakers, store: MemoryStore, clock: ManualClock
) -> None:
    other = Breakers(store, clock)
    other.open(SIDE, "maintenance")
    breakers.is_open("portal")
    clock.advance(3)
    breakers.all()
    before = store.round_trips
    clock.advance(4)
    assert (breakers.is_open(SIDE), breakers.is_open("portal"), breakers.is_open("base:dm")) == (True, False, False)
    assert store.round_trips == before
    other.closed(SIDE)
    other.open("portal", "maintenance")
    clock.advance(1)
    assert (breakers.is_open(SIDE), breakers.is_open("portal")) == (False, True)


def test_what_this_process_learned_after_that_look_counts(breakers: Breakers, clock: ManualClock) -> None:
    breakers.all()
    clock.advance(1)
    breakers.open(SIDE, "maintenance")
    assert breakers.is_open(SIDE)
    breakers.all()
    clock.advance(1)
    breakers.closed(SIDE)
    assert not breakers.is_open(SIDE)


def test_several_sides_are_known_in_one_round_trip(breakers: Breakers, store: MemoryStore, clock: ManualClock) -> None:
    Breakers(store, clock).open(SIDE, "maintenance")
    before = store.round_trips
    found = breakers.first_open(["exchange:acts", "portal", SIDE, "base:dm"])
    assert found is not None
    assert (found.side, store.round_trips - before) == (SIDE, 1)
    assert breakers.first_open(["portal", "base:dm"]) is None


def test_a_side_that_came_back_is_known_until_its_parked_work_has_gone_on(
    breakers: Breakers, store: MemoryStore, clock: ManualClock
) -> None:
    breakers.open(SIDE, "maintenance")
    clock.advance(60)
    breakers.closed(SIDE)
    back = breakers.first_back(["portal", SIDE])
    assert back is not None
    assert (back.side, back.back_at, breakers.is_open(SIDE)) == (SIDE, "2026-01-31T09:01:00.000000Z", False)
    assert [one.side for one in breakers.came_back()] == [SIDE]
    breakers.settled(back)
    assert (breakers.first_back([SIDE]), store.query("breakers")) == (None, [])


def test_stopped_anew_meanwhile_it_is_not_settled_by_what_was_seen_before(
    breakers: Breakers, store: MemoryStore, clock: ManualClock
) -> None:
    breakers.pause("exchange:acts", "Анна")
    breakers.resume("exchange:acts")
    [back] = breakers.came_back()
    Breakers(store, clock).pause("exchange:acts", "Борис")
    breakers.settled(back)
    assert breakers.is_open("exchange:acts")
