"""What every test of `flow` stands on: a manual clock, a store in memory, ids that count."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from tests.clock import ManualClock
from tests.memory_store import MemoryStore


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> MemoryStore:
    return MemoryStore(clock.now)


@pytest.fixture
def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"id{next(numbers)}"
