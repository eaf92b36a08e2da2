"""Guards (rules, Documents): what looks like a fault changes nothing until a person confirms; others go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.model.ids import RuleId
from tests.scenarios.documents.papers import Papers
from tests.simulators.bitrix24.troubles import calls_of
from tests.simulators.dm.records import File
from tests.simulators.faults import Fault

Leave = Callable[[Papers, File], None]


def marked(papers: Papers, file: File) -> None:
    papers.clerk.mark_deleted(file)


def trashed(papers: Papers, file: File) -> None:
    papers.worker.trash(papers.twin(file))


def destroyed(papers: Papers, file: File) -> None:
    papers.worker.destroy(papers.twin(file))


LEAVES = pytest.mark.parametrize("leave", [marked, trashed, destroyed])


def many(papers: Papers, number: int, kind: int = 0, stem: str = "Договор") -> list[File]:
    card = papers.document(kind=papers.base.kinds[kind])
    files = [papers.clerk.add_file(card, f"{stem} {n:02}.docx", f"{stem} {n}".encode()) for n in range(number)]
    papers.settle()
    return files


def two_mappings(papers: Papers) -> int:
    """A second kind with a folder of its own; gives the folder."""
    orders = papers.worker.add_folder(papers.worker.root(papers.worker.folder(papers.contracts).storage_id), "Приказы")
    first, second = papers.base.kinds[0].id, papers.base.kinds[2].id
    papers.map_all(
        {"id": "contracts", "kind": first, "folder": papers.contracts, "name": "Договоры"},
        {"id": "orders", "kind": second, "folder": orders, "name": "Приказы"},
    )
    papers.settle()
    return orders


@LEAVES
def test_more_than_half_and_at_least_five_stop_the_mapping(papers: Papers, leave: Leave) -> None:
    files = many(papers, 9)
    before, shown = papers.writes(), len(papers.on_disk())
    for file in files[:5]:
        leave(papers, file)
    left = len(papers.on_disk())
    papers.settle(3)
    assert list(papers.stopped()) == ["contracts"]
    assert papers.writes() == before
    assert len(papers.on_disk()) == left <= shown


@LEAVES
def test_the_alarm_comes_once_with_counts_and_the_way_on(papers: Papers, leave: Leave) -> None:
    files = many(papers, 9)
    for file in files[:6]:
        leave(papers, file)
    papers.settle(4)
    told = papers.notices("Договоры")
    assert len(told) == 1
    assert "6" in told[0]
    assert "9" in told[0]
    assert "documents confirm contracts" in told[0]


@LEAVES
@pytest.mark.parametrize(("number", "leaving"), [(10, 5), (5, 4), (100, 20)])
def test_half_or_four_are_peoples_work(papers: Papers, leave: Leave, number: int, leaving: int) -> None:
    files = many(papers, number)
    for file in files[:leaving]:
        leave(papers, file)
    papers.settle(3)
    assert papers.stopped() == {}
    expected = number - leaving if leave is marked else number
    assert len(papers.on_disk()) == expected


def test_everything_of_a_small_mapping_may_be_marked_in_1c(papers: Papers) -> None:
    for file in many(papers, 4):
        marked(papers, file)
    papers.settle(4)
    assert (papers.stopped(), papers.on_disk()) == ({}, {})


@LEAVES
def test_a_persons_word_lets_one_run_pass(papers: Papers, leave: Leave) -> None:
    files = many(papers, 9)
    for file in files[:6]:
        leave(papers, file)
    papers.settle(3)
    papers.confirm()
    papers.settle(3)
    assert papers.stopped() == {}
    assert len(papers.on_disk()) == (3 if leave is marked else 9)


def test_confirmed_once_a_second_disappearance_stops_it_again(papers: Papers) -> None:
    files = many(papers, 20)
    for file in files[:12]:
        marked(papers, file)
    papers.settle()
    papers.confirm()
    papers.settle()
    assert papers.stopped() == {}
    papers.clock.advance(2 * 3600)
    for file in files[12:18]:
        marked(papers, file)
    papers.settle()
    assert list(papers.stopped()) == ["contracts"]
    assert len(papers.on_disk()) == 8


def test_taken_back_in_1c_the_mapping_goes_on_after_confirmation_and_nothing_was_lost(papers: Papers) -> None:
    files = many(papers, 9)
    before = papers.writes()
    for file in files:
        marked(papers, file)
    papers.settle()
    for file in files:
        papers.clerk.mark_deleted(file, deleted=False)
    papers.settle()
    papers.confirm()
    papers.settle(3)
    assert papers.writes() == before
    assert len(papers.on_disk()) == 9


def test_while_it_stands_nothing_of_it_is_changed_on_either_side(papers: Papers) -> None:
    files = many(papers, 9)
    for file in files[:6]:
        marked(papers, file)
    papers.settle()
    before = papers.writes()
    papers.clerk.edit_file(files[7], b"1C")
    papers.worker.edit(papers.twin(files[8]), b"Disk")
    papers.clerk.add_file(papers.document(), "Новый.docx", b"new")
    papers.settle(2)
    assert papers.writes() == before
    papers.confirm()
    papers.settle(3)
    assert papers.on_disk()["Договор 07.docx"] == b"1C"
    assert papers.last(files[8]).content.read() == b"Disk"
    assert papers.on_disk()["Новый.docx"] == b"new"


@LEAVES
def test_the_other_mapping_runs_on(papers: Papers, leave: Leave) -> None:
    orders = two_mappings(papers)
    files = many(papers, 9)
    other = many(papers, 2, kind=2, stem="Приказ")
    for file in files[:6]:
        leave(papers, file)
    papers.clerk.edit_file(other[0], b"changed")
    papers.worker.edit(papers.twin(other[1]), b"edited")
    papers.settle()
    assert list(papers.stopped()) == ["contracts"]
    assert papers.on_disk(orders) == {"Приказ 00.docx": b"changed", "Приказ 01.docx": b"edited"}
    assert papers.last(other[1]).content.read() == b"edited"


def test_many_deleted_in_two_mappings_are_judged_by_mapping(papers: Papers) -> None:
    two_mappings(papers)
    files = [*many(papers, 9), *many(papers, 9, kind=2, stem="Приказ")]
    for file in (*files[:4], *files[9:13]):
        marked(papers, file)
    papers.settle(3)
    assert papers.stopped() == {}


def test_a_slow_drip_within_the_hour_is_seen_as_one(papers: Papers) -> None:
    files = many(papers, 9)
    for file in files[:6]:
        marked(papers, file)
        papers.run()
    papers.settle()
    assert list(papers.stopped()) == ["contracts"]
    assert len(papers.on_disk()) >= 5


def test_a_drip_slower_than_the_hour_is_peoples_work(papers: Papers) -> None:
    files = many(papers, 12)
    for file in files[:6]:
        marked(papers, file)
        papers.settle()
        papers.clock.advance(1800)
    papers.settle()
    assert papers.stopped() == {}
    assert len(papers.on_disk()) == 6


def test_most_files_moved_away_on_disk_stop_the_mapping(papers: Papers) -> None:
    files = many(papers, 9)
    for file in files[:6]:
        papers.worker.move(papers.twin(file), papers.elsewhere)
    before = papers.writes()
    papers.settle()
    assert list(papers.stopped()) == ["contracts"]
    assert papers.writes() == before


def test_most_documents_given_another_kind_stop_the_mapping_they_leave(papers: Papers) -> None:
    two_mappings(papers)
    cards = [papers.document(kind=papers.base.kinds[0]) for _ in range(9)]
    for number, card in enumerate(cards):
        papers.clerk.add_file(card, f"{number}.docx", b"%d" % number)
    papers.settle()
    before = papers.writes()
    for card in cards[:6]:
        papers.clerk.move_document_kind(card, papers.base.kinds[2])
    papers.settle()
    assert papers.stopped()
    assert papers.writes() == before


def test_an_archive_that_shows_nothing_at_all_deletes_nothing(papers: Papers) -> None:
    """1C restored from an old copy, or another base behind the same address: every document is unknown."""
    files = many(papers, 9)
    before = papers.writes()
    papers.history = True
    for file in list(files):
        papers.clerk.purge(file)
    papers.settle(3)
    assert list(papers.stopped()) == ["contracts"]
    assert papers.writes() == before


def test_confirming_a_mapping_that_runs_changes_nothing(papers: Papers) -> None:
    many(papers, 3)
    assert not papers.services.document_tools.guards.confirm(RuleId("contracts"), "Анна")


def test_a_death_between_the_alarm_and_the_confirmation_forgets_nothing(papers: Papers) -> None:
    files = many(papers, 9)
    for file in files[:6]:
        marked(papers, file)
    papers.settle()
    papers.restarted()
    papers.settle()
    assert len(papers.on_disk()) == 9
    papers.confirm()
    papers.restarted()
    papers.settle(3)
    assert len(papers.on_disk()) == 3


def test_a_portal_that_fails_in_the_middle_of_the_confirmed_run_leaves_nothing_half(papers: Papers) -> None:
    files = many(papers, 9)
    for file in files[:6]:
        marked(papers, file)
    papers.settle()
    papers.confirm()
    papers.portal.faults.add(Fault(calls_of("disk.file.markDeleted"), 4, drop_before=True))
    papers.minutes(60)
    assert papers.stopped() == {}
    assert sorted(papers.on_disk()) == ["Договор 06.docx", "Договор 07.docx", "Договор 08.docx"]
    assert papers.writes().count("disk trash") == 6
