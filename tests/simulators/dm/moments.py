"""Times on the wire: UTC with Z, one second of resolution (contract §1, facts §5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def stamp(moment: datetime) -> str:
    """The moment as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_or_none(moment: datetime | None) -> str | None:
    """The moment as text; no date is null, never 0001-01-01."""
    return None if moment is None else stamp(moment)


def whole(moment: datetime) -> datetime:
    """1C keeps seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)


def read(text: str) -> datetime | None:
    """A moment of the wire; None if it is malformed."""
    if not _FORM.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
