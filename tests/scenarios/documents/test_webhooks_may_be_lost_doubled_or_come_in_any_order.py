"""1C's events are hints (rules, Documents; contract §3): lost, doubled, late, out of order, forged."""

from __future__ import annotations

import itertools

import pytest

from tests.scenarios.documents.papers import House, Papers
from tests.simulators.dm import WebhookFault


def test_a_webhook_alone_carries_a_new_file_at_once(papers: Papers) -> None:
    papers.run()
    papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one")
    papers.hook()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


def test_a_webhook_alone_carries_a_change_a_rename_and_a_new_title(papers: Papers) -> None:
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.clerk.rename_file(file, "Новый.docx")
    papers.clerk.change(file.document_id, title="Другой")
    papers.hook()
    assert papers.on_disk() == {"Новый.docx": b"two"}


def test_all_webhooks_lost_the_sync_finds_everything(papers: Papers) -> None:
    papers.base.courier.faults.append(WebhookFault(times=1000, lose=True))
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.settle()
    gone = papers.publish("Лишний.docx")
    papers.clerk.mark_deleted(gone)
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"two"}


def test_every_webhook_three_times_is_each_thing_once(papers: Papers) -> None:
    papers.base.courier.faults.append(WebhookFault(times=1000, copies=3))
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"two"}
    assert papers.writes() == ["disk add", "disk version"]


def test_webhooks_whose_answer_1c_did_not_hear_are_repeated_without_harm(papers: Papers) -> None:
    papers.base.courier.faults.append(WebhookFault(times=5, lose_answer=True))
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.hours(1)
    assert papers.writes() == ["disk add", "disk version"]


def test_webhooks_in_the_reverse_order_end_in_what_1c_has_now(papers: Papers) -> None:
    papers.base.courier.reorder = True
    file = papers.publish()
    papers.clerk.edit_file(file, b"two")
    papers.clerk.mark_deleted(file)
    papers.clerk.mark_deleted(file, deleted=False)
    papers.clerk.rename_file(file, "Новый.docx")
    papers.settle(3)
    assert papers.on_disk() == {"Новый.docx": b"two"}
    assert papers.conflicts() == []


def test_an_hour_late_they_bring_nothing_back(papers: Papers) -> None:
    papers.base.courier.faults.append(WebhookFault(times=2, delay=3600))
    file = papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one")
    papers.settle()
    papers.clerk.mark_deleted(file)
    papers.settle()
    papers.hours(2)
    assert papers.on_disk() == {}


@pytest.mark.parametrize("order", list(itertools.permutations(("edit", "rename", "mark")))[:4])
def test_changes_in_any_order_end_alike(house: House, order: tuple[str, ...]) -> None:
    papers = house()
    papers.base.courier.reorder = True
    file = papers.publish()
    for what in order:
        if what == "edit":
            papers.clerk.edit_file(file, b"two")
        elif what == "rename":
            papers.clerk.rename_file(file, "Новый.docx")
        else:
            papers.clerk.mark_deleted(file)
    papers.settle(3)
    assert papers.on_disk() == {}
    papers.clerk.mark_deleted(file, deleted=False)
    papers.settle(3)
    assert papers.on_disk() == {"Новый.docx": b"two"}


def test_a_forged_webhook_does_nothing(papers: Papers) -> None:
    papers.run()
    papers.base.courier.faults.append(WebhookFault(times=1000, wrong_signature=True))
    papers.clerk.add_file(papers.document(), "Договор 17.docx", b"one")
    papers.hook()
    assert papers.on_disk() == {}
    assert {delivery.status for delivery in papers.base.courier.log} == {401}
    papers.settle()
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


def test_a_feed_that_forgot_where_we_were_is_made_up_by_looking_at_everything(papers: Papers) -> None:
    file, other = papers.publish(), papers.publish("Другой.docx")
    papers.base.courier.faults.append(WebhookFault(times=1000, lose=True))
    papers.clerk.edit_file(file, b"two")
    papers.base.number_events()
    papers.base.feed.forget(papers.base.feed.last)
    papers.settle(3)
    assert papers.on_disk() == {"Договор 17.docx": b"two", "Другой.docx": b"one"}
    papers.worker.edit(papers.twin(other), b"edited")
    papers.settle()
    assert papers.last(other).content.read() == b"edited"


def test_deleted_while_the_feed_had_a_gap_it_still_goes_to_the_trash(papers: Papers) -> None:
    kept, gone = papers.publish(), papers.publish("Лишний.docx")
    papers.base.courier.faults.append(WebhookFault(times=1000, lose=True))
    papers.clerk.mark_deleted(gone)
    papers.base.number_events()
    papers.base.feed.forget(papers.base.feed.last)
    papers.settle(4)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}
    assert papers.twin(kept)


def test_removed_for_good_while_the_feed_had_a_gap_it_still_goes_to_the_trash(papers: Papers) -> None:
    papers.publish()
    gone = papers.publish("Лишний.docx", b"gone")
    papers.base.courier.faults.append(WebhookFault(times=1000, lose=True))
    papers.clerk.purge(gone)
    papers.history = True
    papers.base.number_events()
    papers.base.feed.forget(papers.base.feed.last)
    papers.settle(4)
    assert papers.on_disk() == {"Договор 17.docx": b"one"}


def test_a_restart_between_any_two_steps_forgets_nothing(papers: Papers) -> None:
    file = papers.publish()
    for number in range(3):
        papers.clerk.edit_file(file, b"1C %d" % number)
        papers.base.number_events()
        papers.base.deliver(papers.deliver)
        papers.restarted()
        papers.run()
        papers.worker.edit(papers.twin(file), b"Disk %d" % number)
        papers.restarted()
        papers.run()
    assert papers.last(file).content.read() == b"Disk 2"
    assert papers.conflicts() == []


def test_more_events_than_a_page_of_the_feed_are_all_read(papers: Papers) -> None:
    papers.base.switches.list_limit = 7
    papers.base.courier.faults.append(WebhookFault(times=1000, lose=True))
    files = [papers.clerk.add_file(papers.document(), f"{n:02}.docx", b"%d" % n) for n in range(30)]
    papers.settle(3)
    for file in files:
        papers.clerk.edit_file(file, file.name.encode())
    papers.settle(2)
    assert papers.on_disk() == {file.name: file.name.encode() for file in files}
