"""Install, update and uninstall of the local application (design §5)."""

from __future__ import annotations

import functions_framework
from flask import Request

from common.flow.delivery import Answer, received
from functions.bitrix_app_installed.install import FUNCTION, accept


@functions_framework.http
def receive(request: Request) -> Answer:
    """Verify the install, keep its tokens, bind events and create fields; answer the page that finishes it."""
    from common.wiring import services

    return received(request, FUNCTION, lambda delivery: accept(delivery, services()))
