"""A hundred thousand pairs that agree already, written into the store in the forms that the exchange itself writes.

The exchange's own nouns make them (`bound`, `Bindings`, `Shelves`); that they are right is shown by a run over them,
which must find nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from common.exchanges.documents import bound as bindings
from common.exchanges.documents.entry import by_folder
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.records import file_record
from common.exchanges.documents.shelves import Shelves, entry_of
from common.flow.bindings import as_binding
from common.flow.tasks import chunks
from common.model import moments
from common.model.documents import (
    Card,
    DiskFile,
    DiskId,
    DocumentId,
    FileId,
    FolderId,
    KindId,
    OnecFile,
    Version,
    VersionId,
)
from common.model.ids import UserId
from common.model.records import Record
from common.ports import Data
from tests.clock import ManualClock
from tests.document_stand import SINCE, DocumentStand
from tests.simulators.bitrix24.disk import File as DiskNode
from tests.simulators.bitrix24.disk import seed_files
from tests.simulators.dm.records import Document, Kind
from tests.simulators.dm.seeding import seed_documents
from tests.simulators.dm.views import data_version

SIZE = 1000
"""Bytes of each file."""

DAY = 24 * 3600.0
_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Watched:
    """One mapping: a kind of documents in 1C and its folder on Disk, with the files of both in the same order."""

    kind: Kind
    folder: FolderId
    documents: list[Document]
    files: list[DiskNode]


class ManyDocuments(DocumentStand):
    """A stand whose mappings are added with all their pairs; `store` as for `Stand`."""

    def __init__(self, folder: str, store: Callable[[ManualClock], Any]) -> None:
        self.watched: list[Watched] = []
        super().__init__(folder, store=store)

    def map(self, **changes: Any) -> None:
        """Save all mappings there are."""
        rules = [
            {"id": f"kind_{number}", "kind": one.kind.id, "folder": one.folder, "name": one.kind.name, "since": SINCE}
            for number, one in enumerate(self.watched)
        ]
        if rules:
            self.services.rule_book.import_all({"documents": rules}, "bench", over=True)
        self.clock.advance(61)

    def watch(self, folders: int, files: int) -> None:
        """More mappings, each with so many files that agree since a day. While they are empty the exchange takes them
        in by itself, so that all but the pairs is as it makes it.
        """
        fresh = [self._kind(len(self.watched) + number) for number in range(folders)]
        self.watched += fresh
        self.map()
        assert self.run() == 200
        for one in fresh:
            one.documents.extend(seed_documents(self.base, one.kind, files, SIZE))
            one.files.extend(seed_files(self.portal, one.folder, files, SIZE, name=f"{one.kind.name} {{}}.docx"))
        self.clock.advance(DAY)
        rules = self.services.document_rules().values()
        for one in fresh:
            rule = by_folder(rules, one.folder)
            assert rule is not None
            self._agree(rule, one)

    def _kind(self, number: int) -> Watched:
        kind = self.base.add_kind(f"Вид {number}")
        folder = self.worker.add_folder(self.worker.folder(self.contracts).parent_id, kind.name)
        return Watched(kind, FolderId(folder), [], [])

    def _agree(self, rule: DocumentRule, one: Watched) -> None:
        """Bindings and the shelves of one mapping."""
        for some in chunks(list(zip(one.documents, one.files, strict=True)), _TOGETHER):
            pairs = [self._pair(rule, *pair) for pair in some]
            self.services.bindings.save_all([as_binding(record, data, None) for record, data in pairs])
        shelves, now = Shelves(self.services.store), moments.text(self.clock.now())
        head = shelves.heads({one.folder: str(rule.id)})[one.folder]
        shelves.save(head, {node.id: entry_of(disk_file(node)) for node in one.files}, now)

    def _pair(self, rule: DocumentRule, document: Document, node: DiskNode) -> tuple[Record, Data]:
        card = onec_card(document)
        file = card.files[0]
        record = file_record(self.services.portal, file.id, self.clock.now(), "scan:1", card.id)
        assert file.version is not None
        both = bindings.agreed_with(file, file.version, disk_file(node), rule.folder)
        return record, bindings.with_agreed(bindings.begun(rule, card, file.id), both)


def disk_file(node: DiskNode) -> DiskFile:
    """A simulated file as the exchange reads it."""
    return DiskFile(
        id=DiskId(node.id),
        name=node.name,
        folder=FolderId(node.parent_id),
        size=node.size,
        content=node.content.id,
        revision=node.global_version,
        created_at=node.create_time,
        updated_at=node.update_time,
        created_by=UserId(node.created_by),
        updated_by=UserId(node.updated_by),
    )


def onec_card(document: Document) -> Card:
    """A simulated document with its files as the exchange reads it, as far as bindings remember it."""
    return Card(
        id=DocumentId(document.id),
        kind=KindId(document.kind.id),
        title=document.title,
        data_version=data_version(document.data_version),
        reg_number=document.reg_number or "",
        state=document.state,
        files=tuple(_files(document)),
    )


def _files(document: Document) -> Iterator[OnecFile]:
    for file in document.files:
        versions = [
            Version(VersionId(one.id), one.number, one.content.size, one.content.sha256) for one in file.versions
        ]
        current = VersionId(file.current.id)
        stamp = data_version(file.data_version)
        yield OnecFile(FileId(file.id), DocumentId(document.id), file.name, current, stamp, tuple(versions))


def spread(watched: Sequence[Watched], number: int) -> list[tuple[Watched, int]]:
    """So many pairs, one of each mapping in turn and not twice the same."""
    return [(watched[one % len(watched)], one // len(watched)) for one in range(number)]
