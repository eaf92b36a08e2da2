"""The facts of many records at once: documents from 1C, objects from Disk, each asked for once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.exchanges.documents import bound as bindings
from common.exchanges.documents.model import Facts
from common.exchanges.documents.records import disk_of, file_of, is_file
from common.model.documents import Card, DiskId, DocumentId, FileId, OnecFile
from common.model.ids import RecordKey
from common.model.records import Record
from common.ports.archive import Archive
from common.ports.disk import Disk

Bindings = Mapping[RecordKey, Mapping[str, Any]]


def read(archive: Archive, disk: Disk, records: Sequence[Record], bound: Bindings) -> dict[str, Facts]:
    """What both sides show of each record. 1C: one request a document, Disk: one for each 50 objects."""
    files = [record for record in records if is_file(record)]
    cards = _cards(archive, files, bound)
    facts: dict[str, Facts] = {record.key: Facts(*cards[file_of(record)]) for record in files}
    objects = {record.key: _object(record, bound) for record in records}
    wanted = [one for one in dict.fromkeys(objects.values()) if one is not None]
    there = disk.files(wanted) if wanted else {}
    for key, one in objects.items():
        facts.setdefault(key, Facts(None, None)).disk = there.get(one) if one is not None else None
    return facts


def _object(record: Record, bound: Bindings) -> DiskId | None:
    return bindings.disk_of(bound.get(record.key)) if is_file(record) else disk_of(record)


def _cards(
    archive: Archive, records: Sequence[Record], bound: Bindings
) -> dict[FileId, tuple[Card | None, OnecFile | None]]:
    """A file is read within its document; whose document that is, the binding or the task tells, else 1C."""
    known = {file_of(record): _document(record, bound) for record in records}
    asked = [file for file, document in known.items() if not document]
    alone = archive.files(asked) if asked else {}
    for file, found in alone.items():
        known[file] = found.document if found is not None else None
    documents = [one for one in dict.fromkeys(known.values()) if one]
    cards = archive.cards_of(documents) if documents else {}
    cards |= _elsewhere(archive, known, cards)
    return {file: _within(cards.get(document) if document else None, file) for file, document in known.items()}


def _elsewhere(
    archive: Archive, known: dict[FileId, DocumentId | None], cards: Mapping[DocumentId, Card | None]
) -> dict[DocumentId, Card | None]:
    """A file that its document has no more may be another's now: asked once more before it is taken for deleted."""
    lost = [file for file, document in known.items() if document and _within(cards.get(document), file)[1] is None]
    found = archive.files(lost) if lost else {}
    moved = {file: one.document for file, one in found.items() if one is not None}
    known.update(moved)
    others = [document for document in dict.fromkeys(moved.values()) if document not in cards]
    return archive.cards_of(others) if others else {}


def _document(record: Record, bound: Bindings) -> DocumentId | None:
    named = bound[record.key]["document"] if record.key in bound else record.body["document"]
    return DocumentId(named) if named else None


def _within(card: Card | None, file: FileId) -> tuple[Card | None, OnecFile | None]:
    return card, next((one for one in card.files if one.id == file), None) if card else None
