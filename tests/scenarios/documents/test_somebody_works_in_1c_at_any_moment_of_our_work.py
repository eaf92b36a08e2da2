"""Races with people in 1C, at any moment of our work (issue: nothing is half-copied, nothing is lost)."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.document_stand import DM_HOST
from tests.scenarios.documents.papers import House, Papers
from tests.stand import PORTAL_HOST

BIG = bytes(range(256)) * 8192
Act = Callable[[], object]


class Moments:
    """Lets somebody act in 1C at the n-th request to it after the beginning of a run."""

    def __init__(self, papers: Papers, number: int, act: Act) -> None:
        self.left, self.act = number, act
        papers.gate = self.gate

    def gate(self, request: httpx.Request) -> None:
        if request.url.host == DM_HOST:
            self.left -= 1
            if self.left == 0:
                self.act()


def settled(papers: Papers) -> None:
    """Whatever moment was met, the runs after it have nothing in their way."""
    papers.settle(3)
    papers.gate = lambda _: None
    papers.settle(3)


EVERY = pytest.mark.parametrize("number", range(1, 19))
"""Requests to a side, on their way there and on their way back; the last ones may be after everything is done."""

SURE = 8
"""So many requests to either side each of these stories takes at least: up to here somebody did act."""


@EVERY
def test_a_version_saved_in_1c_at_any_moment_of_our_publishing(papers: Papers, number: int) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, BIG)
    moments = Moments(papers, number, lambda: papers.clerk.edit_file(file, BIG[::-1]))
    settled(papers)
    assert moments.left <= 0 or number > SURE
    assert papers.on_disk()["Договор 17.docx"] == papers.last(file).content.read()
    assert papers.conflicts() == []


@EVERY
def test_a_version_saved_in_1c_at_any_moment_of_our_sending(papers: Papers, number: int) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    moments = Moments(papers, number, lambda: papers.clerk.edit_file(file, b"1C"))
    settled(papers)
    assert moments.left <= 0 or number > SURE
    assert b"Disk" in papers.all_that_is()
    assert moments.left > 0 or b"1C" in papers.all_that_is()
    assert papers.on_disk()["Договор 17.docx"] == papers.last(file).content.read()


@EVERY
def test_marked_in_1c_at_any_moment_of_our_sending(papers: Papers, number: int) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    moments = Moments(papers, number, lambda: papers.clerk.mark_deleted(file))
    settled(papers)
    assert moments.left <= 0 or number > SURE
    assert b"Disk" in papers.all_that_is(trash=True)


@EVERY
def test_signed_in_1c_at_any_moment_of_our_sending(papers: Papers, number: int) -> None:
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"Disk")
    signed: list[int] = []

    def sign() -> None:
        papers.clerk.sign(file)
        signed.append(len(file.versions))

    Moments(papers, number, sign)
    settled(papers)
    assert signed or number > SURE
    assert not signed or len(file.versions) == signed[0], "a version was added to a signed file"
    assert b"Disk" in papers.all_that_is()


@EVERY
def test_saved_on_disk_at_any_moment_of_our_publishing(papers: Papers, number: int) -> None:
    """The portal's n-th request after 1C changed: somebody saves in that very moment."""
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    left = [number]

    def gate(request: httpx.Request) -> None:
        if request.url.host == PORTAL_HOST:
            left[0] -= 1
            if left[0] == 0:
                papers.worker.edit(papers.twin(file), b"Disk")

    papers.gate = gate
    settled(papers)
    assert left[0] <= 0 or number > SURE
    assert b"1C" in papers.all_that_is()
    assert left[0] > 0 or b"Disk" in papers.all_that_is()


def test_a_base_without_versions_overwritten_while_we_read_it(papers: Papers) -> None:
    papers.history = True
    file = papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one", store_versions=False)
    papers.settle()
    papers.clerk.edit_file(file, BIG)
    Moments(papers, 3, lambda: papers.clerk.edit_file(file, BIG[::-1]))
    settled(papers)
    papers.given_up(BIG)
    assert papers.on_disk()["Договор 17.docx"] == BIG[::-1]


def test_the_pointer_moved_back_while_we_read_the_newer_version(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, BIG)
    Moments(papers, 3, lambda: papers.clerk.set_current_version(file, 1))
    settled(papers)
    assert papers.on_disk()["Договор 17.docx"] == b"one"


def test_two_workers_at_one_file_at_once_do_its_work_once(house: House) -> None:
    papers = house()
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.base.number_events()
    papers.base.deliver(papers.deliver)
    papers.job("document_sync")
    papers.job("document_sync")
    papers.settle(2)
    assert papers.writes() == ["disk add", "disk version"]


def test_two_saves_at_one_moment_that_share_a_number_are_noticed(papers: Papers) -> None:
    """Two writers in one moment may leave GLOBAL_CONTENT_VERSION as after one (facts bitrix24 §6.8)."""
    papers.history = True
    file = papers.publish()
    papers.disk.lost_increments = 1
    papers.worker.edit(papers.twin(file), b"two")
    papers.settle(3)
    assert papers.last(file).content.read() == b"two"
