"""Conflicts, counts, what waits and the story of a file, as the commands show and change them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.document_stand import DocumentStand, documents_standing
from tests.simulators.dm import troubles
from tests.simulators.dm.records import File
from tests.unit.document_said import Said, before_the_start


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[DocumentStand]:
    with documents_standing(str(tmp_path)) as made:
        yield made


@pytest.fixture
def said(stand: DocumentStand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(stand, monkeypatch, capsys)


def conflict(stand: DocumentStand) -> File:
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"losing")
    stand.clerk.edit_file(file, b"winning")
    stand.settle()
    return file


# -- conflicts -------------------------------------------------------------------------------------------------------


def test_no_conflict_is_said_so_and_pipes_stay_clean(said: Said) -> None:
    assert said("conflicts", "list") == (0, "", "no conflict is open\n")


def test_a_conflict_shows_both_sides_and_is_settled_once(said: Said, stand: DocumentStand) -> None:
    file = conflict(stand)
    (row,) = said.rows("conflicts", "list")
    assert (row["kind"], row["source"], row["what"]) == ("both_changed", f"file:{file.id}", "Договор 17.docx")
    assert row["copy"]["name"] == "Договор 17_conflict_20261120.docx"
    assert {row["onec"]["file"], str(row["disk"]["id"])} == {file.id, str(stand.twin(file))}
    assert row["where"].startswith("https://")
    assert said("conflicts", "settle", row["id"], "--by", "Анна")[:2] == (0, "settled\n")
    assert said("conflicts", "list")[1] == ""
    assert said("conflicts", "settle", row["id"], "--by", "Пётр")[0] == 0
    journal = said.rows("journal", f"file:{file.id}")
    assert [one["by"] for one in journal if one["outcome"] == "conflict_settled"] == ["Анна"]


def test_a_copy_that_somebody_edited_is_marked_in_the_list(said: Said, stand: DocumentStand) -> None:
    conflict(stand)
    (row,) = said.rows("conflicts", "list")
    stand.worker.edit(row["copy"]["id"], b"mended by hand")
    stand.settle()
    (row,) = said.rows("conflicts", "list")
    assert row["edited_by"] == 5


def test_settled_1cs_card_shows_the_file_as_bound_again(said: Said, stand: DocumentStand) -> None:
    file = conflict(stand)
    assert stand.base.store.links["file", file.id]["state"] == "conflict"
    said("conflicts", "settle", said.rows("conflicts", "list")[0]["id"], "--by", "Анна")
    assert stand.base.store.links["file", file.id]["state"] == "bound"


def test_a_conflict_there_is_not_is_refused(said: Said) -> None:
    told = said.refused("conflicts", "settle", "nothing", "--by", "Анна")
    assert "there is no such conflict" in told
    assert "./deploy.sh conflicts list" in told


def test_settled_while_1c_is_down_is_settled_all_the_same(said: Said, stand: DocumentStand) -> None:
    conflict(stand)
    (row,) = said.rows("conflicts", "list")
    stand.base.faults.add(troubles.instead(troubles.page(503), times=1000))
    said("conflicts", "settle", row["id"], "--by", "Анна")
    assert said("conflicts", "list")[1] == ""


# -- counts, waiting, journal ----------------------------------------------------------------------------------------


def numbers(said: Said) -> dict[str, int]:
    rows = [row for row in said.rows("counts") if row.get("exchange") == "documents"]
    return {row.get("reason") or row.get("by") or row["state"]: row["number"] for row in rows}


def test_every_file_is_counted_in_one_state(said: Said, stand: DocumentStand) -> None:
    before_the_start(stand, 2)
    stand.publish()
    waits = stand.publish(name="Акт.docx")
    stand.map(since=None, max_version_size=10)
    stand.clerk.edit_file(waits, b"x" * 11)
    stand.worker.upload(stand.elsewhere, "Чужой.pdf", b"x")
    stand.settle()
    assert numbers(said) == {"in agreement": 1, "version_too_large": 1, "before_start": 2}


def test_new_files_of_users_are_counted_as_left_out_by_the_mapping(said: Said, stand: DocumentStand) -> None:
    stand.publish()
    stand.worker.upload(stand.contracts, "Чужой.pdf", b"x")
    stand.settle()
    found = numbers(said)
    assert (found["in agreement"], found["one_way"]) == (1, 1)


def test_what_waits_is_listed_and_goes_on_by_a_persons_word(said: Said, stand: DocumentStand) -> None:
    file = stand.publish()
    stand.map(max_version_size=10)
    stand.clerk.edit_file(file, b"x" * 11)
    stand.settle()
    (row,) = said.rows("waiting", "list")
    assert "version_too_large" in json.dumps(row)
    assert "11 B > 10 B" in json.dumps(row)
    stand.map(max_version_size=100)
    stand.quiet(30)
    assert stand.on_disk() == {"Договор 17.docx": b"x" * 11}, "a mapping that changes sets going what waited for it"
    assert said("waiting", "list") == (0, "", "nothing waits\n")


def test_a_file_named_by_its_source_is_tried_again(said: Said, stand: DocumentStand) -> None:
    stand.disk.options.quota_exceeded = True
    file = stand.clerk.add_file(stand.document(), "Договор 17.docx", b"one")
    stand.settle()
    assert len(said.rows("waiting", "list")) == 1
    stand.disk.options.quota_exceeded = False
    assert said("waiting", "retry", f"file:{file.id}", "--by", "Анна")[0] == 0
    stand.quiet(30)
    assert stand.on_disk() == {"Договор 17.docx": b"one"}
    journal = said.rows("journal", f"file:{file.id}")
    assert "Анна" in [row.get("by") for row in journal]


def test_a_file_that_does_not_wait_is_not_tried_again(said: Said, stand: DocumentStand) -> None:
    file = stand.publish()
    assert "does not wait" in said.refused("waiting", "retry", f"file:{file.id}", "--by", "Анна")


def test_the_story_of_a_file_is_told_in_order(said: Said, stand: DocumentStand) -> None:
    file = stand.publish()
    stand.clerk.edit_file(file, b"two")
    stand.settle()
    stand.worker.edit(stand.twin(file), b"three")
    stand.settle()
    rows = said.rows("journal", f"file:{file.id}")
    assert [row["outcome"] for row in rows] == ["published", "overwritten", "new_version_in_1c"]
    assert {row["target"] for row in rows} == {f"disk:{stand.twin(file)}"}
    assert {row["rule"] for row in rows} == {"contracts"}
    assert said.rows("journal", f"disk:{stand.twin(file)}") == rows, "found by its object on Disk too"
    assert "no entry of file:x" in said("journal", "file:x")[2]
