"""Names on Disk: what a user of 1C called a file must become a name that Disk keeps as we sent it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitrix.disk_names import REFUSED, corrected, same_name
from tests.simulators.bitrix24.disk import DiskState, names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Акт № 5 от 01.02.2026.pdf", "Акт № 5 от 01.02.2026.pdf"),
        ('ООО "Ромашка": договор/1.docx', "ООО _Ромашка__ договор_1.docx"),
        (REFUSED, "_" * len(REFUSED)),
        ("счёт 🎉.xlsx", "счёт _.xlsx"),
        ("готово ✅ ☀️.txt", "готово _ __.txt"),
        ("a\tb\nc\x00.txt", "a_b_c_.txt"),
        ("half \ud83d.txt", "half _.txt"),
        ("  по краям.txt ", "по краям.txt"),
        ("100 $ и 5%.txt", "100 $ и 5%.txt"),
        ("©→№–«ёлки».txt", "©→№–«ёлки».txt"),
        ("", "_"),
        (".", "_"),
        ("..", "__"),
    ],
)
def test_a_name_is_corrected(name: str, expected: str) -> None:
    assert corrected(name) == expected


@given(st.text(max_size=40))
def test_disk_keeps_a_corrected_name_as_it_is(name: str) -> None:
    sent = corrected(name)
    assert corrected(sent) == sent
    assert names.corrected(DiskState(), sent) == sent
    assert sent.strip(". ")
    assert sent.encode()


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Акт.PDF", "акт.pdf", True),
        ("Й.txt", unicodedata.normalize("NFD", "й.txt"), True),
        ("Straße.txt", "STRASSE.txt", True),
        ("е.txt", "ё.txt", False),
        ("a b.txt", "a  b.txt", False),
    ],
)
def test_names_are_compared_without_case_and_form(one: str, other: str, is_same: bool) -> None:
    assert same_name(one, other) is is_same
