"""People who change files at random in 1C and on Disk; each says what he did, so that a failure reads as a story.

Every content is another one unless it is said to be one that was there before. What a person himself destroyed in 1C
(`let_go`), wrote over on Disk (`replaced`) or took out of its trash (`brought_back`) is remembered: the exchange does
not answer for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from tests.mortal_documents import MortalDocuments
from tests.simulators.bitrix24.calls import Call
from tests.simulators.bitrix24.disk.objects import ALIVE, IN_BIN, Node
from tests.simulators.bitrix24.disk.objects import File as DiskFile
from tests.simulators.bitrix24.disk.objects import Folder as DiskFolder
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.dm.records import Document, File

NAMES = ("Договор.docx", "договор.docx", "Акт: 1.docx", "Смета.xlsx", "Смета_conflict_20261120.xlsx", "Без расширения")
LARGE = 1024 * 1024 + 10


def said(data: bytes) -> str:
    """A content as a story tells it."""
    return f"«{data[:14].decode().strip()}»" + (" (large)" if len(data) >= LARGE else "")


class People:
    """`number`s choose among what there is at the moment; where there is nothing, nothing happens."""

    def __init__(self, stand: MortalDocuments) -> None:
        self.stand = stand
        self.story: list[str] = []
        self.let_go: set[bytes] = set()
        self.replaced: set[bytes] = set()
        self.brought_back: set[int] = set()
        self.meanwhile: set[bytes] = set()
        self.moved: set[int] = set()
        self.adopted: set[int] = set()
        """Renamed or moved by a person: an upload whose answer was lost is not found under another name."""
        self._numbers = itertools.count(1)

    # -- who and what ------------------------------------------------------------------------------------------------

    @property
    def documents(self) -> list[Document]:
        return list(self.stand.base.store.documents.values())

    @property
    def files(self) -> list[File]:
        return [file for document in self.documents for file in document.files]

    @property
    def places(self) -> list[int]:
        """Folders where files may lie: of the types, of documents, of nobody."""
        own = (node.id for node in self._nodes(ALIVE) if isinstance(node, DiskFolder))
        return sorted({self.stand.contracts, self.stand.letters, self.stand.elsewhere, *own})

    @property
    def objects(self) -> list[DiskFile]:
        """Living files on Disk."""
        return [node for node in self._nodes(ALIVE) if isinstance(node, DiskFile)]

    @property
    def thrown_away(self) -> list[Node]:
        return self._nodes(IN_BIN)

    @property
    def own_folders(self) -> list[DiskFolder]:
        """Sub-folders that the exchange made for documents."""
        return [
            node for node in self._nodes(ALIVE) if isinstance(node, DiskFolder) and node.parent_id == self.stand.letters
        ]

    def _nodes(self, deleted_type: int) -> list[Node]:
        return [node for _, node in sorted(self.stand.disk.objects.items())
                if node.deleted_type == deleted_type and node.parent_id]  # fmt: skip

    def called(self, record: File | Document | Node) -> str:
        """As the story calls it."""
        if isinstance(record, Node):
            return f"disk {record.id} {record.name!r}"
        if isinstance(record, File):
            return f"{record.id[:4]} {record.name!r}"
        return f"document {record.id[:4]}"

    def say(self, line: str) -> None:
        self.story.append(f"{self.stand.clock.now():%d %H:%M:%S}  {line}")

    def fresh(self, large: bool = False) -> bytes:
        """A content that never was."""
        data = b"content %d\n" % next(self._numbers)
        return data.ljust(LARGE, b".") if large else data

    def content(self, number: int) -> bytes:
        """0: a fresh one, -1: a large one, else one that is known."""
        return self.fresh(number < 0) if number <= 0 else self.known(number)

    def known(self, number: int) -> bytes:
        """A content that is or was in 1C, or is on Disk."""
        kept = [version.content.read() for file in self.files for version in file.versions]
        there = [*kept, *(one.content.read() for one in self.objects)]
        return there[number % len(there)] if there else self.fresh()

    # -- 1C ----------------------------------------------------------------------------------------------------------

    def add_document(self, kind: int) -> None:
        number = next(self._numbers)
        made = self.stand.clerk.add_document(
            self.stand.base.kinds[kind], title="Письмо", reg_number=f"Д-{number}" if number % 2 else None
        )
        self.say(f"clerk: new {self.called(made)} of kind {kind}")

    def add_file(self, number: int, name: str, data: bytes) -> None:
        if self.documents:
            document = self.documents[number % len(self.documents)]
            made = self.stand.clerk.add_file(document, name, data)
            self.say(f"clerk: new file {self.called(made)} of {self.called(document)}, {said(data)}")

    def write_version(self, number: int, data: bytes) -> None:
        if self.files:
            file = self.files[number % len(self.files)]
            if not file.store_versions:
                self.let_go.add(file.current.content.read())
            self.stand.clerk.edit_file(file, data)
            self.say(f"clerk: {self.called(file)} is {said(data)} now")

    def rename_file(self, number: int, name: str) -> None:
        if self.files:
            file = self.files[number % len(self.files)]
            self.say(f"clerk: {self.called(file)} is called {name!r} now")
            self.stand.clerk.rename_file(file, name)

    def mark(self, number: int, deleted: bool) -> None:
        if self.files:
            file = self.files[number % len(self.files)]
            self.stand.clerk.mark_deleted(file, deleted)
            self.say(f"clerk: {self.called(file)} {'marked' if deleted else 'unmarked'}")

    def mark_document(self, number: int, deleted: bool) -> None:
        if self.documents:
            document = self.documents[number % len(self.documents)]
            self.stand.clerk.mark_deleted(document, deleted)
            self.say(f"clerk: {self.called(document)} {'marked' if deleted else 'unmarked'}")

    def purge(self, number: int) -> None:
        if self.files:
            file = self.files[number % len(self.files)]
            self.let_go |= {version.content.read() for version in file.versions}
            self.say(f"clerk: {self.called(file)} removed for good")
            self.stand.clerk.purge(file)

    def close(self, number: int, how: str) -> None:
        """`sign`, `capture` or `encrypt`."""
        if self.files:
            file = self.files[number % len(self.files)]
            getattr(self.stand.clerk, how)(file)
            self.say(f"clerk: {how} {self.called(file)}")

    def open(self, number: int) -> None:
        if self.files:
            file = self.files[number % len(self.files)]
            self.stand.clerk.sign(file, False)
            self.stand.clerk.encrypt(file, False)
            self.stand.clerk.release(file)
            self.say(f"clerk: {self.called(file)} is open for all again")

    def move_kind(self, number: int, kind: int) -> None:
        if self.documents:
            document = self.documents[number % len(self.documents)]
            self.stand.clerk.move_document_kind(document, self.stand.base.kinds[kind])
            self.say(f"clerk: {self.called(document)} is of kind {kind} now")

    def go_back(self, number: int, version: int) -> None:
        if self.files:
            file = self.files[number % len(self.files)]
            chosen = file.versions[version % len(file.versions)]
            self.stand.clerk.set_current_version(file, chosen)
            self.say(f"clerk: {self.called(file)} goes back to {said(chosen.content.read())}")

    def keep_no_versions(self, number: int) -> None:
        if self.files:
            file = self.files[number % len(self.files)]
            self.stand.clerk.set_store_versions(file, False)
            self.say(f"clerk: {self.called(file)} keeps no versions")

    # -- Disk --------------------------------------------------------------------------------------------------------

    def upload(self, place: int, name: str, data: bytes) -> None:
        folder = self.places[place % len(self.places)]
        with self._allowed(f"upload {name!r} to {folder}, {said(data)}"):
            self.stand.worker.upload(folder, name, data)

    def edit(self, number: int, data: bytes) -> None:
        if self.objects:
            file = self.objects[number % len(self.objects)]
            self.say(f"worker: {self.called(file)} is {said(data)} now")
            self.replaced.add(file.content.read())
            self.stand.worker.edit(file.id, data)

    def edit_twin(self, number: int, data: bytes) -> None:
        """The living twin of a file of 1C."""
        if self.files:
            file = self.files[number % len(self.files)]
            bound = self.stand.services.bindings.get(self.stand.key(file))
            node = self.stand.disk.objects.get(int(bound.data.get("disk") or 0)) if bound is not None else None
            if node in self.objects:
                self.edit(self.objects.index(node), data)

    def save_meanwhile(self, method: str) -> None:
        """The worker saves the very file that this call of ours is about, just before it."""
        self.say(f"worker: will save just before our next {method}")

        def save(call: Call) -> None:
            node = self.stand.disk.objects.get(int(call.params.get("id", 0)))
            if isinstance(node, DiskFile):
                data = self.fresh()
                self.say(f"worker, meanwhile: {self.called(node)} is {said(data)} now")
                self.meanwhile |= {data}
                self.let_go.add(node.content.read())
                self.stand.worker.edit(node.id, data)

        self.stand.disk.once(method, save)

    def rename(self, number: int, name: str) -> None:
        if self.objects:
            file = self.objects[number % len(self.objects)]
            with self._allowed(f"{self.called(file)} is called {name!r} now"):
                self.stand.worker.rename(file.id, name)
                self.adopted.add(file.id)

    def move(self, number: int, place: int) -> None:
        if self.objects:
            file, folder = self.objects[number % len(self.objects)], self.places[place % len(self.places)]
            with self._allowed(f"{self.called(file)} moved to {folder}"):
                self.stand.worker.move(file.id, folder)
                self.moved.add(file.id)
                self.adopted.add(file.id)

    def copy(self, number: int, place: int) -> None:
        if self.objects:
            file, folder = self.objects[number % len(self.objects)], self.places[place % len(self.places)]
            with self._allowed(f"{self.called(file)} copied to {folder}"):
                self.stand.worker.copy(file.id, folder)

    def trash(self, number: int) -> None:
        if self.objects:
            file = self.objects[number % len(self.objects)]
            self.say(f"worker: {self.called(file)} thrown away")
            self.stand.worker.trash(file.id)

    def trash_folder(self, number: int) -> None:
        if self.own_folders:
            folder = self.own_folders[number % len(self.own_folders)]
            self.say(f"worker: folder {self.called(folder)} thrown away")
            self.stand.worker.trash(folder.id)

    def restore(self, number: int) -> None:
        if self.thrown_away:
            node = self.thrown_away[number % len(self.thrown_away)]
            with self._allowed(f"{self.called(node)} taken out of the trash"):
                self.stand.worker.restore(node.id)
                children = node.children if isinstance(node, DiskFolder) else ()
                self.brought_back |= {node.id, *children}
                self.adopted |= {node.id, *children}

    def destroy(self, number: int) -> None:
        if self.thrown_away or self.objects:
            node = [*self.thrown_away, *self.objects][number % len([*self.thrown_away, *self.objects])]
            self.say(f"worker: {self.called(node)} destroyed")
            self.stand.worker.destroy(node.id)

    @contextmanager
    def _allowed(self, what: str) -> Iterator[None]:
        """Disk refuses what it refuses, e.g. a name that is taken."""
        try:
            yield
        except RestError:
            self.say(f"worker: {what}: refused")
        else:
            self.say(f"worker: {what}")
