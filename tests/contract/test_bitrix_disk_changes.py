"""Files renamed, moved, thrown away and restored, folders made: once, and never beyond the trash."""

from __future__ import annotations

import pytest

from common.errors import InDoubt, NameTaken, NeedsPerson, TryLater
from common.model.documents import FolderId
from tests.simulators.bitrix24 import troubles
from tests.unit.bitrix.disk_stand import US, DiskStand, reason


@pytest.fixture
def there() -> DiskStand:
    return DiskStand()


def test_a_file_is_renamed_as_disk_takes_it(there: DiskStand) -> None:
    file = there.file()
    there.state.options.replacement = "!"
    assert there.disk.rename(file, "Акт «5»: 100 $ & ещё.pdf").name == "Акт «5»_ 100 $ _ ещё.pdf"
    assert there.disk.rename(file, "АКТ «5»_ 100 $ _ ещё.pdf").name == "АКТ «5»_ 100 $ _ ещё.pdf"
    there.file("занято.pdf")
    with pytest.raises(NameTaken) as taken:
        there.disk.rename(file, "Занято.pdf")
    assert taken.value.name == "Занято.pdf"


def test_a_file_is_moved(there: DiskStand) -> None:
    file, folder = there.file(), there.folder("Акты")
    moved = there.disk.move(file, folder)
    assert (moved.id, moved.folder, there.hits()) == (file, folder, 1)
    other = FolderId(there.person.root(there.person.add_storage("Группа")))
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.move(file, other)
    assert reason(stopped) == "other_storage"
    there.person.upload(there.root, "Акт.pdf", b"another")
    with pytest.raises(NameTaken):
        there.disk.move(file, there.root)


def test_a_move_says_which_of_the_two_is_gone(there: DiskStand) -> None:
    file = there.file()
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.move(file, FolderId(555))
    assert (reason(stopped), stopped.value.stops[0].field) == ("folder_missing", "folder 555")
    there.person.destroy(file)
    with pytest.raises(TryLater, match="disk_file_gone"):
        there.disk.move(file, there.folder("Акты"))


def test_what_is_in_the_trash_or_gone_may_be_thrown_away_again(there: DiskStand) -> None:
    file = there.file()
    there.disk.trash(file)
    assert there.person.node(file).deleted_type == 3
    there.disk.trash(file)
    there.stand.portal.faults.add(troubles.error(403, "ACCESS_DENIED", "Access denied", "disk.file.markDeleted"))
    there.disk.trash(file)
    assert there.person.node(file).deleted_type == 3
    there.person.destroy(file)
    there.disk.trash(file)
    assert file not in there.state.objects


def test_what_may_not_be_thrown_away_is_told(there: DiskStand) -> None:
    file = there.file()
    there.person.forbid_writing(file, US)
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.trash(file)
    assert reason(stopped) == "folder_forbidden"
    assert there.person.node(file).deleted_type == 0


def test_a_file_is_restored(there: DiskStand) -> None:
    file = there.file()
    there.person.trash(file)
    restored = there.disk.restore(file)
    assert (restored.id, restored.trashed, restored.folder) == (file, False, there.root)
    there.person.trash(file)
    there.person.upload(there.root, "Акт.pdf", b"another")
    with pytest.raises(NameTaken):
        there.disk.restore(file)
    there.person.destroy(file)
    with pytest.raises(TryLater, match="disk_file_gone"):
        there.disk.restore(file)


def test_a_folder_is_made_once(there: DiskStand) -> None:
    there.state.options.replacement = "!"
    made = there.disk.make_folder(there.root, "Договор № 5/2026")
    assert (made.name, made.parent, there.hits()) == ("Договор № 5_2026", there.root, 1)
    assert there.disk.make_folder(there.root, "договор № 5/2026").id == made.id
    assert there.hits() == 2
    there.disk.make_folder(there.root, "$result[a]")
    assert there.disk.make_folder(there.root, "$result[a]").name == "$result[a]"


def test_a_folder_cannot_be_made_where_a_file_has_its_name(there: DiskStand) -> None:
    file = there.file("Акты")
    with pytest.raises(NameTaken) as taken:
        there.disk.make_folder(there.root, "Акты")
    assert taken.value.holders == (str(file),)
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.make_folder(FolderId(555), "Акты")
    assert reason(stopped) == "folder_missing"
    there.person.forbid_writing(there.root, US)
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.make_folder(there.root, "Новая")
    assert reason(stopped) == "folder_forbidden"


def test_a_folder_that_went_away_meanwhile_is_made_next_time(there: DiskStand) -> None:
    folder = there.folder("Акты")
    there.stand.afterwards.append(lambda: there.person.trash(folder))
    with pytest.raises(TryLater, match="folder_vanished"):
        there.disk.make_folder(there.root, "Акты")
    assert there.disk.make_folder(there.root, "Акты").id != folder


@pytest.mark.parametrize("lost", [troubles.drop_before, troubles.drop_after, lambda: troubles.html(502)])
@pytest.mark.parametrize("write", ["rename", "move", "trash", "restore", "make_folder"])
def test_a_lost_answer_of_a_change_is_in_doubt(there: DiskStand, lost: object, write: str) -> None:
    file, folder = there.file(), there.folder("Акты")
    calls = {
        "rename": lambda disk: disk.rename(file, "x.pdf"),
        "move": lambda disk: disk.move(file, folder),
        "trash": lambda disk: disk.trash(file),
        "restore": lambda disk: disk.restore(file),
        "make_folder": lambda disk: disk.make_folder(there.root, "Новая"),
    }
    there.stand.portal.faults.add(lost())  # type: ignore[operator]
    with pytest.raises(InDoubt):
        calls[write](there.disk)
    assert there.hits() == 1
