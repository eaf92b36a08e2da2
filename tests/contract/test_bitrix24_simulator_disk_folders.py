"""Disk of the simulated portal: storages, folders, listings (facts 6.1-6.3, 6.8)."""

from __future__ import annotations

import pytest

from tests.contract.disk_bench import Bench
from tests.simulators.bitrix24.disk import seed_files
from tests.simulators.bitrix24.wire import build_query


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_storages_are_listed_and_read(bench: Bench) -> None:
    group = bench.anna.add_storage("Проект", "group", "69")
    bench.anna.add_storage("Борис", "user", "2")
    body = bench.call("disk.storage.getList")
    assert [row["ENTITY_TYPE"] for row in body["result"]] == ["common", "group", "user"]
    assert body["total"] == 3
    found = bench.result("disk.storage.getList", {"filter": {"ENTITY_TYPE": "group", "ENTITY_ID": "69"}})
    assert [row["ID"] for row in found] == [str(group)]
    storage = bench.result("disk.storage.get", {"id": group})
    assert storage["ROOT_OBJECT_ID"] == str(bench.anna.root(group)) != storage["ID"]
    assert bench.error("disk.storage.get", {"id": bench.anna.root(group)}) == (400, "ERROR_NOT_FOUND")
    assert bench.error("disk.storage.get") == (400, "ERROR_ARGUMENT")


def test_a_folder_is_made_in_the_root_by_the_storage(bench: Bench) -> None:
    storage = bench.disk.common.id
    made = bench.result("disk.storage.addFolder", {"id": storage, "data": {"NAME": "Акты"}})
    assert (made["PARENT_ID"], made["REAL_OBJECT_ID"]) == (str(bench.anna.root()), made["ID"])
    rows = bench.result("disk.storage.getChildren", {"id": storage, "order": {"NAME": "ASC"}})
    assert [row["NAME"] for row in rows] == ["Акты", "Договоры"]
    assert rows[0]["DETAIL_URL"] == "https://example.bitrix24.ru/docs/path/Акты"
    assert bench.error("disk.storage.addFolder", {"id": storage, "data": {}}) == (400, "ERROR_ARGUMENT")


def test_the_storage_of_an_application_is_its_own(bench: Bench) -> None:
    token = bench.token(bench.application())
    first, second = (bench.result("disk.storage.getForApp", {}, token) for _ in range(2))
    assert first == second
    assert first["ENTITY_TYPE"] == "restapp"
    assert bench.error("disk.storage.getForApp") == (403, "WRONG_AUTH_TYPE")


def test_fresh_objects_carry_ints_and_reads_carry_strings(bench: Bench) -> None:
    made = bench.result("disk.folder.addSubFolder", {"id": bench.folder, "data": {"NAME": "2026"}})
    assert (type(made["ID"]), made["DELETED_TYPE"], made["STORAGE_ID"]) == (int, 0, str(bench.disk.common.id))
    assert made["DELETED_BY"] is None
    read = bench.result("disk.folder.get", {"id": made["ID"]})
    assert (read["ID"], read["DELETED_TYPE"], read["DELETED_BY"]) == (str(made["ID"]), "0", "0")
    assert "SIZE" not in read
    file = bench.inline("a.txt", b"abc")["result"]
    assert [type(file[key]) for key in ("ID", "GLOBAL_CONTENT_VERSION", "FILE_ID")] == [int] * 3
    assert file["SIZE"] == "3"
    row = bench.file(file["ID"])
    assert [row[key] for key in ("ID", "GLOBAL_CONTENT_VERSION", "FILE_ID")] == [
        str(file["ID"]),
        "1",
        str(file["FILE_ID"]),
    ]


def test_a_taken_folder_name_is_an_error_and_the_folder_is_found_by_name(bench: Bench) -> None:
    asked = {"id": bench.anna.root(), "data": {"NAME": "договоры"}}
    body = bench.call("disk.folder.addSubFolder", asked)
    assert body["error"] == "DISK_OBJ_22000"
    assert "(DISK_OBJ_22000)" in body["error_description"]
    found = bench.result("disk.folder.getChildren", {"id": bench.anna.root(), "filter": {"NAME": "ДОГОВОРЫ"}})
    assert [row["ID"] for row in found] == [str(bench.folder)]
    bench.disk.options.case_sensitive_names = True
    assert bench.result("disk.folder.addSubFolder", asked)["NAME"] == "договоры"


