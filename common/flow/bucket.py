"""The leaky bucket of Bitrix24 as arithmetic, without store or clock (facts bitrix24 §2.1).

Tokens handed out may be spent at any moment of the next seconds. Until they surely have been, they do not drain: so
the level is never below that of the portal, whenever the tokens are spent. In short: `level` is what surely arrived
and drains; `pending` may arrive any moment and does not. Level + pending never grows by waiting, so what fits when it
is handed out fits when it arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SPEND_WITHIN = timedelta(seconds=5)
ARRIVE_WITHIN = SPEND_WITHIN + timedelta(seconds=1)
"""A token spent at the last moment still has its way to the portal before it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`rate` tokens drain a second, `capacity` fit: 2 and 50, on Enterprise 5 and 250."""

    rate: float = 2.0
    capacity: int = 50


@dataclass(frozen=True, slots=True)
class Bucket:
    """`level` at the moment `at`; `pending`: when handed out, and how many."""

    at: datetime
    level: float = 0.0
    pending: tuple[tuple[datetime, int], ...] = ()

    def later(self, now: datetime, shape: Shape) -> Bucket:
        """The bucket as it is at `now`; a clock behind the last writer's lets no time pass."""
        at, level = self.at, self.level
        for handed_out, tokens in self.pending:
            arrived = handed_out + ARRIVE_WITHIN
            if arrived > now:
                break
            level = _drained(level, at, arrived, shape) + tokens
            at = max(at, arrived)
        left = tuple(one for one in self.pending if one[0] + ARRIVE_WITHIN > now)
        return Bucket(max(at, now), _drained(level, at, now, shape), left)

    @property
    def total(self) -> float:
        return self.level + sum(tokens for _, tokens in self.pending)

    def hand_out(self, tokens: int) -> Bucket:
        return Bucket(self.at, self.level, (*self.pending, (self.at, tokens)))

    def pause(self, limit: float, shape: Shape) -> float:
        """Seconds until one token fits under `limit`, if nobody else takes it; 0 when it fits now."""
        over = self.total + 1 - limit
        if over <= 0:
            return 0.0
        if over <= self.level or not self.pending:
            return over / shape.rate
        # The level runs dry first; then the oldest tokens must arrive before anything can drain.
        oldest = (self.pending[0][0] + ARRIVE_WITHIN - self.at).total_seconds()
        return max(oldest, self.level / shape.rate)


def _drained(level: float, since: datetime, now: datetime, shape: Shape) -> float:
    return max(0.0, level - shape.rate * max(0.0, (now - since).total_seconds()))
