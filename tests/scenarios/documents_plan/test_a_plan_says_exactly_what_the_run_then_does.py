"""`./deploy.sh documents sync --dry-run` prints exactly what the following run does (rules, First run)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.wiring import use
from tests.scenarios.documents_plan.plans import Line, Planned, as_planned
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.dm import troubles
from tests.simulators.dm.records import File


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Planned]:
    """Three documents with a file each, published an hour ago."""
    with ExitStack() as stack:
        stack.callback(use, None)
        yield published(str(tmp_path))


def published(folder: str, number: int = 3, **options: object) -> Planned:
    made = Planned(folder, **options)  # type: ignore[arg-type]
    for one in range(number):
        made.clerk.add_file(made.document(reg_number=f"2026/{one}"), f"Договор {one}.docx", f"first {one}".encode())
    made.settle()
    made.clock.advance(3600)
    return made


def files(stand: Planned) -> list[File]:
    return list(stand.base.store.files.values())


def words(did: list[Line]) -> list[str]:
    return sorted(one[0] for one in did)


def new_file(stand: Planned) -> None:
    stand.clerk.add_file(stand.document(), "Новый.docx", b"new")


def two_of_one_name(stand: Planned) -> None:
    for number in ("71", "72"):
        stand.clerk.add_file(stand.document(reg_number=number), "Акт.docx", number.encode())


def large_file(stand: Planned) -> None:
    stand.clerk.add_file(stand.document(), "Большой.docx", b"x" * (1024 * 1024 + 1))


def meets_equal(stand: Planned) -> None:
    stand.worker.upload(stand.contracts, "Новый.docx", b"new")
    new_file(stand)


def meets_another(stand: Planned) -> None:
    stand.worker.upload(stand.contracts, "Новый.docx", b"another")
    new_file(stand)


def edited_in_onec(stand: Planned) -> None:
    stand.clerk.edit_file(files(stand)[0], b"second")


def edited_on_disk(stand: Planned) -> None:
    stand.worker.edit(stand.twin(files(stand)[0]), b"edited")


def edited_on_both(stand: Planned) -> None:
    edited_in_onec(stand)
    edited_on_disk(stand)


def edited_on_both_alike(stand: Planned) -> None:
    edited_in_onec(stand)
    stand.worker.edit(stand.twin(files(stand)[0]), b"second")


def signed_and_edited(stand: Planned) -> None:
    stand.clerk.sign(files(stand)[0])
    edited_on_disk(stand)


def renamed_in_onec(stand: Planned) -> None:
    stand.clerk.rename_file(files(stand)[0], "Другой.docx")


def renamed_to_a_held_name(stand: Planned) -> None:
    stand.clerk.rename_file(files(stand)[0], "Договор 1.docx")


def renamed_on_disk(stand: Planned) -> None:
    stand.worker.rename(stand.twin(files(stand)[0]), "Другой.docx")


def renamed_on_both(stand: Planned) -> None:
    renamed_in_onec(stand)
    stand.worker.rename(stand.twin(files(stand)[0]), "Третий.docx")


def moved_out(stand: Planned) -> None:
    stand.worker.move(stand.twin(files(stand)[0]), stand.elsewhere)


def too_large(stand: Planned) -> None:
    stand.map(max_version_size=100)
    stand.clerk.edit_file(files(stand)[0], b"x" * 101)


def nothing(stand: Planned) -> None:
    """Nobody did anything."""


SITUATIONS: list[tuple[Callable[[Planned], None], list[str]]] = [
    (nothing, []),
    (new_file, ["upload"]),
    (two_of_one_name, ["upload", "upload"]),
    (large_file, ["upload"]),
    (meets_equal, []),
    (meets_another, ["new_version_on_disk", "show_on_card", "upload"]),
    (edited_in_onec, ["new_version_on_disk"]),
    (edited_on_disk, ["new_version_in_1c"]),
    (edited_on_both, ["new_version_on_disk", "show_on_card", "upload"]),
    (edited_on_both_alike, []),
    (signed_and_edited, ["new_version_on_disk", "show_on_card", "upload"]),
    (renamed_in_onec, ["rename_on_disk"]),
    (renamed_to_a_held_name, ["rename_on_disk"]),
    (renamed_on_disk, ["rename_in_1c"]),
    (renamed_on_both, ["rename_on_disk"]),
    (moved_out, []),
    (too_large, ["show_on_card"]),
]


@pytest.mark.parametrize(("happens", "does"), SITUATIONS, ids=lambda one: getattr(one, "__name__", ""))
def test_it_is_as_planned(stand: Planned, happens: Callable[[Planned], None], does: list[str]) -> None:
    happens(stand)
    assert words(as_planned(stand)) == does
    assert as_planned(stand) == [], "and then there is nothing left to do"


@pytest.mark.parametrize(
    ("happens", "does"),
    [
        (lambda stand: stand.clerk.mark_deleted(files(stand)[0]), ["trash_on_disk"]),
        (lambda stand: stand.worker.trash(stand.twin(files(stand)[0])), ["restore_on_disk"]),
        (lambda stand: stand.worker.destroy(stand.twin(files(stand)[0])), ["upload"]),
    ],
    ids=["marked", "trashed", "destroyed"],
)
def test_what_is_held_is_planned_when_it_is_let_pass(
    stand: Planned, happens: Callable[[Planned], None], does: list[str]
) -> None:
    """One run sees it, the next lets it pass, because it sees all of the mapping: each plan says what its run does."""
    happens(stand)
    did = as_planned(stand)
    stand.clock.advance(300)
    assert words([*did, *as_planned(stand)]) == does
    stand.clock.advance(300)
    assert as_planned(stand) == []


def test_deleted_in_1c_and_edited_on_disk_the_copy_is_planned_too(stand: Planned) -> None:
    edited_on_disk(stand)
    stand.clerk.mark_deleted(files(stand)[0])
    did = []
    for _ in range(3):
        did += as_planned(stand)
        stand.clock.advance(300)
    assert words(did) == ["show_on_card", "trash_on_disk", "upload"]


def test_the_first_taking_in_is_planned_to_the_last_file(tmp_path: Path) -> None:
    """Pages of forty documents, uploads of forty files, names that are taken by the way."""
    stand = Planned(str(tmp_path))
    for number in range(95):
        name = "Акт.docx" if number % 9 == 0 else f"Договор {number}.docx"
        stand.clerk.add_file(stand.document(reg_number=f"{number}"), name, f"{number}".encode())
    stand.clerk.mark_deleted(files(stand)[3])
    did = as_planned(stand)
    assert words(did) == ["upload"] * 94
    assert len({one[1] for one in did}) == 94, "every file under a name of its own"
    use(None)


def test_documents_folders_and_users_new_files_are_planned(tmp_path: Path) -> None:
    stand = published(str(tmp_path), 2, mapping={"subfolder": "{reg_number}", "reverse": "create"})
    own = stand.worker.node(stand.twin(files(stand)[0])).parent_id
    stand.worker.upload(own, "Приложение.pdf", b"by a user")
    new_file(stand)
    assert words(as_planned(stand)) == ["make_folder", "new_file_in_1c", "upload"]
    assert as_planned(stand) == []
    use(None)


def test_a_document_given_another_number_takes_its_file_to_another_folder_as_planned(tmp_path: Path) -> None:
    stand = published(str(tmp_path), 2, mapping={"subfolder": ""})
    stand.map(subfolder="{reg_number}")
    did: list[Line] = []
    for _ in range(3):
        did += as_planned(stand)
        stand.clock.advance(300)
    assert words(did) == ["make_folder", "make_folder", "move_on_disk", "move_on_disk"]
    use(None)


def test_an_alarm_is_a_line_of_the_plan_and_told_only_by_the_run(tmp_path: Path) -> None:
    stand = published(str(tmp_path), 8)
    for file in files(stand)[:6]:
        stand.worker.trash(stand.twin(file))
    lines = stand.plan()
    assert [(one["reason"], one["about"]) for one in lines if one["would"] == "alarm"] == [
        ("mapping_vanished", "mapping:contracts")
    ]
    assert as_planned(stand) == [], "the mapping stands until a person has confirmed"
    assert any("contracts" in text or "Договоры" in text for _, text in stand.told())
    use(None)


def test_while_1c_is_down_the_plan_says_so_and_nobody_is_told(stand: Planned) -> None:
    edited_on_disk(stand)
    stand.base.faults.add(troubles.instead(troubles.page(503), times=1000))
    assert [one["would"] for one in stand.plan()] == ["side_down", "end"]
    stand.base.faults.clear()
    assert words(as_planned(stand)) == ["new_version_in_1c"], "the plan left the breaker as it was"


def test_a_plan_waits_for_the_portals_limit_instead_of_leaving_files_out(tmp_path: Path) -> None:
    """The house has used up what the portal takes from all of us."""
    stand = published(str(tmp_path), 1)
    for number in range(50):
        stand.clerk.add_file(stand.document(), f"Новый {number}.docx", f"{number}".encode())
    stand.services.limiter.exceeded()
    assert len([one for one in stand.plan() if one["would"] == "upload"]) == 50
    use(None)


PEOPLE: dict[str, Callable[[Planned], object]] = {
    "new": new_file,
    "two": two_of_one_name,
    "meets": meets_another,
    "onec": edited_in_onec,
    "disk": edited_on_disk,
    "sign": lambda stand: stand.clerk.sign(files(stand)[0]),
    "rename onec": renamed_in_onec,
    "rename disk": renamed_on_disk,
    "swap": renamed_to_a_held_name,
    "out": moved_out,
    "mark": lambda stand: stand.clerk.mark_deleted(files(stand)[1]),
    "trash": lambda stand: stand.worker.trash(stand.twin(files(stand)[2])),
    "edit other": lambda stand: stand.clerk.edit_file(files(stand)[2], b"other"),
}


@settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(sorted(PEOPLE)), min_size=1, max_size=5, unique=True))
def test_whatever_people_did_the_plan_is_kept(acts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            stand = published(folder)
            for act in acts:
                try:
                    PEOPLE[act](stand)
                except RestError:
                    continue  # the name is taken: people would see it too
            for _ in range(4):
                as_planned(stand)
                stand.clock.advance(300)
            assert as_planned(stand) == [], f"after {acts} it never comes to rest"
        finally:
            use(None)
