"""Several infobases behind one web server, told apart by the first segment of the path (facts §1.1)."""

from __future__ import annotations

from collections.abc import Iterable

from tests.simulators.onec.answers import html
from tests.simulators.onec.infobase import Infobase
from tests.simulators.web import Answer, Request


class Publications:
    """An application that hands each request to the base published there."""

    def __init__(self, bases: Iterable[Infobase]) -> None:
        self._bases = {base.path.split("/")[1]: base for base in bases}

    def respond(self, request: Request) -> Answer:
        """Answer through the base of the first path segment, or 404 as a web server."""
        base = self._bases.get([*request.path.split("/"), ""][1])
        return base.respond(request) if base else html(404, "404 Not Found")
