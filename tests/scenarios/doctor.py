"""The doctor at a stand: what he finds, and what he asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx

from common.admin.doctor import Finding
from common.settings import Settings
from common.wiring import Services
from common.wiring.doctor import by_hand
from tests.stand import Stand


def looked(stand: Stand, **settings: str) -> list[Finding]:
    """A person calls the doctor; `settings` are those that differ."""
    return list(by_hand(as_called(stand, **settings)).findings())


def as_called(stand: Stand, **settings: str) -> Services:
    """A process of its own over the same store, as the command line is."""
    environ = {**stand._environ(), **settings}
    http = lambda: httpx.Client(transport=stand._transport())  # noqa: E731
    return Services(Settings.read(environ, ()), stand.clock, stand.services.ids, http)


def wrong(found: Iterable[Finding]) -> list[tuple[str, str]]:
    """What is wrong: check, and of what."""
    return [(one.check, one.about) for one in found if one.state == "wrong"]


def said(found: Iterable[Finding], check: str) -> str:
    """All that was said of one check, with what to do."""
    return "\n".join(f"{one.state} {one.about} {one.what} {one.remedy}" for one in found if one.check == check)


def states(found: Iterable[Finding], check: str) -> set[str]:
    return {one.state for one in found if one.check == check}


def written(stand: Stand) -> list[Any]:
    """Everything that was really changed on either side."""
    bases = [effect for base in stand.bases.values() for effect in base.effects]
    return [*stand.portal.effects, *bases, *getattr(getattr(stand, "dm", None), "effects", [])]
