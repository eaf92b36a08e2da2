"""Stands whose books are audited when a scenario ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.audit import adds_up
from tests.scenarios.stories import House
from tests.stand import Stand, standing


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Makes the scenario's stand; at its end every stage entry must be in exactly one state."""
    with ExitStack() as stack:
        made: list[Stand] = []

        def make(**options: Any) -> Stand:
            folder = tmp_path / str(len(made))
            folder.mkdir()
            made.append(stack.enter_context(standing(str(folder), **options)))
            return made[-1]

        yield make
        for stand in made:
            adds_up(stand)


@pytest.fixture
def office(house: House) -> Stand:
    """The usual stand: one Accounting base, one rule."""
    return house()
