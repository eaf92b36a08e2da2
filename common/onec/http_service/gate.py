"""No more than so many requests at once: each is a session of 1C, taken from people's licences (facts onec-dm §3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from common.errors import TryLater


class Gate:
    """Of one process. Safe to share between threads.

    patience   seconds to wait for a free place: a download keeps its place as long as it lasts
    """

    def __init__(self, places: int, patience: float) -> None:
        self._places = places
        self._patience = patience
        self._taken = 0
        self._changed = Condition()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place inside the block. Raises `TryLater` when none becomes free."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._taken < self._places, self._patience):
                raise TryLater("sessions_busy")
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify()

    def resize(self, places: int) -> None:
        """From now on; who is inside stays."""
        with self._changed:
            self._places = max(1, places)
            self._changed.notify_all()
