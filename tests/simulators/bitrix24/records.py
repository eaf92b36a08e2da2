"""What tests look at afterwards: calls as they came, changes as they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.simulators.bitrix24.wire import Data

LONGEST = 16_384
_HEAD = 100


@dataclass(frozen=True)
class Record:
    """One method call as the portal saw it; `inner` if it came inside a batch."""

    method: str
    params: Data
    inner: bool
    auth: str
    status: int
    error: str = ""


@dataclass(frozen=True)
class Effect:
    """One real change of the portal's state."""

    kind: str
    entity: str
    id: Any
    fields: Data
    user_id: int | None


def shortened(params: Data) -> Data:
    """The parameters without the bulk of long texts, so that the records of many uploads do not fill the memory."""
    return {key: _short(value) for key, value in params.items()}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return f"{value[:_HEAD]}… ({len(value)} characters)" if len(value) > LONGEST else value
    if isinstance(value, dict):
        return shortened(value)
    return [_short(inner) for inner in value] if isinstance(value, list) else value
