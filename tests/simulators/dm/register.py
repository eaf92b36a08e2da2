"""The register of idempotency keys (contract §1, §4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.simulators.dm.errors import idempotency_mismatch, in_progress
from tests.simulators.web import Answer

KEPT = timedelta(days=7)


@dataclass
class _Row:
    request: tuple[str, str, str]
    at: datetime
    answer: Answer | None = None


@dataclass
class Register:
    """Keys by method, resource and hash of the body; a key without an answer belongs to a request that runs."""

    now: Callable[[], datetime]
    rows: dict[str, _Row] = field(default_factory=dict)

    def begin(self, key: str, request: tuple[str, str, str], retry_after: int) -> Answer | None:
        """Take the key for this request, or give its stored answer; `Refusal` 409 if the key is taken otherwise."""
        row = self.rows.get(key)
        if row is None or row.at + KEPT < self.now():
            self.rows[key] = _Row(request, self.now())
            return None
        if row.request != request:
            raise idempotency_mismatch()
        if row.answer is None:
            raise in_progress(retry_after)
        return replace(row.answer, headers={**row.answer.headers, "Idempotent-Replay": "true"})

    def commit(self, key: str, answer: Answer) -> None:
        """Keep the answer; in one step with the business write."""
        self.rows[key].answer = answer

    def release(self, key: str) -> None:
        """A refusal leaves the key free."""
        self.rows.pop(key, None)
