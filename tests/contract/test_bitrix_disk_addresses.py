"""Addresses of bytes hold our secrets: they go to the portal only, and nothing tells them."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import httpx
import pytest

from common.bitrix.client import new_http
from common.errors import ExchangeError, NeedsPerson, TryLater
from common.model.documents import DiskId
from tests.simulators.bitrix24 import troubles
from tests.simulators.faults import Fault
from tests.simulators.web import Answer, Server, transport
from tests.unit.bitrix.disk_stand import DiskStand, is_download
from tests.unit.bitrix.support import SECRET

DATA = bytes(range(256)) * 3000


@pytest.fixture
def there() -> DiskStand:
    return DiskStand()


def later(there: DiskStand, file: DiskId) -> str:
    with pytest.raises(TryLater) as raised:
        there.read(file)
    return raised.value.reason


COOKIE = f"s={SECRET}; Domain=.bitrix24.ru; Path=/"


class Elsewhere:
    """A portal whose downloads go on to another host."""

    def __init__(self, there: DiskStand, *locations: str) -> None:
        self.there, self.locations, self.asked = there, list(locations), list[httpx.Request]()
        self.answer = httpx.Response(200, content=DATA)
        self._portal = transport(there.stand.portal)
        there.stand.http = httpx.Client(transport=httpx.MockTransport(self._handle))
        there.disk = there.through(there.stand.webhook("disk"))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "example.bitrix24.ru" and "download" not in request.url.path:
            return self._portal.handle_request(request)
        self.asked.append(request)
        if self.locations:
            return httpx.Response(302, headers={"Location": self.locations.pop(0), "Set-Cookie": COOKIE})
        return self.answer


def test_bytes_on_another_host_are_read_without_telling_it_anything(there: DiskStand) -> None:
    elsewhere = Elsewhere(there, "https://cdn.bitrix24.ru/file?sig=1", "https://cdn2.example/file?sig=2")
    assert there.read(there.file("Акт.pdf", DATA)) == DATA
    first, *others = elsewhere.asked
    assert SECRET in str(first.url)
    assert [str(one.url) for one in others] == ["https://cdn.bitrix24.ru/file?sig=1", "https://cdn2.example/file?sig=2"]
    assert not any(name in one.headers for one in others for name in ("Referer", "Authorization", "Cookie"))
    assert there.stand.limits.taken == [("bulk", "disk.file.get"), ("bulk", "download")]


@pytest.mark.parametrize(
    "location", ["http://cdn.example/file", "http://127.0.0.1/file", "https://u:p@cdn.example/f", ""]
)
def test_a_download_never_goes_on_without_https(there: DiskStand, location: str) -> None:
    elsewhere = Elsewhere(there, location)
    with pytest.raises(NeedsPerson, match="portal_address_foreign"):
        there.read(there.file())
    assert len(elsewhere.asked) == 1


def test_a_download_is_not_sent_round_in_circles(there: DiskStand) -> None:
    Elsewhere(there, *(f"https://cdn{number}.example/" for number in range(9)))
    assert later(there, there.file()) == "download_moved"


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_another_host_that_fails_does_not_close_the_portal(there: DiskStand, status: int) -> None:
    elsewhere = Elsewhere(there, "https://cdn.example/file?sig=1")
    elsewhere.answer = httpx.Response(status, content=b"<Error>AccessDenied</Error>")
    assert later(there, there.file()) == "download_refused"


@pytest.mark.parametrize("url", ["https://evil.ru/file?auth=x", "http://example.bitrix24.ru/download/?auth=x"])
def test_a_foreign_address_is_not_followed(there: DiskStand, url: str) -> None:
    row = (
        '{"ID":"1","NAME":"x","TYPE":"file","PARENT_ID":"1","SIZE":"1","FILE_ID":"1","GLOBAL_CONTENT_VERSION":"1",'
        '"CREATE_TIME":"2026-02-16T12:52:05+03:00","UPDATE_TIME":"2026-02-16T12:52:05+03:00","DOWNLOAD_URL":"%s"}'
    )
    body = ('{"result":' + row % url + ',"time":{}}').encode()
    there.stand.portal.faults.add(Fault(troubles.calls_of("disk.file.get"), 1, instead=lambda _: Answer(200, body)))
    with pytest.raises(NeedsPerson, match="portal_address_foreign"):
        there.read(DiskId(1))
    assert there.hits() == 1


FAULTS: list[Callable[[], Fault]] = [
    lambda: Fault(is_download, 9, drop_before=True),
    lambda: Fault(is_download, 9, instead=lambda _: Answer(404, b"<html>")),
    lambda: Fault(is_download, 9, instead=lambda _: Answer(502, b"<html>")),
    lambda: Fault(is_download, 9, instead=lambda _: Answer(200, b"short")),
    lambda: Fault(is_download, 9, instead=lambda _: Answer(302, b"", {"Location": f"http://evil.ru/{SECRET}"})),
    lambda: Fault(is_download, 9, instead=lambda _: Answer(200, DATA * 9)),
    lambda: troubles.html(503, times=9),
    lambda: Fault(is_download, 9, cut_after=7),
]


@pytest.mark.parametrize("is_real", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_secrets_are_in_no_log_and_no_exception(
    caplog: pytest.LogCaptureFixture, fault: Callable[[], Fault], is_real: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    there = DiskStand()
    file = there.file("Акт.pdf", DATA)
    with Server(there.stand.portal) as server, new_http() as http:
        if is_real:
            there.stand.http = http
            there.stand.portal.at(server.url)
            there.disk = there.through(there.stand.webhook("disk"))
        there.stand.portal.faults.add(fault())
        with pytest.raises(ExchangeError) as raised:
            there.read(file)
    error = raised.value
    told = "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.__dict__)
    logged = "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert SECRET not in told + logged
    assert "token=" not in told + logged
    assert not isinstance(error.__context__, httpx.HTTPError)
