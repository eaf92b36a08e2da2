"""What Disk prints, read into our nouns, and who acts when it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from common.bitrix import batch, disk_wire
from common.bitrix.faults import LOST, Fault, PortalRefused
from common.errors import InDoubt, NameTaken, NeedsPerson, SideDown, TryLater
from common.model.documents import DiskFile, DiskFolder, DiskId, FolderId
from common.model.ids import UserId
from common.ports.disk import Ask
from tests.simulators.bitrix24.wire import parse_query

READ: dict[str, Any] = {
    "ID": "9043", "NAME": "Тест.docx", "CODE": None, "STORAGE_ID": "1357", "TYPE": "file", "PARENT_ID": "8996",
    "DELETED_TYPE": "0", "GLOBAL_CONTENT_VERSION": "2", "FILE_ID": "32969", "SIZE": "21668",
    "CREATE_TIME": "2026-02-16T12:52:05+03:00", "UPDATE_TIME": "2026-02-16T12:53:05+03:00", "DELETE_TIME": None,
    "CREATED_BY": "1269", "UPDATED_BY": "1270", "DELETED_BY": "0", "DOWNLOAD_URL": "https://p/?token=t0ken",
    "DETAIL_URL": "https://p/company/file/1",
}  # fmt: skip
CREATED = {**READ, "ID": 9043, "DELETED_TYPE": 0, "GLOBAL_CONTENT_VERSION": 2, "FILE_ID": 32969, "DELETED_BY": None}
FOLDER = {
    "ID": "7", "NAME": "Акты", "STORAGE_ID": "1357", "TYPE": "folder", "REAL_OBJECT_ID": "7", "PARENT_ID": None,
    "DELETED_TYPE": "4", "UPDATE_TIME": "2026-02-16T12:53:05+03:00",
}  # fmt: skip


@pytest.mark.parametrize("row", [READ, CREATED])
def test_a_file_is_read_from_texts_and_from_numbers(row: dict[str, Any]) -> None:
    found = disk_wire.file(row)
    assert found == DiskFile(
        id=DiskId(9043), name="Тест.docx", folder=FolderId(8996), size=21668, content=32969, revision=2,
        created_at=datetime(2026, 2, 16, 9, 52, 5, tzinfo=UTC), updated_at=datetime(2026, 2, 16, 9, 53, 5, tzinfo=UTC),
        created_by=UserId(1269), updated_by=UserId(1270), storage=1357, url="https://p/company/file/1",
    )  # fmt: skip
    assert "t0ken" not in repr(found)


@pytest.mark.parametrize(("deleted", "expected"), [("0", (False, False)), (3, (True, True)), ("4", (True, False))])
def test_a_file_in_the_trash_says_whether_it_was_thrown_there_itself(deleted: Any, expected: tuple[bool, bool]) -> None:
    found = disk_wire.file({**READ, "DELETED_TYPE": deleted})
    assert (found.trashed, found.trashed_itself) == expected


def test_a_folder_is_read() -> None:
    moment = datetime(2026, 2, 16, 9, 53, 5, tzinfo=UTC)
    assert disk_wire.folder(FOLDER) == DiskFolder(FolderId(7), "Акты", FolderId(0), moment, 1357, trashed=True)
    with pytest.raises(ValueError, match="not a file"):
        disk_wire.file(FOLDER)
    with pytest.raises(ValueError, match="not a folder"):
        disk_wire.folder(READ)


def test_a_page_is_asked_with_every_condition() -> None:
    since = datetime(2026, 2, 16, 9, 53, 5, 999_000, tzinfo=UTC)
    ask = Ask(FolderId(7), since, DiskId(5), DiskId(9), 'a "b".txt', newest=True, start=50)
    query = batch.line(disk_wire.children(ask)).partition("?")[2]
    assert parse_query(query) == {
        "id": "7",
        "filter": {">=UPDATE_TIME": "2026-02-16T09:53:05+00:00", ">=ID": "5", "<=ID": "9", "NAME": "a _b_.txt"},
        "order": {"ID": "DESC"},
        "start": "50",
    }
    assert parse_query(batch.line(disk_wire.children(Ask(FolderId(7)))).partition("?")[2]) == {
        "id": "7", "order": {"ID": "ASC"}, "start": "0",
    }  # fmt: skip


def test_files_and_folders_of_a_page_are_told_apart() -> None:
    page = disk_wire.listing([READ, FOLDER], 70, Ask(FolderId(1)))
    assert ([one.id for one in page.files], [one.id for one in page.folders], page.total) == ([9043], [7], 70)


@pytest.mark.parametrize(
    ("result", "total", "ask"),
    [
        ([READ], None, Ask(FolderId(1))),
        (False, 0, Ask(FolderId(1))),
        ([READ], 1, Ask(FolderId(1), first=DiskId(9044))),
        ([READ], 1, Ask(FolderId(1), last=DiskId(9042))),
        ([READ], 51, Ask(FolderId(1), name="other.txt")),
        ([{**READ, "TYPE": "file", "SIZE": None}], 1, Ask(FolderId(1))),
    ],
)
def test_a_page_of_another_shape_is_no_empty_page(result: Any, total: int | None, ask: Ask) -> None:
    with pytest.raises((ValueError, TypeError)):
        disk_wire.listing(result, total, ask)


def test_names_that_only_look_alike_are_left_out() -> None:
    """A portal may compare by LIKE, where `_` stands for any sign."""
    rows = [{**READ, "NAME": "a_1.txt"}, {**READ, "NAME": "ab1.txt", "ID": "2"}, {**READ, "NAME": "A_1.TXT", "ID": "3"}]
    page = disk_wire.listing(rows, 3, Ask(FolderId(1), name="a_1.txt"))
    assert ([one.name for one in page.files], page.total) == (["a_1.txt", "A_1.TXT"], 2)


@pytest.mark.parametrize(
    ("fault", "code", "has"),
    [
        (Fault("DISK_OBJ_22000", "taken"), "DISK_OBJ_22000", True),
        (Fault("", "Занято (DISK_OBJ_22000)."), "DISK_OBJ_22000", True),
        (Fault("ERROR_CORE", "One (DISK_FILE_22007). Two (DISK_OBJ_22000)."), "DISK_FILE_22007", True),
        (Fault("", "file DISK_OBJ_22000 is fine"), "DISK_OBJ_22000", False),
        (Fault("X", "(DISK_OBJ_22001)"), "DISK_OBJ_22000", False),
        (Fault("", "(DISK_OBJ_22000)", 502, page=True), "DISK_OBJ_22000", False),
    ],
)
def test_codes_stand_in_the_text_too(fault: Fault, code: str, has: bool) -> None:
    assert disk_wire.has_code(fault, code) is has


@pytest.mark.parametrize(
    ("fault", "folder", "error", "word"),
    [
        (Fault("DISK_OBJ_22000"), 7, NameTaken, "a.txt"),
        (Fault("ERROR_NOT_FOUND"), 7, NeedsPerson, "folder_missing"),
        (Fault("ERROR_NOT_FOUND"), None, TryLater, "disk_file_gone"),
        (Fault("", "Could not find (ERROR_NOT_FOUND)"), None, TryLater, "disk_file_gone"),
        (Fault("ACCESS_DENIED", "Access denied", 403), 7, NeedsPerson, "folder_forbidden"),
        (Fault("ACCESS_DENIED", "REST is available only by subscription"), 7, SideDown, "portal payment"),
        (Fault("DISK_FILE_22007"), None, NeedsPerson, "disk_file_locked"),
        (Fault("DISK_FILE_22006"), None, NeedsPerson, "disk_file_too_large"),
        (Fault("ERROR_COULD_NOT_SAVE_FILE", "Could not save file."), 7, PortalRefused, "portal_refused"),
        (Fault("insufficient_scope"), 7, NeedsPerson, "missing_scope"),
        (Fault("", "", 502, page=True), 7, InDoubt, "error"),
        (Fault(LOST), 7, InDoubt, "lost_in_batch"),
        (Fault("OPERATION_TIME_LIMIT", "", 429), 7, TryLater, "method_closed"),
    ],
)
def test_who_acts_on_a_refusal(fault: Fault, folder: int | None, error: type[Exception], word: str) -> None:
    place = FolderId(folder) if folder else None
    raised = disk_wire.refusal(fault, disk_wire.NEW_FILE, "a.txt", place)
    assert type(raised) is error
    assert str(raised).startswith(word)
    if isinstance(raised, NeedsPerson) and word.startswith("folder"):
        stop = raised.stops[0]
        assert (stop.owner, stop.awaits, stop.field, stop.subject) == ("admin", "portal", "folder 7", "a.txt")


def test_a_read_is_never_in_doubt() -> None:
    assert type(disk_wire.refusal(Fault("", "", 502, page=True), disk_wire.CHILDREN)) is SideDown
