"""Stands of 1C:DM and Disk whose books are audited when a scenario ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from common.wiring import use
from tests.scenarios.documents.papers import House, Papers


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Makes the scenario's stand; at its end nothing may be lost and a further run may write nothing."""
    with ExitStack() as stack:
        made: list[Papers] = []

        def make(**options: Any) -> Papers:
            folder = tmp_path / str(len(made))
            folder.mkdir()
            stack.callback(use, None)
            made.append(Papers(str(folder), **options))
            return made[-1]

        yield make
        for stand in made:
            stand.audit()


@pytest.fixture
def papers(house: House) -> Papers:
    """The usual stand: contracts of 1C, one folder on Disk, new versions go both ways."""
    return house()
