"""How fast each class of queue runs and how it retries: the settings of a Cloud Tasks queue (facts 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from common.ports import Traffic


@dataclass(frozen=True, slots=True)
class Policy:
    """One queue's settings; all times in seconds.

    max_attempts   dispatches of one task; after the last failed one it is dropped, so the handler keeps its dead
                   letter on that attempt (facts 5.4)
    min_backoff    the first pause, doubled `max_doublings` times, then growing by the last step, up to `max_backoff`
    """

    max_concurrent: int
    max_per_second: float
    max_attempts: int
    min_backoff: float
    max_doublings: int
    max_backoff: float

    def backoff(self, failures: int) -> float:
        """The pause after that many failed attempts (at least one): 10, 20, 40, 80, 160, 240, 300 for 10/3/300."""
        if failures <= self.max_doublings:
            pause = self.min_backoff * 2.0 ** (failures - 1)
        else:
            pause = self.min_backoff * 2.0**self.max_doublings * (failures - self.max_doublings)
        return min(pause, self.max_backoff)


POLICIES: Mapping[Traffic, Policy] = MappingProxyType(
    {
        "interactive": Policy(8, 50.0, 10, min_backoff=1.0, max_doublings=6, max_backoff=300.0),
        "bulk": Policy(8, 10.0, 10, min_backoff=10.0, max_doublings=3, max_backoff=300.0),
    }
)
"""The defaults of the embedded queue: ten attempts take 7 minutes on *interactive*, 24 on *bulk*."""
