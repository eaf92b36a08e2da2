"""A side that does not answer, or refuses us altogether: what that means and who can do what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from common.admin.doctor.finding import Finding
from common.bitrix.faults import PORTAL
from common.errors import SideDown

_MEANS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "credentials": "refuses our credentials",
        "unreachable": "does not answer",
        "maintenance": "answers with a page instead of its service",
        "unreadable": "answers in another form than agreed",
        "licence": "has no free licence",
        "sessions": "has no free session",
        "not_installed": "has not installed our application",
        "payment": "does not include REST in its plan",
        "deleted": "was closed",
        "moved": "has another address",
        "auth_server": "cannot be asked: the authorisation server does not answer",
    }
)

_DM: Final = "base:dm"


def broken(check: str, about: str, down: SideDown) -> Finding:
    """The breakers tell people of it, so the doctor does not."""
    means = _MEANS.get(down.cause, f"is out of order ({down.cause})")
    what = f"{named(down.side)} {means}" + (f": {down.detail}" if down.detail else "")
    return Finding(check, about, "wrong", what, _remedy(down), again=True)


def named(side: str) -> str:
    """A side as people call it."""
    if side == PORTAL:
        return "the portal"
    kind, _, name = side.partition(":")
    return "1C:DM" if side == _DM else f"{kind} {name}"


def _remedy(down: SideDown) -> str:
    if down.side == PORTAL:
        return _PORTAL.get(down.cause, "Open the portal in a browser; ask its administrator.")
    prefix = f"ONEC_{down.side.removeprefix('base:').upper()}"
    if down.cause == "credentials":
        keys = f", {prefix}_KEYS" if down.side == _DM else ""
        return f"Check {prefix}_USER, {prefix}_PASSWORD{keys}, and that this user may log in to 1C."
    if down.cause in ("licence", "sessions"):
        return "Ask the administrator of 1C for a free licence; the exchange needs one session for each base."
    return f"Check {prefix}_URL, the publication on 1C's web server, and that it lets our address in."


_PORTAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "credentials": "With a webhook: it expired, was deleted, or its user was dismissed; make a new one and set "
        "BITRIX_WEBHOOK_URL. With the application: install it on the portal again.",
        "not_installed": "Install the application on the portal; its install path is "
        "PUBLIC_BASE_URL/bitrix-app-installed.",
        "payment": "Pay for the portal's plan or subscription.",
        "moved": "Set the portal's new address in BITRIX_WEBHOOK_URL, or install the application again.",
        "unreachable": "Check the portal's address and that we may reach the Internet.",
    }
)
