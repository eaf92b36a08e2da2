"""What 1C's web server may answer instead: nothing is lost, nothing is written twice, nothing leaks."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from common.errors import ExchangeError, InDoubt, SideDown
from common.model.documents import Kept
from common.onec.http_service.client import OnecArchive
from tests.contract.dm_archive import SECRETS, Desk, content, open_desk, refusing
from tests.simulators.dm.errors import unavailable
from tests.simulators.onec import platform_answers as trouble
from tests.simulators.web import Answer, Request, Server

INN = "7701234567"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk(described=False) as found:
        yield found


def add(desk: Desk, archive: OnecArchive) -> Kept:
    return archive.add_file(desk.document_id, "новый.txt", content(b"new content"), "disk:1", "", None)


PAGES: dict[str, tuple[Callable[[Request], Answer], str, bool]] = {
    "locked": (trouble.locked, "maintenance", True),
    "pool": (trouble.pool_exhausted, "sessions", False),
    "no licence": (trouble.no_licence(), "maintenance", True),
    "no licence, 200": (trouble.no_licence(200, trouble.NO_KEY), "maintenance", True),
    "500": (trouble.page(500), "maintenance", True),
    "502": (trouble.page(502), "maintenance", True),
    "503": (trouble.page(503), "maintenance", True),
    "404": (trouble.page(404), "maintenance", True),
    "200 and a page": (trouble.page(200), "maintenance", True),
    "401": (lambda _: trouble.unauthorized(), "credentials", True),
    "unavailable": (refusing(unavailable(5)), "maintenance", True),
}
# Whether 1C may have run before this was answered to a write.
DOUBTFUL = {"no licence", "no licence, 200", "500", "502", "200 and a page"}


@pytest.mark.parametrize("name", PAGES)
def test_a_read_answered_otherwise_closes_the_side(desk: Desk, name: str) -> None:
    archive, (answer, cause, certain) = desk.warm(), PAGES[name]
    for read in (archive.counts, lambda: archive.files([desk.file_id]), lambda: archive.clients(INN)):
        desk.fault(trouble.instead, answer)
        with pytest.raises(SideDown) as caught:
            read()
        assert (caught.value.side, caught.value.cause, caught.value.certain) == ("base:dm", cause, certain)
        assert INN not in str(caught.value)
    assert archive.files([desk.file_id])[desk.file_id] is not None


@pytest.mark.parametrize("name", PAGES)
def test_content_answered_otherwise_closes_the_side(desk: Desk, name: str) -> None:
    archive, (answer, cause, _) = desk.warm(), PAGES[name]
    version = desk.read(archive).versions[0]
    desk.fault(trouble.instead, answer)
    with pytest.raises(SideDown) as caught, archive.open(version) as pieces:
        list(pieces)
    assert caught.value.cause == cause


@pytest.mark.parametrize("name", PAGES)
def test_a_write_answered_otherwise_is_in_doubt_only_where_1c_may_have_run(desk: Desk, name: str) -> None:
    archive = desk.warm()
    desk.fault(trouble.instead, PAGES[name][0], verb="POST")
    with pytest.raises(InDoubt if name in DOUBTFUL else SideDown):
        add(desk, archive)
    assert add(desk, archive).created
    assert len(desk.dm.effects) == 1


@pytest.mark.parametrize("how", [trouble.drop_before, trouble.drop_after])
def test_a_read_without_an_answer_is_asked_once_more(desk: Desk, how: Callable[..., Any]) -> None:
    archive = desk.warm()
    desk.fault(how)
    assert desk.read(archive).name == desk.file.name
    assert len({one.headers["X-Request-Id"] for one in desk.sent}) == len(desk.asked()) == 2
    assert desk.clock.slept == [0.5]
    desk.fault(how, times=2)
    with pytest.raises(SideDown) as down:
        desk.read(archive)
    assert (down.value.cause, down.value.certain) == ("unreachable", False)
    assert len(desk.asked()) == 2


@pytest.mark.parametrize("how", [trouble.drop_before, trouble.drop_after])
def test_a_write_without_an_answer_is_in_doubt_and_safe_to_call_again(desk: Desk, how: Callable[..., Any]) -> None:
    archive = desk.warm()
    before = desk.read(archive)
    writes: list[Callable[[], object]] = [
        lambda: add(desk, archive),
        lambda: archive.add_version(before, content(b"second"), "", None),
        lambda: archive.show("file", desk.file.id, "1", "", "bound", ""),
    ]
    for write in writes:
        desk.fault(how)
        desk.asked()
        with pytest.raises(InDoubt):
            write()
        assert len(desk.asked()) == 1
        write()
    desk.fault(how, verb="PATCH")
    with pytest.raises(InDoubt):
        archive.rename(desk.read(archive), "x.docx")
    assert [one.kind for one in desk.dm.effects if one.kind != "file.renamed"] == [
        "file.created", "version.created", "link.set",
    ]  # fmt: skip


def test_a_write_done_though_its_answer_was_lost_gives_the_stored_answer(desk: Desk) -> None:
    archive = desk.warm()
    before = desk.read(archive)
    desk.fault(trouble.drop_after, verb="POST")
    with pytest.raises(InDoubt):
        archive.add_version(before, content(b"second"), "", None)
    replayed: list[str] = []
    desk.http.event_hooks = {"response": [lambda one: replayed.append(one.headers.get("Idempotent-Replay", ""))]}
    # Another process, minutes later; a person has put a further version meanwhile.
    desk.clock.advance(600)
    desk.clerk.edit_file(desk.file, b"third")
    kept = desk.client().add_version(before, content(b"second"), "", None)
    assert (kept.created, kept.version.number) == (True, 2)
    assert replayed == ["true"]
    assert [one.kind for one in desk.dm.effects] == ["version.created"]


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), httpx.PoolTimeout("no"), httpx.ReadTimeout("no")]
)
def test_a_connection_that_never_was_leaves_no_doubt(desk: Desk, error: httpx.RequestError) -> None:
    given: list[httpx.Request] = []

    def refused(request: httpx.Request) -> httpx.Response:
        given.append(request)
        raise error

    with httpx.Client(transport=httpx.MockTransport(refused)) as http:
        archive = desk.client(http=http)
        with pytest.raises(SideDown) as down:
            archive.probe()
        with pytest.raises(InDoubt if isinstance(error, httpx.ReadTimeout) else SideDown):
            add(desk, archive)
    assert (down.value.cause, down.value.certain) == ("unreachable", False)
    assert [one.method for one in given] == ["GET", "GET", "POST"]
    seconds = [one.extensions["timeout"] for one in given]
    assert [(one["connect"], one["read"]) for one in seconds] == [(15, 60), (15, 60), (15, 120)]


@pytest.mark.parametrize("real", [False, True])
def test_a_cut_answer_is_no_answer(desk: Desk, real: bool) -> None:
    with Server(desk.dm) as server, httpx.Client() as over_socket:
        archive = desk.client(http=_to(over_socket, server.url)) if real else desk.client()
        archive.ability()
        desk.fault(trouble.truncated, 40, verb="GET")
        assert desk.read(archive).name == desk.file.name
        desk.fault(trouble.truncated, 40, verb="POST")
        with pytest.raises(InDoubt):
            add(desk, archive)
        assert add(desk, archive).created
    assert len(desk.dm.effects) == 1


def _to(http: httpx.Client, url: str) -> httpx.Client:
    """Send what is meant for the base to this server."""

    def aim(request: httpx.Request) -> None:
        request.url = request.url.copy_with(host="127.0.0.1", port=httpx.URL(url).port)

    http.event_hooks = {"request": [aim]}
    return http


def test_fewer_bytes_than_announced_are_no_answer(desk: Desk) -> None:
    def short(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "application/json", "Content-Length": "99"}, content=b"{}")

    with httpx.Client(transport=httpx.MockTransport(short)) as http:
        archive = desk.client(http=http)
        with pytest.raises(SideDown, match="truncated"):
            archive.probe()
        with pytest.raises(InDoubt):
            add(desk, archive)


def test_an_answer_of_another_form_does_not_pass_for_an_empty_one(desk: Desk) -> None:
    archive = desk.warm()

    def without_files(request: Request) -> Answer:
        body = json.dumps({"items": [{"id": desk.document.id}], "next": None}).encode()
        return Answer(200, body, {"Content-Type": "application/json"})

    desk.fault(trouble.instead, without_files)
    with pytest.raises(SideDown) as down:
        archive.counts()
    assert (down.value.cause, down.value.certain) == ("unreadable", False)
    assert "documents" in down.value.detail


def test_a_redirect_to_a_login_page_is_not_followed(desk: Desk) -> None:
    archive = desk.warm()
    desk.fault(trouble.instead, lambda _: Answer(302, b"", {"Location": "https://login.example.ru/"}))
    with pytest.raises(SideDown, match="maintenance"):
        archive.counts()
    assert len(desk.asked()) == 1


def test_a_date_that_is_none_leaves_the_clock_as_it_was(desk: Desk) -> None:
    archive = desk.warm()
    body = json.dumps({"documents": {}}).encode()
    for date in ("yesterday", ""):
        head = {"Content-Type": "application/json", "Date": date}
        with httpx.Client(transport=httpx.MockTransport(_always(body, head))) as http:
            other = desk.client(http=http)
            assert other.counts() == {}
            assert other.clock_offset() is None
    assert archive.clock_offset() == 0


def _always(body: bytes, head: dict[str, str]) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(200, headers=head, content=body)


def test_no_secret_and_no_tax_id_stands_in_an_error_or_a_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    archive = desk.warm()
    with caplog.at_level(logging.DEBUG):
        for fault, arguments in ((trouble.drop_before, ()), (trouble.instead, (trouble.page(500, f"ИНН {INN}"),))):
            desk.fault(fault, *arguments, times=2)
            with pytest.raises(ExchangeError) as caught:
                archive.clients(INN)
            assert caught.value.__cause__ is None
            assert caught.value.__suppress_context__ or caught.value.__context__ is None
            assert INN not in str(caught.value)
            desk.dm.faults.clear()
    told = caplog.text + repr([record.__dict__ for record in caplog.records])
    assert INN not in told
    assert SECRETS["2026a"].reveal() not in told
