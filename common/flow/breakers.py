"""Breakers: a side that is out of order as a whole is left alone until a probe finds it well (design §3).

One document per side that has trouble, none for a side that works; so the good case costs one read per process and
`_FRESH` seconds, and no write. A whole exchange is such a side too (`exchange:acts`): only a person stops it, and no
probe can find it well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from common.errors import SideDown, StoreConflict
from common.flow.retry import until_applied
from common.logs import counted
from common.model import moments
from common.ports import ABSENT, Clock, Document, Store, Write

BREAKERS = "breakers"
CREDENTIALS = "credentials"
EXCHANGE = "exchange:"
"""How the breaker begins by which a person pauses a whole exchange."""

_FRESH = timedelta(seconds=5)
_IN_A_ROW = 3
_WITHIN = timedelta(minutes=2)
_FIRST = timedelta(hours=1)
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
    paused_at   when he did, and `because`: his words
    back_at     when it last came back; set until all that had been parked by then has gone on
    """

    side: str
    open: bool = False
    cause: str = ""
    detail: str = ""
    since: str = ""
    probe_at: str = ""
    failures: tuple[str, ...] = ()
    paused_by: str = ""
    paused_at: str = ""
    because: str = ""
    back_at: str = ""
    version: str = ABSENT

    @property
    def stops(self) -> bool:
        return self.open or bool(self.paused_by)

    @property
    def words(self) -> str:
        """Who paused it and why, as people read it; "" when nobody did."""
        return ": ".join(one for one in (self.paused_by, self.because) if one)


class Breakers:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # What this process saw last, to spare reads; every entry is replaced whole, so threads may share it.
        self._seen: dict[str, tuple[datetime, Breaker]] = {}
        self._all_seen: datetime | None = None

    def is_open(self, side: str) -> bool:
        """Whether to leave the side alone; known to be at most `_FRESH` old."""
        return self.first_open([side]) is not None

    def first_open(self, sides: Sequence[str]) -> Breaker | None:
        """The first of these sides that is to be left alone, as `is_open` knows it; one round trip for all."""
        return next((one for one in self._known(sides) if one.stops), None)

    def first_back(self, sides: Sequence[str]) -> Breaker | None:
        """The first of these sides that has just come back, and whose parked work goes first.

        For `_FIRST` at most: a watch that is gone shall delay new work, not stop it.
        """
        since = moments.text(self._clock.now() - _FIRST)
        return next((one for one in self._known(sides) if one.back_at > since), None)

    def get(self, side: str) -> Breaker:
        """As it is now in the store; a side without trouble has a breaker that is not open."""
        return self._read(side)

    def all(self) -> list[Breaker]:
        """Every side that has trouble or is paused. For `_FRESH` seconds from now on no side needs a further read."""
        now = self._clock.now()
        found = [_breaker(one) for one in self._store.query(BREAKERS)]
        for breaker in found:
            self._seen[breaker.side] = (now, breaker)
        self._all_seen = now
        return [one for one in found if one.stops or one.failures]

    def came_back(self) -> list[Breaker]:
        """Sides whose parked work has still to go on, as this process saw them last; look at `all` first."""
        return [one for _, one in list(self._seen.values()) if one.back_at and not one.stops]

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

    def pause(self, side: str, by: str, because: str = "", *also: Write) -> bool:
        """A person stops this side; it counts as open until `resume`, whatever the probes find. False when somebody
        has stopped it already. `also` is written with it, or not at all.
        """
        return until_applied(lambda: self._paused(self._read(side), by, because, also))

    def resume(self, side: str, *also: Write) -> bool:
        """A person lets it go on; False when nobody had stopped it."""
        return until_applied(lambda: self._resumed(self._read(side), also))

    def settled(self, breaker: Breaker) -> None:
        """All that was parked when the side came back has gone on. Somebody may have stopped it anew meanwhile."""
        try:
            self._write(replace(breaker, back_at=""))
        except StoreConflict:
            self._read(breaker.side)

    def _opened(self, before: Breaker, cause: str, detail: str) -> bool:
        if before.open and not (cause == CREDENTIALS and before.cause != CREDENTIALS):
            return False
        now = self._clock.now()
        since = before.since if before.open else moments.text(now)
        after = replace(before, open=True, cause=cause, detail=detail, since=since, failures=(), back_at="")
        self._write(replace(after, probe_at=moments.text(now + _pause(cause))))
        counted("breaker_opened", side=after.side, cause=cause)
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
        back_at = "" if before.paused_by else moments.text(self._clock.now())
        after = replace(before, open=False, cause="", detail="", since="", probe_at="", failures=())
        self._write(replace(after, back_at=back_at))
        return before

    def _paused(self, before: Breaker, by: str, because: str, also: Sequence[Write]) -> bool:
        if before.paused_by:
            return False
        now = moments.text(self._clock.now())
        self._write(replace(before, paused_by=by, paused_at=now, because=because, back_at=""), *also)
        return True

    def _resumed(self, before: Breaker, also: Sequence[Write]) -> bool:
        if not before.paused_by:
            return False
        back_at = "" if before.open else moments.text(self._clock.now())
        self._write(replace(before, paused_by="", paused_at="", because="", back_at=back_at), *also)
        return True

    def _handed(self, due: Breaker) -> bool:
        next_at = moments.text(self._clock.now() + _pause(due.cause))
        try:
            self._write(replace(due, probe_at=next_at))
        except StoreConflict:
            return False
        return True

    def _known(self, sides: Sequence[str]) -> list[Breaker]:
        """In their order; those not seen for `_FRESH` seconds are read together."""
        now = self._clock.now()
        known = {side: found for side in sides if (found := self._fresh(side, now)) is not None}
        stale = [side for side in sides if side not in known]
        if stale:
            known |= self._read_many(stale)
        return [known[side] for side in sides]

    def _fresh(self, side: str, now: datetime) -> Breaker | None:
        at, breaker = self._seen.get(side, (None, None))
        if self._all_seen is not None and (at is None or at < self._all_seen):
            at, breaker = self._all_seen, Breaker(side)  # a look at all found none of it
        return breaker if at is not None and now - at < _FRESH else None

    def _read(self, side: str) -> Breaker:
        return self._read_many([side])[side]

    def _read_many(self, sides: Sequence[str]) -> dict[str, Breaker]:
        found = self._store.get_many(BREAKERS, list(sides))
        return {side: self._remember(_breaker(found[side]) if side in found else Breaker(side)) for side in sides}

    def _write(self, after: Breaker, *also: Write) -> None:
        """Conditional on the version `after` was made from. A side without trouble keeps no document."""
        quiet = not (after.stops or after.failures or after.back_at)
        if quiet and after.version == ABSENT:
            return
        data = None if quiet else {**asdict(after), "failures": list(after.failures)}
        if data is not None:
            del data["version"]
        version = self._store.write(Write(BREAKERS, after.side, data, after.version), *also)[0]
        self._remember(replace(after, version=version or ABSENT))

    def _remember(self, breaker: Breaker) -> Breaker:
        self._seen[breaker.side] = (self._clock.now(), breaker)
        return breaker


def exchange_side(exchange: str) -> str:
    """The breaker by which a person pauses a whole exchange."""
    return f"{EXCHANGE}{exchange}"


def _pause(cause: str) -> timedelta:
    return _PROBES_CREDENTIALS if cause == CREDENTIALS else _PROBES


def _breaker(found: Document) -> Breaker:
    data = {**found.data, "failures": tuple(found.data["failures"])}
    return Breaker(**data, version=found.version)
