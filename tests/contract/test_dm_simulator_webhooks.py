"""Webhooks: signed, tried again by the schedule, lost, doubled, late and out of order (contract §3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.contract.dm_lab import DmLab
from tests.contract.dm_schema import check_webhook
from tests.simulators.dm import DocumentManagement, WebhookFault, signature
from tests.simulators.web import Answer, Request, Server

HUB = "https://hub.example.ru/exchange/"
SCHEDULE = [10, 30, 120, 600, 3600, *[3600] * 24]


@dataclass
class Inbox:
    """The functions: keep what came, held to the description, and answer with `status`."""

    status: int = 204
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        check_webhook(url.rpartition("/")[2], headers, body)
        self.urls.append(url)
        self.bodies.append(json.loads(body))
        self.headers.append(headers)
        return self.status

    def respond(self, request: Request) -> Answer:
        return Answer(self.send(request.path, request.body, request.headers))

    @property
    def seqs(self) -> list[int]:
        return [body["seq"] for body in self.bodies]


def lab_with(*faults: WebhookFault) -> tuple[DmLab, Inbox]:
    lab = DmLab(public_base_url=HUB)
    lab.dm.courier.faults += faults
    return lab, Inbox()


def test_an_event_is_sent_signed_to_its_function() -> None:
    lab, inbox = lab_with()
    lab.file()
    delivered = lab.dm.deliver(inbox.send)
    assert inbox.urls == ["https://hub.example.ru/exchange/onec-document-changed"] * 2
    assert inbox.bodies == lab.get("/changes")["items"]
    headers, body = inbox.headers[0], delivered[0].body
    assert headers["X-Exchange-Timestamp"] == str(int(lab.clock.now().timestamp()))
    text = signature.string_to_sign(
        headers["X-Exchange-Timestamp"], "POST", "onec-document-changed", "", hashlib.sha256(body).hexdigest()
    )
    assert headers["X-Exchange-Signature"] == signature.sign(lab.dm.keys["2026a"], text)
    assert all(delivery.arrived for delivery in delivered)
    assert lab.dm.deliver(inbox.send) == []


def test_after_a_rotation_webhooks_are_signed_with_the_new_key() -> None:
    lab, inbox = lab_with()
    lab.dm.rotate("2026b", "новый секрет")
    lab.document()
    lab.dm.deliver(inbox.send)
    assert inbox.headers[0]["X-Exchange-Key-Id"] == "2026b"


def test_a_webhook_nobody_took_comes_again_by_the_schedule_and_then_dies() -> None:
    lab, inbox = lab_with()
    inbox.status = 503
    lab.document()
    lab.dm.deliver(inbox.send)
    for attempt, seconds in enumerate(SCHEDULE, 1):
        lab.clock.advance(seconds - 1)
        assert lab.dm.deliver(inbox.send) == []
        lab.clock.advance(1)
        assert len(lab.dm.deliver(inbox.send)) == 1
        assert bool(lab.dm.courier.dead) is (attempt == len(SCHEDULE))
    lab.clock.advance(7200)
    assert lab.dm.deliver(inbox.send) == []
    assert [event.seq for event in lab.dm.courier.dead] == [1]
    assert inbox.seqs == [1] * 30
    assert [item["seq"] for item in lab.get("/changes")["items"]] == [1]
    sent = [row for row in lab.dm.log if row.direction == "out"]
    assert (len(sent), sent[0].status, sent[0].resource) == (30, 503, "onec-document-changed")


def test_a_connection_that_breaks_is_tried_again() -> None:
    lab, inbox = lab_with()

    def broken(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        raise httpx.ConnectError("refused")

    lab.document()
    assert [delivery.status for delivery in lab.dm.deliver(broken)] == [0]
    assert lab.dm.log[-1].error == "refused"
    lab.clock.advance(10)
    assert [delivery.status for delivery in lab.dm.deliver(inbox.send)] == [204]


def test_a_lost_webhook_is_still_in_the_feed() -> None:
    lab, inbox = lab_with(WebhookFault("document.created", lose=True))
    lab.document()
    lab.document()
    assert [delivery.status for delivery in lab.dm.deliver(inbox.send)] == [-1, 204]
    lab.clock.advance(86400)
    lab.dm.deliver(inbox.send)
    assert (inbox.seqs, [item["seq"] for item in lab.get("/changes")["items"]]) == ([2], [1, 2])


def test_webhooks_come_twice_late_and_out_of_order() -> None:
    lab, inbox = lab_with(WebhookFault(copies=2), WebhookFault(delay=60))
    lab.dm.courier.reorder = True
    for _ in range(3):
        lab.document()
    lab.dm.deliver(inbox.send)
    assert inbox.seqs == [3, 1, 1]
    lab.clock.advance(60)
    lab.dm.deliver(inbox.send)
    assert inbox.seqs == [3, 1, 1, 2]


def test_an_answer_that_was_not_heard_makes_a_duplicate() -> None:
    lab, inbox = lab_with(WebhookFault(lose_answer=True))
    lab.document()
    lab.dm.deliver(inbox.send)
    lab.clock.advance(10)
    lab.dm.deliver(inbox.send)
    assert inbox.seqs == [1, 1]
    assert inbox.bodies[0]["id"] == inbox.bodies[1]["id"]


def test_a_forged_webhook_has_another_signature() -> None:
    lab, inbox = lab_with(WebhookFault(wrong_signature=True))
    lab.document()
    lab.document()
    lab.dm.deliver(inbox.send)
    right = [
        signature.headers("2026a", lab.dm.keys["2026a"], int(headers["X-Exchange-Timestamp"]), "POST",
                          "onec-document-changed", "", hashlib.sha256(delivery.body).hexdigest())
        for headers, delivery in zip(inbox.headers, lab.dm.courier.log, strict=True)
    ]  # fmt: skip
    name = "X-Exchange-Signature"
    assert [one[name] == other[name] for one, other in zip(right, inbox.headers, strict=True)] == [False, True]


@pytest.mark.parametrize("enabled", [True, False])
def test_nothing_is_sent_without_an_address_or_while_switched_off(enabled: bool) -> None:
    lab, inbox = lab_with()
    lab.dm.public_base_url, lab.dm.switches.enabled = "" if enabled else HUB, enabled
    lab.document()
    assert lab.dm.deliver(inbox.send) == []
    lab.dm.public_base_url, lab.dm.switches.enabled = HUB, True
    assert len(lab.dm.deliver(inbox.send)) == (0 if enabled else 1)
    assert len(lab.get("/changes")["items"]) == 1


def test_delivery_in_the_background_over_http() -> None:
    lab, inbox = DmLab(), Inbox()
    lab.dm.switches.sender_interval = 0
    with Server(inbox) as server:
        lab.dm.public_base_url = server.url
        _deliver_in_background(lab.dm, lab)
    assert inbox.seqs == [1, 2]


def _deliver_in_background(dm: DocumentManagement, lab: DmLab) -> None:
    dm.start_delivery()
    try:
        lab.file()
    finally:
        dm.stop_delivery()
    dm.stop_delivery()
