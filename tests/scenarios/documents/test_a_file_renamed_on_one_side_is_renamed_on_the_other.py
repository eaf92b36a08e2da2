"""Renames (rules, Documents): followed by id both ways, a change of case counts, both renamed → 1C's name."""

from __future__ import annotations

import unicodedata

import pytest

from tests.scenarios.documents.papers import House, Papers


def test_renamed_in_1c_the_same_object_gets_the_name(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.rename_file(file, "Договор 18.docx")
    papers.run()
    assert papers.on_disk() == {"Договор 18.docx": b"one"}
    assert papers.twin(file) == twin
    assert papers.writes() == ["disk add", "disk rename"]


def test_renamed_on_disk_1c_gets_the_name_and_no_version(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.rename(papers.twin(file), "Договор 18.docx")
    papers.run()
    assert file.name == "Договор 18.docx"
    assert papers.versions(file) == [b"one"]
    assert papers.writes() == ["disk add", "1c file.renamed"]


@pytest.mark.parametrize("side", ["1C", "Disk"])
def test_a_change_of_case_alone_is_a_rename(papers: Papers, side: str) -> None:
    file = papers.publish("договор.docx")
    if side == "1C":
        papers.clerk.rename_file(file, "ДОГОВОР.docx")
    else:
        papers.worker.rename(papers.twin(file), "ДОГОВОР.docx")
    papers.run()
    assert (file.name, list(papers.on_disk())) == ("ДОГОВОР.docx", ["ДОГОВОР.docx"])


def test_the_same_name_in_another_unicode_form_is_no_rename(papers: Papers) -> None:
    name = "Проверочный йод.docx"
    file = papers.publish(unicodedata.normalize("NFC", name))
    before = papers.writes()
    papers.clerk.rename_file(file, unicodedata.normalize("NFD", name))
    papers.settle()
    assert papers.writes() == before


def test_renamed_on_both_sides_differently_1cs_name_wins_and_the_journal_keeps_both(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.rename_file(file, "Из 1С.docx")
    papers.worker.rename(papers.twin(file), "С Диска.docx")
    papers.settle()
    assert (file.name, list(papers.on_disk())) == ("Из 1С.docx", ["Из 1С.docx"])
    assert papers.details(file)["both_renamed"] == {"onec": "Из 1С.docx", "disk": "С Диска.docx"}
    assert papers.conflicts() == []


def test_renamed_on_both_sides_alike_nothing_is_written(papers: Papers) -> None:
    file = papers.publish()
    before = papers.writes()
    papers.clerk.rename_file(file, "Новый.docx")
    papers.worker.rename(papers.twin(file), "Новый.docx")
    papers.settle()
    assert papers.writes() == before
    assert papers.details(file).get("both_renamed") is None


@pytest.mark.parametrize("who", ["1C renames", "Disk renames"])
@pytest.mark.parametrize("what", ["1C changes", "Disk changes"])
def test_renamed_here_and_changed_there_both_arrive(papers: Papers, who: str, what: str) -> None:
    file = papers.publish()
    if who == "1C renames":
        papers.clerk.rename_file(file, "Новый.docx")
    else:
        papers.worker.rename(papers.twin(file), "Новый.docx")
    if what == "1C changes":
        papers.clerk.edit_file(file, b"two")
    else:
        papers.worker.edit(papers.twin(file), b"two")
    papers.settle()
    assert papers.on_disk() == papers.in_onec() == {"Новый.docx": b"two"}
    assert papers.conflicts() == []


def test_two_files_that_swap_their_names_in_1c_swap_them_on_disk(papers: Papers) -> None:
    first, second = papers.publish("А.docx", b"1"), papers.publish("Б.docx", b"2")
    twins = papers.twin(first), papers.twin(second)
    papers.clerk.rename_file(first, "Временно.docx")
    papers.clerk.rename_file(second, "А.docx")
    papers.clerk.rename_file(first, "Б.docx")
    papers.settle(3)
    assert (papers.twin(first), papers.twin(second)) == twins
    assert sorted(papers.on_disk().values()) == [b"1", b"2"]
    assert papers.in_onec() == {"Б.docx": b"1", "А.docx": b"2"}


def test_renamed_again_and_again_the_last_name_counts(papers: Papers) -> None:
    file = papers.publish()
    for number in range(3):
        papers.clerk.rename_file(file, f"Имя {number}.docx")
        papers.run()
        papers.worker.rename(papers.twin(file), f"Диск {number}.docx")
        papers.run()
    assert (file.name, list(papers.on_disk())) == ("Диск 2.docx", ["Диск 2.docx"])


def test_another_extension_is_a_name_like_any_other(papers: Papers) -> None:
    file = papers.publish("Скан.jpg")
    papers.worker.rename(papers.twin(file), "Скан.png")
    papers.run()
    assert file.name == "Скан.png"


def test_an_extension_1c_forbids_is_not_forced_on_it(papers: Papers) -> None:
    file = papers.publish("Договор.docx")
    papers.worker.rename(papers.twin(file), "Договор.exe")
    papers.settle(3)
    papers.clerk.edit_file(file, b"two")
    papers.settle()
    assert file.name == "Договор.docx"
    assert list(papers.on_disk().values()) == [b"two"]


def test_a_name_too_long_for_1c_stays_on_disk_and_the_content_goes_on(papers: Papers) -> None:
    papers.base.switches.name_max = 100
    file = papers.publish()
    long = "Д" * 150 + ".docx"
    papers.worker.rename(papers.twin(file), long)
    papers.settle()
    papers.worker.edit(papers.twin(file), b"two")
    papers.hours(1)
    assert list(papers.on_disk()) == [long]
    assert papers.last(file).content.read() == b"two"
    assert papers.reason_of(file) == ["onec_refused"], "somebody is asked for another name"


def test_a_name_the_document_has_already_in_1c_troubles_nobody_for_long(papers: Papers) -> None:
    card = papers.document()
    first, second = (papers.clerk.add_file(card, f"{n}.docx", b"%d" % n) for n in (1, 2))
    papers.settle()
    papers.worker.move(papers.twin(first), papers.elsewhere)
    papers.worker.rename(papers.twin(second), "1.docx")
    papers.hours(1)
    assert papers.worker.node(papers.twin(second)).name == "1.docx"
    assert papers.worker.read(papers.twin(second)) == b"2"


def test_with_reverse_off_a_rename_on_disk_is_journalled_once_and_left(house: House) -> None:
    papers = house(mapping={"reverse": "off"})
    file = papers.publish()
    papers.worker.rename(papers.twin(file), "Новый.docx")
    papers.settle(3)
    assert (file.name, list(papers.on_disk())) == ("Договор 17.docx", ["Новый.docx"])
    assert [entry.details["once"] for entry in papers.of(file) if "once" in entry.details] == ["rename_not_carried"]


def test_with_reverse_off_a_rename_in_1c_still_comes(house: House) -> None:
    papers = house(mapping={"reverse": "off"})
    file = papers.publish()
    papers.clerk.rename_file(file, "Новый.docx")
    papers.settle()
    assert list(papers.on_disk()) == ["Новый.docx"]


def test_renamed_while_it_waits_for_something_else_the_name_arrives_in_the_end(papers: Papers) -> None:
    papers.base.switches.max_file_size = 1000
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"x" * 2000)
    papers.settle()
    papers.clerk.rename_file(file, "Новый.docx")
    papers.settle()
    papers.history = True
    papers.worker.edit(papers.twin(file), b"small")
    papers.hours(1)
    assert papers.on_disk() == papers.in_onec() == {"Новый.docx": b"small"}
