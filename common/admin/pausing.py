"""Pausing and resuming an exchange by a person's word, and what stands still: since when, why, by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import Refused, TryLater
from common.flow.breakers import Breaker, Breakers, exchange_side
from common.flow.journal import Entry, Journal
from common.flow.pausing import Pausing
from common.flow.useless import Note, Target

US, SOMEBODY = "the exchange itself", "somebody else"
"""Who paused a queue or job."""


@dataclass(frozen=True)
class PausePeople:
    """Acts of persons are journalled with who did them, in the commit that does them."""

    pausing: Pausing
    breakers: Breakers
    journal: Journal

    def pause(self, exchange: str, by: str, because: str = "") -> None:
        """Let an exchange stand still: events are accepted, what is to be carried is parked in its order.

        Raises Refused 404 for an exchange there is not, 409 for one that somebody has paused already.
        """
        side = self._side(exchange)
        entry = self._entry(exchange, "paused", by, {"because": because} if because else {})
        if not self.breakers.pause(side, by, because, self.journal.entry(entry)):
            raise Refused(409, "already_paused")

    def resume(self, exchange: str, by: str) -> None:
        """Let it go on; the watch puts what is parked, oldest first. Raises Refused 404 when nobody has paused it."""
        side = self._side(exchange)
        if not self.breakers.resume(side, self.journal.entry(self._entry(exchange, "resumed", by, {}))):
            raise Refused(404, "not_paused")

    def listed(self) -> Iterator[Mapping[str, Any]]:
        """First the exchanges that stand still, then queues and jobs that do; one line for each."""
        stopped = {one.side: one for one in self.breakers.all() if one.stops}
        for parts in self.pausing.exchanges:
            for side in parts.blocked_by(stopped):
                yield {"exchange": parts.exchange, **_why(stopped[side])}
        notes = self.pausing.kept().notes
        for target in dict.fromkeys(target for parts in self.pausing.exchanges for target in parts.targets):
            yield from self._target(target, notes.get(target))

    def _target(self, target: Target, note: Note | None) -> Iterator[Mapping[str, Any]]:
        ours = note is not None and note.state != "theirs"
        told = {"since": note.since, "because": " ".join(note.why)} if note is not None and ours else {}
        try:
            stands = self.pausing.switches(target.kind).is_paused(target.name)
        except TryLater as reason:
            yield {target.kind: target.name, "state": "unknown", "because": reason.reason}
            return
        if stands:
            yield {target.kind: target.name, "state": "paused", "by": US if ours else SOMEBODY, **told}
        elif ours:
            yield {target.kind: target.name, "state": "running, though we had paused it", **told}

    def _side(self, exchange: str) -> str:
        if exchange not in (parts.exchange for parts in self.pausing.exchanges):
            raise Refused(404, "no_such_exchange")
        return exchange_side(exchange)

    @staticmethod
    def _entry(exchange: str, did: str, by: str, details: dict[str, Any]) -> Entry:
        about = exchange_side(exchange)
        return Entry(about, exchange, did, source=about, by=by, details=details)


def _why(breaker: Breaker) -> Mapping[str, Any]:
    if breaker.paused_by:
        by_hand = {"state": "paused", "since": breaker.paused_at, "by": breaker.paused_by}
        return {**by_hand, "because": breaker.because} if breaker.because else by_hand
    return {"state": "stands still", "since": breaker.since, "because": f"{breaker.side} {breaker.cause}"}
