"""Errors say who acts next.

ExchangeError
├── Refused            the sender: answered 4xx, nothing stored
├── TryLater           the queue: tried again after a pause
│   └── InDoubt        a write whose answer was lost: read on the target before anything else
├── SideDown           the breaker of that side opens, the record is parked
├── NeedsPerson        a person: the record waits with a reason
│   └── SideRefused    the side itself said no, finally (a business refusal)
├── NameTaken          the exchange itself: another file of that place has the name
├── FileClosed         the exchange itself: 1C takes no new content of the file
└── CursorGone         the exchange itself: the feed forgot that place, everything is listed anew
StoreConflict
├── AlreadyThere       `create` found the key taken
└── Stale              the document changed since it was read
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Owner = Literal["crm", "accounting", "admin"]
"""Who can mend a stop: the deal's responsible, `ACCOUNTANT_USER_IDS` or `ADMIN_USER_IDS` (design §3)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One reason why a record waits, in a form that a person can act on.

    reason    one word of the rules, e.g. `kpp_missing`
    field     what is missing or wrong, as the person who mends it knows it
    owner     who can mend it
    awaits    what ends the waiting: `company:12`, `deal:5`, `mapping:nomenclature`, `rule:services`, `base:main`,
              `portal`, `person`; a change of that thing tries the record again at once
    subject   whom it is about, e.g. the company's name; empty if nobody
    where     where to mend it: a link or a place in words
    details   figures and names to print, e.g. both sums of `amount_mismatch`
    """

    reason: str
    field: str
    owner: Owner
    awaits: str
    subject: str = ""
    where: str = ""
    details: str = ""


class ExchangeError(Exception):
    """Anything this project raises on purpose."""


class Refused(ExchangeError):
    """The sender is wrong. `status` is 4xx; `reason` is one counted word, safe to log and to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class TryLater(ExchangeError):
    """Not now. `after` is a pause in seconds when the cause names one."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class InDoubt(TryLater):
    """A write was sent and its answer lost: it may or may not have been done (design §3 step 5)."""


class SideDown(ExchangeError):
    """A side is out of order as a whole. `side` is its breaker's name, `base:main` or `portal`; `cause` one word."""

    def __init__(self, side: str, cause: str, detail: str = "", certain: bool = True) -> None:
        super().__init__(f"{side} {cause}: {detail}")
        self.side = side
        self.cause = cause
        self.detail = detail
        self.certain = certain
        """False for a single failed connection: the breaker opens only after several in a row."""


class NeedsPerson(ExchangeError):
    """Only a person can help; the record waits with these stops (at least one)."""

    def __init__(self, *stops: Stop) -> None:
        super().__init__(", ".join(stop.reason for stop in stops))
        self.stops = stops


class SideRefused(NeedsPerson):
    """The side refused a write for good, e.g. OData code -1 with HTTP 500 (rules, Refusals)."""


class NameTaken(ExchangeError):
    """Another file of that folder or document has the name. `holders`: its ids as far as the side told them."""

    def __init__(self, name: str, holders: tuple[str, ...] = ()) -> None:
        super().__init__(name)
        self.name = name
        self.holders = holders


class FileClosed(ExchangeError):
    """1C takes no new content of the file: `why` is `signed` (also encrypted) or `captured`, by `holder` (a user's id,
    "" when nobody is named).
    """

    def __init__(self, why: str, holder: str = "", text: str = "") -> None:
        super().__init__(f"{why} {text}".strip())
        self.why = why
        self.holder = holder


class CursorGone(ExchangeError):
    """The place in a feed is older than what is kept (contract, 410)."""


class StoreConflict(ExchangeError):
    """A conditional write of the store did not apply; nothing of its batch did."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class AlreadyThere(StoreConflict):
    """The key exists already."""


class Stale(StoreConflict):
    """The document changed or went since its version was read."""
