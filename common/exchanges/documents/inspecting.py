"""One run's look at Disk: the mapped folders, documents' own, files put elsewhere, and a part of all others in turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from common.exchanges.documents.desk import Desk
from common.exchanges.documents.looking import COMMANDS, Look, Seen, by_mapping, folders_of
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.noticing import Noticing
from common.exchanges.documents.placed import Placed
from common.exchanges.documents.shelves import Head, Shelves
from common.exchanges.documents.stopping import Stopping
from common.exchanges.documents.tools import Tools
from common.model import moments
from common.model.documents import FolderId
from common.model.ids import RuleId

ROLLING = "rolling"

SUBFOLDERS = 20
"""Requests a run spends on confirming documents' own folders: nothing else tells of a new file there (facts §6.8)."""


@dataclass(frozen=True)
class Inspection:
    """Tasks are put first; then the shelves are as Disk showed itself."""

    tools: Tools
    desk: Desk
    shelves: Shelves
    stopping: Stopping

    def look(
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
            if rule is not None and self.stopping.may_go_on(rule, parts, rule.id in standing, rule.id in passing):
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
