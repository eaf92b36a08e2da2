"""Names of copies, of files held by another, and of sub-folders (rules, Documents: Conflict copy, Names)."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.bitrix.disk_names import corrected
from common.exchanges.documents import names
from common.model.documents import Client, DocumentId
from tests.unit.exchanges.documents.samples import card, rule

DAY = date(2026, 11, 20)
TEXTS = st.text(min_size=1, max_size=30).filter(lambda name: name.strip())
NAMES = st.one_of(TEXTS, st.builds("{}.{}".format, TEXTS, st.sampled_from(["docx", "DOCX", "tar.gz", "", "."])))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.docx", ("a", ".docx")),
        ("a.tar.gz", ("a.tar", ".gz")),
        ("a", ("a", "")),
        (".env", (".env", "")),
        ("a.", ("a", ".")),
        ("", ("", "")),
    ],
)
def test_the_extension_is_what_follows_the_last_dot(name: str, parts: tuple[str, str]) -> None:
    assert names.split(name) == parts


@pytest.mark.parametrize(
    ("name", "first", "third"),
    [
        ("Договор.docx", "Договор_conflict_20261120.docx", "Договор_conflict_20261120_3.docx"),
        ("a.tar.gz", "a.tar_conflict_20261120.gz", "a.tar_conflict_20261120_3.gz"),
        ("README", "README_conflict_20261120", "README_conflict_20261120_3"),
        (".env", ".env_conflict_20261120", ".env_conflict_20261120_3"),
    ],
)
def test_a_copy_carries_its_day_before_the_extension(name: str, first: str, third: str) -> None:
    found = list(islice(names.copy_names(name, DAY), 3))
    assert (found[0], found[2]) == (first, third)


@settings(deadline=None)
@given(NAMES)
def test_copies_of_one_file_are_told_apart_and_keep_its_extension(name: str) -> None:
    found = list(islice(names.copy_names(name, DAY), 20))
    assert len({one.casefold() for one in found}) == len(found)
    assert {names.split(one)[1] for one in found} == {names.split(name)[1]}


@settings(deadline=None)
@given(NAMES)
def test_what_a_file_may_be_called_is_distinct_and_a_name_disk_takes(name: str) -> None:
    found = list(islice(names.wanted_names(name, card(), corrected), 12))
    assert len({corrected(one).casefold() for one in found}) == len(found)
    assert all(corrected(one) == one for one in found), "Disk would show another name than we remember"
    assert {names.split(one)[1] for one in found} == {names.split(found[0])[1]}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ["Договор.docx", "Договор (2026_17).docx", "Договор (2026_17)_2.docx"]),
        ({"reg_number": ""}, ["Договор.docx", "Договор (0d0c0000).docx", "Договор (0d0c0000)_2.docx"]),
    ],
)
def test_a_held_name_gets_the_registration_number_else_the_documents_id(
    changes: dict[str, str], found: list[str]
) -> None:
    assert list(islice(names.wanted_names("Договор.docx", card(**changes), corrected), 3)) == found


def test_two_spellings_of_one_letter_are_one_name_and_one_place() -> None:
    apart = unicodedata.normalize("NFD", "Йод.docx")
    assert names.composed(apart) == "Йод.docx"
    assert names.same_place(apart, "йОД.DOCX")
    assert names.composed("Йод.docx") != names.composed("йод.docx"), "a rename of case alone is a rename"
    assert next(names.wanted_names(apart, card(), corrected)) == "Йод.docx"


@settings(deadline=None)
@given(TEXTS)
def test_names_differing_in_case_or_spelling_cannot_stand_in_one_folder(name: str) -> None:
    assert names.same_place(name, unicodedata.normalize("NFD", name))
    assert names.same_place(name, name)
    assert names.composed(unicodedata.normalize("NFD", name)) == names.composed(name)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{reg_number} {title}", "2026_17 Договор поставки"),
        ("{date} {counterparty}", "2026-03-02 ООО _Ромашка_"),
        ("{company}", "Ромашка из CRM"),
        ("{id}", "0d0c0000"),
        ("  {title}   №{reg_number} ", "Договор поставки №2026_17"),
    ],
)
def test_a_documents_folder_is_called_by_the_template(template: str, name: str) -> None:
    client = Client("c1", 'ООО "Ромашка"')
    shown = card(client=client, reg_date=datetime(2026, 3, 1, 23, tzinfo=UTC))
    found = list(names.subfolder_names(rule(subfolder=template), shown, "Ромашка из CRM", "Europe/Moscow", corrected))
    assert found[0] == name
    assert found[1:] == [f"{name} (0d0c0000)", f"{name} ({shown.id})"]


def test_a_template_of_nothing_known_falls_back_to_the_documents_id() -> None:
    empty = card(reg_number="", title=" ")
    assert (
        next(names.subfolder_names(rule(subfolder="{reg_number} {title}"), empty, "", "Europe/Moscow", corrected))
        == empty.id
    )


def test_what_is_left_of_a_long_name_is_a_name_too() -> None:
    dots = card(title="." * 250 + "a")
    found = next(names.subfolder_names(rule(subfolder="{title}"), dots, "", "Europe/Moscow", corrected))
    assert found == "_" * 200, "a name of nothing but dots is none"


def test_text_of_people_in_a_folders_name_is_no_template() -> None:
    tricky = card(title="{id} {reg_number}")
    assert (
        next(names.subfolder_names(rule(subfolder="{title}"), tricky, "", "Europe/Moscow", corrected))
        == "{id} {reg_number}"
    )


@settings(deadline=None)
@given(st.text(max_size=400), st.text(max_size=400))
def test_a_folders_name_fits_disk_and_its_candidates_differ(title: str, number: str) -> None:
    shown = card(title=title, reg_number=number)
    found = list(names.subfolder_names(rule(subfolder="{reg_number} {title}"), shown, "", "Europe/Moscow", corrected))
    assert len({one.casefold() for one in found}) == len(found)
    for one in found:
        assert 0 < len(one) <= 255
        assert corrected(one) == one, "Disk would show another name than we remember"


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=5), min_size=2, max_size=6, unique=True))
def test_documents_of_one_title_get_folders_of_their_own(starts: list[str]) -> None:
    """The last name of each holds its whole id, so nobody is left without one."""
    shown = [card(id=DocumentId(f"{number:08x}-1111-2222-3333-444444444444")) for number, _ in enumerate(starts)]
    last = [
        list(names.subfolder_names(rule(subfolder="{title}"), one, "", "Europe/Moscow", corrected))[-1] for one in shown
    ]
    assert len(set(last)) == len(last)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("", []),
        ("{reg_number} {title}", []),
        ("Договоры", ["must name a field of the document"]),
        ("{number}", ["unknown field {number}"]),
        ("{title} {number} {number} {sum}", ["unknown field {number}", "unknown field {sum}"]),
        ("{Title}", ["must name a field of the document"]),
        ("{title", ["must name a field of the document"]),
    ],
)
def test_a_templates_faults_are_said_in_sentences(template: str, said: list[str]) -> None:
    found = names.template_faults(template)
    assert len(found) == len(said)
    for fault, words in zip(found, said, strict=True):
        assert words in fault
        assert "{reg_number}" in fault, "the sentence says which fields there are"
