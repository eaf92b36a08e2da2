"""Tasks as stored data: what is put on the queue again later, under another name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from common.ports import Data, Task


def as_data(task: Task) -> Data:
    """What is needed to put the task again; its name is kept to recognise it."""
    return {"function": task.function, "body": task.body, "name": task.name, "queue": task.queue}


def from_data(data: Data) -> Task:
    return Task(data["function"], data["body"], data["name"], data["queue"])


def name_for(*parts: str) -> str:
    """A task name made of parts that may hold anything; equal parts give an equal name, so a double put is one task."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]


PUT_OFF = timedelta(minutes=1)


def put_off(task: Task, now: datetime) -> Task:
    """The task once more, a minute later and with all its attempts; handed out again meanwhile it is the same one."""
    return Task(task.function, task.body, name_for("put off", task.name), task.queue, now + PUT_OFF)


CHUNK = 7
"""Records of one task: about seven deals fill one batch of 50 commands (design §3)."""

Piece = TypeVar("Piece")


def chunks(whole: Sequence[Piece], size: int = CHUNK) -> Iterator[Sequence[Piece]]:
    """As many as one task carries, in their order."""
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
