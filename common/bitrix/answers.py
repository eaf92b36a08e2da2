"""What a method of Bitrix24 answers (facts bitrix24 §1.5, §2.3, §10.1). Pure; numbers are exact."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from common.bitrix.faults import Fault


@dataclass(frozen=True, slots=True)
class Timing:
    """What the `time` block says of the operating limit (facts §2.2).

    operating   seconds this method has worked for us in the last ten minutes; None when the limiter is off
    reset_at    when the oldest of those minutes drops out, UTC
    """

    operating: float | None = None
    reset_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer. `next` is the `start` of the page that follows, None on the last one."""

    result: Any
    total: int | None = None
    next: int | None = None
    timing: Timing = field(default_factory=Timing)


def read(status: int, body: bytes) -> Answer | Fault:
    """Read an HTTP answer: 200 with `error` is an error, and what is no JSON object is a page, not the service."""
    decoded = decode(body)
    if decoded is None:
        return Fault("", status=status, page=True)
    if decoded.get("error") is not None:
        return fault(decoded, status)
    if status >= 300 or "result" not in decoded:
        return Fault("", "no result", status, page=True)
    return Answer(decoded["result"], whole(decoded.get("total")), whole(decoded.get("next")), timing(decoded))


def decode(body: bytes) -> dict[str, Any] | None:
    """A JSON object with numbers as `Decimal` or int; None for anything else."""
    try:
        decoded = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def fault(block: Mapping[str, Any], status: int = 0) -> Fault:
    """Read `error` and `error_description`; the code may be a number, or an object in REST 3 (facts §1.6, §10.1)."""
    error = block["error"]
    if isinstance(error, Mapping):
        return Fault(str(error.get("code", "")), str(error.get("message", "")), status)
    return Fault(str(error), str(block.get("error_description") or ""), status)


def timing(block: Mapping[str, Any]) -> Timing:
    """Read the `time` beside a result; anything odd in it is as good as absent."""
    time = block.get("time")
    if not isinstance(time, Mapping):
        return Timing()
    operating, reset = time.get("operating"), whole(time.get("operating_reset_at"))
    return Timing(
        operating=float(operating) if isinstance(operating, int | Decimal) else None,
        reset_at=datetime.fromtimestamp(reset, UTC) if reset and reset < 1 << 35 else None,
    )


def whole(value: Any) -> int | None:
    """A whole number, whether written as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def _no_constant(name: str) -> Any:
    raise ValueError(name)
