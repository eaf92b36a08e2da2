"""The old address of a renamed portal (facts 1.1)."""

from __future__ import annotations

from tests.simulators.bitrix24.pipeline import moved
from tests.simulators.web import Answer, Request


class Renamed:
    """Answers everything with 302 to the new address; put it on a second `Server`."""

    def __init__(self, new_url: str) -> None:
        self._new_url = new_url.rstrip("/")
        self.hits = 0

    def respond(self, request: Request) -> Answer:
        """302 with a non-JSON body."""
        self.hits += 1
        return moved(self._new_url, request)
