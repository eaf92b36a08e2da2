"""Writing into 1C:DM: once, only onto what was read, and every refusal says who acts next."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest

from common.errors import FileClosed, NameTaken, NeedsPerson, SideRefused, TryLater
from common.model.documents import DocumentId, Kept, OnecFile, OnecUserId
from common.onec.http_service.client import OnecArchive
from tests.contract.dm_archive import Desk, content, open_desk, refusing
from tests.simulators.dm.errors import in_progress
from tests.simulators.onec import platform_answers as trouble

NAME = "Акт №1 (правка).docx"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as found:
        yield found


@pytest.fixture
def archive(desk: Desk) -> OnecArchive:
    return desk.warm()


def add(desk: Desk, archive: OnecArchive, data: bytes, name: str = NAME, mark: str = "disk:1") -> Kept:
    return archive.add_file(desk.document_id, name, content(data), mark, "", None)


def kinds(desk: Desk) -> list[str]:
    return [one.kind for one in desk.dm.effects]


def test_a_new_file_arrives_whole_with_its_name_comment_and_author(desk: Desk, archive: OnecArchive) -> None:
    person = OnecUserId(desk.dm.add_user("Петров").id)
    kept = archive.add_file(
        desk.document_id, NAME, content(b"new content"), "disk:1", "С Диска:\x01 файл 5\nПетров +1", person
    )
    assert (kept.created, kept.file.name, kept.file.document) == (True, NAME, desk.document.id)
    assert (kept.version.size, kept.version.author) == (11, person)
    assert kept.version.comment == "С Диска: файл 5\nПетров +1"
    assert desk.dm.store.files[kept.file.id].current.content.read() == b"new content"
    assert desk.sent[-1].headers["Content-Length"] == "11"
    assert "Transfer-Encoding" not in desk.sent[-1].headers


def test_a_new_file_repeated_is_one_file(desk: Desk, archive: OnecArchive) -> None:
    first = add(desk, archive, b"new")
    assert add(desk, archive, b"new") == first
    assert add(desk, archive, b"new", "Другое имя.docx").file == first.file
    # Known by its bytes when the key is forgotten.
    desk.clock.advance(8 * 86400)
    again = add(desk, archive, b"new")
    assert (again.created, again.file.id) == (False, first.file.id)
    assert kinds(desk) == ["file.created"]


def test_two_sources_with_equal_bytes_are_two_files(desk: Desk, archive: OnecArchive) -> None:
    first, second = add(desk, archive, b"new", "a.txt", "disk:1"), add(desk, archive, b"new", "b.txt", "disk:2")
    assert first.file.id != second.file.id


def test_a_taken_name_names_who_has_it(desk: Desk, archive: OnecArchive) -> None:
    with pytest.raises(NameTaken) as taken:
        add(desk, archive, b"other", desk.file.name)
    assert (taken.value.name, taken.value.holders) == (desk.file.name, (desk.file.id,))
    twin = desk.clerk.add_file(desk.document, desk.file.name, b"twin")
    with pytest.raises(NameTaken) as taken:
        add(desk, archive, b"other", desk.file.name)
    assert set(taken.value.holders) == {desk.file.id, twin.id}
    # A refusal leaves the key free: the same source goes on under another name.
    assert add(desk, archive, b"other", "Договор 17 (2).docx").created


def test_a_new_file_of_a_document_that_is_gone_is_read_again(desk: Desk, archive: OnecArchive) -> None:
    desk.clerk.purge(desk.document)
    with pytest.raises(TryLater, match="moved_on"):
        add(desk, archive, b"new")


def test_a_new_version_becomes_the_current_one(desk: Desk, archive: OnecArchive) -> None:
    before = desk.read(archive)
    kept = archive.add_version(before, content(b"second"), "с Диска", None)
    assert (kept.created, kept.version.number, kept.version.comment) == (True, 2, "с Диска")
    assert kept.file.version == kept.version
    assert kept.file.data_version != before.data_version
    assert archive.add_version(before, content(b"second"), "с Диска", None) == kept
    assert kinds(desk) == ["version.created"]
    assert desk.read(archive) == kept.file


def test_equal_bytes_make_no_version(desk: Desk, archive: OnecArchive) -> None:
    kept = archive.add_version(desk.read(archive), content(b"first"), "", None)
    assert (kept.created, kept.version.number) == (False, 1)
    assert kinds(desk) == []


def test_there_and_back_again_is_three_versions(desk: Desk, archive: OnecArchive) -> None:
    for data in (b"second", b"first", b"second"):
        assert archive.add_version(desk.read(archive), content(data), "", None).created
    assert desk.read(archive).versions[-1].number == 4
    for name in ("b.docx", "a.docx", "b.docx"):
        assert archive.rename(desk.read(archive), name).name == name
    assert desk.file.name == "b.docx"


def test_a_file_that_moved_on_is_not_written(desk: Desk, archive: OnecArchive) -> None:
    before = desk.read(archive)
    desk.clerk.edit_file(desk.file, b"theirs")
    for write in (lambda: archive.add_version(before, content(b"ours"), "", None), lambda: archive.rename(before, "x")):
        with pytest.raises(TryLater) as later:
            write()
        assert (type(later.value), later.value.reason, later.value.after) == (TryLater, "moved_on", 1.0)
    desk.clerk.purge(desk.file)
    with pytest.raises(TryLater, match="moved_on"):
        archive.rename(before, "x")
    assert kinds(desk) == []


def both(desk: Desk, archive: OnecArchive, before: OnecFile) -> list[BaseException]:
    """What a new version and a new name are met with."""
    found = list[BaseException]()
    for write in (lambda: archive.add_version(before, content(b"ours"), "", None), lambda: archive.rename(before, "x")):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - the tests look closer
            write()
        found.append(caught.value)
    assert kinds(desk) == []
    return found


def test_a_captured_file_is_closed_by_its_holder(desk: Desk, archive: OnecArchive) -> None:
    desk.clerk.capture(desk.file)
    for error in both(desk, archive, desk.read(archive)):
        assert isinstance(error, FileClosed)
        assert (error.why, error.holder) == ("captured", desk.clerk.user_id)


@pytest.mark.parametrize("how", ["sign", "encrypt"])
def test_a_signed_or_encrypted_file_is_closed_to_all(desk: Desk, archive: OnecArchive, how: str) -> None:
    getattr(desk.clerk, how)(desk.file)
    for error in both(desk, archive, desk.read(archive)):
        assert isinstance(error, FileClosed)
        assert error.why == "signed"


def test_an_open_card_is_waited_for(desk: Desk, archive: OnecArchive) -> None:
    desk.clerk.open_card(desk.file)
    for error in both(desk, archive, desk.read(archive)):
        assert isinstance(error, TryLater)
        assert (error.reason, error.after) == ("open_card", 5.0)
    desk.clerk.close_card(desk.file)
    assert archive.add_version(desk.read(archive), content(b"ours"), "", None).created


def test_other_refusals_of_1c_wait_for_a_person(desk: Desk, archive: OnecArchive) -> None:
    desk.dm.switches.closed_states = {"approved"}
    for error in both(desk, archive, desk.read(archive)):
        assert isinstance(error, SideRefused)
        assert error.stops[0].reason == "onec_refused"
    with pytest.raises(SideRefused):
        add(desk, archive, b"new")
    desk.dm.switches.closed_states = set()
    nobody = OnecUserId(desk.dm.add_user("Уволен", active=False).id)
    with pytest.raises(SideRefused) as refused:
        archive.add_version(desk.read(archive), content(b"ours"), "", nobody)
    assert nobody in refused.value.stops[0].details
    with pytest.raises(SideRefused, match="onec_refused"):
        archive.add_version(desk.read(archive), content(b"ours"), "с" * 501, None)


def test_a_file_too_large_for_1c_says_how_large_it_may_be(desk: Desk, archive: OnecArchive) -> None:
    desk.dm.switches.max_file_size = 10
    with pytest.raises(NeedsPerson) as needs:
        add(desk, archive, b"eleven byte")
    stop = needs.value.stops[0]
    assert (stop.reason, stop.field) == ("too_large", NAME)
    assert "max_file_size: 10" in stop.details


def test_a_missing_right_is_for_the_administrator_of_1c(desk: Desk, archive: OnecArchive) -> None:
    desk.dm.switches.forbidden = {("PATCH", "/v1/files/{id}")}
    with pytest.raises(NeedsPerson) as needs:
        archive.rename(desk.read(archive), "x.docx")
    stop = needs.value.stops[0]
    assert (stop.reason, stop.owner, stop.awaits) == ("onec_forbidden", "admin", "base:dm")


def test_a_first_request_that_still_runs_is_waited_for(desk: Desk, archive: OnecArchive) -> None:
    desk.fault(trouble.instead, refusing(in_progress(3)), verb="POST")
    with pytest.raises(TryLater) as later:
        add(desk, archive, b"new")
    assert (later.value.reason, later.value.after) == ("in_progress", 3.0)
    assert add(desk, archive, b"new").created


def test_a_renamed_file_keeps_everything_else(desk: Desk, archive: OnecArchive) -> None:
    before = desk.read(archive)
    after = archive.rename(before, "Договор 17\x02 (подписанный).docx")
    assert (after.name, after.id, after.versions) == ("Договор 17 (подписанный).docx", before.id, before.versions)
    assert archive.rename(before, "Договор 17\x02 (подписанный).docx") == after


def test_the_card_shows_what_was_said_last(desk: Desk, archive: OnecArchive) -> None:
    """Also when it comes back to an earlier state within the days that 1C remembers answers."""
    for state in ("bound", "conflict", "bound"):
        archive.show("file", desk.file.id, "4711", "https://b24/4711", state, "текст\x01")
    shown = desk.dm.store.links[("file", desk.file.id)]
    assert shown == {"bitrix_id": "4711", "url": "https://b24/4711", "state": "bound", "text": "текст"}
    assert kinds(desk) == ["link.set"] * 3
    with pytest.raises(ValueError, match="task"):
        archive.show("task", desk.file.id, "1", "", "bound", "")
    desk.clerk.purge(desk.document)
    with pytest.raises(TryLater, match="moved_on"):
        archive.show("document", desk.document.id, "1", "", "bound", "")


def test_every_write_is_signed_over_its_bytes_and_carries_a_key(desk: Desk, archive: OnecArchive) -> None:
    before = desk.read(archive)
    archive.rename(before, "a.docx")
    archive.add_file(DocumentId(desk.document.id), "b.docx", content(b"new"), "disk:9", "", None)
    archive.show("document", desk.document.id, "1", "", "bound", "")
    writes = [one for one in desk.sent if one.method != "GET"]
    assert [one.headers.get("If-Match") for one in writes] == [before.data_version, None, None]
    assert len({one.headers["Idempotency-Key"] for one in writes}) == 3
    assert [one.headers.get("X-Content-SHA256") for one in writes] == [None, sha256(b"new").hexdigest(), None]
