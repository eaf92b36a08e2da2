"""What an answer of the service means: the one table of status and code (contract §1). Pure.

Only JSON in the contract's form comes from our extension. Whatever else arrives – a page of the web server, of a proxy,
of 1C itself – says nothing about the object asked for; above all, a page with 404 does not mean that it is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from common.errors import (
    CursorGone,
    ExchangeError,
    FileClosed,
    InDoubt,
    NameTaken,
    NeedsPerson,
    SideDown,
    SideRefused,
    Stop,
    TryLater,
)
from common.onec.http_service import fields
from common.onec.http_service.fields import Json, Unreadable
from common.onec.odata.wire import DETAIL_SIGNS, scrubbed

SIDE: Final = "base:dm"
"""The breaker's name of 1C:DM."""

MOVED_ON: Final = "moved_on"
"""What was read is not what is there: read again, at once."""
_AT_ONCE = 1.0


class Absent(ExchangeError):
    """There is no such object (any more). Reads turn it into None."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for.

    resource   the path from `/v1` on
    about      `list`: more than one object, its cursor may be too old; `content`: a version's bytes;
               `file`: an existing file's content or name; `new_file`: one more file of a document
    name       the file's name, where one is given
    """

    method: str
    resource: str
    about: Literal["object", "list", "content", "file", "new_file"] = "object"
    name: str = ""

    @property
    def write(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `retry_after` as the header has it."""

    asked: Asked
    status: int
    content_type: str
    body: bytes
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Error:
    """The service's own error."""

    asked: Asked
    status: int
    code: str
    message: str
    details: Json
    retryable: bool
    after: float | None


def content(answer: Answer) -> Json:
    """The JSON object of a good answer. Raises what `failure` says for any other."""
    if not 200 <= answer.status < 300 or not is_json(answer):
        raise failure(answer)
    try:
        return fields.parse(answer.body)
    except Unreadable as fault:
        broken = f"{answer.asked.resource}: {fault}"
        raise InDoubt(broken) if answer.asked.write else unreadable(answer.asked, str(fault)) from None


def is_json(answer: Answer) -> bool:
    return "json" in answer.content_type.lower()


def lost(asked: Asked, how: str) -> ExchangeError:
    """No whole answer came: a write is in doubt, a read is one failed connection (design §3)."""
    return InDoubt(how) if asked.write else SideDown(SIDE, "unreachable", how, certain=False)


def unreadable(asked: Asked, field: str) -> SideDown:
    """1C's answer is not the contract's: another release of the extension, or a fault of it."""
    return SideDown(SIDE, "unreadable", f"{asked.method} {asked.resource}: {field}", certain=False)


def failure(answer: Answer) -> ExchangeError:
    """The exception for a bad answer; it says who acts next."""
    error = _error(answer)
    if error is None:
        return _page(answer)
    row = _TABLE.get((error.status, error.code)) or _STATUSES.get(error.status)
    if row is not None:
        return row(error)
    # 404 and 410 with another code are not about our object, so they are no refusal either.
    return _refused(error) if 400 <= error.status < 500 and error.status not in (404, 410) else _page(answer)


def _error(answer: Answer) -> Error | None:
    """The service's own error; None for anything else."""
    if not is_json(answer):
        return None
    try:
        found = fields.child(fields.parse(answer.body), "error")
        code, message = fields.word(found, "code"), fields.maybe_text(found, "message")
        details = fields.maybe_child(found, "details") or {}
    except Unreadable:
        return None
    after = float(answer.retry_after) if answer.retry_after.isdecimal() else None
    return Error(answer.asked, answer.status, code, message, details, found.get("retryable") is True, after)


_PAGES: Final[dict[int, tuple[str, bool]]] = {
    401: ("credentials", True),
    403: ("maintenance", True),
    404: ("maintenance", True),
    405: ("maintenance", True),
    406: ("sessions", False),
    429: ("sessions", False),
    503: ("maintenance", True),
}
"""Cause and certainty of answers given before any of 1C's code ran: not even a write is in doubt (facts §3.1)."""


def _page(answer: Answer) -> ExchangeError:
    """Not our service: `unavailable` (contract §1). After 500, 502, 504 or a page with 200 a write may be done."""
    known = _PAGES.get(answer.status)
    if known is None and answer.asked.write:
        return InDoubt(f"HTTP {answer.status} instead of the service's JSON")
    cause, certain = known or ("maintenance", True)
    shown = scrubbed(answer.body[:2000].decode("utf-8", errors="replace"))
    return SideDown(SIDE, cause, f"HTTP {answer.status} {shown}".strip(), certain)


def _refused(error: Error) -> ExchangeError:
    return SideRefused(_stop("onec_refused", error, "person"))


def _forbidden(error: Error) -> ExchangeError:
    return NeedsPerson(_stop("onec_forbidden", error, SIDE))


def _too_large(error: Error) -> ExchangeError:
    return NeedsPerson(_stop("too_large", error, "person"))


def _credentials(error: Error) -> ExchangeError:
    return SideDown(SIDE, "credentials", error.code)


def _absent(error: Error) -> ExchangeError:
    """For a write: what was read before is not what is there. Bytes may be lost from 1C's volume (facts §1.7)."""
    if error.asked.about == "list":
        return _refused(error)
    if error.asked.about == "content":
        return NeedsPerson(_stop("content_missing", error, SIDE))
    return TryLater(MOVED_ON, _AT_ONCE) if error.asked.write else Absent(error.asked.resource)


def _gone(error: Error) -> ExchangeError:
    return CursorGone(error.asked.resource) if error.asked.about == "list" else _absent(error)


def _taken(error: Error) -> ExchangeError:
    """Another file of the document has the name; anything else that is done or differs is for a person."""
    if error.asked.about not in ("file", "new_file"):
        return _refused(error)
    holders = error.details.get("file_ids")
    known = holders if isinstance(holders, list) else []
    return NameTaken(error.asked.name, tuple(str(one).lower() for one in known))


def _moved_on(_: Error) -> ExchangeError:
    return TryLater(MOVED_ON, _AT_ONCE)


def _business(error: Error) -> ExchangeError:
    """Content of a signed or encrypted file stays as it is; rights, states and all else named are for a person."""
    details = error.details
    signed = not details or details.get("signed") is True or details.get("encrypted") is True
    if error.asked.about != "file" or not signed:
        return _refused(error)
    return FileClosed("signed", text=error.message[:DETAIL_SIGNS])


def _locked(error: Error) -> ExchangeError:
    """A captured file stays so until its holder lets it go; an open card is closed some time (contract §4)."""
    if error.retryable or error.asked.about != "file":
        return TryLater("open_card", error.after)
    return FileClosed("captured", str(error.details.get("locked_by") or "").lower(), error.message[:DETAIL_SIGNS])


def _in_progress(error: Error) -> ExchangeError:
    return TryLater("in_progress", error.after)


def _busy(error: Error) -> ExchangeError:
    return TryLater("busy", error.after)


def _unavailable(error: Error) -> ExchangeError:
    return SideDown(SIDE, "maintenance", scrubbed(error.message))


def _switched_off(error: Error) -> ExchangeError:
    return SideDown(SIDE, "switched_off", scrubbed(error.message))


def _stop(reason: str, error: Error, awaits: str) -> Stop:
    """1C's own words are for the person who mends it; they stay out of the exception's text."""
    asked, figures = error.asked, ", ".join(f"{name}: {_shown(value)}" for name, value in error.details.items())
    told = f"{error.code}: {error.message} {figures}".strip()[:DETAIL_SIGNS]
    field = asked.name or f"{asked.method} {asked.resource}"
    return Stop(reason, field, "admin", awaits, where="1C:DM", details=told)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


Row = Callable[[Error], ExchangeError]

_TABLE: Final[dict[tuple[int, str], Row]] = {
    (400, "invalid"): _refused,
    (401, "bad_signature"): _credentials,
    (401, "stale_timestamp"): _credentials,
    (403, "forbidden"): _forbidden,
    (404, "not_found"): _absent,
    (410, "gone"): _gone,
    (409, "already_done"): _taken,
    (409, "conflict"): _taken,
    (409, "in_progress"): _in_progress,
    (409, "idempotency_mismatch"): _refused,
    (412, "version_mismatch"): _moved_on,
    (413, "too_large"): _too_large,
    (422, "refused"): _business,
    (423, "locked"): _locked,
    (429, "busy"): _busy,
    (503, "unavailable"): _unavailable,
    (503, "switched_off"): _switched_off,
}
_STATUSES: Final[dict[int, Row]] = {401: _credentials, 403: _forbidden, 413: _too_large, 429: _busy}
"""Further codes of these statuses mean the same; of all others, a refusal (4xx) or not our service (the rest)."""
