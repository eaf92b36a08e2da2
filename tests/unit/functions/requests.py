"""Requests as the platform hands them over."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Request
from werkzeug.test import EnvironBuilder


def request(
    body: bytes = b"", headers: Mapping[str, str] | None = None, method: str = "POST", query: str = ""
) -> Request:
    """A request with this body; its address is that of this machine."""
    builder = EnvironBuilder(method=method, data=body, query_string=query, headers=list((headers or {}).items()))
    environ = {"REMOTE_ADDR": "127.0.0.1", **builder.get_environ()}
    return Request(environ)


def task(body: bytes, attempt: int = 0) -> Request:
    """A task as the queue delivers it."""
    headers = {"X-CloudTasks-TaskName": "t", "X-CloudTasks-QueueName": "interactive"}
    return request(body, {**headers, "X-CloudTasks-TaskRetryCount": str(attempt)})
