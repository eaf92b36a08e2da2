"""The action "Send to 1C" of a Disk storage's process → a version or a file in 1C:DM (design §2)."""

from __future__ import annotations

import functions_framework
from flask import Request

from common.flow.delivery import Answer, processed, received
from functions.bitrix_file_submitted.action import FUNCTION, accept, act_on


@functions_framework.http
def receive(request: Request) -> Answer:
    """Authenticate the call, put a task, answer; no call to either side."""
    from common.wiring import services

    return received(request, FUNCTION, lambda delivery: accept(delivery, services()))


@functions_framework.http
def process(request: Request) -> Answer:
    """Carry the file by a person's word, and let the process go on."""
    from common.wiring import services

    return processed(request, FUNCTION, lambda turn: act_on(turn, services()), lambda: services().dead_letter)
