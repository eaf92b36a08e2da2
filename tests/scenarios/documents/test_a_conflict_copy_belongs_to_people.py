"""Conflict copies: known by id, never synchronised, listed when somebody edits one (rules, Documents)."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm.records import File

STEM = "Договор 17_conflict_20261120"


def clash(papers: Papers, file: File, onec: bytes = b"1C", disk: bytes = b"Disk") -> None:
    papers.clerk.edit_file(file, onec)
    papers.worker.edit(papers.twin(file), disk)
    papers.run()


def copy_of(papers: Papers, name: str = f"{STEM}.docx") -> int:
    found = papers.worker.find(papers.contracts, name)
    assert found is not None, f"no copy {name} among {list(papers.on_disk())}"
    return found


@pytest.mark.parametrize("reverse", ["off", "update", "create"])
def test_a_copy_never_goes_to_1c(house: House, reverse: str) -> None:
    papers = house(mapping={"reverse": reverse, "subfolder": "{reg_number} {title}"})
    card = papers.document(title="Аренда", reg_number="17")
    file = papers.clerk.add_file(card, "Договор 17.docx", b"one")
    papers.settle()
    clash(papers, file)
    papers.settle(3)
    assert papers.in_onec(card) == {"Договор 17.docx": b"1C"}


def test_an_edited_copy_is_listed_once_and_not_synchronised(papers: Papers) -> None:
    file = papers.publish()
    clash(papers, file)
    copy = copy_of(papers)
    before = papers.writes()
    papers.worker.edit(copy, b"put together by hand")
    papers.settle(3)
    entries = papers.services.journal.of_source(f"disk:{copy}")
    assert [entry.outcome for entry in entries] == ["copy_edited"]
    assert papers.writes() == before
    assert papers.versions(file) == [b"one", b"1C"]


def test_each_edit_of_a_copy_is_listed(papers: Papers) -> None:
    file = papers.publish()
    clash(papers, file)
    for data in (b"first", b"second"):
        papers.worker.edit(copy_of(papers), data)
        papers.run()
    assert len(papers.services.journal.of_source(f"disk:{copy_of(papers)}")) == 2


def test_a_copy_that_was_edited_is_not_taken_for_the_bytes_it_was_made_of(papers: Papers) -> None:
    papers.history = True  # the user's own edit replaces the first loser, which Disk keeps in the history
    file = papers.publish()
    clash(papers, file, disk=b"loser")
    papers.worker.edit(copy_of(papers), b"somebody's notes")
    clash(papers, file, onec=b"1C 2", disk=b"loser")
    assert papers.copies() == {f"{STEM}.docx": b"somebody's notes", f"{STEM}_2.docx": b"loser"}


def test_a_renamed_copy_stays_a_copy(papers: Papers) -> None:
    file = papers.publish()
    clash(papers, file)
    copy = copy_of(papers)
    papers.worker.rename(copy, "Мой вариант.docx")
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"1C", "Мой вариант.docx": b"Disk"}
    assert papers.in_onec() == {"Договор 17.docx": b"1C"}
    papers.worker.edit(copy, b"edited")
    papers.run()
    assert papers.in_onec() == {"Договор 17.docx": b"1C"}


@pytest.mark.parametrize("what", ["trash", "destroy", "move"])
def test_what_people_do_with_a_copy_is_their_business(papers: Papers, what: str) -> None:
    file = papers.publish()
    clash(papers, file)
    before, copy = papers.writes(), copy_of(papers)
    if what == "move":
        papers.worker.move(copy, papers.elsewhere)
    else:
        getattr(papers.worker, what)(copy)
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"1C"}
    assert papers.writes() == before
    assert papers.stopped() == {}


def test_a_copy_thrown_away_does_not_hide_the_next_loser_of_the_same_bytes(papers: Papers) -> None:
    file = papers.publish()
    clash(papers, file, disk=b"loser")
    papers.worker.destroy(copy_of(papers))
    clash(papers, file, onec=b"1C 2", disk=b"loser")
    assert papers.copies() == {f"{STEM}.docx": b"loser"}


def test_a_users_own_file_of_that_name_is_left_alone_and_the_copy_takes_the_next_number(papers: Papers) -> None:
    file = papers.publish()
    own = papers.worker.upload(papers.contracts, f"{STEM}.docx", b"my own")
    papers.run()
    clash(papers, file)
    assert papers.copies() == {f"{STEM}.docx": b"my own", f"{STEM}_2.docx": b"Disk"}
    assert papers.worker.read(own) == b"my own"


def test_a_users_own_file_of_that_name_with_the_same_bytes_is_not_taken_for_the_copy(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.upload(papers.contracts, f"{STEM}.docx", b"Disk")
    papers.run()
    clash(papers, file)
    assert papers.copies() == {f"{STEM}.docx": b"Disk", f"{STEM}_2.docx": b"Disk"}


def test_a_users_own_file_of_that_name_in_other_case_is_left_alone_too(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.upload(papers.contracts, f"{STEM}.docx".upper(), b"my own")
    papers.run()
    clash(papers, file)
    assert papers.copies()[f"{STEM}_2.docx"] == b"Disk"
    assert papers.on_disk()[f"{STEM}.docx".upper()] == b"my own"


def test_a_folder_of_that_name_only_moves_the_copy_to_the_next_number(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.add_folder(papers.contracts, f"{STEM}.docx")
    papers.run()
    clash(papers, file)
    assert papers.copies() == {f"{STEM}_2.docx": b"Disk"}


def test_a_file_of_1c_that_is_called_like_a_copy_is_an_ordinary_file(papers: Papers) -> None:
    file = papers.publish(f"{STEM}.docx", b"one")
    assert papers.on_disk() == {f"{STEM}.docx": b"one"}
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    assert papers.versions(file) == [b"one", b"two"]


def test_a_file_of_1c_of_a_copys_name_does_not_take_the_copy_over(papers: Papers) -> None:
    file = papers.publish()
    clash(papers, file)
    copy = copy_of(papers)
    papers.clerk.add_file(papers.document(reg_number="99"), f"{STEM}.docx", b"another")
    papers.settle()
    assert papers.worker.read(copy) == b"Disk"
    assert papers.on_disk()[f"{STEM} (99).docx"] == b"another"


def test_the_copy_is_read_back_before_the_original_is_overwritten(papers: Papers) -> None:
    """Somebody saves into the fresh copy before it is verified: it proves nothing, so nothing is overwritten yet."""
    file = papers.publish()
    spoilt: list[str] = []

    def spoil(_call: object) -> None:
        papers.worker.edit(copy_of(papers), b"spoilt")
        spoilt.append(papers.on_disk()["Договор 17.docx"].decode())

    papers.disk.once_after("upload", spoil)
    clash(papers, file)
    papers.hours(1)
    assert spoilt == ["Disk"]
    assert b"Disk" in papers.copies().values()
    assert papers.on_disk()["Договор 17.docx"] == b"1C"
