"""Every minute: breakers probed, parked work resumed, untold notices told, digests of 1C kept fresh (design §3, §6)."""

from __future__ import annotations

import functions_framework
from flask import Request

from common.flow.delivery import Answer, ran

FUNCTION = "exchange_watch"


@functions_framework.http
def run(request: Request) -> Answer:
    """One round of the watch."""
    from common.wiring import services

    return ran(request, FUNCTION, lambda: services().watch_round())
