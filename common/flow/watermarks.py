"""Watermarks: how far a side was read. Each moves only from the place its reader started at.

Beside them stands when an exchange last looked through its sources to the end: a watermark moves with news only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.errors import StoreConflict
from common.logs import counted
from common.model import moments
from common.ports import ABSENT, Clock, Store, Write

WATERMARKS = "watermarks"


@dataclass(frozen=True, slots=True)
class Watermark:
    """`value` is a moment or an id as text, "" when nothing was read yet."""

    name: str
    value: str = ""
    version: str = ABSENT


class Watermarks:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self, name: str) -> Watermark:
        found = self._store.get(WATERMARKS, name)
        return Watermark(name) if found is None else Watermark(name, found.data["value"], found.version)

    def advance(self, name: str, value: str, version: str) -> Watermark:
        """Move the watermark read before as `version`, after the page is in the queue: killed in between, the page is
        put again. Raises `AlreadyThere` or `Stale` when another reader moved it; his page is in the queue too.
        """
        return Watermark(name, value, self._store.write(self.write(name, value, version))[0])

    def put(self, name: str, value: str) -> Watermark:
        """Set it wherever it stood; overtaken by another who set it at this moment, his stands."""
        mark = self.get(name)
        try:
            return self.advance(name, value, mark.version)
        except StoreConflict:
            counted("watermark_overtaken", watermark=name)
            return self.get(name)

    def finished(self, exchange: str) -> None:
        """The exchange has looked at all it had to look at; one write."""
        self._store.write(Write(WATERMARKS, _finish(exchange), {"value": moments.text(self._clock.now())}))

    def finished_at(self, exchanges: Sequence[str]) -> dict[str, datetime]:
        """When each last did, in one round trip. One that never did is awaited from the first question on."""
        found = self._store.get_many(WATERMARKS, [_finish(one) for one in exchanges])
        ends: dict[str, datetime] = {}
        for one in exchanges:
            document = found.get(_finish(one))
            if document is None:
                self.finished(one)
            ends[one] = moments.parse(document.data["value"]) if document else self._clock.now()
        return ends

    def write(self, name: str, value: str, version: str) -> Write:
        """The same for a commit together with other writes."""
        data = {"value": value, "moved_at": moments.text(self._clock.now())}
        return Write(WATERMARKS, name, data, version)


def _finish(exchange: str) -> str:
    return f"finished:{exchange}"
