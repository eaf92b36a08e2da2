"""Stands on the embedded queue and scheduler, and the same on Google's; each scenario runs on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from common.wiring import use
from tests.cloud_stand import CloudPapers, CloudStand
from tests.scenarios.audit import adds_up
from tests.scenarios.documents.papers import Papers
from tests.stand import Stand


@pytest.fixture(params=["embedded", "cloud"])
def place(request: pytest.FixtureRequest) -> str:
    """Whose queue and scheduler it is."""
    return str(request.param)


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        stack.callback(use, None)
        yield stack


@pytest.fixture
def making(tmp_path: Path, place: str, closing: ExitStack) -> Callable[..., Stand]:
    """Makes a stand of deals and 1C bases; at its end every stage entry is in one state."""

    def make(**options: Any) -> Stand:
        if place == "embedded":
            stand = Stand(str(tmp_path), **options)
        else:
            stand = CloudStand(str(tmp_path), **options)
            closing.callback(stand.close)
        closing.callback(lambda: adds_up(stand))
        return stand

    return make


@pytest.fixture
def office(making: Callable[..., Stand]) -> Stand:
    """One Accounting base, one rule."""
    return making()


@pytest.fixture
def papers(tmp_path: Path, place: str, closing: ExitStack) -> Papers:
    """1C:DM and one folder on Disk, audited at the end."""
    if place == "embedded":
        stand = Papers(str(tmp_path))
    else:
        stand = CloudPapers(str(tmp_path))
        closing.callback(stand.close)
    closing.callback(stand.audit)
    return stand
