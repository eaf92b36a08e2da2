"""What the simulators of Google's services share: answers and refusals in the form of their REST surface."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.simulators.web import Answer

JSON = {"Content-Type": "application/json; charset=UTF-8"}


class Refusal(Exception):
    """An error answer, in Google's form."""

    def __init__(self, code: int, status: str, message: str) -> None:
        super().__init__(message)
        body = {"error": {"code": code, "message": message, "status": status}}
        self.answer = Answer(code, json.dumps(body).encode(), JSON)


def answered(work: Callable[[], dict[str, Any]]) -> Answer:
    """What the work found as JSON, or its refusal."""
    try:
        body = work()
    except Refusal as refusal:
        return refusal.answer
    return Answer(200, json.dumps(body).encode(), JSON)


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
