"""What carries any record, whatever it is."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from common.wiring.base import Keeping

if TYPE_CHECKING:
    from common.flow.bindings import Bindings
    from common.flow.breakers import Breakers
    from common.flow.claims import Claims
    from common.flow.conflicts import Conflicts
    from common.flow.dead_letters import DeadLetters
    from common.flow.delivery import DeadLetter, Turn
    from common.flow.journal import Journal
    from common.flow.waiting import WaitingRoom
    from common.mapping.kept import Kept
    from common.ports import Leases, Task


class Flow(Keeping):
    """What carries any record, whatever it is."""

    @cached_property
    def claims(self) -> Claims:
        from common.flow.claims import Claims

        return Claims(self.store, self.clock, self.ids)

    @cached_property
    def bindings(self) -> Bindings:
        from common.flow.bindings import Bindings

        return Bindings(self.store, self.clock, indexed=("documents",))

    @cached_property
    def conflicts(self) -> Conflicts:
        from common.flow.conflicts import Conflicts

        return Conflicts(self.store, self.clock)

    @cached_property
    def waiting(self) -> WaitingRoom:
        from common.flow.waiting import WaitingRoom

        return WaitingRoom(self.store, self.clock)

    @cached_property
    def breakers(self) -> Breakers:
        from common.flow.breakers import Breakers

        return Breakers(self.store, self.clock)

    def put_off(self, exchange: str, turn: Turn) -> bool:
        """Whether a person has paused the exchange; then the task is in the queue again, for later.

        For tasks that are no list of records and so cannot be parked. Asked again and again they would become dead
        letters, should the queue itself not have been paused.
        """
        from common.flow.breakers import exchange_side
        from common.flow.tasks import put_off

        if not self.breakers.is_open(exchange_side(exchange)):
            return False
        self.queue.put(put_off(turn.task, self.clock.now()))
        return True

    @cached_property
    def journal(self) -> Journal:
        from common.flow.journal import Journal

        return Journal(self.store, self.clock, self.ids)

    @cached_property
    def leases(self) -> Leases:
        from common.flow.leases import StoredLeases

        return StoredLeases(self.store, self.clock, self.ids)

    @cached_property
    def kept(self) -> Kept:
        from common.mapping.kept import Kept

        return Kept(self.store, self.clock, self.ids)

    @cached_property
    def letters(self) -> DeadLetters:
        from common.flow.dead_letters import DeadLetters

        return DeadLetters(self.store, self.clock, self.journal)

    @cached_property
    def dead_letter(self) -> DeadLetter:
        """What `processed` does with a payload nobody could carry."""
        from common.flow.delivery import DeadLetter
        from common.queue.policy import POLICIES

        attempts = self.settings.tasks.max_attempts or POLICIES["interactive"].max_attempts

        def keep(task: Task, error: str, trace: str) -> None:
            self.letters.keep(task.function, task.body, error, trace, task.queue)

        return DeadLetter(keep, attempts)
