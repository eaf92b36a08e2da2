"""The doctor put together: for a person, and for the watch once a day."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from common.admin.doctor import Doctor
from common.admin.doctor.daily import round_of
from common.errors import SideDown, StoreConflict
from common.model import moments
from common.ports import Write
from common.wiring.services import DOCTOR, Services

_WHILE = timedelta(minutes=30)
"""Longer than a round: the next watch must not begin another beside it; if it dies, it is due again then."""


def by_hand(services: Services) -> Doctor:
    """For a person: asks sides that are left alone too, and reads `$metadata` anew."""
    return Doctor(services, by_hand=True)


def _noted(services: Services, down: SideDown) -> None:
    """A single lost connection is left to the work that meets it: its third one in a row has its place in order."""
    if down.certain and services.breakers.failed(down):
        services.telling.side_opened(down)


def daily(services: Services, version: str) -> dict[str, int]:
    """One round in the name of nobody; `version` of the note that it is due. Figures for the log."""
    now = services.clock.now()
    try:
        taken = services.store.write(Write("config", DOCTOR, {"due": moments.text(now + _WHILE)}, version))[0]
    except StoreConflict:
        return {}  # another watch has it
    figures, pause = round_of(Doctor(services, by_hand=False, down=partial(_noted, services)), services.telling)
    try:
        services.store.write(Write("config", DOCTOR, {"due": moments.text(now + pause)}, taken))
    except StoreConflict:
        return figures  # somebody saved rules meanwhile and wants another look at once
    return figures
