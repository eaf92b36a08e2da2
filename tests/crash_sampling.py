"""Which moments to die at: a few by a seed that the story's name makes, or all of them."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

SOON = 60
"""The second death of a pair follows the first within so many moments: while it is being recovered from."""


def full_matrix() -> bool:
    """Whether everything is asked for, not a sample."""
    return os.environ.get("FULL_MATRIX") == "1"


def plans(name: str, busy: int, singles: int, pairs: int) -> list[Sequence[int]]:
    """Deaths at one moment each, then at two; the same for the same name."""
    chance = random.Random(name)
    moments = list(range(1, busy + 1))
    ones = moments if full_matrix() else sorted(chance.sample(moments, singles))
    firsts = [chance.choice(moments) for _ in range(pairs)]
    return [*((one,) for one in ones), *((first, first + chance.randint(1, SOON)) for first in firsts)]
