"""Finding changes among many files (rules, Documents): edits, renames, moves, the trash, strangers, late clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm import seed_documents
from tests.simulators.dm.records import File

NUMBER = 130
"""More than a page of Disk, and with these shelves four of them."""


@pytest.fixture
def large(house: House, monkeypatch: pytest.MonkeyPatch) -> tuple[Papers, list[File]]:
    """An archive of many files, all of them published, on shelves that are small enough for it to have several."""
    monkeypatch.setattr("common.exchanges.documents.shelves.FULL", 40)
    papers = house()
    cards = seed_documents(papers.base, None, NUMBER, size=20)
    papers.settle(3)
    files = [file for card in cards for file in card.files]
    assert len(papers.on_disk()) == NUMBER
    return papers, files


def test_whatever_people_do_to_a_few_of_them_is_found_in_one_run(large: tuple[Papers, list[File]]) -> None:
    papers, files = large
    papers.clock.advance(3600)
    papers.worker.edit(papers.twin(files[3]), b"first shelf")
    papers.worker.edit(papers.twin(files[125]), b"last shelf")
    papers.worker.rename(papers.twin(files[60]), "Переименован.docx")
    papers.run()
    assert papers.last(files[3]).content.read() == b"first shelf"
    assert papers.last(files[125]).content.read() == b"last shelf"
    assert files[60].name == "Переименован.docx"


@pytest.mark.parametrize("places", [(0,), (39, 40), (129,), (10, 50, 110)])
def test_files_thrown_away_anywhere_come_back(large: tuple[Papers, list[File]], places: tuple[int, ...]) -> None:
    papers, files = large
    twins = [papers.twin(files[place]) for place in places]
    for twin in twins:
        papers.worker.trash(twin)
    papers.settle(3)
    assert len(papers.on_disk()) == NUMBER
    assert [papers.twin(files[place]) for place in places] == twins


def test_one_goes_and_one_comes_so_that_the_number_stays(large: tuple[Papers, list[File]]) -> None:
    """The total alone tells nothing then (rules: ranges of ids, the rolling confirmation)."""
    papers, files = large
    papers.worker.trash(papers.twin(files[70]))
    papers.worker.upload(papers.contracts, "Мои заметки.txt", b"mine")
    papers.settle(4)
    assert len(papers.on_disk()) == NUMBER + 1
    assert papers.worker.node(papers.twin(files[70])).deleted_type == 0


def test_one_moved_out_and_an_old_one_moved_in_so_that_the_number_stays(large: tuple[Papers, list[File]]) -> None:
    papers, files = large
    papers.worker.move(papers.twin(files[70]), papers.elsewhere)
    papers.settle(2)
    papers.worker.move(papers.twin(files[70]), papers.contracts)
    papers.worker.move(papers.twin(files[20]), papers.elsewhere)
    papers.settle(3)
    assert [entry.details.get("once") for entry in papers.of(files[20])][-1:] == ["moved_out"]
    papers.worker.edit(papers.twin(files[70]), b"back at home")
    papers.settle()
    assert papers.last(files[70]).content.read() == b"back at home"


def test_a_quiet_run_is_two_requests_to_the_portal(large: tuple[Papers, list[File]]) -> None:
    """One for what changed, one that confirms the next files in turn."""
    papers, _ = large
    papers.settle(2)
    before = len(papers.portal.requests)
    papers.run()
    assert len([one for one in papers.portal.requests[before:] if not one.inner]) <= 2


def test_a_first_run_of_many_files_ends_and_later_changes_are_seen(papers: Papers) -> None:
    """So many between two looks that their pages, asked one by one, would be more than the portal lets us ask."""
    cards = seed_documents(papers.base, None, 1400, size=20)
    assert [papers.run() for _ in range(3)] == [200, 200, 200]
    file = cards[7].files[0]
    papers.worker.edit(papers.twin(file), b"edited")
    papers.worker.trash(papers.twin(cards[1300].files[0]))
    papers.settle(3)
    assert papers.last(file).content.read() == b"edited"
    assert len(papers.on_disk()) == 1400


@pytest.mark.parametrize("minutes", [-30, -5, 5, 30])
def test_a_portal_whose_clock_is_wrong_hides_no_edit(papers: Papers, minutes: int) -> None:
    right = papers.clock.now
    papers.portal.now = lambda: right() + timedelta(minutes=minutes)
    file = papers.publish()
    for number in range(3):
        papers.worker.edit(papers.twin(file), b"edit %d" % number)
        papers.settle(2)
        assert papers.last(file).content.read() == b"edit %d" % number


def test_lists_in_no_useful_order_hide_nothing(papers: Papers) -> None:
    papers.disk.options.scrambled_lists = True
    files = [papers.clerk.add_file(papers.document(), f"{n:03}.docx", b"%d" % n) for n in range(120)]
    papers.settle(3)
    papers.worker.edit(papers.twin(files[60]), b"edited")
    papers.worker.trash(papers.twin(files[10]))
    papers.settle(3)
    assert papers.last(files[60]).content.read() == b"edited"
    assert len(papers.on_disk()) == 120
