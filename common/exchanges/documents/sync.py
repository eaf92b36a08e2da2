"""`document_sync`: every five minutes what changed on both sides, and what only a look at all of it lets pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from common.errors import Stop
from common.exchanges.documents import judging
from common.exchanges.documents.desk import Desk
from common.exchanges.documents.epochs import Epochs
from common.exchanges.documents.feed import Feed
from common.exchanges.documents.guards import Held
from common.exchanges.documents.judging import lacks_its_folder, too_many
from common.exchanges.documents.looking import COMMANDS, Look, Seen, by_mapping, folders_of
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.noticing import Noticing
from common.exchanges.documents.placed import Placed
from common.exchanges.documents.records import file_in, file_record
from common.exchanges.documents.scanning import (
    Scan,
    Scanner,
    Scans,
    beginning,
    bound_task,
    digest_of,
    folder_of,
    number_after,
    page_name,
    page_task,
)
from common.exchanges.documents.shelves import Head, Shelves
from common.exchanges.documents.tools import Tools
from common.model import moments
from common.model.documents import FolderId
from common.model.ids import RuleId
from common.ports import Leases

ROLLING = "rolling"
WATCHED = "folders"
"""Type folders that the last run looked at."""

SCANNED = "scanned"
"""Which mappings, as they stand, were taken in whole: while none changes, their scans need not be read."""

SUBFOLDERS = 20
"""Requests a run spends on confirming documents' own folders: nothing else tells of a new file there (facts §6.8)."""

TRIED = timedelta(minutes=30)
"""Longer than the queue tries a page: then nobody carries it any more."""

PLACE_CHANGED = "place_changed"

SECONDS = 280.0
"""Of a run's lease: a little less than the function's time limit."""


