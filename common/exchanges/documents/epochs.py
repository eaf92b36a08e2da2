"""Since when a mapping is looked after without a gap: what was missed before is found by a scan, not by the feed.

A mapping that comes (back) into force, and every mapping when the feed forgot where we were, begins a new epoch; a
scan belongs to one. Kept before anything is read, so that no death forgets that a scan is due.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from common.exchanges.documents.desk import Desk
from common.model.ids import RuleId

EPOCHS = "epochs"


@dataclass(frozen=True)
class Epochs:
    desk: Desk

    def of(self, mappings: Collection[RuleId]) -> Mapping[RuleId, int]:
        """The epoch of each mapping in force; one that was not among them in the last run begins another."""
        known, following = self._read()
        epochs = {one: known.get(one, following) for one in mappings}
        self._keep(epochs, following + 1 if set(epochs) - set(known) else following)
        return epochs

    def renew(self) -> None:
        """The feed has a gap: all begin anew."""
        known, following = self._read()
        self._keep(dict.fromkeys(known, following), following + 1)

    def _read(self) -> tuple[dict[RuleId, int], int]:
        kept = json.loads(self.desk.place(EPOCHS) or '{"of": {}, "next": 1}')
        return {RuleId(one): int(number) for one, number in kept["of"].items()}, int(kept["next"])

    def _keep(self, epochs: Mapping[RuleId, int], following: int) -> None:
        self.desk.advance(EPOCHS, json.dumps({"of": dict(sorted(epochs.items())), "next": following}))
