"""Sub-folders by template (rules, Documents): made when first needed, told apart, made anew when gone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.bitrix24.disk.objects import Folder
from tests.simulators.dm.records import Document, File

TEMPLATE = "{reg_number} {title}"


@pytest.fixture
def filed(house: House) -> Papers:
    """Each document in its own sub-folder."""
    return house(mapping={"subfolder": TEMPLATE})


def folders(papers: Papers) -> dict[str, dict[str, bytes]]:
    """Sub-folders of the type's folder by name, with what lies in each."""
    found = papers.worker.folder(papers.contracts).children.values()
    living = [one for one in found if isinstance(one, Folder) and one.deleted_type == 0]
    return {one.name: papers.on_disk(one.id) for one in living}


def lease(papers: Papers, number: str = "17", name: str = "Договор.docx") -> tuple[Document, File]:
    card = papers.document(title="Аренда", reg_number=number)
    file = papers.clerk.add_file(card, name, b"one")
    papers.settle()
    return card, file


def test_a_document_gets_its_folder_with_its_first_file(filed: Papers) -> None:
    lease(filed)
    assert folders(filed) == {"17 Аренда": {"Договор.docx": b"one"}}
    assert filed.on_disk() == {}


def test_further_files_come_into_the_same_folder(filed: Papers) -> None:
    card, _ = lease(filed)
    filed.clerk.add_file(card, "Приложение.docx", b"two")
    filed.settle()
    assert folders(filed) == {"17 Аренда": {"Договор.docx": b"one", "Приложение.docx": b"two"}}


def test_a_document_without_files_gets_none(filed: Papers) -> None:
    filed.document(title="Пустой")
    filed.settle()
    assert folders(filed) == {}


def test_two_documents_of_one_title_and_number_have_a_folder_each(filed: Papers) -> None:
    cards = [filed.document(title="Аренда", reg_number="17") for _ in range(2)]
    for number, card in enumerate(cards):
        filed.clerk.add_file(card, "Договор.docx", b"%d" % number)
    filed.settle()
    found = folders(filed)
    assert len(found) == 2
    assert "17 Аренда" in found
    assert [len(files) for files in found.values()] == [1, 1]
    assert sorted(data for files in found.values() for data in files.values()) == [b"0", b"1"]


def test_a_folder_people_made_of_that_name_is_used(filed: Papers) -> None:
    filed.worker.upload(filed.worker.add_folder(filed.contracts, "17 Аренда"), "Заметки.txt", b"mine")
    filed.run()
    lease(filed)
    assert folders(filed) == {"17 Аренда": {"Договор.docx": b"one", "Заметки.txt": b"mine"}}


def test_a_users_file_of_that_name_is_left_and_the_folder_is_called_otherwise(filed: Papers) -> None:
    filed.worker.upload(filed.contracts, "17 Аренда", b"mine")
    filed.run()
    lease(filed)
    filed.hours(1)
    assert filed.on_disk() == {"17 Аренда": b"mine"}
    assert list(folders(filed).values()) == [{"Договор.docx": b"one"}]


@pytest.mark.parametrize("how", ["trash", "destroy"])
def test_a_deleted_folder_comes_back_with_its_files(filed: Papers, how: str) -> None:
    _, file = lease(filed)
    getattr(filed.worker, how)(filed.worker.node(filed.twin(file)).parent_id)
    filed.settle(4)
    assert folders(filed) == {"17 Аренда": {"Договор.docx": b"one"}}
    assert filed.worker.read(filed.twin(file)) == b"one"


@pytest.mark.parametrize("how", ["trash", "destroy"])
def test_a_new_file_of_a_document_whose_folder_was_deleted_gets_a_new_folder(filed: Papers, how: str) -> None:
    card, file = lease(filed)
    filed.clerk.mark_deleted(file)
    filed.settle()
    folder = next(one.id for one in filed.worker.folder(filed.contracts).children.values() if isinstance(one, Folder))
    getattr(filed.worker, how)(folder)
    filed.clerk.add_file(card, "Приложение.docx", b"two")
    filed.settle(4)
    assert folders(filed) == {"17 Аренда": {"Приложение.docx": b"two"}}


def test_a_folder_people_renamed_is_followed_by_its_id(filed: Papers) -> None:
    card, file = lease(filed)
    filed.worker.rename(filed.worker.node(filed.twin(file)).parent_id, "Аренда офиса")
    filed.clerk.add_file(card, "Приложение.docx", b"two")
    filed.settle()
    assert folders(filed) == {"Аренда офиса": {"Договор.docx": b"one", "Приложение.docx": b"two"}}


def test_a_folder_people_moved_is_followed_by_its_id(filed: Papers) -> None:
    card, file = lease(filed)
    folder = filed.worker.node(filed.twin(file)).parent_id
    filed.worker.move(folder, filed.elsewhere)
    filed.clerk.add_file(card, "Приложение.docx", b"two")
    filed.settle(3)
    assert filed.all_on_disk() == {"Договор.docx": b"one", "Приложение.docx": b"two"}
    assert filed.worker.node(filed.twin(file)).parent_id == folder


def test_a_title_changed_in_1c_leaves_the_folder_and_its_files(filed: Papers) -> None:
    card, file = lease(filed)
    folder = filed.worker.node(filed.twin(file)).parent_id
    filed.clerk.change(card, title="Субаренда")
    filed.clerk.add_file(card, "Приложение.docx", b"two")
    filed.settle(3)
    assert filed.on_disk(folder) == {"Договор.docx": b"one", "Приложение.docx": b"two"}
    assert len(folders(filed)) == 1


