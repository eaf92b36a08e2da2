"""Breakers: opened once, closed once, probed rarely, silent while all is well."""

from __future__ import annotations

import pytest

from common.errors import SideDown
from common.flow.breakers import CREDENTIALS, Breakers
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


def test_only_a_person_ends_a_persons_pause(breakers: Breakers) -> None:
    breakers.pause(SIDE, "user:1")
    breakers.open(SIDE, "maintenance")
    breakers.closed(SIDE)
    assert breakers.is_open(SIDE)
    breakers.resume(SIDE)
    assert not breakers.is_open(SIDE)
    assert breakers.all() == []
