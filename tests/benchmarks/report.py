"""What a benchmark says: tables, and bars with the figure that was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise and what came of it. A `counted` one (requests, acts, duplicates) does not depend on the machine."""

    promise: str
    figure: str
    held: bool
    counted: bool = False

    def __str__(self) -> str:
        return f"bar: {self.promise} → {self.figure} ({'held' if self.held else 'missed'})"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under their heads; the first column is text, the others are figures."""
    cells = [[_shown(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    print(f"\n{title}", flush=True)
    for row in (list(head), ["-" * width for width in widths], *cells):
        first, *others = [text.rjust(width) for text, width in zip(row, widths, strict=True)]
        print("  ".join([first.strip().ljust(widths[0]), *others]), flush=True)


def percentile(figures: Sequence[float], share: float) -> float:
    """The smallest figure that so large a share of them does not exceed."""
    ordered = sorted(figures)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)]


def _shown(value: Any) -> str:
    return f"{value:,.2f}".replace(",", " ") if isinstance(value, float) else str(value)
