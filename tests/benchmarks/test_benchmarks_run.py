"""Every benchmark still runs, in a small size; what it measures is not looked at here, except what is counted."""

from __future__ import annotations

import pytest

from tests.benchmarks.__main__ import benchmarks, run


@pytest.mark.parametrize("name", benchmarks())
def test_it_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    bars = run([name], small=True)
    assert [str(bar) for bar in bars if bar.counted and not bar.held] == []
    assert capsys.readouterr().out.count("bar: ") == len(bars) > 0
