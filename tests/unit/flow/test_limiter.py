"""The limiter: the portal's bucket never overflows, whoever works when, and bulk never keeps interactive waiting."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import TryLater
from common.flow.bucket import Bucket, Shape
from common.flow.limiter import PortalLimiter
from common.ports import Traffic
from tests.clock import START, ManualClock
from tests.memory_store import MemoryStore
from tests.unit.flow.killing import KillingStore


class Portal:
    """The real bucket: what arrived when, and how full that made it."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.arrivals: list[datetime] = []

    def fullest(self) -> float:
        level = fullest = 0.0
        last = START
        for at in sorted(self.arrivals):
            level = max(0.0, level - self.shape.rate * (at - last).total_seconds()) + 1
            fullest, last = max(fullest, level), at
        return fullest


@dataclass(frozen=True)
class Call:
    """A worker waits so long, then wants leave for some requests at once, each `way` seconds from the portal. `other`:
    another worker comes between its read and its write.
    """

    worker: int
    times: int
    traffic: Traffic
    wanted: int
    gap: float
    way: float
    other: bool


TRAFFIC: st.SearchStrategy[Traffic] = st.sampled_from(["interactive", "interactive", "bulk"])
CALLS = st.lists(
    st.builds(
        Call,
        st.integers(0, 3),
        st.sampled_from([1, 1, 9, 20, 50]),
        TRAFFIC,
        st.sampled_from([1, 3, 10, 50]),
        st.sampled_from([0.0, 0.0, 0.0, 0.3, 2.4, 4.9, 5.0, 40.0]),
        st.sampled_from([0.0, 0.2, 0.9]),
        st.booleans(),
    ),
    min_size=10,
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(CALLS, st.sampled_from([Shape(), Shape(5, 250), Shape(2, 12)]))
def test_the_bucket_never_overflows(calls: list[Call], shape: Shape) -> None:
    clock = ManualClock()
    store = KillingStore(MemoryStore(clock.now))
    workers = [PortalLimiter(store, clock, "p", shape, patience=0.5) for _ in range(4)]
    portal = Portal(shape)

    def ask(worker: int, call: Call) -> None:
        try:
            workers[worker].acquire(call.traffic, "crm.item.list", wanted=call.wanted)
        except TryLater:
            return
        portal.arrivals.append(clock.now() + timedelta(seconds=call.way))

    def act(call: Call) -> None:
        clock.advance(call.gap)
        if call.other:
            store.interpose(lambda: ask((call.worker + 1) % 4, call))
        for _ in range(call.times):
            ask(call.worker, call)
        store.spare()

    for call in calls:
        act(call)
    assert portal.fullest() <= shape.capacity + 1e-6


def drain(bulk: PortalLimiter) -> None:
    """Make bulk requests until there is no leave for one more."""
    with contextlib.suppress(TryLater):
        while True:
            bulk.acquire("bulk", "disk.folder.getchildren", wanted=10)


def test_interactive_is_served_while_bulk_takes_all_it_can(store: MemoryStore, clock: ManualClock) -> None:
    bulk, interactive = PortalLimiter(store, clock, "p", patience=0.0), PortalLimiter(store, clock, "p")
    waited = []
    for _ in range(300):
        clock.advance(0.2)
        drain(bulk)
        before = clock.now()
        interactive.acquire("interactive", "crm.item.list")
        waited.append((clock.now() - before).total_seconds())
        if len(waited) == 20:
            assert sum(waited) == 0, "the upper half of the bucket is free at first"
    assert max(waited) <= 2.0
    assert max(waited[-100:]) <= 0.51, "every token that drains goes to interactive"


def test_a_whole_burst_goes_through_at_once_and_no_more(store: MemoryStore, clock: ManualClock) -> None:
    limiter = PortalLimiter(store, clock, "p", patience=0.0)
    for _ in range(50):
        limiter.acquire("interactive", "m", wanted=10)
    with pytest.raises(TryLater) as caught:
        limiter.acquire("interactive", "m", wanted=10)
    assert caught.value.after == pytest.approx(6.0), "tokens that may still be on their way do not drain"
    clock.advance(60)
    for _ in range(25):
        limiter.acquire("bulk", "m", wanted=10)
    with pytest.raises(TryLater):
        limiter.acquire("bulk", "m", wanted=10)


def test_a_block_costs_one_round_trip(store: MemoryStore, clock: ManualClock) -> None:
    limiter = PortalLimiter(store, clock, "p")
    for _ in range(10):
        limiter.acquire("interactive", "m", wanted=10)
    assert store.round_trips == 2, "the first reads the document too"
    for _ in range(20):
        limiter.acquire("interactive", "m", wanted=10)
    assert store.round_trips == 4


def test_tokens_not_spent_in_time_are_lost(store: MemoryStore, clock: ManualClock) -> None:
    limiter = PortalLimiter(store, clock, "p")
    limiter.acquire("interactive", "m", wanted=10)
    clock.advance(5)
    limiter.acquire("interactive", "m", wanted=10)
    assert store.round_trips == 3


def test_short_waits_are_slept_and_long_ones_left_to_the_queue(store: MemoryStore, clock: ManualClock) -> None:
    limiter = PortalLimiter(store, clock, "p", Shape(2, 10))
    for _ in range(10):
        limiter.acquire("interactive", "m", wanted=1)
    clock.advance(6)
    limiter.acquire("interactive", "m")
    assert sum(clock.slept) == pytest.approx(0.5, abs=0.02)
    limiter.exceeded()
    with pytest.raises(TryLater):
        PortalLimiter(store, clock, "p", Shape(0.1, 10)).acquire("interactive", "m")


def test_exceeded_stops_everybody_and_drops_what_is_in_hand(store: MemoryStore, clock: ManualClock) -> None:
    one, two = PortalLimiter(store, clock, "p", patience=0.4), PortalLimiter(store, clock, "p", patience=0.4)
    one.acquire("interactive", "m", wanted=10)
    one.exceeded()
    for limiter in (one, two):
        with pytest.raises(TryLater):
            limiter.acquire("interactive", "m")
    clock.advance(60)
    two.acquire("interactive", "m")


def test_closed_method_is_closed_for_everybody_and_no_other(store: MemoryStore, clock: ManualClock) -> None:
    one, two = PortalLimiter(store, clock, "p"), PortalLimiter(store, clock, "p")
    two.acquire("interactive", "tasks.task.list", wanted=1)
    until = clock.now() + timedelta(seconds=90)
    one.close_method("tasks.task.list", until)
    one.close_method("tasks.task.list", until - timedelta(seconds=60))
    for limiter in (one, two):
        with pytest.raises(TryLater) as caught:
            limiter.acquire("interactive", "tasks.task.list")
        assert caught.value.after == pytest.approx(90)
        limiter.acquire("interactive", "crm.item.list")
    clock.advance(90)
    one.acquire("interactive", "tasks.task.list")
    one.close_method("crm.item.list", clock.now() + timedelta(seconds=5))
    found = store.get("limits", "p")
    assert found is not None
    assert list(found.data["closed"]) == ["crm.item.list"]


def test_threads_share_a_block(store: MemoryStore, clock: ManualClock) -> None:
    limiter = PortalLimiter(store, clock, "p")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: limiter.acquire("interactive", "m", wanted=10), range(50)))
    assert store.round_trips == 6


def test_a_lost_race_is_run_again_at_once(clock: ManualClock) -> None:
    store = KillingStore(MemoryStore(clock.now))
    limiter, other = PortalLimiter(store, clock, "p"), PortalLimiter(store, clock, "p")
    store.interpose(lambda: other.acquire("interactive", "m", wanted=10))
    limiter.acquire("interactive", "m", wanted=10)
    assert clock.slept == []


@pytest.mark.parametrize("behind", [0.0, -3.0])
def test_a_clock_behind_lets_no_time_pass(behind: float) -> None:
    bucket = Bucket(START, 10.0).later(START + timedelta(seconds=behind), Shape())
    assert (bucket.at, bucket.level) == (START, 10.0)


def test_pause_waits_for_tokens_on_their_way_when_nothing_else_drains() -> None:
    bucket = Bucket(START, 0.0, ((START, 10),))
    assert bucket.pause(10, Shape()) == pytest.approx(6.0)
    assert bucket.pause(11, Shape()) == 0.0
