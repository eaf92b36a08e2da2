"""One writing operation: who does it, when, in which mode, and what it may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulators.onec.bodies import Filler
from tests.simulators.onec.store import Store
from tests.simulators.onec.switches import Switches


@dataclass(frozen=True)
class Unit:
    """`now` is the naive local time of the base; in `load_mode` handlers do not run (§1.11)."""

    store: Store
    switches: Switches
    filler: Filler
    now: Callable[[], str]
    by: str
    hooks: str
    load_mode: bool = False

    @property
    def handlers(self) -> bool:
        """Whether the handlers of the configuration run."""
        return self.switches.hooks and not self.load_mode
