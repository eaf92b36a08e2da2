"""Google's queue and scheduler refuse to be paused: the watch goes on, sides are left alone, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from common.wiring import use
from tests.cloud_stand import CloudPapers
from tests.scenarios.pausing.still import dm_down, still
from tests.simulators.faults import Fault
from tests.simulators.web import Answer, Request


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[CloudPapers]:
    """Neither a queue nor a job can be asked for its state, paused or resumed."""
    stand = CloudPapers(str(tmp_path))
    with ExitStack() as stack:
        stack.callback(use, None)
        stack.callback(stand.close)
        refused = Answer(403, b'{"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}')
        stand.tasks.faults.add(Fault(_switches_a_queue, 1_000_000, instead=lambda _: refused))
        stand.scheduler.faults.add(Fault(lambda _: True, 1_000_000, drop_before=True))
        yield stand
        stand.audit()


def _switches_a_queue(request: Request) -> bool:
    return not request.path.endswith("/tasks")


def running(stand: CloudPapers) -> bool:
    """Nothing stands still, as the simulators know it."""
    jobs = all(job.state == "ENABLED" for job in stand.scheduler.jobs.values())
    return jobs and not any(queue.paused for queue in stand.tasks.queues.values())


def test_an_outage_of_1c_goes_as_without_pauses(papers: CloudPapers) -> None:
    file = papers.publish()
    up = dm_down(papers)
    papers.clerk.edit_file(file, b"two")
    papers.minutes(10)
    assert running(papers)
    assert papers.job("exchange_watch") == 200
    before = len(papers.base.requests)
    papers.minutes(20)
    assert len(papers.base.requests) - before <= 20
    up()
    papers.minutes(5)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}
    assert (papers.waits(), papers.services.letters.listed()) == ([], [])


def test_a_pause_by_hand_holds_and_its_tasks_do_not_wear_out(papers: CloudPapers) -> None:
    file = papers.publish()
    papers.services.pause_people.pause("documents", "Анна")
    papers.clock.advance(6)
    papers.clerk.edit_file(file, b"two")
    papers.hook()
    portal_before, onec_before = len(papers.portal.requests), len(papers.base.requests)
    papers.minutes(120)
    called = {one.method for one in papers.portal.requests[portal_before:]} - {"im.notify.system.add", "user.get"}
    assert (called, len(papers.base.requests)) == (set(), onec_before), "but for telling the admin"
    assert papers.services.letters.listed() == []
    papers.services.pause_people.resume("documents", "Анна")
    papers.minutes(3)
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_it_can_be_seen_that_nobody_knows(papers: CloudPapers) -> None:
    listed = list(papers.services.pause_people.listed())
    assert [(one.get("queue") or one.get("job"), one["state"]) for one in listed] == [
        ("deal_sweep", "unknown"),
        ("interactive", "unknown"),
        ("document_sync", "unknown"),
        ("bulk", "unknown"),
    ]


def test_paused_later_once_it_can_be(papers: CloudPapers) -> None:
    papers.publish()
    up = dm_down(papers)
    papers.services.breakers.open("base:dm", "maintenance")
    papers.minutes(3)
    papers.tasks.faults.clear()
    papers.scheduler.faults.clear()
    papers.minutes(1)
    assert still(papers) == ["job document_sync", "queue bulk"]
    up()
    papers.minutes(3)
    assert still(papers) == []
    assert papers.scheduler.changes == [("pause", "document-sync"), ("resume", "document-sync")]
    assert papers.tasks.changes == [("pause", "bulk"), ("resume", "bulk")]
