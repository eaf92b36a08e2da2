"""How a document of the `Store` port lies in Firestore. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.ports import Data, Write

MAX_ID_BYTES = 1500
_KEPT_BYTES = 1400
_MAX_TEXT_BYTES = 1500
_SURROGATE = re.compile("[\ud800-\udfff]")
_ASKABLE = re.compile(r"(?!__)[a-z_]+")

# No id may hold "/", be "." or "..", or look like "__name__". "/" is written so that ids order as the keys do: the
# codes of "." and "/" begin with "." and stand between "-" and "0", as the letters themselves do.
_ESCAPES = {".": ".-", "/": ".~"}
_LEAD = "="

KEY = "key"
"""Where a document's key stands: Firestore scans its own ids upwards only."""


def path_of(field: str) -> str:
    """Where a top-level field that queries ask for stands in the document."""
    return f"fields.{field}"


def document_id(key: str) -> str:
    """The id of a key: the key itself with `/` and `.` escaped, after a sign that no reserved id begins with.

    Ids order as keys do. One over 1500 bytes is cut and ends with the key's hash; order then holds for the first 1400.
    The key is kept as a field, so nothing is read back from the id. Keys that grow monotonically (times, counters)
    would heat one end of the id range: harmless at our few writes a second, a limit near 500 (facts 6.1).
    """
    escaped = _LEAD + "".join(_ESCAPES.get(letter, letter) for letter in key)
    encoded = escaped.encode()
    if len(encoded) <= MAX_ID_BYTES:
        return escaped
    return encoded[:_KEPT_BYTES].decode(errors="ignore") + hashlib.sha256(key.encode()).hexdigest()


def fields_of(write: Write, write_id: str) -> dict[str, Any]:
    """What is stored: see `FirestoreStore`."""
    data = write.data or {}
    return {
        "key": write.key,
        "json": _json(data),
        "fields": {name: value for name, value in data.items() if _ASKABLE.fullmatch(name) and _is_scalar(value)},
        "write": write_id,
        "expire_at": write.expire_at,
    }


def data_of(stored: Mapping[str, Any]) -> Data:
    """The document's data back."""
    data: Data = json.loads(stored["json"])
    return data


def is_alive(stored: Mapping[str, Any], now: datetime) -> bool:
    """Firestore removes expired documents within a day or so; until then they are only not seen (facts 6.1)."""
    return stored["expire_at"] is None or stored["expire_at"] > now


def _json(data: Data) -> str:
    """Cyrillic as it is: escaped it would fill the 1 MiB three times sooner. Halves of surrogate pairs are no UTF-8."""
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def _is_scalar(value: object) -> bool:
    if isinstance(value, str):
        return not _SURROGATE.search(value) and len(value.encode()) <= _MAX_TEXT_BYTES
    return value is None or isinstance(value, bool | int | float)
