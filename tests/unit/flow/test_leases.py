"""Leases: one holder, patience of the others, an end by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.errors import TryLater
from common.flow.leases import StoredLeases
from common.flow.retry import until_applied
from common.ports import Write
from tests.clock import ManualClock
from tests.memory_store import MemoryStore


@pytest.fixture
def leases(store: MemoryStore, clock: ManualClock, ids: Callable[[], str]) -> StoredLeases:
    return StoredLeases(store, clock, ids)


def test_held_inside_free_afterwards(leases: StoredLeases, store: MemoryStore) -> None:
    with leases.hold("base:main", 20, 0):
        assert store.get("leases", "base:main") is not None
    assert store.get("leases", "base:main") is None


def test_given_back_when_the_work_fails(leases: StoredLeases, store: MemoryStore) -> None:
    with pytest.raises(ZeroDivisionError), leases.hold("base:main", 20, 0):
        raise ZeroDivisionError
    assert store.get("leases", "base:main") is None


def test_others_wait_as_long_as_they_have_patience(leases: StoredLeases, clock: ManualClock) -> None:
    with leases.hold("base:main", 20, 0):
        with pytest.raises(TryLater) as caught, leases.hold("base:main", 20, 3):
            pass
        assert sum(clock.slept) == pytest.approx(3)
        assert caught.value.after == pytest.approx(17)
        with leases.hold("base:retail", 20, 0):
            pass


def test_lease_of_the_dead_ends_by_itself(leases: StoredLeases, clock: ManualClock, store: MemoryStore) -> None:
    with leases.hold("base:main", 2, 0):
        with leases.hold("base:main", 20, 5):
            assert 2 <= sum(clock.slept) < 3
            mine = store.get("leases", "base:main")
        store.write(Write("leases", "base:main", {"owner": "next", "until": "2030-01-01T00:00:00.000000Z"}))
    assert mine is not None
    assert store.get("leases", "base:main") is not None, "an overrun holder gives nothing of another's back"


def test_of_many_threads_one_works_at_a_time(leases: StoredLeases) -> None:
    inside = threading.Lock()

    def work(_: int) -> None:
        with leases.hold("base:main", 10_000, 9_000):
            assert inside.acquire(blocking=False)
            inside.release()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(40)))


def test_a_crowd_is_sent_back_to_the_queue(store: MemoryStore) -> None:
    def attempt() -> None:
        store.write(Write("leases", "y", {}, "never"))

    with pytest.raises(TryLater, match="store_contended"):
        until_applied(attempt)
