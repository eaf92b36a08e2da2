"""Bytes of versions, both ways: whole and proved, or not taken for what they are not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

import httpx
import pytest

from common.errors import NeedsPerson, SideDown, TryLater
from common.logs import bound, trace
from common.model.documents import DocumentId, KindId, Version, VersionId
from common.onec.http_service.client import OnecArchive
from tests.contract.dm_archive import Desk, content, open_desk
from tests.simulators.onec import platform_answers as trouble
from tests.simulators.web import Answer, Request, Server

BYTES = bytes(range(256)) * 800


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk(described=False) as found:
        yield found


@pytest.fixture
def archive(desk: Desk) -> OnecArchive:
    return desk.warm()


@pytest.fixture
def version(desk: Desk, archive: OnecArchive) -> Version:
    desk.clerk.edit_file(desk.file, BYTES)
    found = desk.read(archive).version
    assert found is not None
    desk.asked()
    return found


@contextmanager
def over_socket(desk: Desk) -> Iterator[OnecArchive]:
    """A client that reaches the base through a real server."""
    with Server(desk.dm) as server, httpx.Client() as http:

        def aim(request: httpx.Request) -> None:
            request.url = request.url.copy_with(host="127.0.0.1", port=httpx.URL(server.url).port)

        http.event_hooks = {"request": [aim]}
        archive = desk.client(http=http)
        archive.ability()
        yield archive


def read(archive: OnecArchive, version: Version) -> bytes:
    with archive.open(version) as pieces:
        return b"".join(pieces)


def reason(archive: OnecArchive, version: Version) -> str:
    with pytest.raises(TryLater) as later:
        read(archive, version)
    return later.value.reason


def test_content_comes_in_pieces_of_bounded_size(desk: Desk, archive: OnecArchive, version: Version) -> None:
    with archive.open(version) as pieces:
        sizes = [len(piece) for piece in pieces]
    assert sum(sizes) == len(BYTES)
    assert max(sizes) <= 64 * 1024
    assert read(archive, version) == BYTES
    assert desk.sent[0].headers["Accept-Encoding"] == "identity"


def test_an_empty_file_goes_there_and_back(desk: Desk, archive: OnecArchive) -> None:
    kept = archive.add_file(desk.document_id, "пусто.txt", content(b""), "disk:1", "", None)
    assert (kept.version.size, kept.created) == (0, True)
    assert read(archive, kept.version) == b""
    with over_socket(desk) as real:
        assert real.add_version(kept.file, content(b""), "", None).created is False
        assert read(real, kept.version) == b""


@pytest.mark.parametrize("real", [False, True])
def test_content_that_is_cut_is_not_taken_for_whole(desk: Desk, version: Version, real: bool) -> None:
    with over_socket(desk) if real else nullcontext(desk.client()) as archive:
        desk.fault(trouble.truncated, 70_000, path="/content", times=2)
        if real:
            assert reason(archive, version).startswith("content_cut")
            assert reason(archive, version).startswith("content_cut")
        else:
            with pytest.raises(SideDown, match="unreachable"):
                read(archive, version)
        assert read(archive, version) == BYTES


def _instead(data: bytes, **headers: str) -> Callable[[Request], Answer]:
    return lambda request: Answer(200, data, {"Content-Type": "application/octet-stream", **headers})


def test_other_bytes_than_those_of_the_hash_are_read_again(desk: Desk, archive: OnecArchive, version: Version) -> None:
    etag = f'"{version.sha256}"'
    for fault, expected in (
        (_instead(b"x" * len(BYTES), ETag=etag), "changed_while_read"),
        (_instead(b"x" * len(BYTES)), "changed_while_read"),
        (_instead(BYTES, ETag='"' + "0" * 64 + '"'), "changed_while_read"),
        (_instead(BYTES[:-1], ETag=etag), "changed_while_read"),
        (_instead(BYTES + b"x", ETag=etag), "changed_while_read"),
    ):
        desk.fault(trouble.instead, fault, path="/content")
        assert reason(archive, version) == expected
    assert read(archive, version) == BYTES


def test_a_version_overwritten_in_place_is_noticed(desk: Desk, archive: OnecArchive, version: Version) -> None:
    desk.clerk.set_store_versions(desk.file, False)
    desk.clerk.edit_file(desk.file, BYTES[::-1])
    assert reason(archive, version) == "changed_while_read"


def test_a_connection_that_ends_in_the_middle_is_told(desk: Desk, version: Version) -> None:
    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield BYTES[:70_000]
            raise httpx.ReadError("broken")

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"ETag": f'"{version.sha256}"'}, stream=Broken())

    with httpx.Client(transport=httpx.MockTransport(handle)) as http:
        archive = desk.client(http=http)
        assert reason(archive, version).startswith("content_cut")
        assert reason(archive, version).startswith("content_cut")


def test_content_that_does_not_begin_is_asked_for_once_more(desk: Desk, archive: OnecArchive, version: Version) -> None:
    desk.fault(trouble.drop_before, path="/content")
    assert read(archive, version) == BYTES
    assert len(desk.asked()) == 2


def test_bytes_that_1c_lost_are_for_its_administrator(desk: Desk, archive: OnecArchive, version: Version) -> None:
    desk.clerk.lose_content(version.id)
    with pytest.raises(NeedsPerson) as needs:
        read(archive, version)
    assert (needs.value.stops[0].reason, needs.value.stops[0].awaits) == ("content_missing", "base:dm")


def test_an_html_file_is_a_file(desk: Desk, archive: OnecArchive) -> None:
    """Even where the web server guesses its type: a version's bytes have an `ETag`, a page has none."""
    page = b"<html>report</html>"
    kept = archive.add_file(desk.document_id, "отчёт.html", content(page), "disk:1", "", None)
    as_page = _instead(page, ETag=f'"{kept.version.sha256}"')
    desk.fault(
        trouble.instead,
        lambda one: replace(as_page(one), headers={**as_page(one).headers, "Content-Type": "text/html"}),
    )
    assert read(archive, kept.version) == page
    desk.fault(trouble.instead, lambda one: Answer(200, page, {"Content-Type": "text/html"}))
    with pytest.raises(SideDown, match="maintenance"):
        read(archive, kept.version)


