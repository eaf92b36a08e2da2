"""Scans of whole mappings: which begin, which go on, and which wait until a person lets their files move."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from common.exchanges.documents.desk import Desk
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.scanning import (
    Scan,
    Scanner,
    Scans,
    bound_task,
    digest_of,
    folder_of,
    number_after,
    page_name,
    page_task,
)
from common.exchanges.documents.stopping import Stopping
from common.exchanges.documents.tools import Tools
from common.model import moments
from common.model.ids import RuleId

SCANNED = "scanned"
"""Which mappings, as they stand, were taken in whole: while none changes, their scans need not be read."""

TRIED = timedelta(minutes=30)
"""Longer than the queue tries a page: then nobody carries it any more."""

PLACE_CHANGED = "place_changed"


@dataclass(frozen=True)
class Survey:
    """One run's part in the scans: a page each at most; the pages go on by themselves."""

    tools: Tools
    desk: Desk
    scans: Scans
    scanner: Scanner
    stopping: Stopping

    def back_in_place(self, rules: Mapping[RuleId, DocumentRule]) -> None:
        """A mapping given another folder, and its old one again before anybody confirmed, has nothing to move."""
        moved = [
            one for one, why in self.tools.guards.stopped().items() if why["why"] == PLACE_CHANGED and one in rules
        ]
        scans = self.scans.all(moved)
        self.stopping.go_on([one for one in moved if one in scans and folder_of(scans[one]) == rules[one].folder])

    def go_on(
        self,
        rules: Mapping[RuleId, DocumentRule],
        begun: Mapping[RuleId, str],
        standing: Collection[RuleId],
        passing: Collection[RuleId],
    ) -> int:
        """Begin a scan for each mapping that has none, or began otherwise since; go on with those that are not done."""
        all_of_them = digest_of(begun)
        if self.desk.place(SCANNED) == all_of_them:
            return 0
        known = self.scans.all(list(rules))
        if all(_is_done(begun[one], known.get(one)) for one in rules):
            self.desk.advance(SCANNED, all_of_them)
            return 0
        number = 0
        for rule in rules.values():
            scan = known.get(rule.id)
            if rule.id in standing or self._waits_for_word(rule, scan, rule.id in passing):
                continue
            if scan is None or scan.beginning != begun[rule.id]:
                scan = self._started(rule, begun[rule.id], scan, rule.id in passing)
                number += 1
            if not scan.ended_at:
                self._put_page(scan)
        return number

    def _started(self, rule: DocumentRule, begun: str, before: Scan | None, released: bool) -> Scan:
        """What 1C removed for good meanwhile no listing names: so pairs known before are looked at too."""
        if before is not None:
            number = number_after(before)
            self.desk.put_body(bound_task(rule.id, "", number, released), f"bound {rule.id} {number}")
        scan = self.scanner.start(rule.id, begun, before, self._documents_of(rule), released=released)
        self.desk.note(f"mapping:{rule.id}", "scan_began", {"documents": scan.total})
        return scan

    def _waits_for_word(self, rule: DocumentRule, scan: Scan | None, passes: bool) -> bool:
        """A mapping whose folder changed moves its files after confirmation (rules, Guards)."""
        if passes or scan is None or folder_of(scan) == rule.folder:
            return False
        bound = self.desk.count(rule.id)
        if bound:
            self.stopping.stop(rule, PLACE_CHANGED, {"bound": bound})
        return bound > 0

    def _documents_of(self, rule: DocumentRule) -> int:
        return self.tools.archive.counts().get(rule.kind, 0)

    def _put_page(self, scan: Scan) -> None:
        """The same page is one task however often it is put, so a page under way is not carried twice; one that died
        at its last attempt is put under another name each hour.
        """
        now = self.tools.clock.now()
        died = now - moments.parse(scan.moved_at or scan.began_at) > TRIED
        self.desk.put_body(page_task(scan), page_name(scan) + (f" {moments.text(now)[:13]}" if died else ""))


def _is_done(begun: str, scan: Scan | None) -> bool:
    return scan is not None and bool(scan.ended_at) and scan.beginning == begun
