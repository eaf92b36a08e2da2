"""How far a scan is, for terminal and journal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from common.exchanges.documents.scanning import Scan
from common.exchanges.documents.turns import progress
from common.model import moments
from common.model.ids import RuleId
from tests.unit.exchanges.documents.samples import AT


def scan(**changes: Any) -> Scan:
    values: dict[str, Any] = {"mapping": RuleId("contracts"), "beginning": "x", "number": 1, "total": 400}
    return Scan(**{**values, "began_at": moments.text(AT), **changes})


def later(seconds: float) -> str:
    return moments.text(AT + timedelta(seconds=seconds))


def test_rate_and_time_left_come_from_what_was_done() -> None:
    assert progress(scan(done=100, files=120, before=3), later(50)) == {
        "done": 100, "total": 400, "files": 120, "before_start": 3, "unreadable": 0,
        "rate": 2.0, "left_seconds": 150, "ended_at": "",
    }  # fmt: skip


def test_nothing_done_yet_promises_nothing() -> None:
    assert progress(scan(), later(0))["left_seconds"] == 0
    assert progress(scan(), later(50))["rate"] == 0


def test_an_ended_scan_keeps_its_rate() -> None:
    ended = scan(done=400, ended_at=later(100))
    assert progress(ended, later(100_000)) == progress(ended, later(100))
    found = progress(ended, later(9999))
    assert (found["rate"], found["left_seconds"], found["ended_at"]) == (4.0, 0, later(100))


def test_documents_added_meanwhile_raise_the_total() -> None:
    more = progress(scan(done=410), later(10))
    assert (more["done"], more["total"], more["left_seconds"]) == (410, 410, 0)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(-5, 10**7))
def test_figures_are_never_negative(done: int, total: int, seconds: float) -> None:
    found = progress(scan(done=done, total=total), later(seconds))
    assert all(float(one) >= 0 for name, one in found.items() if name != "ended_at")
    assert int(found["done"]) <= int(found["total"])
