"""Names (rules, Documents): signs Disk refuses, two files of one name, names of strangers, case."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Договор: аренда.docx", "Договор_ аренда.docx"),
        ("Что? Где*.docx", "Что_ Где_.docx"),
        ('"Ромашка" <проект>.docx', "_Ромашка_ _проект_.docx"),
        ("№ 17 & Ко; #1~.docx", "№ 17 _ Ко_ _1_.docx"),
        ("Смета 😀.xlsx", "Смета _.xlsx"),
        ("а/б\\в|г.docx", "а_б_в_г.docx"),
    ],
)
def test_a_sign_disk_refuses_becomes_an_underscore_and_1c_keeps_its_own_name(
    papers: Papers, name: str, shown: str
) -> None:
    file = papers.publish(name)
    assert papers.on_disk() == {shown: b"one"}
    papers.worker.edit(papers.twin(file), b"two")
    papers.settle()
    assert (file.name, papers.versions(file)) == (name, [b"one", b"two"])


def test_such_a_file_is_still_renamed_and_found_by_its_id(papers: Papers) -> None:
    file = papers.publish("Что?.docx")
    twin = papers.twin(file)
    papers.clerk.rename_file(file, "Где?.docx")
    papers.run()
    assert papers.on_disk() == {"Где_.docx": b"one"}
    papers.worker.rename(twin, "Когда.docx")
    papers.run()
    assert (file.name, papers.twin(file)) == ("Когда.docx", twin)


def test_a_rename_that_disk_cannot_see_is_no_write(papers: Papers) -> None:
    file = papers.publish("Что?.docx")
    before = papers.writes()
    papers.clerk.rename_file(file, "Что*.docx")
    papers.settle()
    assert papers.writes() == before
    papers.worker.edit(papers.twin(file), b"two")
    papers.settle()
    assert file.name == "Что*.docx"


def test_two_files_whose_names_only_disk_cannot_tell_apart_are_two_objects(papers: Papers) -> None:
    for number, name in enumerate(("Что?.docx", "Что*.docx")):
        papers.clerk.add_file(papers.document(reg_number=f"{number}"), name, name.encode())
        papers.settle()
    assert papers.on_disk() == {"Что_.docx": "Что?.docx".encode(), "Что_ (1).docx": "Что*.docx".encode()}


@pytest.mark.parametrize("together", [True, False], ids=["at once", "one after another"])
def test_two_documents_with_a_file_of_one_name_are_told_apart_by_their_number(papers: Papers, together: bool) -> None:
    files = []
    for number in ("17", "18"):
        files.append(papers.clerk.add_file(papers.document(reg_number=number), "Акт.docx", number.encode()))
        if not together:
            papers.settle()
    papers.settle()
    assert sorted(papers.on_disk().values()) == [b"17", b"18"]
    assert "Акт.docx" in papers.on_disk()
    assert set(papers.on_disk()) & {"Акт (17).docx", "Акт (18).docx"}
    assert [papers.worker.read(papers.twin(file)) for file in files] == [b"17", b"18"]
    assert [file.name for file in files] == ["Акт.docx", "Акт.docx"]


def test_without_a_number_the_document_is_named_by_its_id(papers: Papers) -> None:
    papers.publish("Акт.docx", b"first")
    second = papers.publish("Акт.docx", b"second")
    assert papers.on_disk()[f"Акт ({second.document_id[:8]}).docx"] == b"second"


def test_three_of_one_document_are_numbered(papers: Papers) -> None:
    card = papers.document(reg_number="17")
    for number in range(4):
        papers.clerk.add_file(card, "Акт.docx", b"%d" % number)
        papers.settle()
    expected = {"Акт.docx": b"0", "Акт (17).docx": b"1", "Акт (17)_2.docx": b"2", "Акт (17)_3.docx": b"3"}
    assert papers.on_disk() == expected


def test_thirty_of_one_name_at_once_are_thirty_objects(papers: Papers) -> None:
    files = [papers.clerk.add_file(papers.document(reg_number=f"{n}"), "Акт.docx", b"%d" % n) for n in range(30)]
    papers.settle()
    assert sorted(papers.on_disk().values()) == sorted(b"%d" % n for n in range(30))
    assert [papers.worker.read(papers.twin(file)) for file in files] == [b"%d" % n for n in range(30)]


def test_names_that_differ_by_case_alone_are_one_name_for_disk(papers: Papers) -> None:
    for number, name in (("1", "акт.docx"), ("2", "АКТ.docx")):
        papers.clerk.add_file(papers.document(reg_number=number), name, number.encode())
        papers.settle()
    assert papers.on_disk() == {"акт.docx": b"1", "АКТ (2).docx": b"2"}


@pytest.mark.parametrize("own", ["Договор 17.docx", "ДОГОВОР 17.DOCX"])
def test_a_name_a_users_file_holds_goes_to_nobody_else_when_he_keeps_other_bytes(papers: Papers, own: str) -> None:
    mine = papers.worker.upload(papers.contracts, own, b"my own")
    papers.run()
    papers.clerk.add_file(papers.document(reg_number="17"), "Договор 17.docx", b"one")
    papers.settle()
    assert b"one" in papers.on_disk().values()
    assert b"my own" in papers.on_disk().values()
    assert papers.worker.node(mine).deleted_type == 0


def test_a_folder_of_that_name_is_no_file(papers: Papers) -> None:
    papers.worker.add_folder(papers.contracts, "Договор 17.docx")
    papers.clerk.add_file(papers.document(reg_number="17"), "Договор 17.docx", b"one")
    papers.settle()
    assert papers.on_disk() == {"Договор 17 (17).docx": b"one"}


def test_renamed_to_a_name_another_file_has_it_is_told_apart(papers: Papers) -> None:
    first = papers.clerk.add_file(papers.document(reg_number="1"), "А.docx", b"1")
    second = papers.clerk.add_file(papers.document(reg_number="2"), "Б.docx", b"2")
    papers.settle()
    papers.clerk.rename_file(second, "А.docx")
    papers.settle()
    assert papers.on_disk() == {"А.docx": b"1", "А (2).docx": b"2"}
    assert (first.name, second.name) == ("А.docx", "А.docx")


def test_renamed_to_a_name_a_users_own_file_has_it_is_told_apart(papers: Papers) -> None:
    file = papers.clerk.add_file(papers.document(reg_number="17"), "Б.docx", b"one")
    papers.settle()
    papers.worker.upload(papers.contracts, "А.docx", b"my own")
    papers.clerk.rename_file(file, "А.docx")
    papers.settle()
    assert papers.on_disk() == {"А.docx": b"my own", "А (17).docx": b"one"}


def test_a_file_told_apart_keeps_its_name_when_the_other_goes_away(papers: Papers) -> None:
    first = papers.publish("Акт.docx", b"1")
    second = papers.clerk.add_file(papers.document(reg_number="2"), "Акт.docx", b"2")
    papers.settle()
    papers.clerk.mark_deleted(first)
    papers.settle()
    papers.clerk.edit_file(second, b"2 changed")
    papers.settle()
    assert papers.on_disk() == {"Акт (2).docx": b"2 changed"}
    assert second.name == "Акт.docx"


def test_on_a_disk_that_tells_case_apart_both_names_may_stand(papers: Papers) -> None:
    papers.disk.options.case_sensitive_names = True
    papers.publish("акт.docx", b"1")
    papers.publish("АКТ.docx", b"2")
    assert sorted(papers.on_disk().values()) == [b"1", b"2"]


@pytest.mark.parametrize("name", ["$result[a].docx", "100% готово.docx", "a+b=c.docx", "  пробелы  .docx", "Ё" * 120])
def test_unusual_names_come_through(house: House, name: str) -> None:
    papers = house()
    file = papers.publish(name)
    papers.clerk.edit_file(file, b"two")
    papers.settle()
    papers.worker.edit(papers.twin(file), b"three")
    papers.settle()
    assert list(papers.on_disk().values()) == [b"three"]
    assert (file.name, papers.versions(file)) == (name, [b"one", b"two", b"three"])


def test_a_very_long_name_still_gets_its_conflict_copy(papers: Papers) -> None:
    file = papers.publish("Д" * 240 + ".docx")
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle(3)
    assert sorted(papers.on_disk().values()) == [b"1C", b"Disk"]
