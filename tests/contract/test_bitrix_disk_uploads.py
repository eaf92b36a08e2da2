"""Small files go together: every byte and every name arrives, each has its own outcome."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.bitrix.faults import PortalRefused
from common.errors import InDoubt, NameTaken, NeedsPerson, TryLater
from common.model.documents import DiskFile, FolderId, Upload
from tests.simulators.bitrix24 import troubles
from tests.simulators.faults import Fault
from tests.unit.bitrix.disk_stand import US, DiskStand, Source
from tests.unit.bitrix.support import SECRET

NAMES = [
    "Акт № 5 от 01.02.2026.pdf", 'ООО "Ромашка".docx', "счёт 🎉.xlsx", "100 %_+&=?.txt", "a'b`c.txt", "ё.txt",
    "«»—….txt",
]  # fmt: skip
KEPT = [
    "Акт № 5 от 01.02.2026.pdf",
    "ООО _Ромашка_.docx",
    "счёт _.xlsx",
    "100 %_+_=_.txt",
    "a_b`c.txt",
    "ё.txt",
    "«»—….txt",
]
FIVE_MB = bytes(range(256)) * 20_480


@pytest.fixture
def there() -> DiskStand:
    return DiskStand()


def good(found: DiskFile | Exception) -> DiskFile:
    assert isinstance(found, DiskFile), found
    return found


def test_40_files_go_with_one_request(there: DiskStand) -> None:
    wanted = [
        Upload(there.root, f"Файл {number}.bin", bytes([number, 251, 255, 62]) * (number + 1)) for number in range(40)
    ]
    found = [good(one) for one in there.disk.upload_together(wanted)]
    assert there.hits() == 1
    assert [(one.name, one.size, one.folder, one.revision) for one in found] == [
        (one.name, len(one.data), there.root, 1) for one in wanted
    ]
    assert [there.person.read(one.id) for one in found] == [one.data for one in wanted]
    assert there.stand.limits.taken == [("bulk", "disk.folder.uploadFile")]


def test_a_mebibyte_goes_in_a_batch(there: DiskStand) -> None:
    data = FIVE_MB[: 1024 * 1024]
    found = good(there.disk.upload_together([Upload(there.root, "большой.bin", data)])[0])
    assert there.person.read(found.id) == data
    for wanted in ([Upload(there.root, "x", data + b"!")], [Upload(there.root, "x", b"x")] * 41):
        with pytest.raises(ValueError, match="more than"):
            there.disk.upload_together(wanted)
    assert there.disk.upload_together([]) == []
    assert there.hits() == 1


@pytest.mark.parametrize("way", ["together", "two steps"])
def test_every_name_arrives(there: DiskStand, way: str) -> None:
    """As we corrected it, whatever Disk would have made of it."""
    there.state.options.replacement = "!"
    if way == "together":
        found = [good(one) for one in there.disk.upload_together([Upload(there.root, name, b"x") for name in NAMES])]
    else:
        found = [there.disk.upload(there.root, name, Source(b"x").content) for name in NAMES]
    assert [one.name for one in found] == KEPT


def test_what_a_batch_cannot_carry_goes_alone(there: DiskStand) -> None:
    wanted = [
        Upload(there.root, "обычный.txt", b"1"),
        Upload(there.root, "$result[u0][ID].txt", b"22"),
        Upload(there.root, "пустой.txt", b""),
        Upload(there.root, "ещё один.txt", b"333"),
    ]
    found = [good(one) for one in there.disk.upload_together(wanted)]
    assert [(one.name, one.size) for one in found] == [(one.name, len(one.data)) for one in wanted]
    assert there.hits() == 1 + 1 + 2


def test_each_of_a_batch_has_its_own_outcome(there: DiskStand) -> None:
    there.file("Занято.txt")
    closed = there.folder("Чужое")
    there.person.deny(closed, US)
    wanted = [
        Upload(there.root, "занято.txt", b"x"),
        Upload(there.root, "новый.txt", b"x"),
        Upload(closed, "новый.txt", b"x"),
        Upload(FolderId(555), "новый.txt", b"x"),
        Upload(there.root, "$занято.txt", b"x"),
        Upload(FolderId(555), "$.txt", b"x"),
    ]
    there.file("$занято.txt")
    found = there.disk.upload_together(wanted)
    assert [type(one) for one in found] == [NameTaken, DiskFile, NeedsPerson, NeedsPerson, NameTaken, NeedsPerson]
    words = [one.stops[0].reason for one in found if isinstance(one, NeedsPerson)]
    assert words == ["folder_forbidden", "folder_missing", "folder_missing"]


def test_twice_the_same_name_in_one_batch(there: DiskStand) -> None:
    first, second = there.disk.upload_together([Upload(there.root, "a.txt", b"1"), Upload(there.root, "A.txt", b"2")])
    assert isinstance(second, NameTaken)
    assert there.person.read(good(first).id) == b"1"


def test_no_room_is_for_a_person(there: DiskStand) -> None:
    there.state.options.quota_exceeded = True
    assert type(there.disk.upload_together([Upload(there.root, "a.txt", b"1")])[0]) is PortalRefused
    with pytest.raises(PortalRefused):
        there.disk.upload(there.root, "a.txt", Source(b"1").content)


@pytest.mark.parametrize("lost", [troubles.drop_before, troubles.drop_after, lambda: troubles.html(502)])
def test_a_lost_answer_of_a_batch_is_in_doubt(there: DiskStand, lost: Callable[[], Fault]) -> None:
    there.stand.portal.faults.add(lost())
    with pytest.raises(InDoubt):
        there.disk.upload_together([Upload(there.root, "a.txt", b"1"), Upload(there.root, "$.txt", b"1")])
    assert there.hits() == 1


def test_one_that_went_alone_does_not_lose_the_others(there: DiskStand) -> None:
    there.stand.afterwards.append(lambda: there.stand.portal.faults.add(troubles.drop_after()))
    found = there.disk.upload_together([Upload(there.root, "a.txt", b"1"), Upload(there.root, "$.txt", b"1")])
    assert [type(one) for one in found] == [DiskFile, InDoubt]


def test_a_batch_that_was_too_fast_is_repeated(there: DiskStand) -> None:
    there.stand.portal.faults.add(troubles.query_limit(times=2))
    assert good(there.disk.upload_together([Upload(there.root, "a.txt", b"1")])[0]).name == "a.txt"
    assert (there.stand.limits.full, there.hits(), there.effects()) == (2, 3, ["add"])


def test_a_blocked_method_inside_a_batch_closes_it(there: DiskStand) -> None:
    assert there.stand.portal.operating
    there.stand.portal.operating.record(f"webhook/{SECRET}", "disk.folder.uploadFile", 481, there.stand.clock.now())
    found = there.disk.upload_together([Upload(there.root, "a.txt", b"1")])
    assert type(found[0]) is TryLater
    assert set(there.stand.limits.closed) == {"disk.folder.uploadFile"}
