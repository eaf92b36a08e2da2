"""Who may call the service and when: passwords, secrets, clocks, rights, sessions, the switch in 1C."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from common.errors import NeedsPerson, SideDown, TryLater
from common.model.documents import Kept, Version
from common.onec.http_service.client import OnecArchive
from common.onec.http_service.transport import DmTransport
from common.settings.model import DocumentManagement as Settings
from common.settings.model import Secret
from tests.clock import START
from tests.contract.dm_archive import SECRETS, Desk, content, open_desk, refusing
from tests.simulators.dm.errors import busy
from tests.simulators.onec import platform_answers as trouble
from tests.simulators.web import transport


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk(described=False) as found:
        yield found


def add(desk: Desk, archive: OnecArchive) -> Kept:
    return archive.add_file(desk.document_id, "новый.txt", content(b"new content"), "disk:1", "", None)


def test_a_wrong_password_or_secret_closes_the_side_until_somebody_mends_it(desk: Desk) -> None:
    wrong = {"2026a": Secret("fedcba9876543210")}
    for archive in (desk.client(password="чужой"), desk.client(wrong), desk.client({"x": SECRETS["2026a"]})):
        with pytest.raises(SideDown) as down:
            archive.probe()
        assert (down.value.cause, down.value.certain) == ("credentials", True)


def test_secrets_are_changed_without_a_pause(desk: Desk) -> None:
    """1C learns the new one first, then we sign with it, then the old one goes."""
    new = {"2026b": Secret("00112233445566778899aabbccddeeff")}
    desk.dm.rotate("2026b", new["2026b"].reveal())
    assert desk.client(SECRETS).probe() == START
    assert desk.client({**new, **SECRETS}).probe() == START
    assert desk.sent[-1].headers["X-Exchange-Key-Id"] == "2026b"
    desk.dm.rotate("2026c", "ffeeddccbbaa99887766554433221100")
    assert desk.client(new).probe() == START
    with pytest.raises(SideDown, match="credentials"):
        desk.client(SECRETS).probe()


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_clock_too_far_off_is_named(desk: Desk, seconds: int) -> None:
    desk.dm.switches.clock_skew = timedelta(seconds=seconds)
    archive = desk.client()
    with pytest.raises(SideDown, match="stale_timestamp") as down:
        archive.probe()
    assert down.value.cause == "credentials"
    assert archive.clock_offset() == seconds
    desk.dm.switches.clock_skew = timedelta(seconds=seconds // abs(seconds) * 300)
    assert archive.probe()


def test_an_exchange_switched_off_in_1c_is_down_and_says_so(desk: Desk) -> None:
    archive = desk.warm()
    desk.dm.switches.enabled = False
    for call in (archive.counts, lambda: add(desk, archive)):
        with pytest.raises(SideDown) as down:
            call()
        assert (down.value.cause, down.value.certain) == ("switched_off", True)
    desk.dm.switches.enabled = True
    assert add(desk, archive).created


def test_no_free_session_is_waited_for_as_long_as_1c_says(desk: Desk) -> None:
    archive = desk.warm()
    desk.dm.sessions.occupied = desk.dm.switches.max_parallel
    desk.dm.switches.retry_after = 17
    for call in (archive.counts, lambda: add(desk, archive)):
        with pytest.raises(TryLater) as later:
            call()
        assert (type(later.value), later.value.reason, later.value.after) == (TryLater, "busy", 17.0)
    version = _first(desk)
    desk.fault(trouble.instead, refusing(busy(3)))
    with pytest.raises(TryLater, match="busy"), archive.open(version):
        pass


def _first(desk: Desk) -> Version:
    desk.dm.sessions.occupied = 0
    return desk.read(desk.client()).versions[0]


def test_a_forbidden_reading_waits_for_the_administrator(desk: Desk) -> None:
    archive = desk.warm()
    desk.dm.switches.forbidden = {("GET", "/v1/files/{id}")}
    with pytest.raises(NeedsPerson, match="onec_forbidden"):
        archive.files([desk.file_id])


def test_an_address_may_be_given_with_the_services_path(desk: Desk) -> None:
    """As an administrator copies it from the publication."""
    for url in ("http://dm.test/dm", "http://dm.test/dm/", "http://dm.test/dm/hs/exchange/"):
        with httpx.Client(transport=transport(desk.dm)) as http:
            settings = Settings(url, "Обмен", Secret("пароль"))
            archive = OnecArchive(DmTransport(settings, SECRETS, http, desk.clock, lambda: "1"), desk.clock)
            assert archive.probe() == START
