"""Deleted on Disk while 1C has it (rules, Documents): published again, with a warning; nothing is deleted in 1C."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers


def test_thrown_away_on_disk_it_comes_back_as_the_same_object_with_a_warning(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.worker.trash(twin)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.twin(file) == twin
    assert papers.details(file)["warning"] == "restored_on_disk"
    assert (papers.conflicts(), papers.versions(file)) == ([], [b"one"])


def test_destroyed_on_disk_it_comes_back_as_a_new_object(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.worker.destroy(twin)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.twin(file) != twin
    assert papers.details(file)["warning"] == "restored_on_disk"


def test_after_coming_back_as_a_new_object_it_is_synchronised_as_before(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.destroy(papers.twin(file))
    papers.settle()
    papers.worker.edit(papers.twin(file), b"two")
    papers.run()
    papers.clerk.edit_file(file, b"three")
    papers.run()
    assert papers.versions(file) == [b"one", b"two", b"three"]
    assert papers.on_disk() == {"Договор 17.docx": b"three"}


def test_as_often_as_it_is_thrown_away(papers: Papers) -> None:
    file = papers.publish()
    for _ in range(3):
        papers.worker.trash(papers.twin(file))
        papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


def test_thrown_away_before_the_sync_ever_listed_it(papers: Papers) -> None:
    file = papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one")
    papers.run()
    papers.worker.trash(papers.twin(file))
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


def test_published_again_under_another_name_when_somebody_has_taken_its_name(papers: Papers) -> None:
    file = papers.clerk.add_file(papers.document(reg_number="17"), "Договор 17.docx", b"one")
    papers.settle()
    papers.worker.trash(papers.twin(file))
    other = papers.clerk.add_file(papers.document(reg_number="18"), "Договор 17.docx", b"other")
    papers.settle(3)
    assert set(papers.on_disk().values()) == {b"one", b"other"}
    assert papers.worker.read(papers.twin(other)) == b"other"
    assert papers.worker.read(papers.twin(file)) == b"one"


@pytest.mark.parametrize("how", ["trash", "destroy"])
def test_replaced_by_a_users_new_file_of_that_name_both_contents_stay(papers: Papers, how: str) -> None:
    """Many programs save by deleting and creating anew: the new file is met as one nobody knows."""
    file = papers.publish()
    getattr(papers.worker, how)(papers.twin(file))
    papers.worker.upload(papers.contracts, "Договор 17.docx", b"saved anew")
    papers.settle(3)
    assert b"one" in papers.on_disk().values()
    assert b"saved anew" in papers.on_disk().values()


@pytest.mark.parametrize("how", ["trash", "destroy"])
def test_changed_in_1c_meanwhile_it_is_published_again_as_1c_has_it_and_is_a_conflict(papers: Papers, how: str) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    getattr(papers.worker, how)(twin)
    papers.clerk.edit_file(file, b"two")
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}
    assert papers.conflicts() == ["delete_vs_modify"]
    assert papers.copies() == {}
    assert len(papers.notices("Договор 17.docx")) == 1
    assert (papers.twin(file) == twin) == (how == "trash")


def test_deleted_and_changed_in_1c_one_run_later_is_published_with_the_change(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.trash(papers.twin(file))
    papers.run()
    papers.clerk.edit_file(file, b"two")
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


@pytest.mark.parametrize("how", ["trash", "destroy"])
def test_edited_and_then_deleted_on_disk_1cs_bytes_come_back(papers: Papers, how: str) -> None:
    """The user's last word about his own edit was to throw it away; in the trash it stays to be had."""
    file = papers.publish()
    twin = papers.twin(file)
    papers.worker.edit(twin, b"draft")
    if how == "destroy":
        papers.worker.destroy(twin)
    else:
        papers.worker.trash(twin)
    papers.settle(4)
    assert papers.worker.read(papers.twin(file)) == papers.last(file).content.read()
    assert papers.versions(file)[0] == b"one"


def test_a_deleted_folder_of_the_mapping_takes_nothing_away(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.trash(papers.contracts)
    before = papers.writes()
    papers.settle()
    assert papers.writes() == before
    assert list(papers.stopped().values()) == ["folder_missing"]
    papers.worker.restore(papers.contracts)
    papers.settle()
    assert papers.stopped() == {}
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.worker.node(papers.twin(file)).deleted_type == 0


@pytest.mark.parametrize("reverse", ["off", "create"])
def test_whatever_goes_back_to_1c_a_deleted_file_comes_back(house: House, reverse: str) -> None:
    papers = house(mapping={"reverse": reverse})
    file = papers.publish()
    papers.worker.trash(papers.twin(file))
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


def test_taken_out_of_the_trash_by_the_user_himself_nothing_is_written(papers: Papers) -> None:
    file = papers.publish()
    before = papers.writes()
    papers.worker.trash(papers.twin(file))
    papers.run()
    papers.worker.restore(papers.twin(file))
    papers.settle(3)
    assert papers.writes() == before
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
