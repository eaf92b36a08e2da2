"""Faults for `dm.faults`: what comes instead of an answer of the service (contract §1, facts onec-dm §3.1, §7.1).

dm.faults.add(instead(page(502), times=3))              # HTML of a web server: also no_licence(), locked
dm.faults.add(instead(refusing(errors.busy(5))))        # an error of the service itself
dm.faults.add(drop_after(match=to("POST", "/files")))   # the write is done, the answer is lost
"""

from __future__ import annotations

from collections.abc import Callable

from tests.simulators.dm.errors import Refusal
from tests.simulators.faults import Match
from tests.simulators.onec.platform_answers import (
    anything,
    drop_after,
    drop_before,
    instead,
    locked,
    method,
    no_licence,
    page,
    slow,
    truncated,
)
from tests.simulators.web import Answer, Request


def refusing(refusal: Refusal) -> Callable[[Request], Answer]:
    """An error of the contract, whatever the request is."""

    def answer(request: Request) -> Answer:
        request_id = request.headers.get("x-request-id", "dm-0")
        told = refusal.answer(request_id)
        return Answer(told.status, told.body, {**told.headers, "X-Request-Id": request_id})

    return answer


def to(verb: str = "", part: str = "") -> Match:
    """Matches requests of this method whose path holds this part; empty is any."""
    return lambda request: verb in ("", request.method) and part in request.path


__all__ = [
    "anything",
    "drop_after",
    "drop_before",
    "instead",
    "locked",
    "method",
    "no_licence",
    "page",
    "refusing",
    "slow",
    "to",
    "truncated",
]
