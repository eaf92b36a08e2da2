"""Deleted in 1C, changed on Disk (rules, Documents): the content stays as a conflict copy, nothing new in 1C."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm.records import File
from tests.stand import ADMIN

COPY = "Договор 17_conflict_20261120.docx"


def crossed(papers: Papers, purge: bool = False) -> File:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    if purge:
        papers.clerk.purge(file)
    else:
        papers.clerk.mark_deleted(file)
    papers.settle(3)
    return file


@pytest.mark.parametrize("purge", [False, True])
def test_the_change_stays_as_a_copy_and_the_original_goes_to_the_trash(papers: Papers, purge: bool) -> None:
    papers.history = purge
    crossed(papers, purge)
    assert papers.on_disk() == {COPY: b"Disk"}
    assert papers.writes()[:3] == ["disk add", "disk add", "disk trash"]
    assert not [one for one in papers.writes() if one.startswith(("1c version", "1c file"))]


def test_it_is_one_conflict_and_one_notice_naming_the_copy(papers: Papers) -> None:
    crossed(papers)
    papers.settle(3)
    assert papers.conflicts() == ["modify_vs_delete"]
    told = papers.notices("Договор 17.docx")
    assert len(told) == 1
    assert COPY in told[0]
    assert [person for person, _ in papers.told()] == [ADMIN]


def test_it_waits_for_the_sync_so_that_nothing_is_copied_before(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.clerk.mark_deleted(file)
    papers.base.number_events()
    papers.base.deliver(papers.deliver)
    papers.quiet(30)
    assert papers.on_disk() == {"Договор 17.docx": b"Disk"}
    papers.settle()
    assert papers.on_disk() == {COPY: b"Disk"}


def test_unmarked_afterwards_the_file_comes_back_and_the_copy_stays(papers: Papers) -> None:
    file = crossed(papers)
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle(3)
    assert set(papers.on_disk()) == {"Договор 17.docx", COPY}
    assert papers.on_disk()["Договор 17.docx"] == papers.last(file).content.read()
    assert papers.on_disk()[COPY] == b"Disk"


def test_changed_in_1c_marked_and_changed_on_disk_is_still_a_copy(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.clerk.mark_deleted(file)
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle(3)
    assert papers.on_disk() == {COPY: b"Disk"}


@pytest.mark.parametrize("reverse", ["off", "create"])
def test_whatever_the_direction_nothing_is_created_in_1c(house: House, reverse: str) -> None:
    papers = house(mapping={"reverse": reverse})
    crossed(papers)
    assert papers.on_disk() == {COPY: b"Disk"}
    assert papers.in_onec() == {"Договор 17.docx": b"one"}


def test_an_edit_after_the_trash_is_the_users_own_affair(papers: Papers) -> None:
    """He takes it out of the trash and edits it: 1C has the file no more, so nothing is carried and nothing lost."""
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.mark_deleted(file)
    papers.settle()
    papers.worker.restore(twin)
    papers.worker.edit(twin, b"later")
    papers.settle(3)
    assert b"later" in papers.on_disk().values()
    assert papers.versions(file) == [b"one"]


def test_edited_after_the_trash_and_unmarked_in_1c_both_contents_exist(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.mark_deleted(file)
    papers.settle()
    papers.worker.restore(twin)
    papers.worker.edit(twin, b"later")
    papers.run()
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle(3)
    assert papers.on_disk()["Договор 17.docx"] == b"one"
    assert b"later" in papers.on_disk().values()
