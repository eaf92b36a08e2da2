"""Disk of the simulated portal: what renames, moves, copies and the bin leave behind (facts 6.5, 6.6, 6.8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.disk_bench import Bench
from tests.simulators.bitrix24.errors import RestError


@pytest.fixture
def bench() -> Bench:
    return Bench()


def touched(bench: Bench, folder: int, act: Any) -> bool:
    """Does the act, a minute later, change the folder's UPDATE_TIME?"""
    before = bench.anna.folder(folder).update_time
    bench.pass_time(60)
    act()
    return bench.anna.folder(folder).update_time > before


def test_a_rename_bumps_the_time_but_not_the_version(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    before = bench.file(file)
    bench.pass_time(60)
    after = bench.result("disk.file.rename", {"id": file, "newName": "б:.txt"})
    assert (after["NAME"], after["GLOBAL_CONTENT_VERSION"], after["FILE_ID"]) == ("б_.txt", "1", before["FILE_ID"])
    assert after["UPDATE_TIME"] > before["UPDATE_TIME"]
    bench.boris.upload(bench.folder, "a.txt", b"2")
    taken = {"id": file, "newName": "A.TXT"}
    assert bench.error("disk.file.rename", taken) == (400, "DISK_OBJ_22000")
    assert bench.result("disk.file.rename", {"id": file, "newName": "Б_.TXT"})["NAME"] == "Б_.TXT"


def test_an_empty_new_name_is_refused(bench: Bench) -> None:
    file = bench.uploaded("a.txt")
    assert bench.error("disk.file.rename", {"id": file, "newName": "  "}) == (400, "0")
    assert bench.error("disk.file.rename", {"id": file}) == (400, "ERROR_ARGUMENT")
    assert bench.names() == ["a.txt"]


def test_a_move_keeps_id_and_time(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    target = bench.boris.add_folder(bench.anna.root(), "Архив")
    before = bench.file(file)
    bench.pass_time(60)
    moved = bench.result("disk.file.moveTo", {"id": file, "targetFolderId": target})
    assert (moved["ID"], moved["PARENT_ID"]) == (str(file), target)
    after = bench.file(file)
    assert (after["UPDATE_TIME"], after["PARENT_ID"]) == (before["UPDATE_TIME"], str(target))
    assert bench.names() == []
    assert bench.names(id=target, filter={">=UPDATE_TIME": "2026-09-01T12:00:30+03:00"}) == []


def test_a_move_onto_a_taken_name_is_refused(bench: Bench) -> None:
    file = bench.uploaded("a.txt")
    target = bench.boris.add_folder(bench.folder, "2026")
    bench.boris.upload(target, "A.txt", b"2")
    assert bench.error("disk.file.moveTo", {"id": file, "targetFolderId": target}) == (400, "DISK_OBJ_22000")
    assert bench.error("disk.file.copyTo", {"id": file, "targetFolderId": target}) == (400, "DISK_OBJ_22000")
    assert bench.file(file)["PARENT_ID"] == str(bench.folder)


def test_a_move_to_another_storage_answers_false(bench: Bench) -> None:
    other = bench.anna.root(bench.anna.add_storage("Проект"))
    file = bench.uploaded("a.txt")
    done = len(bench.effects())
    assert bench.result("disk.file.moveTo", {"id": file, "targetFolderId": other}) is False
    assert bench.result("disk.folder.moveTo", {"id": bench.folder, "targetFolderId": other}) is False
    assert (bench.names(), len(bench.effects())) == (["a.txt"], done)


def test_a_user_moves_to_another_storage_as_a_copy(bench: Bench) -> None:
    other = bench.anna.root(bench.anna.add_storage("Проект"))
    file = bench.uploaded("a.txt", b"bytes")
    copied = bench.boris.move_to_other_storage(file, other)
    assert bench.file(file)["DELETED_TYPE"] == "3"
    assert (copied != file, bench.anna.read(copied)) == (True, b"bytes")
    assert [effect.kind for effect in bench.disk.people][-2:] == ["copy", "trash"]


def test_a_folder_is_moved_renamed_and_copied_with_its_files(bench: Bench) -> None:
    inner = bench.boris.add_folder(bench.folder, "2026")
    file = bench.boris.upload(inner, "a.txt", b"1")
    target = bench.boris.add_folder(bench.anna.root(), "Архив")
    assert bench.result("disk.folder.moveTo", {"id": inner, "targetFolderId": target})["PARENT_ID"] == target
    assert bench.result("disk.folder.moveTo", {"id": target, "targetFolderId": inner}) is False
    assert bench.result("disk.folder.rename", {"id": inner, "newName": "2027"})["NAME"] == "2027"
    assert bench.file(file)["DETAIL_URL"].endswith("/Архив/2027/a.txt")
    copied = bench.result("disk.folder.copyTo", {"id": inner, "targetFolderId": bench.folder})
    assert bench.names(id=copied["ID"]) == ["a.txt"]


def test_a_copy_is_a_new_file(bench: Bench) -> None:
    file = bench.uploaded("a.txt", b"1")
    bench.version(file, b"22")
    target = bench.boris.add_folder(bench.folder, "2026")
    copied = bench.result("disk.file.copyTo", {"id": file, "targetFolderId": target})
    assert (copied["ID"] != file, copied["GLOBAL_CONTENT_VERSION"], copied["SIZE"]) == (True, 1, "2")
    assert copied["FILE_ID"] != int(bench.file(file)["FILE_ID"])


def test_what_touches_the_folder_above_and_what_does_not(bench: Bench) -> None:
    root, person = bench.anna.root(), bench.boris
    target = person.add_folder(root, "Архив")
    file = person.upload(bench.folder, "a.txt", b"1")
    assert touched(bench, bench.folder, lambda: person.edit(file, b"2"))
    assert touched(bench, bench.folder, lambda: person.rename(file, "b.txt"))
    assert touched(bench, bench.folder, lambda: person.add_folder(bench.folder, "2026"))
    assert not touched(bench, root, lambda: person.edit(file, b"3"))
    assert not touched(bench, bench.folder, lambda: person.move(file, target))
    assert touched(bench, bench.folder, lambda: person.move(file, bench.folder))
    assert not touched(bench, bench.folder, lambda: person.trash(file))
    assert not touched(bench, bench.folder, lambda: person.upload(bench.folder, "c.txt", b"1"))


def test_the_bin_of_a_file(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    before = bench.file(file)
    bench.pass_time(60)
    gone = bench.result("disk.file.markDeleted", {"id": file})
    assert (gone["DELETED_TYPE"], gone["DELETED_BY"]) == ("3", "1")
    assert gone["UPDATE_TIME"] == before["UPDATE_TIME"] < gone["DELETE_TIME"]
    assert bench.file(file)["PARENT_ID"] == str(bench.folder)
    bench.pass_time(60)
    back = bench.result("disk.file.restore", {"id": file})
    assert (back["DELETED_TYPE"], back["ID"]) == (0, str(file))
    assert back["UPDATE_TIME"] > back["DELETE_TIME"] == gone["DELETE_TIME"]
    assert bench.names() == ["a.txt"]
    assert bench.effects() == ["trash DISK_FILE", "restore DISK_FILE"]


def test_the_name_of_a_binned_file_is_free_and_then_blocks_the_way_back(bench: Bench) -> None:
    file = bench.uploaded("a.txt")
    bench.boris.trash(file)
    bench.uploaded("a.txt")
    assert bench.error("disk.file.restore", {"id": file}) == (400, "DISK_OBJ_22000")
    assert bench.file(file)["DELETED_TYPE"] == "3"
    with pytest.raises(RestError, match="DISK_OBJ_22000"):
        bench.boris.restore(file)


def test_a_binned_folder_takes_its_children_along(bench: Bench) -> None:
    inner = bench.boris.add_folder(bench.folder, "2026")
    alone, file = (bench.boris.upload(inner, name, b"1") for name in ("a.txt", "b.txt"))
    bench.boris.trash(alone)
    gone = bench.result("disk.folder.markDeleted", {"id": bench.folder})
    assert gone["DELETED_TYPE"] == 3
    assert [bench.file(number)["DELETED_TYPE"] for number in (alone, file)] == ["3", "4"]
    assert bench.result("disk.folder.get", {"id": inner})["DELETED_TYPE"] == "4"
    assert bench.names() == []
    back = bench.result("disk.folder.restore", {"id": bench.folder})
    assert back["DELETED_TYPE"] == 0
    assert [bench.file(number)["DELETED_TYPE"] for number in (alone, file)] == ["3", "0"]
    assert bench.names(id=inner) == ["b.txt"]


def test_a_file_restored_out_of_a_binned_folder_brings_the_folder_back(bench: Bench) -> None:
    one, two = (bench.boris.upload(bench.folder, name, b"1") for name in ("a.txt", "b.txt"))
    bench.boris.trash(bench.folder)
    bench.boris.restore(one)
    assert bench.names() == ["a.txt"]
    assert bench.file(two)["DELETED_TYPE"] == "4"


def test_what_is_destroyed_is_not_found(bench: Bench) -> None:
    file = bench.uploaded("a.txt")
    inner = bench.boris.add_folder(bench.folder, "2026")
    below = bench.boris.upload(inner, "b.txt", b"1")
    url, version = bench.file(below)["DOWNLOAD_URL"], bench.versions(below)[0]["ID"]
    assert bench.result("disk.file.delete", {"id": file}) is True
    assert bench.result("disk.folder.deleteTree", {"id": inner}) is True
    for number in (file, below):
        assert bench.error("disk.file.get", {"id": number}) == (400, "ERROR_NOT_FOUND")
    assert bench.error("disk.version.get", {"id": version}) == (400, "ERROR_NOT_FOUND")
    assert bench.download(url).json()["error"] == "ERROR_NOT_FOUND"
    assert bench.names() == []
    bench.uploaded("a.txt")


def test_a_root_folder_is_not_deleted(bench: Bench) -> None:
    for name in ("disk.folder.markDeleted", "disk.folder.deleteTree"):
        assert bench.error(name, {"id": bench.anna.root()}) == (400, "DISK_OBJ_22000")


def test_writing_into_the_bin_is_a_switch(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    bench.boris.trash(bench.folder)
    assert bench.version(file, b"2")["DELETED_TYPE"] == "4"
    bench.disk.options.writes_into_bin = False
    assert bench.inline("b.txt")["error"] == "ACCESS_DENIED"
    assert bench.error("disk.file.rename", {"id": file, "newName": "c"}) == (403, "ACCESS_DENIED")
    bench.result("disk.folder.restore", {"id": bench.folder})


def test_a_person_works_between_two_calls_of_ours(bench: Bench) -> None:
    file = bench.uploaded("a.txt", b"ours")
    bench.disk.once("disk.file.uploadVersion", lambda call: bench.boris.edit(file, b"his"))
    assert bench.version(file, b"ours again")["GLOBAL_CONTENT_VERSION"] == 3
    assert [row["CREATED_BY"] for row in bench.versions(file)] == ["1", "2", "1"]
    assert bench.version(file, b"alone")["GLOBAL_CONTENT_VERSION"] == 4
    assert bench.effects() == ["add DISK_FILE", *["version DISK_FILE"] * 2]


def test_a_hook_works_inside_a_batch(bench: Bench) -> None:
    file = bench.uploaded("a.txt", b"1")
    bench.disk.before["disk.file.get"] = lambda call: bench.boris.edit(file, b"2")
    result = bench.result("batch", {"cmd": {"a": f"disk.file.get?id={file}", "b": f"disk.file.get?id={file}"}})
    assert [row["GLOBAL_CONTENT_VERSION"] for row in result["result"].values()] == ["2", "3"]
