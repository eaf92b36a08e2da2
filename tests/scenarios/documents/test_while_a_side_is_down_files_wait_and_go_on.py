"""Outages (rules, Documents, Monitoring): work waits for the side, people are told once, all of it is made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from tests.document_stand import DM_HOST
from tests.scenarios.documents.papers import Papers
from tests.simulators.bitrix24 import troubles as portal
from tests.simulators.dm import errors
from tests.simulators.dm import troubles as dm
from tests.simulators.faults import Fault
from tests.stand import ADMIN, PORTAL_HOST

MANY = 100_000
TROUBLES: dict[str, Callable[[Papers], Callable[[], None]]] = {}


def unreachable(host: str) -> Callable[[Papers], Callable[[], None]]:
    def begin(papers: Papers) -> Callable[[], None]:
        def gate(request: httpx.Request) -> None:
            if request.url.host == host:
                raise httpx.ConnectError("no route to host")

        papers.gate = gate
        return lambda: setattr(papers, "gate", lambda _: None)

    return begin


def scripted(side: str, fault: Callable[[], Fault]) -> Callable[[Papers], Callable[[], None]]:
    def begin(papers: Papers) -> Callable[[], None]:
        faults = papers.base.faults if side == "1C" else papers.portal.faults
        faults.add(fault())
        return faults.clear

    return begin


def switched_off(papers: Papers) -> Callable[[], None]:
    papers.base.switches.enabled = False
    return lambda: setattr(papers.base.switches, "enabled", True)


TROUBLES |= {
    "1C unreachable": unreachable(DM_HOST),
    "1C maintenance": scripted("1C", lambda: dm.instead(dm.page(503), times=MANY)),
    "1C gateway": scripted("1C", lambda: dm.instead(dm.page(502), times=MANY)),
    "1C locked": scripted("1C", lambda: dm.instead(dm.locked, times=MANY)),
    "1C without licence": scripted("1C", lambda: dm.instead(dm.no_licence(), times=MANY)),
    "1C busy": scripted("1C", lambda: dm.instead(dm.refusing(errors.busy(5)), times=MANY)),
    "1C switched off": switched_off,
    "portal unreachable": unreachable(PORTAL_HOST),
    "portal gateway": scripted("portal", lambda: portal.html(502, times=MANY)),
    "portal maintenance": scripted("portal", lambda: portal.html(503, times=MANY)),
    "portal in a hurry": scripted("portal", lambda: portal.query_limit(times=MANY)),
}
ALL = pytest.mark.parametrize("trouble", TROUBLES)


@ALL
def test_what_happened_on_both_sides_meanwhile_is_made_up(papers: Papers, trouble: str) -> None:
    files = [papers.publish(f"{number}.docx", b"%d" % number) for number in range(4)]
    over = TROUBLES[trouble](papers)
    papers.clerk.edit_file(files[0], b"1C")
    papers.worker.edit(papers.twin(files[1]), b"Disk")
    papers.clerk.rename_file(files[2], "Новый.docx")
    papers.clerk.mark_deleted(files[3])
    papers.clerk.add_file(papers.document(), "5.docx", b"5")
    papers.minutes(30)
    over()
    papers.minutes(90)
    assert papers.on_disk() == {"0.docx": b"1C", "1.docx": b"Disk", "Новый.docx": b"2", "5.docx": b"5"}
    assert papers.last(files[1]).content.read() == b"Disk"
    assert (papers.waits(), papers.conflicts(), papers.stopped()) == ([], [], {})


@ALL
def test_each_thing_is_done_once(papers: Papers, trouble: str) -> None:
    file = papers.publish()
    over = TROUBLES[trouble](papers)
    papers.clerk.edit_file(file, b"two")
    papers.clerk.add_file(papers.document(), "Новый.docx", b"new")
    papers.minutes(20)
    over()
    papers.minutes(90)
    assert sorted(papers.writes()) == ["disk add", "disk add", "disk version"]


@pytest.mark.parametrize("trouble", ["1C unreachable", "1C maintenance", "1C gateway"])
def test_the_admin_is_told_once_that_1c_is_down_and_once_that_it_is_back(papers: Papers, trouble: str) -> None:
    files = [papers.publish(f"{number}.docx", b"%d" % number) for number in range(5)]
    over = TROUBLES[trouble](papers)
    for file in files:
        papers.clerk.edit_file(file, b"two")
    papers.minutes(30)
    assert [person for person, _ in papers.told()] == [ADMIN]
    over()
    papers.minutes(60)
    assert len(papers.told()) == 2


@pytest.mark.parametrize("trouble", ["1C unreachable", "1C maintenance", "portal unreachable", "portal gateway"])
def test_a_side_that_is_down_is_left_alone(papers: Papers, trouble: str) -> None:
    for number in range(20):
        papers.publish(f"{number}.docx", b"%d" % number)
    TROUBLES[trouble](papers)
    for file in papers.base.store.files.values():
        papers.clerk.edit_file(file, b"two")
    papers.minutes(10)
    portal_before, dm_before = len(papers.portal.requests), len(papers.base.requests)
    papers.minutes(20)
    assert len(papers.portal.requests) - portal_before <= 60
    assert len(papers.base.requests) - dm_before <= 60
    papers.gate = lambda _: None
    papers.base.faults.clear()
    papers.portal.faults.clear()
    papers.minutes(90)
    assert set(papers.on_disk().values()) == {b"two"}


def test_a_restored_1c_whose_numbers_went_back_is_looked_at_anew(papers: Papers) -> None:
    """1C came back from a copy: its feed knows less than we have read already."""
    papers.base.switches.future_cursor = "gone"
    file = papers.publish()
    papers.services.document_desk.advance("feed", "100000")
    papers.base.courier.faults.clear()
    papers.clerk.edit_file(file, b"two")
    papers.minutes(30)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_a_wrong_password_stops_everything_until_it_is_mended(papers: Papers) -> None:
    file = papers.publish()
    users = dict(papers.base.logins)
    papers.base.logins = dict.fromkeys(users, "другой")
    papers.clerk.edit_file(file, b"two")
    papers.minutes(30)
    assert len(papers.told()) == 1
    papers.base.logins = users
    papers.minutes(90)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_a_clock_that_is_wrong_signs_nothing_wrong(papers: Papers) -> None:
    papers.base.switches.clock_skew = timedelta(seconds=200)
    file = papers.publish()
    papers.worker.edit(papers.twin(file), b"two")
    papers.settle()
    assert papers.versions(file) == [b"one", b"two"]
    assert papers.last(file).content.read() == papers.worker.read(papers.twin(file))


@pytest.mark.parametrize("side", ["1C", "portal"])
def test_an_outage_in_the_middle_of_a_hundred_files(papers: Papers, side: str) -> None:
    for number in range(100):
        papers.clerk.add_file(papers.document(), f"{number:03}.docx", b"%d" % number)
    seen: list[str] = []
    host = DM_HOST if side == "1C" else PORTAL_HOST

    def gate(request: httpx.Request) -> None:
        if request.url.host == host:
            seen.append(request.url.path)
            if 60 < len(seen) < 200:
                raise httpx.ReadTimeout("no answer")

    papers.gate = gate
    papers.minutes(60)
    papers.gate = lambda _: None
    papers.minutes(90)
    assert papers.on_disk() == {f"{number:03}.docx": b"%d" % number for number in range(100)}
    assert papers.writes().count("disk add") == 100
    assert papers.waits() == []
