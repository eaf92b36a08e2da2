"""Races (issue: "a file that changes while it is being read or written is never half-copied")."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.scenarios.documents.papers import Papers

BIG = bytes(range(256)) * 8192
Act = Callable[[], object]


# -- Disk changes while we read it


@pytest.mark.parametrize("when", ["once", "once_after"])
@pytest.mark.parametrize("method", ["download", "disk.file.get"])
def test_saved_again_while_we_download_1c_gets_one_of_the_two_whole(papers: Papers, method: str, when: str) -> None:
    papers.history = True  # the user's own second save replaces his first
    file = papers.publish()
    first, second = BIG + b"first", BIG[::-1] + b"second"
    papers.worker.edit(papers.twin(file), first)
    getattr(papers.disk, when)(method, lambda _: papers.worker.edit(papers.twin(file), second))
    papers.settle(3)
    assert set(papers.versions(file)) <= {b"one", first, second}
    assert papers.last(file).content.read() == second
    assert papers.on_disk() == {"Договор 17.docx": second}
    assert papers.conflicts() == []


def test_saved_between_the_first_and_the_second_reading_nothing_old_is_taken(papers: Papers) -> None:
    papers.history = True
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"first")
    saved: list[bytes] = []

    def again(_: object) -> None:
        if not saved:
            saved.append(b"second")
            papers.worker.edit(papers.twin(file), b"second")

    papers.disk.after["download"] = again
    papers.settle(3)
    assert papers.last(file).content.read() == b"second"
    assert papers.versions(file)[-1] == b"second"


@pytest.mark.parametrize("what", ["trash", "destroy", "move", "rename"])
def test_taken_away_while_we_download_it_nothing_is_half_done(papers: Papers, what: str) -> None:
    papers.history = True
    file = papers.publish()
    twin = papers.twin(file)
    papers.worker.edit(twin, b"Disk")
    acts: dict[str, Act] = {
        "trash": lambda: papers.worker.trash(twin),
        "destroy": lambda: papers.worker.destroy(twin),
        "move": lambda: papers.worker.move(twin, papers.elsewhere),
        "rename": lambda: papers.worker.rename(twin, "Новый.docx"),
    }
    papers.disk.once_after("download", lambda _: acts[what]())
    papers.settle(4)
    if what == "destroy":
        papers.given_up(b"Disk")
    assert set(papers.versions(file)) <= {b"one", b"Disk"}
    assert papers.last(file).content.read() == papers.worker.read(papers.twin(file))


# -- Disk changes while we write it


@pytest.mark.parametrize("method", ["disk.file.get", "disk.file.uploadVersion", "disk.folder.getChildren"])
def test_saved_just_before_we_overwrite_it_is_not_lost(papers: Papers, method: str) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.disk.once(method, lambda _: papers.worker.edit(papers.twin(file), b"saved in that second"))
    papers.settle(3)
    assert papers.on_disk()["Договор 17.docx"] == b"1C"
    assert b"saved in that second" in papers.all_that_is()


def test_saved_just_after_we_have_overwritten_it_goes_to_1c(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.disk.once_after("disk.file.uploadVersion", lambda _: papers.worker.edit(papers.twin(file), b"later"))
    papers.settle(3)
    assert papers.last(file).content.read() == b"later"
    assert papers.on_disk()["Договор 17.docx"] == b"later"


def test_saved_before_and_after_we_overwrite_both_are_kept(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.disk.once("disk.file.uploadVersion", lambda _: papers.worker.edit(papers.twin(file), b"before"))
    papers.disk.once_after("disk.file.uploadVersion", lambda _: papers.worker.edit(papers.twin(file), b"after"))
    papers.settle(3)
    assert papers.on_disk()["Договор 17.docx"] == b"after"
    assert {b"before", b"after", b"1C"} <= papers.all_that_is()


def test_saved_while_the_copy_of_a_conflict_is_made_the_newest_is_kept_too(papers: Papers) -> None:
    papers.history = True
    file = papers.publish()
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"first")
    papers.disk.once_after("upload", lambda _: papers.worker.edit(papers.twin(file), b"second"))
    papers.settle(3)
    assert papers.on_disk()["Договор 17.docx"] == b"1C"
    assert b"second" in papers.copies().values()


@pytest.mark.parametrize("what", ["trash", "destroy", "move", "rename"])
@pytest.mark.parametrize("method", ["disk.file.uploadVersion"])
def test_taken_away_just_before_we_overwrite_it(papers: Papers, method: str, what: str) -> None:
    file = papers.publish()
    twin = papers.twin(file)
    papers.clerk.edit_file(file, b"1C")
    acts: dict[str, Act] = {
        "trash": lambda: papers.worker.trash(twin),
        "destroy": lambda: papers.worker.destroy(twin),
        "move": lambda: papers.worker.move(twin, papers.elsewhere),
        "rename": lambda: papers.worker.rename(twin, "Новый.docx"),
    }
    papers.disk.once(method, lambda _: acts[what]())
    papers.settle(5)
    assert papers.worker.read(papers.twin(file)) == b"1C"
    assert papers.worker.node(papers.twin(file)).deleted_type == 0
    assert len(papers.all_on_disk()) == 1


def test_saved_just_before_we_throw_it_away_the_edit_stays(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.mark_deleted(file)
    papers.disk.once("disk.file.markDeleted", lambda _: papers.worker.edit(papers.twin(file), b"last minute"))
    papers.settle(4)
    assert b"last minute" in papers.all_that_is(trash=True)


def test_a_name_taken_in_the_second_before_our_upload(papers: Papers) -> None:
    papers.run()
    papers.clerk.add_file(papers.document(reg_number="17"), "Договор 17.docx", b"one")
    papers.before_upload(lambda: papers.worker.upload(papers.contracts, "Договор 17.docx", b"mine"))
    papers.settle(3)
    assert sorted(papers.on_disk().values()) == [b"mine", b"one"]


def test_a_copys_name_taken_in_the_second_before_our_upload(papers: Papers) -> None:
    file = papers.publish()
    name = "Договор 17_conflict_20261120.docx"
    papers.clerk.edit_file(file, b"1C")
    papers.worker.edit(papers.twin(file), b"Disk")
    papers.before_upload(lambda: papers.worker.upload(papers.contracts, name, b"mine"))
    papers.settle(3)
    assert papers.on_disk()["Договор 17.docx"] == b"1C"
    assert sorted(papers.copies().values()) == [b"Disk", b"mine"]
