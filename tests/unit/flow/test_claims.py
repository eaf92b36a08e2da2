"""Claims: one holder, no lost hint, no write by who was overtaken."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from common.errors import Stale
from common.flow.claims import Busy, Claim, Claims
from common.ports import ABSENT, Task, Write
from tests.clock import ManualClock
from tests.memory_store import MemoryStore

T1 = Task("acts-process", {"deal": 1}, "t1")
T2 = Task("acts-process", {"deal": 1}, "t2")


@pytest.fixture
def claims(store: MemoryStore, clock: ManualClock, ids: Callable[[], str]) -> Claims:
    return Claims(store, clock, ids)


def held(claims: Claims, key: str = "r", seconds: float = 60, task: Task | None = None) -> Claim:
    claim = claims.take(key, seconds, task)
    assert isinstance(claim, Claim)
    return claim


def test_free_record_is_claimed_and_let_go_with_the_writes(claims: Claims, store: MemoryStore) -> None:
    claim = held(claims)
    assert claims.release(claim, Write("bindings", "r", {"a": 1})) is False
    assert store.get("claims", "r") is None
    assert store.get("bindings", "r") is not None
    assert store.round_trips == 5  # take: 2, release: 1, this test: 2


def test_taken_record_is_busy_and_the_holder_is_told(claims: Claims, store: MemoryStore) -> None:
    claim = held(claims)
    busy = claims.take("r", 60)
    assert isinstance(busy, Busy)
    assert busy.until == claim.until
    assert claims.release(claim, Write("bindings", "r", {})) is True
    assert store.get("bindings", "r") is None, "nothing is committed while another task is owed"
    first = claim.again_name()
    claims.take("r", 60)
    assert claims.release(claim, Write("bindings", "r", {})) is True, "a hint between the two steps counts too"
    assert claim.again_name() != first
    assert claims.release(claim, Write("bindings", "r", {})) is False
    assert store.get("bindings", "r") is not None


def test_asking_before_the_end_spares_a_refused_commit(claims: Claims) -> None:
    claim = held(claims)
    assert claims.again(claim) is False
    claims.take("r", 60)
    assert claims.again(claim) is True
    assert claims.again(claim) is False
    assert claims.release(claim) is False


def test_expired_lease_is_taken_over_and_the_late_holder_writes_nothing(
    claims: Claims, store: MemoryStore, clock: ManualClock
) -> None:
    late = held(claims)
    clock.advance(60)
    held(claims)
    for act in (lambda: claims.release(late, Write("bindings", "r", {})), lambda: claims.renew(late, 60)):
        with pytest.raises(Stale):
            act()
    assert store.get("bindings", "r") is None


def test_late_holder_that_nobody_overtook_finishes(claims: Claims, clock: ManualClock) -> None:
    late = held(claims)
    clock.advance(3600)
    assert claims.release(late) is False


def test_conflict_of_the_callers_own_write_is_his(claims: Claims, store: MemoryStore) -> None:
    store.write(Write("bindings", "r", {}))
    claim = held(claims)
    with pytest.raises(store_conflict()):
        claims.release(claim, Write("bindings", "r", {}, ABSENT))
    assert claims.release(claim) is False


def store_conflict() -> type[Exception]:
    from common.errors import AlreadyThere

    return AlreadyThere


def test_renewed_lease_holds_and_hides_no_hint(claims: Claims, clock: ManualClock) -> None:
    claim = held(claims)
    clock.advance(50)
    claims.renew(claim, 60)
    clock.advance(50)
    assert isinstance(claims.take("r", 60), Busy)
    claims.renew(claim, 60)
    claims.renew(claim, 60)
    assert claims.release(claim) is True
    assert claims.release(claim) is False


def test_own_earlier_attempt_is_recognised(claims: Claims) -> None:
    claim = held(claims, task=T1)
    busy = claims.take("r", 60, T1)
    assert isinstance(busy, Busy)
    assert busy.same_task
    other = claims.take("r", 60, T2)
    assert isinstance(other, Busy)
    assert not other.same_task
    assert claims.release(claim) is True


def test_several_records_in_two_round_trips(claims: Claims, store: MemoryStore) -> None:
    taken = held(claims, "b")
    before = store.round_trips
    outcome = claims.take_many(dict.fromkeys("abc"), 60)
    assert store.round_trips - before == 2
    assert {key: type(one) for key, one in outcome.items()} == {"a": Claim, "b": Busy, "c": Claim}
    assert claims.release(taken) is True
    for key in "ac":
        claim = outcome[key]
        assert isinstance(claim, Claim)
        assert claims.release(claim) is False


def test_abandoned_claims_are_found_with_their_task(claims: Claims, clock: ManualClock) -> None:
    held(claims, "a", task=T1)
    held(claims, "b", task=T2)
    claims.take("a", 60)
    clock.advance(60)
    assert claims.abandoned() == []
    clock.advance(61)
    first, second = claims.abandoned()
    assert (first.key, first.task, first.hints) == ("a", T1, 1)
    held(claims, "b")
    assert claims.forget(first) is True
    assert claims.forget(second) is False
    assert claims.abandoned() == []


def test_of_many_threads_one_holds_and_hears_of_the_others(clock: ManualClock) -> None:
    store = MemoryStore(clock.now)
    numbers = count()
    claims = Claims(store, clock, lambda: str(next(numbers)))
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: claims.take("r", 60), range(12)))
    (claim,) = [one for one in outcomes if isinstance(one, Claim)]
    assert claims.release(claim) is True
    assert claim.hints == 11
