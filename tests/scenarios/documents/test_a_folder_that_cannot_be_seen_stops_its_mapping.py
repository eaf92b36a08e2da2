"""Guards of a mapping's folder (rules, Documents): emptied, forbidden, missing, all dates shifted."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import Papers
from tests.simulators.dm.records import File


def many(papers: Papers, number: int) -> list[File]:
    """So many files of one document, published."""
    card = papers.document()
    files = [papers.clerk.add_file(card, f"Договор {n:02}.docx", b"%d" % n) for n in range(number)]
    papers.settle()
    return files


@pytest.mark.parametrize("number", [2, 9])
def test_a_folder_emptied_at_once_stops_the_mapping(papers: Papers, number: int) -> None:
    for file in many(papers, number):
        papers.worker.trash(papers.twin(file))
    before = papers.writes()
    papers.settle()
    assert list(papers.stopped()) == ["contracts"]
    assert papers.writes() == before
    papers.confirm()
    papers.settle(3)
    assert len(papers.on_disk()) == number


@pytest.mark.parametrize("error", [True, False], ids=["refused", "shown empty"])
def test_a_forbidden_folder_is_no_deletion(papers: Papers, error: bool) -> None:
    papers.disk.options.denied_listing_is_error = error
    files = many(papers, 6)
    before = papers.writes()
    papers.worker.deny(papers.contracts, 1)
    papers.clerk.edit_file(files[0], b"two")
    papers.settle(3)
    assert list(papers.stopped().values()) == ["folder_forbidden"]
    assert papers.writes() == before
    assert len(papers.notices("Договоры")) == 1
    papers.worker.allow(papers.contracts, 1)
    papers.hours(1)
    assert papers.stopped() == {}
    assert papers.on_disk()["Договор 00.docx"] == b"two"


@pytest.mark.parametrize("how", ["trash", "destroy"])
def test_a_missing_folder_is_no_deletion_of_its_files(papers: Papers, how: str) -> None:
    many(papers, 6)
    before = papers.writes()
    getattr(papers.worker, how)(papers.contracts)
    papers.settle(3)
    assert list(papers.stopped().values()) == ["folder_missing"]
    assert papers.writes() == before


def test_a_folder_out_of_the_trash_goes_on_by_itself(papers: Papers) -> None:
    files = many(papers, 6)
    papers.worker.trash(papers.contracts)
    papers.clerk.edit_file(files[0], b"two")
    papers.settle()
    papers.worker.restore(papers.contracts)
    papers.hours(1)
    assert papers.stopped() == {}
    assert papers.on_disk()["Договор 00.docx"] == b"two"
    assert len(papers.on_disk()) == 6


def test_all_dates_shifted_with_equal_bytes_stop_the_mapping(papers: Papers) -> None:
    files = many(papers, 9)
    papers.clock.advance(600)
    for file in files:
        papers.worker.node(papers.twin(file)).update_time = papers.clock.now().replace(microsecond=0)
    before = papers.writes()
    papers.run()
    assert list(papers.stopped().values()) == ["dates_shifted"]
    papers.confirm()
    papers.settle()
    assert (papers.stopped(), papers.writes()) == ({}, before)
