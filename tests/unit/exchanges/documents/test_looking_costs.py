"""What a look at Disk costs, and what a listing does not prove (rules, Finding changes, Guards)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import pytest

from common.exchanges.documents.looking import Look, Seen, by_mapping
from common.exchanges.documents.shelves import Head
from common.model.documents import FolderId, Listing
from common.ports.disk import Ask, Unseen
from tests.unit.exchanges.documents.model_disk import ModelDisk
from tests.unit.exchanges.documents.samples import FOLDER
from tests.unit.exchanges.documents.watching import Watch, watch


@pytest.mark.parametrize("number", [0, 30, 3000])
def test_a_quiet_run_costs_two_commands_a_folder_and_one_request_in_turn(number: int) -> None:
    made = watch(number, budget=50)
    for _ in range(3):
        made.disk.commands = made.disk.requests = 0
        made.run()
        assert made.disk.commands <= 2 + 50
        assert made.disk.requests <= 2


def test_twenty_five_quiet_folders_cost_one_request() -> None:
    disk = ModelDisk()
    made = Watch(disk)
    folders = {FolderId(FOLDER + one): "contracts" for one in range(25)}
    for folder in folders:
        disk.folders.setdefault(folder, disk.folders[FOLDER])
    look = Look(disk, made.shelves)  # type: ignore[arg-type]
    for part in look.at(list(made.shelves.heads(folders).values()), lambda *_: None):
        made.shelves.save(part.head, part.changes, "2026-11-20T09:00:00.000000Z")
    disk.commands = disk.requests = 0
    look.at(list(made.shelves.heads(folders).values()), lambda *_: None)
    assert (disk.requests, disk.commands) == (1, 50)


def test_a_missing_one_among_many_costs_a_command_a_shelf_and_a_page() -> None:
    made = watch(3000)
    made.disk.trash(next(iter(made.disk.living(FOLDER))))
    made.disk.commands = 0
    made.run()
    assert made.disk.commands <= 2 + 6 + 10 + 50, "two, a shelf each, one shelf anew, and the confirmation in turn"


def test_the_first_listing_says_how_far_it_is() -> None:
    disk, said = ModelDisk(), []
    for number in range(6000):
        disk.add(FOLDER, f"{number}.docx")
    made = Watch(disk)
    heads = made.shelves.heads({FOLDER: "contracts"})
    look = Look(disk, made.shelves)  # type: ignore[arg-type]
    (seen,) = look.at(list(heads.values()), lambda done, total: said.append((done, total)))
    assert len(seen.files) == 6000
    assert said == [(2500, 6000), (5000, 6000)]
    assert disk.requests <= 5


# -- what proves nothing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ready", [False, True])
def test_a_folder_that_shows_nothing_tells_nothing_of_its_files(ready: bool) -> None:
    made = watch(5) if ready else Watch(ModelDisk())
    made.disk.forbidden.add(FOLDER)
    seen = _looked(made)
    assert (seen.unseen, seen.gone, seen.changes) == ("forbidden", [], {})


class Fails(ModelDisk):
    """Each first page of a folder is shown, no further one."""

    why: Unseen = "unreadable"

    def pages(self, asked: Sequence[Ask]) -> list[Listing | Unseen]:
        shown = super().pages(asked)
        return [self.why if ask.start or ask.first else page for ask, page in zip(asked, shown, strict=True)]


@pytest.mark.parametrize("ready", [False, True])
@pytest.mark.parametrize("why", get_args(Unseen))
def test_a_further_page_that_shows_nothing_is_no_empty_one(ready: bool, why: Unseen) -> None:
    made = watch(120) if ready else Watch(ModelDisk())
    for number in range(120):
        made.disk.add(FOLDER, f"new {number}.docx")
    made.disk.__class__ = Fails
    made.disk.why = why  # type: ignore[attr-defined]
    seen = _looked(made)
    assert (seen.unseen, seen.gone, seen.changes) == (why, [], {})


def test_a_large_sub_folder_that_goes_while_it_is_listed_takes_its_files_along() -> None:
    made = watch(120)
    made.disk.__class__ = Fails
    made.disk.why = "missing"  # type: ignore[attr-defined]
    (head,) = made.shelves.heads({FOLDER: "contracts"}).values()
    (seen,) = Look(made.disk, made.shelves).small([head])  # type: ignore[arg-type]
    assert (seen.unseen, len(seen.gone)) == ("missing", 120)


def test_confirmed_in_turn_a_folder_that_goes_meanwhile_takes_its_files_along() -> None:
    made = watch(40)
    for number in range(60):
        made.disk.add(FOLDER, f"new {number}.docx")
    made.disk.__class__ = Fails
    made.disk.why = "missing"  # type: ignore[attr-defined]
    (seen,), _ = Look(made.disk, made.shelves).again(made.shelves.following("", 10), "", 50)  # type: ignore[arg-type]
    assert (seen.unseen, len(seen.gone)) == ("missing", 40)


def test_of_a_type_folder_that_is_gone_no_file_is_told_as_gone_by_the_look() -> None:
    made = watch(5)
    made.disk.trash(FOLDER)
    assert (_looked(made).unseen, _looked(made).gone) == ("missing", [])


def test_a_listing_that_somebody_works_in_is_no_fault_and_misses_nobody() -> None:
    """It is listed once more by the next run."""
    made = watch(120)
    disk = made.disk

    class Busy(ModelDisk):
        """Between two pages a file goes."""

        def pages(self, asked):  # type: ignore[no-untyped-def]
            found = disk.pages(asked)
            living = disk.living(FOLDER)
            if living:
                disk.trash(next(iter(living)))
            return found

    heads = made.shelves.heads({FOLDER: "contracts"})
    seen = Look(Busy(), made.shelves).whole(heads[FOLDER])  # type: ignore[arg-type]
    assert (seen.cut, seen.partial, seen.gone) == (False, True, [])


def test_what_was_seen_is_judged_by_mapping() -> None:
    parts = [Seen(Head(FolderId(one), mapping)) for one, mapping in ((1, "a"), (2, "b"), (3, "a"))]
    assert {name: [part.head.folder for part in some] for name, some in by_mapping(parts).items()} == {
        "a": [1, 3],
        "b": [2],
    }


def _looked(made: Watch) -> Seen:
    heads = made.shelves.heads({FOLDER: "contracts"})
    (seen,) = Look(made.disk, made.shelves).at(list(heads.values()), lambda *_: None)  # type: ignore[arg-type]
    return seen
