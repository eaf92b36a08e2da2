"""Whatever people do on Disk is told, by a look or by the confirmation in turn, and costs what it may (rules)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.exchanges.documents import looking, shelves
from common.exchanges.documents.looking import Look
from common.ports import Write
from tests.unit.exchanges.documents.model_disk import ModelDisk
from tests.unit.exchanges.documents.samples import FOLDER
from tests.unit.exchanges.documents.watching import Watch, watch

OUTSIDE = 5


@contextmanager
def small() -> Iterator[None]:
    """Pages of 3 and shelves of 6, so that a few files fill many of them."""
    with ExitStack() as stack:
        for module, name, number in ((looking, "PAGE", 3), (shelves, "FULL", 6), (looking, "COMMANDS", 4)):
            stack.enter_context(patch.object(module, name, number))
        yield


ACTS = ["add", "edit", "rename", "move_in", "move_out", "between", "trash", "restore", "folder", "trash_folder", "run"]
ACT = st.tuples(st.sampled_from([*ACTS, "run", "edit", "add"]), st.integers(0, 50), st.integers(0, 50))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 20), st.lists(ACT, max_size=25), st.sampled_from([2, 4, 50]))
def test_after_any_history_everything_is_told_and_then_nothing(
    number: int, acts: list[tuple[str, int, int]], budget: int
) -> None:
    with small():
        made = watch(number, budget)
        for act in acts:
            _act(made, *act)
        for _ in range(made.rounds()):
            made.run()
        assert made.knows_all(), f"told {made.told}, there is {[made.disk.living(one) for one in made.disk.folders]}"
        assert [made.run() for _ in range(made.rounds())] == [0] * made.rounds(), "told of what nobody did"


def _act(made: Watch, what: str, one: int, other: int) -> None:
    """One thing that one person does; nothing where there is nothing to do it to."""
    disk = made.disk
    disk.now += one
    folders = list(disk.folders)
    inside = [number for number, file in disk.files.items() if file.folder in disk.folders]
    outside = [number for number, file in disk.files.items() if file.folder not in disk.folders]
    own = [folder for folder in folders if folder != FOLDER]
    acts: dict[str, tuple[list[int], Callable[[int], object]]] = {
        "add": (folders, lambda folder: disk.add(folder, f"{one} {other}.docx")),
        "edit": (inside, disk.edit),
        "rename": (inside, lambda file: disk.rename(file, f"{one} {other}.xlsx")),
        "move_out": (inside, lambda file: disk.move(file, OUTSIDE)),
        "move_in": (outside, lambda file: disk.move(file, folders[other % len(folders)])),
        "between": (inside, lambda file: disk.move(file, folders[other % len(folders)])),
        "trash": (inside, disk.trash),
        "restore": (list(disk.away), disk.restore),
        "folder": ([FOLDER], lambda parent: disk.add_folder(parent, f"{one} {other}")),
        "trash_folder": (own, disk.trash),
        "run": ([0], lambda _: made.run()),
    }
    among, do = acts[what]
    if among:
        do(among[one % len(among)])


# -- what the very next run tells, without any help by the confirmation in turn (budget 0) ---------------------------


@pytest.mark.parametrize("number", [1, 49, 50, 51, 700])
def test_a_new_file_is_told_by_the_next_run(number: int) -> None:
    made = watch(number, budget=0)
    added = made.disk.add(FOLDER, "new.docx")
    assert made.run() == 1
    assert added in made.told[FOLDER]


def test_a_hundred_new_files_are_told_by_the_next_run() -> None:
    made = watch(10, budget=0)
    for number in range(120):
        made.disk.add(FOLDER, f"new {number}.docx")
    assert made.run() == 120
    assert made.knows_all()


@pytest.mark.parametrize("number", [2, 51, 700])
def test_edits_and_renames_are_told_by_the_next_run_and_once(number: int) -> None:
    made = watch(number, budget=0)
    first, *_, last = made.disk.living(FOLDER)
    made.disk.edit(first)
    made.disk.rename(last, "renamed.docx")
    assert made.run() == 2
    assert made.knows_all()
    assert [made.run() for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("number", [3, 51, 700])
def test_what_is_gone_is_told_by_the_next_run(number: int) -> None:
    made = watch(number, budget=0)
    first, *_, last = made.disk.living(FOLDER)
    made.disk.trash(first)
    made.disk.move(last, OUTSIDE)
    assert made.run() == 2
    assert made.knows_all()


def test_a_file_moved_in_with_its_old_id_and_date_is_told_by_the_next_run() -> None:
    made = Watch(ModelDisk(), 0)
    old = made.disk.add(OUTSIDE, "old.docx")
    for number in range(700):
        made.disk.add(FOLDER, f"{number}.docx")
    made.run()
    made.disk.now += 86_400
    made.run()
    made.disk.move(old, FOLDER)
    assert made.run() == 1
    assert made.knows_all()


def test_the_last_ones_gone_are_told_in_turn() -> None:
    """An empty listing is left to the guards: nothing is hunted for."""
    made = watch(2)
    for file in made.disk.living(FOLDER):
        made.disk.trash(file)
    assert made.run() == 2


def test_one_moved_in_while_another_moved_out_is_told_in_turn() -> None:
    """The total does not tell of it; every shelf is listed anew after a bounded number of runs."""
    made = Watch(ModelDisk(), 20)
    old = made.disk.add(OUTSIDE, "old.docx")
    for number in range(2400):
        made.disk.add(FOLDER, f"{number}.docx")
    made.run()
    made.disk.now += 86_400
    made.run()
    made.disk.move(old, FOLDER)
    made.disk.move(max(made.disk.living(FOLDER)), OUTSIDE)
    assert sum(made.run() for _ in range(4)) == 2, "2 400 files, 1 000 of them confirmed by each run"
    assert made.knows_all()


def test_a_new_file_in_a_documents_own_folder_is_told_in_turn() -> None:
    made = watch(3)
    own = made.disk.add_folder(FOLDER, "Договор 17")
    made.run()
    made.disk.add(own, "new.docx")
    assert made.run() == 1, "nothing else tells of it: it does not touch its folder"


def test_an_edit_in_a_documents_own_folder_is_told_by_the_next_run() -> None:
    made = watch(3, budget=0)
    own = made.disk.add_folder(FOLDER, "Договор 17")
    file = made.disk.add(own, "a.docx")
    made.run()
    made.disk.now += 3600
    made.run()
    made.disk.edit(file)
    assert made.run() == 1
    assert made.knows_all()


def test_with_a_documents_folder_its_files_are_gone() -> None:
    made = watch(3)
    own = made.disk.add_folder(FOLDER, "Договор 17")
    made.disk.add(own, "a.docx")
    made.disk.add(own, "b.docx")
    made.run()
    made.disk.trash(own)
    assert made.run() == 2
    assert made.knows_all()
    assert [made.run() for _ in range(3)] == [0, 0, 0], "told once"
    made.disk.restore(own)
    assert made.run() == 2


def test_dates_alone_are_no_change_but_are_counted() -> None:
    made = watch(60)
    made.disk.shift()
    heads = made.shelves.heads({FOLDER: "contracts"})
    (seen,) = Look(made.disk, made.shelves).at(list(heads.values()), lambda *_: None)  # type: ignore[arg-type]
    assert (len(seen.files), len(seen.gone), seen.shifted) == (0, 0, 60)


# -- whatever dies ---------------------------------------------------------------------------------------------------


class Killed(Exception):
    """The process ended here."""


@pytest.mark.parametrize("killed_after", range(12))
def test_killed_between_two_writes_the_next_runs_still_know_everything(killed_after: int) -> None:
    """What a run noticed is in the queue before it remembers what it saw; half remembered it is seen again."""
    with small():
        made = watch(20)
        first, second, *_ = made.disk.living(FOLDER)
        own = made.disk.add_folder(FOLDER, "Договор 17")
        for number in range(9):
            made.disk.add(FOLDER, f"new {number}.docx")
            made.disk.add(own, f"own {number}.docx")
        made.disk.trash(first)
        made.disk.edit(second)
        left = [killed_after]
        write = made.store.write

        def mortal(*writes: Write) -> list[str]:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return write(*writes)

        with patch.object(made.store, "write", mortal), suppress(Killed):
            made.run()
        for _ in range(made.rounds()):
            made.run()
        assert made.knows_all()
        assert made.run() == 0
