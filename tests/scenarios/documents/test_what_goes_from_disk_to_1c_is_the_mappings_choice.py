"""`reverse` off, update or create (rules, Documents): what is carried to 1C by itself and what is only noted."""

from __future__ import annotations

import pytest

from common.exchanges.documents.records import file_record
from common.model.documents import FileId
from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm.records import Document
from tests.stand import MANAGER

TEMPLATE = "{reg_number} {title}"


@pytest.fixture
def open_house(house: House) -> Papers:
    """New files of Disk go to 1C, into the document whose sub-folder they lie in."""
    return house(mapping={"reverse": "create", "subfolder": TEMPLATE})


def lease(papers: Papers) -> tuple[Document, int]:
    """A document with one file and its own folder."""
    card = papers.document(title="Аренда", reg_number="17")
    file = papers.clerk.add_file(card, "Договор.docx", b"one")
    papers.settle()
    return card, papers.worker.node(papers.twin(file)).parent_id


# -- off


def test_off_an_edit_on_disk_is_noted_once_and_left(house: House) -> None:
    papers = house(mapping={"reverse": "off"})
    file = papers.publish()
    before = papers.writes()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle(4)
    assert papers.writes() == before
    assert papers.versions(file) == [b"one"]
    assert papers.on_disk() == {"Договор 17.docx": b"Disk"}
    assert [one.details["once"] for one in papers.of(file) if "once" in one.details] == ["not_carried"]
    assert papers.waits() == []


def test_off_each_further_edit_is_noted_once(house: House) -> None:
    papers = house(mapping={"reverse": "off"})
    file = papers.publish()
    for data in (b"first", b"second"):
        papers.history = True
        papers.worker.edit(papers.twin(file), data)
        papers.settle(2)
    assert len([one for one in papers.of(file) if "once" in one.details]) == 2


def test_off_turned_to_update_the_edit_goes_with_the_next_look_at_it(house: House) -> None:
    papers = house(mapping={"reverse": "off"})
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle()
    papers.map(reverse="update")
    papers.worker.edit(papers.twin(file), b"Disk again")
    papers.history = True
    papers.settle()
    assert papers.last(file).content.read() == b"Disk again"


def test_off_a_person_may_send_the_edit_to_1c(house: House) -> None:
    papers = house(mapping={"reverse": "off"})
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle()
    record = file_record(papers.services.portal, FileId(file.id), papers.clock.now(), "person", submitted=True)
    papers.services.documents_work.put([record], "send to 1C")
    papers.settle()
    assert papers.versions(file) == [b"one", b"Disk"]


# -- update


@pytest.mark.parametrize("reverse", ["off", "update"])
def test_a_users_new_file_is_left_alone_counted_and_troubles_nobody(house: House, reverse: str) -> None:
    papers = house(mapping={"reverse": reverse})
    papers.publish()
    before = papers.writes()
    papers.worker.upload(papers.contracts, "Мои заметки.txt", b"mine")
    papers.settle(3)
    assert papers.on_disk()["Мои заметки.txt"] == b"mine"
    assert (papers.writes(), papers.waits(), papers.told()) == (before, [], [])
    excluded = papers.services.documents_work.excluded.counts("documents")
    assert excluded["one_way"] == 1


def test_a_users_own_file_may_be_edited_renamed_and_deleted_freely(papers: Papers) -> None:
    papers.publish()
    own = papers.worker.upload(papers.contracts, "Мои заметки.txt", b"mine")
    papers.run()
    before = papers.writes()
    papers.worker.edit(own, b"mine, edited")
    papers.history = True
    papers.run()
    papers.worker.rename(own, "Другие заметки.txt")
    papers.run()
    papers.worker.destroy(own)
    papers.settle(2)
    assert (papers.writes(), papers.waits(), papers.stopped()) == (before, [], {})


# -- create


def test_create_a_new_file_in_a_documents_own_folder_becomes_its_file(open_house: Papers) -> None:
    card, folder = lease(open_house)
    own = open_house.worker.upload(folder, "Приложение.docx", b"new")
    open_house.settle()
    assert open_house.in_onec(card) == {"Договор.docx": b"one", "Приложение.docx": b"new"}
    made = next(file for file in card.files if file.name == "Приложение.docx")
    assert open_house.twin(made) == own


def test_create_it_is_bound_at_once_so_that_neither_side_gets_a_second_one(open_house: Papers) -> None:
    card, folder = lease(open_house)
    open_house.worker.upload(folder, "Приложение.docx", b"new")
    open_house.settle(4)
    assert open_house.on_disk(folder) == {"Договор.docx": b"one", "Приложение.docx": b"new"}
    assert len(card.files) == 2
    assert open_house.writes().count("1c file.created") == 1


