"""Answers lost before or after each kind of write, on both sides (rules, Documents, Bytes): done once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.bitrix24.troubles import calls_of
from tests.simulators.dm import troubles as dm
from tests.simulators.faults import Fault, Match
from tests.simulators.web import Answer, Request
from tests.stand import PORTAL_HOST

COPY = "Договор 17_conflict_20261120.docx"


def page(_: Request) -> Answer:
    return Answer(502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"})


LOSSES: dict[str, Callable[[Match], Fault]] = {
    "never arrived": lambda match: Fault(match, 1, drop_before=True),
    "answer lost": lambda match: Fault(match, 1, drop_after=True),
    "answer cut": lambda match: Fault(match, 1, cut_after=20),
    "page instead": lambda match: Fault(match, 1, instead=page),
    "answer lost three times": lambda match: Fault(match, 3, drop_after=True),
}


def came(fault: Fault, loss: str) -> bool:
    """Of three losses one is enough: what was in doubt is found by reading, and not written again."""
    return fault.times < LOSSES[loss](fault.match).times


def upload(request: Request) -> bool:
    """The second step of an upload, where the bytes go."""
    return request.path.endswith("/upload/")


@dataclass(frozen=True)
class Story:
    """What people do after `Договор 17.docx` is published, which write it takes, and how all of it ends."""

    side: str
    write: Match
    act: Callable[[Papers], None]
    disk: dict[str, bytes]
    onec: dict[str, bytes]
    settings: Mapping[str, object] | None = None


def first(papers: Papers) -> str:
    return next(iter(papers.base.store.files))


def twin(papers: Papers) -> int:
    return papers.twin(papers.base.store.files[first(papers)])


def clash(papers: Papers) -> None:
    papers.clerk.edit_file(first(papers), b"1C")
    papers.worker.edit(twin(papers), b"Disk")


def another(papers: Papers, number: int = 1) -> None:
    for one in range(number):
        papers.clerk.add_file(papers.document(reg_number=str(one)), f"Акт {one}.docx", b"act %d" % one)


def _large(papers: Papers) -> None:
    papers.clerk.add_file(papers.document(), "Скан.pdf", SCAN)


def signed(papers: Papers) -> None:
    papers.clerk.sign(first(papers))
    papers.worker.edit(twin(papers), b"Disk")


NAME = "Договор 17.docx"
ONE, TWO, NEW = {NAME: b"one"}, {NAME: b"two"}, {"Новый.docx": b"one"}
ACT = {**ONE, "Акт 0.docx": b"act 0"}
SCAN = b"x" * (1024 * 1024 + 1)
LARGE = {**ONE, "Скан.pdf": SCAN}
FIVE = {**ONE, **{f"Акт {n}.docx": b"act %d" % n for n in range(5)}}
CLASHED, KEPT = {NAME: b"1C", COPY: b"Disk"}, {NAME: b"1C"}
BACK = {"move_back": True}
OVERWRITE, RESTORE = calls_of("disk.file.uploadVersion"), calls_of("disk.file.restore")

STORIES = {
    "new small file": Story("portal", calls_of("disk.folder.uploadFile"), another, ACT, ACT),
    "new large file, first step": Story("portal", calls_of("disk.folder.uploadFile"), _large, LARGE, LARGE),
    "new large file, the bytes": Story("portal", upload, _large, LARGE, LARGE),
    "new files together": Story("portal", calls_of("batch"), lambda p: another(p, 5), FIVE, FIVE),
    "new version on Disk": Story("portal", OVERWRITE, lambda p: _edit(p, b"two"), TWO, TWO),
    "the copy of a conflict": Story("portal", upload, clash, CLASHED, KEPT),
    "the overwriting after it": Story("portal", OVERWRITE, clash, CLASHED, KEPT),
    "setting back a signed file": Story("portal", OVERWRITE, signed, {**ONE, COPY: b"Disk"}, ONE),
    "trash": Story("portal", calls_of("disk.file.markDeleted"), lambda p: p.clerk.mark_deleted(first(p)), {}, ONE),
    "out of the trash": Story("portal", RESTORE, lambda p: p.worker.trash(twin(p)), ONE, ONE),
    "publishing again": Story(
        "portal", calls_of("disk.folder.uploadFile"), lambda p: p.worker.destroy(twin(p)), ONE, ONE
    ),
    "rename on Disk": Story("portal", calls_of("disk.file.rename"), lambda p: _rename(p, "Новый.docx"), NEW, NEW),
    "move on Disk": Story("portal", calls_of("disk.file.moveTo"), lambda p: _move(p), ONE, ONE, BACK),
    "new version in 1C": Story("1C", dm.to("POST", "/versions"), lambda p: p.worker.edit(twin(p), b"two"), TWO, TWO),
    "rename in 1C": Story("1C", dm.to("PATCH", "/files/"), lambda p: p.worker.rename(twin(p), "Новый.docx"), NEW, NEW),
    "the conflict shown in 1C": Story("1C", dm.to("PUT", "/links/"), clash, CLASHED, KEPT),
}


def _rename(papers: Papers, name: str) -> None:
    papers.clerk.rename_file(first(papers), name)


def _move(papers: Papers) -> None:
    papers.worker.move(twin(papers), papers.elsewhere)


def _edit(papers: Papers, data: bytes) -> None:
    papers.clerk.edit_file(first(papers), data)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", STORIES)
def test_a_lost_answer_ends_as_if_it_had_come(house: House, name: str, loss: str) -> None:
    story = STORIES[name]
    papers = house(mapping=story.settings)
    papers.publish()
    fault = LOSSES[loss](story.write)
    (papers.base if story.side == "1C" else papers.portal).faults.add(fault)
    story.act(papers)
    papers.minutes(60)
    assert came(fault, loss), "the fault met no write"
    assert papers.on_disk() == story.disk
    assert papers.in_onec() == story.onec
    assert (papers.waits(), papers.stopped()) == ([], {})


@pytest.mark.parametrize("loss", LOSSES)
def test_a_new_file_in_1c_is_one_file(house: House, loss: str) -> None:
    papers = house(mapping={"reverse": "create", "subfolder": "{title}"})
    card = papers.document(title="Аренда")
    file = papers.clerk.add_file(card, "Договор.docx", b"one")
    papers.settle()
    fault = LOSSES[loss](dm.to("POST", "/documents/"))
    papers.base.faults.add(fault)
    own = papers.worker.upload(papers.worker.node(papers.twin(file)).parent_id, "Письмо.docx", b"letter")
    papers.minutes(60)
    assert came(fault, loss), "the fault met no write"
    assert papers.in_onec(card) == {"Договор.docx": b"one", "Письмо.docx": b"letter"}
    assert [papers.twin(one) for one in card.files] == [papers.twin(file), own]
    assert len(papers.all_on_disk()) == 2


@pytest.mark.parametrize("loss", LOSSES)
def test_a_new_sub_folder_is_one_folder(house: House, loss: str) -> None:
    papers = house(mapping={"subfolder": "{title}"})
    papers.run()
    fault = LOSSES[loss](calls_of("disk.folder.addSubFolder"))
    papers.portal.faults.add(fault)
    papers.clerk.add_file(papers.document(title="Аренда"), "Договор.docx", b"one")
    papers.minutes(60)
    assert came(fault, loss), "the fault met no write"
    assert papers.writes().count("disk add") == 2
    assert papers.all_on_disk() == {"Договор.docx": b"one"}


@pytest.mark.parametrize("loss", ["never arrived", "answer lost", "answer cut", "page instead"])
@pytest.mark.parametrize("name", ["new version on Disk", "new version in 1C", "new large file, the bytes", "trash"])
def test_a_death_right_after_the_lost_answer_changes_nothing_of_that(house: House, name: str, loss: str) -> None:
    story = STORIES[name]
    papers = house()
    papers.publish()
    (papers.base if story.side == "1C" else papers.portal).faults.add(LOSSES[loss](story.write))
    story.act(papers)
    papers.run()
    papers.restarted()
    papers.minutes(60)
    assert papers.on_disk() == story.disk
    assert papers.in_onec() == story.onec


@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_download_is_read_again(house: House, loss: str) -> None:
    papers = house()
    file = papers.publish()
    fault = LOSSES[loss](lambda request: request.path.endswith("/download/"))
    papers.portal.faults.add(fault)
    papers.worker.edit(papers.twin(file), b"two" * 1000)
    papers.minutes(60)
    assert came(fault, loss), "the fault met no reading"
    assert papers.versions(file) == [b"one", b"two" * 1000]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_reading_of_1c_is_read_again(house: House, loss: str) -> None:
    papers = house()
    file = papers.publish()
    fault = LOSSES[loss](dm.to("GET", "/content"))
    papers.base.faults.add(fault)
    papers.clerk.edit_file(file, b"two" * 1000)
    papers.minutes(60)
    assert came(fault, loss), "the fault met no reading"
    assert papers.on_disk() == {"Договор 17.docx": b"two" * 1000}


def test_our_own_upload_whose_answer_was_lost_is_adopted_and_no_second_one_made(papers: Papers) -> None:
    papers.run()
    papers.portal.faults.add(Fault(lambda r: upload(r) or calls_of("disk.folder.uploadFile")(r), 2, drop_after=True))
    file = papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one")
    papers.minutes(30)
    assert papers.writes() == ["disk add"]
    assert papers.conflicts() == []
    assert papers.twin(file) == papers.worker.find(papers.contracts, "Договор 17.docx")


def silent_after_upload(papers: Papers) -> None:
    """The portal keeps our next new file, and from then on no answer of it comes through."""
    before = papers.writes().count("disk add")

    def gate(request: httpx.Request) -> None:
        if request.url.host == PORTAL_HOST and papers.writes().count("disk add") > before:
            raise httpx.ReadTimeout("no answer")

    papers.gate = gate


def test_changed_in_1c_before_the_lost_upload_is_found_again_it_is_the_same_object(papers: Papers) -> None:
    papers.run()
    silent_after_upload(papers)
    papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one")
    papers.run()
    papers.gate = lambda _: None
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    file = next(iter(papers.base.store.files.values()))
    papers.clerk.edit_file(file, b"two")
    papers.minutes(60)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}
    assert papers.conflicts() == []


def test_edited_on_disk_before_the_lost_upload_is_found_again_the_edit_is_kept(papers: Papers) -> None:
    papers.run()
    silent_after_upload(papers)
    papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one")
    papers.run()
    papers.gate = lambda _: None
    lying = papers.worker.find(papers.contracts, "Договор 17.docx")
    assert lying is not None
    papers.worker.edit(lying, b"Disk")
    papers.minutes(60)
    assert b"Disk" in papers.on_disk().values()
