"""Vitals: how the house is, in numbers, once a minute, for the metrics of `infra/metrics.json`.

One line `vitals` with numbers of all exchanges, and one line `lag` for each exchange, so that its metric can be told by
exchange. Eight round trips of the store, most of them counts: Firestore bills a count one read per thousand documents
(facts gcp §6.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from common.flow.breakers import Breakers
from common.flow.conflicts import Conflicts
from common.flow.dead_letters import DeadLetters
from common.flow.waiting import WaitingRoom
from common.flow.watermarks import Watermarks
from common.logs import info
from common.ports import Clock


@dataclass(frozen=True)
class Vitals:
    """The numbers of one moment.

    application   gives those of the installation, none where the portal is called by a webhook
    exchanges     each with the seconds that pass between two of its runs when all is well
    """

    waiting: WaitingRoom
    letters: DeadLetters
    conflicts: Conflicts
    breakers: Breakers
    marks: Watermarks
    application: Callable[[], Mapping[str, int]]
    exchanges: Mapping[str, int]
    clock: Clock

    def tell(self) -> None:
        """Write the lines."""
        lags = self.lags()
        info("vitals", **self.numbers())
        for exchange, seconds in lags.items():
            overdue = max(0, seconds - self.exchanges[exchange])
            info("lag", exchange=exchange, lag_seconds=seconds, overdue_seconds=overdue)

    def numbers(self) -> dict[str, int]:
        """What is open, waiting and paused now; what each means stands in `infra/metrics.json`."""
        breakers = self.breakers.all()
        return {
            "dead_letters": self.letters.count(),
            "waiting": self.waiting.number(),
            "waiting_people": self.waiting.number_for_people(),
            "oldest_waiting_seconds": self._oldest(),
            "open_breakers": sum(one.open for one in breakers),
            "paused_by_hand": sum(bool(one.paused_by) for one in breakers),
            "conflicts": self.conflicts.count_open(),
            **self.application(),
        }

    def lags(self) -> dict[str, int]:
        """Seconds since each exchange last looked through its sources to the end."""
        now = self.clock.now()
        return {
            exchange: int((now - at).total_seconds())
            for exchange, at in self.marks.finished_at(list(self.exchanges)).items()
        }

    def _oldest(self) -> int:
        since = self.waiting.oldest()
        return int((self.clock.now() - since).total_seconds()) if since is not None else 0
