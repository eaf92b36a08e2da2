"""Disk of the simulated portal: business processes are its only event (facts 6.8, 7.1, 7.5, 7.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.disk_bench import Bench
from tests.simulators.bitrix24 import EventFault
from tests.simulators.bitrix24.wire import Data, parse_query

ENTITY = "Bitrix\\Disk\\BizProcDocument"


class Process:
    """An activity registered for the common storage, and a handler that keeps what reaches it."""

    def __init__(self, bench: Bench, **more: Any) -> None:
        self.bench, self.calls = bench, list[tuple[str, Data]]()
        self.storage = bench.disk.common.id
        self.application = bench.application()
        self.token = bench.token(self.application)
        kind = ["disk", ENTITY, f"STORAGE_{self.storage}"]
        activity = {"CODE": "hub", "HANDLER": "https://hub.example.ru/bp", "NAME": "В 1С", "DOCUMENT_TYPE": kind}
        bench.result("bizproc.activity.add", {**activity, "AUTH_USER_ID": 1, **more}, self.token)

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.calls.append((url, parse_query(body.decode("ascii"))))
        return 200

    def delivered(self) -> list[Data]:
        """Deliver what is due; gives everything that came."""
        self.bench.portal.deliver(self.send)
        return [form for _, form in self.calls]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_started_process_calls_the_handler(bench: Bench) -> None:
    process = Process(bench)
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    token = bench.boris.start_process(file, "hub", reason="срочно")
    (form,) = process.delivered()
    kind = f"STORAGE_{process.storage}"
    assert process.calls[0][0] == "https://hub.example.ru/bp"
    assert form["document_id"] == ["disk", ENTITY, str(file)]
    assert form["document_type"] == ["disk", ENTITY, kind]
    assert (form["event_token"], form["properties"]) == (token, {"reason": "срочно"})
    assert (form["code"], form["use_subscription"], form["timeout_duration"]) == ("hub", "Y", "0")
    assert form["auth"]["application_token"] == process.application.application_token
    assert form["auth"]["user_id"] == "1"
    assert bench.result("disk.file.get", {"id": file}, form["auth"]["access_token"])["ID"] == str(file)
    assert form["auth"]["refresh_token"]


def test_the_answer_of_the_handler_is_recorded(bench: Bench) -> None:
    process = Process(bench)
    token = bench.boris.start_process(bench.uploaded("a.txt"), "hub")
    sent = {"EVENT_TOKEN": token, "RETURN_VALUES": {"result": "ok"}, "LOG_MESSAGE": "done"}
    assert bench.result("bizproc.activity.log", {"EVENT_TOKEN": token, "LOG_MESSAGE": "begun"}, process.token) is True
    assert bench.error("bizproc.activity.log", {"EVENT_TOKEN": token}) == (400, "ERROR_EMPTY_LOG_MESSAGE")
    assert bench.error("bizproc.activity.log", {"EVENT_TOKEN": "x", "LOG_MESSAGE": "m"}) == (403, "ACCESS_DENIED")
    assert bench.result("bizproc.event.send", sent, process.token) is True
    kept = bench.portal.callbacks[token]
    assert (kept["done"], kept["values"], kept["message"], kept["log"]) == (True, {"result": "ok"}, "done", ["begun"])


def test_a_process_that_does_not_wait(bench: Bench) -> None:
    process = Process(bench, USE_SUBSCRIPTION="N")
    token = bench.boris.start_process(bench.uploaded("a.txt"), "hub")
    assert process.delivered()[0]["use_subscription"] == "N"
    assert bench.result("bizproc.event.send", {"EVENT_TOKEN": token, "RETURN_VALUES": {"a": "1"}}) is True
    assert bench.portal.callbacks[token]["values"] == {}


def test_processes_start_by_themselves_after_create_and_edit_own_uploads_included(bench: Bench) -> None:
    process = Process(bench)
    bench.uploaded("before.txt")
    bench.boris.auto_start(process.storage, "hub")
    file = bench.uploaded("a.txt")
    bench.boris.edit(file, b"2")
    bench.version(file, b"3")
    bench.boris.rename(file, "b.txt")
    bench.boris.trash(file)
    documents = [form["document_id"][2] for form in process.delivered()]
    assert documents == [str(file)] * 3
    bench.result("bizproc.activity.delete", {"CODE": "hub"}, process.token)
    bench.uploaded("after.txt")
    assert len(process.delivered()) == 3


def test_only_what_the_template_says_in_its_own_storage(bench: Bench) -> None:
    process = Process(bench)
    bench.boris.auto_start(process.storage, "hub", on_create=False)
    other = bench.anna.root(bench.anna.add_storage("Проект"))
    bench.boris.edit(bench.boris.upload(other, "a.txt", b"1"), b"2")
    assert process.delivered() == []
    file = bench.boris.upload(bench.folder, "a.txt", b"1")
    assert process.delivered() == []
    bench.boris.edit(file, b"2")
    assert len(process.delivered()) == 1


def test_a_code_nobody_registered_for_the_storage(bench: Bench) -> None:
    Process(bench)
    other = bench.anna.root(bench.anna.add_storage("Проект"))
    with pytest.raises(LookupError):
        bench.boris.start_process(bench.boris.upload(other, "a.txt", b"1"), "hub")


def test_a_call_is_delivered_at_most_once_and_can_be_lost(bench: Bench) -> None:
    process = Process(bench)
    file = bench.uploaded("a.txt")
    bench.portal.courier.faults += [EventFault("hub", drop=True), EventFault("hub", wrong_token=True)]
    tokens = [bench.boris.start_process(file, "hub") for _ in range(2)]
    (form,) = process.delivered()
    assert form["event_token"] == tokens[1]
    assert form["auth"]["application_token"] == "0" * 32
    assert bench.portal.courier.lost == 1
    assert len(process.delivered()) == 1
