"""What stands still: nothing of it is a fault of the exchange, all of it waits for somebody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from common.admin.doctor.examining import Check
from common.admin.doctor.finding import Finding, unknown, well
from common.admin.doctor.house import House
from common.admin.doctor.keeping import STORE
from common.admin.doctor.sides import named
from common.flow.breakers import Breaker

WAITING = "./deploy.sh waiting list"
LETTERS = "./deploy.sh letters list"
CONFLICTS = "./deploy.sh conflicts list"


def checks(house: House) -> Iterator[Check]:
    yield Check("breakers", lambda: breakers(house.breakers.all()), needs=(STORE,))
    yield Check("waiting", lambda: [waiting(house.waiting.counts())], needs=(STORE,))
    yield Check("dead letters", lambda: [some("dead letters", house.letters.count(), LETTERS)], needs=(STORE,))
    yield Check("conflicts", lambda: [some("conflicts", len(house.conflicts.open()), CONFLICTS)], needs=(STORE,))


def breakers(found: Iterable[Breaker]) -> Iterator[Finding]:
    """Sides that are left alone; pure."""
    stopped = [one for one in found if one.stops]
    for one in stopped:
        why = f"paused by {one.paused_by}" if one.paused_by else f"{one.cause} since {one.since}; tried again by itself"
        yield unknown("breakers", named(one.side), f"left alone: {why}", _goes_on(one))
    if not stopped:
        yield well("breakers", "", "every side is at work")


def _goes_on(breaker: Breaker) -> str:
    """What a person may do about it; an exchange goes on by a word, a side when it works."""
    kind, _, name = breaker.side.partition(":")
    return f"./deploy.sh resume {name} --by NAME" if kind == "exchange" else WAITING


def waiting(counts: Mapping[str, int]) -> Finding:
    """Records that wait, by reason; pure."""
    if not counts:
        return well("waiting", "", "nothing waits")
    shown = ", ".join(f"{reason} {number}" for reason, number in sorted(counts.items()))
    return unknown("waiting", "", f"{sum(counts.values())} wait: {shown}", WAITING)


def some(name: str, number: int, command: str) -> Finding:
    """How many of them there are; pure."""
    return unknown(name, "", f"{number} to be looked at", command) if number else well(name, "", "none")
