"""A retry does nothing twice (contract §1, §4)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.contract.dm_lab import DmLab, error
from tests.simulators.dm import Document
from tests.simulators.dm.testing import connect, key, upload
from tests.simulators.dm.troubles import drop_after, drop_before, to
from tests.simulators.web import transport


def test_the_same_key_gets_the_stored_answer_and_writes_once() -> None:
    lab = DmLab()
    document = lab.document()
    first = lab.post_file(document, b"one", "a.docx")
    again = lab.post_file(document, b"one", "a.docx")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (first.headers.get("idempotent-replay"), again.headers["idempotent-replay"]) == (None, "true")
    assert lab.writes() == ["file.created"]


def test_a_replay_of_an_old_version_is_not_a_mismatch() -> None:
    """The answer was lost, somebody edited since: the retry hears of its success."""
    lab = DmLab()
    file = lab.file()
    match = lab.get(f"/files/{file.id}")["data_version"]
    assert lab.post_version(file, b"two", match).status_code == 201
    lab.clerk.edit_file(file, b"three")
    again = lab.post_version(file, b"two", match)
    assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")
    assert again.json()["version"]["number"] == 2
    assert file.current.number == 3


def test_a_lost_answer_is_heard_by_repeating() -> None:
    lab = DmLab()
    document = lab.document()
    lab.dm.faults.add(drop_after(match=to("POST")))
    with pytest.raises(httpx.RemoteProtocolError):
        lab.post_file(document, b"one", "a.docx")
    again = lab.post_file(document, b"one", "a.docx")
    assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")
    assert lab.writes() == ["file.created"]
    assert [hit.status for hit in lab.dm.requests] == [0, 201]


def test_a_request_that_did_not_come_leaves_nothing() -> None:
    lab = DmLab()
    document = lab.document()
    lab.dm.faults.add(drop_before(match=to("POST")))
    with pytest.raises(httpx.RemoteProtocolError):
        lab.post_file(document, b"one", "a.docx")
    assert document.files == []
    assert "idempotent-replay" not in lab.post_file(document, b"one", "a.docx").headers


def test_a_key_of_another_request_is_a_mismatch() -> None:
    lab = DmLab()
    document, other = lab.document(), lab.document()
    known = upload(b"one", "a.docx")
    assert _send(lab.client, document, b"one", known).status_code == 201
    changed = {**upload(b"two", "a.docx"), "Idempotency-Key": known["Idempotency-Key"]}
    assert error(_send(lab.client, document, b"two", changed)) == (409, "idempotency_mismatch")
    assert error(_send(lab.client, other, b"one", known)) == (409, "idempotency_mismatch")
    link = {"Idempotency-Key": known["Idempotency-Key"]}
    answer = lab.client.put(f"/v1/links/document/{document.id}", json={"state": "bound"}, headers=link)
    assert error(answer) == (409, "idempotency_mismatch")
    assert lab.writes() == ["file.created"]


def test_a_refusal_leaves_the_key_free() -> None:
    lab = DmLab()
    file = lab.file()
    lab.clerk.capture(file)
    match = lab.get(f"/files/{file.id}")["data_version"]
    assert error(lab.post_version(file, b"two", match)) == (423, "locked")
    file.locked_by = None
    answer = lab.post_version(file, b"two", match)
    assert (answer.status_code, answer.headers.get("idempotent-replay")) == (201, None)


def test_while_the_first_request_runs_the_second_waits() -> None:
    lab = DmLab()
    document, seen = lab.document(), list[httpx.Response]()

    def sleep(seconds: float) -> None:
        lab.dm.latency = lambda method, path: 0.0
        seen.append(lab.post_file(document, b"one", "a.docx"))

    lab.dm.sleep, lab.dm.latency = sleep, lambda method, path: 1.0
    assert lab.post_file(document, b"one", "a.docx").status_code == 201
    assert error(seen[0]) == (409, "in_progress")
    assert seen[0].headers["retry-after"] == "5"
    assert lab.writes() == ["file.created"]


def test_a_failure_inside_leaves_the_key_free() -> None:
    lab = DmLab()
    document = lab.document()

    def broken(seconds: float) -> None:
        raise KeyboardInterrupt

    lab.dm.sleep, lab.dm.latency = broken, lambda method, path: 1.0
    with pytest.raises(KeyboardInterrupt):
        lab.post_file(document, b"one", "a.docx")
    lab.dm.latency = lambda method, path: 0.0
    assert lab.post_file(document, b"one", "a.docx").status_code == 201


@pytest.mark.parametrize(("days", "replayed"), [(7, True), (7.01, False)])
def test_keys_are_kept_for_seven_days(days: float, replayed: bool) -> None:
    lab = DmLab()
    document = lab.document()
    lab.post_file(document, b"one", "a.docx")
    lab.clock.advance(days * 86400)
    again = lab.post_file(document, b"one", "a.docx")
    assert ("idempotent-replay" in again.headers) is replayed
    assert again.status_code == (201 if replayed else 200)


def test_keys_are_read_in_any_case() -> None:
    lab = DmLab()
    document, known = lab.document(), upload(b"one", "a.docx")
    client = connect(lab.dm, transport(lab.dm))
    assert _send(client, document, b"one", known).status_code == 201
    known["Idempotency-Key"] = known["Idempotency-Key"].upper()
    assert _send(client, document, b"one", known).headers["idempotent-replay"] == "true"
    assert known["Idempotency-Key"] != key("a.docx")


def _send(client: httpx.Client, document: Document, data: bytes, headers: dict[str, Any]) -> httpx.Response:
    return client.post(f"/v1/documents/{document.id}/files", content=data, headers=headers)
