"""Whose name and whose place wins (rules, Documents: renamed and/or moved on either side)."""

from __future__ import annotations

import unicodedata

import pytest

from common.exchanges.documents import decide
from tests.unit.exchanges.documents.samples import ELSEWHERE, FOLDER, OWN_FOLDER, agreed

BEFORE = "Договор 17.docx"


@pytest.mark.parametrize(
    ("in_onec", "on_disk", "goes"),
    [
        (BEFORE, BEFORE, ("", False)),
        ("Акт.docx", BEFORE, ("disk", False)),
        (BEFORE, "Акт.docx", ("onec", False)),
        ("Акт.docx", "Счёт.docx", ("disk", True)),
        ("Акт.docx", "Акт.docx", ("disk", False)),
        (BEFORE.upper(), BEFORE, ("disk", False)),
        (BEFORE, BEFORE.upper(), ("onec", False)),
        (unicodedata.normalize("NFD", "Договор 17.docx"), unicodedata.normalize("NFD", BEFORE), ("", False)),
    ],
)
def test_one_rename_goes_to_the_other_side_and_of_two_1cs_wins(
    in_onec: str, on_disk: str, goes: tuple[str, bool]
) -> None:
    assert decide.name(in_onec, on_disk, agreed()) == goes


def test_what_disk_made_of_1cs_name_is_no_rename() -> None:
    both = agreed(onec_name="Акт: 1.docx", disk_name="Акт_ 1.docx")
    assert decide.name("Акт: 1.docx", "Акт_ 1.docx", both) == ("", False)


def test_a_letter_composed_otherwise_is_no_rename() -> None:
    both = agreed(onec_name="Йод.docx", disk_name="Йод.docx")
    assert decide.name(unicodedata.normalize("NFD", "Йод.docx"), "Йод.docx", both) == ("", False)


@pytest.mark.parametrize(
    ("wanted", "now", "mapped", "becomes"),
    [
        (FOLDER, FOLDER, True, ""),
        (FOLDER, ELSEWHERE, False, "out"),
        (FOLDER, OWN_FOLDER, True, "follow"),
        (OWN_FOLDER, FOLDER, True, "move"),
        (OWN_FOLDER, OWN_FOLDER, True, ""),
        (OWN_FOLDER, ELSEWHERE, False, "move"),
    ],
)
def test_1cs_move_wins_and_a_users_is_followed_or_told(wanted: int, now: int, mapped: bool, becomes: str) -> None:
    assert decide.place(wanted, now, agreed(), mapped) == becomes  # type: ignore[arg-type]


def test_a_file_a_user_moved_stays_where_he_put_it() -> None:
    followed = agreed(folder=OWN_FOLDER, wanted=FOLDER)
    assert decide.place(FOLDER, OWN_FOLDER, followed, mapped=True) == ""
    assert decide.place(FOLDER, ELSEWHERE, followed, mapped=False) == "out"
