"""1C's feed and Disk's folders → tasks; deletions and moves, which only this run lets pass (design §2, rules)."""

from __future__ import annotations

import functions_framework
from flask import Request

from common.flow.delivery import Answer, ran

FUNCTION = "document_sync"


@functions_framework.http
def run(request: Request) -> Answer:
    """One run."""
    from common.wiring import services

    return ran(request, FUNCTION, lambda: services().sync_documents())
