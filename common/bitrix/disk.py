"""Bitrix24 Disk as the documents exchange sees it: the `Disk` port over the client (facts bitrix24 §6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from common.bitrix import bodies, disk_wire
from common.bitrix.client import BitrixClient
from common.bitrix.disk_names import corrected
from common.bitrix.disk_reads import Reads
from common.bitrix.disk_uploads import Uploads
from common.bitrix.disk_wire import Row
from common.bitrix.downloads import Downloads
from common.bitrix.faults import PORTAL, Fault, classify, understood
from common.errors import NameTaken, NeedsPerson, Stop, TryLater
from common.model.documents import Content, DiskFile, DiskFolder, DiskId, FolderId, Listing, Upload
from common.ports.disk import Ask, Opened, Unseen

_PAGES = 20
"""Of a file's history that are looked through for one revision."""


class PortalDisk:
    """The `Disk` port. Requests: see each method. Names are written as Disk takes them (`disk_names.corrected`)."""

    def __init__(self, client: BitrixClient, downloads: Downloads) -> None:
        self._client = client
        self._reads = Reads(client)
        self._uploads = Uploads(client)
        self._downloads = downloads

    def pages(self, asked: Sequence[Ask]) -> list[Listing | Unseen]:
        """One request for each 50; more for names with a `$` and for folders that showed nothing (`Reads.pages`)."""
        return self._reads.pages(asked)

    def files(self, ids: Sequence[DiskId], readable: bool = False) -> dict[DiskId, DiskFile | None]:
        """One request for each 50."""
        return self._reads.files(ids, readable)

    def folders(self, ids: Sequence[FolderId]) -> dict[FolderId, DiskFolder | None]:
        """One request for each 50."""
        return self._reads.folders(ids)

    def names(self, folders: Sequence[FolderId]) -> Mapping[FolderId, str]:
        """One request for each 50."""
        return {number: found.name for number, found in self._reads.folders(folders).items() if found}

    def storage_folder(self, storage: int) -> FolderId | None:
        """One request."""
        return self._reads.storage_folder(storage)

    def upload_together(self, uploads: Sequence[Upload]) -> list[DiskFile | Exception]:
        """One request; one or two more for each empty file and each name with a `$`."""
        return self._uploads.together(uploads)

    def upload(self, folder: FolderId, name: str, content: Content) -> DiskFile:
        """Two requests, four when the access token expired between them."""
        return self._uploads.new_file(folder, name, content)

    def upload_version(self, file: DiskFile, content: Content) -> DiskFile:
        """One request."""
        return self._uploads.new_content(file, content)

    def rename(self, file: DiskId, name: str) -> DiskFile:
        """One request."""
        name = corrected(name)
        return self._changed("disk.file.rename", {"id": file, "newName": name}, name)

    def move(self, file: DiskId, folder: FolderId) -> DiskFile:
        """One request, a second one to tell which of the two is gone."""
        found = self._write("disk.file.moveTo", {"id": file, "targetFolderId": folder})
        if found is False:
            details = f"file {file} cannot be moved to folder {folder}: it is of another storage"
            raise NeedsPerson(Stop("other_storage", f"folder {folder}", "admin", PORTAL, details=details))
        if isinstance(found, Fault):
            gone = disk_wire.is_missing(found) and self.files([file])[file] is None
            raise disk_wire.refusal(found, "disk.file.moveTo", folder=None if gone else folder)
        with understood("disk.file.moveTo"):
            return disk_wire.file(found)

    def trash(self, file: DiskId) -> None:
        """One request, a second one when Disk refused: what is in the trash already may be refused."""
        found = self._write("disk.file.markDeleted", {"id": file})
        if not isinstance(found, Fault):
            return
        there = None if disk_wire.is_missing(found) else self.files([file])[file]
        if there and not there.trashed:
            raise disk_wire.refusal(found, "disk.file.markDeleted", there.name, there.folder)

    def restore(self, file: DiskId) -> DiskFile:
        """One request."""
        return self._changed("disk.file.restore", {"id": file}, "")

    def make_folder(self, parent: FolderId, name: str) -> DiskFolder:
        """One request, a second one when there is one already. Raises `NameTaken` when a file has the name."""
        name = corrected(name)
        found = self._write("disk.folder.addSubFolder", {"id": parent, "data": {"NAME": name}})
        if isinstance(found, Fault):
            if disk_wire.has_code(found, disk_wire.TAKEN):
                return self._folder_called(parent, name)
            raise disk_wire.refusal(found, "disk.folder.addSubFolder", name, parent)
        with understood("disk.folder.addSubFolder"):
            return disk_wire.folder(found)

    @contextmanager
    def open(self, file: DiskId) -> Iterator[Opened]:
        """Two requests, four when the access token expired between them."""
        for is_last in (False, True):
            row = self._read(disk_wire.FILE, {"id": file})
            with understood(disk_wire.FILE):
                read, url = disk_wire.file(row), disk_wire.link(row)
            with self._downloads.opened(url, read.size) as found:
                if not isinstance(found, Fault):
                    yield Opened(read, found)
                    return
                if is_last or classify(found)[0] != "renew":
                    raise disk_wire.refusal(found, disk_wire.FILE, read.name, None)

    def open_revision(self, file: DiskId, revision: int) -> AbstractContextManager[Iterator[bytes]] | None:
        """One request for each 50 versions newer than it, and one for the bytes."""
        row = self._revision(file, revision)
        if row is None:
            return None
        with understood(disk_wire.REVISIONS):
            return self._bytes(disk_wire.link(row), int(row["SIZE"]))

    @contextmanager
    def _bytes(self, url: str, size: int) -> Iterator[Iterator[bytes]]:
        with self._downloads.opened(url, size) as found:
            if isinstance(found, Fault):
                raise disk_wire.refusal(found, disk_wire.REVISIONS)
            yield found

    def _revision(self, file: DiskId, revision: int) -> Row | None:
        """The row of a version; plans without history do not know the method (facts §6.8)."""
        start: int | None = 0
        for _ in range(_PAGES):
            params = {"id": file, "filter": {"GLOBAL_CONTENT_VERSION": revision}, "start": start}
            found = self._client.tried(disk_wire.REVISIONS, bodies.as_json(params))
            if isinstance(found, Fault):
                if disk_wire.is_missing(found) or disk_wire.has_code(found, disk_wire.NO_METHOD):
                    return None
                raise disk_wire.refusal(found, disk_wire.REVISIONS)
            with understood(disk_wire.REVISIONS):
                row = next((one for one in found.result if int(one["GLOBAL_CONTENT_VERSION"]) == revision), None)
            if row is not None or (start := found.next) is None:
                return row
        return None

    def _changed(self, method: str, params: Mapping[str, Any], name: str) -> DiskFile:
        found = self._write(method, params)
        if isinstance(found, Fault):
            raise disk_wire.refusal(found, method, name)
        with understood(method):
            return disk_wire.file(found)

    def _read(self, method: str, params: Mapping[str, Any]) -> Any:
        found = self._client.tried(method, bodies.as_json(params))
        if isinstance(found, Fault):
            raise disk_wire.refusal(found, method)
        return found.result

    def _write(self, method: str, params: Mapping[str, Any]) -> Any:
        """What the portal gave, or its fault."""
        found = self._client.tried(method, bodies.as_json(params), write=True)
        return found if isinstance(found, Fault) else found.result

    def _folder_called(self, parent: FolderId, name: str) -> DiskFolder:
        page = self.pages([Ask(parent, name=name)])[0]
        if not isinstance(page, Listing) or not page.number:
            raise TryLater("folder_vanished")  # somebody moved it or its parent away between the two requests
        if not page.folders:
            raise NameTaken(name, tuple(str(one.id) for one in page.files))
        return page.folders[0]
