"""Bitrix24 Disk as the documents exchange sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from common.model.documents import Content, DiskFile, DiskFolder, DiskId, FolderId, Listing, Upload


@dataclass(frozen=True, slots=True)
class Ask:
    """One page of a folder's children; without conditions its first 50 by id.

    changed_since   only those whose `UPDATE_TIME` is not before (facts bitrix24 §6.6: moves do not touch it)
    first, last     only ids from … to …, both included
    name            only this exact name
    newest          by id from the newest on instead of from the oldest
    start           how many to leave out
    """

    folder: FolderId
    changed_since: datetime | None = None
    first: DiskId | None = None
    last: DiskId | None = None
    name: str = ""
    newest: bool = False
    start: int = 0


Unseen = Literal["missing", "forbidden", "unreadable"]
"""Why a folder gave no listing: it is not there (or in the trash), we may not read it, or its rows are of a shape that
the vendor does not document."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Content on its way: the file as it was just before, and its bytes in pieces of at most 64 KiB."""

    file: DiskFile
    chunks: Iterator[bytes]


class Disk(Protocol):
    """Bitrix24 Disk. Every reading is one `batch` for each 50 of what is asked.

    Raises `TryLater`, `SideDown`, `NeedsPerson` as the portal's error table says; `InDoubt` when the answer of a
    write was lost; `NameTaken` for a name that another child of the folder has.
    """

    def pages(self, asked: Sequence[Ask]) -> list[Listing | Unseen]:
        """A page for each, in their order."""

    def files(self, ids: Sequence[DiskId], readable: bool = False) -> dict[DiskId, DiskFile | None]:
        """Each as it is now, in the trash too; None when it is destroyed. With `readable` those that we may not read
        or not understand are left out of the answer; else one of them raises NeedsPerson.
        """

    def folders(self, ids: Sequence[FolderId]) -> dict[FolderId, DiskFolder | None]:
        """Each as it is now; None when it is destroyed or not for us to read."""

    def upload_together(self, uploads: Sequence[Upload]) -> list[DiskFile | Exception]:
        """New files, at most 40 and 1 MiB each, in one request; for each the file or why not (`NameTaken`,
        `NeedsPerson`, `TryLater`). Names that may not stand in a batch go by calls of their own.

        Raises `InDoubt` when the answer of the whole was lost.
        """

    def upload(self, folder: FolderId, name: str, content: Content) -> DiskFile:
        """One new file of any size, empty ones too: two requests, streamed, never held whole."""

    def upload_version(self, file: DiskFile, content: Content) -> DiskFile:
        """Other content for the same object: one request, streamed. Not for empty content (Disk refuses it)."""

    def rename(self, file: DiskId, name: str) -> DiskFile:
        """The answer holds the name as Disk keeps it."""

    def move(self, file: DiskId, folder: FolderId) -> DiskFile: ...

    def trash(self, file: DiskId) -> None:
        """Into the trash, never further; one that is there already is no error."""

    def restore(self, file: DiskId) -> DiskFile: ...

    def make_folder(self, parent: FolderId, name: str) -> DiskFolder:
        """A sub-folder of that name, the one that is there or a new one."""

    def open(self, file: DiskId) -> AbstractContextManager[Opened]:
        """Read the file and download it: two requests. Raises `TryLater` when fewer bytes than its size come."""

    def open_revision(self, file: DiskId, revision: int) -> AbstractContextManager[Iterator[bytes]] | None:
        """An earlier content, if the portal kept it; None otherwise (nothing may rely on it, facts §6.8)."""

    def storage_folder(self, storage: int) -> FolderId | None:
        """The root folder of a storage; None when there is none."""

    def names(self, folders: Sequence[FolderId]) -> Mapping[FolderId, str]:
        """What the folders are called, for messages; those that cannot be read are left out."""
