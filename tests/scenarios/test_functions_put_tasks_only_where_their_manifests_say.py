"""What a manifest says of queues is what its function does: the right to put tasks is given by it, and no wider."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from common.model.records import Record
from common.ports import Task
from common.queue.sqlite import SqliteQueue
from common.wiring import use
from infra.local import collection
from infra.manifests import read
from tests.application import application
from tests.document_stand import DM_HOST, DocumentStand, documents_standing
from tests.scenarios.documents_plan.sending import Sending
from tests.simulators.bitrix24 import EventFault
from tests.stand import ONEC_HOST, Stand, standing

Put = Mapping[str, set[str]]


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Put:
    """Entry point → classes of queue it has put a task on."""
    seen: defaultdict[str, set[str]] = defaultdict(set)
    running: list[str] = []
    call, put = collection.call, SqliteQueue.put

    def called(function: str, entry: str, *rest: object, **options: object) -> tuple[int, str, dict[str, str]]:
        running.append(f"{function}.{entry}")
        try:
            return call(function, entry, *rest, **options)  # type: ignore[arg-type]
        finally:
            running.pop()

    def noted(queue: SqliteQueue, task: Task) -> None:
        if running:
            seen[running[-1]].add(task.queue)
        put(queue, task)

    monkeypatch.setattr(collection, "call", called)
    monkeypatch.setattr(SqliteQueue, "put", noted)
    return seen


def test_every_function_puts_on_the_queues_it_declares_and_on_no_other(put: Put, tmp_path: Path) -> None:
    with ExitStack() as stack:
        deals_go_on_after_an_outage(stack.enter_context(standing(_folder(tmp_path, "acts"))))
        files_go_on_after_an_outage(stack.enter_context(documents_standing(_folder(tmp_path, "documents"))))
        stack.callback(use, None)
        a_file_is_sent_while_another_worker_holds_it(Sending(_folder(tmp_path, "sent"), mapping={"reverse": "off"}))
        with application(_folder(tmp_path, "installed")) as stand:
            assert stand.pages[-1][0] == 200
    declared = {
        f"{name}.{entry}": set(one.puts)
        for name, manifest in read().items()
        for entry, one in manifest.entry_points.items()
    }
    assert {name: put.get(name, set()) for name in declared} == declared


def deals_go_on_after_an_outage(stand: Stand) -> None:
    """By an event and its window, by the sweep after a lost event, and by the watch once 1C is back."""
    stand.reach(stand.deal())
    later = stand.deal()
    stand.quiet()
    stand.portal.courier.faults = [EventFault(drop=True)]
    stand.gate = _unreachable(ONEC_HOST)
    stand.reach(later)
    stand.minutes(15)
    stand.gate = lambda _: None
    stand.minutes(15)
    assert len(stand.acts()) == 2


def files_go_on_after_an_outage(stand: DocumentStand) -> None:
    """By a webhook, by the sync, and by the watch once 1C:DM is back."""
    stand.publish()
    stand.gate = _unreachable(DM_HOST)
    file = stand.clerk.add_file(stand.document(), "Договор 18.docx", b"two")
    for _ in range(3):
        stand.run()
        stand.job("exchange_watch")
    stand.gate = lambda _: None
    stand.clock.advance(600)
    stand.job("exchange_watch")
    stand.quiet(60)
    stand.settle()
    assert stand.twin(file)


def a_file_is_sent_while_another_worker_holds_it(stand: Sending) -> None:
    """A person's word that meets a claim is put once more."""
    file = stand.publish()
    stand.worker.edit(stand.twin(file), b"edited")
    services = stand.services
    record = Record(stand.key(file), f"file:{file.id}", stand.clock.now(), {})
    services.claims.take_many({record.key: services.documents_work.task([record], "another's")}, 120.0)
    token = stand.send(stand.twin(file))
    stand.carry(900)
    assert stand.answer(token)["result"] == "sent"


def _unreachable(host: str) -> Callable[[httpx.Request], None]:
    def gate(request: httpx.Request) -> None:
        if request.url.host == host:
            raise httpx.ConnectError("refused")

    return gate


def _folder(tmp_path: Path, name: str) -> str:
    folder = tmp_path / name
    folder.mkdir()
    return str(folder)
