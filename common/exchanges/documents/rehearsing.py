"""Both sides as a plan sees them: read as they are, written only in words (rules, First run: plan before act).

What a plan "writes" to Disk it also finds there again, so that the second of two equal names is planned as it would be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from common.errors import NameTaken
from common.exchanges.documents.names import same_place
from common.model.documents import (
    Card,
    CardPage,
    Content,
    DiskFile,
    DiskFolder,
    DiskId,
    DocumentId,
    FileId,
    FolderId,
    Kept,
    KindId,
    Listing,
    OnecFile,
    OnecUserId,
    Upload,
    Version,
    VersionId,
)
from common.model.ids import UserId
from common.ports import Clock
from common.ports.archive import Archive
from common.ports.disk import Ask, Disk, Opened, Unseen

Say = Callable[[str, Mapping[str, Any]], None]
"""A word for what would be written, and its figures."""

_FIRST = 10**15
"""Ids of what is only planned; Disk numbers far below."""


@dataclass
class PlannedDisk:
    """The `Disk` port; `say` hears every write."""

    disk: Disk
    say: Say
    clock: Clock
    _files: dict[DiskId, DiskFile] = field(default_factory=dict)
    _folders: dict[FolderId, DiskFolder] = field(default_factory=dict)
    _contents: dict[DiskId, Content] = field(default_factory=dict)
    _next: int = _FIRST

    def pages(self, asked: Sequence[Ask]) -> list[Listing | Unseen]:
        """As they are, with what is planned under the names asked for."""
        real = [one for one in asked if one.folder not in self._folders]
        found = iter(self.disk.pages(real) if real else [])
        return [
            self._with_planned(one, Listing((), (), 0) if one.folder in self._folders else next(found)) for one in asked
        ]

    def files(self, ids: Sequence[DiskId], readable: bool = False) -> dict[DiskId, DiskFile | None]:
        real = [one for one in ids if one not in self._files]
        found = dict(self.disk.files(real, readable)) if real else {}
        return {one: self._files.get(one) or found.get(one) for one in ids}

    def folders(self, ids: Sequence[FolderId]) -> dict[FolderId, DiskFolder | None]:
        real = [one for one in ids if one not in self._folders]
        found = dict(self.disk.folders(real)) if real else {}
        return {one: self._folders.get(one) or found.get(one) for one in ids}

    def upload_together(self, uploads: Sequence[Upload]) -> list[DiskFile | Exception]:
        """Names are looked up together: a plan of many files must not cost a request for each."""
        there = self.pages([Ask(one.folder, name=one.name) for one in uploads])
        return [self._tried(one, page) for one, page in zip(uploads, there, strict=True)]

    def upload(self, folder: FolderId, name: str, content: Content) -> DiskFile:
        self._free(folder, name)
        self.say("upload", {"name": name, "folder": folder, "size": content.size})
        return self._new(folder, name, content)

    def upload_version(self, file: DiskFile, content: Content) -> DiskFile:
        self.say("new_version_on_disk", {"name": file.name, "disk": file.id, "size": content.size})
        self._contents[file.id] = content
        after = replace(file, size=content.size, content=self._number(), revision=file.revision + 1)
        return self._changed(after)

    def rename(self, file: DiskId, name: str) -> DiskFile:
        before = self._there(file)
        self._free(before.folder, name, besides=file)
        self.say("rename_on_disk", {"disk": file, "name": before.name, "to": name})
        return self._changed(replace(before, name=name))

    def move(self, file: DiskId, folder: FolderId) -> DiskFile:
        before = self._there(file)
        self._free(folder, before.name, besides=file)
        self.say("move_on_disk", {"disk": file, "name": before.name, "from": before.folder, "to": folder})
        return self._changed(replace(before, folder=folder))

    def trash(self, file: DiskId) -> None:
        before = self._there(file)
        self.say("trash_on_disk", {"disk": file, "name": before.name})
        self._changed(replace(before, trashed=True, trashed_itself=True))

    def restore(self, file: DiskId) -> DiskFile:
        before = self._there(file)
        self.say("restore_on_disk", {"disk": file, "name": before.name})
        return self._changed(replace(before, trashed=False, trashed_itself=False))

    def make_folder(self, parent: FolderId, name: str) -> DiskFolder:
        page = self.pages([Ask(parent, name=name)])[0] if parent not in self._folders else Listing((), (), 0)
        if isinstance(page, Listing) and page.folders:
            return page.folders[0]
        planned = next((one for one in self._folders.values() if one.parent == parent and one.name == name), None)
        if planned is not None:
            return planned
        self.say("make_folder", {"name": name, "in": parent})
        made = DiskFolder(FolderId(self._number()), name, parent, self.clock.now())
        self._folders[made.id] = made
        return made

    @contextmanager
    def open(self, file: DiskId) -> Iterator[Opened]:
        if file in self._contents:
            with self._contents[file].chunks() as chunks:
                yield Opened(self._files[file], chunks)
            return
        with self.disk.open(file) as opened:
            yield Opened(self._files.get(file, opened.file), opened.chunks)

    def open_revision(self, file: DiskId, revision: int) -> AbstractContextManager[Iterator[bytes]] | None:
        return self.disk.open_revision(file, revision)

    def storage_folder(self, storage: int) -> FolderId | None:
        return self.disk.storage_folder(storage)

    def names(self, folders: Sequence[FolderId]) -> Mapping[FolderId, str]:
        return self.disk.names([one for one in folders if one not in self._folders])

    def _with_planned(self, ask: Ask, page: Listing | Unseen) -> Listing | Unseen:
        if isinstance(page, str) or not ask.name:
            return page
        here = [one for one in self._files.values() if one.folder == ask.folder and not one.trashed]
        moved = {one.id for one in self._files.values()}
        files = [
            *(one for one in page.files if one.id not in moved),
            *(one for one in here if same_place(one.name, ask.name)),
        ]
        return Listing(tuple(files), page.folders, len(files) + len(page.folders))

    def _tried(self, one: Upload, there: Listing | Unseen) -> DiskFile | Exception:
        @contextmanager
        def chunks() -> Iterator[Iterator[bytes]]:
            yield iter([one.data])

        page = self._with_planned(Ask(one.folder, name=one.name), there)
        if not _is_free(page):
            return NameTaken(one.name)
        self.say("upload", {"name": one.name, "folder": one.folder, "size": len(one.data)})
        return self._new(one.folder, one.name, Content(len(one.data), "", chunks))

    def _free(self, folder: FolderId, name: str, besides: DiskId | None = None) -> None:
        if not _is_free(self.pages([Ask(folder, name=name)])[0], besides):
            raise NameTaken(name)

    def _new(self, folder: FolderId, name: str, content: Content) -> DiskFile:
        number, now = self._number(), self.clock.now()
        made = DiskFile(DiskId(number), name, folder, content.size, number, 1, now, now, UserId(0), UserId(0))
        self._contents[made.id] = content
        return self._changed(made)

    def _changed(self, file: DiskFile) -> DiskFile:
        self._files[file.id] = file
        return file

    def _there(self, file: DiskId) -> DiskFile:
        found = self.files([file])[file]
        if found is None:
            raise NameTaken(str(file))
        return found

    def _number(self) -> int:
        self._next += 1
        return self._next


def _is_free(page: Listing | Unseen, besides: DiskId | None = None) -> bool:
    return isinstance(page, str) or not (page.folders or any(one.id != besides for one in page.files))


class PlannedArchive:
    """The `Archive` port: what is planned is read as if it were there, all else as it is; writes are only said."""

    def __init__(self, archive: Archive, say: Say, clock: Clock) -> None:
        self._archive, self._say, self._clock = archive, say, clock
        self._number = 0
        self._files: dict[FileId, OnecFile] = {}
        self._contents: dict[VersionId, Content] = {}

    def __getattr__(self, name: str) -> Any:
        """Readings, as they are; a write that is not named below would be a fault of this class."""
        if name not in _READINGS:
            raise AttributeError(name)
        return getattr(self._archive, name)

    def cards(self, kind: KindId, after: str, limit: int) -> CardPage:
        page = self._archive.cards(kind, after, limit)
        return replace(page, cards=tuple(map(self._with_planned, page.cards)))

    def cards_of(self, ids: Sequence[DocumentId]) -> dict[DocumentId, Card | None]:
        found = self._archive.cards_of(ids)
        return {one: self._with_planned(card) if card is not None else None for one, card in found.items()}

    def files(self, ids: Sequence[FileId]) -> dict[FileId, OnecFile | None]:
        real = [one for one in ids if one not in self._files]
        return {
            **(self._archive.files(real) if real else {}),
            **{one: self._files[one] for one in ids if one not in real},
        }

    def open(self, version: Version) -> AbstractContextManager[Iterator[bytes]]:
        planned = self._contents.get(version.id)
        return planned.chunks() if planned is not None else self._archive.open(version)

    def add_file(
        self, document: DocumentId, name: str, content: Content, mark: str, comment: str, person: OnecUserId | None
    ) -> Kept:
        self._say("new_file_in_1c", {"document": document, "name": name, "size": content.size, "from": mark})
        version = self._version(content, comment, person)
        file = OnecFile(FileId(version.id), document, name, version.id, "planned", (version,))
        return Kept(self._planned(file), version, True)

    def add_version(self, file: OnecFile, content: Content, comment: str, person: OnecUserId | None) -> Kept:
        self._say("new_version_in_1c", {"file": file.id, "name": file.name, "size": content.size})
        version = self._version(content, comment, person)
        after = replace(file, versions=(*file.versions, version), current=version.id)
        return Kept(self._planned(after), version, True)

    def rename(self, file: OnecFile, name: str) -> OnecFile:
        self._say("rename_in_1c", {"file": file.id, "name": file.name, "to": name})
        return self._planned(replace(file, name=name))

    def show(self, kind: str, id: str, bitrix_id: str, url: str, state: str, text: str) -> None:
        self._say("show_on_card", {kind: id, "disk": bitrix_id, "state": state, "url": url, "text": text})

    def _version(self, content: Content, comment: str, person: OnecUserId | None) -> Version:
        self._number += 1
        named = VersionId(f"planned-{self._number}")
        self._contents[named] = content
        return Version(named, self._number, content.size, content.sha256, person, self._clock.now(), comment)

    def _planned(self, file: OnecFile) -> OnecFile:
        self._files[file.id] = file
        return file

    def _with_planned(self, card: Card) -> Card:
        known = {one.id for one in card.files}
        made = (one for one in self._files.values() if one.document == card.id and one.id not in known)
        return replace(card, files=(*(self._files.get(one.id, one) for one in card.files), *made))


_READINGS = frozenset(("ability", "probe", "changes", "counts", "kinds", "small", "users", "user_by", "clients"))
