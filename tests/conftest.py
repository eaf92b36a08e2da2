"""Fixtures for all tests: a clean process, and a stand on demand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stand import Stand, standing
from tests.store_watch import forget, held_to_the_catalogue, watch_stores

SHARED = Path(__file__).parents[1].parent / "shared"
"""The reference data beside the project; tests that need it skip where it is absent, unless it is required."""


def pytest_sessionstart() -> None:
    """In CI a missing folder must not look like tests that passed."""
    if os.environ.get("REQUIRE_SHARED") and not SHARED.is_dir():
        pytest.exit("REQUIRE_SHARED is set, but the reference data is not beside the project", 1)
    watch_stores()


@pytest.fixture(autouse=True)
def _every_query_has_its_index(request: pytest.FixtureRequest) -> Iterator[None]:
    """In Firestore too (`infra/firestore.json`); only the stores' own tests ask what no function asks."""
    if request.path.name.startswith("test_store_"):
        yield
        forget()
        return
    with held_to_the_catalogue():
        yield


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """One portal, one Accounting base, all functions."""
    with standing(str(tmp_path)) as found:
        yield found
