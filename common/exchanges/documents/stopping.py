"""Mappings that stop, go on, and what was held of theirs is let pass: the sync's side of the guards (rules, Guards)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.errors import Stop
from common.exchanges.documents import judging
from common.exchanges.documents.desk import Desk
from common.exchanges.documents.guards import Held
from common.exchanges.documents.judging import lacks_its_folder, too_many
from common.exchanges.documents.looking import Seen
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.noticing import Noticing
from common.exchanges.documents.tools import Tools
from common.model import moments
from common.model.ids import RuleId


@dataclass(frozen=True)
class Stopping:
    """Each alarm once; each mapping for itself."""

    tools: Tools
    desk: Desk

    def stop(self, rule: DocumentRule, why: str, figures: Mapping[str, Any]) -> None:
        """Said once: the alarm names what was seen, and how one run is let pass."""
        known = self.tools.guards.stopped().get(rule.id)
        if known is not None and lacks_its_folder(why) and not lacks_its_folder(str(known["why"])):
            return  # a person's word is asked for already, and a folder that comes back does not stand for it
        if known is None or known["why"] != why:
            self.tools.guards.stop(rule.id, why, figures)
            self.desk.note(f"mapping:{rule.id}", "stopped", {"why": why, **figures})
        words = ", ".join(f"{name}: {number}" for name, number in figures.items())
        awaits = f"documents:{rule.id}" if lacks_its_folder(why) else "person"
        stop = Stop(f"mapping_{why}", rule.id, "admin", awaits, rule.name or rule.id, details=words)
        self.desk.tell(f"mapping:{rule.id}", [stop])

    def go_on(self, mappings: Collection[RuleId], released: bool = False) -> None:
        """It is over: said, written down, and who waited for it is put again. `released`: by a person's word."""
        for mapping in mappings:
            self.tools.guards.go_on(mapping)
            self.desk.tell(f"mapping:{mapping}", ())
            self.desk.note(f"mapping:{mapping}", "goes_on", {})
            self.desk.retry(f"documents:{mapping}", released)

    def may_go_on(self, rule: DocumentRule, parts: Sequence[Seen], stands: bool, passes: bool) -> bool:
        """Stop the mapping when what was seen is no human's work; nothing of it is changed then.
        `stands`: it waits already; of what only lacks its folder we look whether it is back. `passes`: a person let it.
        """
        lost = Noticing(self.tools, self.desk).lost
        why, figures = judging.verdict(rule, parts, lambda: lost(parts), lambda: self.desk.count(rule.id))
        if lacks_its_folder(why):
            self.stop(rule, why, figures)
            return False
        if stands:
            return self._goes_on_by_itself(rule, why, figures)
        if why and not passes:
            self.stop(rule, why, figures)
            return False
        return True

    def _goes_on_by_itself(self, rule: DocumentRule, why: str, figures: Mapping[str, Any]) -> bool:
        """Only what stood for want of its folder; and it may have come back with half of its files."""
        known = self.tools.guards.stopped().get(rule.id)
        if known is None or not lacks_its_folder(str(known["why"])):
            return False
        if why:
            self.stop(rule, why, figures)
            return False
        self.go_on([rule.id])
        return True

    def let_pass(
        self, rules: Mapping[RuleId, DocumentRule], standing: Collection[RuleId], confirmed: Collection[RuleId]
    ) -> int:
        """Deletions, moves and republications held since the last run: all of a mapping's together, or none."""
        passed = 0
        if not self.tools.guards.any_waiting():
            return passed
        for rule in rules.values():
            number, let_pass = self.tools.guards.number(rule.id), self.tools.guards.number_passed(rule.id)
            if rule.id in standing or number == let_pass:
                continue
            bound = self.desk.count(rule.id) + let_pass
            if too_many(number, bound) and rule.id not in confirmed:
                self.stop(rule, "too_many", {"held": number, "bound": bound})
                continue
            passed += sum(self._released(page) for page in self.tools.guards.waiting(rule.id))
        return passed

    def _released(self, held: Sequence[Held]) -> int:
        run = moments.text(self.tools.clock.now())
        records = [judging.released(one.record) for one in held]
        self.desk.put(records, f"released {run}")
        self.tools.guards.let_pass(held)
        return len(records)
