"""A clock that moves only when told to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


class ManualClock:
    """Time for tests: `sleep` does not wait, it moves the clock. Safe to share between threads."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._now += timedelta(seconds=seconds)

    def advance(self, seconds: float) -> datetime:
        """Let time pass without anybody sleeping; the new moment."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            return self._now
