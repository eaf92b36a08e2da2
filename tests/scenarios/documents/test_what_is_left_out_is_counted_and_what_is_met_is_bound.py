"""Kinds not selected, what was before the start, and files that meet their like on Disk (rules, Common, Documents)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.model.ids import RuleId
from common.model.moments import text
from common.ports import Write
from tests.scenarios.documents.papers import House, Papers

COPY = "Договор 17_conflict_20261120.docx"


# -- left out


def test_a_kind_nobody_selected_is_left_alone(papers: Papers) -> None:
    papers.clerk.add_file(papers.document(kind="Приказ"), "Приказ.docx", b"one")
    papers.settle(3)
    assert (papers.on_disk(), papers.writes(), papers.waits()) == ({}, [], [])


def test_a_kind_nobody_selected_does_not_wait_and_is_counted(papers: Papers) -> None:
    papers.clerk.add_file(papers.document(kind="Приказ"), "Приказ.docx", b"one")
    papers.settle(3)
    assert papers.services.documents_work.excluded.counts("documents")["not_selected"] == 1


def test_selected_later_it_comes(papers: Papers) -> None:
    papers.clerk.add_file(papers.document(kind="Приказ"), "Приказ.docx", b"one")
    papers.settle()
    orders = papers.worker.add_folder(papers.worker.root(papers.worker.folder(papers.contracts).storage_id), "Приказы")
    papers.map_all({"id": "orders", "kind": papers.base.kinds[2].id, "folder": orders})
    papers.settle(3)
    assert papers.on_disk(orders) == {"Приказ.docx": b"one"}


def test_given_a_selected_kind_later_it_comes(papers: Papers) -> None:
    card = papers.document(kind="Приказ")
    papers.clerk.add_file(card, "Приказ.docx", b"one")
    papers.settle()
    papers.clerk.move_document_kind(card, "Договор")
    papers.settle()
    assert papers.on_disk() == {"Приказ.docx": b"one"}


def began_now(house: House) -> Papers:
    """A mapping that begins at this moment over an archive that is there already."""
    papers = house(mapping={"active": False})
    papers.clerk.add_file(papers.document(), "Старый.docx", b"old")
    papers.clock.advance(3600)
    papers.map(active=True, since=text(papers.clock.now()))
    return papers


def test_what_was_before_the_start_is_left_out_and_counted(house: House) -> None:
    papers = began_now(house)
    papers.settle(3)
    assert (papers.on_disk(), papers.waits()) == ({}, [])
    scan = papers.services.scans.all([RuleId("contracts")])[RuleId("contracts")]
    assert (scan.before, scan.files) == (1, 1)


def test_what_comes_after_the_start_is_published(house: House) -> None:
    papers = began_now(house)
    papers.settle()
    papers.publish("Новый.docx", b"new")
    assert papers.on_disk() == {"Новый.docx": b"new"}


def test_a_new_version_of_an_old_file_is_after_the_start(house: House) -> None:
    papers = began_now(house)
    papers.settle()
    old = next(iter(papers.base.store.files.values()))
    papers.clerk.edit_file(old, b"old, changed")
    papers.settle()
    assert papers.on_disk() == {"Старый.docx": b"old, changed"}


def test_touching_the_card_of_an_old_file_does_not_bring_it(house: House) -> None:
    papers = began_now(house)
    papers.settle()
    card = next(iter(papers.base.store.documents.values()))
    papers.clerk.change(card, title="Другой", reg_number="5")
    papers.settle(3)
    assert papers.on_disk() == {}
    assert papers.services.documents_work.excluded.counts("documents")["before_start"] == 1


def test_an_earlier_start_brings_what_was_left_out(house: House) -> None:
    papers = began_now(house)
    papers.settle()
    papers.map(active=True, since=text(papers.clock.now() - timedelta(days=30)))
    papers.settle(3)
    assert papers.on_disk() == {"Старый.docx": b"old"}


def test_a_mapping_that_names_no_start_begins_when_it_was_first_activated(house: House) -> None:
    papers = house(mapping={"active": False, "since": None})
    papers.clerk.add_file(papers.document(), "Старый.docx", b"old")
    papers.clock.advance(3600)
    papers.map(active=True, since=None)
    papers.publish("Новый.docx", b"new")
    assert papers.on_disk() == {"Новый.docx": b"new"}


# -- first meeting


def test_equal_bytes_of_that_name_are_bound_without_a_write(papers: Papers) -> None:
    own = papers.worker.upload(papers.contracts, "Договор 17.docx", b"one")
    file = papers.publish()
    assert papers.writes() == []
    assert papers.twin(file) == own
    assert (papers.conflicts(), papers.copies()) == ([], {})
    papers.worker.edit(own, b"two")
    papers.settle()
    assert papers.versions(file) == [b"one", b"two"]


def test_different_bytes_of_that_name_are_kept_as_a_copy_and_1c_wins(papers: Papers) -> None:
    own = papers.worker.upload(papers.contracts, "Договор 17.docx", b"mine")
    papers.run()
    file = papers.publish()
    assert papers.on_disk() == {"Договор 17.docx": b"one", COPY: b"mine"}
    assert papers.twin(file) == own
    assert papers.conflicts() == ["first_meeting"]
    assert len(papers.notices("Договор 17.docx")) == 1
    assert papers.versions(file) == [b"one"]


def test_an_earlier_version_of_1c_on_disk_is_replaced_and_a_person_told(papers: Papers) -> None:
    papers.worker.upload(papers.contracts, "Договор 17.docx", b"one")
    papers.run()
    file = papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one")
    papers.clerk.edit_file(file, b"two")
    papers.settle()
    assert papers.on_disk()["Договор 17.docx"] == b"two"
    assert papers.conflicts() == ["first_meeting"]


def test_a_whole_archive_copied_by_hand_before_is_bound_without_a_write(house: House) -> None:
    papers = house(mapping={"active": False})
    for number in range(50):
        papers.clerk.add_file(papers.document(), f"{number}.docx", b"%d" % number)
        papers.worker.upload(papers.contracts, f"{number}.docx", b"%d" % number)
    papers.map(active=True)
    papers.settle(4)
    assert papers.writes() == []
    assert len({papers.twin(file) for file in papers.base.store.files.values()}) == 50


@pytest.mark.parametrize("size", [0, 3 * 1024 * 1024])
def test_empty_and_large_files_meet_like_others(papers: Papers, size: int) -> None:
    own = papers.worker.upload(papers.contracts, "Скан.pdf", b"x" * size)
    file = papers.publish("Скан.pdf", b"x" * size)
    assert (papers.twin(file), papers.writes()) == (own, [])


def test_a_users_file_of_a_name_that_differs_by_case_is_met_too_or_left_but_never_lost(papers: Papers) -> None:
    papers.worker.upload(papers.contracts, "ДОГОВОР 17.docx", b"mine")
    papers.run()
    file = papers.publish()
    assert sorted(papers.on_disk().values()) == [b"mine", b"one"]
    assert papers.worker.read(papers.twin(file)) == b"one"


def test_a_mapping_taken_away_and_given_back_meets_its_own_files_without_a_write(papers: Papers) -> None:
    file = papers.publish()
    twin, before = papers.twin(file), papers.writes()
    papers.map_all()
    papers.settle()
    papers.map()
    papers.settle(3)
    assert (papers.twin(file), papers.writes()) == (twin, before)


def test_a_store_that_was_lost_is_found_again_without_a_write(papers: Papers) -> None:
    """A missing base record means first meeting: equal → bound, never a delete (rules, Common)."""
    files = [papers.publish(f"{n}.docx", b"%d" % n) for n in range(3)]
    twins, before = [papers.twin(file) for file in files], papers.writes()
    for file in files:
        papers.services.store.write(Write("bindings", papers.key(file), None))
    papers.map(since="2019-01-01T00:00:00+03:00")
    papers.settle(3)
    assert ([papers.twin(file) for file in files], papers.writes()) == (twins, before)


def test_a_lost_binding_of_a_marked_file_deletes_nothing(papers: Papers) -> None:
    file = papers.publish()
    papers.services.store.write(Write("bindings", papers.key(file), None))
    papers.clerk.mark_deleted(file)
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
