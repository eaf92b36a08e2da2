"""How a reason is worded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """`wrong`: what is wrong; `do`: what the person who can mend it does."""

    wrong: str
    do: str
