"""A worker dies; the queue's last attempt comes while its claim still stands: the work goes on without a person."""

from __future__ import annotations

import json

from common.queue.sqlite import Leased, SqliteQueue
from infra.local import collection
from tests.simulators.bitrix24 import EventFault
from tests.stand import Stand

LAST = "9"


def test_the_last_attempt_leaves_the_record_to_the_watch(stand: Stand) -> None:
    stand.portal.courier.faults = [EventFault(drop=True)]
    stand.reach(stand.deal())
    stand.portal.deliver(stand.deliver)
    stand.job("deal_sweep")
    queue = stand.services.queue
    assert isinstance(queue, SqliteQueue)
    [leased] = [one for one in queue.take(9) if json.loads(one.body)["kind"] == "records"]
    _claimed_by_a_dead_worker(stand, leased)
    headers = {"X-CloudTasks-TaskName": leased.name, "X-CloudTasks-TaskRetryCount": LAST}
    assert collection.call(leased.function, "process", leased.body, headers)[0] == 200
    queue.done(leased)
    assert stand.services.store.query("dead_letters") == []
    stand.minutes(8)
    assert len(stand.acts()) == 1


def _claimed_by_a_dead_worker(stand: Stand, leased: Leased) -> None:
    services = stand.services
    records = services.acts_records(json.loads(leased.body)["records"])
    task = services.acts_work.task(records, leased.name)
    services.claims.take_many({one.key: task for one in records}, 300.0)
