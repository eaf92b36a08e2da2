"""A read followed by a compare-and-set, again while others come between."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from common.errors import StoreConflict, TryLater

Result = TypeVar("Result")

ATTEMPTS = 20
"""Each lost race means that somebody else's write went through, so twenty in a row is a crowd, not bad luck."""


def until_applied(attempt: Callable[[], Result], attempts: int = ATTEMPTS) -> Result:
    """The result of the first `attempt` that no other writer spoilt. Raises `TryLater` after too many.

    `attempt` reads afresh each time it is called and ends with its only write, so a repetition starts from nothing.
    """
    for _ in range(attempts):
        try:
            return attempt()
        except StoreConflict:
            continue
    raise TryLater("store_contended", 1.0)
