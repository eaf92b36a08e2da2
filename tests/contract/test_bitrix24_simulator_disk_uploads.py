"""Disk of the simulated portal: new files, inline and in two steps (facts 6.4, 6.8)."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contract.disk_bench import Bench, encoded
from tests.simulators.bitrix24 import troubles
from tests.simulators.bitrix24.wire import build_query


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_inline_upload_takes_both_forms_of_content(bench: Bench) -> None:
    bare = b64encode(b"two").decode("ascii")
    one, two = bench.uploaded("a.txt", b"one"), bench.uploaded("b.txt", fileContent=bare)
    assert [bench.anna.read(number) for number in (one, two)] == [b"one", b"two"]
    form = build_query({"id": bench.folder, "data": {"NAME": "c.txt"}, "fileContent": encoded("x", b"three")})
    answer = bench.http.post(
        f"{bench.webhook}disk.folder.uploadFile",
        content=form,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert bench.anna.read(answer.json()["result"]["ID"]) == b"three"
    assert bench.effects() == ["add DISK_FILE"] * 3


def test_golden_10_a_taken_name(bench: Bench) -> None:
    assert bench.uploaded("Акт.tar.gz")
    assert bench.inline("АКТ.tar.gz")["error"] == "DISK_OBJ_22000"
    names = [bench.inline("Акт.tar.gz", generateUniqueName=True)["result"]["NAME"] for _ in range(2)]
    assert names == ["Акт.tar (1).gz", "Акт.tar (2).gz"]
    assert len(bench.effects()) == 3


def test_a_folder_and_a_file_share_one_set_of_names(bench: Bench) -> None:
    bench.boris.add_folder(bench.folder, "Акты")
    assert bench.inline("акты")["error"] == "DISK_OBJ_22000"


@pytest.mark.parametrize("content", [["a.txt", ""], "", ["a.txt", "="], [], {"x": ["nested"]}])
def test_empty_or_unreadable_content_is_refused(bench: Bench, content: object) -> None:
    body = bench.inline("a.txt", fileContent=content)
    assert (body["error"], body["error_description"]) == ("ERROR_COULD_NOT_SAVE_FILE", "Could not save file.")
    assert bench.names() == []


def test_errors_of_an_upload(bench: Bench) -> None:
    assert bench.inline("a.txt", folder=77)["error"] == "ERROR_NOT_FOUND"
    body = bench.inline("a.txt", data={"name": "lower case"})
    assert body["error"] == "DISK_BASE_SERVICE_22001"
    assert "(DISK_BASE_SERVICE_22001)" in body["error_description"]
    bench.disk.options.quota_exceeded = True
    assert bench.inline("a.txt")["error"] == "ERROR_COULD_NOT_SAVE_FILE"
    bench.disk.options.quota_exceeded, bench.disk.options.size_limit = False, 3
    assert bench.inline("a.txt", b"1234")["error"] == "ERROR_COULD_NOT_SAVE_FILE"
    assert bench.uploaded("a.txt", b"123")
    bench.disk.options.inline_limit = 2
    assert bench.inline("b.txt", b"123")["error"] == "ERROR_COULD_NOT_SAVE_FILE"
    assert bench.two_steps("b.txt", b"123").status_code == 200


def test_names_are_corrected_and_must_be_read_back(bench: Bench) -> None:
    made = bench.inline("№ 5/7: «акт» 'A' <b> 50%~#&;😀.pdf")["result"]
    assert made["NAME"] == "№ 5_7_ «акт» _A_ _b_ 50%_____.pdf"
    assert bench.inline("№ 5?7* «акт» |A| _b_ 50%_____.pdf")["error"] == "DISK_OBJ_22000"
    bench.disk.options.replacement = "-"
    assert bench.inline("a:b.txt")["result"]["NAME"] == "a-b.txt"


def test_two_steps_take_the_name_of_the_form(bench: Bench) -> None:
    step = bench.result("disk.folder.uploadFile", {"id": bench.folder, "data": {"NAME": "ignored.txt"}})
    assert step["field"] == "file"
    assert step["uploadUrl"].startswith("https://example.bitrix24.ru/rest/1/secret/upload/?token=disk%7C")
    answer = bench.http.post(step["uploadUrl"], files={"file": ("Акт № 1.pdf", b"\r\n--x\r\nbytes\r\n")})
    made = answer.json()["result"]
    assert (made["NAME"], type(made["ID"]), made["SIZE"]) == ("Акт № 1.pdf", int, "14")
    assert bench.anna.read(made["ID"]) == b"\r\n--x\r\nbytes\r\n"
    assert bench.two_steps("Акт № 1.pdf", b"x").json()["error"] == "DISK_OBJ_22000"
    assert bench.two_steps("Акт № 1.pdf", b"x", generateUniqueName=True).json()["result"]["NAME"] == "Акт № 1 (1).pdf"
    assert bench.two_steps("../x/тест\\Имя:1.pdf", b"x").json()["result"]["NAME"] == "Имя_1.pdf"


def test_an_empty_file_goes_only_in_two_steps(bench: Bench) -> None:
    assert bench.two_steps("empty.txt", b"").json()["result"]["SIZE"] == "0"
    bench.disk.options.empty_two_step = False
    assert bench.two_steps("empty2.txt", b"").json()["error"] == "ERROR_COULD_NOT_SAVE_FILE"


def test_rights_are_checked_at_the_second_step(bench: Bench) -> None:
    bench.boris.forbid_writing(bench.folder, 1)
    assert bench.two_steps("a.txt", b"1").status_code == 403
    assert bench.error("disk.folder.uploadFile", {"id": 77}) == (400, "ERROR_NOT_FOUND")
    bench.boris.allow(bench.folder, 1)
    step = bench.result("disk.folder.uploadFile", {"id": bench.folder})
    bench.boris.destroy(bench.folder)
    assert bench.http.post(step["uploadUrl"], files={"file": ("a", b"1")}).json()["error"] == "ERROR_NOT_FOUND"


def test_an_upload_address_dies_after_an_hour(bench: Bench) -> None:
    step = bench.result("disk.folder.uploadFile", {"id": bench.folder})
    bench.pass_time(3599)
    assert bench.http.post(step["uploadUrl"], files={"file": ("a.txt", b"1")}).status_code == 200
    bench.pass_time(1)
    assert bench.http.post(step["uploadUrl"], files={"file": ("b.txt", b"1")}).status_code == 403


def test_an_upload_address_dies_with_the_access_token(bench: Bench) -> None:
    token = bench.token(bench.application())
    step = bench.result("disk.folder.uploadFile", {"id": bench.folder}, token)
    assert parse_qs(urlsplit(step["uploadUrl"]).query)["auth"] == [token]
    assert urlsplit(step["uploadUrl"]).path == "/rest/upload.json"
    bench.pass_time(3600)
    answer = bench.http.post(step["uploadUrl"], files={"file": ("a.txt", b"1")})
    assert (answer.status_code, answer.json()["error"]) == (401, "expired_token")


def test_an_upload_address_is_of_one_caller_and_one_purpose(bench: Bench) -> None:
    url = bench.result("disk.folder.uploadFile", {"id": bench.folder})["uploadUrl"]
    bench.portal.add_webhook(1, "other", ["disk"])
    for forged in (url.replace("secret", "other"), url[:-4] + "0000", url.partition("?")[0]):
        assert bench.http.post(forged, files={"file": ("a.txt", b"1")}).status_code == 403
    assert bench.http.post(url, files={"wrong": ("a.txt", b"1")}).json()["error"] == "ERROR_COULD_NOT_SAVE_FILE"
    assert bench.http.post(url, data={"file": "not a file"}).json()["error"] == "ERROR_COULD_NOT_SAVE_FILE"
    assert bench.names() == []


def test_forty_inline_uploads_in_a_batch(bench: Bench) -> None:
    data = bytes(range(256)) * 40
    commands = {
        f"f{number}": "disk.folder.uploadFile?"
        + build_query({"id": bench.folder, "data": {"NAME": f"{number}.bin"}, "fileContent": encoded("x", data)})
        for number in range(40)
    }
    result = bench.result("batch", {"cmd": commands})
    assert result["result_error"] == []
    assert [bench.anna.read(row["ID"]) == data for row in result["result"].values()] == [True] * 40
    assert len(bench.effects()) == 40
    record = next(record for record in bench.portal.requests if record.method == "disk.folder.uploadfile")
    assert len(str(record.params)) < 20_000
    again = bench.result("batch", {"cmd": commands})
    assert {error["error"] for error in again["result_error"].values()} == {"DISK_OBJ_22000"}
    assert len(bench.effects()) == 40


def test_upload_is_not_for_batches(bench: Bench) -> None:
    result = bench.result("batch", {"cmd": {"a": "upload?token=x", "b": "download?token=x"}})
    codes = [error["error"] for error in result["result_error"].values()]
    assert codes == ["ERROR_BATCH_METHOD_NOT_ALLOWED"] * 2


def test_a_lost_answer_of_an_upload_leaves_the_file(bench: Bench) -> None:
    bench.portal.faults.add(troubles.drop_after("upload"))
    with pytest.raises(Exception, match="disconnected"):
        bench.two_steps("a.txt", b"1")
    assert bench.names() == ["a.txt"]
    assert bench.two_steps("a.txt", b"1").json()["error"] == "DISK_OBJ_22000"


def test_a_file_in_the_root_is_inline_only(bench: Bench) -> None:
    storage = bench.disk.common.id
    sent = {"id": storage, "data": {"NAME": "a.txt"}, "fileContent": encoded("a.txt", b"1")}
    assert bench.result("disk.storage.uploadFile", sent)["PARENT_ID"] == str(bench.anna.root())
    assert bench.error("disk.storage.uploadFile", {"id": storage}) == (400, "ERROR_ARGUMENT")


def test_whether_a_new_file_touches_the_folder_is_a_switch(bench: Bench) -> None:
    before = bench.anna.folder(bench.folder).update_time
    bench.pass_time(60)
    bench.uploaded("a.txt")
    assert bench.anna.folder(bench.folder).update_time == before
    bench.disk.options.new_file_touches_parent = True
    bench.uploaded("b.txt")
    assert (bench.anna.folder(bench.folder).update_time - before).total_seconds() == 60
