"""Telling people: who, what and when, over the notices that see to "once per cause" (design §3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from common.errors import ExchangeError, NeedsPerson, SideDown, Stop
from common.flow.breakers import CREDENTIALS, EXCHANGE, Breaker
from common.flow.notices import Notice, Notices, recipients
from common.logs import counted
from common.ports import Clock, Notifier, Write

SKEW = 300.0
"""Seconds a side's clock may be wrong."""

_SIDE = "side:"
"""How what is told of a side, not of a record, begins."""

_REMEMBERED = timedelta(hours=1)
"""How long somebody found at work is not asked about again."""


@dataclass
class Telling:
    """Chooses the people, keeps what is to be said with the worker's commit, sends it and takes note."""

    notices: Notices
    notifier: Callable[[], Notifier]
    works_here: Callable[[int], bool]
    accountants: Sequence[int]
    admins: Sequence[int]
    clock: Clock
    _seen: dict[int, tuple[datetime, bool]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wish(
        self, record: str, stops: Sequence[Stop], responsible: int, mended: bool = True, source: str = ""
    ) -> Write:
        """What the record wants told now, for the worker's one commit; no stops: that it goes on, or has gone."""
        wanted = [(stop, person) for stop in stops for person in self._people(stop, responsible)]
        return self.notices.wish(record, wanted, mended, source)

    def settle(self, record: str) -> None:
        """Send what the record's wish made news."""
        self._send(self.notices.settle(record))

    def tell(self, about: str, stops: Sequence[Stop]) -> None:
        """What holds up a whole sweep, not a record: told once, and once more when it is mended (no stops)."""
        if stops or self.notices.joined(about):
            self.notices.wish_now(about, [(stop, person) for stop in stops for person in self._people(stop, 0)])
            self.settle(about)

    def told_of(self, kind: str) -> list[str]:
        """Everything named `<kind>:…` that people were told of and that is not over."""
        return self.notices.joined_of(kind)

    def side_opened(self, down: SideDown) -> None:
        """A side is out of order: the admins are told once, however many records it parks.

        Said again it is no news. Another cause is: the earlier one is over, and told so first.
        """
        word = "breaker_credentials" if down.cause == CREDENTIALS else "breaker_open"
        self._side_stops(down.side, Stop(word, down.side, "admin", down.side, details=down.cause))

    def _side_stops(self, side: str, stop: Stop, told: Sequence[str] = ()) -> None:
        for person in self._people(stop, 0):
            if _side(side, person) in told:
                continue
            notices = self.notices.tell(_side(side, person), [(stop, person)])
            self._send(sorted(notices, key=lambda one: one.kind == "open"))

    def side_closed(self, breaker: Breaker, resumed: int) -> None:
        """The side works again."""
        counted("breaker_closed", side=breaker.side, resumed=resumed)
        for person in self.admins:
            self._send(self.notices.close(_side(breaker.side, person)))

    def sides_checked(self, breakers: Callable[[], Sequence[Breaker]]) -> None:
        """Every breaker that stops is told of, and the end of every one told of that stops no more.

        Those told of are read first: a side that breaks between the two reads is not taken for one that works.
        """
        told = self.told_of("side")
        shut = {one.side: one for one in breakers() if one.stops}
        for breaker in shut.values():
            if breaker.open:
                self.side_opened(SideDown(breaker.side, breaker.cause, breaker.detail))
            else:
                self._side_stops(breaker.side, _by_hand(breaker), told)
        for record in told:
            if record.removeprefix(_SIDE).rpartition(":")[0] not in shut:
                self._send(self.notices.close(record))

    def clock_checked(self, side: str, offset: float) -> None:
        """A clock more than five minutes wrong is an alarm, right again it is told too (rules, Common); seconds."""
        stop = Stop("clock_skewed", side, "admin", "person", details=f"{offset:+.0f} s")
        for person in self._people(stop, 0):
            record = f"clock:{side}:{person}"
            if abs(offset) <= SKEW:
                self._send(self.notices.close(record))
            elif notice := self.notices.open(record, stop, person):
                self._send([notice])

    def tell_untold(self) -> int:
        """What a worker that died had still to say; how many notices."""
        for record in self.notices.unsettled():
            self.notices.settle(record)
        untold = self.notices.untold()
        self._send(untold)
        return len(untold)

    def _send(self, notices: Sequence[Notice]) -> None:
        """A notice that cannot be sent now stays to be told: the watch tries it again."""
        for notice in notices:
            try:
                self.notifier().notify(notice.person, notice.text, notice.tag)
            except NeedsPerson as refusal:
                counted("not_notified", person=notice.person, reason=str(refusal))
            except ExchangeError as reason:
                counted("not_told_yet", reason=type(reason).__name__)
                continue
            self.notices.told(notice)

    def _people(self, stop: Stop, responsible: int) -> tuple[int, ...]:
        return recipients(stop.owner, responsible, self.accountants, self.admins, self._is_active)

    def _is_active(self, user: int) -> bool:
        """Asked of the portal once an hour; while it cannot be asked, everybody works here."""
        now = self.clock.now()
        with self._lock:
            seen = self._seen.get(user)
        if seen is not None and now - seen[0] < _REMEMBERED:
            return seen[1]
        try:
            active = self.works_here(user)
        except ExchangeError as reason:
            counted("not_asked", what="user", reason=type(reason).__name__)
            return True
        with self._lock:
            self._seen[user] = (now, active)
        return active


def _by_hand(breaker: Breaker) -> Stop:
    """That a person paused it is told too: nobody else would know why all stands still."""
    return Stop("paused_by_hand", breaker.side.removeprefix(EXCHANGE), "admin", breaker.side, details=breaker.words)


def _side(side: str, person: int) -> str:
    return f"{_SIDE}{side}:{person}"
