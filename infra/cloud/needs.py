"""What a command needs and does not find, all of it at once, each with how to get it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """One thing: `what` is missing or wrong, `how` to mend it."""

    what: str
    how: str

    def __str__(self) -> str:
        return f"  - {self.what}\n      {self.how}"


class Unprepared(Exception):
    """Nothing was begun, because something is missing."""

    def __init__(self, needs: Iterable[Need]) -> None:
        self.needs = tuple(needs)
        super().__init__("\n".join(map(str, self.needs)))
