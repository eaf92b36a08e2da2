"""Moments are aware and in UTC; business dates belong to `BUSINESS_TIME_ZONE`."""

from __future__ import annotations

from datetime import UTC, date, datetime


def parse(text: str) -> datetime:
    """Read ISO 8601 with an offset; the result is UTC. Raises ValueError without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return moment.astimezone(UTC)


def text(moment: datetime) -> str:
    """Write UTC in one fixed width, so that texts order as moments do: `2026-01-31T09:00:00.000000Z`."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def business_date(moment: datetime, zone: str) -> date:
    """The date on the calendar of `zone` (an IANA name) at that moment."""
    from zoneinfo import ZoneInfo  # not for the cold start of functions that need no calendar

    return moment.astimezone(ZoneInfo(zone)).date()
