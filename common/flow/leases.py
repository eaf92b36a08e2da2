"""Leases: one holder at a time for what must not be done by two, e.g. the one writer of a 1C base (design §4)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from common import logs
from common.errors import StoreConflict, TryLater
from common.model import moments
from common.ports import ABSENT, Clock, Store, Write

LEASES = "leases"
_FIRST_LOOK = 0.05
_LONGEST_LOOK = 0.2
"""Seconds between looks at a lease held by another process; doubled from the first to the longest. The writer of a 1C
base is the narrowest place of the house, and it stands idle between the end of a lease and the next look at it.
"""

_LONGEST_WAIT = 10.0
"""Seconds a thread waits to be woken by another of its process before it looks itself: long, so that the order in
which they came is kept; bounded, because the one that was woken may have given up.
"""


class StoredLeases:
    """`ports.Leases` over the store. Not a fence: a holder that overruns its lease may meet the next one, so what it
    protects must stand that (we serialise 1C's writer for its speed, not for correctness).

    A thread that waits for another of its own process is woken when that one lets go, the longest waiting first.
    """

    def __init__(self, store: Store, clock: Clock, ids: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._rooms: dict[str, _Room] = {}

    @contextmanager
    def hold(self, name: str, seconds: float, patience: float) -> Iterator[None]:
        """Be the only holder inside the block. Raises `TryLater` when it stays held for `patience` seconds.

        Killed inside the block: the lease ends by itself after `seconds`.
        """
        version = self._wait(name, seconds, patience)
        with self._room(name).entered():
            try:
                yield
            finally:
                self._give_back(name, version)

    def _room(self, name: str) -> _Room:
        return self._rooms.setdefault(name, _Room())

    def _wait(self, name: str, seconds: float, patience: float) -> str:
        last = self._clock.now() + timedelta(seconds=patience)
        pause = _FIRST_LOOK
        while True:
            taken = self._try(name, seconds)
            if isinstance(taken, str):
                return taken
            now = self._clock.now()
            if now >= last:
                raise TryLater(f"lease_busy: {name}", max((taken - now).total_seconds(), 1.0))
            if not self._room(name).wait(min(_LONGEST_WAIT, (last - now).total_seconds())):
                self._clock.sleep(min(pause, (last - now).total_seconds()))
            pause = min(pause * 2, _LONGEST_LOOK)

    def _try(self, name: str, seconds: float) -> str | datetime:
        """The version of our lease, or the moment when the other's ends."""
        now = self._clock.now()
        found = self._store.get(LEASES, name)
        if found is not None and moments.parse(found.data["until"]) > now:
            return moments.parse(found.data["until"])
        until = now + timedelta(seconds=seconds)
        data = {"owner": self._ids(), "until": moments.text(until)}
        try:
            return self._store.write(Write(LEASES, name, data, found.version if found else ABSENT))[0]
        except StoreConflict:
            # Another was faster; when his ends is seen at the next look.
            return now

    def _give_back(self, name: str, version: str) -> None:
        try:
            self._store.write(Write(LEASES, name, None, version))
        except StoreConflict:
            logs.counted("lease_overrun", lease=name)


class _Room:
    """Who in this process holds a lease, and who waits for it here."""

    def __init__(self) -> None:
        self._left = threading.Condition()
        self._inside: int | None = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This thread holds the lease inside the block; the end of it wakes one that waits."""
        me = threading.get_ident()
        with self._left:
            self._inside = me
        try:
            yield
        finally:
            with self._left:
                if self._inside == me:
                    self._inside = None
                self._left.notify()

    def wait(self, seconds: float) -> bool:
        """Wait until the holder lets go, at most so long; False at once when it is no other thread of this process."""
        with self._left:
            if self._inside in (None, threading.get_ident()):
                return False
            self._left.wait(seconds)
            return True
