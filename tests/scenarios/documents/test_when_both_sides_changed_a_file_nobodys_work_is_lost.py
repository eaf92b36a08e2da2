"""Both changed (rules, Documents): the losing bytes beside it first, then 1C's over the same object, told once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm.records import File
from tests.stand import ADMIN

COPY = "Договор 17_conflict_20261120.docx"


def clashed(papers: Papers, onec: bytes = b"1C", disk: bytes = b"Disk", name: str = "Договор 17.docx") -> File:
    """A published file that both sides changed, differently, and the run after it."""
    file = papers.publish(name)
    papers.clerk.edit_file(file, onec)
    papers.worker.edit(papers.twin(file), disk)
    papers.run()
    return file


def test_1cs_bytes_stay_in_the_same_object_and_disks_beside_it(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(twin, b"Disk")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"1C", COPY: b"Disk"}
    assert (papers.twin(file), papers.worker.find(papers.contracts, "Договор 17.docx")) == (twin, twin)
    assert papers.versions(file) == [b"one", b"1C"]


def test_the_copy_stands_before_anything_is_overwritten(papers: Papers) -> None:
    clashed(papers)
    assert papers.writes()[:3] == ["disk add", "disk add", "disk version"]


def test_there_is_one_conflict_and_one_notice_that_names_the_copy_and_the_people(papers: Papers) -> None:
    clashed(papers)
    papers.settle(3)
    assert papers.conflicts() == ["both_changed"]
    told = papers.notices("Договор 17.docx")
    assert len(told) == 1
    assert [person for person, _ in papers.told()] == [ADMIN]
    assert COPY in told[0]
    assert papers.portal.users[5].last_name in told[0]
    assert "Иванова Мария" in told[0]


def test_the_notice_says_what_happened_in_words(papers: Papers) -> None:
    clashed(papers)
    told = papers.told()[0][1]
    assert "conflict_both_changed" not in told
    assert "[B]Файл изменён и в 1С, и на Диске[/B]: Договор 17.docx" in told
    conflict = papers.services.conflicts.open("documents")[0].id
    assert f"./deploy.sh conflicts settle {conflict} --by NAME" in told


def test_the_conflict_keeps_both_versions_by_their_ids(papers: Papers) -> None:
    file = clashed(papers)
    data = papers.services.conflicts.open("documents")[0].data
    assert data["onec"]["version"] == file.current.id
    assert data["disk"]["id"] == papers.twin(file)
    assert data["copy"]["id"] == papers.worker.find(papers.contracts, COPY)


def test_the_card_in_1c_shows_the_conflict(papers: Papers) -> None:
    file = clashed(papers)
    shown = [effect for effect in papers.base.effects if effect.kind == "link.set"]
    assert [(effect.object_id, effect.fields["state"]) for effect in shown] == [(file.id, "conflict")]
    text = str(shown[0].fields["text"])
    assert text.startswith("Файл изменён и в 1С, и на Диске: Договор 17.docx.")
    assert COPY in text


def test_the_journal_names_the_copy(papers: Papers) -> None:
    file = clashed(papers)
    assert papers.details(file)["copy"] == COPY


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 20, 30, tzinfo=UTC), "20261120"),
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "20261121"),
        (datetime(2026, 12, 31, 21, 30, tzinfo=UTC), "20270101"),
    ],
)
def test_the_copy_bears_the_business_date_of_the_run(house: House, moment: datetime, day: str) -> None:
    papers = house()
    file = papers.publish()
    papers.clock.advance((moment - papers.clock.now()).total_seconds() - 300)
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.run()
    assert list(papers.copies()) == [f"Договор 17_conflict_{day}.docx"]


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("Архив.tar.gz", "Архив.tar_conflict_20261120.gz"),
        ("Без расширения", "Без расширения_conflict_20261120"),
        (".env", ".env_conflict_20261120"),
        ("Точка в конце..docx", "Точка в конце._conflict_20261120.docx"),
    ],
)
def test_the_suffix_stands_before_the_last_extension(papers: Papers, name: str, copy: str) -> None:
    clashed(papers, name=name)
    assert papers.on_disk() == {name: b"1C", copy: b"Disk"}


def test_a_further_different_copy_of_that_day_is_numbered(papers: Papers) -> None:
    file = clashed(papers, disk=b"first")
    for number in (2, 3):
        papers.clerk.edit_file(file, b"1C %d" % number)
        papers.worker.edit(papers.twin(file), b"Disk %d" % number)
        papers.run()
    stem = "Договор 17_conflict_20261120"
    expected = {f"{stem}.docx": b"first", f"{stem}_2.docx": b"Disk 2", f"{stem}_3.docx": b"Disk 3"}
    assert papers.copies() == expected
    assert len(papers.conflicts()) == 3


def test_the_next_day_begins_anew_without_a_number(papers: Papers) -> None:
    file = clashed(papers, disk=b"first")
    papers.clock.advance(24 * 3600)
    papers.clerk.edit_file(file, b"1C 2")
    papers.worker.edit(papers.twin(file), b"second")
    papers.run()
    assert papers.copies() == {COPY: b"first", "Договор 17_conflict_20261121.docx": b"second"}


def test_identical_bytes_are_never_copied_twice_that_day(papers: Papers) -> None:
    file = clashed(papers, disk=b"the same")
    papers.clerk.edit_file(file, b"1C again")
    papers.worker.edit(papers.twin(file), b"the same")
    papers.run()
    assert papers.copies() == {COPY: b"the same"}
    assert papers.on_disk()["Договор 17.docx"] == b"1C again"


def test_two_files_of_one_folder_that_clash_have_a_copy_each(papers: Papers) -> None:
    files = [papers.clerk.add_file(papers.document(), f"{name}.docx", b"one") for name in "АБ"]
    papers.settle()
    for file in files:
        papers.clerk.edit_file(file, b"1C")
        papers.worker.edit(papers.twin(file), b"Disk")
    papers.run()
    assert papers.copies() == {f"{name}_conflict_20261120.docx": b"Disk" for name in "АБ"}
    assert len(papers.conflicts()) == 2


def test_an_empty_loser_is_kept_too(papers: Papers) -> None:
    clashed(papers, disk=b"")
    assert papers.on_disk() == {"Договор 17.docx": b"1C", COPY: b""}


def test_a_large_loser_is_kept_whole(papers: Papers) -> None:
    data = bytes(range(256)) * 12_000
    clashed(papers, disk=data)
    assert papers.copies() == {COPY: data}


def test_bytes_that_1c_keeps_as_an_earlier_version_need_no_copy_but_are_told(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.run()
    papers.clerk.edit_file(file, b"three")
    papers.worker.edit(papers.twin(file), b"one")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"three"}
    assert papers.conflicts() == ["both_changed"]


def test_changed_and_renamed_on_both_sides_at_once_all_is_settled(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.worker.rename(papers.twin(file), "Новый.docx")
    papers.run()
    assert papers.on_disk()["Новый.docx"] == b"1C"
    assert list(papers.copies().values()) == [b"Disk"]
    assert file.name == "Новый.docx"


def test_after_the_conflict_edits_go_on_as_before(papers: Papers) -> None:
    file = clashed(papers)
    papers.worker.edit(papers.twin(file), b"merged by hand")
    papers.run()
    assert papers.last(file).content.read() == b"merged by hand"
    assert len(papers.conflicts()) == 1


def test_with_reverse_off_disks_bytes_are_kept_all_the_same(house: House) -> None:
    papers = house(mapping={"reverse": "off"})
    clashed(papers)
    assert papers.on_disk() == {"Договор 17.docx": b"1C", COPY: b"Disk"}


def test_the_copy_of_a_file_told_apart_bears_the_name_it_has_on_disk(papers: Papers) -> None:
    papers.publish("Акт.docx", b"other")
    file = papers.clerk.add_file(papers.document(reg_number="17"), "Акт.docx", b"one")
    papers.settle()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.run()
    assert papers.copies() == {"Акт (17)_conflict_20261120.docx": b"Disk"}
