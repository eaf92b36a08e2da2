"""Moves by 1C and by settings (rules, Documents): another kind, another folder of the mapping; never a second copy."""

from __future__ import annotations

from tests.scenarios.documents.papers import Papers
from tests.simulators.dm.records import Document, File


def second_mapping(papers: Papers, **changes: object) -> int:
    storage = papers.worker.folder(papers.contracts).storage_id
    orders = papers.worker.add_folder(papers.worker.root(storage), "Приказы")
    papers.map_all(
        {"id": "contracts", "kind": papers.base.kinds[0].id, "folder": papers.contracts, "name": "Договоры"},
        {"id": "orders", "kind": papers.base.kinds[2].id, "folder": orders, "name": "Приказы", **changes},
    )
    papers.settle()
    return orders


def published(papers: Papers, number: int) -> list[File]:
    files = [papers.clerk.add_file(papers.document(), f"{n}.docx", b"%d" % n) for n in range(number)]
    papers.settle()
    return files


def test_a_document_of_another_kind_moves_to_its_folder_as_the_same_object(papers: Papers) -> None:
    orders = second_mapping(papers)
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.move_document_kind(file.document_id, "Приказ")
    papers.settle(3)
    assert (papers.on_disk(), papers.on_disk(orders)) == ({}, {"Договор 17.docx": b"one"})
    assert papers.twin(file) == twin
    assert papers.writes() == ["disk add", "disk move"]


def test_it_is_held_until_the_sync_has_seen_the_mapping_as_a_whole(papers: Papers) -> None:
    orders = second_mapping(papers)
    file = papers.publish()
    papers.clerk.move_document_kind(file.document_id, "Приказ")
    papers.base.number_events()
    papers.base.deliver(papers.deliver)
    papers.quiet(30)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    papers.settle(3)
    assert papers.on_disk(orders) == {"Договор 17.docx": b"one"}


def test_another_kind_and_another_content_at_once_both_arrive(papers: Papers) -> None:
    orders = second_mapping(papers)
    file = papers.publish()
    papers.clerk.move_document_kind(file.document_id, "Приказ")
    papers.clerk.edit_file(file, b"two")
    papers.clerk.rename_file(file, "Приказ 1.docx")
    papers.settle(3)
    assert papers.on_disk(orders) == {"Приказ 1.docx": b"two"}
    assert papers.on_disk() == {}


def test_its_name_is_taken_in_the_new_folder(papers: Papers) -> None:
    orders = second_mapping(papers)
    papers.worker.upload(orders, "Договор 17.docx", b"my own")
    file = papers.clerk.add_file(papers.document(reg_number="17"), "Договор 17.docx", b"one")
    papers.settle()
    papers.clerk.move_document_kind(file.document_id, "Приказ")
    papers.settle(3)
    assert papers.on_disk(orders) == {"Договор 17.docx": b"my own", "Договор 17 (17).docx": b"one"}
    assert papers.on_disk() == {}
    assert file.name == "Договор 17.docx"


def test_to_a_kind_of_no_mapping_the_file_stays_where_it_is_untouched(papers: Papers) -> None:
    file = papers.publish()
    before = papers.writes()
    papers.clerk.move_document_kind(file.document_id, "Приказ")
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.writes() == before


def test_back_to_its_own_kind_it_comes_back(papers: Papers) -> None:
    orders = second_mapping(papers)
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.move_document_kind(file.document_id, "Приказ")
    papers.settle(3)
    papers.clerk.move_document_kind(file.document_id, "Договор")
    papers.settle(3)
    assert (papers.on_disk(), papers.on_disk(orders)) == ({"Договор 17.docx": b"one"}, {})
    assert papers.twin(file) == twin


def test_moved_by_a_user_and_by_1c_1cs_place_wins(papers: Papers) -> None:
    orders = second_mapping(papers)
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.clerk.move_document_kind(file.document_id, "Приказ")
    papers.settle(3)
    assert papers.on_disk(orders) == {"Договор 17.docx": b"one"}
    assert papers.on_disk(papers.elsewhere) == {}


def test_moved_by_a_user_to_where_1c_wants_it_nothing_is_written(papers: Papers) -> None:
    orders = second_mapping(papers)
    file = papers.publish()
    before = papers.writes()
    papers.worker.move(papers.twin(file), orders)
    papers.clerk.move_document_kind(file.document_id, "Приказ")
    papers.settle(3)
    assert papers.writes() == before
    assert papers.on_disk(orders) == {"Договор 17.docx": b"one"}


def new_folder(papers: Papers) -> int:
    storage = papers.worker.folder(papers.contracts).storage_id
    return papers.worker.add_folder(papers.worker.root(storage), "Договоры 2027")


def test_a_mapping_given_another_folder_stops_and_says_so(papers: Papers) -> None:
    published(papers, 6)
    target, before = new_folder(papers), papers.writes()
    papers.map(folder=target)
    papers.settle(3)
    assert list(papers.stopped()) == ["contracts"]
    assert papers.writes() == before
    assert len(papers.on_disk()) == 6
    assert len(papers.notices("Договоры")) == 1


def test_even_a_small_mapping_given_another_folder_moves_nothing_unasked(papers: Papers) -> None:
    published(papers, 2)
    target, before = new_folder(papers), papers.writes()
    papers.map(folder=target)
    papers.settle(3)
    assert papers.writes() == before
    assert list(papers.stopped()) == ["contracts"]


