"""The methods of Disk, what they give and why they refuse (facts bitrix24 §6). Pure.

Reads print numbers as texts, objects just created as numbers. `DOWNLOAD_URL` is a secret: it is read by `link` only.
Raises KeyError, TypeError, ValueError for an answer of another shape; `faults.understood` makes it a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from common.bitrix import answers
from common.bitrix.batch import Command, Param
from common.bitrix.crm_wire import PAGE, stamp
from common.bitrix.disk_names import corrected, same_name
from common.bitrix.faults import PORTAL, Fault, classify, exception, plain
from common.errors import ExchangeError, NameTaken, NeedsPerson, Stop, TryLater
from common.model import moments
from common.model.documents import DiskFile, DiskFolder, DiskId, FolderId, Listing
from common.model.ids import UserId
from common.ports.disk import Ask

Row = Mapping[str, Any]

CHILDREN, FILE, FOLDER = "disk.folder.getChildren", "disk.file.get", "disk.folder.get"
REVISIONS, STORAGE = "disk.file.getVersions", "disk.storage.get"
READS = (CHILDREN, FILE, FOLDER, REVISIONS, STORAGE)
NEW_FILE, NEW_FOLDER = "disk.folder.uploadFile", "disk.folder.addSubFolder"
NEW_CONTENT = "disk.file.uploadVersion"

TAKEN, MISSING, NO_METHOD = "DISK_OBJ_22000", "ERROR_NOT_FOUND", "ERROR_METHOD_NOT_FOUND"
_WAITS = {"DISK_FILE_22007": "disk_file_locked", "DISK_FILE_22006": "disk_file_too_large"}
_IN_BIN = 3
"""`DELETED_TYPE` of what was thrown away itself; 4 went with its folder (facts §6.1)."""

_EMBEDDED = re.compile(r"\(([A-Z][A-Z0-9_]+)\)")


def children(ask: Ask) -> Command:
    """A page of a folder's children; what lies in the trash is never among them (facts §6.8)."""
    conditions: dict[str, Param] = {}
    if ask.changed_since:
        conditions[">=UPDATE_TIME"] = stamp(ask.changed_since)
    if ask.first is not None:
        conditions[">=ID"] = ask.first
    if ask.last is not None:
        conditions["<=ID"] = ask.last
    if ask.name:
        conditions["NAME"] = corrected(ask.name)
    order = {"ID": "DESC" if ask.newest else "ASC"}
    return Command(CHILDREN, {"id": ask.folder, "filter": conditions, "order": order, "start": ask.start})


def new_file(folder: FolderId, name: str) -> Command:
    """A file without its content: alone it asks for an `uploadUrl` (facts §6.4 b)."""
    return Command(NEW_FILE, {"id": folder, "data": {"NAME": name}, "generateUniqueName": False})


def listing(result: Any, total: int | None, ask: Ask) -> Listing:
    """A page. Raises ValueError for rows that were not asked for: the portal did not understand the filter."""
    if total is None or not isinstance(result, list):
        raise ValueError("a page without its total")
    rows = [row for row in result if not ask.name or same_name(str(row["NAME"]), corrected(ask.name))]
    # `_` stands for any sign in a comparison by LIKE; then ours may be on a page that was not asked for.
    if (len(rows) < len(result) and total > PAGE) or not all(_in_range(row, ask) for row in rows):
        raise ValueError("rows that were not asked for")
    return Listing(
        files=tuple(file(row) for row in rows if row["TYPE"] == "file"),
        folders=tuple(folder(row) for row in rows if row["TYPE"] == "folder"),
        total=total - (len(result) - len(rows)),
    )


def file(row: Row) -> DiskFile:
    """A file of any answer."""
    if row["TYPE"] != "file":
        raise ValueError("not a file")
    return DiskFile(
        id=DiskId(int(row["ID"])),
        name=str(row["NAME"]),
        folder=FolderId(int(row["PARENT_ID"])),
        size=int(row["SIZE"]),
        content=int(row["FILE_ID"]),
        revision=int(row["GLOBAL_CONTENT_VERSION"]),
        created_at=moments.parse(row["CREATE_TIME"]),
        updated_at=moments.parse(row["UPDATE_TIME"]),
        created_by=UserId(_number(row, "CREATED_BY")),
        updated_by=UserId(_number(row, "UPDATED_BY")),
        storage=_number(row, "STORAGE_ID"),
        trashed=_number(row, "DELETED_TYPE") != 0,
        trashed_itself=_number(row, "DELETED_TYPE") == _IN_BIN,
        url=str(row.get("DETAIL_URL") or ""),
    )


def folder(row: Row) -> DiskFolder:
    """A folder of any answer; the root of a storage has no parent."""
    if row["TYPE"] != "folder":
        raise ValueError("not a folder")
    return DiskFolder(
        id=FolderId(int(row["ID"])),
        name=str(row["NAME"]),
        parent=FolderId(_number(row, "PARENT_ID")),
        updated_at=moments.parse(row["UPDATE_TIME"]),
        storage=_number(row, "STORAGE_ID"),
        trashed=_number(row, "DELETED_TYPE") != 0,
    )


def link(row: Row, name: str = "DOWNLOAD_URL") -> str:
    """An address that the portal gives for bytes."""
    if not isinstance(row[name], str) or not row[name]:
        raise ValueError(f"no {name}")
    return str(row[name])


def has_code(fault: Fault, *codes: str) -> bool:
    """The fault is one of these; texts embed the code, of several errors each its own (facts §6.4)."""
    return not fault.page and any(code in (fault.code.upper(), *_EMBEDDED.findall(fault.text)) for code in codes)


def is_missing(fault: Fault) -> bool:
    """There is no such object: never was, or destroyed."""
    return has_code(fault, MISSING) or fault.is_gone


def is_forbidden(fault: Fault) -> bool:
    """The object is there, but not for us."""
    return classify(fault) == ("person", "access_denied")


def refusal(fault: Fault, method: str, name: str = "", folder: FolderId | None = None) -> ExchangeError:
    """Who acts when a method refused; `name` is what was to be written, `folder` where to."""
    if has_code(fault, TAKEN):
        return NameTaken(name)
    if is_missing(fault) and folder is None:
        return TryLater("disk_file_gone")  # the exchange will see it when it reads again
    word = _word(fault)
    if word is None:
        return exception(fault, method, write=method not in READS)
    details = f"{method}: {plain(fault.text)}"
    return NeedsPerson(
        Stop(word, f"folder {folder}" if folder else "disk", "admin", PORTAL, subject=name, details=details)
    )


def _word(fault: Fault) -> str | None:
    """The reason to wait for the portal's administrator."""
    if is_forbidden(fault):
        return "folder_forbidden"
    if is_missing(fault):
        return "folder_missing"
    return next((word for code, word in _WAITS.items() if has_code(fault, code)), None)


def _number(row: Row, name: str) -> int:
    """A number that may be missing, empty or null."""
    return answers.whole(row.get(name)) or 0


def _in_range(row: Row, ask: Ask) -> bool:
    number = int(row["ID"])
    return (ask.first is None or ask.first <= number) and (ask.last is None or number <= ask.last)
