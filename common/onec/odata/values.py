"""Values as 1C's JSON holds them: exact decimals, Int64 as text, naive local times (facts §1.6). Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from common.model.ids import EMPTY_REF, Ref

EMPTY_DATE = "0001-01-01T00:00:00"
UNDEFINED = "StandardODATA.Undefined"
TYPES = "StandardODATA."
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def decode(body: bytes) -> str:
    """Text of an answer; some begin with a BOM (facts §1.2). Bytes that are no UTF-8 show as U+FFFD."""
    return body.decode("utf-8-sig", errors="replace")


def parse(text: str) -> Any:
    """JSON with exact decimals. Raises ValueError when it is cut or no JSON."""
    return json.loads(text, parse_float=Decimal, parse_constant=_no_number)


def encode(value: Any) -> bytes:
    """JSON in UTF-8 where a Decimal is a number with its exact text; `json.dumps` could only round it to a float."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_text(str(name))}:{_text(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, float):
        raise TypeError("money is never a float")
    return json.dumps(value, ensure_ascii=False)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} in JSON")


def number_text(value: Decimal) -> str:
    """Plain digits without an exponent. Raises ValueError for NaN and infinity."""
    if not value.is_finite():
        raise ValueError("a number without a value")
    return format(value, "f")


def number(value: Any) -> Decimal:
    """A number of any Edm type: Double and Int16 come as numbers, Int64 as text; absent counts as 0."""
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)


def ref(value: Any) -> Ref:
    """A reference; what is no guid (an empty composite value) is the empty one."""
    text = str(value or "").lower()
    return Ref(text) if is_ref(text) else EMPTY_REF


def plain(name: str) -> str:
    """A name on one line without control signs: people paste tabs and line ends, 1C's names hold neither."""
    return "".join(sign for sign in " ".join(name.split()) if sign.isprintable())


def is_ref(text: str) -> bool:
    """Whether it has the form of a `Ref_Key`."""
    return _GUID.fullmatch(text) is not None


def some(value: Any) -> Ref | None:
    """A reference, None when empty."""
    found = ref(value)
    return None if found == EMPTY_REF else found


def day(value: Any) -> date | None:
    """The date of a naive local time; None for 1C's empty date."""
    text = str(value or EMPTY_DATE)[:10]
    return None if text == EMPTY_DATE[:10] else date.fromisoformat(text)


def local(moment: datetime, zone: str) -> str:
    """A moment as the base's own clock shows it, without a zone (facts §1.6). `zone` is an IANA name."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")


def moment(text: str, zone: str) -> datetime:
    """A naive local time of a base in `zone` as an aware moment; the first one where clocks were set back."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def in_link_order(key: Ref) -> str:
    """A guid as 1C's links write it: groups 4, 5, 3, 2, 1 without dashes.

    Seen in pairs of a link and its object's guid in public repositories; the tests hold two of them.
    """
    first, second, third, fourth, fifth = key.lower().split("-")
    return fourth + fifth + third + second + first
