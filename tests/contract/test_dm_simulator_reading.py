"""Lists, documents, bytes and directories (contract §1, §2, §4)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.contract.dm_lab import DmLab, details, error
from tests.simulators.dm.testing import connect, key


def pages(lab: DmLab, path: str, **params: Any) -> list[list[str]]:
    """The ids of all pages of a list."""
    found, after = list[list[str]](), dict[str, str]()
    while True:
        body = lab.get(path, **params, **after)
        found.append([item["id"] for item in body["items"]])
        if body["next"] is None:
            return found
        after = {"after": body["next"]}


def everything(lab: DmLab, path: str, **params: Any) -> list[str]:
    """The ids of a whole list."""
    return [key for page in pages(lab, path, **params) for key in page]


def test_ping_tells_versions_clock_and_limits() -> None:
    lab = DmLab()
    lab.dm.switches.edition, lab.dm.switches.max_file_size = "PROF", 1000
    body = lab.get("/ping")
    assert (body["app"], body["edition"], body["max_file_size"], body["list_limit"]) == ("DM", "PROF", 1000, 200)
    assert (body["server_time"], body["tz"]) == ("2026-01-31T09:00:00Z", "Europe/Moscow")


def test_a_document_shows_what_the_clerk_entered() -> None:
    lab = DmLab()
    client = lab.dm.add_counterparty("ООО «Альфа»", "0277000001", None)
    document = lab.clerk.add_document(
        "Приказ", "О премировании", "17-К", "approved", counterparty=client, reg_date=datetime(2026, 1, 30, tzinfo=UTC)
    )
    shown = lab.get(f"/documents/{document.id}")
    assert shown["kind"]["name"] == "Приказ"
    assert (shown["title"], shown["reg_number"], shown["reg_date"]) == (
        "О премировании",
        "17-К",
        "2026-01-30T00:00:00Z",
    )
    assert shown["counterparty"] == {"id": client.id, "name": "ООО «Альфа»", "inn": "0277000001", "kpp": None}
    assert shown["states"] == [{"action": "approval", "state": "Согласован", "set_at": "2026-01-31T09:00:00Z"}]
    parts = document.id.split("-")
    assert shown["url"].endswith(f"?ref={parts[3]}{parts[4]}{parts[2]}{parts[1]}{parts[0]}")


def test_times_have_a_resolution_of_one_second() -> None:
    lab = DmLab()
    lab.clock.advance(0.9)
    first = lab.document()
    lab.clock.advance(0.09)
    second = lab.document()
    assert lab.get(f"/documents/{first.id}")["updated_at"] == lab.get(f"/documents/{second.id}")["updated_at"]


def test_a_list_goes_on_where_it_ended_whatever_happens_between() -> None:
    lab = DmLab()
    documents = [lab.document(f"Договор {number}") for number in range(5)]
    first = lab.get("/documents", limit=2)
    lab.clerk.change(documents[0], title="Изменён")
    lab.clerk.purge(documents[1])
    new = lab.document()
    rest = lab.get("/documents", limit=200, after=first["next"])
    assert [item["id"] for item in rest["items"]] == [one.id for one in [*documents[2:], new]]
    assert rest["next"] is None


def test_all_pages_hold_every_document_once_marked_ones_too() -> None:
    lab = DmLab()
    documents = [lab.document() for _ in range(5)]
    lab.clerk.mark_deleted(documents[1])
    lab.clerk.move_document_kind(documents[2], "Приказ")
    assert [len(page) for page in pages(lab, "/documents", limit=2)] == [2, 2, 1]
    kinds = {kind["name"]: kind["id"] for kind in lab.get("/kinds")["items"]}
    assert everything(lab, "/documents", kind_id=kinds["Договор"], limit=2) == [
        one.id for one in documents if one is not documents[2]
    ]
    counts = lab.get("/counts")
    assert counts["documents"] == {kinds["Договор"]: 4, kinds["Внутренний документ"]: 0, kinds["Приказ"]: 1}
    assert (counts["files"], counts["orders_open"], counts["routes_active"]) == (0, 0, 0)


def test_changed_since_is_inclusive() -> None:
    lab = DmLab()
    old, new = lab.document(), lab.document()
    lab.clock.advance(10)
    lab.clerk.change(new, title="Новое")
    for since, expected in (("2026-01-31T09:00:10Z", [new.id]), ("2026-01-31T09:00:10.5Z", [])):
        assert pages(lab, "/documents", changed_since=since) == [expected]
    assert pages(lab, "/documents", changed_since="2026-01-31T09:00:00Z") == [[old.id, new.id]]


@pytest.mark.parametrize("touches", [False, True])
def test_a_changed_file_changes_its_document_only_by_option(touches: bool) -> None:
    lab = DmLab()
    lab.dm.switches.file_touches_document = touches
    file = lab.file()
    lab.clock.advance(10)
    lab.clerk.edit_file(file, b"two")
    assert lab.get(f"/files/{file.id}")["updated_at"] == "2026-01-31T09:00:10Z"
    assert len(lab.get("/documents", changed_since="2026-01-31T09:00:10Z")["items"]) == touches


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "1.5"])
def test_a_limit_out_of_bounds_is_refused(limit: str) -> None:
    lab = DmLab()
    for path in ("/documents", "/users", "/changes"):
        answer = connect(lab.dm).get(f"/v1{path}?limit={limit}")
        assert (error(answer), details(answer)) == ((400, "invalid"), {"list_limit": 200})


def test_the_limit_of_the_base_may_be_lower() -> None:
    lab = DmLab()
    lab.dm.switches.list_limit = 3
    for _ in range(4):
        lab.document()
    assert [len(page) for page in pages(lab, "/documents")] == [3, 1]
    assert error(lab.client.get("/v1/documents?limit=4")) == (400, "invalid")


@pytest.mark.parametrize(
    "query", ["after=2", "after=%D0%AF", "changed_since=2026-01-31", "changed_since=2026-01-31T09:00:00", "kind_id=x"]
)
def test_malformed_parameters_of_a_list_are_refused(query: str) -> None:
    assert error(connect(DmLab().dm).get(f"/v1/documents?{query}")) == (400, "invalid")


def test_a_cursor_belongs_to_its_list_and_filter() -> None:
    lab = DmLab()
    for _ in range(3):
        lab.document()
    cursor = lab.get("/documents", limit=1)["next"]
    assert not cursor.isdigit()
    for other in (f"/v1/users?after={cursor}", f"/v1/documents?kind_id={lab.dm.kinds[0].id}&after={cursor}"):
        assert error(lab.client.get(other)) == (400, "invalid")
    assert len(lab.get("/documents", limit=2, after=cursor)["items"]) == 2


def test_what_is_purged_is_404() -> None:
    lab = DmLab()
    file = lab.file()
    lab.clerk.purge(file.document_id)
    for path in (f"documents/{file.document_id}", f"files/{file.id}", f"versions/{file.current.id}/content"):
        assert error(lab.client.get(f"/v1/{path}")) == (404, "not_found")
    assert lab.get("/documents")["items"] == []


def test_content_has_its_hash_and_length() -> None:
    lab = DmLab()
    data = bytes(range(256)) * 10
    version = lab.file(data).current
    answer = lab.client.get(f"/v1/versions/{version.id}/content")
    assert answer.content == data
    assert answer.headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    assert answer.headers["content-length"] == "2560"
    lab.clerk.lose_content(version)
    assert error(lab.client.get(f"/v1/versions/{version.id}/content")) == (404, "not_found")


@pytest.mark.parametrize(
    ("asked", "status", "body", "where"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=-20", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=5-3", 200, b"0123456789", None),
    ],
)
def test_parts_of_content(asked: str, status: int, body: bytes, where: str | None) -> None:
    lab = DmLab()
    version = lab.file(b"0123456789").current
    answer = lab.client.get(f"/v1/versions/{version.id}/content", headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.headers.get("content-range")) == (status, body, where)


def test_a_range_of_other_bytes_is_the_whole() -> None:
    lab = DmLab()
    version = lab.file(b"0123456789").current
    headers = {"Range": "bytes=5-", "If-Range": '"00"'}
    assert lab.client.get(f"/v1/versions/{version.id}/content", headers=headers).content == b"0123456789"


def test_counterparties_are_found_by_all_that_is_given() -> None:
    lab = DmLab()
    head = lab.dm.add_counterparty("Альфа", "0277000001", "027701001", "A1")
    branch = lab.dm.add_counterparty("Альфа, филиал", "0277000001", "770143001")
    for params, expected in (
        ({"inn": "0277000001"}, [head.id, branch.id]),
        ({"inn": "0277000001", "kpp": "770143001"}, [branch.id]),
        ({"external_code": "A1"}, [head.id]),
        ({"inn": "277000001"}, []),
    ):
        assert [one["id"] for one in lab.get("/counterparties", **params)["items"]] == expected
    assert error(lab.client.get("/v1/counterparties")) == (400, "invalid")


def test_users_are_found_by_id_mail_and_number() -> None:
    lab = DmLab()
    anna = lab.dm.add_user("Анна", "Anna@Example.ru", "0042", roles=[(key("role"), "Юрист")])
    gone = lab.dm.add_user("Борис", "anna@example.ru", active=False, login_disabled=True)
    shown = lab.get("/users?email=%20anna@example.RU%20")["items"]
    assert [one["id"] for one in shown] == [anna.id, gone.id]
    assert (shown[0]["roles"], shown[1]["active"]) == ([{"id": key("role"), "name": "Юрист"}], False)
    assert [one["id"] for one in lab.get("/users", employee_id="0042")["items"]] == [anna.id]
    missing = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    assert [one["id"] for one in lab.get("/users", id=f"{gone.id},{missing},{anna.id}")["items"]] == [gone.id, anna.id]
    assert everything(lab, "/users", limit=1) == list(lab.dm.store.users)
    assert error(lab.client.get(f"/v1/users?id={anna.id}&email=a@b.ru")) == (400, "invalid")


def test_no_more_than_fifty_users_are_asked_by_id() -> None:
    lab = DmLab()
    ids = [lab.dm.add_user(f"Человек {number}").id for number in range(51)]
    assert len(lab.get("/users", id=",".join(ids[:50]))["items"]) == 50
    assert error(lab.client.get("/v1/users", params={"id": ",".join(ids)})) == (400, "invalid")


def test_a_link_is_shown_as_it_was_set() -> None:
    lab = DmLab()
    file = lab.file()
    place = f"/v1/links/file/{file.id}"
    assert error(lab.client.get(place)) == (404, "not_found")
    row = {"bitrix_id": "512", "url": "https://example.bitrix24.ru/disk/512", "state": "bound", "text": "Опубликован"}
    answer = lab.client.put(place, json=row, headers={"Idempotency-Key": key("1")})
    assert (answer.status_code, answer.json(), lab.get(f"/links/file/{file.id}")) == (200, row, row)
    answer = lab.client.put(place, json={"state": "conflict", "text": None}, headers={"Idempotency-Key": key("2")})
    assert answer.json() == {**row, "state": "conflict", "text": None}
    answer = lab.client.put(place, json={"state": "conflict"}, headers={"Idempotency-Key": key("3")})
    assert lab.writes() == ["link.set", "link.set"]
    lab.dm.number_events()
    assert [item["origin"] for item in lab.get("/changes")["items"]] == ["user", "user"]


def test_links_of_unknown_objects_and_states_are_refused() -> None:
    lab = DmLab()
    document, missing = lab.document(), "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    raw = connect(lab.dm)
    for number, (place, body, expected) in enumerate((
        (f"document/{missing}", {"state": "bound"}, (404, "not_found")),
        (f"file/{document.id}", {"state": "bound"}, (404, "not_found")),
        (f"order/{missing}", {"state": "bound"}, (404, "not_found")),
        (f"paper/{document.id}", {"state": "bound"}, (404, "not_found")),
        (f"document/{document.id}", {"state": "новое"}, (400, "invalid")),
        (f"document/{document.id}", {"bitrix_id": "1"}, (400, "invalid")),
        (f"document/{document.id}", {"state": "bound", "bitrix_id": 1}, (400, "invalid")),
        (f"document/{document.id}", {"state": "bound", "colour": "red"}, (400, "invalid")),
    )):  # fmt: skip
        answer = raw.put(f"/v1/links/{place}", json=body, headers={"Idempotency-Key": key(str(number))})
        assert error(answer) == expected, place
    assert lab.writes() == []
