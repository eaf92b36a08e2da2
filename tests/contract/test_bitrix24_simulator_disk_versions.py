"""Disk of the simulated portal: new content, its numbers and its history (facts 6.5, 6.8)."""

from __future__ import annotations

import pytest

from tests.contract.disk_bench import Bench, encoded
from tests.simulators.bitrix24 import Options


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_version_changes_numbers_and_bytes_but_not_the_name(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    before = bench.file(file)
    bench.pass_time(400)
    sent = {"id": file, "fileContent": encoded("other name.txt", b"second")}
    after = bench.result("disk.file.uploadVersion", sent)
    assert (after["GLOBAL_CONTENT_VERSION"], after["NAME"], after["SIZE"]) == (2, "a.txt", "6")
    assert after["FILE_ID"] != before["FILE_ID"]
    assert (after["UPDATED_BY"], after["CREATED_BY"]) == ("1", str(bench.anna.file(file).created_by))
    assert after["UPDATE_TIME"] > before["UPDATE_TIME"] == after["CREATE_TIME"]
    assert [row["GLOBAL_CONTENT_VERSION"] for row in bench.versions(file)] == ["2", "1"]
    assert bench.effects() == ["version DISK_FILE"]
    assert [effect.kind for effect in bench.disk.people] == ["add", "add"]


def test_golden_9_two_versions_within_five_minutes_are_one(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"0")
    bench.version(file, b"1")
    first = bench.versions(file)[0]
    bench.pass_time(299)
    assert bench.version(file, b"2")["GLOBAL_CONTENT_VERSION"] == 3
    newest, oldest = bench.versions(file)
    assert (newest["ID"], newest["GLOBAL_CONTENT_VERSION"]) == (first["ID"], "3")
    assert oldest["GLOBAL_CONTENT_VERSION"] == "1"
    assert bench.download(first["DOWNLOAD_URL"]).content == b"2"
    bench.pass_time(300)
    bench.version(file, b"3")
    assert len(bench.versions(file)) == 3


def test_versions_of_different_people_are_not_joined(bench: Bench) -> None:
    file = bench.uploaded("a.txt", b"0")
    bench.boris.edit(file, b"1")
    bench.version(file, b"2")
    assert [row["CREATED_BY"] for row in bench.versions(file)] == ["1", "2", "1"]


def test_a_rename_by_the_same_user_counts_for_joining(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"0")
    bench.pass_time(1000)
    bench.anna.rename(file, "b.txt")
    bench.version(file, b"1")
    assert [row["GLOBAL_CONTENT_VERSION"] for row in bench.versions(file)] == ["2"]


def test_a_portal_that_keeps_no_versions(bench: Bench) -> None:
    bench.disk.options.version_ttl_zero = True
    file, attached = (bench.boris.upload(bench.folder, name, b"0") for name in ("a.txt", "b.txt"))
    bench.anna.file(attached).attached = True
    bench.pass_time(1000)
    for number in (file, attached):
        bench.version(number, b"1")
    assert [len(bench.versions(number)) for number in (file, attached)] == [1, 2]


def test_history_is_trimmed_by_policy(bench: Bench) -> None:
    bench.disk.options.max_versions = 2
    file = bench.uploaded("a.txt")
    first = bench.versions(file)[0]["ID"]
    for data in (b"2", b"3"):
        bench.pass_time(400)
        bench.version(file, data)
    assert [row["GLOBAL_CONTENT_VERSION"] for row in bench.versions(file)] == ["3", "2"]
    assert bench.error("disk.version.get", {"id": first}) == (400, "ERROR_NOT_FOUND")


def test_restoring_a_version_is_a_new_content(bench: Bench) -> None:
    file, other = bench.uploaded("a.txt", b"old"), bench.uploaded("b.txt", b"x")
    bench.pass_time(400)
    bench.version(file, b"new")
    bench.pass_time(400)
    oldest = bench.versions(file)[-1]["ID"]
    restored = bench.result("disk.file.restoreFromVersion", {"id": file, "versionId": oldest})
    assert (restored["GLOBAL_CONTENT_VERSION"], bench.anna.read(file)) == (3, b"old")
    asked = {"id": other, "versionId": oldest}
    assert bench.error("disk.file.restoreFromVersion", asked) == (400, "DISK_FILE_22004")


def test_history_methods_are_unknown_without_the_feature() -> None:
    bench = Bench(options=Options(features={"disk_file_history": False}))
    file = bench.uploaded("a.txt")
    for name in ("disk.file.getVersions", "disk.file.restoreFromVersion"):
        assert bench.error(name, {"id": file, "versionId": 1}) == (404, "ERROR_METHOD_NOT_FOUND")
        assert bench.result("method.get", {"name": name})["isExisting"] is False
    assert bench.version(file, b"2")["GLOBAL_CONTENT_VERSION"] == 2


def test_errors_of_a_version(bench: Bench) -> None:
    file = bench.uploaded("a.txt")
    sent = {"id": file, "fileContent": encoded("x", b"1234")}
    assert bench.error("disk.file.uploadVersion", {"id": file}) == (400, "ERROR_ARGUMENT")
    empty = {"id": file, "fileContent": ["x", ""]}
    assert bench.error("disk.file.uploadVersion", empty) == (400, "DISK_FILE_22002")
    assert bench.error("disk.file.uploadVersion", {**sent, "id": 77}) == (400, "ERROR_NOT_FOUND")
    bench.disk.options.size_limit = 3
    assert bench.error("disk.file.uploadVersion", sent) == (400, "DISK_FILE_22006")
    bench.disk.options.quota_exceeded = True
    assert bench.error("disk.file.uploadVersion", sent) == (400, "DISK_FILE_22002")
    assert bench.file(file)["GLOBAL_CONTENT_VERSION"] == "1"


def test_a_file_locked_by_another_user(bench: Bench) -> None:
    file = bench.uploaded("a.txt")
    target = bench.boris.add_folder(bench.folder, "2026")
    bench.boris.lock(file)
    sent = {"id": file, "fileContent": encoded("x", b"2")}
    assert bench.error("disk.file.uploadVersion", sent) == (400, "DISK_FILE_22007")
    assert bench.error("disk.file.moveTo", {"id": file, "targetFolderId": target}) == (400, "DISK_FILE_22007")
    assert bench.error("disk.file.delete", {"id": file}) == (400, "DISK_FILE_22007")
    bench.boris.unlock(file)
    assert bench.version(file, b"2")["GLOBAL_CONTENT_VERSION"] == 2


def test_two_writers_can_share_a_number(bench: Bench) -> None:
    file = bench.uploaded("a.txt")
    bench.boris.edit(file, b"his")
    bench.disk.lost_increments = 1
    assert bench.version(file, b"ours")["GLOBAL_CONTENT_VERSION"] == 2
    assert bench.version(file, b"ours again")["GLOBAL_CONTENT_VERSION"] == 3


def test_one_version_is_read_by_its_id(bench: Bench) -> None:
    file = bench.uploaded("a.txt", b"123")
    row = bench.versions(file)[0]
    assert bench.result("disk.version.get", {"id": row["ID"]})["SIZE"] == row["SIZE"] == "3"
    bench.boris.deny(bench.folder, 1)
    assert bench.error("disk.version.get", {"id": row["ID"]}) == (403, "ACCESS_DENIED")


def test_versions_are_filtered(bench: Bench) -> None:
    file = bench.uploaded("a.txt", b"123")
    bench.boris.edit(file, b"4")
    found = bench.result("disk.file.getVersions", {"id": file, "filter": {"CREATED_BY": 1}})
    assert [row["GLOBAL_CONTENT_VERSION"] for row in found] == ["1"]
