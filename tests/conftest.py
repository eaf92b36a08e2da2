"""Fixtures for all tests: a clean process, and a stand on demand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stand import Stand, standing


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """One portal, one Accounting base, all functions."""
    with standing(str(tmp_path)) as found:
        yield found
