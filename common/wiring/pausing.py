"""What each exchange runs on, and how queues and jobs are paused and resumed, by breakers and by people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from common.wiring.documents import DM, DocumentParts
from common.wiring.portal import PORTAL

if TYPE_CHECKING:
    from common.admin.pausing import PausePeople
    from common.flow.pausing import Pausing
    from common.flow.useless import Parts
    from common.ports.switches import Switches


@dataclass(frozen=True, slots=True)
class RunsOn:
    """As the manifests have it: classes of queues, functions of kind job, and the sides it needs."""

    queues: tuple[str, ...]
    jobs: tuple[str, ...]
    needs: tuple[Literal["portal", "bases", "dm"], ...]


EXCHANGES: Final[Mapping[str, RunsOn]] = MappingProxyType(
    {
        "acts": RunsOn(("interactive",), ("deal_sweep",), ("portal", "bases")),
        "documents": RunsOn(("bulk",), ("document_sync",), ("portal", "dm")),
    }
)
"""What `functions/*/function.json` says; they are no part of what is deployed. `exchange_watch` belongs to no exchange
alone and is never paused: it is what resumes the others.
"""


class PausingParts(DocumentParts):
    """Pausing and resuming put together."""

    @cached_property
    def queue_switches(self) -> Switches:
        place = self.settings.queue
        if place.kind == "sqlite":
            from common.queue.sqlite import SqliteQueue

            # The queue itself where it is one: its own dispatcher then hears of a resumption at once.
            return self.queue if isinstance(self.queue, SqliteQueue) else SqliteQueue(place.path, self.clock.now)
        from common.queue.cloud_switches import CloudQueueSwitches

        return CloudQueueSwitches(place.project, place.name)

    @cached_property
    def job_switches(self) -> Switches:
        """Jobs of the local scheduler are paused in the queue's file, those of the cloud are where its queues are."""
        place = self.settings.queue
        if place.kind == "sqlite":
            from common.schedule.pauses import SqlitePauses

            return SqlitePauses(place.path)
        from common.schedule.cloud_scheduler import CloudJobs

        return CloudJobs(place.project, place.name)

    @cached_property
    def pausing(self) -> Pausing:
        """What the watch pauses and resumes."""
        from common.flow.pausing import Pausing

        return Pausing(self._exchanges(), self.breakers, self.store, self.clock, self._switches)

    @cached_property
    def pause_people(self) -> PausePeople:
        """What a person may pause, resume and see."""
        from common.admin.pausing import PausePeople

        return PausePeople(self.pausing, self.breakers, self.journal)

    def _switches(self, kind: Literal["queue", "job"]) -> Switches:
        return self.queue_switches if kind == "queue" else self.job_switches

    def _exchanges(self) -> list[Parts]:
        from common.flow.useless import Parts

        sides = {"portal": (PORTAL,), "bases": tuple(f"base:{name}" for name in self.settings.onec), "dm": (DM,)}
        return [
            Parts(name, runs_on.queues, runs_on.jobs, tuple(sides[need] for need in runs_on.needs))
            for name, runs_on in EXCHANGES.items()
        ]
