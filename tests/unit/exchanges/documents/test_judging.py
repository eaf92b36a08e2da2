"""What looks like people's work and is a fault: the mapping stops (rules, Guards)."""

from __future__ import annotations

from typing import Any

import pytest

from common.exchanges.documents.judging import released, too_many, verdict
from common.exchanges.documents.looking import Seen
from common.exchanges.documents.records import file_record
from common.exchanges.documents.shelves import Head
from common.model.documents import DiskId, FileId, FolderId
from tests.unit.exchanges.documents.samples import AT, FOLDER, OWN_FOLDER, PORTAL, rule


def head(folder: FolderId = FOLDER, number: int = 10) -> Head:
    return Head(folder, "contracts", [("k", 1, number)] if number else [], "2026-11-20T09:00:00.000000Z")


def part(gone: int = 0, folder: FolderId = FOLDER, known: int = 10, begin: int = 0, **changes: Any) -> Seen:
    """A look at a folder where `known` stood and `gone` are missed."""
    ids = [DiskId(one) for one in range(begin, begin + gone)]
    return Seen(head(folder, known), gone=ids, **{"total": known - gone, **changes})


def judged(*parts: Seen, lost: int | None = None, bound: int = 10) -> tuple[str, dict[str, int]]:
    """`lost` None: all that is gone was lost."""
    number = len({one for seen in parts for one in seen.gone}) if lost is None else lost
    why, figures = verdict(rule(), parts, lambda: number, lambda: bound)
    return why, dict(figures)


@pytest.mark.parametrize(
    ("number", "bound", "many"),
    [(4, 4, False), (5, 5, True), (5, 9, True), (5, 10, False), (6, 11, True), (50, 100, False), (51, 100, True)],
)
def test_more_than_half_and_at_least_five_are_too_many(number: int, bound: int, many: bool) -> None:
    assert too_many(number, bound) is many


def test_nothing_strange_goes_on() -> None:
    assert judged(part()) == ("", {})
    assert judged(part(), part(folder=OWN_FOLDER, known=1)) == ("", {})


@pytest.mark.parametrize("unseen", ["missing", "forbidden"])
def test_the_mappings_own_folder_must_be_there(unseen: Any) -> None:
    assert judged(part(unseen=unseen)) == (f"folder_{unseen}", {"files": 10})
    assert judged(part(), part(folder=OWN_FOLDER, unseen=unseen)) == ("", {}), "a document's own folder is made anew"


def test_a_listing_that_was_cut_proves_nothing() -> None:
    assert judged(part(), part(folder=OWN_FOLDER, cut=True, total=7))[0] == "listing_cut"


@pytest.mark.parametrize(("gone", "bound", "why"), [(4, 4, ""), (5, 9, "vanished"), (5, 10, ""), (6, 11, "vanished")])
def test_more_than_half_gone_at_once_stops(gone: int, bound: int, why: str) -> None:
    assert judged(part(gone, known=12), bound=bound) == (why, {"gone": gone, "bound": bound} if why else {})


def test_what_is_gone_is_counted_over_all_folders_of_the_mapping_and_once() -> None:
    here, there = part(3, known=4), part(3, OWN_FOLDER, known=4, begin=100)
    assert judged(here, there, bound=8) == ("vanished", {"gone": 6, "bound": 8})
    rolled = part(3, known=4, partial=True)
    assert judged(here, rolled, bound=8) == ("", {}), "missed by the look and by the rolling confirmation: three files"


def test_what_we_moved_or_trashed_ourselves_is_not_lost() -> None:
    assert judged(part(9), lost=0) == ("", {})
    assert judged(part(10, total=0), lost=0) == ("", {}), "the folder is empty because we emptied it"


@pytest.mark.parametrize(("gone", "why"), [(1, ""), (2, "listing_empty"), (4, "listing_empty"), (9, "listing_empty")])
def test_an_empty_listing_stops_even_a_small_mapping(gone: int, why: str) -> None:
    assert judged(part(gone, known=gone, total=0), bound=gone) == (why, {"gone": gone} if why else {})


def test_an_empty_folder_of_a_document_is_peoples_work() -> None:
    assert judged(part(), part(2, OWN_FOLDER, known=2, begin=50, total=0), bound=40) == ("", {})


def test_half_the_dates_shifted_with_equal_bytes_stop() -> None:
    assert judged(part(shifted=6)) == ("dates_shifted", {"shifted": 6, "files": 10})
    assert judged(part(shifted=5)) == ("", {})
    assert judged(part(shifted=4, known=4)) == ("", {}), "fewer than five are people's work"
    assert judged(part(shifted=3), part(folder=OWN_FOLDER, shifted=9)) == (
        "dates_shifted",
        {"shifted": 12, "files": 20},
    )


def test_a_part_of_a_folder_tells_nothing_of_all_dates() -> None:
    assert judged(part(shifted=9, partial=True)) == ("", {})


def test_bound_pairs_are_only_counted_when_many_are_gone() -> None:
    def never() -> int:
        raise AssertionError("asked the store without need")

    assert verdict(rule(), [part(1), part(3, OWN_FOLDER, begin=50)], never, never) == ("", {})


def test_what_was_let_pass_says_so() -> None:
    record = file_record(PORTAL, FileId("f1"), AT, "seq:1")
    assert released(record).body == {**record.body, "released": True}
    assert released(record).key == record.key
