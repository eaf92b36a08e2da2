"""Dates as the portal prints and reads them (facts 9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

SERVER_ZONE = timezone(timedelta(hours=3))


def stamp(moment: datetime, zone: tzinfo = SERVER_ZONE) -> str:
    """ISO 8601 with the server offset, whole seconds."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def day(value: date, zone: tzinfo = SERVER_ZONE) -> str:
    """A pure CRM date: midnight UTC printed with the server offset (facts 9, [S])."""
    return stamp(datetime.combine(value, time(), UTC), zone)


def read_moment(text: object, zone: tzinfo = SERVER_ZONE) -> datetime | None:
    """ISO with offset; without offset the server zone; a date alone is midnight; None if it cannot be read."""
    if isinstance(text, datetime):
        return text
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return _site_format(str(text), zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def read_day(text: object) -> date | None:
    """The date part as written: pure dates are not converted."""
    if isinstance(text, date) and not isinstance(text, datetime):
        return text
    moment = read_moment(text)
    return moment.date() if moment else None


def _site_format(text: str, zone: tzinfo) -> datetime | None:
    for form in ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    return None
