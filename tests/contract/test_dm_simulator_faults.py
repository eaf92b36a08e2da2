"""What comes instead of an answer, and the base behind a real socket (contract §1; facts onec-dm §7.1)."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.contract.dm_lab import DmLab, error
from tests.contract.dm_schema import checked
from tests.simulators.dm import SeededContent, errors, seed_documents
from tests.simulators.dm.testing import connect, upload
from tests.simulators.dm.troubles import drop_after, instead, no_licence, page, refusing, slow, to, truncated
from tests.simulators.web import Server


@pytest.mark.parametrize("status", [200, 401, 404, 500, 502, 503])
def test_pages_of_a_web_server_come_with_any_status(status: int) -> None:
    lab = DmLab()
    lab.dm.faults.add(instead(page(status)))
    answer = lab.client.get("/v1/ping")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert lab.client.get("/v1/ping").json()["app"] == "DM"


def test_no_licence_is_a_page() -> None:
    lab = DmLab()
    lab.dm.faults.add(instead(no_licence()))
    assert "лицензии" in lab.client.get("/v1/ping").text


@pytest.mark.parametrize("refusal", [errors.busy(7), errors.unavailable(60)])
def test_errors_of_the_service_can_be_scripted(refusal: errors.Refusal) -> None:
    lab = DmLab()
    lab.dm.faults.add(instead(refusing(refusal), match=to("GET", "/kinds")))
    assert lab.client.get("/v1/ping").status_code == 200
    answer = lab.client.get("/v1/kinds", headers={"X-Request-Id": "9"})
    assert error(answer) == (refusal.status, refusal.code)
    assert answer.headers["retry-after"] == str(refusal.retry_after)


def test_a_slow_answer_takes_its_time() -> None:
    lab = DmLab()
    lab.dm.faults.add(slow(30))
    lab.client.get("/v1/ping")
    assert lab.clock.slept == [30]


def test_over_a_socket_everything_is_the_same() -> None:
    lab = DmLab()
    file = lab.file()
    with Server(lab.dm) as server, _over(lab, server) as client:
        assert client.get("/v1/ping").json()["app"] == "DM"
        headers = upload("тело".encode(), "Приложение № 1.docx")
        answer = client.post(f"/v1/documents/{file.document_id}/files", content="тело".encode(), headers=headers)
        assert (answer.status_code, answer.json()["file"]["name"]) == (201, "Приложение № 1.docx")
        place = f"/v1/versions/{answer.json()['version']['id']}/content"
        assert client.get(place).text == "тело"
        assert client.get(place, headers={"Range": "bytes=0-1"}).text == "т"
        assert client.get("/v1/kinds", headers={"X-Request-Id": "1"}).headers["x-request-id"] == "1"


def test_over_a_socket_connections_break_before_and_within_the_answer() -> None:
    lab = DmLab()
    file = lab.file(bytes(100_000))
    document = lab.dm.store.documents[file.document_id]
    with Server(lab.dm) as server, _over(lab, server) as client:
        lab.dm.faults.add(truncated(5000, match=to("GET", "/content")))
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(f"/v1/versions/{file.current.id}/content")
        lab.dm.faults.add(drop_after(match=to("POST")))
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.post(f"/v1/documents/{document.id}/files", content=b"one", headers=upload(b"one", "a.docx"))
        again = client.post(f"/v1/documents/{document.id}/files", content=b"one", headers=upload(b"one", "a.docx"))
    assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")
    assert [one.name for one in document.files] == ["Договор 17.docx", "a.docx"]


def test_twenty_retries_at_once_write_once() -> None:
    lab = DmLab()
    document = lab.document()
    lab.dm.switches.max_parallel = 20
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: lab.post_file(document, b"one", "a.docx").status_code, range(20)))
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert lab.writes() == ["file.created"]
    assert lab.dm.sessions.running == 0


def test_more_calls_than_sessions_at_once_are_refused_and_counted() -> None:
    lab = DmLab()
    lab.dm.switches.max_parallel = 2
    inside, release = threading.Barrier(3), threading.Event()

    def sleep(seconds: float) -> None:
        inside.wait(10)
        release.wait(10)

    lab.dm.sleep, lab.dm.latency = sleep, lambda method, path: 1.0
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(lab.client.get, "/v1/ping") for _ in range(2)]
        inside.wait(10)
        assert error(lab.client.get("/v1/ping")) == (429, "busy")
        release.set()
        assert [call.result().status_code for call in calls] == [200, 200]
    assert lab.dm.sessions.peak == 2


def test_many_documents_are_made_and_listed_quickly() -> None:
    lab = DmLab()
    documents = seed_documents(lab.dm, lab.dm.kinds[1], 5000, size=10_000, files=2)
    lab.dm.number_events()
    assert lab.get("/changes")["items"] == []
    assert lab.get("/counts")["files"] == 10_000
    body = lab.get("/documents", kind_id=lab.dm.kinds[1].id, limit=200)
    assert [item["id"] for item in body["items"]] == [one.id for one in documents[:200]]
    version = body["items"][7]["files"][1]["versions"][0]
    data = lab.client.get(f"/v1/versions/{version['id']}/content").content
    assert (len(data), hashlib.sha256(data).hexdigest()) == (10_000, version["sha256"])
    lab.clerk.edit_file(documents[7].files[1], b"new")
    assert lab.events() == [("file.changed", documents[7].files[1].id, "user")]


@pytest.mark.parametrize(("start", "end"), [(0, None), (5, 70), (64, 64), (31, 33), (90, 200), (100, 101)])
def test_parts_of_made_bytes_are_parts_of_the_whole(start: int, end: int | None) -> None:
    content = SeededContent("a", 100)
    assert content.read(start, end) == content.read()[start:end]
    assert content.read() != SeededContent("b", 100).read()


def _over(lab: DmLab, server: Server) -> httpx.Client:
    client = connect(lab.dm, checked(httpx.HTTPTransport()))
    client.base_url = httpx.URL(f"{server.url}{lab.dm.path}")
    return client
