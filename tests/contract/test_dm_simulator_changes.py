"""The change feed: rows, ticks, coalescing, retention (contract §2, §3, §4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.dm_lab import DmLab, details, error
from tests.simulators.dm import Document, File
from tests.simulators.dm.testing import connect


def test_rows_show_only_after_a_tick_of_the_sender() -> None:
    lab = DmLab()
    document = lab.document()
    assert lab.get("/changes") == {"items": [], "next": 0, "has_more": False}
    lab.clock.advance(9.5)
    assert lab.get("/changes")["items"] == []
    lab.clock.advance(0.5)
    body = lab.get("/changes")
    assert [item["object"] for item in body["items"]] == [{"type": "document", "id": document.id}]
    assert (body["next"], body["has_more"], body["items"][0]["seq"]) == (1, False, 1)
    assert body["items"][0]["occurred_at"] == "2026-01-31T09:00:00Z"


def test_rows_of_one_object_and_event_are_one_event_within_a_tick() -> None:
    lab = DmLab()
    document = lab.document()
    lab.clerk.change(document, title="Раз")
    other = lab.document()
    lab.clerk.change(document, title="Два", reg_number="17")
    lab.clock.advance(10)
    lab.clerk.change(document, title="Три")
    lab.clock.advance(10)
    items = lab.get("/changes")["items"]
    assert [(item["event"], item["object"]["id"], item["changed"]) for item in items] == [
        ("document.created", document.id, []),
        ("document.created", other.id, []),
        ("document.changed", document.id, ["title", "reg_number"]),
        ("document.changed", document.id, ["title"]),
    ]
    assert items[2]["data_version"] < items[3]["data_version"] == lab.get(f"/documents/{document.id}")["data_version"]


def test_what_the_exchange_wrote_is_marked_unless_a_person_wrote_too() -> None:
    lab = DmLab()
    file, other = lab.file(), lab.file()
    lab.dm.number_events()
    lab.post_version(file, b"two")
    lab.post_version(other, b"two")
    lab.clerk.edit_file(other, b"three")
    assert lab.events()[-2:] == [("file.changed", file.id, "exchange"), ("file.changed", other.id, "user")]
    last = lab.get("/changes")["items"][-2:]
    assert [item["actor_id"] for item in last] == [lab.dm.login_ids["Обмен"], lab.clerk.user_id]


Action = Callable[[DmLab, Document, File], Any]
ACTIONS: list[tuple[Action, list[tuple[str, list[str]]]]] = [
    (lambda lab, card, file: lab.clerk.set_state(card, "approved"), [("document.changed", ["state", "states"])]),
    (lambda lab, card, file: lab.clerk.move_document_kind(card, "Приказ"), [("document.changed", ["kind"])]),
    (lambda lab, card, file: lab.clerk.change(card, title=card.title), []),
    (lambda lab, card, file: lab.clerk.mark_deleted(card), [("document.deleted", ["deletion_mark"])]),
    (lambda lab, card, file: lab.clerk.mark_deleted(card, False), []),
    (lambda lab, card, file: lab.clerk.add_file(card, "b", b""), [("file.changed", ["name", "current_version_id"])]),
    (lambda lab, card, file: lab.clerk.edit_file(file, b"two"), [("file.changed", ["current_version_id"])]),
    (lambda lab, card, file: lab.clerk.edit_file(file, b"one"), []),
    (lambda lab, card, file: lab.clerk.rename_file(file, "b.docx"), [("file.changed", ["name"])]),
    (lambda lab, card, file: lab.clerk.sign(file), [("file.changed", ["signed"])]),
    (lambda lab, card, file: lab.clerk.encrypt(file), [("file.changed", ["encrypted"])]),
    (lambda lab, card, file: lab.clerk.capture(file), [("file.changed", ["locked_by", "locked_since"])]),
    (lambda lab, card, file: lab.clerk.set_store_versions(file, False), [("file.changed", ["store_versions"])]),
    (lambda lab, card, file: lab.clerk.mark_deleted(file.id), [("file.deleted", ["deletion_mark"])]),
    (lambda lab, card, file: lab.clerk.purge(file), [("file.deleted", [])]),
    (lambda lab, card, file: lab.clerk.purge(card.id), [("document.deleted", []), ("file.deleted", [])]),
    (lambda lab, card, file: lab.clerk.open_card(card), []),
    (lambda lab, card, file: lab.rename(file, "b.docx"), [("file.changed", ["name"])]),
    (lambda lab, card, file: lab.rename(file, file.name), []),
    (lambda lab, card, file: lab.post_version(file, b"one"), []),
    (lambda lab, card, file: lab.get(f"/documents/{card.id}"), []),
]


@pytest.mark.parametrize(("action", "expected"), ACTIONS)
def test_what_is_done_is_told_and_nothing_else(action: Action, expected: list[tuple[str, list[str]]]) -> None:
    lab = DmLab()
    file = lab.file()
    lab.dm.number_events()
    action(lab, lab.dm.store.documents[file.document_id], file)
    lab.dm.number_events()
    assert [(item["event"], item["changed"]) for item in lab.get("/changes", after=2)["items"]] == expected


def test_a_mark_taken_off_is_a_change() -> None:
    lab = DmLab()
    file = lab.file()
    lab.clerk.mark_deleted(file)
    lab.dm.number_events()
    lab.clerk.mark_deleted(file, False)
    assert [event for event, *_ in lab.events()][-2:] == ["file.deleted", "file.changed"]


def test_only_selected_kinds_are_told_and_leaving_one_is_told_too() -> None:
    lab = DmLab()
    contract, _, order = lab.dm.kinds
    lab.dm.switches.selected_kinds = {contract.id}
    silent = lab.clerk.add_document(order, "Приказ")
    lab.clerk.add_file(silent, "a.docx", b"one")
    document = lab.document()
    lab.dm.number_events()
    lab.clerk.move_document_kind(document, order)
    lab.clerk.change(document, title="Тихо")
    assert [(event, key) for event, key, _ in lab.events()] == [
        ("document.created", document.id),
        ("document.changed", document.id),
    ]
    assert len(lab.get("/documents")["items"]) == 2


def test_pages_of_the_feed_and_types() -> None:
    lab = DmLab()
    file = lab.file()
    for number in range(3):
        lab.clerk.rename_file(file, f"{number}.docx")
        lab.dm.number_events()
        lab.document()
    lab.dm.number_events()
    body = lab.get("/changes", limit=2)
    assert ([item["seq"] for item in body["items"]], body["next"], body["has_more"]) == ([1, 2], 2, True)
    body = lab.get("/changes", after=2, limit=2, types="document")
    assert ([item["seq"] for item in body["items"]], body["next"], body["has_more"]) == ([3, 5], 5, True)
    body = lab.get("/changes", after=5, types="file,order")
    assert ([item["seq"] for item in body["items"]], body["next"], body["has_more"]) == ([6], 7, False)
    assert error(connect(lab.dm).get("/v1/changes?types=paper")) == (400, "invalid")
    assert error(connect(lab.dm).get("/v1/changes?after=x")) == (400, "invalid")


def test_a_cursor_older_than_the_feed_is_gone() -> None:
    lab = DmLab()
    lab.document()
    lab.dm.number_events()
    lab.clock.advance(30 * 86400)
    assert len(lab.get("/changes", after=0)["items"]) == 1
    lab.clock.advance(1)
    lab.document()
    lab.dm.number_events()
    answer = lab.client.get("/v1/changes?after=0")
    assert (error(answer), details(answer)) == ((410, "gone"), {"oldest": 2})
    assert [item["seq"] for item in lab.get("/changes", after=1)["items"]] == [2]
    assert [item["seq"] for item in lab.get("/changes")["items"]] == [2]


def test_a_cursor_from_the_future_is_empty_or_gone_by_option() -> None:
    lab = DmLab()
    assert lab.get("/changes", after=50) == {"items": [], "next": 50, "has_more": False}
    lab.dm.switches.future_cursor = "gone"
    assert error(lab.client.get("/v1/changes?after=50")) == (410, "gone")