@dataclass(frozen=True)
class DocumentSync:
    """One run; only one at a time."""

    tools: Tools
    desk: Desk
    shelves: Shelves
    scans: Scans
    scanner: Scanner
    leases: Leases

    def run(self) -> dict[str, int]:
        """What was found and put, in numbers for the log."""
        with self.leases.hold("document_sync", SECONDS, 0.0):
            rules = {rule.id: rule for rule in self.tools.rules().values() if rule.active}
            if not rules:
                return {}
            epochs = Epochs(self.desk)
            epochs.of(list(rules))
            self._back_in_place(rules)
            stopped = self.tools.guards.stopped()
            said = {one: str(why["why"]) for one, why in stopped.items() if why["confirmed_by"]}
            confirmed = {one for one, why in said.items() if not lacks_its_folder(why)}
            self._leave_folders(rules)
            rows = Feed(self.tools, self.desk).read()
            of = epochs.of(list(rules))
            begun = {rule.id: beginning(rule, of[rule.id]) for rule in rules.values()}
            pages = self._scan(rules, begun, set(stopped) - confirmed, confirmed)
            found, blocked = self._look(rules, set(stopped) - confirmed, confirmed)
            passing = confirmed - blocked
            passed = self._pass(rules, (set(self.tools.guards.stopped()) | blocked) - passing, passing)
            self._go_on(passing, released=True)
            return {"rows": rows, "scans": pages, "disk": found, "passed": passed}

    def _back_in_place(self, rules: Mapping[RuleId, DocumentRule]) -> None:
        """A mapping given another folder, and its old one again before anybody confirmed, has nothing to move."""
        moved = [
            one for one, why in self.tools.guards.stopped().items() if why["why"] == PLACE_CHANGED and one in rules
        ]
        scans = self.scans.all(moved)
        self._go_on([one for one in moved if one in scans and folder_of(scans[one]) == rules[one].folder])

    def _leave_folders(self, rules: Mapping[RuleId, DocumentRule]) -> None:
        """Twins that users moved into a folder no mapping has any more are looked after by their id from now on.
        Those of a mapping that had the folder itself are its own affair: it asks before it moves them.
        """
        folders = {rule.folder for rule in rules.values()}
        watched = {FolderId(int(one)) for one in self.desk.place(WATCHED).split()}
        for folder in sorted(watched - folders):
            homes = {one: folder_of(scan) for one, scan in self.scans.all(list(rules)).items()}
            guests = [one for one, home in homes.items() if home != folder]
            at, entry = self.tools.clock.now(), f"unwatched:{folder}"
            named = [named for key in self.desk.in_folder(folder, guests) if (named := file_in(key)) is not None]
            self.desk.put([file_record(self.tools.portal, one, at, entry) for one in named], f"{entry} {at:%Y%m%d%H%M}")
        if watched != folders:
            self.desk.advance(WATCHED, " ".join(str(one) for one in sorted(folders)))

    # -- 1C ----------------------------------------------------------------------------------------------------------

    def _scan(
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
            self._stop(rule, PLACE_CHANGED, {"bound": bound})
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

    # -- Disk --------------------------------------------------------------------------------------------------------

    def _look(
        self, rules: Mapping[RuleId, DocumentRule], standing: Collection[RuleId], passing: set[RuleId]
    ) -> tuple[int, set[RuleId]]:
        """How many records were put, and the mappings that may not go on. `standing` ones wait for a person; of those
        that only lack their folder we look whether it is back.
        """
        began = moments.text(self.tools.clock.now())
        heads = self.shelves.heads({rule.folder: rule.id for rule in rules.values()})
        look = Look(self.tools.disk, self.shelves)
        seen = look.at(list(heads.values()), self._progress)
        seen += look.small(self._own_folders(seen, heads))
        seen += self._placed(rules, heads, seen)
        rolled, last = self._rolled(look, heads, rules)
        put, blocked = 0, set[RuleId]()
        for mapping, parts in by_mapping([*seen, *rolled]).items():
            rule = rules.get(RuleId(mapping))
            if rule is not None and self._may_go_on(rule, parts, rule.id in standing, rule.id in passing):
                put += self._noticed(parts, began, rule.id in passing)
            elif rule is not None:
                blocked.add(rule.id)
        self.desk.advance(ROLLING, last)
        return put, blocked

    def _placed(
        self, rules: Mapping[RuleId, DocumentRule], heads: Mapping[FolderId, Head], seen: Sequence[Seen]
    ) -> list[Seen]:
        placed = Placed(self.tools.disk, self.desk, self.shelves)
        found = [*placed.missing(heads, seen), *placed.outside()]
        return [one for one in found if one.head.mapping in rules]

    def _own_folders(self, seen: Sequence[Seen], heads: Mapping[FolderId, Head]) -> list[Head]:
        """Sub-folders of documents that were touched, or are gone."""
        touched = [*folders_of(seen), *(FolderId(one) for part in seen for one in part.folders_gone)]
        whose = self.tools.folders.whose([one for one in touched if one not in heads])
        return list(self.shelves.heads({folder: str(one.rule) for folder, one in whose.items()}).values())

    def _rolled(
        self, look: Look, heads: Mapping[FolderId, Head], rules: Mapping[RuleId, DocumentRule]
    ) -> tuple[list[Seen], str]:
        """One more request a run confirms the next files in turn."""
        place = self.desk.place(ROLLING)
        start, _, shelf = place.partition("|")
        own = any(rule.subfolder for rule in self.tools.rules().values())
        many, budget = (COMMANDS * SUBFOLDERS, COMMANDS * SUBFOLDERS) if own else (COMMANDS // 5, COMMANDS)
        of_types = [head for head in sorted(heads.values(), key=lambda one: one.key) if head.key >= start]
        following = self.shelves.following(start, many) if own else of_types[:many]
        more = f"{following[-1].key}~|" if len(following) == many else "|"
        for one in following:
            if one.mapping not in rules:
                self.shelves.forget(one.folder)  # its mapping was taken away
        following = [heads.get(one.folder, one) for one in following if one.mapping in rules]
        ready = [head for head in following if head.is_ready]
        seen, last = look.again(ready, shelf, budget)
        if last:
            at = next(head for head in ready if int(last.partition(":")[0]) == head.folder)
            return seen, f"{at.key}|{last}"
        return seen, more

    def _may_go_on(self, rule: DocumentRule, parts: Sequence[Seen], stands: bool, passes: bool) -> bool:
        """Stop the mapping when what was seen is no human's work; nothing of it is changed then."""
        lost = Noticing(self.tools, self.desk).lost
        why, figures = judging.verdict(rule, parts, lambda: lost(parts), lambda: self.desk.count(rule.id))
        if lacks_its_folder(why):
            self._stop(rule, why, figures)
            return False
        if stands:
            return self._goes_on_by_itself(rule, why, figures)
        if why and not passes:
            self._stop(rule, why, figures)
            return False
        return True

    def _goes_on_by_itself(self, rule: DocumentRule, why: str, figures: Mapping[str, Any]) -> bool:
        """Only what stood for want of its folder; and it may have come back with half of its files."""
        known = self.tools.guards.stopped().get(rule.id)
        if known is None or not lacks_its_folder(str(known["why"])):
            return False
        if why:
            self._stop(rule, why, figures)
            return False
        self._go_on([rule.id])
        return True

    def _noticed(self, parts: Sequence[Seen], began: str, passes: bool) -> int:
        """Tasks first; then the shelves are as Disk showed itself."""
        put = Noticing(self.tools, self.desk).put(parts, began, passes)
        for part in parts:
            if part.unseen == "missing":
                self.shelves.forget(part.head.folder)
            elif part.changes:
                self.shelves.save(part.head, part.changes, part.head.seen_at if part.partial else began)
        self.shelves.seen([part.head for part in parts if not (part.changes or part.partial)], began)
        return put

    def _progress(self, done: int, total: int) -> None:
        self.desk.note("disk", "listing", {"done": done, "total": total})

    # -- guards ------------------------------------------------------------------------------------------------------

    def _pass(
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
                self._stop(rule, "too_many", {"held": number, "bound": bound})
                continue
            passed += sum(self._released(page) for page in self.tools.guards.waiting(rule.id))
        return passed

    def _released(self, held: Sequence[Held]) -> int:
        run = moments.text(self.tools.clock.now())
        records = [judging.released(one.record) for one in held]
        self.desk.put(records, f"released {run}")
        self.tools.guards.let_pass(held)
        return len(records)

    def _stop(self, rule: DocumentRule, why: str, figures: Mapping[str, Any]) -> None:
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

    def _go_on(self, mappings: Collection[RuleId], released: bool = False) -> None:
        for mapping in mappings:
            self.tools.guards.go_on(mapping)
            self.desk.tell(f"mapping:{mapping}", ())
            self.desk.note(f"mapping:{mapping}", "goes_on", {})
            self.desk.retry(f"documents:{mapping}", released)


def _is_done(begun: str, scan: Scan | None) -> bool:
    return scan is not None and bool(scan.ended_at) and scan.beginning == begun
