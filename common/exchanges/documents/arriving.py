"""A file that is only on Disk: left there, or made a file of the document whose sub-folder it lies in (rules)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from common.errors import NameTaken, Stop, TryLater
from common.exchanges.documents import bound as bindings
from common.exchanges.documents import decide, told
from common.exchanges.documents.entry import by_folder, by_id
from common.exchanges.documents.folders import Whose
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.records import key
from common.exchanges.documents.tools import Tools, limits
from common.exchanges.documents.transfer import hashed, of_disk
from common.model.documents import Card, DiskFile, Kept
from common.model.ids import RuleId
from common.model.records import Outcome, Record

NOTHING = Outcome()


@dataclass(frozen=True)
class Arriving:
    """One file of Disk that is bound to nothing, so far as is known."""

    tools: Tools
    record: Record
    disk: DiskFile

    def carried(self, stopped: Collection[RuleId]) -> Outcome:
        """`stopped`: mappings that stand until a person confirms."""
        if self.disk.trashed or self.tools.pairs.owners([self.disk.id]):
            return NOTHING
        if self.tools.pairs.reserving(self.disk.folder, [self.disk.name]):
            # Most likely our own upload whose answer was lost: its record finds it again, or meets the user's file.
            raise TryLater("upload_under_way", 60.0)
        if self.tools.copies.known([self.disk.id]):
            return self._copy()
        whose = self.tools.folders.whose([self.disk.folder]).get(self.disk.folder)
        rule = self._rule(whose)
        if rule is None:
            return Outcome(excluded="not_selected")
        return self._judged(rule, whose, rule.id in stopped)

    def _judged(self, rule: DocumentRule, whose: Whose | None, stopped: bool) -> Outcome:
        if stopped:
            return Outcome(stops=(mapping_stopped(rule),), rule=rule.id)
        if rule.reverse != "create" and not self.record.body.get("submitted"):
            return Outcome(excluded="one_way", rule=rule.id)
        if whose is None:
            return self._waits(rule, "no_document", str(self.disk.folder))
        return self._created(rule, whose)

    def _rule(self, whose: Whose | None) -> DocumentRule | None:
        rules = list(self.tools.rules().values())
        return by_folder(rules, self.disk.folder) if whose is None else by_id(rules, whose.rule)

    def _copy(self) -> Outcome:
        """Not synchronised; that a user edited it is worth an entry."""
        if not self.tools.copies.edited(self.disk):
            return NOTHING
        return Outcome(did="copy_edited", details={"file": self.disk.name, "edited_by": self.disk.updated_by})

    def _created(self, rule: DocumentRule, whose: Whose) -> Outcome:
        card = self.tools.archive.cards_of([whose.document])[whose.document]
        if card is None or card.marked:
            return self._waits(rule, "document_gone", whose.document)
        stop = decide.too_large(self.disk.size, self.disk.name, limits(self.tools.archive))
        if stop is not None:
            return Outcome(stops=(stop,), rule=rule.id)
        try:
            kept, disk = self._sent(card)
        except NameTaken:
            return self._waits(rule, "name_taken_in_1c", self.disk.name)
        return self._bound(rule, card, kept, disk)

    def _sent(self, card: Card) -> tuple[Kept, DiskFile]:
        disk, sha256 = hashed(self.tools.disk, self.disk)
        tools = self.tools
        comment = told.comment(disk, tools.people, tools.archive.ability().comment_max)
        person = tools.people.onec_user(disk.updated_by)
        mark = f"{tools.portal}/{disk.id}"
        content = of_disk(tools.disk, disk, sha256)
        return tools.archive.add_file(card.id, disk.name, content, mark, comment, person), disk

    def _bound(self, rule: DocumentRule, card: Card, kept: Kept, disk: DiskFile) -> Outcome:
        """Bound under 1C's id at once: 1C's own event of the new file must find its twin."""
        begun = bindings.begun(rule, card, kept.file.id)
        both = bindings.agreed_with(kept.file, kept.version, disk, self.disk.folder)
        bound = {**bindings.with_agreed(begun, both), "url": kept.file.url}
        self.tools.pairs.bind(key(self.tools.portal, kept.file.id), bound)
        return Outcome(target=f"file:{kept.file.id}", rule=rule.id, did="new_file_in_1c")

    def _waits(self, rule: DocumentRule, reason: str, field: str) -> Outcome:
        stop = Stop(reason, field, "admin", f"documents:{rule.id}", subject=self.disk.name, where=self.disk.url)
        return Outcome(stops=(stop,), rule=rule.id, person=self.disk.updated_by)


def mapping_stopped(rule: DocumentRule) -> Stop:
    """Nothing of the mapping is changed until a person has confirmed."""
    return Stop("mapping_stopped", rule.id, "admin", f"documents:{rule.id}", subject=rule.name or rule.id)
