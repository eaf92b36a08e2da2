"""Leave to call Bitrix24, shared by everything we run against one portal (design §4, facts bitrix24 §2.1–2.2).

One document per portal. A worker takes a block of tokens by one compare-and-set and spends it from memory; while
nobody else writes, that is one round trip per block, because the version of our own last write is the one to compare.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from common.errors import StoreConflict, TryLater
from common.flow.bucket import SPEND_WITHIN, Bucket, Shape
from common.flow.retry import until_applied
from common.model import moments
from common.ports import ABSENT, Clock, Data, Document, Store, Traffic, Write

LIMITS = "limits"
_BLOCK = 10
_RACES = 5
_SHORTEST_PAUSE = 0.01
_AFTER_RACES = 0.1
"""Seconds. The shortest pause is above the clock's step, so that waiting always gets somewhere."""


@dataclass(frozen=True, slots=True)
class _State:
    bucket: Bucket
    closed: Mapping[str, datetime] = field(default_factory=dict)
    version: str = ABSENT


@dataclass(slots=True)
class _Block:
    """Tokens in hand; worthless from `until` on, because the portal's level is no longer counted with them."""

    tokens: int
    until: datetime


class PortalLimiter:
    """`ports.Limiter` over the store; one per process and portal, its threads share the blocks."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        portal: str,
        shape: Shape | None = None,
        patience: float = 5.0,
        bulk_patience: float | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._portal = portal
        self._shape = shape or Shape()
        self._patience = {"interactive": patience, "bulk": patience if bulk_patience is None else bulk_patience}
        self._lock = threading.Lock()
        self._state: _State | None = None
        self._blocks: dict[Traffic, _Block] = {}

    def acquire(self, traffic: Traffic, *methods: str, wanted: int = 1) -> None:
        """Take one token of a block of up to `wanted` (at most 10), sleeping up to the class's patience in all.

        Killed after taking a block: its tokens count as spent, which only makes us slower. Raises `TryLater`.
        """
        last = self._clock.now() + timedelta(seconds=self._patience[traffic])
        while (pause := self._attempt(traffic, methods, wanted)) > 0:
            if self._clock.now() + timedelta(seconds=pause) > last:
                raise TryLater("bitrix_limit", pause)
            # Outside of the lock: a bulk thread that waits must not hold up an interactive one.
            self._clock.sleep(pause)

    def exceeded(self) -> None:
        """The bucket is full for everybody: somebody else calls from our address. Blocks in hand here are dropped;
        those of other processes stay counted on top, for they may still be spent.
        """

        def full(state: _State) -> _State:
            bucket = state.bucket.later(self._clock.now(), self._shape)
            return replace(state, bucket=replace(bucket, level=float(self._shape.capacity)))

        with self._lock:
            self._blocks.clear()
            until_applied(lambda: self._change(full))

    def close_method(self, method: str, until: datetime) -> None:
        """No calls of this method until then; other processes notice with their next block, within 5 s."""

        def close(state: _State) -> _State:
            now = self._clock.now()
            closed = {name: moment for name, moment in state.closed.items() if moment > now}
            return replace(state, closed={**closed, method: max(until, closed.get(method, until))})

        with self._lock:
            until_applied(lambda: self._change(close))

    def _attempt(self, traffic: Traffic, methods: Sequence[str], wanted: int) -> float:
        """Take a token: 0, or the pause before the next attempt in seconds."""
        with self._lock:
            for _ in range(_RACES):
                state = self._state or self._read()
                self._refuse_closed(state, methods)
                if self._spend(traffic):
                    return 0.0
                try:
                    pause = self._take_block(state, traffic, wanted)
                except StoreConflict:
                    self._state = None
                    continue
                if pause > 0:
                    return pause
            return _AFTER_RACES

    def _refuse_closed(self, state: _State, methods: Sequence[str]) -> None:
        now = self._clock.now()
        for method in methods:
            left = (state.closed[method] - now).total_seconds() if method in state.closed else 0.0
            if left > 0:
                raise TryLater(f"method_closed: {method}", left)

    def _spend(self, traffic: Traffic) -> bool:
        block = self._blocks.get(traffic)
        if block is None or block.tokens < 1 or self._clock.now() >= block.until:
            return False
        block.tokens -= 1
        return True

    def _take_block(self, state: _State, traffic: Traffic, wanted: int) -> float:
        """Put a block in hand: 0, or the pause until a token fits."""
        # Read once and before the write: the portal must not see the block later than the bucket expects it.
        now = self._clock.now()
        bucket = state.bucket.later(now, self._shape)
        limit = self._shape.capacity / (1 if traffic == "interactive" else 2)
        tokens = min(max(wanted, 1), _BLOCK, math.floor(limit - bucket.total))
        if tokens < 1:
            return max(bucket.pause(limit, self._shape), _SHORTEST_PAUSE)
        self._write(replace(state, bucket=bucket.hand_out(tokens)))
        self._blocks[traffic] = _Block(tokens, now + SPEND_WITHIN)
        return 0.0

    def _change(self, change: Callable[[_State], _State]) -> None:
        self._write(change(self._read()))

    def _read(self) -> _State:
        found = self._store.get(LIMITS, self._portal)
        self._state = _State(Bucket(self._clock.now())) if found is None else _parsed(found)
        return self._state

    def _write(self, state: _State) -> None:
        version = self._store.write(Write(LIMITS, self._portal, _data(state), state.version))[0]
        self._state = replace(state, version=version)


def _data(state: _State) -> Data:
    bucket = state.bucket
    return {
        "at": moments.text(bucket.at),
        "level": bucket.level,
        "pending": [{"at": moments.text(at), "tokens": tokens} for at, tokens in bucket.pending],
        "closed": {method: moments.text(until) for method, until in state.closed.items()},
    }


def _parsed(found: Document) -> _State:
    data = found.data
    pending = tuple((moments.parse(one["at"]), int(one["tokens"])) for one in data["pending"])
    bucket = Bucket(moments.parse(data["at"]), float(data["level"]), pending)
    closed = {method: moments.parse(until) for method, until in data["closed"].items()}
    return _State(bucket, closed, found.version)
