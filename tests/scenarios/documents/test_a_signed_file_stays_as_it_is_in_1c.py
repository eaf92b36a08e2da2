"""Signed, encrypted or captured in 1C, changed on Disk (rules, Documents): a copy, Disk set back once, who is told."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm.records import File

COPY = "Договор 17_conflict_20261120.docx"


def close(papers: Papers, file: File, how: str) -> None:
    {"signed": papers.clerk.sign, "encrypted": papers.clerk.encrypt, "captured": papers.clerk.capture}[how](file)


WAYS = pytest.mark.parametrize("how", ["signed", "encrypted", "captured"])


def edited(papers: Papers, how: str) -> File:
    """A published file that is closed in 1C and then edited on Disk, and the run after it."""
    file = papers.publish()
    close(papers, file, how)
    papers.run()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.run()
    return file


@WAYS
def test_the_edit_is_kept_as_a_copy_and_disk_is_set_back(papers: Papers, how: str) -> None:
    file = edited(papers, how)
    assert papers.on_disk() == {"Договор 17.docx": b"one", COPY: b"Disk"}
    assert papers.versions(file) == [b"one"]


@WAYS
def test_so_it_is_where_nothing_goes_to_1c_too(house: House, how: str) -> None:
    papers = house(mapping={"reverse": "off"})
    edited(papers, how)
    assert papers.on_disk() == {"Договор 17.docx": b"one", COPY: b"Disk"}
    assert papers.conflicts() == ["closed"]


@WAYS
def test_it_happens_once_and_one_notice_tells_why_and_by_whom(papers: Papers, how: str) -> None:
    edited(papers, how)
    after = papers.writes()
    papers.settle(3)
    assert papers.writes() == after
    assert papers.conflicts() == ["closed"]
    told = papers.notices("Договор 17.docx")
    assert len(told) == 1
    assert how in told[0]
    assert "Иванова Мария" in told[0]
    assert papers.portal.users[5].last_name in told[0]


@WAYS
def test_each_further_edit_is_kept_and_set_back_again(papers: Papers, how: str) -> None:
    file = edited(papers, how)
    papers.worker.edit(papers.twin(file), b"Disk again")
    papers.run()
    assert papers.on_disk()["Договор 17.docx"] == b"one"
    assert sorted(papers.copies().values()) == [b"Disk", b"Disk again"]


@WAYS
def test_closed_and_edited_in_the_same_five_minutes_it_is_the_same(papers: Papers, how: str) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    close(papers, file, how)
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"one", COPY: b"Disk"}
    assert papers.versions(file) == [b"one"]


@WAYS
def test_closed_between_our_look_and_our_write_it_is_the_same(papers: Papers, how: str) -> None:
    """Somebody signs while Disk's bytes are under way: 1C refuses them, and no version appears."""
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.disk.once_after("download", lambda _: close(papers, file, how))
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one", COPY: b"Disk"}
    assert papers.versions(file) == [b"one"]
    assert papers.conflicts() == ["closed"]


def test_a_new_version_that_is_signed_is_published_as_ever(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.clerk.sign(file)
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"two"}
    assert papers.conflicts() == []


@WAYS
def test_a_closed_file_that_nobody_edits_troubles_nobody(papers: Papers, how: str) -> None:
    file = papers.publish()
    before = papers.writes()
    close(papers, file, how)
    papers.settle(3)
    assert (papers.writes(), papers.conflicts(), papers.told()) == (before, [], [])


def test_released_in_1c_edits_on_disk_are_carried_again(papers: Papers) -> None:
    file = edited(papers, "captured")
    papers.clerk.release(file)
    papers.worker.edit(papers.twin(file), b"later")
    papers.run()
    assert papers.last(file).content.read() == b"later"


def test_changed_on_both_sides_and_signed_1cs_bytes_win_with_a_copy(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.clerk.sign(file)
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"1C", COPY: b"Disk"}
    assert papers.versions(file) == [b"one", b"1C"]


@WAYS
def test_deleted_on_disk_a_closed_file_is_published_again(papers: Papers, how: str) -> None:
    file = papers.publish()
    close(papers, file, how)
    papers.run()
    papers.worker.trash(papers.twin(file))
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


@WAYS
def test_a_closed_file_renamed_on_disk_keeps_its_name_in_1c(papers: Papers, how: str) -> None:
    """1C refuses the name; the file is followed by its id, its content goes on, and the journal says so once."""
    file = papers.publish()
    close(papers, file, how)
    papers.run()
    papers.worker.rename(papers.twin(file), "Новый.docx")
    papers.settle()
    assert file.name == "Договор 17.docx"
    assert papers.on_disk() == {"Новый.docx": b"one"}
    assert papers.details(file)["once"] == "rename_refused"


def test_a_document_whose_state_prohibits_changes_is_closed_too(papers: Papers) -> None:
    papers.base.switches.closed_states = {"archived"}
    file = papers.publish()
    papers.clerk.set_state(file.document_id, "archived")
    papers.run()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle()
    assert papers.versions(file) == [b"one"]
    assert b"Disk" in papers.on_disk().values()
    assert (papers.conflicts(), papers.waits()) == ([], ["onec_refused"])


def test_with_reverse_off_an_edit_of_a_signed_file_is_left_on_disk(house: House) -> None:
    papers = house(mapping={"reverse": "off"})
    file = edited(papers, "signed")
    assert papers.versions(file) == [b"one"]
    assert b"Disk" in papers.on_disk().values()
