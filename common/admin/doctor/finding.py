"""What the doctor found. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common.errors import Stop
from common.flow.notices_form import Text
from common.flow.notices_table import TEXTS

State = Literal["well", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; what it says is English, for the command line.

    check    which look, e.g. `portal stages`
    about    of what, e.g. `rule services`; "" when the check says it
    state    `unknown`: it could not be seen, or is for a person to judge; never a failure
    remedy   what to do, "" when nothing is to be done
    stop     how people are told of it by notice; None when something else tells them
    again    it could not be seen for a passing reason, so says nothing of what was seen before: worth another look soon
    """

    check: str
    about: str
    state: State
    what: str
    remedy: str = ""
    stop: Stop | None = None
    again: bool = False


def well(check: str, about: str, what: str) -> Finding:
    return Finding(check, about, "well", what)


def unknown(check: str, about: str, what: str, remedy: str = "", again: bool = False) -> Finding:
    return Finding(check, about, "unknown", what, remedy, again=again)


def wrong(check: str, about: str, stop: Stop, told: bool = False) -> Finding:
    """In the words that people read in notices. `told`: some other job tells them already."""
    both = TEXTS.get(stop.reason)
    text = both[1] if both else Text(f"Refused ({stop.reason})", "")
    said = ", ".join(one for one in (stop.field, stop.subject, stop.details) if one and one != about)
    what = f"{text.wrong}: {said}" if said else text.wrong
    return Finding(check, about, "wrong", what, text.do, None if told else stop)
