"""Stands of files sent to 1C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from common.wiring import use
from tests.scenarios.documents_plan.sending import Making, Sending


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Making]:
    """Makes the scenario's stand; the mapping's fields are named."""
    with ExitStack() as stack:
        made = 0

        def make(*, options: dict[str, Any] | None = None, **mapping: Any) -> Sending:
            nonlocal made
            made += 1
            folder = tmp_path / str(made)
            folder.mkdir()
            stack.callback(use, None)
            return Sending(str(folder), mapping=mapping, **(options or {}))

        yield make
