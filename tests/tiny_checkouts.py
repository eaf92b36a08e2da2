"""A small checkout with its cloud for a test. Load it with `pytest_plugins` and import nothing from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tiny_project import Tiny, cloudless, tiny

pytest_plugins = ("tests.terraform_workspaces",)


@pytest.fixture
def project(terraform_installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tiny]:
    """Ready to plan; nobody's own credentials are near."""
    cloudless(monkeypatch, tmp_path)
    with tiny(tmp_path / "checkout") as found:
        yield found
