"""Folders and files we may not read any more (rules, Guards): nothing is taken for deleted, nothing published twice."""

from __future__ import annotations

from typing import cast

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.stand import ADMIN

LISTS = pytest.mark.parametrize("error", [True, False], ids=["refused", "shown empty"])


def test_a_file_we_may_not_read_is_not_published_twice(papers: Papers) -> None:
    files = [papers.publish(f"{number}.docx", b"%d" % number) for number in range(3)]
    before = papers.writes()
    papers.worker.deny(papers.twin(files[0]), ADMIN)
    papers.hours(1)
    assert papers.writes() == before
    papers.clerk.edit_file(files[1], b"two")
    papers.settle()
    assert papers.on_disk()["1.docx"] == b"two"
    papers.worker.allow(papers.twin(files[0]), ADMIN)
    papers.clerk.edit_file(files[0], b"readable again")
    papers.hours(2)
    assert papers.on_disk()["0.docx"] == b"readable again"


@LISTS
def test_a_documents_folder_we_may_not_read_loses_nothing_and_the_others_go_on(house: House, error: bool) -> None:
    papers = house(mapping={"subfolder": "{title}"})
    papers.disk.options.denied_listing_is_error = error
    files = []
    for title in ("А", "Б"):
        files.append(papers.clerk.add_file(papers.document(title=title), f"{title}.docx", title.encode()))
    papers.settle()
    before = papers.writes()
    folder = papers.worker.node(papers.twin(files[0])).parent_id
    papers.worker.deny(folder, ADMIN)
    papers.hours(1)
    assert papers.writes() == before
    papers.clerk.edit_file(files[1], b"two")
    papers.settle(2)
    assert papers.worker.read(papers.twin(files[1])) == b"two"
    papers.worker.allow(folder, ADMIN)
    papers.clerk.edit_file(files[0], b"readable again")
    papers.hours(2)
    assert papers.worker.read(papers.twin(files[0])) == b"readable again"
    assert papers.waits() == []


@LISTS
@pytest.mark.parametrize("how", ["denied", "thrown away"])
def test_the_other_mapping_goes_on_while_a_folder_cannot_be_seen(papers: Papers, how: str, error: bool) -> None:
    papers.disk.options.denied_listing_is_error = error
    storage = papers.worker.folder(papers.contracts).storage_id
    orders = papers.worker.add_folder(papers.worker.root(storage), "Приказы")
    papers.map_all(
        {"id": "contracts", "kind": papers.base.kinds[0].id, "folder": papers.contracts},
        {"id": "orders", "kind": papers.base.kinds[2].id, "folder": orders},
    )
    first = papers.publish()
    other = papers.publish("Приказ.docx", kind="Приказ")
    before = papers.on_disk()
    if how == "denied":
        papers.worker.deny(papers.contracts, ADMIN)
    else:
        papers.worker.trash(papers.contracts)
    papers.clerk.edit_file(other, b"1C")
    papers.settle()
    papers.worker.edit(papers.twin(other), b"Disk")
    papers.settle()
    assert list(papers.stopped()) == ["contracts"]
    assert papers.versions(other) == [b"one", b"1C", b"Disk"]
    if how == "denied":
        papers.worker.allow(papers.contracts, ADMIN)
    else:
        papers.worker.restore(papers.contracts)
    papers.hours(1)
    assert papers.stopped() == {}
    assert papers.on_disk() == before
    assert papers.worker.node(papers.twin(first)).deleted_type == 0


@pytest.mark.parametrize("number", [1, 60])
def test_a_row_nobody_understands_stops_its_mapping_alone(papers: Papers, number: int) -> None:
    """A portal newer than our reading of it: what a list holds is not known, so nothing in it is taken for deleted."""
    storage = papers.worker.folder(papers.contracts).storage_id
    orders = papers.worker.add_folder(papers.worker.root(storage), "Приказы")
    papers.map_all(
        {"id": "contracts", "kind": papers.base.kinds[0].id, "folder": papers.contracts},
        {"id": "orders", "kind": papers.base.kinds[2].id, "folder": orders},
    )
    other = papers.publish("Приказ.docx", kind="Приказ")
    files = [papers.clerk.add_file(papers.document(), f"{one}.docx", b"%d" % one) for one in range(number)]
    papers.settle()
    before, twin = papers.writes(), papers.worker.file(papers.twin(files[-1]))
    papers.worker.edit(twin.id, b"two")
    revision, twin.global_version = twin.global_version, cast(int, "odd")
    papers.worker.edit(papers.twin(other), b"Disk")
    papers.settle(3)
    assert papers.stopped() == {"contracts": "folder_unreadable"}
    assert papers.versions(other) == [b"one", b"Disk"]
    assert papers.writes() == [*before, "1c version.created"]
    twin.global_version = revision
    papers.hours(1)
    assert papers.stopped() == {}
    assert papers.versions(files[-1])[-1] == b"two"


def test_a_documents_folder_that_was_emptied_by_hand_gets_its_files_back(house: House) -> None:
    papers = house(mapping={"subfolder": "{title}"})
    card = papers.document(title="Аренда")
    files = [papers.clerk.add_file(card, f"{n}.docx", b"%d" % n) for n in range(3)]
    papers.settle()
    for file in files:
        papers.worker.trash(papers.twin(file))
    papers.hours(1)
    assert papers.stopped() == {}
    assert papers.all_on_disk() == {"0.docx": b"0", "1.docx": b"1", "2.docx": b"2"}


def test_rights_taken_while_a_conflict_is_settled_lose_nobodys_bytes(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.disk.once_after("upload", lambda _: papers.worker.deny(papers.contracts, ADMIN))
    papers.settle(2)
    assert b"Disk" in papers.all_that_is()
    papers.worker.allow(papers.contracts, ADMIN)
    papers.hours(2)
    assert papers.on_disk() == {"Договор 17.docx": b"1C", "Договор 17_conflict_20261120.docx": b"Disk"}
