"""The errors of Bitrix24 and who acts on each: one table (facts bitrix24 §1.5, §2, §4). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from common.errors import ExchangeError, InDoubt, NeedsPerson, SideDown, SideRefused, Stop, TryLater

Kind = Literal["renew", "rate", "operating", "down", "shaky", "person", "refused"]
"""
renew      the access token expired: refresh it and try again once
rate       too many requests from us: the bucket is full for everybody
operating  this one method is blocked for a while
down       nothing works until somebody mends it: the breaker opens at once
shaky      may pass by itself: the breaker opens after several in a row
person     rights, tariff or scope: the work waits for an administrator
refused    the method itself said no (any code that is not in the table)
"""

PORTAL = "portal"
"""The breaker's name of this side."""

LOST = "LOST_IN_BATCH"
"""Our own code: a command that the answer of its batch does not mention."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as the portal told it. `code` is text, maybe empty; `status` is 0 inside a batch.

    page: the body was no JSON, so a proxy or a maintenance page answered, not the REST service.
    """

    code: str
    text: str = ""
    status: int = 0
    page: bool = False

    @property
    def is_gone(self) -> bool:
        """The thing asked for is not there: coded in controllers, by text only in legacy methods (facts §4.0)."""
        return self.code.upper() == "NOT_FOUND" or (self.code in ("", "0") and "not found" in self.text.lower())


class PortalRefused(SideRefused):
    """A method said no. `fault` has its code and text."""

    def __init__(self, fault: Fault, method: str) -> None:
        details = f"{method}: {fault.code} {plain(fault.text)}".strip()
        super().__init__(Stop("portal_refused", method, "admin", "person", details=details))
        self.fault = fault


_TABLE: dict[str, tuple[Kind, str]] = {
    "expired_token": ("renew", "expired_token"),
    "query_limit_exceeded": ("rate", "too_many_requests"),
    "operation_time_limit": ("operating", "method_closed"),
    "no_auth_found": ("down", "credentials"),
    "invalid_credentials": ("down", "credentials"),
    "invalid_token": ("down", "credentials"),
    "authorization_error": ("down", "credentials"),
    "user_access_error": ("down", "credentials"),
    "application_not_found": ("down", "credentials"),
    "not_installed": ("down", "credentials"),
    "error_oauth": ("down", "credentials"),
    "invalid_request": ("down", "credentials"),
    "invalid_client": ("down", "credentials"),
    "invalid_grant": ("down", "credentials"),
    "wrong_client": ("down", "credentials"),
    "payment_required": ("down", "payment"),
    "portal_deleted": ("down", "deleted"),
    "overload_limit": ("down", "overload"),
    "connection_error": ("shaky", "auth_server"),
    "internal_server_error": ("shaky", "error"),
    "error_unexpected_answer": ("shaky", "error"),
    "lost_in_batch": ("shaky", "lost_in_batch"),
    "insufficient_scope": ("person", "missing_scope"),
    "invalid_scope": ("person", "missing_scope"),
    "access_denied": ("person", "access_denied"),
    "allowed_only_intranet_user": ("person", "access_denied"),
    "wrong_auth_type": ("person", "application_needed"),
    "wrong_license": ("person", "tariff"),
    "method_confirm_waiting": ("person", "confirmation_waiting"),
    "method_confirm_denied": ("person", "confirmation_denied"),
    "error_method_not_found": ("person", "method_missing"),
}
"""`error` in lower case → kind and the word for it. Both sides of a disagreement about the HTTP status fit: the code
counts, the status only when the code says nothing (facts §1.5, rules for clients)."""


def classify(fault: Fault) -> tuple[Kind, str]:
    """Who acts on this fault, and its one word."""
    if fault.page:
        return _of_page(fault.status)
    if fault.code.lower() == "access_denied" and "subscription" in fault.text.lower():
        return "down", "payment"  # REST itself is not in the plan (facts §1.1)
    if fault.code.lower() in _TABLE:
        return _TABLE[fault.code.lower()]
    # Legacy CRM has texts only: `Access denied.` (facts §4.1, §4.6).
    if fault.code in ("", "0") and fault.text.lower().startswith("access denied"):
        return "person", "access_denied"
    return _of_status(fault.status)


def exception(fault: Fault, method: str, write: bool = False) -> ExchangeError:
    """The exception for a fault. A write that failed in an unclear way is `InDoubt`: it may have been done."""
    kind, word = classify(fault)
    if kind == "down":
        return SideDown(PORTAL, word, f"{method}: {fault.code or fault.status}")
    if kind == "shaky":
        unclear = write and (fault.status in (500, 502, 504) or fault.code == LOST)
        return InDoubt(word) if unclear else SideDown(PORTAL, word, f"{method}: {fault.code or fault.status}", False)
    if kind == "person":
        details = f"{method}: {plain(fault.text)}"
        return NeedsPerson(Stop(word, method, "admin", PORTAL, details=details))
    return PortalRefused(fault, method) if kind == "refused" else TryLater(word)


@contextmanager
def understood(what: str) -> Iterator[None]:
    """An answer of another shape than the vendor documents is for a person to look at."""
    try:
        yield
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        details = f"{what}: {type(error).__name__}"
        raise NeedsPerson(Stop("portal_answer_unreadable", what, "admin", "person", details=details)) from None


def plain(text: str) -> str:
    """An error text without its markup, short enough to print (facts §10.2: texts may hold `<br>`)."""
    return " ".join(re.sub(r"<[^>]{0,50}>", " ", text).split())[:300]


def _of_page(status: int) -> tuple[Kind, str]:
    """HTML or nothing readable. Gateways fail for a moment; a page with any other status is maintenance."""
    if status == 429:
        return "rate", "too_many_requests"
    if status in (500, 502, 504):
        return "shaky", "error"
    # Under stress the limiter in front of PHP may answer 503 without JSON (facts §2.1 [U]): not certain either.
    return ("shaky", "maintenance") if status == 503 else ("down", "maintenance")


def _of_status(status: int) -> tuple[Kind, str]:
    if status == 429:
        return "rate", "too_many_requests"
    if status == 401:
        return "down", "credentials"
    return ("shaky", "error") if status >= 500 else ("refused", "portal_refused")
