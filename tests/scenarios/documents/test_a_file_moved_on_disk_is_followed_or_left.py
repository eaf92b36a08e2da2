"""Moves by users on Disk (rules, Documents): followed by id within mapped folders, else `moved_out`, never doubled."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers


def second_folder(papers: Papers) -> int:
    storage = papers.worker.folder(papers.contracts).storage_id
    orders = papers.worker.add_folder(papers.worker.root(storage), "Приказы")
    papers.map_all(
        {"id": "contracts", "kind": papers.base.kinds[0].id, "folder": papers.contracts},
        {"id": "orders", "kind": papers.base.kinds[2].id, "folder": orders},
    )
    papers.settle()
    return orders


def test_moved_to_another_mapped_folder_it_is_followed(papers: Papers) -> None:
    orders = second_folder(papers)
    file = papers.publish()
    twin = papers.twin(file)
    before = papers.writes()
    papers.worker.move(twin, orders)
    papers.settle(3)
    assert (papers.on_disk(), papers.on_disk(orders)) == ({}, {"Договор 17.docx": b"one"})
    assert papers.writes() == before
    assert papers.twin(file) == twin


def test_followed_it_is_synchronised_where_it_lies(papers: Papers) -> None:
    orders = second_folder(papers)
    file = papers.publish()
    papers.worker.move(papers.twin(file), orders)
    papers.settle()
    papers.clerk.edit_file(file, b"two")
    papers.settle()
    assert papers.on_disk(orders) == {"Договор 17.docx": b"two"}
    papers.worker.edit(papers.twin(file), b"three")
    papers.settle()
    assert papers.last(file).content.read() == b"three"


def test_followed_into_a_mapping_that_is_taken_away_later_its_edits_still_reach_1c(papers: Papers) -> None:
    orders = second_folder(papers)
    file = papers.publish()
    papers.worker.move(papers.twin(file), orders)
    papers.settle()
    papers.map_all({"id": "contracts", "kind": papers.base.kinds[0].id, "folder": papers.contracts})
    papers.settle()
    papers.worker.edit(papers.twin(file), b"two")
    papers.settle(3)
    assert papers.last(file).content.read() == b"two"


def test_moved_to_a_folder_of_no_mapping_it_is_noted_once_and_not_published_twice(papers: Papers) -> None:
    file = papers.publish()
    before = papers.writes()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.settle(4)
    assert (papers.on_disk(), papers.on_disk(papers.elsewhere)) == ({}, {"Договор 17.docx": b"one"})
    assert papers.writes() == before
    assert [entry.details["once"] for entry in papers.of(file) if "once" in entry.details] == ["moved_out"]


def test_moved_out_it_still_follows_1c(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.settle()
    papers.clerk.edit_file(file, b"two")
    papers.settle()
    assert papers.on_disk(papers.elsewhere) == {"Договор 17.docx": b"two"}
    assert papers.on_disk() == {}


def test_moved_out_an_edit_on_disk_is_not_lost_when_1c_changes(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.settle()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle()
    papers.clerk.edit_file(file, b"1C")
    papers.settle()
    assert papers.on_disk(papers.elsewhere)["Договор 17.docx"] == b"1C"


def test_moved_out_and_deleted_in_1c_it_goes_to_the_trash(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.settle()
    papers.clerk.mark_deleted(file)
    papers.settle()
    assert papers.on_disk(papers.elsewhere) == {}


def test_by_option_it_is_moved_back(house: House) -> None:
    papers = house(mapping={"move_back": True})
    file = papers.publish()
    twin = papers.twin(file)
    papers.worker.move(twin, papers.elsewhere)
    papers.settle(3)
    assert (papers.on_disk(), papers.on_disk(papers.elsewhere)) == ({"Договор 17.docx": b"one"}, {})
    assert papers.twin(file) == twin
    assert "moved_on_disk" in papers.did(file)


def test_moved_back_to_find_its_name_taken_it_gets_another(house: House) -> None:
    papers = house(mapping={"move_back": True})
    file = papers.clerk.add_file(papers.document(reg_number="17"), "Договор 17.docx", b"one")
    papers.settle()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.worker.upload(papers.contracts, "Договор 17.docx", b"my own")
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"my own", "Договор 17 (17).docx": b"one"}
    assert file.name == "Договор 17.docx"


def test_moved_out_and_back_by_the_user_it_is_at_home_again(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.settle()
    before = papers.writes()
    papers.worker.move(papers.twin(file), papers.contracts)
    papers.settle()
    papers.worker.edit(papers.twin(file), b"two")
    papers.settle()
    assert papers.last(file).content.read() == b"two"
    assert papers.writes() == [*before, "1c version.created"]


def test_moved_and_edited_at_once_the_edit_reaches_1c(papers: Papers) -> None:
    orders = second_folder(papers)
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.worker.move(papers.twin(file), orders)
    papers.settle(3)
    assert papers.last(file).content.read() == b"two"
    assert papers.on_disk(orders) == {"Договор 17.docx": b"two"}


def test_moved_and_renamed_at_once_both_are_followed(papers: Papers) -> None:
    orders = second_folder(papers)
    file = papers.publish()
    papers.worker.rename(papers.twin(file), "Новый.docx")
    papers.worker.move(papers.twin(file), orders)
    papers.settle(3)
    assert file.name == "Новый.docx"
    assert papers.on_disk(orders) == {"Новый.docx": b"one"}


def test_moved_into_a_plain_sub_folder_of_the_type_it_is_not_published_twice(papers: Papers) -> None:
    file = papers.publish()
    sub = papers.worker.add_folder(papers.contracts, "Архив")
    papers.worker.move(papers.twin(file), sub)
    papers.settle(4)
    assert papers.all_on_disk() == {"Договор 17.docx": b"one"}
    assert papers.twin(file) == papers.worker.find(sub, "Договор 17.docx")


def test_dragged_to_another_storage_the_archive_stays_complete(papers: Papers) -> None:
    """Disk makes a copy of its own there and throws the original away (facts bitrix24 §6.8)."""
    file = papers.publish()
    root = papers.worker.root(papers.worker.add_storage("Другая группа", entity_id="2"))
    moved = papers.worker.move_to_other_storage(papers.twin(file), root)
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.worker.read(moved) == b"one"


def test_a_users_copy_beside_the_file_is_an_ordinary_file(papers: Papers) -> None:
    file = papers.publish()
    copied = papers.worker.copy(papers.twin(file), papers.elsewhere)
    papers.worker.rename(copied, "Моя копия.docx")
    papers.worker.move(copied, papers.contracts)
    before = papers.writes()
    papers.settle(3)
    assert papers.writes() == before
    assert papers.on_disk() == {"Договор 17.docx": b"one", "Моя копия.docx": b"one"}


@pytest.mark.parametrize("move_back", [False, True])
def test_moved_out_and_thrown_away_there_it_is_published_again(house: House, move_back: bool) -> None:
    papers = house(mapping={"move_back": move_back})
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.run()
    papers.worker.trash(papers.twin(file))
    papers.settle(4)
    assert papers.all_on_disk() == {"Договор 17.docx": b"one"}


def test_moved_out_an_edit_on_disk_still_reaches_1c(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.settle()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.hours(1)
    assert papers.versions(file) == [b"one", b"Disk"]


def test_moved_out_and_renamed_there_1c_gets_the_name(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.settle()
    papers.worker.rename(papers.twin(file), "Новый.docx")
    papers.hours(1)
    assert file.name == "Новый.docx"


def test_a_name_we_once_gave_ourselves_is_the_users_when_he_gives_it_later(house: House) -> None:
    papers = house(mapping={"move_back": True})
    file = papers.clerk.add_file(papers.document(reg_number="17"), "Договор 17.docx", b"one")
    papers.settle()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.worker.upload(papers.contracts, "Договор 17.docx", b"my own")
    papers.settle(3)
    assert papers.worker.node(papers.twin(file)).name == "Договор 17 (17).docx"
    papers.worker.rename(papers.twin(file), "Иначе.docx")
    papers.settle()
    assert file.name == "Иначе.docx"
    papers.worker.rename(papers.twin(file), "Договор 17 (17).docx")
    papers.settle()
    assert file.name == "Договор 17 (17).docx"
