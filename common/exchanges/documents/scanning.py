"""Taking in what 1C has already: page by page, each page a task that puts the next one and carries its own files.

A scan belongs to one beginning of a mapping (kind, folder, start): changed, everything is looked at anew. How far it
is stands in the store, for the terminal, the journal and the next run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from common.exchanges.documents.entry import is_before, written_at
from common.exchanges.documents.model import DocumentRule, Facts
from common.exchanges.documents.records import file_record
from common.exchanges.documents.tools import Tools
from common.model import moments
from common.model.documents import Card, DiskId
from common.model.ids import RecordKey, RuleId
from common.model.records import Record
from common.ports import Data, Store, Write

SCANS = "document_scans"
CARDS = 40
"""Documents of one page: usually one file each, and forty uploads go in one request."""


@dataclass(frozen=True, slots=True)
class Scan:
    """How far the taking in of one mapping is.

    beginning       of the mapping: kind, folder, epoch, start, template
    number          which scan of this mapping it is; a page of an earlier one is left alone
    after           1C's cursor of the page that is next; "" is the first
    done, total     documents listed, and documents there are; files and `before` (left out) counted on the way
    taken_in        the person who takes in what was before the start; "" for none
    released        a person has confirmed what this scan moves
    moved_at        when it came to this place
    """

    mapping: RuleId
    beginning: str
    number: int
    total: int
    began_at: str
    after: str = ""
    done: int = 0
    files: int = 0
    before: int = 0
    unreadable: int = 0
    ended_at: str = ""
    taken_in: str = ""
    released: bool = False
    moved_at: str = ""
    version: str = "absent"


def beginning(rule: DocumentRule, epoch: int) -> str:
    """What a scan belongs to; `epoch` as `epochs` tells it."""
    since = moments.text(rule.since) if rule.since else ""
    return f"{rule.kind} {rule.folder} {epoch} {since} {rule.subfolder}"


def digest_of(beginnings: Mapping[RuleId, str]) -> str:
    """The same for the same mappings with the same beginnings, whatever their order."""
    text = "\n".join(sorted(f"{mapping} {begun}" for mapping, begun in beginnings.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def number_after(scan: Scan | None) -> int:
    """Which scan of its mapping the next one is."""
    return scan.number + 1 if scan is not None else 1


def folder_of(scan: Scan) -> int:
    """The type folder the mapping had when the scan began."""
    return int(scan.beginning.split(" ")[1])


class Scans:
    """Kept in the store, one for each mapping."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, mappings: Sequence[RuleId]) -> dict[RuleId, Scan]:
        """The last scan of each mapping, in one round trip."""
        found = self._store.get_many(SCANS, list(mappings)) if mappings else {}
        return {RuleId(key): Scan(**document.data, version=document.version) for key, document in found.items()}

    def save(self, scan: Scan) -> Scan:
        """Raises StoreConflict when another page of it was counted meanwhile."""
        data = asdict(scan)
        version = data.pop("version")
        return replace(scan, version=self._store.write(Write(SCANS, scan.mapping, data, version))[0])


def page_name(scan: Scan) -> str:
    """One for a page, whoever puts it: the page before it, the next run, a person."""
    return f"page {scan.mapping} {scan.number} {scan.after}"


def page_task(scan: Scan) -> Data:
    """The body of the task that reads the page after `scan.after`."""
    return {"kind": "page", "mapping": scan.mapping, "number": scan.number, "after": scan.after}


def bound_task(mapping: RuleId, after: str, number: int, released: bool = False) -> Data:
    """The body of the task that looks at the pairs behind this record's key; `released` as with a scan."""
    return {"kind": "bound", "mapping": mapping, "after": after, "number": number, "released": released}


@dataclass(frozen=True)
class Scanner:
    tools: Tools
    scans: Scans
    bound: Callable[[Sequence[RecordKey]], Mapping[RecordKey, Data]]

    def start(
        self, mapping: RuleId, begun: str, before: Scan | None, total: int, taken_in: str = "", released: bool = False
    ) -> Scan:
        """A new scan of this mapping, in place of the last; `begun`: its `beginning`."""
        number = number_after(before)
        now = moments.text(self.tools.clock.now())
        version = before.version if before else "absent"
        scan = Scan(mapping, begun, number, total, now, moved_at=now, version=version)
        return self.scans.save(replace(scan, taken_in=taken_in, released=released))

    def page(self, rule: DocumentRule, scan: Scan) -> tuple[tuple[Card, ...], Scan]:
        """The page after the scan's cursor, and the scan as it is behind that page."""
        found = self.tools.archive.cards(rule.kind, scan.after, CARDS)
        files = [file for card in found.cards for file in card.files]
        before = sum(is_before(rule, file) for file in files)
        now = moments.text(self.tools.clock.now())
        return found.cards, replace(
            scan,
            after=found.next,
            done=scan.done + len(found.cards),
            files=scan.files + len(files),
            unreadable=scan.unreadable + found.unreadable,
            before=scan.before + (0 if scan.taken_in else before),
            ended_at="" if found.next else now,
            moved_at=now,
        )

    def records(self, rule: DocumentRule, cards: Sequence[Card], scan: Scan) -> tuple[list[Record], dict[str, Facts]]:
        """The page's files as records with the facts of both sides; what was before the start is only counted."""
        facts: dict[str, Facts] = {}
        records: list[Record] = []
        for card in cards:
            for file in card.files:
                if scan.taken_in or not is_before(rule, file):
                    at = written_at(file) or self.tools.clock.now()
                    more: dict[str, Any] = {"taken_in": scan.taken_in} if scan.taken_in else {}
                    more |= {"released": True} if scan.released else {}
                    entry = f"scan:{scan.number}"
                    record = file_record(self.tools.portal, file.id, at, entry, card.id, **more)
                    records.append(record)
                    facts[record.key] = Facts(card, file)
        self._with_disk(records, facts)
        return records, facts

    def _with_disk(self, records: Sequence[Record], facts: dict[str, Facts]) -> None:
        """Those bound already need Disk's side too; of new ones there is none."""
        bound = self.bound([record.key for record in records]) if records else {}
        objects = {key: DiskId(data["disk"]) for key, data in bound.items() if data.get("disk")}
        there = self.tools.disk.files(list(objects.values()), readable=True) if objects else {}
        for key, one in objects.items():
            if one in there:
                facts[key].disk = there[one]
            else:
                del facts[key]  # it is read alone, and says that it is not ours to read
