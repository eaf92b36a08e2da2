"""The commands about documents show both sides in words, change what a person may, and refuse in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.model import moments
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


def stopped(stand: DocumentStand, number: int = 8) -> list[File]:
    """A mapping of which more than half has vanished."""
    files = []
    for one in range(number):
        files.append(stand.clerk.add_file(stand.document(), f"Договор {one}.docx", f"{one}".encode()))
    stand.settle()
    for file in files[: number - 2]:
        stand.worker.trash(stand.twin(file))
    stand.run()
    return files


# -- kinds and status ------------------------------------------------------------------------------------------------


def test_kinds_are_listed_with_their_ids_for_mappings(said: Said, stand: DocumentStand) -> None:
    stand.document()
    stand.document()
    rows = said.rows("documents", "kinds")
    assert {row["id"]: row["name"] for row in rows} == {kind.id: kind.name for kind in stand.base.kinds}
    assert [row["documents"] for row in rows if row["id"] == stand.base.kinds[0].id] == [2]
    assert [row["documents"] for row in rows if row["id"] != stand.base.kinds[0].id] == [0] * (len(rows) - 1)


def test_1c_that_does_not_answer_is_said_in_a_sentence(said: Said, stand: DocumentStand) -> None:
    stand.base.faults.add(troubles.instead(troubles.page(503), times=1000))
    assert "not possible now" in said.refused("documents", "kinds")


def test_before_the_first_run_a_mapping_has_no_scan(said: Said) -> None:
    (row,) = said.rows("documents", "status")
    assert (row["mapping"], row["name"], row["bound"], row["held"]) == ("contracts", "Договоры", 0, 0)
    assert (row["scan"], row["stopped"]) == (None, None)


def test_status_counts_what_is_bound_and_held_and_how_far_the_scan_is(said: Said, stand: DocumentStand) -> None:
    file = stand.publish()
    stand.publish(name="Акт.docx")
    stand.clerk.mark_deleted(file)
    stand.base.number_events()
    stand.base.deliver(stand.deliver)
    stand.quiet(30)
    (row,) = said.rows("documents", "status")
    assert (row["bound"], row["held"]) == (2, 1)
    assert (row["scan"]["done"], row["scan"]["total"], row["scan"]["left_seconds"]) == (1, 1, 0)
    stand.settle()
    (row,) = said.rows("documents", "status")
    assert (row["bound"], row["held"]) == (1, 0)


def test_a_mapping_that_stands_says_why_and_with_which_figures(said: Said, stand: DocumentStand) -> None:
    stopped(stand)
    (row,) = said.rows("documents", "status")
    since = row["stopped"].pop("since")
    assert row["stopped"] == {"why": "vanished", "gone": 6, "bound": 8}
    assert since <= moments.text(stand.clock.now())


# -- sync ------------------------------------------------------------------------------------------------------------


def test_a_dry_run_prints_what_the_run_would_do_and_does_nothing(said: Said, stand: DocumentStand) -> None:
    stand.clerk.add_file(stand.document(), "Договор 17.docx", b"one")
    stand.base.number_events()
    rows = said.rows("documents", "sync", "--dry-run")
    assert [(row["would"], row.get("name")) for row in rows] == [("upload", "Договор 17.docx"), ("end", None)]
    assert (stand.on_disk(), stand.writes()) == ({}, [])


def test_a_run_now_puts_the_work_on_the_queue(said: Said, stand: DocumentStand) -> None:
    stand.clerk.add_file(stand.document(), "Договор 17.docx", b"one")
    (numbers,) = said.rows("documents", "sync")
    assert numbers["scans"] == 1
    stand.quiet(30)
    assert stand.on_disk() == {"Договор 17.docx": b"one"}


def test_followed_it_shows_how_far_the_taking_in_is_until_it_is_done(
    said: Said, stand: DocumentStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(90):
        stand.clerk.add_file(stand.document(), f"Договор {number}.docx", b"x")
    waited: list[float] = []

    def while_waiting(seconds: float) -> None:
        """The running house goes on; this command only looks."""
        waited.append(seconds)
        stand.clock.advance(seconds)
        leased = stand.dispatcher._next(stand._advance_to, None)
        if leased is not None:
            stand.dispatcher.dispatch(leased)

    monkeypatch.setattr("infra.local.document_commands.time.sleep", while_waiting)
    status, out, _ = said("documents", "sync", "--follow")
    lines = out.splitlines()
    assert status == 0
    assert waited
    assert all("contracts: " in line and "/90 documents" in line for line in lines[1:])
    assert "40/90" in out


def test_without_mappings_there_is_nothing_to_run(said: Said, stand: DocumentStand) -> None:
    stand.services.rule_book.import_all({"documents": []}, "test", over=True)
    stand.clock.advance(61)
    assert said.rows("documents", "sync") == [{}]
    assert said.rows("documents", "status") == []


# -- confirm ---------------------------------------------------------------------------------------------------------


def test_a_persons_word_lets_one_run_pass_and_the_journal_names_him(said: Said, stand: DocumentStand) -> None:
    stopped(stand)
    assert said("documents", "confirm", "contracts", "--by", "Анна")[:2] == (0, "the next run passes\n")
    stand.settle()
    assert len(stand.on_disk()) == 8
    (row,) = said.rows("documents", "status")
    assert row["stopped"] is None
    journal = said.rows("journal", "mapping:contracts")
    assert [(row["outcome"], row["by"]) for row in journal if row["outcome"] == "confirmed"] == [("confirmed", "Анна")]


@pytest.mark.parametrize("mapping", ["contracts", "letters"])
def test_what_does_not_stand_is_not_confirmed(said: Said, mapping: str) -> None:
    told = said.refused("documents", "confirm", mapping, "--by", "Анна")
    assert "does not stand still" in told
    assert "./deploy.sh documents status" in told


def test_a_mapping_without_its_folder_is_not_confirmed_but_mended(said: Said, stand: DocumentStand) -> None:
    stand.publish()
    stand.worker.trash(stand.contracts)
    stand.run()
    assert said.rows("documents", "status")[0]["stopped"]["why"] == "folder_missing"
    told = said.refused("documents", "confirm", "contracts", "--by", "Анна")
    assert "restore it, or name another in the mapping" in told
    stand.worker.restore(stand.contracts)
    stand.settle()
    assert said.rows("documents", "status")[0]["stopped"] is None, "it goes on by itself"
    assert stand.on_disk() == {"Договор 17.docx": b"one"}


@pytest.mark.parametrize(
    "words",
    [
        ("documents", "confirm", "contracts"),
        ("conflicts", "settle", "x"),
        ("waiting", "retry", "file:x"),
        ("documents",),
        ("conflicts",),
        ("documents", "purge"),
    ],
)
def test_a_call_without_who_says_so_is_refused(said: Said, words: tuple[str, ...]) -> None:
    status, _, told = said(*words)
    assert status == 2
    assert "usage: ./deploy.sh" in told


# -- take in ---------------------------------------------------------------------------------------------------------


def test_what_was_before_the_start_is_counted_and_taken_in_by_a_persons_word(said: Said, stand: DocumentStand) -> None:
    before_the_start(stand, 3)
    assert stand.on_disk() == {}
    assert said("documents", "take-in", "contracts", "--dry-run")[1] == "3 files are from before the start\n"
    assert stand.on_disk() == {}
    status, out, _ = said("documents", "take-in", "contracts", "--by", "Анна")
    assert (status, out.startswith("3 files are being taken in")) == (0, True)
    stand.quiet(30)
    assert len(stand.on_disk()) == 3
    stand.settle()
    assert len(stand.on_disk()) == 3
    journal = said.rows("journal", "mapping:contracts")
    assert [row["by"] for row in journal if row["outcome"] == "taken_in"] == ["Анна"]


def test_taking_in_needs_to_know_who(said: Said, stand: DocumentStand) -> None:
    before_the_start(stand, 1)
    told = said.refused("documents", "take-in", "contracts")
    assert "--by NAME" in told
    assert "--dry-run" in told
    assert stand.on_disk() == {}


@pytest.mark.parametrize("words", [("--dry-run",), ("--by", "Анна")])
@pytest.mark.parametrize("mapping", ["contracts", "letters"])
def test_a_mapping_nobody_looked_at_has_nothing_to_take_in(said: Said, mapping: str, words: tuple[str, ...]) -> None:
    assert "was not looked at yet" in said.refused("documents", "take-in", mapping, *words)


@pytest.mark.parametrize(
    "words",
    [("documents", "kinds"), ("documents", "status"), ("documents", "sync"), ("conflicts", "list")],
)
def test_without_1cs_settings_the_command_says_which_are_missing(
    said: Said, stand: DocumentStand, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    from infra.local import commands

    environ = {name: value for name, value in stand._environ().items() if not name.startswith("ONEC_DM")}
    monkeypatch.setattr(commands, "environment_or_demo", lambda: environ)
    status, _, told = said(*words)
    assert (status, "ONEC_DM_URL" in told) == (2, True)
