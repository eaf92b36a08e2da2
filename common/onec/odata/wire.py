"""What an answer means: the one table of 1C's errors (facts §1.15), and the log form of its texts. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from common.errors import (
    AlreadyThere,
    ExchangeError,
    InDoubt,
    NeedsPerson,
    SideDown,
    SideRefused,
    Stop,
)
from common.model.ids import BaseName
from common.onec.odata.values import parse

LOG_SIGNS = 200
_RIGHTS = "20"
DETAIL_SIGNS = 1000
_LICENCE = re.compile(r"свободной лицензии|найдена лицензия|ключ защиты программы|licen[sc]e (?:is )?not found", re.I)
_CLOSED = "Запрещено изменять данные"
_XML_REASON = re.compile(r"<exception\b[^>]*\breason=\"(\d+)\"")
_TAGS = re.compile(r"<[^>]*>")
_SCRUBBED = (
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I), "<id>"),
    (re.compile(r"[\w.+-]+@[\w.-]+"), "<mail>"),
    (re.compile(r"'[^']*'|\"[^\"]*\"|«[^»]*»|“[^”]*”"), "<text>"),
    (re.compile(r"\d{4,}"), "<number>"),
)


class Absent(ExchangeError):
    """Code 9: there is no such object (any more). Reads turn it into None."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `text` is decoded without its BOM. `entity` is what was asked, `write` whether to change it."""

    base: BaseName
    entity: str
    status: int
    content_type: str
    text: str
    write: bool = False

    @property
    def side(self) -> str:
        """The breaker's name of the base (design §3)."""
        return side(self.base)


def side(base: BaseName) -> str:
    """The breaker's name of a base."""
    return f"base:{base}"


def basic(user: str, password: str) -> str:
    """The `Authorization` header in UTF-8: clients that encode as latin-1 fail on a Cyrillic login (facts §1.17)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def content(answer: Answer) -> dict[str, Any]:
    """The JSON object of a good answer. Raises what `failure` says for any other."""
    if not 200 <= answer.status < 300 or "json" not in answer.content_type:
        raise failure(answer)
    try:
        found = parse(answer.text)
    except ValueError:
        raise lost(answer.base, answer.write, "a truncated answer") from None
    if not isinstance(found, dict) or "odata.error" in found:
        raise failure(answer)
    return found


def lost(base: BaseName, write: bool, how: str) -> ExchangeError:
    """No whole answer came: a write is in doubt, a read is one failed connection (design §3)."""
    return InDoubt(how) if write else SideDown(side(base), "unreachable", how, certain=False)


def failure(answer: Answer) -> Exception:
    """The exception for a bad answer; it says who acts next.

    Licence texts come with any status, so they are looked for first. RuntimeError: our request was wrong.
    """
    if _LICENCE.search(answer.text):
        return SideDown(answer.side, "licence", scrubbed(answer.text))
    error = _odata_error(answer.text)
    if error is not None and (answer.status != 401 or error[0] == _RIGHTS):
        code, message = error
        return _CODES.get(code, _ours)(answer, code, message)
    return _no_json(answer)


def scrubbed(text: str) -> str:
    """A text fit for logs: 1C echoes names, keys and numbers of the request (facts §1.15, R P7)."""
    plain = _TAGS.sub(" ", text)
    for pattern, instead in _SCRUBBED:
        plain = pattern.sub(instead, plain)
    return " ".join(plain.split())[:LOG_SIGNS]


def _odata_error(text: str) -> tuple[str, str] | None:
    """Code and message of an `odata.error`; None for anything else."""
    try:
        found = parse(text)["odata.error"]
        return str(found["code"]), str(found["message"]["value"])
    except (ValueError, KeyError, TypeError):
        return None


def _platform_reason(text: str) -> int | None:
    """The status inside a platform exception, in JSON or XML (locked base, no session)."""
    in_xml = _XML_REASON.search(text)
    if in_xml:
        return int(in_xml[1])
    try:
        return int(parse(text)["exception"]["reason"])
    except (ValueError, KeyError, TypeError):
        return None


# Certain: the request was refused before any of 1C's code saw it, so not even a write is in doubt.
_STATUSES: dict[int, tuple[str, bool]] = {
    401: ("credentials", True),
    403: ("maintenance", True),
    404: ("maintenance", True),
    406: ("sessions", False),
    429: ("sessions", False),
}


def _no_json(answer: Answer) -> ExchangeError:
    """HTML, Atom or a platform exception instead of JSON: maintenance of some sort (rules, Refusals)."""
    status = _platform_reason(answer.text) or answer.status
    known = _STATUSES.get(status)
    if known is None and answer.write:
        return InDoubt(f"HTTP {answer.status} instead of JSON")
    cause, certain = known or ("maintenance", True)
    return SideDown(answer.side, cause, f"HTTP {answer.status} {scrubbed(answer.text)}".strip(), certain)


def _refused(answer: Answer, _: str, message: str) -> Exception:
    """Code -1: 1C's own code said no. Final; a closed period has a reason of its own (rules, Refusals)."""
    reason = "period_closed" if _CLOSED in message else "refused_by_1c"
    if reason == "refused_by_1c":
        return SideRefused(_stop(answer, reason, answer.entity, "accounting", "person", message))
    closed = _stop(answer, reason, "Date", "accounting", "person", message)
    return SideRefused(replace(closed, subject=answer.side))  # the base's own, whatever deal met it


def _unknown(answer: Answer, _: str, message: str) -> Exception:
    """The base has no such entity or attribute: not published, or another release."""
    return NeedsPerson(_stop(answer, "profile_missing", answer.entity, "admin", answer.side, message))


def _forbidden(answer: Answer, _: str, message: str) -> Exception:
    """Code 20: a right or a hidden row, not the login (facts §1.15)."""
    return NeedsPerson(_stop(answer, "missing_right", answer.entity, "admin", answer.side, message))


def _absent(answer: Answer, _: str, __: str) -> Exception:
    return Absent(answer.entity)


def _there(answer: Answer, _: str, __: str) -> Exception:
    return AlreadyThere(answer.entity)


def _ours(answer: Answer, code: str, message: str) -> Exception:
    return RuntimeError(f"1C refused our request to {answer.entity}: code {code}, {scrubbed(message)}")


def _stop(answer: Answer, reason: str, field: str, owner: Any, awaits: str, message: str) -> Stop:
    """1C's own words are for the person who mends it; they stay out of the exception's text."""
    return Stop(reason, field, owner, awaits, where=f"1C, base {answer.base}", details=message[:DETAIL_SIGNS])


_CODES: dict[str, Callable[[Answer, str, str], Exception]] = {
    "-1": _refused,
    "4": _unknown,
    "5": _unknown,
    "6": _unknown,
    "8": _unknown,
    "9": _absent,
    "14": _unknown,
    "15": _there,
    _RIGHTS: _forbidden,
}