def test_confirmed_its_files_are_moved_as_the_same_objects_and_none_is_doubled(papers: Papers) -> None:
    files = published(papers, 6)
    twins = [papers.twin(file) for file in files]
    target = new_folder(papers)
    papers.map(folder=target)
    papers.settle()
    papers.confirm()
    papers.settle(4)
    assert papers.on_disk() == {}
    assert papers.on_disk(target) == {f"{n}.docx": b"%d" % n for n in range(6)}
    assert [papers.twin(file) for file in files] == twins
    assert [one for one in papers.writes() if one != "disk add"] == ["disk move"] * 6
    assert papers.stopped() == {}


def test_confirmed_strangers_files_stay_in_the_old_folder(papers: Papers) -> None:
    published(papers, 6)
    papers.worker.upload(papers.contracts, "Мои заметки.txt", b"my own")
    papers.run()
    target = new_folder(papers)
    papers.map(folder=target)
    papers.settle()
    papers.confirm()
    papers.settle(4)
    assert papers.on_disk() == {"Мои заметки.txt": b"my own"}


def test_given_its_old_folder_back_before_anybody_confirmed_it_goes_on_as_if_nothing_had_been(papers: Papers) -> None:
    files = published(papers, 6)
    before = papers.writes()
    papers.map(folder=new_folder(papers))
    papers.settle()
    papers.map(folder=papers.contracts)
    papers.settle()
    assert papers.stopped() == {}
    papers.settle(3)
    assert papers.writes() == before
    papers.clerk.edit_file(files[0], b"two")
    papers.settle()
    assert papers.on_disk()["0.docx"] == b"two"


def test_after_the_move_both_directions_work_in_the_new_folder(papers: Papers) -> None:
    files = published(papers, 6)
    target = new_folder(papers)
    papers.map(folder=target)
    papers.settle()
    papers.confirm()
    papers.settle(4)
    papers.clerk.edit_file(files[0], b"1C")
    papers.worker.edit(papers.twin(files[1]), b"Disk")
    papers.settle()
    assert papers.on_disk(target) == papers.in_onec()
    assert (papers.on_disk(target)["0.docx"], papers.on_disk(target)["1.docx"]) == (b"1C", b"Disk")


def kinds_changed(papers: Papers, cards: list[Document], number: int) -> None:
    for card in cards[:number]:
        papers.clerk.move_document_kind(card, "Приказ")
    papers.settle(4)


def with_cards(papers: Papers, number: int, kind: str = "Договор") -> list[Document]:
    cards = [papers.document(kind=kind) for _ in range(number)]
    for place, card in enumerate(cards):
        papers.clerk.add_file(card, f"{kind} {place:02}.docx", f"{kind} {place}".encode())
    papers.settle()
    return cards


def test_a_few_of_many_may_change_their_kind_though_the_other_mapping_is_empty(papers: Papers) -> None:
    """The guard counts against the mapping they leave: six of twenty are people's work."""
    orders = second_mapping(papers)
    kinds_changed(papers, with_cards(papers, 20), 6)
    assert papers.stopped() == {}
    assert (len(papers.on_disk()), len(papers.on_disk(orders))) == (14, 6)


def test_most_of_a_mapping_stop_it_though_the_other_mapping_is_large(papers: Papers) -> None:
    orders = second_mapping(papers)
    with_cards(papers, 30, "Приказ")
    kinds_changed(papers, with_cards(papers, 9), 6)
    assert papers.stopped()
    assert (len(papers.on_disk()), len(papers.on_disk(orders))) == (9, 30)


def test_two_mappings_that_swap_their_folders_swap_their_files(papers: Papers) -> None:
    orders = second_mapping(papers)
    cards = [papers.document(kind=kind, reg_number=kind[0]) for kind in ("Договор", "Приказ")]
    files = [papers.clerk.add_file(card, "Общий.docx", card.kind.name.encode()) for card in cards]
    papers.settle()
    twins = [papers.twin(file) for file in files]
    first, second = papers.base.kinds[0].id, papers.base.kinds[2].id
    papers.map_all(
        {"id": "contracts", "kind": first, "folder": orders},
        {"id": "orders", "kind": second, "folder": papers.contracts},
    )
    papers.settle(2)
    for mapping in list(papers.stopped()):
        papers.confirm(mapping)
    papers.settle(4)
    for mapping in list(papers.stopped()):
        papers.confirm(mapping)
    papers.settle(4)
    assert list(papers.on_disk(orders).values()) == ["Договор".encode()]
    assert list(papers.on_disk().values()) == ["Приказ".encode()]
    assert [papers.twin(file) for file in files] == twins


def test_a_folder_that_people_rename_or_move_stays_the_mappings_folder(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.rename(papers.contracts, "Договоры (архив)")
    papers.worker.move(papers.contracts, papers.elsewhere)
    papers.clerk.edit_file(file, b"two")
    papers.clerk.add_file(papers.document(), "Новый.docx", b"new")
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"two", "Новый.docx": b"new"}
    assert papers.stopped() == {}


def test_a_mapped_folder_within_another_ones_folder_is_no_documents_folder(papers: Papers) -> None:
    inner = papers.worker.add_folder(papers.contracts, "Приказы")
    papers.map_all(
        {"id": "contracts", "kind": papers.base.kinds[0].id, "folder": papers.contracts, "subfolder": "{title}"},
        {"id": "orders", "kind": papers.base.kinds[2].id, "folder": inner},
    )
    card = papers.document(title="Приказы")
    file = papers.clerk.add_file(card, "Договор.docx", b"contract")
    order = papers.clerk.add_file(papers.document(kind="Приказ"), "Приказ.docx", b"order")
    papers.settle(3)
    papers.worker.edit(papers.twin(order), b"edited")
    papers.clerk.edit_file(file, b"two")
    papers.settle(3)
    assert papers.worker.node(papers.twin(order)).parent_id == inner
    assert papers.last(order).content.read() == b"edited"
    assert papers.worker.read(papers.twin(file)) == b"two"
