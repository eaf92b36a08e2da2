"""One file of 1C and its twin on Disk: what both show now, and what of it is remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from common.errors import NeedsPerson, Stop, TryLater
from common.exchanges.documents import bound as bindings
from common.exchanges.documents import told
from common.exchanges.documents.model import Agreed, ConflictKind, DiskNow, DocumentRule, Facts, OnecNow
from common.exchanges.documents.records import disk_key
from common.exchanges.documents.tools import Tools
from common.exchanges.documents.transfer import CHANGED, hashed
from common.model.documents import Card, DiskFile, FolderId, OnecFile, Version, VersionId
from common.model.ids import RecordKey
from common.model.moments import business_date
from common.model.records import Outcome, Record
from common.ports.archive import Shown

Kind = TypeVar("Kind")


@dataclass
class Pair:
    """One attempt. `bound` follows every step, so that whoever comes after a death knows what was under way.

    closed   1C's refusal met on the way: `signed` or `captured`
    sha256   of Disk's bytes as they are now, once known; `read`: the content id under which they were read
    notes    figures for the journal
    """

    tools: Tools
    record: Record
    rule: DocumentRule
    facts: Facts
    bound: dict[str, Any]
    bind: Callable[[dict[str, Any]], None]
    closed: str = ""
    sha256: str = ""
    read: int = 0
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def did(self) -> list[str]:
        """Words for the journal, in order."""
        return self.facts.did

    @property
    def card(self) -> Card:
        return _there(self.facts.card)

    @property
    def file(self) -> OnecFile:
        return _there(self.facts.file)

    @property
    def disk(self) -> DiskFile:
        return _there(self.facts.disk)

    @property
    def version(self) -> Version:
        return _there(self.file.version)

    @property
    def agreed(self) -> Agreed:
        return _there(bindings.agreed_of(self.bound))

    @property
    def name(self) -> str:
        """What people call it."""
        return self.facts.file.name if self.facts.file else self.facts.disk.name if self.facts.disk else ""

    @property
    def submitted(self) -> bool:
        """A person said "Send to 1C"."""
        return bool(self.record.body.get("submitted"))

    @property
    def released(self) -> bool:
        """`document_sync` has seen all that is pending and let this pass."""
        return bool(self.record.body.get("released"))

    @property
    def gone_in_onec(self) -> bool:
        """Gone, marked for deletion itself or with its document, or without content."""
        card, file = self.facts.card, self.facts.file
        return card is None or file is None or card.marked or file.marked or file.version is None

    @property
    def gone_on_disk(self) -> bool:
        return self.facts.disk is None or self.facts.disk.trashed

    def today(self) -> date:
        """The business date: what conflict copies are named by."""
        return business_date(self.tools.clock.now(), self.tools.zone)

    def onec_now(self) -> OnecNow:
        if self.gone_in_onec:
            return OnecNow(None)
        earlier = frozenset(version.sha256 for version in self.file.versions)
        return OnecNow(self.version, earlier, self.file.name, self.closed or closed(self.file))

    def disk_now(self) -> DiskNow:
        """Disk's side; its bytes are read only when they may be others than agreed."""
        if self.gone_on_disk:
            return DiskNow(gone=True)
        agreed = bindings.agreed_of(self.bound)
        if agreed is not None and self.disk.content == agreed.content:
            self.sha256 = agreed.sha256
        elif self.disk.content != self.read:
            self.facts.disk, self.sha256 = hashed(self.tools.disk, self.disk)
            self.read = self.disk.content
        return DiskNow(False, self.sha256, self.disk.size, self.disk.content)

    def __post_init__(self) -> None:
        """What an attempt that died had done, and nobody journalled."""
        self._began_with = bindings.disk_of(self.bound)
        self.facts.did[:0] = [word for word in self.bound["unsaid"] if word not in self.facts.did]

    def keep(self, data: dict[str, Any]) -> None:
        """Remember at once, and what was done so far: the journal hears of it from whoever comes to the end."""
        self.bound = {**data, "unsaid": list(self.did)}
        self.bind(self.bound)

    def agree_on(self, version: Version, wanted: FolderId, did: str, called: str = "") -> None:
        """Both sides have these bytes now. Names and places of a pair have decisions of their own, against what was
        agreed on them, so they stay as they were. `called`: 1C's name when it was published, if another than now.
        """
        agreed = bindings.agreed_with(self.file, version, self.disk, wanted)
        agreed = replace(agreed, onec_name=called or agreed.onec_name)
        before = bindings.agreed_of(self.bound)
        self._count_skipped(before.version if before else None, version)
        if before is not None:
            agreed = replace(agreed, onec_name=before.onec_name, disk_name=before.disk_name)
            agreed = replace(agreed, folder=before.folder, wanted=before.wanted)
        self.sha256 = version.sha256
        self.did.append(did)
        self.keep(bindings.with_agreed(self.bound, agreed))

    def _count_skipped(self, before: VersionId | None, now: Version) -> None:
        """Only the current version is published; those between are counted (rules, Documents)."""
        last = next((one.number for one in self.file.versions if one.id == before), 0)
        skipped = sum(last < one.number < now.number for one in self.file.versions)
        if skipped:
            self.notes["skipped"] = skipped

    def once(self, word: str, about: object) -> None:
        """For the journal, once of this content or name."""
        if self.bound["noted"].get(word) != about:
            self.keep({**self.bound, "noted": {**self.bound["noted"], word: about}})
            self.notes["once"] = word

    def met(self, kind: ConflictKind) -> None:
        """Remembered before anything is done about it, so that it is told whatever dies in between."""
        known = self.bound["met"]
        made = told.conflict(kind, self.record.key, self.facts, self.sha256, self.tools.people, self.tools.archive)
        if made.id not in [one["id"] for one in known]:
            self.keep({**self.bound, "met": [*known, told.written(made)]})

    def outcome(self) -> Outcome:
        """What came of it; nothing done and nothing met is nothing."""
        conflicts = tuple(told.read(one) for one in self.bound["met"])
        if conflicts:
            self._show("conflict", conflicts[-1].where, [one.as_stop() for one in conflicts])
            self.bound["shown"] = ""
        elif self.bound["shown"] and self._show("bound", self.facts.disk.url if self.facts.disk else "", ()):
            self.keep({**self.bound, "shown": ""})
        if not (self.did or self.notes or conflicts):
            return Outcome()
        return Outcome(
            {**self.bound, "met": [], "unsaid": []},
            target=bindings.shown_target(self.bound),
            rule=self.rule.id,
            did="+".join(dict.fromkeys(self.did)) or "noted",
            details={**self.notes, "file": self.facts.file.name if self.facts.file else ""},
            conflicts=conflicts,
            covers=self._covers(),
        )

    def _covers(self) -> tuple[RecordKey, ...]:
        """A user's own file on Disk that this attempt made the twin was looked at by itself until now."""
        disk = bindings.disk_of(self.bound)
        return () if disk is None or disk == self._began_with else (disk_key(self.tools.portal, disk),)

    def waits(self, stops: Sequence[Stop], refused: bool = False) -> Outcome:
        """It waits; what was done and met before is journalled and told all the same."""
        return Outcome(
            stops=tuple(stops),
            refused=refused,
            target=bindings.shown_target(self.bound),
            rule=self.rule.id,
            details={**self.notes, "done": "+".join(dict.fromkeys(self.did)), "file": self.name},
            conflicts=tuple(told.read(one) for one in self.bound["met"]),
        )

    def show_waiting(self, stops: Sequence[Stop]) -> None:
        """On the card in 1C, once for each reason; what goes on again is shown by `outcome`."""
        reason = stops[0].reason if stops else ""
        if reason and self.bound["shown"] != reason and self._show("waiting", stops[0].where, stops):
            self.keep({**self.bound, "shown": reason})

    def _show(self, state: Shown, where: str, stops: Sequence[Stop]) -> bool:
        """On the file's card in 1C; on its document's when the file was removed, nowhere when both were."""
        file, card, disk = self.facts.file, self.facts.card, str(self.bound.get("disk") or "")
        text = "\n".join(self.tools.words(stop) for stop in stops)
        kind, named = ("file", str(file.id)) if file is not None else ("document", str(card.id) if card else "")
        if not named:
            return False
        try:
            self.tools.archive.show(kind, named, disk, where, state, text)
        except (TryLater, NeedsPerson) as trouble:
            # A card that cannot be written decides nothing about the file.
            self.notes["not_shown"] = str(trouble)
            return False
        return True


def closed(file: OnecFile) -> str:
    """Why 1C takes no new version of it; "" when it does."""
    if file.signed:
        return "signed"
    if file.encrypted:
        return "encrypted"
    return "captured" if file.locked_by is not None else ""


def _there(found: Kind | None) -> Kind:
    """What the decision took for granted has gone meanwhile."""
    if found is None:
        raise TryLater(CHANGED, 1.0)
    return found
