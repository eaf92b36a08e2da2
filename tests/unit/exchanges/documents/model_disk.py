"""A small Disk in memory: files and folders with the dates that people do and do not touch (facts §6.6, §6.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from common.exchanges.documents import looking
from common.model.documents import DiskFile, DiskFolder, DiskId, FolderId, Listing
from common.model.ids import UserId
from common.ports.disk import Ask, Unseen
from tests.unit.exchanges.documents.samples import AT, FOLDER

Content = tuple[int, str]
"""`FILE_ID` and name: what the exchange has to know of a file."""


@dataclass
class ModelDisk:
    """The listing part of the `Disk` port over files by id. `commands` counts what was asked, `requests` how often."""

    now: float = 0.0
    files: dict[int, DiskFile] = field(default_factory=dict)
    folders: dict[int, DiskFolder] = field(default_factory=dict)
    away: dict[int, DiskFile | DiskFolder] = field(default_factory=dict)
    forbidden: set[int] = field(default_factory=set)
    commands: int = 0
    requests: int = 0

    def __post_init__(self) -> None:
        self.ids = count(10_000)
        self.folders[FOLDER] = DiskFolder(FOLDER, "Договоры", FolderId(1), AT)

    # -- people ------------------------------------------------------------------------------------------------------

    def add(self, folder: int, name: str) -> int:
        """A new file: it does not touch its folder."""
        number, at = next(self.ids), self._at()
        someone = UserId(5)
        self.files[number] = DiskFile(
            DiskId(number), name, FolderId(folder), 10, number, 1, at, at, someone, someone
        )  # fmt: skip
        return number

    def edit(self, file: int) -> None:
        one = self.files[file]
        self.files[file] = replace(one, content=next(self.ids), revision=one.revision + 1, updated_at=self._at())
        self._touch(one.folder)

    def rename(self, file: int, name: str) -> None:
        self.files[file] = replace(self.files[file], name=name, updated_at=self._at())
        self._touch(self.files[file].folder)

    def move(self, file: int, folder: int) -> None:
        """Keeps the file's date; touches only the folder it comes into."""
        self.files[file] = replace(self.files[file], folder=FolderId(folder))
        self._touch(folder)

    def trash(self, number: int) -> None:
        """A file, or a folder with all in it: touches nothing."""
        self.away[number] = self.files.pop(number) if number in self.files else self.folders.pop(number)

    def restore(self, number: int) -> None:
        found = self.away.pop(number)
        if isinstance(found, DiskFile):
            self.files[number] = found
        else:
            self.folders[number] = found

    def add_folder(self, parent: int, name: str) -> int:
        number = next(self.ids)
        self.folders[number] = DiskFolder(FolderId(number), name, FolderId(parent), self._at())
        self._touch(parent)
        return number

    def shift(self) -> None:
        """All dates are set anew, as by a migration of the portal: nothing else changes."""
        at = self._at()
        self.files = {number: replace(one, updated_at=at) for number, one in self.files.items()}

    # -- what there is -----------------------------------------------------------------------------------------------

    def living(self, folder: int) -> dict[int, Content]:
        """The files of a folder that is there."""
        if folder not in self.folders:
            return {}
        return {number: (one.content, one.name) for number, one in self.files.items() if one.folder == folder}

    def pages(self, asked: Sequence[Ask]) -> list[Listing | Unseen]:
        """One request for each 50."""
        self.commands += len(asked)
        self.requests += -(-len(asked) // 50)
        return [self._page(ask) for ask in asked]

    def _page(self, ask: Ask) -> Listing | Unseen:
        if ask.folder not in self.folders:
            return "missing"
        if ask.folder in self.forbidden:
            return "forbidden"
        children: list[DiskFile | DiskFolder] = [one for one in self.files.values() if one.folder == ask.folder]
        children += [one for one in self.folders.values() if one.parent == ask.folder]
        found = sorted((one for one in children if _passes(one, ask)), key=lambda one: one.id, reverse=ask.newest)
        page = found[ask.start : ask.start + looking.PAGE]
        files = tuple(one for one in page if isinstance(one, DiskFile))
        return Listing(files, tuple(one for one in page if isinstance(one, DiskFolder)), len(found))

    def _touch(self, folder: int) -> None:
        if folder in self.folders:
            self.folders[folder] = replace(self.folders[folder], updated_at=self._at())

    def _at(self) -> datetime:
        """Whole seconds, as the columns keep them."""
        return (AT + timedelta(seconds=self.now)).replace(microsecond=0)


def _passes(one: DiskFile | DiskFolder, ask: Ask) -> bool:
    changed = ask.changed_since is None or one.updated_at >= ask.changed_since
    return changed and (ask.first is None or one.id >= ask.first) and (ask.last is None or one.id <= ask.last)
