"""Single values of the service's JSON, strictly: what has another form than the contract says is `Unreadable`. Pure.

"Absent = unknown, null = empty" (contract §1): the functions in `maybe_…` take both, the others neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.model import moments

Json = Mapping[str, Any]

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z")
_HASH = re.compile(r"[0-9a-f]{64}")
_NEVER = "0001-"


class Unreadable(ValueError):
    """1C answered otherwise than the contract says. The text names the field, never its value."""


def parse(body: bytes) -> Json:
    """A JSON object in UTF-8. Raises Unreadable for anything else, also when it is cut."""
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None
    return _object(found, "the body")


def is_guid(text: str) -> bool:
    """Whether it is an id of 1C in the form the contract wants: a lower-case GUID."""
    return _GUID.fullmatch(text) is not None


def child(found: Json, name: str) -> Json:
    return _object(found.get(name), name)


def maybe_child(found: Json, name: str) -> Json | None:
    return None if found.get(name) is None else child(found, name)


def rows(found: Json, name: str) -> list[Json]:
    """A list of objects."""
    value = found.get(name)
    if not isinstance(value, list):
        raise Unreadable(name)
    return [_object(one, name) for one in value]


def texts(found: Json, name: str) -> tuple[str, ...]:
    value = found.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Unreadable(name)
    return tuple(value)


def text(found: Json, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise Unreadable(name)
    return value


def maybe_text(found: Json, name: str) -> str:
    """ "" when unknown or empty."""
    return "" if found.get(name) is None else text(found, name)


def word(found: Json, name: str) -> str:
    """A text that is never empty."""
    value = text(found, name)
    if not value:
        raise Unreadable(name)
    return value


def number(found: Json, name: str) -> int:
    """A whole number, 0 or more."""
    value = found.get(name)
    if type(value) is not int or value < 0:
        raise Unreadable(name)
    return value


def positive(found: Json, name: str) -> int:
    """A whole number above 0."""
    value = number(found, name)
    if not value:
        raise Unreadable(name)
    return value


def flag(found: Json, name: str) -> bool:
    value = found.get(name)
    if not isinstance(value, bool):
        raise Unreadable(name)
    return value


def guid(found: Json, name: str) -> str:
    """In lower case, whatever 1C wrote."""
    value = text(found, name).lower()
    if not is_guid(value):
        raise Unreadable(name)
    return value


def maybe_guid(found: Json, name: str) -> str | None:
    return None if found.get(name) is None else guid(found, name)


def sha256(found: Json, name: str) -> str:
    value = text(found, name).lower()
    if not _HASH.fullmatch(value):
        raise Unreadable(name)
    return value


def moment(found: Json, name: str) -> datetime:
    """UTC, written with `Z`; 1C's empty date is never sent."""
    value = text(found, name)
    if not _MOMENT.fullmatch(value) or value.startswith(_NEVER):
        raise Unreadable(name)
    try:
        return moments.parse(value)
    except ValueError:
        raise Unreadable(name) from None


def maybe_moment(found: Json, name: str) -> datetime | None:
    return None if found.get(name) is None else moment(found, name)


def _object(value: Any, name: str) -> Json:
    if not isinstance(value, dict):
        raise Unreadable(name)
    return value