def test_small_ones_come_together_and_one_that_fails_does_not_lose_the_others(desk: Desk, archive: OnecArchive) -> None:
    files = [desk.clerk.add_file(desk.document, f"{number}.txt", b"%d" % number) for number in range(5)]
    desk.clerk.lose_content(files[1].current.id)
    card = archive.cards_of([desk.document_id])[desk.document_id]
    assert card is not None
    versions = [one.versions[0] for one in card.files if one.name.endswith(".txt")]
    versions[3] = replace(versions[3], sha256="0" * 64)
    found = archive.small([*versions, versions[0]])
    assert [found[one.id] for one in versions if isinstance(found[one.id], bytes)] == [b"0", b"2", b"4"]
    assert isinstance(found[versions[1].id], NeedsPerson)
    assert isinstance(found[versions[3].id], TryLater)
    assert archive.small([]) == {}


@pytest.mark.parametrize("really", [b"new conten!", b"new content, longer", b"short", b""])
@pytest.mark.parametrize("real", [False, True])
def test_content_that_changes_while_it_is_sent_is_never_kept(desk: Desk, really: bytes, real: bool) -> None:
    with over_socket(desk) if real else nullcontext(desk.warm()) as archive:
        changed = content(b"new content", really)
        before = desk.read(archive)
        writes: list[Callable[[], object]] = [
            lambda: archive.add_file(desk.document_id, "a.txt", changed, "disk:1", "", None),
            lambda: archive.add_version(before, changed, "", None),
        ]
        for write in writes:
            with pytest.raises(TryLater) as later:
                write()
            assert (type(later.value), later.value.reason) == (TryLater, "changed_while_sent")
        assert archive.add_file(desk.document_id, "a.txt", content(b"new content"), "disk:1", "", None).created
    assert [one.kind for one in desk.dm.effects] == ["file.created"]


def test_a_source_that_fails_while_it_is_sent_is_its_own_trouble(desk: Desk) -> None:
    @contextmanager
    def chunks() -> Iterator[Iterator[bytes]]:
        def pieces() -> Iterator[bytes]:
            yield b"new "
            raise SideDown("portal", "unreachable", certain=False)

        yield pieces()

    broken = replace(content(b"new content"), chunks=chunks)
    with over_socket(desk) as archive:
        with pytest.raises(SideDown) as down:
            archive.add_file(desk.document_id, "a.txt", broken, "disk:1", "", None)
        assert down.value.side == "portal"
        assert archive.add_file(desk.document_id, "a.txt", content(b"new content"), "disk:1", "", None).created


def test_a_refusal_in_the_middle_of_an_upload_is_heard(desk: Desk) -> None:
    desk.dm.switches.max_file_size = 100
    with over_socket(desk) as archive, pytest.raises(NeedsPerson, match="too_large"):
        archive.add_file(desk.document_id, "a.bin", content(BYTES, piece=4096), "disk:1", "", None)


def test_no_more_than_four_requests_run_at_once(desk: Desk, archive: OnecArchive) -> None:
    ids = [DocumentId(desk.clerk.add_document().id) for _ in range(8)]
    together = threading.Barrier(4, timeout=10)

    def wait(method: str, resource: str) -> float:
        together.wait()
        return 0.0

    desk.dm.latency = wait
    assert None not in archive.cards_of(ids).values()
    assert desk.dm.sessions.peak == 4


def test_a_base_that_allows_one_session_is_asked_one_by_one(desk: Desk) -> None:
    desk.dm.switches.max_parallel = 1
    archive = desk.warm()
    ids = [DocumentId(desk.clerk.add_document().id) for _ in range(6)]
    assert None not in archive.cards_of(ids).values()
    assert desk.dm.sessions.peak == 1


def test_a_download_keeps_its_session_and_whoever_finds_none_free_comes_later(desk: Desk, version: Version) -> None:
    desk.dm.switches.max_parallel = 1
    archive = desk.warm()
    with archive.open(version), pytest.raises(TryLater, match="sessions_busy"):
        archive.counts()
    assert archive.counts()[KindId(desk.document.kind.id)] == 1


def test_the_first_failure_of_several_readings_is_told(desk: Desk, archive: OnecArchive) -> None:
    ids = [DocumentId(desk.clerk.add_document().id) for _ in range(6)]
    desk.fault(trouble.instead, trouble.page(503), path=ids[4])
    with pytest.raises(SideDown, match="maintenance"):
        archive.cards_of(ids)


def test_what_is_logged_in_parallel_carries_the_trace_of_the_work(desk: Desk, archive: OnecArchive) -> None:
    seen: list[str] = []
    desk.http.event_hooks = {"request": [lambda _: seen.append(trace())]}
    with bound(trace="0123456789abcdef0123456789abcdef"):
        archive.cards_of([desk.document_id, DocumentId(desk.clerk.add_document().id)])
    assert seen == ["0123456789abcdef0123456789abcdef"] * 2


def test_ids_of_versions_cannot_lead_elsewhere(archive: OnecArchive, version: Version) -> None:
    with pytest.raises(ValueError, match="id of 1C"), archive.open(replace(version, id=VersionId("../../ping"))):
        pass
