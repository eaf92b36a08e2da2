"""The store of fast tests keeps the same contract as the real ones."""

from __future__ import annotations

import pytest

from common.ports import Store
from tests.clock import ManualClock
from tests.contract.store_contract import StoreContract
from tests.memory_store import MemoryStore


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self, clock: ManualClock) -> Store:
        return MemoryStore(clock.now)
