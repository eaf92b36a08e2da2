"""Saying no, and the small questions all services ask."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.values import Value


def require(condition: object, code: int, text: str) -> None:
    """Refuse with Google's status code and words unless the condition holds.

    Raises:
        Refused: it does not.
    """
    if not condition:
        raise Refused(f"googleapi: Error {code}: {text}")


def first(block: Value) -> Mapping[str, Value]:
    """The only element of a block, or nothing."""
    return block[0] if isinstance(block, list) and block else {}


def seconds(duration: Value) -> float:
    """`"90s"` in seconds; what is no duration is negative."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)s", duration) if isinstance(duration, str) else None
    return float(found[1]) if found else -1.0
