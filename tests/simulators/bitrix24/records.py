"""What tests look at afterwards: calls as they came, changes as they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.simulators.bitrix24.wire import Data


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