def test_create_both_directions_work_for_it_afterwards(open_house: Papers) -> None:
    card, folder = lease(open_house)
    own = open_house.worker.upload(folder, "Приложение.docx", b"new")
    open_house.settle()
    made = next(file for file in card.files if file.name == "Приложение.docx")
    open_house.worker.edit(own, b"edited")
    open_house.settle()
    open_house.clerk.edit_file(made, b"changed")
    open_house.settle()
    assert open_house.versions(made) == [b"new", b"edited", b"changed"]
    assert open_house.worker.read(own) == b"changed"


def test_create_it_bears_the_persons_name_and_says_where_it_is_from(open_house: Papers) -> None:
    person = open_house.base.add_user("Петров Пётр", open_house.portal.users[MANAGER].email)
    card, folder = lease(open_house)
    own = open_house.worker.upload(folder, "Приложение.docx", b"new")
    open_house.settle()
    made = next(file for file in card.files if file.name == "Приложение.docx")
    assert made.current.author_id == person.id
    assert str(own) in (made.current.comment or "")


def test_create_a_file_that_lies_in_no_documents_folder_waits_once(open_house: Papers) -> None:
    lease(open_house)
    before = open_house.writes()
    open_house.worker.upload(open_house.contracts, "Без договора.docx", b"new")
    open_house.hours(2)
    assert open_house.waits() == ["no_document"]
    assert open_house.writes() == before
    assert len(open_house.notices("Без договора.docx")) == 1


def test_create_dragged_into_a_documents_folder_it_goes_on(open_house: Papers) -> None:
    card, folder = lease(open_house)
    own = open_house.worker.upload(open_house.contracts, "Приложение.docx", b"new")
    open_house.settle()
    open_house.worker.move(own, folder)
    open_house.hours(2)
    assert open_house.in_onec(card) == {"Договор.docx": b"one", "Приложение.docx": b"new"}
    assert open_house.waits() == []


def test_create_a_waiting_file_thrown_away_waits_no_more(open_house: Papers) -> None:
    lease(open_house)
    own = open_house.worker.upload(open_house.contracts, "Без договора.docx", b"new")
    open_house.settle()
    open_house.worker.trash(own)
    open_house.hours(2)
    assert open_house.waits() == []


def test_create_a_name_the_document_has_already_waits_for_a_person(open_house: Papers) -> None:
    card, folder = lease(open_house)
    file = card.files[0]
    open_house.worker.move(open_house.twin(file), open_house.elsewhere)
    open_house.settle(2)
    open_house.worker.upload(folder, "Договор.docx", b"another")
    open_house.settle(3)
    assert open_house.in_onec(card) == {"Договор.docx": b"one"}
    assert open_house.waits() == ["name_taken_in_1c"]


def test_create_a_marked_document_takes_no_new_files(open_house: Papers) -> None:
    card, folder = lease(open_house)
    open_house.clerk.mark_deleted(card)
    open_house.settle()
    open_house.worker.upload(folder, "Приложение.docx", b"new")
    open_house.settle(3)
    assert [file.name for file in card.files] == ["Договор.docx"]
    assert open_house.waits() == ["document_gone"]


@pytest.mark.parametrize("size", [0, 1, 3 * 1024 * 1024])
def test_create_files_of_any_size(open_house: Papers, size: int) -> None:
    card, folder = lease(open_house)
    open_house.worker.upload(folder, "Приложение.bin", b"x" * size)
    open_house.settle(3)
    assert open_house.in_onec(card)["Приложение.bin"] == b"x" * size


def test_create_a_forbidden_extension_waits_and_the_others_go_on(open_house: Papers) -> None:
    card, folder = lease(open_house)
    open_house.worker.upload(folder, "Программа.EXE", b"new")
    open_house.worker.upload(folder, "Приложение.docx", b"new")
    open_house.settle(3)
    assert open_house.waits() == ["extension_forbidden"]
    assert sorted(open_house.in_onec(card)) == ["Договор.docx", "Приложение.docx"]


def test_create_a_hundred_files_in_one_folder(open_house: Papers) -> None:
    card, folder = lease(open_house)
    for number in range(100):
        open_house.worker.upload(folder, f"{number:03}.txt", b"%d" % number)
    open_house.settle(4)
    assert len(card.files) == 101
    assert len(open_house.on_disk(folder)) == 101


def test_create_an_edit_of_a_file_that_1c_has_is_a_version_and_no_new_file(open_house: Papers) -> None:
    card, _ = lease(open_house)
    open_house.worker.edit(open_house.twin(card.files[0]), b"two")
    open_house.settle()
    assert [open_house.versions(file) for file in card.files] == [[b"one", b"two"]]
