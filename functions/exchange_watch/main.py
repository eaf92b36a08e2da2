"""Every minute: breakers probed, parked work resumed, untold notices told, digests of 1C kept fresh (design §3, §6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import functions_framework
from flask import Request

from common.flow.delivery import Answer, ran
from common.logs import LOGGER

if TYPE_CHECKING:
    from common.wiring import Services

FUNCTION = "exchange_watch"


@functions_framework.http
def run(request: Request) -> Answer:
    """One round of the watch."""
    from common.wiring import services

    return ran(request, FUNCTION, lambda: _round(services()))


def _round(found: Services) -> dict[str, int]:
    """Each step whatever became of those before it, the watch first; the first failure is the answer's."""
    steps: tuple[Callable[[], dict[str, int] | None], ...] = (
        lambda: found.watch.run(),
        found.import_first_rules,
        found.refresh_digests,
        found.equip_pending,
    )
    numbers: dict[str, int] = {}
    failures: list[Exception] = []
    for step in steps:
        try:
            numbers |= step() or {}
        except Exception as error:  # noqa: BLE001 - a step's boundary; raised below
            failures.append(error)
    if not failures:
        return numbers
    for further in failures[1:]:
        LOGGER.error("unforeseen", exc_info=further, extra={"fields": {"function": FUNCTION}})
    raise failures[0]
