"""Stage entries since the watermark and waiting acts that are due → tasks (design §3)."""

from __future__ import annotations

import functions_framework
from flask import Request

from common.flow.delivery import Answer, ran

FUNCTION = "deal_sweep"


@functions_framework.http
def run(request: Request) -> Answer:
    """Put the tasks a webhook would have put."""
    from common.wiring import services

    def swept() -> dict[str, int]:
        sweep = services().acts_sweep
        return {"found": sweep.sweep(), "due": sweep.retry_due()}

    return ran(request, FUNCTION, swept)
