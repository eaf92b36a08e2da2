"""The simulated Google Cloud behind the provider: what exists, and what it says no to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulators.google_provider.answers import complete, identity
from tests.simulators.google_provider.book import Type
from tests.simulators.google_provider.settings import Settings
from tests.simulators.google_provider.values import UNKNOWN, Value

State = dict[str, Value]


@dataclass
class Cloud:
    """Resources by type and id. A test may look into `resources` and play people with `change`."""

    project_number: int = 123456789012
    resources: dict[str, dict[str, State]] = field(default_factory=dict)
    count: int = 0

    def create(self, type_: Type, planned: State, config: State, settings: Settings) -> State:
        """Make a resource; returns its state."""
        self.count += 1
        planned = self._located(type_, planned, settings)
        state = complete(type_.block, planned, identity(type_, planned))
        self.resources.setdefault(type_.name, {})[state["id"]] = dict(state)
        return state

    def _located(self, type_: Type, planned: State, settings: Settings) -> State:
        places = {"project": settings.project, "region": settings.region, "location": settings.region}
        return {**planned, **{n: places[n] for n in places if planned.get(n) is UNKNOWN and places[n] is not None}}

    def update(self, type_: Type, prior: State, planned: State, config: State, settings: Settings) -> State:
        state = complete(type_.block, planned, identity(type_, planned))
        self.resources.setdefault(type_.name, {})[prior["id"]] = dict(state)
        return state

    def delete(self, type_: Type, prior: State) -> None:
        self.resources.get(type_.name, {}).pop(prior["id"], None)

    def read(self, type_: Type, state: Mapping[str, Value]) -> State | None:
        return self.resources.get(type_.name, {}).get(state["id"])

    def look(self, type_: Type, config: State, settings: Settings) -> State:
        planned = {
            n: (UNKNOWN if config.get(n) is None and a.computed else config.get(n))
            for n, a in type_.block.attributes.items()
        }
        return complete(type_.block, self._located(type_, planned, settings), {"id": "x"})
