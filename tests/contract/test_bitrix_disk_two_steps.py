"""Files of any size, streamed in two steps: whole or not at all, and never to a stranger."""

from __future__ import annotations

import httpx
import pytest

from common.bitrix.faults import PortalRefused
from common.errors import InDoubt, NameTaken, NeedsPerson, SideDown, TryLater
from tests.simulators.bitrix24 import troubles
from tests.simulators.faults import Fault
from tests.simulators.web import Answer, transport
from tests.unit.bitrix.disk_stand import US, DiskStand, Source, installed, is_upload

FIVE_MB = bytes(range(256)) * 20_480


@pytest.fixture
def there() -> DiskStand:
    return DiskStand()


@pytest.mark.parametrize("data", [b"", b"\r\n--exchange-\r\n", FIVE_MB])
def test_a_file_of_any_size_goes_in_two_steps(there: DiskStand, data: bytes) -> None:
    source = Source(data, piece=60_000)
    found = there.disk.upload(there.root, "Договор.pdf", source.content)
    assert (found.name, found.size, found.folder, found.trashed) == ("Договор.pdf", len(data), there.root, False)
    assert there.person.read(found.id) == data
    assert (there.hits(), source.opened, source.closed) == (2, 1, 1)
    assert there.stand.limits.taken == [("bulk", "disk.folder.uploadFile"), ("bulk", "upload")]


def test_a_portal_that_refuses_empty_files_says_so(there: DiskStand) -> None:
    there.state.options.empty_two_step = False
    with pytest.raises(PortalRefused):
        there.disk.upload(there.root, "пустой.txt", Source(b"").content)


def test_a_taken_name_in_two_steps(there: DiskStand) -> None:
    there.file("Договор.pdf")
    with pytest.raises(NameTaken):
        there.disk.upload(there.root, "договор.pdf", Source(b"x").content)
    assert there.effects() == []


@pytest.mark.parametrize("at", ["first", "second"])
def test_a_folder_that_is_gone_or_closed(there: DiskStand, at: str) -> None:
    folder = there.folder("Акты")
    if at == "first":
        there.person.destroy(folder)
    else:
        there.stand.afterwards.append(lambda: there.person.forbid_writing(folder, US))
    with pytest.raises(NeedsPerson) as stopped:
        there.disk.upload(folder, "x.pdf", Source(b"x").content)
    stop = stopped.value.stops[0]
    assert stop.reason == {"first": "folder_missing", "second": "folder_forbidden"}[at]
    assert (stop.field, stop.subject, stop.owner, stop.awaits) == (f"folder {folder}", "x.pdf", "admin", "portal")


@pytest.mark.parametrize(
    ("lost", "is_there"),
    [
        (Fault(is_upload, 1, drop_before=True), False),
        (Fault(is_upload, 1, drop_after=True), True),
        (Fault(is_upload, 1, cut_after=5), True),
        (Fault(is_upload, 1, instead=lambda _: Answer(502, b"<html>")), False),
    ],
)
def test_a_lost_answer_of_the_second_step_is_in_doubt(there: DiskStand, lost: Fault, is_there: bool) -> None:
    there.stand.portal.faults.add(lost)
    with pytest.raises(InDoubt):
        there.disk.upload(there.root, "x.pdf", Source(b"x").content)
    assert there.hits() == 2
    assert (there.person.find(there.root, "x.pdf") is not None) is is_there


def test_a_lost_answer_of_the_first_step_is_no_doubt(there: DiskStand) -> None:
    there.stand.portal.faults.add(troubles.drop_after("disk.folder.uploadFile"))
    assert there.disk.upload(there.root, "x.pdf", Source(b"x").content).size == 1
    assert there.hits() == 3


def test_the_second_step_too_fast_is_repeated_from_the_start_of_the_content(there: DiskStand) -> None:
    limited = Answer(503, b'{"error":"QUERY_LIMIT_EXCEEDED","error_description":"Too many requests"}')
    there.stand.portal.faults.add(Fault(is_upload, 2, instead=lambda _: limited))
    source = Source(FIVE_MB)
    found = there.disk.upload(there.root, "x.pdf", source.content)
    assert there.person.read(found.id) == FIVE_MB
    assert (source.opened, source.closed, there.stand.limits.full) == (3, 3, 2)
    there.stand.portal.faults.add(Fault(is_upload, 9, instead=lambda _: limited))
    with pytest.raises(TryLater, match="too_many_requests"):
        there.disk.upload(there.root, "y.pdf", Source(b"x").content)


def test_a_token_that_dies_between_the_steps_is_renewed() -> None:
    there, application = installed()
    there.stand.afterwards.append(lambda: there.stand.clock.advance(3601))
    source = Source(FIVE_MB)
    found = there.disk.upload(there.root, "x.pdf", source.content)
    assert there.person.read(found.id) == FIVE_MB
    assert (application.refreshes(), source.opened, there.effects()) == (1, 2, ["add"])


def test_a_token_that_the_portal_calls_dead_twice_ends_it_for_now() -> None:
    there, _ = installed()
    dead = Answer(401, b'{"error":"expired_token","error_description":"The access token provided has expired."}')
    there.stand.portal.faults.add(Fault(is_upload, 2, instead=lambda _: dead))
    with pytest.raises(TryLater, match="expired_token"):
        there.disk.upload(there.root, "x.pdf", Source(b"x").content)
    assert there.effects() == []


def test_a_portal_that_is_renamed_between_the_steps(there: DiskStand) -> None:
    there.stand.afterwards.append(lambda: there.stand.portal.rename("company.bitrix24.ru"))
    assert there.disk.upload(there.root, "x.pdf", Source(b"x").content).size == 1
    hosts = [request.url.host.partition(".")[0] for request in there.asked]
    assert hosts == ["example", "example", "example", "company", "company"]


@pytest.mark.parametrize(
    "url", ["https://evil.ru/rest/1/s/upload/?token=x", "http://example.bitrix24.ru/upload/?token=x"]
)
def test_nothing_is_sent_to_a_foreign_address(there: DiskStand, url: str) -> None:
    body = f'{{"result":{{"field":"file","uploadUrl":"{url}"}},"time":{{}}}}'.encode()
    there.stand.portal.faults.add(
        Fault(troubles.calls_of("disk.folder.uploadFile"), 1, instead=lambda _: Answer(200, body))
    )
    source = Source(b"x")
    with pytest.raises(NeedsPerson, match="portal_address_foreign"):
        there.disk.upload(there.root, "x.pdf", source.content)
    assert (there.hits(), source.opened) == (1, 0)


def test_a_connection_that_never_came_about_is_no_doubt(there: DiskStand) -> None:
    handler = transport(there.stand.portal)

    def refuse(request: httpx.Request) -> httpx.Response:
        if "/upload" in request.url.path and "uploadFile" not in request.url.path:
            raise httpx.ConnectError("no route", request=request)
        return handler.handle_request(request)

    there.stand.http = httpx.Client(transport=httpx.MockTransport(refuse))
    source = Source(b"x")
    with pytest.raises(SideDown) as down:
        there.through(there.stand.webhook("disk")).upload(there.root, "x.pdf", source.content)
    assert (down.value.cause, down.value.certain, source.closed) == ("unreachable", False, 2)
