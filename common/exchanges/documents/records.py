"""Files as records of a task and back: one of 1C with its twin, or one that is only on Disk. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from common.model.documents import DiskId, DocumentId, FileId
from common.model.ids import PortalKey, RecordKey
from common.model.moments import parse, text
from common.model.records import Record

FILE: Literal["file"] = "file"
DISK: Literal["disk"] = "disk"


def key(portal: str, file: str) -> RecordKey:
    """The record of a file of 1C: whatever happens on either side, one claim, one binding, one twin."""
    return RecordKey(f"file:{portal}:{file}")


def disk_key(portal: str, disk: DiskId) -> RecordKey:
    """The record of a file on Disk as long as it is bound to nothing."""
    return RecordKey(f"disk:{portal}:{disk}")


def file_record(
    portal: PortalKey, file: FileId, at: datetime, entry: str, document: DocumentId | None = None, **more: Any
) -> Record:
    """`entry` tells one occasion from the next: excluded for one, the file is looked at again for another.

    `more`: `released` by the guards, `submitted` by a person, `taken_in` though it was before the start.
    """
    body = {"kind": FILE, "portal": portal, "file": file, "at": text(at), "entry": entry, "document": document or ""}
    return read({**body, **more})


def disk_record(portal: PortalKey, disk: DiskId, at: datetime, entry: str, **more: Any) -> Record:
    """A file on Disk that is bound to nothing."""
    return read({"kind": DISK, "portal": portal, "disk": disk, "at": text(at), "entry": entry, **more})


def read(body: Mapping[str, Any]) -> Record:
    """A record from its task body. Raises KeyError, TypeError or ValueError when the body is not one of ours."""
    portal, at = str(body["portal"]), parse(body["at"])
    if body["kind"] == FILE:
        file = str(body["file"])
        return Record(key(portal, file), f"file:{file}", at, dict(body))
    if body["kind"] != DISK:
        raise ValueError(body["kind"])
    disk = DiskId(int(body["disk"]))
    return Record(disk_key(portal, disk), f"disk:{disk}", at, dict(body))


def file_of(record: Record) -> FileId:
    return FileId(record.body["file"])


def disk_of(record: Record) -> DiskId:
    return DiskId(record.body["disk"])


def is_file(record: Record) -> bool:
    return bool(record.body["kind"] == FILE)


def file_in(key: RecordKey) -> FileId | None:
    """The file of 1C that a record's key names; None for a file that is only on Disk."""
    kind, _, rest = str(key).partition(":")
    return FileId(rest.rpartition(":")[2]) if kind == FILE else None
