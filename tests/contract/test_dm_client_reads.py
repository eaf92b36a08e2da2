"""What the documents exchange sees of 1C:DM through its client."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from common.errors import CursorGone, SideRefused
from common.model.documents import Client, DocumentId, FileId, KindId, OnecUserId
from common.ports.archive import Archive
from tests.clock import START
from tests.contract.dm_archive import Desk, open_desk

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as found:
        yield found


def test_what_the_base_can_do_is_asked_once_an_hour(desk: Desk) -> None:
    archive: Archive = desk.client()
    found = archive.ability()
    assert (found.clock, found.config_version, found.max_file_size) == (START, "2.1.32.6", 50 * 1024 * 1024)
    assert (found.list_limit, found.comment_max, found.forbidden_extensions) == (200, 500, ("exe", "bat", "js"))
    desk.clock.advance(3599)
    assert archive.ability() == found
    assert desk.asked() == ["GET /v1/ping"]
    desk.clock.advance(1)
    assert archive.ability().clock == START + timedelta(hours=1)


def test_a_probe_asks_for_the_clock_of_1c(desk: Desk) -> None:
    archive = desk.warm()
    assert archive.clock_offset() == 0
    desk.dm.switches.clock_skew = timedelta(seconds=200)
    assert archive.probe() == START + timedelta(seconds=200)
    assert archive.clock_offset() == 200
    assert desk.asked() == ["GET /v1/ping"]


def test_changes_come_in_order_from_where_we_were(desk: Desk) -> None:
    desk.dm.switches.list_limit = 2
    archive = desk.warm()
    desk.clerk.edit_file(desk.file, b"second")
    desk.clock.advance(10)
    first = archive.changes(0, ["document", "file"])
    rest = archive.changes(first.next, ["document", "file"])
    assert first.more
    assert not rest.more
    seen = [*first.changes, *rest.changes]
    assert [one.seq for one in seen] == sorted(one.seq for one in seen)
    assert ("file.changed", "file", desk.file.id, False) in [(s.event, s.kind, s.id, s.by_exchange) for s in seen]
    assert archive.changes(rest.next, ["document", "file"]).next == rest.next
    assert archive.changes(0, ["order"]).changes == ()
    assert desk.asked()[:2] == [
        "GET /v1/changes?limit=2&types=document%2Cfile",
        f"GET /v1/changes?after={first.next}&limit=2&types=document%2Cfile",
    ]


def test_a_place_the_feed_forgot_is_told_and_the_beginning_is_always_there(desk: Desk) -> None:
    archive = desk.warm()
    desk.clock.advance(timedelta(days=31).total_seconds())
    desk.clerk.edit_file(desk.file, b"second")
    desk.dm.number_events()
    with pytest.raises(CursorGone):
        archive.changes(1, ["file"])
    assert [one.event for one in archive.changes(0, ["file"]).changes] == ["file.changed"]


def test_counts_and_kinds(desk: Desk) -> None:
    archive = desk.client()
    assert set(archive.kinds().values()) == {"Договор", "Внутренний документ", "Приказ"}
    kind = KindId(desk.document.kind.id)
    assert archive.counts() == {one: int(one == kind) for one in archive.kinds()}
    desk.clerk.mark_deleted(desk.document)
    assert archive.counts() == {one: int(one == kind) for one in archive.kinds()}


def test_pages_of_a_kind_hold_every_document_once_whatever_is_asked_for(desk: Desk) -> None:
    desk.dm.switches.list_limit = 3
    archive = desk.warm()
    added = [desk.clerk.add_document("Договор", f"Договор {number}").id for number in range(7)]
    desk.clerk.add_document("Приказ", "Приказ 1")
    desk.clerk.mark_deleted(added[3])
    kind, seen, after, sizes = KindId(desk.document.kind.id), list[str](), "", list[int]()
    while not sizes or after:
        page = archive.cards(kind, after, 1000)
        seen += [one.id for one in page.cards]
        sizes.append(len(page.cards))
        after = page.next
    assert seen == [desk.document.id, *added]
    assert max(sizes) == 3
    assert len(archive.cards(kind, "", 2).cards) == 2


def test_documents_come_with_their_files_and_none_for_the_gone(desk: Desk) -> None:
    archive = desk.client()
    lost = desk.clerk.add_document()
    desk.clerk.purge(lost)
    desk.clerk.mark_deleted(desk.file)
    found = archive.cards_of([desk.document_id, DocumentId(lost.id), DocumentId(NOBODY), desk.document_id])
    assert found[DocumentId(lost.id)] is None
    assert found[DocumentId(NOBODY)] is None
    card = found[desk.document_id]
    assert card is not None
    assert (card.title, card.reg_number, card.state, card.kind) == (
        "Договор 17", "17/26", "approved", desk.document.kind.id,
    )  # fmt: skip
    assert (card.files[0].name, card.files[0].marked) == ("Договор 17.docx", True)
    assert card.url.startswith("https://dm.example.ru/dm/#e1cib/data/")
    assert len(found) == 3
    assert archive.cards_of([]) == {}


def test_files_come_with_all_their_versions_and_the_current_is_a_pointer(desk: Desk) -> None:
    archive = desk.client()
    second = desk.clerk.edit_file(desk.file, b"second, longer")
    desk.clerk.set_current_version(desk.file, 1)
    desk.clerk.capture(desk.file)
    found = archive.files([desk.file_id, FileId(NOBODY)])
    file = found[desk.file_id]
    assert found[FileId(NOBODY)] is None
    assert file is not None
    assert [one.number for one in file.versions] == [1, 2]
    assert file.version is not None
    assert (file.version.number, file.version.size, file.version.comment) == (1, 5, "первая")
    assert file.versions[1].sha256 == second.content.sha256
    assert (file.locked_by, file.closed, file.document) == (desk.clerk.user_id, True, desk.document.id)


def test_people_are_asked_for_fifty_at_a_time(desk: Desk) -> None:
    archive = desk.warm()
    ids = [OnecUserId(desk.dm.add_user(f"Сотрудник {number}").id) for number in range(99)]
    found = archive.users([*ids, ids[0], OnecUserId(NOBODY)])
    assert set(found) == set(ids)
    assert found[ids[7]].name == "Сотрудник 7"
    assert len(desk.asked()) == 2
    assert archive.users([]) == {}


def test_people_are_found_by_their_marks(desk: Desk) -> None:
    archive = desk.client()
    first = desk.dm.add_user("Пётр", "петр+1c@example.ru", "0017")
    second = desk.dm.add_user("Петя", "петр+1c@example.ru", login_disabled=True)
    found = archive.user_by(email="петр+1c@example.ru")
    assert [(one.id, one.active) for one in found] == [(first.id, True), (second.id, False)]
    assert [one.id for one in archive.user_by(employee_id="0017")] == [first.id]
    assert [one.id for one in archive.user_by("петр+1c@example.ru", "0017")] == [first.id, second.id]
    assert archive.user_by("nobody@example.ru") == []
    assert archive.user_by() == []


def test_clients_are_found_by_tax_ids_or_code(desk: Desk) -> None:
    archive = desk.client()
    head = desk.dm.add_counterparty("ООО Ромашка", "7701234567", "770101001", "A&B 1")
    branch = desk.dm.add_counterparty("ООО Ромашка, филиал", "7701234567", "500101001")
    assert [one.id for one in archive.clients(inn="7701234567")] == [head.id, branch.id]
    assert archive.clients("7701234567", "500101001") == [
        Client(branch.id, "ООО Ромашка, филиал", "7701234567", "500101001")
    ]
    assert [one.id for one in archive.clients(external_code="A&B 1")] == [head.id]
    assert archive.clients("0000000000") == []
    with pytest.raises(ValueError, match="no tax id"):
        archive.clients()


def test_an_id_cannot_lead_elsewhere(desk: Desk) -> None:
    archive = desk.warm()
    for id in ("../ping", desk.document.id.upper(), "", f"{desk.document.id}/../../ping"):
        with pytest.raises(ValueError, match="id of 1C"):
            archive.cards_of([DocumentId(id)])
    assert desk.asked() == []


def test_a_question_1c_does_not_understand_is_for_a_person(desk: Desk) -> None:
    with pytest.raises(SideRefused) as refused:
        desk.client().cards(KindId(NOBODY), "", 10)
    assert refused.value.stops[0].reason == "onec_refused"


def test_every_request_has_its_own_id_and_failures_are_logged_with_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    archive = desk.warm()
    with caplog.at_level(logging.INFO):
        archive.counts()
        archive.files([FileId(NOBODY)])
    ids = [one.headers["X-Request-Id"] for one in desk.sent]
    assert len(set(ids)) == 2
    rows = [row for row in desk.dm.log if row.request_id in ids]
    assert len(rows) == 2
    told = [record.__dict__["fields"] for record in caplog.records if record.message == "onec_dm"]
    assert [(one["status"], one["request_id"]) for one in told] == [(404, ids[1])]
