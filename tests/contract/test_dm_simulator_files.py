"""New files, new versions, renaming (contract §2, §4 "Files"; facts onec-dm §1.7, §5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from tests.contract.dm_lab import DmLab, details, error
from tests.simulators.dm import File
from tests.simulators.dm.testing import upload


def test_a_new_file_has_its_bytes_name_comment_and_author() -> None:
    lab = DmLab()
    document = lab.document()
    answer = lab.post_file(
        document, "содержание".encode(), "Договор № 17 «б+в».docx",
        comment="Из Битрикс24, объект 5", acting=lab.clerk.user_id, modified=datetime(2026, 1, 30, 7, tzinfo=UTC),
    )  # fmt: skip
    assert answer.status_code == 201
    body = answer.json()
    assert body["created"] is True
    assert body["file"]["name"] == "Договор № 17 «б+в».docx"
    assert body["version"] == body["file"]["versions"][0]
    assert body["version"]["comment"] == "Из Битрикс24, объект 5"
    assert body["version"]["author_id"] == body["file"]["updated_by"] == lab.clerk.user_id
    assert lab.client.get(f"/v1/versions/{body['version']['id']}/content").text == "содержание"
    assert document.files[0].current.modified_at == datetime(2026, 1, 30, 7, tzinfo=UTC)
    assert lab.dm.effects[0].fields["document_id"] == document.id


def test_without_an_acting_person_the_service_user_is_the_author() -> None:
    lab = DmLab()
    answer = lab.post_file(lab.document(), b"one", "a.docx")
    assert answer.json()["version"]["author_id"] == lab.dm.login_ids["Обмен"]
    assert answer.json()["version"]["comment"] is None


def test_a_name_that_exists_with_equal_bytes_is_that_file() -> None:
    lab = DmLab()
    file = lab.file(b"one", "a.docx")
    document = lab.dm.store.documents[file.document_id]
    answer = lab.post_file(document, b"one", "a.docx")
    assert (answer.status_code, answer.json()["created"], answer.json()["file"]["id"]) == (200, False, file.id)
    answer = lab.post_file(document, b"two", "a.docx")
    assert error(answer) == (409, "conflict")
    assert details(answer)["file_ids"] == [file.id]
    assert lab.writes() == []


def test_two_files_of_one_name_are_legal_but_nobody_can_say_which_is_meant() -> None:
    lab = DmLab()
    document = lab.document()
    both = [lab.clerk.add_file(document, "a.docx", data) for data in (b"one", b"two")]
    assert [file["name"] for file in lab.get(f"/documents/{document.id}")["files"]] == ["a.docx", "a.docx"]
    answer = lab.post_file(document, b"one", "a.docx")
    assert error(answer) == (409, "conflict")
    assert details(answer)["file_ids"] == [file.id for file in both]


def test_marked_files_and_case_matter_only_by_option() -> None:
    lab = DmLab()
    document = lab.document()
    lab.clerk.mark_deleted(lab.clerk.add_file(document, "a.docx", b"one"))
    lab.clerk.add_file(document, "B.docx", b"one")
    lab.dm.switches.marked_files_hold_names = lab.dm.switches.names_ignore_case = True
    assert error(lab.post_file(document, b"two", "a.docx", "2")) == (409, "conflict")
    assert error(lab.post_file(document, b"two", "b.DOCX", "2")) == (409, "conflict")
    lab.dm.switches.marked_files_hold_names = lab.dm.switches.names_ignore_case = False
    assert lab.post_file(document, b"two", "a.docx", "2").status_code == 201
    assert lab.post_file(document, b"two", "b.DOCX", "2").status_code == 201


def test_an_empty_file_is_a_file() -> None:
    lab = DmLab()
    answer = lab.post_file(lab.document(), b"", "a.txt")
    assert (answer.status_code, answer.json()["version"]["size"]) == (201, 0)
    assert lab.client.get(f"/v1/versions/{answer.json()['version']['id']}/content").content == b""


def test_numbers_of_versions_are_the_highest_and_one() -> None:
    lab = DmLab()
    file = lab.file()
    for data in (b"two", b"three"):
        assert lab.post_version(file, data).status_code == 201
    lab.clerk.delete_version(file, 2)
    answer = lab.post_version(file, b"four", comment="правки")
    assert [version["number"] for version in answer.json()["file"]["versions"]] == [1, 3, 4]
    assert answer.json()["version"]["comment"] == "правки"
    assert answer.json()["file"]["current_version_id"] == answer.json()["version"]["id"]


def test_the_current_version_may_be_an_older_one() -> None:
    lab = DmLab()
    file = lab.file(b"one")
    second = lab.clerk.edit_file(file, b"two")
    lab.clerk.set_current_version(file, 1)
    shown = lab.get(f"/files/{file.id}")
    assert shown["current_version_id"] == shown["versions"][0]["id"] != second.id
    answer = lab.post_version(file, b"one")
    assert (answer.status_code, answer.json()["created"], answer.json()["version"]["number"]) == (200, False, 1)
    answer = lab.post_version(file, b"two")
    assert (answer.status_code, answer.json()["version"]["number"]) == (201, 3)


def test_without_versions_the_current_one_is_overwritten() -> None:
    lab = DmLab()
    file = lab.clerk.add_file(lab.document(), "a.docx", b"one", store_versions=False)
    old = file.current.id
    answer = lab.post_version(file, b"two")
    assert (answer.status_code, answer.json()["created"], len(answer.json()["file"]["versions"])) == (201, True, 1)
    assert answer.json()["version"]["id"] == old
    assert lab.client.get(f"/v1/versions/{old}/content").content == b"two"
    assert lab.writes() == ["version.overwritten"]


def test_a_version_for_an_older_state_is_refused_with_the_present_one() -> None:
    lab = DmLab()
    file = lab.file()
    match = lab.get(f"/files/{file.id}")["data_version"]
    lab.clerk.edit_file(file, b"two")
    answer = lab.post_version(file, b"three", match)
    assert error(answer) == (412, "version_mismatch")
    assert details(answer)["data_version"] == lab.get(f"/files/{file.id}")["data_version"]
    assert lab.rename(file, "b.docx", match).status_code == 412
    assert lab.post_version(file, b"three", details(answer)["data_version"]).status_code == 201


Trouble = Callable[[DmLab, File], None]
TROUBLES: dict[str, Trouble] = {
    "equal bytes": lambda lab, file: None,
    "signed": lambda lab, file: lab.clerk.sign(file),
    "encrypted": lambda lab, file: lab.clerk.encrypt(file),
    "captured": lambda lab, file: lab.clerk.capture(file),
    "open card": lambda lab, file: lab.clerk.open_card(file),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_the_version_is_looked_at_before_everything_else(name: str) -> None:
    lab = DmLab()
    file = lab.file()
    match = lab.get(f"/files/{file.id}")["data_version"]
    lab.clerk.rename_file(file, "b.docx")
    TROUBLES[name](lab, file)
    assert error(lab.post_version(file, b"one", match)) == (412, "version_mismatch")


@pytest.mark.parametrize(
    ("name", "expected", "retryable"),
    [
        ("signed", (422, "refused"), False),
        ("encrypted", (422, "refused"), False),
        ("captured", (423, "locked"), False),
        ("open card", (423, "locked"), True),
    ],
)
def test_what_people_hold_is_not_written(name: str, expected: tuple[int, str], retryable: bool) -> None:
    lab = DmLab()
    file = lab.file()
    TROUBLES[name](lab, file)
    for answer in (lab.post_version(file, b"two"), lab.rename(file, "b.docx")):
        assert error(answer) == expected
        assert answer.json()["error"]["retryable"] is retryable
        if expected[0] == 423:
            assert details(answer) == {"locked_by": lab.clerk.user_id, "since": "2026-01-31T09:00:00Z"}
            assert answer.headers["retry-after"] == "5"
    assert (file.current.number, file.name, lab.writes()) == (1, "Договор 17.docx", [])


def test_what_is_given_back_can_be_written() -> None:
    lab = DmLab()
    file = lab.file()
    lab.clerk.capture(file)
    assert lab.get(f"/files/{file.id}")["locked_by"] == lab.clerk.user_id
    lab.clerk.release(file)
    lab.clerk.open_card(file)
    lab.clerk.close_card(file)
    assert lab.post_version(file, b"two").status_code == 201


def test_an_open_document_takes_no_new_files_for_a_while() -> None:
    lab = DmLab()
    document = lab.document()
    lab.clerk.open_card(document)
    answer = lab.post_file(document, b"one", "a.docx")
    assert (error(answer), answer.json()["error"]["retryable"]) == ((423, "locked"), True)


def test_a_state_may_prohibit_changes_of_files() -> None:
    lab = DmLab()
    file = lab.file()
    lab.dm.switches.closed_states = {"archived"}
    lab.clerk.set_state(file.document_id, "archived")
    document = lab.dm.store.documents[file.document_id]
    assert error(lab.post_version(file, b"two")) == (422, "refused")
    assert error(lab.post_file(document, b"two", "c.docx")) == (422, "refused")


def test_limits_of_the_base_are_told() -> None:
    lab = DmLab()
    lab.dm.switches.max_file_size, lab.dm.switches.comment_max = 3, 5
    document, file = lab.document(), lab.file(b"one")
    for answer in (lab.post_file(document, b"four", "a.docx"), lab.post_version(file, b"four")):
        assert (error(answer), details(answer)) == ((413, "too_large"), {"max_file_size": 3})
    answer = lab.post_file(document, b"one", "a.docx", comment="длинный")
    assert (error(answer), details(answer)) == ((400, "invalid"), {"comment_max": 5})
    assert error(lab.post_file(document, b"one", "A.EXE")) == (422, "refused")
    assert error(lab.rename(file, "a.bat")) == (422, "refused")
    assert lab.post_file(document, b"two", "exe").status_code == 201


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-File-Name", None),
        ("X-File-Name", ""),
        ("X-File-Name", "%FF.docx"),
        ("X-File-Name", "a%00.docx"),
        ("X-File-Name", "a" * 257),
        ("X-Content-SHA256", None),
        ("X-Comment", "%D0"),
        ("X-File-Mtime", "2026-01-31T09:00:00+03:00"),
        ("X-File-Mtime", "2026-02-31T09:00:00Z"),
        ("X-Acting-User", "ivanova"),
    ],
)
def test_malformed_headers_are_refused(name: str, value: str | None) -> None:
    lab = DmLab()
    headers = upload(b"one", "a.docx")
    headers = {**headers, name: value} if value is not None else {k: v for k, v in headers.items() if k != name}
    answer = lab.client.post(f"/v1/documents/{lab.document().id}/files", content=b"one", headers=headers)
    assert error(answer) == (400, "invalid")
    assert lab.writes() == []


def test_a_person_without_rights_cannot_act() -> None:
    lab = DmLab()
    dismissed = lab.dm.add_user("Бывший", active=False)
    lab.dm.switches.refused_people.add(lab.clerk.user_id)
    stranger = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    for person in (dismissed.id, lab.clerk.user_id, stranger):
        answer = lab.post_file(lab.document(), b"one", "a.docx", acting=person)
        assert (error(answer), details(answer)) == ((422, "refused"), {"acting_user_id": person})


def test_objects_that_are_not_there_are_404_and_versions_need_if_match() -> None:
    lab = DmLab()
    file, missing = lab.file(), "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    sent = [
        lab.client.post(f"/v1/documents/{missing}/files", content=b"one", headers=upload(b"one", "a.docx")),
        lab.client.post(f"/v1/files/{missing}/versions", content=b"one", headers=upload(b"one", match="x")),
    ]
    assert [error(answer) for answer in sent] == [(404, "not_found")] * 2
    answer = lab.client.post(f"/v1/files/{file.id}/versions", content=b"one", headers=upload(b"one"))
    assert error(answer) == (400, "invalid")


def test_a_file_gets_another_name_once() -> None:
    lab = DmLab()
    file = lab.file()
    lab.clerk.add_file(file.document_id, "b.docx", b"two")
    answer = lab.rename(file, "b.docx")
    assert (answer.status_code, answer.json()["name"]) == (200, "b.docx")
    assert lab.rename(file, "b.docx").json()["data_version"] == answer.json()["data_version"]
    assert lab.writes() == ["file.renamed"]


def test_large_files_are_streamed_in_and_kept_once() -> None:
    lab = DmLab()
    lab.dm.switches.max_file_size = 2**30
    data = bytes(8 * 1024 * 1024)
    headers = {**upload(data, "a.bin"), "Content-Length": str(len(data))}
    pieces = (data[start : start + 65536] for start in range(0, len(data), 65536))
    answer = lab.client.post(f"/v1/documents/{lab.document().id}/files", content=pieces, headers=headers)
    assert answer.status_code == 201
    version = lab.dm.store.versions[answer.json()["version"]["id"]]
    assert version.content.read() is version.content.read()
    assert version.content.size == len(data)


def test_quoted_versions_are_read_too() -> None:
    lab = DmLab()
    file = lab.file()
    match = lab.get(f"/files/{file.id}")["data_version"]
    answer: httpx.Response = lab.post_version(file, b"two", f'"{match}"')
    assert answer.status_code == 201