def test_files_and_folders_are_not_taken_for_one_another(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    assert bench.error("disk.file.get", {"id": bench.folder}) == (400, "ERROR_NOT_FOUND")
    assert bench.error("disk.folder.getChildren", {"id": file}) == (400, "ERROR_NOT_FOUND")
    assert bench.error("disk.folder.get", {"ID": bench.folder}) == (400, "ERROR_ARGUMENT")


def test_listing_pages_by_exact_offset_and_counts_always(bench: Bench) -> None:
    seed_files(bench.portal, bench.folder, 120)
    body = bench.call("disk.folder.getChildren", {"id": bench.folder, "start": 30, "order": {"ID": "ASC"}})
    assert (len(body["result"]), body["total"], body["next"]) == (50, 120, 80)
    assert body["result"][0]["NAME"] == "Документ 31.txt"
    last = bench.call("disk.folder.getChildren", {"id": bench.folder, "start": 100})
    assert (len(last["result"]), last["total"], "next" in last) == (20, 120, False)
    assert bench.call("disk.folder.getChildren", {"id": bench.folder, "start": -1})["total"] == 120


def test_listing_filters(bench: Bench) -> None:
    first = bench.boris.upload(bench.folder, "Акт 1.pdf", b"1")
    bench.pass_time(3600)
    second = bench.boris.upload(bench.folder, "Акт 2.pdf", b"2")
    bench.boris.add_folder(bench.folder, "Архив")
    assert bench.names(filter={">=UPDATE_TIME": "2026-09-01T13:00:00+03:00"}) == ["Акт 2.pdf", "Архив"]
    assert bench.names(filter={"<UPDATE_TIME": "2026-09-01T13:00:00+03:00"}) == ["Акт 1.pdf"]
    assert bench.names(filter={">=UPDATE_TIME": "2026-09-01"}) == ["Акт 1.pdf", "Акт 2.pdf", "Архив"]
    assert bench.names(filter={">UPDATE_TIME": "yesterday"}) == []
    assert bench.names(filter={"TYPE": "folder"}) == ["Архив"]
    assert bench.names(filter={"%NAME": "акт"}) == ["Акт 1.pdf", "Акт 2.pdf"]
    assert bench.names(filter={"@ID": [first, second]}) == ["Акт 1.pdf", "Акт 2.pdf"]
    assert bench.names(filter={"!@ID": [first]}) == ["Акт 2.pdf", "Архив"]
    assert bench.names(filter={">ID": first, "<=ID": second}) == ["Акт 2.pdf"]
    assert bench.names(filter={"PARENT_ID": 1}) == []
    assert bench.names(filter={"DELETE_TIME": ""}) == ["Акт 1.pdf", "Акт 2.pdf", "Архив"]


def test_unknown_filter_and_order_keys_are_ignored(bench: Bench) -> None:
    bench.boris.upload(bench.folder, "a.txt", b"12")
    bench.boris.upload(bench.folder, "b.txt", b"1")
    assert bench.names(filter={"SIZE": 1, ">=GLOBAL_CONTENT_VERSION": 5, "NMAE": "x"}) == ["a.txt", "b.txt"]
    assert bench.names(order={"nonsense": "DESC"}) == ["a.txt", "b.txt"]
    assert bench.names(order={"NAME": "DESC"}) == ["b.txt", "a.txt"]


def test_the_bin_is_never_listed_whatever_is_asked(bench: Bench) -> None:
    gone = bench.boris.upload(bench.folder, "a.txt", b"1")
    bench.boris.trash(gone)
    for sent in ({}, {"DELETED_TYPE": 3}, {">DELETED_TYPE": 0}):
        assert bench.names(filter=sent) == []
    assert bench.call("disk.folder.getChildren", {"id": bench.folder})["total"] == 0


def test_listing_is_not_recursive(bench: Bench) -> None:
    inner = bench.boris.add_folder(bench.folder, "2026")
    bench.boris.upload(inner, "a.txt", b"1")
    assert bench.names() == ["2026"]


def test_a_listing_without_an_order_may_come_in_any(bench: Bench) -> None:
    seed_files(bench.portal, bench.folder, 50)
    bench.disk.options.scrambled_lists = True
    loose, exact = bench.names(), bench.names(order={"ID": "ASC"})
    assert loose != exact
    assert sorted(loose) == sorted(exact)


def test_a_folder_denied_to_the_caller(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    url = bench.file(file)["DOWNLOAD_URL"]
    bench.boris.deny(bench.folder, 1)
    assert bench.error("disk.folder.get", {"id": bench.folder}) == (403, "ACCESS_DENIED")
    assert bench.error("disk.file.get", {"id": file}) == (403, "ACCESS_DENIED")
    assert bench.inline("b.txt")["error"] == "ACCESS_DENIED"
    assert bench.download(url).status_code == 403
    body = bench.call("disk.folder.getChildren", {"id": bench.folder})
    assert (body["result"], body["total"]) == ([], 0)
    assert bench.result("disk.folder.getChildren", {"id": bench.anna.root()}) == []
    bench.disk.options.denied_listing_is_error = True
    assert bench.error("disk.folder.getChildren", {"id": bench.folder}) == (403, "ACCESS_DENIED")
    bench.boris.allow(bench.folder, 1)
    assert bench.names() == ["a.txt"]


def test_a_read_only_folder_is_read(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    bench.boris.forbid_writing(bench.folder, 1)
    assert bench.names() == ["a.txt"]
    for name, params in (
        ("disk.file.rename", {"id": file, "newName": "b.txt"}),
        ("disk.file.markDeleted", {"id": file}),
        ("disk.folder.addSubFolder", {"id": bench.folder, "data": {"NAME": "x"}}),
    ):
        assert bench.error(name, params) == (403, "ACCESS_DENIED")
    assert bench.effects() == []


def test_scope_disk_is_needed(bench: Bench) -> None:
    bench.webhook = bench.portal.add_webhook(1, "poor", ["crm"])
    assert bench.error("disk.storage.getList") == (401, "insufficient_scope")


def test_two_commands_per_folder_in_a_batch(bench: Bench) -> None:
    seed_files(bench.portal, bench.folder, 60)
    asked = build_query({"id": bench.folder, "filter": {">=UPDATE_TIME": "2026-08-31T00:00:00+03:00"}})
    newest = build_query({"id": bench.folder, "order": {"ID": "DESC"}})
    commands = {"changed": f"disk.folder.getChildren?{asked}", "newest": f"disk.folder.getChildren?{newest}"}
    result = bench.result("batch", {"cmd": commands})
    assert result["result_total"] == {"changed": 60, "newest": 60}
    assert result["result"]["newest"][0]["NAME"] == "Документ 60.txt"
    assert result["result_next"] == {"changed": 50, "newest": 50}