@pytest.mark.parametrize("title", ["Аренда: офис?", "", "   ", "😀", "...", "Д" * 400])
def test_any_title_makes_a_folder(filed: Papers, title: str) -> None:
    filed.clerk.add_file(filed.document(title=title, reg_number="17"), "Договор.docx", b"one")
    filed.settle()
    assert list(folders(filed).values()) == [{"Договор.docx": b"one"}]


@pytest.mark.parametrize("side", ["1C", "Disk"])
def test_changes_go_both_ways_in_a_sub_folder(filed: Papers, side: str) -> None:
    _, file = lease(filed)
    if side == "1C":
        filed.clerk.edit_file(file, b"two")
    else:
        filed.worker.edit(filed.twin(file), b"two")
    filed.settle()
    assert filed.last(file).content.read() == b"two"
    assert folders(filed) == {"17 Аренда": {"Договор.docx": b"two"}}


def test_edits_and_renames_in_sub_folders_are_seen_run_after_run(filed: Papers) -> None:
    files = [lease(filed, str(number))[1] for number in range(5)]
    for turn in range(2):
        for number, file in enumerate(files):
            filed.worker.edit(filed.twin(file), b"%d-%d" % (turn, number))
        filed.settle(3)
    assert [filed.last(file).content.read() for file in files] == [b"1-%d" % number for number in range(5)]


def test_a_file_thrown_away_in_a_sub_folder_is_published_again(filed: Papers) -> None:
    """Disk touches nothing when a file goes to the bin; the rolling confirmation finds it (facts bitrix24 §6.8)."""
    _, file = lease(filed)
    filed.worker.trash(filed.twin(file))
    filed.hours(1)
    assert folders(filed) == {"17 Аренда": {"Договор.docx": b"one"}}


def test_a_conflict_copy_stands_in_the_documents_own_folder(filed: Papers) -> None:
    _, file = lease(filed)
    filed.clerk.edit_file(file, b"1C")
    filed.worker.edit(filed.twin(file), b"Disk")
    filed.settle()
    assert folders(filed) == {"17 Аренда": {"Договор.docx": b"1C", "Договор_conflict_20261120.docx": b"Disk"}}


def test_moved_to_another_documents_folder_it_is_followed_and_stays_its_own_documents_file(filed: Papers) -> None:
    card, file = lease(filed, "17", "А.docx")
    other, second = lease(filed, "18", "Б.docx")
    filed.worker.move(filed.twin(file), filed.worker.node(filed.twin(second)).parent_id)
    filed.hours(1)
    assert folders(filed)["18 Аренда"] == {"А.docx": b"one", "Б.docx": b"one"}
    assert (filed.in_onec(card), filed.in_onec(other)) == ({"А.docx": b"one"}, {"Б.docx": b"one"})


def test_a_document_of_another_kind_takes_its_files_to_the_folder_of_that_kind(filed: Papers) -> None:
    storage = filed.worker.folder(filed.contracts).storage_id
    orders = filed.worker.add_folder(filed.worker.root(storage), "Приказы")
    filed.map_all(
        {"id": "contracts", "kind": filed.base.kinds[0].id, "folder": filed.contracts, "subfolder": TEMPLATE},
        {"id": "orders", "kind": filed.base.kinds[2].id, "folder": orders},
    )
    filed.settle()
    card, _ = lease(filed)
    filed.clerk.move_document_kind(card, "Приказ")
    filed.settle(3)
    assert filed.on_disk(orders) == {"Договор.docx": b"one"}
    assert folders(filed) == {"17 Аренда": {}}


def test_a_template_set_later_asks_before_it_moves_what_is_there(house: House) -> None:
    papers = house()
    files = [
        papers.clerk.add_file(papers.document(title="Аренда", reg_number=str(n)), f"{n}.docx", b"x%d" % n)
        for n in range(6)
    ]
    papers.settle()
    before = papers.writes()
    papers.map(subfolder=TEMPLATE)
    papers.settle(3)
    assert len(papers.on_disk()) == 6
    assert [one for one in papers.writes()[len(before) :] if one == "disk move"] == []
    papers.confirm()
    papers.settle(4)
    assert folders(papers) == {f"{n} Аренда": {f"{n}.docx": b"x%d" % n} for n in range(6)}
    assert len({papers.twin(file) for file in files}) == 6


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (datetime(2026, 11, 19, 21, 0, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2027-01-01"),
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "2026-11-20"),
    ],
)
def test_the_date_of_the_template_is_the_business_date(house: House, moment: datetime, name: str) -> None:
    """1C keeps a date without a time as the midnight of its own zone."""
    papers = house(mapping={"subfolder": "{date}"})
    papers.clerk.add_file(papers.document(reg_date=moment), "Договор.docx", b"one")
    papers.settle()
    assert folders(papers) == {name: {"Договор.docx": b"one"}}


def test_the_counterparty_may_name_the_folder(house: House) -> None:
    papers = house(mapping={"subfolder": "{counterparty}"})
    client = papers.base.add_counterparty('ООО "Ромашка"', "7701234560")
    papers.clerk.add_file(papers.document(counterparty=client), "Договор.docx", b"one")
    papers.settle()
    assert folders(papers) == {"ООО _Ромашка_": {"Договор.docx": b"one"}}
