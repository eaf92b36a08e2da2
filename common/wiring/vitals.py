"""The house's numbers for `exchange_watch`, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.errors import TryLater
from common.flow.vitals import Vitals
from common.model.ids import PortalKey

if TYPE_CHECKING:
    from common.wiring.services import Services

SWEEPS = 300
"""Seconds between two runs of the jobs that sweep (their `function.json`)."""


def vitals_of(services: Services) -> Vitals:
    """Of all exchanges."""
    return Vitals(
        waiting=services.waiting,
        letters=services.letters,
        conflicts=services.conflicts,
        breakers=services.breakers,
        marks=services.watermarks,
        application=lambda: _application(services),
        exchanges={"acts": SWEEPS, "documents": services.settings.site.document_minutes * 60},
        clock=services.clock,
    )


def _application(services: Services) -> dict[str, int]:
    """No numbers with a webhook: it neither expires nor is refreshed."""
    if services.settings.bitrix.webhook_url is not None:
        return {}
    from common.bitrix import tokens

    try:
        member = services.portal  # kept by the process once it is known
    except TryLater:
        member = PortalKey("")
    return tokens.health(services.store, member, services.clock.now())
