"""What a person may see and say of documents: how far, confirm, take in, settle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import Refused
from common.exchanges.documents.copies import Copies
from common.exchanges.documents.guards import Guards
from common.exchanges.documents.judging import lacks_its_folder
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.scanning import Scan, Scanner, Scans, page_name, page_task
from common.exchanges.documents.turns import progress
from common.flow.bindings import BINDINGS
from common.flow.conflicts import ABOUT, Conflicts
from common.flow.excluded import ExcludedRecords
from common.flow.journal import Entry, Journal
from common.flow.parts import Teller
from common.flow.tasks import name_for
from common.flow.waiting import WaitingRoom
from common.flow.watermarks import Watermarks
from common.model import moments
from common.model.documents import DiskId
from common.model.ids import RuleId
from common.ports import Clock, Queue, Store, Task
from common.ports.archive import Archive

BOUND = "bound"
DOCUMENTS = "documents"


@dataclass(frozen=True)
class DocumentPeople:
    """Acts of persons are journalled with who did them. `rules`: the mappings in force."""

    rules: Mapping[RuleId, DocumentRule]
    store: Store
    clock: Clock
    queue: Queue
    function: str
    journal: Journal
    waiting: WaitingRoom
    excluded: ExcludedRecords
    conflicts_kept: Conflicts
    guards: Guards
    copies: Copies
    archive: Archive
    scans: Scans
    scanner: Scanner
    teller: Teller
    watermarks: Watermarks
    scanned: str
    """The watermark that says that all scans are done."""

    def status(self) -> Iterator[Mapping[str, Any]]:
        """One object for each mapping."""
        active = [rule for rule in self.rules.values() if rule.active]
        scans, stopped = self.scans.all([rule.id for rule in active]), self.guards.stopped()
        for rule in active:
            scan = scans.get(rule.id)
            why = stopped.get(rule.id)
            yield {
                "mapping": rule.id,
                "name": rule.name,
                "bound": self._count(rule.id),
                "held": self.guards.number(rule.id) - self.guards.number_passed(rule.id),
                "scan": progress(scan, moments.text(self.clock.now())) if scan else None,
                "stopped": {"why": why["why"], "since": why["at"], **why["figures"]} if why else None,
            }

    def counts(self) -> Iterator[Mapping[str, Any]]:
        """Every file in its one state, counted; files from before a start as the last scan counted them."""
        waits = self.waiting.of_exchange(DOCUMENTS)
        held = self.store.get_many(BINDINGS, [wait.record for wait in waits]) if waits else {}
        bound = self.store.count(BINDINGS, [("exchange", "==", DOCUMENTS), ("state", "==", BOUND)])
        agreed = bound - sum(one.data["state"] == BOUND for one in held.values())
        yield {"exchange": DOCUMENTS, "state": "in agreement", "number": agreed}
        for reason, number in sorted(self.waiting.counts(DOCUMENTS).items()):
            yield {"exchange": DOCUMENTS, "state": "waiting", "reason": reason, "number": number}
        for by, number in self.excluded.counts(DOCUMENTS).items():
            if number and by != "before_start":
                yield {"exchange": DOCUMENTS, "state": "excluded", "by": by, "number": number}
        for mapping, scan in self.scans.all(list(self.rules)).items():
            left_out = {"state": "excluded", "by": "before_start", "mapping": mapping, "number": scan.before}
            yield {"exchange": DOCUMENTS, **left_out}

    def confirm(self, mapping: RuleId, by: str) -> None:
        """Let one run pass. Raises Refused 404 for a mapping that does not stand, 409 for one that lacks its folder."""
        stopped = self.guards.stopped().get(mapping)
        if stopped is not None and lacks_its_folder(str(stopped["why"])):
            raise Refused(409, "folder_first")
        if not self.guards.confirm(mapping, by):
            raise Refused(404, "not_stopped")
        self._journalled(mapping, "confirmed", by)

    def before(self, mapping: RuleId) -> int:
        """How many files the start left out, as the last scan counted. Raises Refused 404 without a scan."""
        return self._scan(mapping).before

    def take_in(self, mapping: RuleId, by: str) -> None:
        """Scan the mapping once more, with what was before its start."""
        scan = self._scan(mapping)
        self.watermarks.put(self.scanned, "")  # first: whatever dies now, the next run goes on with the scan
        begun = self.scanner.start(mapping, scan.beginning, scan, scan.total, by)
        self._journalled(mapping, "taken_in", by)
        self.queue.put(Task(self.function, page_task(begun), name_for("documents", page_name(begun)), "bulk"))

    def conflicts(self) -> Iterator[Mapping[str, Any]]:
        """Those nobody has settled, oldest first."""
        kept = self.conflicts_kept.open()
        ids = [DiskId(one.data["copy"]["id"]) for one in kept if one.data.get("copy")]
        known = self.copies.known(ids) if ids else {}
        for one in kept:
            told = {"id": one.id, "kind": one.kind, "what": one.subject, "where": one.where, "since": one.opened_at}
            copy = known.get((one.data.get("copy") or {}).get("id", 0), {})
            edited = {name: copy[name] for name in ("edited_by", "edited_at") if name in copy}
            yield {**told, "source": one.source, "details": one.details, **one.data, **edited}

    def settle(self, id: str, by: str) -> None:
        """Say that it is settled, once. Raises Refused 404 for one there is not."""
        before = self.conflicts_kept.settle(id, by)
        if not before.settled_by:
            entry = Entry(before.record, before.exchange, "conflict_settled", source=before.source, by=by)
            self.journal.add(entry)
        self.teller.tell(f"{ABOUT}{id}", ())
        kind, _, named = before.source.partition(":")
        if kind == "file":
            disk = (before.data.get("disk") or {}).get("id", "")
            self.archive.show("file", named, str(disk), before.where, "bound", "")

    def _scan(self, mapping: RuleId) -> Scan:
        scan = self.scans.all([mapping]).get(mapping)
        if scan is None or mapping not in self.rules:
            raise Refused(404, "no_scan")
        return scan

    def _count(self, mapping: RuleId) -> int:
        return self.store.count(BINDINGS, [("mapping", "==", mapping), ("state", "==", BOUND)])

    def _journalled(self, mapping: RuleId, did: str, by: str) -> None:
        about = f"mapping:{mapping}"
        self.journal.add(Entry(about, DOCUMENTS, did, source=about, by=by))
