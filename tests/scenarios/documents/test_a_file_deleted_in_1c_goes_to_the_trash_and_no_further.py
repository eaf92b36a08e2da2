"""Deleted or marked in 1C (rules, Documents): Disk's trash after the sync has seen it, and back when unmarked."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import Papers
from tests.simulators.dm.records import File


def gone(papers: Papers, file: File, how: str) -> None:
    """Every way a file leaves 1C."""
    of = papers.base.store.documents[file.document_id]
    if how == "file marked":
        papers.clerk.mark_deleted(file)
    elif how == "document marked":
        papers.clerk.mark_deleted(of)
    elif how == "file removed":
        papers.clerk.purge(file)
    else:
        papers.clerk.purge(of)


WAYS = pytest.mark.parametrize("how", ["file marked", "document marked", "file removed", "document removed"])


@WAYS
def test_the_twin_goes_to_the_trash_and_no_further(papers: Papers, how: str) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    gone(papers, file, how)
    papers.history = True  # what 1C removed for good is its own decision; Disk still has it in the trash
    papers.settle()
    assert papers.on_disk() == {}
    assert papers.is_in_trash(twin)
    assert papers.worker.read(twin) == b"one"
    assert papers.writes() == ["disk add", "disk trash"]


@WAYS
def test_it_is_held_until_the_sync_has_seen_the_mapping_as_a_whole(papers: Papers, how: str) -> None:
    file = papers.publish()
    gone(papers, file, how)
    papers.clock.advance(60)
    papers.base.number_events()
    papers.base.deliver(papers.deliver)
    papers.quiet(30)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    papers.settle()
    assert papers.on_disk() == {}


@WAYS
def test_nobody_is_alarmed_by_a_single_deletion(papers: Papers, how: str) -> None:
    for number in range(6):
        papers.publish(f"{number}.docx", b"%d" % number)
    file = papers.publish()
    gone(papers, file, how)
    papers.settle()
    assert (papers.told(), papers.conflicts(), papers.stopped()) == ([], [], {})


def test_the_other_files_of_the_document_stay(papers: Papers) -> None:
    card = papers.document()
    first, second = (papers.clerk.add_file(card, f"{n}.docx", b"%d" % n) for n in (1, 2))
    papers.settle()
    papers.clerk.mark_deleted(first)
    papers.settle()
    assert papers.on_disk() == {"2.docx": b"2"}
    assert papers.worker.node(papers.twin(second)).deleted_type == 0


@pytest.mark.parametrize("how", ["file marked", "document marked"])
def test_unmarked_it_comes_back_as_the_same_object(papers: Papers, how: str) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    gone(papers, file, how)
    papers.settle()
    papers.clerk.mark_deleted(file if how == "file marked" else file.document_id, deleted=False)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.twin(file) == twin
    assert papers.conflicts() == []


def test_unmarked_before_the_sync_nothing_happens_at_all(papers: Papers) -> None:
    file = papers.publish()
    before = papers.writes()
    papers.clerk.mark_deleted(file)
    papers.base.number_events()
    papers.base.deliver(papers.deliver)
    papers.quiet(10)
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.writes() == before


def test_changed_while_it_was_marked_it_comes_back_with_what_1c_has_now(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.mark_deleted(file)
    papers.settle()
    papers.clerk.edit_file(file, b"two")
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"two"}
    assert papers.twin(file) == twin
    assert (papers.conflicts(), papers.copies()) == ([], {})


def test_renamed_while_it_was_marked_it_comes_back_under_the_new_name(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.mark_deleted(file)
    papers.settle()
    papers.clerk.rename_file(file, "Новый.docx")
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.on_disk() == {"Новый.docx": b"one"}


def test_unmarked_after_the_trash_was_emptied_it_is_a_new_object(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.mark_deleted(file)
    papers.settle()
    papers.worker.destroy(twin)
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.twin(file) != twin


def test_unmarked_when_its_name_is_taken_it_comes_under_another_and_the_taker_stays(papers: Papers) -> None:
    file = papers.clerk.add_file(papers.document(reg_number="17"), "Договор 17.docx", b"one")
    papers.settle()
    papers.clerk.mark_deleted(file)
    papers.settle()
    other = papers.clerk.add_file(papers.document(reg_number="18"), "Договор 17.docx", b"other")
    papers.settle()
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"other", "Договор 17 (17).docx": b"one"}
    assert papers.twin(other) == papers.worker.find(papers.contracts, "Договор 17.docx")


def test_a_user_who_takes_it_out_of_the_trash_finds_it_unsynchronised_and_is_not_fought(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.mark_deleted(file)
    papers.settle()
    before = papers.writes()
    papers.worker.restore(twin)
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.writes() == before


def test_taken_out_of_the_trash_by_a_user_and_unmarked_it_is_the_same_pair_again(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.mark_deleted(file)
    papers.settle()
    papers.worker.restore(twin)
    papers.settle()
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.twin(file) == twin


def test_marked_deleted_and_deleted_on_disk_by_itself_is_only_remembered(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.mark_deleted(file)
    papers.worker.trash(twin)
    before = papers.writes()
    papers.settle()
    assert papers.writes() == before
    assert (papers.conflicts(), papers.waits()) == ([], [])
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


def test_a_marked_file_that_was_never_published_stays_away(papers: Papers) -> None:
    file = papers.clerk.add_file(papers.document(), "Черновик.docx", b"one")
    papers.clerk.mark_deleted(file)
    papers.settle()
    assert papers.on_disk() == {}
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.on_disk() == {"Черновик.docx": b"one"}


def test_a_signed_file_marked_in_1c_goes_to_the_trash_like_any_other(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.sign(file)
    papers.run()
    papers.clerk.mark_deleted(file)
    papers.settle()
    assert papers.on_disk() == {}
    assert papers.versions(file) == [b"one"]


def test_the_journal_tells_the_whole_story(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.mark_deleted(file)
    papers.settle()
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    assert papers.did(file) == ["published", "trashed+buried", "revived"]


@pytest.mark.parametrize("data", [b"one", b"other"])
def test_removed_and_added_anew_under_its_name_there_is_one_file_again(papers: Papers, data: bytes) -> None:
    file = papers.clerk.add_file(papers.document(reg_number="17"), "Договор.docx", b"one")
    papers.settle()
    papers.history = True
    papers.clerk.purge(file)
    again = papers.clerk.add_file(file.document_id, "Договор.docx", data)
    papers.settle(4)
    assert list(papers.on_disk().values()) == [data]
    assert papers.worker.read(papers.twin(again)) == data


def test_an_edit_too_large_for_1c_that_is_marked_there_stays_as_a_copy(papers: Papers) -> None:
    papers.base.switches.max_file_size = 1000
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"x" * 2000)
    papers.settle()
    papers.clerk.mark_deleted(file)
    papers.settle(3)
    assert list(papers.on_disk().values()) == [b"x" * 2000]
    assert papers.waits() == []
