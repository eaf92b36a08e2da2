"""Limits and opaque cursors (contract §1, §4)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from tests.simulators.dm.calls import Call
from tests.simulators.dm.errors import Data, invalid

Item = TypeVar("Item")


def limit(call: Call) -> int:
    """How many items; `list_limit` unless asked for fewer, `Refusal` 400 for more or none."""
    most = call.dm.switches.list_limit
    text = call.query.get("limit", str(most))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid(f"limit: от 1 до {most}", list_limit=most)
    return int(text)


def position(call: Call) -> int:
    """Where a list goes on; 0 without a cursor, `Refusal` 400 for one that is not of this list and filter."""
    text = call.query.get("after")
    if text is None:
        return 0
    try:
        number, _, mark = base64.urlsafe_b64decode(text).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        raise invalid("after: неизвестный курсор") from None
    if mark != _filter(call) or not number.isdigit():
        raise invalid("after: курсор другого списка")
    return int(number)


def page(call: Call, items: Iterable[Item], place: Callable[[Item], int], view: Callable[[Item], Data]) -> Data:
    """`{items, next}`; `items` begin at `position` and `place` tells where each stands."""
    most, shown, following = limit(call), list[Data](), None
    for item in items:
        if len(shown) == most:
            following = _cursor(call, place(item))
            break
        shown.append(view(item))
    return {"items": shown, "next": following}


def _cursor(call: Call, number: int) -> str:
    return base64.urlsafe_b64encode(f"{number}:{_filter(call)}".encode()).decode()


def _filter(call: Call) -> str:
    rest = sorted(pair for pair in call.query.items() if pair[0] not in ("after", "limit"))
    return hashlib.sha256(repr((call.request.path, rest)).encode()).hexdigest()[:8]
