"""Breakers: a side that is out of order as a whole is left alone until a probe finds it well (design §3).

One document per side that has trouble, none for a side that works; so the good case costs one read per side, process
and `_FRESH` seconds, and no write.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from common.errors import SideDown, StoreConflict
from common.flow.retry import until_applied
from common.model import moments
from common.ports import ABSENT, Clock, Document, Store, Write

BREAKERS = "breakers"
CREDENTIALS = "credentials"

_FRESH = timedelta(seconds=5)
_IN_A_ROW = 3
_WITHIN = timedelta(minutes=2)
_PROBES = timedelta(seconds=50)
"""The watch runs every minute; its ticks come a little early or late, and an early one must not skip a probe."""
_PROBES_CREDENTIALS = timedelta(minutes=9, seconds=50)
"""Wrong passwords in a row lock a user, in 1C and in Bitrix24."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """A side with trouble.

    open        no work goes there
    cause       one word: `credentials`, `maintenance`, `connection` …
    since       when it opened; `probe_at`: not before that. Both `moments.text`, "" while not open
    failures    moments of uncertain failures lately, while not open
    paused_by   a person who stopped this side by hand; only a person lets it go on
    """

    side: str
    open: bool = False
    cause: str = ""
    detail: str = ""
    since: str = ""
    probe_at: str = ""
    failures: tuple[str, ...] = ()
    paused_by: str = ""
    version: str = ABSENT

    @property
    def stops(self) -> bool:
        return self.open or bool(self.paused_by)


class Breakers:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # What this process saw last, to spare reads; every entry is replaced whole, so threads may share it.
        self._seen: dict[str, tuple[datetime, Breaker]] = {}

    def is_open(self, side: str) -> bool:
        """Whether to leave the side alone; known to be at most `_FRESH` old."""
        seen = self._seen.get(side)
        if seen is None or self._clock.now() - seen[0] >= _FRESH:
            return self._read(side).stops
        return seen[1].stops

    def get(self, side: str) -> Breaker:
        """As it is now in the store; a side without trouble has a breaker that is not open."""
        return self._read(side)

    def all(self) -> list[Breaker]:
        """Every side that has trouble or is paused."""
        return [_breaker(one) for one in self._store.query(BREAKERS)]

    def open(self, side: str, cause: str, detail: str = "") -> bool:
        """Leave the side alone from now on. True when this call opened it or changed its cause: tell people.

        An open breaker changes its cause only to `credentials`, whose probes are rarer and which a person must mend.
        """
        return until_applied(lambda: self._opened(self._read(side), cause, detail))

    def failed(self, down: SideDown) -> bool:
        """Take note of a failure; True when that is news (`open`). A certain one opens at once, uncertain ones when
        there are three within two minutes and no success between.
        """
        if down.certain:
            return self.open(down.side, down.cause, down.detail)
        return until_applied(lambda: self._noted(self._read(down.side), down))

    def succeeded(self, side: str) -> None:
        """A call went through: failures noted so far are no row. No round trip unless this process saw some.

        It does not close an open breaker: an answer that was under way when the side broke proves nothing.
        """
        seen = self._seen.get(side)
        if seen is not None and seen[1].failures and not seen[1].open:
            until_applied(lambda: self._forgiven(self._read(side)))

    def probe_due(self) -> list[Breaker]:
        """Open breakers whose side should be tried now; each is handed to one caller and due again a while later.

        Killed before the probe: the next one is just as good. Tell the result by `closed` or `failed`.
        """
        now = moments.text(self._clock.now())
        found = self._store.query(BREAKERS, [("open", "==", True)])
        due = [_breaker(one) for one in found if one.data["probe_at"] <= now]
        return [one for one in due if self._handed(one)]

    def closed(self, side: str) -> Breaker | None:
        """The side works again. The breaker as it was when this call closed it, None when it was not open."""
        return until_applied(lambda: self._closed(self._read(side)))

    def pause(self, side: str, by: str) -> None:
        """A person stops this side; it counts as open until `resume`, whatever the probes find."""
        until_applied(lambda: self._write(replace(self._read(side), paused_by=by)))

    def resume(self, side: str) -> None:
        until_applied(lambda: self._write(replace(self._read(side), paused_by="")))

    def _opened(self, before: Breaker, cause: str, detail: str) -> bool:
        if before.open and not (cause == CREDENTIALS and before.cause != CREDENTIALS):
            return False
        now = self._clock.now()
        since = before.since if before.open else moments.text(now)
        after = replace(before, open=True, cause=cause, detail=detail, since=since, failures=())
        self._write(replace(after, probe_at=moments.text(now + _pause(cause))))
        return True

    def _noted(self, before: Breaker, down: SideDown) -> bool:
        if before.open:
            return False
        now = self._clock.now()
        lately = moments.text(now - _WITHIN)
        failures = (*(at for at in before.failures if at >= lately), moments.text(now))
        if len(failures) >= _IN_A_ROW:
            return self._opened(before, down.cause, down.detail)
        self._write(replace(before, failures=failures))
        return False

    def _forgiven(self, before: Breaker) -> None:
        if before.failures and not before.open:
            self._write(replace(before, failures=()))

    def _closed(self, before: Breaker) -> Breaker | None:
        if not before.open:
            return None
        self._write(Breaker(before.side, paused_by=before.paused_by, version=before.version))
        return before

    def _handed(self, due: Breaker) -> bool:
        next_at = moments.text(self._clock.now() + _pause(due.cause))
        try:
            self._write(replace(due, probe_at=next_at))
        except StoreConflict:
            return False
        return True

    def _read(self, side: str) -> Breaker:
        found = self._store.get(BREAKERS, side)
        return self._remember(Breaker(side) if found is None else _breaker(found))

    def _write(self, after: Breaker) -> None:
        """Conditional on the version `after` was made from. A side without trouble keeps no document."""
        quiet = not (after.open or after.paused_by or after.failures)
        if quiet and after.version == ABSENT:
            return
        data = None if quiet else {**asdict(after), "failures": list(after.failures)}
        if data is not None:
            del data["version"]
        version = self._store.write(Write(BREAKERS, after.side, data, after.version))[0]
        self._remember(replace(after, version=version or ABSENT))

    def _remember(self, breaker: Breaker) -> Breaker:
        self._seen[breaker.side] = (self._clock.now(), breaker)
        return breaker


def _pause(cause: str) -> timedelta:
    return _PROBES_CREDENTIALS if cause == CREDENTIALS else _PROBES


def _breaker(found: Document) -> Breaker:
    data = {**found.data, "failures": tuple(found.data["failures"])}
    return Breaker(**data, version=found.version)
