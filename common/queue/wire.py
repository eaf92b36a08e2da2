"""What both queues check and send alike, so that a task which one of them refuses fails on the other too."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

from common.ports import Task

MAX_BYTES = 1_000_000
"""Below Cloud Tasks' 1 MB for the whole task; what we send are ids, a few hundred bytes."""

FARTHEST = timedelta(days=30)
"""Cloud Tasks takes no later start (facts 5.1)."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,500}")


def body_of(task: Task, now: datetime) -> bytes:
    """The body as ASCII JSON. Raises ValueError for a name, a size or a start that Cloud Tasks would refuse."""
    if not _NAME.fullmatch(task.name):
        raise ValueError(f"not a task name: {task.name[:80]!r}")
    if task.not_before is not None and task.not_before > now + FARTHEST:
        raise ValueError(f"task {task.name} starts more than 30 days ahead")
    body = json.dumps(task.body, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(body) > MAX_BYTES:
        raise ValueError(f"task {task.name} has {len(body)} bytes, over {MAX_BYTES}")
    return body
