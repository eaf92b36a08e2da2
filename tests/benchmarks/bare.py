"""The least a receiver can be: a handler of the framework that keeps one task durably and answers."""

from __future__ import annotations

import itertools

import functions_framework
from flask import Request

from common.ports import Task

_numbers = itertools.count()


@functions_framework.http
def put(request: Request) -> str:
    """Keep what came, under a name of its own."""
    from common.wiring import services

    services().queue.put(Task("bare", {"length": len(request.get_data())}, f"bare-{next(_numbers)}"))
    return "ok"
