"""Tasks of the exchange that are no list of records: a page of 1C's documents, whole documents that changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from common.errors import NeedsPerson, StoreConflict, TryLater
from common.exchanges.documents.desk import TOGETHER, Desk
from common.exchanges.documents.entry import by_id
from common.exchanges.documents.model import Facts
from common.exchanges.documents.records import file_in, file_record
from common.exchanges.documents.scanning import Scan, Scanner, Scans, bound_task, page_name, page_task
from common.exchanges.documents.tools import Tools
from common.model import moments
from common.model.documents import Card, DocumentId, FileId
from common.model.ids import RuleId
from common.model.records import Record

Run = Callable[[Sequence[Record], Mapping[str, Facts]], None]
"""Carry these records in this turn, with the facts read already."""

_STEPS = 10
"""How often the journal says how far a scan is."""


@dataclass(frozen=True)
class Turns:
    tools: Tools
    desk: Desk
    scans: Scans
    scanner: Scanner

    def page(self, mapping: RuleId, number: int, after: str, run: Run) -> None:
        """The next page's task is put before this page is carried, so that several workers go on side by side.

        A page read a second time (its worker died) is only carried, or puts the next one if nobody did.
        """
        scan, rule = self.scans.all([mapping]).get(mapping), by_id(self.tools.rules().values(), mapping)
        if scan is None or rule is None or scan.number != number:
            return
        cards, following = self.scanner.page(rule, replace(scan, after=after))
        if not scan.ended_at and scan.after in (after, following.after):
            self._go_on(scan, following, counted=scan.after != after)
        records, facts = self.scanner.records(rule, cards, scan)
        self._run(records, facts, run)

    def bound(self, mapping: RuleId, after: str, number: int, released: bool, run: Run) -> None:
        """Pairs of a mapping, forty from behind this record's key: after a gap in the feed no listing names those that
        1C removed for good.
        """
        keys = self.desk.of_mapping(mapping, after, TOGETHER)
        if len(keys) == TOGETHER:
            self.desk.put_body(bound_task(mapping, keys[-1], number, released), f"bound {mapping} {number} {keys[-1]}")
        named = [named for key in keys if (named := file_in(key)) is not None]
        at = self.tools.clock.now()
        more: dict[str, Any] = {"released": True} if released else {}
        self._run([file_record(self.tools.portal, one, at, f"gap:{number}", **more) for one in named], {}, run)

    def documents(self, ids: Sequence[DocumentId], seq: int, run: Run) -> None:
        """Everything of these documents: the files they have, and those we know that they have no more."""
        cards = self._cards(ids)
        bound = {key: named for key in self.desk.of_documents(ids) if (named := file_in(key)) is not None}
        records: list[Record] = []
        facts: dict[str, Facts] = {}
        for document in ids:
            card = cards.get(document)
            for file in card.files if card is not None else ():
                record = self._record(file.id, document, seq)
                records.append(record)
                if record.key not in bound:
                    facts[record.key] = Facts(card, file)
        known = {record.key for record in records}
        gone = [self._record(named, None, seq) for key, named in bound.items() if key not in known]
        self._run([*records, *gone], facts, run)

    def _cards(self, ids: Sequence[DocumentId]) -> dict[DocumentId, Card | None]:
        """One that cannot be read does not hold up the others; its known files say so themselves."""
        try:
            return self.tools.archive.cards_of(ids)
        except NeedsPerson as needs:
            if len(ids) > 1:
                return {document: card for one in ids for document, card in self._cards([one]).items()}
            self.desk.tell(f"document:{ids[0]}", needs.stops)
            return {}

    def _record(self, file: FileId, document: DocumentId | None, seq: int) -> Record:
        return file_record(self.tools.portal, file, self.tools.clock.now(), f"seq:{seq}", document)

    def _run(self, records: Sequence[Record], facts: Mapping[str, Facts], run: Run) -> None:
        """Forty at a time; one chunk that has to be tried again does not hold up the others."""
        later: list[TryLater] = []
        for start in range(0, len(records), TOGETHER):
            some = records[start : start + TOGETHER]
            try:
                run(some, {record.key: facts[record.key] for record in some if record.key in facts})
            except TryLater as reason:
                later.append(reason)
        if later:
            raise later[0]

    def _go_on(self, scan: Scan, following: Scan, counted: bool) -> None:
        if not counted:
            try:
                self.scans.save(following)
            except StoreConflict:
                return  # another attempt at this page counted it, and puts the next one
            if following.ended_at or _tenths(following) != _tenths(scan):
                self._say(following)
        if following.after:
            self.desk.put_body(page_task(following), page_name(following))

    def _say(self, scan: Scan) -> None:
        details = progress(scan, moments.text(self.tools.clock.now()))
        self.desk.note(f"mapping:{scan.mapping}", "scan_ended" if scan.ended_at else "scan", details)


def progress(scan: Scan, now: str) -> dict[str, int | float | str]:
    """Done, total, rate (documents a second), what is left (seconds) and when it ended, for terminal and journal."""
    until = scan.ended_at or now
    seconds = max((moments.parse(until) - moments.parse(scan.began_at)).total_seconds(), 0.001)
    rate = scan.done / seconds
    left = 0 if scan.ended_at or not rate else round(max(scan.total - scan.done, 0) / rate)
    counted = {"done": scan.done, "total": max(scan.total, scan.done), "files": scan.files}
    counted |= {"before_start": scan.before, "unreadable": scan.unreadable}
    return {**counted, "rate": round(rate, 2), "left_seconds": left, "ended_at": scan.ended_at}


def _tenths(scan: Scan) -> int:
    return _STEPS * scan.done // max(scan.total, 1)
