"""Who is let in, and what a refusal looks like (contract §1, §4; facts onec-dm §3.1)."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from tests.contract.dm_lab import DmLab, details, error
from tests.simulators.dm.testing import Signer, connect, key, upload
from tests.simulators.onec.testing import basic

PAGE = "text/html; charset=utf-8"


def test_a_wrong_password_gets_a_page_of_the_web_server() -> None:
    lab = DmLab()
    answer = lab.client.get("/v1/ping", headers=basic(password="другой"))
    assert (answer.status_code, answer.headers["content-type"]) == (401, PAGE)
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert lab.dm.log == []


def test_another_secret_or_an_unknown_key_is_refused() -> None:
    lab = DmLab()
    lab.signer.secret = "не тот"
    assert error(lab.client.get("/v1/ping")) == (401, "bad_signature")
    lab.signer.secret, lab.signer.key_id = lab.dm.keys["2026a"], "2025z"
    assert error(lab.client.get("/v1/ping")) == (401, "bad_signature")


@pytest.mark.parametrize("name", ["X-Exchange-Key-Id", "X-Exchange-Timestamp", "X-Exchange-Signature"])
def test_a_request_without_one_of_the_headers_is_refused(name: str) -> None:
    class Careless(Signer):
        def auth_flow(self, request):  # type: ignore[no-untyped-def]
            for signed in super().auth_flow(request):
                del signed.headers[name]
                yield signed

    lab = DmLab()
    lab.client.auth = Careless(lab.dm)
    assert error(lab.client.get("/v1/ping")) == (401, "bad_signature")


@pytest.mark.parametrize(("shift", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401)])
def test_the_window_is_five_minutes_either_way(shift: float, status: int) -> None:
    lab = DmLab()
    lab.signer.shift = shift
    answer = lab.client.get("/v1/ping")
    assert answer.status_code == status
    assert status == 200 or error(answer) == (401, "stale_timestamp")


def test_a_wrong_clock_of_the_base_shows_in_ping_and_in_the_date_header() -> None:
    lab = DmLab()
    lab.dm.switches.clock_skew = timedelta(minutes=10)
    answer = lab.client.get("/v1/ping")
    assert answer.json()["server_time"] == "2026-01-31T09:10:00Z"
    assert answer.headers["date"] == "Sat, 31 Jan 2026 09:10:00 GMT"
    lab.signer.shift = -600
    assert error(lab.client.get("/v1/ping")) == (401, "stale_timestamp")


def test_two_keys_are_valid_while_they_are_rotated() -> None:
    lab = DmLab()
    lab.dm.rotate("2026b", "новый секрет")
    assert lab.client.get("/v1/ping").status_code == 200
    lab.signer.key_id, lab.signer.secret = "2026b", "новый секрет"
    assert lab.client.get("/v1/ping").status_code == 200
    lab.dm.rotate("2026c", "ещё новее")
    lab.signer.key_id, lab.signer.secret = "2026a", lab.signer.dm.keys.get("2026a", "")
    assert error(lab.client.get("/v1/ping")) == (401, "bad_signature")


def test_a_signature_covers_method_resource_query_and_body() -> None:
    """A signed request cannot be used for another one."""
    lab = DmLab()
    first, second = lab.file(), lab.file()
    sent: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    connect(lab.dm, httpx.MockTransport(keep)).get(f"/v1/files/{first.id}", params={"a": "1"})
    stolen = {name: value for name, value in sent[0].headers.items() if name.startswith(("x-", "auth"))}
    thief = connect(lab.dm)
    thief.auth = httpx.Auth()
    assert thief.get(f"/v1/files/{first.id}?a=1", headers=stolen).status_code == 200
    for other in (f"/v1/files/{second.id}?a=1", f"/v1/files/{first.id}?a=2", f"/v1/files/{first.id}"):
        assert error(thief.get(other, headers=stolen)) == (401, "bad_signature")
    assert error(thief.patch(f"/v1/files/{first.id}?a=1", headers=stolen)) == (401, "bad_signature")


def test_other_bytes_than_declared_are_not_written() -> None:
    lab = DmLab()
    document, headers = lab.document(), upload(b"one", "a.docx")
    answer = lab.client.post(f"/v1/documents/{document.id}/files", content=b"two", headers=headers)
    assert error(answer) == (400, "invalid")
    lab.dm.switches.body_mismatch = "bad_signature"
    answer = lab.client.post(f"/v1/documents/{document.id}/files", content=b"two", headers=headers)
    assert error(answer) == (401, "bad_signature")
    assert document.files == []


def test_the_request_id_is_echoed_in_header_error_and_log() -> None:
    lab = DmLab()
    missing = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    answer = lab.client.get(f"/v1/files/{missing}", headers={"X-Request-Id": "deal:1001/7"})
    assert error(answer) == (404, "not_found")
    assert answer.headers["x-request-id"] == answer.json()["error"]["request_id"] == "deal:1001/7"
    row = lab.dm.log[-1]
    assert (row.direction, row.method, row.resource, row.status) == ("in", "GET", f"/v1/files/{missing}", 404)
    assert (row.error, row.request_id, row.duration) == ("not_found", "deal:1001/7", 0.0)
    assert lab.client.get("/v1/ping").headers["x-request-id"]


def test_unknown_paths_are_json_and_unknown_methods_a_page() -> None:
    lab = DmLab()
    raw = connect(lab.dm)
    for path in ("/v1/papers", "/v2/ping", "/v1/orders", "/v1/routes/x/votes"):
        assert error(raw.get(path)) == (404, "not_found")
    answer = raw.delete("/v1/kinds")
    assert (answer.status_code, answer.headers["content-type"]) == (405, PAGE)
    answer = raw.get("http://dm.test/other/hs/exchange/v1/ping")
    assert (answer.status_code, answer.headers["content-type"]) == (404, PAGE)
    assert [hit.template for hit in lab.dm.requests] == [""] * 6


def test_ids_are_lower_case_guids() -> None:
    raw = connect(DmLab().dm)
    for wrong in ("1", "6F9619FF-8B86-D011-B42D-00CF4FC964FF"):
        assert error(raw.get(f"/v1/documents/{wrong}")) == (400, "invalid")


def test_a_missing_right_is_403() -> None:
    lab = DmLab()
    lab.dm.switches.forbidden.add(("GET", "/v1/users"))
    assert error(lab.client.get("/v1/users")) == (403, "forbidden")
    assert lab.client.get("/v1/kinds").status_code == 200


def test_the_administrator_can_switch_the_exchange_off() -> None:
    lab = DmLab()
    document = lab.document()
    lab.dm.switches.enabled = False
    assert error(lab.client.get("/v1/ping")) == (503, "switched_off")
    answer = lab.post_file(document, b"one", "a.docx")
    assert error(answer) == (503, "switched_off")
    assert answer.headers["retry-after"] == "5"
    lab.dm.switches.enabled = True
    assert lab.post_file(document, b"one", "a.docx").status_code == 201


def test_more_calls_at_once_than_sessions_are_told_to_come_later() -> None:
    lab = DmLab()
    lab.dm.sessions.occupied = lab.dm.switches.max_parallel - 1
    assert lab.client.get("/v1/ping").status_code == 200
    lab.dm.sessions.occupied += 1
    answer = lab.client.get("/v1/ping")
    assert error(answer) == (429, "busy")
    assert answer.json()["error"]["retryable"] is True
    assert answer.headers["retry-after"] == "5"


def test_calls_take_the_time_they_are_told_to() -> None:
    lab = DmLab(latency=lambda method, path: 0.25 if path == "/v1/ping" else 0.0)
    lab.get("/ping")
    lab.get("/kinds")
    assert lab.clock.slept == [0.25]
    assert [row.duration for row in lab.dm.log] == [0.25, 0.0]


def test_a_write_needs_a_key_that_is_a_uuid() -> None:
    lab = DmLab()
    document = lab.document()
    for wrong in ("", "deal:1001"):
        headers = {**upload(b"one", "a.docx"), "Idempotency-Key": wrong}
        answer = lab.client.post(f"/v1/documents/{document.id}/files", content=b"one", headers=headers)
        assert error(answer) == (400, "invalid")
    answer = lab.client.patch(f"/v1/files/{lab.file().id}", json={"name": "b.docx"}, headers={"If-Match": "x"})
    assert error(answer) == (400, "invalid")
    answer = lab.client.put(f"/v1/links/document/{document.id}", json={"state": "bound"})
    assert error(answer) == (400, "invalid")
    assert lab.writes() == []


def test_a_body_that_is_not_the_json_described_is_refused() -> None:
    lab = DmLab()
    file = lab.file()
    for number, body in enumerate((b"", b"{", b"[]", b'{"name": 5}', b'{"name": ""}', b'{"title": "x"}', b"\xff")):
        headers = {"If-Match": "AAAAAAAAAAI=", "Idempotency-Key": key(str(number)), "Content-Type": "application/json"}
        answer = lab.client.patch(f"/v1/files/{file.id}", content=body, headers=headers)
        assert (error(answer), details(answer).get("data_version")) == ((400, "invalid"), None)
