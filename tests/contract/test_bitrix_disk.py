"""Disk through our client: what is there and what is gone; and how many requests it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.bitrix.disk import PortalDisk
from common.errors import NeedsPerson, SideDown, TryLater
from common.model.documents import DiskId, FolderId, Listing
from common.ports.disk import Ask, Disk
from tests.simulators.bitrix24 import troubles
from tests.simulators.bitrix24.disk import seed_files
from tests.simulators.faults import Fault
from tests.simulators.web import Answer
from tests.unit.bitrix.disk_stand import COLLEAGUE, US, DiskStand, installed, reason


@pytest.fixture
def there() -> DiskStand:
    return DiskStand()


def listing(page: object) -> Listing:
    assert isinstance(page, Listing), page
    return page


def test_it_is_the_disk_of_the_port(there: DiskStand) -> None:
    disk: Disk = there.disk
    assert disk.storage_folder(there.state.common.id) == there.root
    assert disk.storage_folder(999_999) is None


def test_25_folders_are_watched_with_one_request(there: DiskStand) -> None:
    folders = [there.folder(f"Тип {number}", files=2) for number in range(25)]
    since = there.stand.clock.now() + timedelta(minutes=1)
    asks = [ask for folder in folders for ask in (Ask(folder, changed_since=since), Ask(folder, newest=True))]
    pages = there.disk.pages(asks)
    assert there.hits() == 1
    assert [listing(page).total for page in pages] == [0, 2] * 25
    assert all(file.folder == ask.folder for ask, page in zip(asks, pages, strict=True) for file in listing(page).files)
    assert there.stand.limits.taken == [("bulk", "disk.folder.getChildren")]


def test_pages_keep_the_order_of_what_was_asked_beyond_50(there: DiskStand) -> None:
    folders = [there.folder(f"Тип {number}", files=1 + number % 3) for number in range(60)]
    pages = there.disk.pages([Ask(folder) for folder in folders])
    assert [listing(page).total for page in pages] == [1 + number % 3 for number in range(60)]
    assert there.hits() == 2


def test_a_page_of_every_kind(there: DiskStand) -> None:
    folder = there.folder("Договоры")
    files = seed_files(there.stand.portal, folder, 120, step=timedelta(minutes=1))
    sub = there.person.add_folder(folder, "2026")
    ids = [file.id for file in files]
    since = there.stand.clock.now() - timedelta(minutes=4)
    asks = [
        Ask(folder),
        Ask(folder, start=100),
        Ask(folder, newest=True),
        Ask(folder, changed_since=since),
        Ask(folder, first=DiskId(ids[10]), last=DiskId(ids[12])),
        Ask(folder, name="документ 7.TXT"),
        Ask(folder, name="нет такого.txt"),
    ]
    found = [listing(page) for page in there.disk.pages(asks)]
    assert [[file.id for file in page.files] for page in found] == [
        ids[:50], ids[100:], [*reversed(ids[71:])], ids[115:], ids[10:13], [ids[6]], [],
    ]  # fmt: skip
    assert [page.total for page in found] == [121, 121, 121, 6, 3, 1, 0]
    assert [one.id for one in found[1].folders] == [sub] == [one.id for one in found[2].folders]
    assert there.hits() == 1


def test_a_name_with_a_dollar_sign_is_asked_apart(there: DiskStand) -> None:
    file = there.file("100 $result[p0].txt")
    other = there.folder("Другая", files=1)
    first, second = there.disk.pages([Ask(there.root, name="100 $result[p0].txt"), Ask(other)])
    assert ([one.id for one in listing(first).files], listing(second).total) == ([file], 1)
    assert there.hits() == 2


def test_a_name_is_looked_for_as_disk_keeps_it(there: DiskStand) -> None:
    made = there.disk.make_folder(there.root, 'ООО "Ромашка": 1/2')
    page = listing(there.disk.pages([Ask(there.root, name='ООО "Ромашка": 1/2')])[0])
    assert [one.id for one in page.folders] == [made.id]


@pytest.mark.parametrize("is_error", [True, False])
@pytest.mark.parametrize("condition", ["", "какой-то.txt"])
def test_a_folder_that_shows_nothing_is_told_from_an_empty_one(
    there: DiskStand, is_error: bool, condition: str
) -> None:
    """The portal gives an empty list for what is forbidden or in the trash: nobody may take that for deleted files."""
    there.state.options.denied_listing_is_error = is_error
    full, empty, denied, binned = [there.folder(name, files=name != "Пустая") for name in ("А", "Пустая", "Б", "В")]
    parent = there.folder("Г")
    below = FolderId(there.person.add_folder(parent, "внутри"))
    there.person.deny(denied, US)
    there.person.trash(binned)
    there.person.trash(parent)
    gone = FolderId(777_777)
    asked = [Ask(folder, name=condition) for folder in (full, empty, denied, binned, below, gone)]
    pages = there.disk.pages([Ask(full), *asked])
    assert pages[3:] == ["forbidden", "missing", "missing", "missing"]
    assert listing(pages[2]).total == 0
    assert there.hits() == 2


def test_any_other_fault_of_a_page_is_raised(there: DiskStand) -> None:
    there.folder("А", files=1)
    operating = there.stand.portal.operating
    assert operating
    operating.record("webhook/wh00ksecret00wh00k", "disk.folder.getChildren", 481, there.stand.clock.now())
    with pytest.raises(TryLater, match="method_closed"):
        there.disk.pages([Ask(there.root)])
    assert set(there.stand.limits.closed) == {"disk.folder.getChildren"}
    with pytest.raises(TryLater, match="method_closed"):
        there.disk.pages([Ask(there.root)])


def test_a_page_of_another_shape_is_unreadable_and_the_others_are_read(there: DiskStand) -> None:
    body = b'{"result":{"result":{"p0":false,"p1":[]},"result_error":[],"result_total":{"p0":0,"p1":7}},"time":{}}'
    there.stand.portal.faults.add(Fault(troubles.calls_of("batch"), 1, instead=lambda _: Answer(200, body)))
    odd, other = there.disk.pages([Ask(there.root), Ask(there.folder("А"))])
    assert odd == "unreadable"
    assert listing(other).total == 7


def test_a_file_of_another_shape_hides_no_other(there: DiskStand) -> None:
    odd, gone = (there.file(f"{name}.txt", b"12345") for name in "ab")
    errors = f'{{"o{gone}":{{"error":"ERROR_NOT_FOUND","error_description":"Could not find entity"}}}}'
    body = f'{{"result":{{"result":{{"o{odd}":{{"ID":"?"}}}},"result_error":{errors}}},"time":{{}}}}'.encode()
    there.stand.portal.faults.add(Fault(troubles.calls_of("batch"), 2, instead=lambda _: Answer(200, body)))
    assert there.disk.files([odd, gone], readable=True) == {gone: None}
    with pytest.raises(NeedsPerson, match="portal_answer_unreadable"):
        there.disk.files([odd, gone])


def test_known_files_wherever_they_are_now(there: DiskStand) -> None:
    folder = there.folder("Договоры")
    alive, binned, went, gone = (there.file(f"{name}.txt", b"12345") for name in "abcd")
    there.person.move(went, folder)
    there.person.trash(binned)
    there.person.trash(folder)
    there.person.destroy(gone)
    found = there.disk.files([alive, binned, went, gone, DiskId(555)])
    assert there.hits() == 1
    assert found[gone] is found[DiskId(555)] is None
    kept = [one for one in found.values() if one]
    assert [(one.trashed, one.trashed_itself) for one in kept] == [(False, False), (True, True), (True, False)]
    assert [(one.folder, one.size, one.created_by) for one in kept] == [
        (there.root, 5, COLLEAGUE), (there.root, 5, COLLEAGUE), (folder, 5, COLLEAGUE),
    ]  # fmt: skip
    assert there.disk.files([]) == {}
    assert there.hits() == 0


def test_a_forbidden_file_stops_for_the_admin(there: DiskStand) -> None:
    file = there.file()
    there.person.deny(there.root, US)
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.files([file])
    assert reason(stopped) == "folder_forbidden"


def test_2500_files_are_confirmed_with_50_requests(there: DiskStand) -> None:
    files = seed_files(there.stand.portal, there.root, 2500)
    there.stand.portal.intensity = None
    found = there.disk.files([DiskId(file.id) for file in files])
    assert (there.hits(), len(found), None in found.values()) == (50, 2500, False)


def test_folders_and_what_they_are_called(there: DiskStand) -> None:
    open_one, denied, binned = (there.folder(name) for name in ("Акты", "Тайна", "Старое"))
    there.person.deny(denied, US)
    there.person.trash(binned)
    asked = [open_one, denied, binned, FolderId(555)]
    found = there.disk.folders(asked)
    assert there.hits() == 1
    assert found[denied] is found[FolderId(555)] is None
    assert [(one.name, one.parent, one.trashed) for one in found.values() if one] == [
        ("Акты", there.root, False), ("Старое", there.root, True),
    ]  # fmt: skip
    assert there.disk.names(asked) == {open_one: "Акты", binned: "Старое"}


def test_reads_are_asked_again_before_the_portal_counts_as_down(there: DiskStand) -> None:
    there.file()
    there.stand.portal.faults.add(troubles.drop_after())
    assert listing(there.disk.pages([Ask(there.root)])[0]).total == 1
    there.stand.portal.faults.add(troubles.html(502))
    with pytest.raises(SideDown):
        there.disk.pages([Ask(there.root)])


def test_too_fast_is_repeated_and_told_to_everybody(there: DiskStand) -> None:
    there.stand.portal.faults.add(troubles.query_limit(times=2))
    assert there.disk.make_folder(there.root, "Акты").name == "Акты"
    assert (there.stand.limits.full, there.hits()) == (2, 3)


def test_an_expired_token_is_renewed() -> None:
    there, application = installed()
    file = there.file()
    there.stand.portal.faults.add(troubles.expired_token())
    assert there.disk.rename(file, "x.pdf").name == "x.pdf"
    there.stand.portal.faults.add(troubles.expired_token())
    assert set(there.disk.files([file])) == {file}
    assert application.refreshes() == 2


def test_a_webhook_without_the_scope_waits_for_the_admin() -> None:
    there = DiskStand()
    disk: PortalDisk = there.through(there.stand.webhook("crm"))
    for call in (lambda: disk.pages([Ask(there.root)]), lambda: disk.make_folder(there.root, "x")):
        with pytest.raises(NeedsPerson) as stopped:
            call()
        assert reason(stopped) == "missing_scope"
