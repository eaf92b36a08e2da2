"""Wrong bytes, no room, no right (rules, Documents, Bytes): nothing is overwritten before it is kept, nothing half."""

from __future__ import annotations

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm import troubles as dm
from tests.simulators.faults import Fault
from tests.simulators.web import Answer, Request
from tests.stand import ADMIN

COPY = "Договор 17_conflict_20261120.docx"
BINARY = {"Content-Type": "application/octet-stream"}
LOGIN = b"<html><body>Authorization</body></html>"


def downloads(request: Request) -> bool:
    return request.path.endswith("/download/")


def test_other_bytes_of_the_same_length_from_1c_are_not_published(papers: Papers) -> None:
    file = papers.publish()
    papers.base.faults.add(Fault(dm.to("GET", "/content"), 2, instead=lambda _: Answer(200, b"TWO", BINARY)))
    papers.clerk.edit_file(file, b"two")
    papers.minutes(30)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}
    assert b"TWO" not in papers.all_that_is(trash=True)


@pytest.mark.parametrize("body", [LOGIN, b""])
def test_a_page_instead_of_a_download_is_no_content(papers: Papers, body: bytes) -> None:
    file = papers.publish()
    papers.portal.faults.add(Fault(downloads, 2, instead=lambda _: Answer(200, body, {"Content-Type": "text/html"})))
    papers.worker.edit(papers.twin(file), b"Disk's own bytes")
    papers.minutes(30)
    assert papers.versions(file) == [b"one", b"Disk's own bytes"]


def test_a_page_instead_of_the_loser_spoils_no_copy(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk's own bytes")
    papers.portal.faults.add(Fault(downloads, 3, instead=lambda _: Answer(200, LOGIN, {"Content-Type": "text/html"})))
    papers.minutes(30)
    assert papers.on_disk() == {"Договор 17.docx": b"1C", COPY: b"Disk's own bytes"}


def test_without_room_for_the_copy_nothing_is_overwritten(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.disk.options.quota_exceeded = True
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"Disk"}
    assert papers.reason_of(file)
    papers.disk.options.quota_exceeded = False
    papers.retry_all()
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"1C", COPY: b"Disk"}
    assert papers.conflicts() == ["both_changed"]


def test_a_folder_we_may_only_read_keeps_the_loser_where_it_is(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.worker.forbid_writing(papers.contracts, ADMIN)
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"Disk"}
    papers.worker.allow(papers.contracts, ADMIN)
    papers.hours(2)
    assert papers.on_disk() == {"Договор 17.docx": b"1C", COPY: b"Disk"}


def test_without_room_a_file_marked_in_1c_and_changed_on_disk_is_not_thrown_away(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.clerk.mark_deleted(file)
    papers.disk.options.quota_exceeded = True
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"Disk"}
    papers.disk.options.quota_exceeded = False
    papers.retry_all()
    papers.settle(2)
    assert papers.on_disk() == {COPY: b"Disk"}


def test_a_clash_of_a_file_that_was_moved_out_leaves_its_copy_beside_it(papers: Papers) -> None:
    file = papers.publish()
    papers.worker.move(papers.twin(file), papers.elsewhere)
    papers.settle()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.settle(2)
    assert papers.on_disk(papers.elsewhere) == {"Договор 17.docx": b"1C", COPY: b"Disk"}


def test_a_locked_file_that_clashed_is_set_right_when_its_editor_closes_it(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.worker.lock(papers.twin(file))
    papers.minutes(30)
    assert papers.on_disk()["Договор 17.docx"] == b"Disk"
    papers.worker.unlock(papers.twin(file))
    papers.minutes(90)
    assert papers.on_disk() == {"Договор 17.docx": b"1C", COPY: b"Disk"}
    assert papers.conflicts() == ["both_changed"]


@pytest.mark.parametrize("history", ["none", "trimmed", "no method"])
def test_a_portal_that_keeps_no_history_loses_nothing_we_decided_about(house: House, history: str) -> None:
    papers = house()
    papers.disk.options.version_ttl_zero = history == "none"
    papers.disk.options.max_versions = 1 if history == "trimmed" else None
    if history == "no method":
        papers.portal.options.features["disk_file_history"] = False
    file = papers.publish()
    for number in range(3):
        papers.clerk.edit_file(file, b"1C %d" % number)
        papers.worker.edit(papers.twin(file), b"Disk %d" % number)
        papers.settle()
    assert papers.on_disk()["Договор 17.docx"] == b"1C 2"
    assert sorted(papers.copies().values()) == [b"Disk 0", b"Disk 1", b"Disk 2"]
