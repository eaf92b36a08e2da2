"""1C → Disk: new files, new versions, and what is no change at all (rules, Documents: the table's first rows)."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers

MIB = 1024 * 1024


def test_a_new_file_is_uploaded_to_the_folder_of_its_type(papers: Papers) -> None:
    file = papers.publish("Договор 17.docx", b"one")
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.did(file) == ["published"]
    assert papers.writes() == ["disk add"]


def test_the_journal_names_both_sides_of_the_pair(papers: Papers) -> None:
    file = papers.publish()
    entry = papers.of(file)[0]
    assert (entry.source, entry.target, entry.rule) == (f"file:{file.id}", f"disk:{papers.twin(file)}", "contracts")


def test_all_files_of_one_document_come(papers: Papers) -> None:
    card = papers.document()
    for number in range(3):
        papers.clerk.add_file(card, f"Приложение {number}.pdf", b"%d" % number)
    papers.settle()
    assert papers.on_disk() == {"Приложение 0.pdf": b"0", "Приложение 1.pdf": b"1", "Приложение 2.pdf": b"2"}


def test_a_hundred_new_files_are_a_hundred_objects(papers: Papers) -> None:
    files = [papers.clerk.add_file(papers.document(), f"Договор {n:03}.docx", b"%d" % n) for n in range(100)]
    papers.settle()
    assert len({papers.twin(file) for file in files}) == 100
    assert papers.on_disk() == {f"Договор {n:03}.docx": b"%d" % n for n in range(100)}


@pytest.mark.parametrize("size", [MIB, MIB + 1, 5 * MIB])
def test_small_and_large_files_come_whole(papers: Papers, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    papers.publish("Скан.pdf", data)
    assert papers.on_disk()["Скан.pdf"] == data


def test_a_changed_file_is_a_new_version_of_the_same_object(papers: Papers) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.edit_file(file, b"two, and longer")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"two, and longer"}
    assert papers.twin(file) == twin
    assert papers.writes() == ["disk add", "disk version"]


def test_a_change_of_one_byte_at_the_same_length_is_a_change(papers: Papers) -> None:
    file = papers.publish(data=b"abc")
    papers.clerk.edit_file(file, b"abd")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"abd"}


def test_of_several_versions_at_once_only_the_current_one_comes_and_the_others_are_counted(papers: Papers) -> None:
    file = papers.publish()
    for data in (b"two", b"three", b"four"):
        papers.clerk.edit_file(file, data)
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"four"}
    assert papers.writes() == ["disk add", "disk version"]
    assert papers.details(file).get("skipped") == 2


def test_a_pointer_moved_back_in_1c_brings_the_earlier_version_back(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.run()
    papers.clerk.set_current_version(file, 1)
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.conflicts() == []
    assert papers.versions(file) == [b"one", b"two"]


def test_a_pointer_moved_back_and_forth_between_runs_is_no_change(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.clerk.set_current_version(file, 1)
    before = papers.writes()
    papers.run()
    assert papers.writes() == before
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


def test_a_version_of_the_same_bytes_is_agreed_without_a_write(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.clerk.edit_file(file, b"one")
    before = papers.writes()
    papers.run()
    assert papers.writes() == before


def test_a_base_that_keeps_no_versions_is_followed_all_the_same(papers: Papers) -> None:
    papers.history = True  # 1C itself forgets what is overwritten there
    file = papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one", store_versions=False)
    papers.settle()
    papers.clerk.edit_file(file, b"two")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"two", "Договор 17_conflict_20261120.docx": b"one"}
    papers.worker.edit(papers.twin(file), b"three")
    papers.run()
    assert papers.versions(file) == [b"three"]
    assert papers.conflicts() == []


def test_an_old_version_deleted_in_1c_changes_nothing(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.run()
    papers.history = True
    papers.clerk.delete_version(file, 1)
    before = papers.writes()
    papers.run()
    assert papers.writes() == before


def test_a_card_changed_in_1c_writes_nothing(papers: Papers) -> None:
    file = papers.publish()
    before = papers.writes()
    papers.clerk.change(file.document_id, title="Другой", reg_number="17")
    papers.clerk.set_state(file.document_id, "approved")
    papers.run()
    assert papers.writes() == before


def test_an_empty_file_comes_and_goes_on_when_it_is_filled(papers: Papers) -> None:
    file = papers.publish("Пустой.txt", b"")
    assert papers.on_disk() == {"Пустой.txt": b""}
    papers.clerk.edit_file(file, b"filled")
    papers.run()
    assert papers.on_disk() == {"Пустой.txt": b"filled"}


def test_a_file_emptied_in_1c_waits_and_nothing_is_lost_on_disk(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.reason_of(file) == ["version_empty"]
    papers.clerk.edit_file(file, b"again")
    papers.run()
    assert (papers.on_disk(), papers.waits()) == ({"Договор 17.docx": b"again"}, [])


def test_a_mapping_made_inactive_is_left_alone_and_goes_on_later(house: House) -> None:
    papers = house()
    file = papers.publish()
    papers.map(active=False)
    papers.clerk.edit_file(file, b"two")
    papers.run()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    papers.map(active=True)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_what_both_sides_did_in_one_run_for_different_files_all_arrives(papers: Papers) -> None:
    files = [papers.clerk.add_file(papers.document(), f"{n}.docx", b"%d" % n) for n in range(4)]
    papers.settle()
    papers.clerk.edit_file(files[0], b"1C")
    papers.worker.edit(papers.twin(files[1]), b"Disk")
    papers.clerk.rename_file(files[2], "2 новый.docx")
    papers.worker.rename(papers.twin(files[3]), "3 новый.docx")
    papers.settle()
    expected = {"0.docx": b"1C", "1.docx": b"Disk", "2 новый.docx": b"2", "3 новый.docx": b"3"}
    assert papers.on_disk() == papers.in_onec() == expected
