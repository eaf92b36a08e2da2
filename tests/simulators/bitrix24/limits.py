"""The two limiters: intensity before everything, `operating` per method (facts 2.1, 2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.bitrix24.errors import RestError

BUCKETS = 10
RECORDED_FROM = 0.1


@dataclass
class Intensity:
    """Leaky bucket per source address: above `capacity` the next request is refused, `leak` drops a second."""

    capacity: int = 50
    leak: float = 2.0
    _levels: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def take(self, client: str, now: datetime) -> bool:
        """Count one request; false if it does not fit."""
        level, before = self._levels.get(client, (0.0, now))
        level = max(0.0, level - self.leak * (now - before).total_seconds())
        fits = level + 1 <= self.capacity
        self._levels[client] = (level + 1 if fits else level, now)
        return fits


@dataclass
class Operating:
    """Seconds of work per (caller, method) in ten one-minute buckets; runs up to 0.1 s are not recorded [S]."""

    limit: float = 480.0
    _spent: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)

    def check(self, caller: str, method: str, now: datetime) -> None:
        """Refuse a method whose sum is above the limit; other methods go on."""
        if self.spent(caller, method, now) > self.limit:
            raise blocked()

    def record(self, caller: str, method: str, seconds: float, now: datetime) -> None:
        """Add one run to the bucket of its minute."""
        if seconds > RECORDED_FROM:
            minutes = self._spent.setdefault((caller, method), {})
            minute = int(now.timestamp()) // 60
            minutes[minute] = minutes.get(minute, 0.0) + seconds

    def spent(self, caller: str, method: str, now: datetime) -> float:
        """The sum over the last ten minutes."""
        return sum(self._alive(caller, method, now).values())

    def reset_at(self, caller: str, method: str, now: datetime) -> int:
        """When the oldest bucket drops; ten minutes from now if there is none."""
        alive = self._alive(caller, method, now)
        return (min(alive) + BUCKETS) * 60 if alive else int(now.timestamp()) + BUCKETS * 60

    def _alive(self, caller: str, method: str, now: datetime) -> dict[int, float]:
        oldest = int(now.timestamp()) // 60 - BUCKETS
        return {minute: spent for minute, spent in self._spent.get((caller, method), {}).items() if minute > oldest}


def blocked() -> RestError:
    """HTTP 429 for one method of one caller."""
    return RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)


def too_many() -> RestError:
    """HTTP 503 of the front limiter."""
    return RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)
