"""Bytes from Disk: all of them or none are believed; earlier contents if the portal kept them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from common.bitrix.client import new_http
from common.errors import NeedsPerson, SideDown, TryLater
from common.model.documents import Content, DiskId
from tests.simulators.faults import Fault
from tests.simulators.web import Answer, Server, transport
from tests.unit.bitrix.disk_stand import US, DiskStand, installed, is_download
from tests.unit.bitrix.support import SECRET

DATA = bytes(range(256)) * 3000


@pytest.fixture
def there() -> DiskStand:
    return DiskStand()


def later(there: DiskStand, file: DiskId) -> str:
    with pytest.raises(TryLater) as raised:
        there.read(file)
    return raised.value.reason


@pytest.mark.parametrize("data", [b"", b"x", DATA])
def test_a_file_is_read_with_two_requests(there: DiskStand, data: bytes) -> None:
    file = there.file("Акт № 5.pdf", data)
    assert there.read(file) == data
    assert there.hits() == 2
    assert there.stand.limits.taken == [("bulk", "disk.file.get"), ("bulk", "download")]


def test_the_front_server_sees_what_it_wants_to_see(there: DiskStand) -> None:
    assert there.state.options.header_sensitive_download
    there.read(there.file())
    headers = there.asked[-1].headers
    assert (headers["Accept"], headers["Referer"]) == ("*/*", "https://example.bitrix24.ru/")
    assert headers["User-Agent"].startswith("onec-bitrix24-exchange/")
    assert headers["Accept-Language"]
    assert SECRET not in repr(headers)


def test_what_the_file_is_comes_with_its_bytes(there: DiskStand) -> None:
    file = there.file("Акт.pdf", b"one")
    there.person.edit(file, b"two!")
    with there.disk.open(file) as opened:
        assert (opened.file.id, opened.file.name, opened.file.size, opened.file.revision) == (file, "Акт.pdf", 4, 2)


def test_a_file_that_changes_while_it_is_read_is_read_again_later(there: DiskStand) -> None:
    file = there.file("Акт.pdf", DATA)
    there.state.once("download", lambda _: there.person.edit(file, DATA[:-1]))
    assert later(there, file) == "download_too_short"
    there.state.once("download", lambda _: there.person.edit(file, DATA))
    assert later(there, file) == "download_too_long"


def test_more_than_promised_is_not_read_to_its_end(there: DiskStand) -> None:
    file = there.file("Акт.pdf", b"x" * 100_000)
    endless = Answer(200, b"y" * 10_000_000)
    there.stand.portal.faults.add(Fault(is_download, 1, instead=lambda _: endless))
    pieces: list[bytes] = []
    with there.disk.open(file) as opened, pytest.raises(TryLater, match="download_too_long"):
        pieces.extend(opened.chunks)
    assert sum(map(len, pieces)) <= 100_000


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"<html>nginx", "download_refused"),
        (403, b"<html>nginx", "download_refused"),
        (401, b"<html>nginx", "download_refused"),
        (206, b"x", "download_refused"),
        (404, b'{"error":"ERROR_NOT_FOUND","error_description":"x"}', "disk_file_gone"),
        (503, b'{"error":"QUERY_LIMIT_EXCEEDED","error_description":"x"}', "too_many_requests"),
        (401, b'{"error":"expired_token","error_description":"x"}', "expired_token"),
    ],
)
def test_what_comes_instead_of_bytes_is_no_content(there: DiskStand, status: int, body: bytes, reason: str) -> None:
    file = there.file()
    there.stand.portal.faults.add(Fault(is_download, 2, instead=lambda _: Answer(status, body)))
    assert later(there, file) == reason
    assert there.stand.limits.full == (reason == "too_many_requests")


def test_a_gateway_that_fails_is_the_portal_being_down(there: DiskStand) -> None:
    there.stand.portal.faults.add(Fault(is_download, 1, instead=lambda _: Answer(502, b"<html>")))
    with pytest.raises(SideDown) as down:
        there.read(there.file())
    assert (down.value.side, down.value.certain) == ("portal", False)


def test_a_file_that_is_gone_or_closed(there: DiskStand) -> None:
    file = there.file()
    there.person.deny(file, US)
    with pytest.raises(NeedsPerson) as stopped:
        there.read(file)
    assert stopped.value.stops[0].reason == "folder_forbidden"
    there.person.destroy(file)
    assert later(there, file) == "disk_file_gone"
    binned = there.file()
    there.person.trash(binned)
    assert there.read(binned) == b"content"


def test_a_token_that_dies_before_the_bytes_is_renewed() -> None:
    there, application = installed()
    file = there.file("Акт.pdf", DATA)
    there.stand.afterwards.append(lambda: there.stand.clock.advance(3601))
    assert there.read(file) == DATA
    assert (application.refreshes(), there.hits() - application.refreshes()) == (1, 4)


def test_a_lost_connection_is_tried_once_more(there: DiskStand) -> None:
    file = there.file("Акт.pdf", DATA)
    there.stand.portal.faults.add(Fault(is_download, 1, drop_before=True))
    assert there.read(file) == DATA
    there.stand.portal.faults.add(Fault(is_download, 2, drop_before=True))
    with pytest.raises(SideDown) as down:
        there.read(file)
    assert (down.value.cause, down.value.certain) == ("unreachable", False)


def test_bytes_that_break_off_are_no_file() -> None:
    """Over a real connection: the in-process one cannot break in the middle."""
    there = DiskStand()
    with Server(there.stand.portal) as server, new_http() as http:
        there.stand.http = http
        there.stand.portal.at(server.url)
        there.disk = there.through(there.stand.webhook("disk"))
        file = there.file("Акт.pdf", DATA)
        assert there.read(file) == DATA
        there.stand.portal.faults.add(Fault(is_download, 1, cut_after=100_000))
        assert later(there, file) == "download_cut"
        with there.disk.open(file) as opened:
            next(opened.chunks)
        assert there.read(file) == DATA


def test_a_conflict_copy_flows_from_disk_to_disk(there: DiskStand) -> None:
    """The bytes of one download are the content of one upload, piece by piece."""
    file = there.file("Акт.pdf", DATA)

    @contextmanager
    def chunks() -> Iterator[Iterator[bytes]]:
        with there.disk.open(file) as opened:
            yield opened.chunks

    content = Content(len(DATA), hashlib.sha256(DATA).hexdigest(), chunks)
    copy = there.disk.upload(there.root, "Акт_conflict_20260131.pdf", content)
    assert there.person.read(copy.id) == DATA
    assert there.hits() == 4
    there.person.edit(file, DATA[::-1])
    with pytest.raises(TryLater, match="content_changed"):
        there.disk.upload(there.root, "another.pdf", content)
    assert there.person.find(there.root, "another.pdf") is None


def test_a_revision_is_read_if_the_portal_kept_it(there: DiskStand) -> None:
    file = there.file("Акт.pdf", b"first")
    there.stand.clock.advance(400)
    there.person.edit(file, DATA)
    there.stand.clock.advance(400)
    there.person.edit(file, b"third")
    found = there.disk.open_revision(file, 2)
    assert found
    with found as chunks:
        assert b"".join(chunks) == DATA
    assert there.hits() == 2
    assert there.disk.open_revision(file, 9) is None
    assert there.disk.open_revision(DiskId(555), 1) is None


def test_a_revision_that_was_overwritten_is_not_there(there: DiskStand) -> None:
    file = there.file("Акт.pdf", b"first")
    there.person.edit(file, b"second")
    assert there.disk.open_revision(file, 1) is None


def test_a_plan_without_history_has_no_revisions(there: DiskStand) -> None:
    file = there.file()
    there.stand.portal.options.features["disk_file_history"] = False
    assert there.disk.open_revision(file, 1) is None


def test_a_revision_is_found_even_if_the_portal_ignores_the_filter(there: DiskStand) -> None:
    file = there.file("Акт.pdf", b"version 1")
    there.stand.portal.intensity = None
    for number in range(2, 120):
        there.stand.clock.advance(400)
        there.person.edit(file, b"version %d" % number)
    handler = transport(there.stand.portal)

    def unfiltered(request: httpx.Request) -> httpx.Response:
        return handler.handle_request(
            httpx.Request(request.method, request.url, headers={"Content-Type": "application/json"},
                          content=request.read().replace(b'"filter"', b'"filtre"'))
        )  # fmt: skip

    there.stand.http = httpx.Client(transport=httpx.MockTransport(unfiltered))
    found = there.through(there.stand.webhook("disk")).open_revision(file, 3)
    assert found
    assert there.hits() == 3
