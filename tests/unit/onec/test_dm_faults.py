"""Every row of the table of errors (contract §1) says who acts next."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common.errors import (
    CursorGone,
    ExchangeError,
    FileClosed,
    InDoubt,
    NameTaken,
    NeedsPerson,
    SideDown,
    SideRefused,
    TryLater,
)
from common.onec.http_service import faults
from common.onec.http_service.faults import Absent, Answer, Asked

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
ONE, TWO = "6a935645-bbeb-11f0-8135-00505694551b", "7B935645-bbeb-11f0-8135-00505694551b"
READ = Asked("GET", f"/v1/files/{ONE}")
LIST = Asked("GET", "/v1/changes", "list")
CONTENT = Asked("GET", f"/v1/versions/{ONE}/content", "content")
VERSION = Asked("POST", f"/v1/files/{ONE}/versions", "file", "Акт.docx")
NEW = Asked("POST", f"/v1/documents/{ONE}/files", "new_file", "Акт.docx")
SHOW = Asked("PUT", f"/v1/links/file/{ONE}")
SIGNED = {"signed": True, "encrypted": False}


def error(
    asked: Asked, status: int, code: str, details: Any = None, retryable: bool = False, after: str = ""
) -> ExchangeError:
    found = {"code": code, "message": "Нельзя", "details": details, "retryable": retryable, "request_id": "7"}
    return faults.failure(Answer(asked, status, JSON, json.dumps({"error": found}).encode(), after))


def page(asked: Asked, status: int, body: bytes = b"<html>1C 7701234567</html>", kind: str = HTML) -> ExchangeError:
    return faults.failure(Answer(asked, status, kind, body))


STOPS = {
    "invalid": (READ, 400, "invalid", SideRefused, "onec_refused", "person"),
    "forbidden": (READ, 403, "forbidden", NeedsPerson, "onec_forbidden", "base:dm"),
    "mismatch": (VERSION, 409, "idempotency_mismatch", SideRefused, "onec_refused", "person"),
    "conflict": (SHOW, 409, "conflict", SideRefused, "onec_refused", "person"),
    "done": (SHOW, 409, "already_done", SideRefused, "onec_refused", "person"),
    "large": (VERSION, 413, "too_large", NeedsPerson, "too_large", "person"),
    "refused": (NEW, 422, "refused", SideRefused, "onec_refused", "person"),
    "refused link": (SHOW, 422, "refused", SideRefused, "onec_refused", "person"),
    "no such list": (LIST, 404, "not_found", SideRefused, "onec_refused", "person"),
    "no bytes": (CONTENT, 404, "not_found", NeedsPerson, "content_missing", "base:dm"),
    "unknown code": (READ, 400, "other", SideRefused, "onec_refused", "person"),
}


@pytest.mark.parametrize("name", STOPS)
def test_what_a_person_must_mend(name: str) -> None:
    asked, status, code, kind, reason, awaits = STOPS[name]
    found = error(asked, status, code, {"max_file_size": 5})
    assert type(found) is kind
    assert isinstance(found, NeedsPerson)
    stop = found.stops[0]
    assert (stop.reason, stop.owner, stop.awaits) == (reason, "admin", awaits)
    assert stop.details == f"{code}: Нельзя max_file_size: 5"
    assert "Нельзя" not in str(found)


LATER = {
    "in progress": (VERSION, 409, "in_progress", True, "in_progress", 7.0),
    "moved on": (VERSION, 412, "version_mismatch", False, "moved_on", 1.0),
    "gone under a write": (VERSION, 404, "not_found", False, "moved_on", 1.0),
    "gone for good": (NEW, 410, "gone", False, "moved_on", 1.0),
    "open card": (VERSION, 423, "locked", True, "open_card", 7.0),
    "open document": (NEW, 423, "locked", True, "open_card", 7.0),
    "busy": (READ, 429, "busy", True, "busy", 7.0),
}


@pytest.mark.parametrize("name", LATER)
def test_what_passes_by_itself(name: str) -> None:
    asked, status, code, retryable, reason, after = LATER[name]
    found = error(asked, status, code, {}, retryable, "7")
    assert type(found) is TryLater
    assert (found.reason, found.after) == (reason, after)


@pytest.mark.parametrize("header", ["", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "²"])
def test_a_pause_that_is_no_number_of_seconds_is_none(header: str) -> None:
    found = error(READ, 429, "busy", {}, True, header)
    assert isinstance(found, TryLater)
    assert found.after is None


DOWN = {
    "signature": (401, "bad_signature", "credentials"),
    "clock": (401, "stale_timestamp", "credentials"),
    "other 401": (401, "no_such_user", "credentials"),
    "blocked": (503, "unavailable", "maintenance"),
    "off": (503, "switched_off", "switched_off"),
    "other 5xx": (500, "oops", "maintenance"),
    "no code of ours": (404, "NotFoundException", "maintenance"),
}


@pytest.mark.parametrize("name", DOWN)
def test_what_closes_the_side(name: str) -> None:
    status, code, cause = DOWN[name]
    found = error(READ, status, code)
    assert isinstance(found, SideDown)
    assert (found.side, found.cause, found.certain) == ("base:dm", cause, True)


def test_a_lost_object_is_none_and_a_lost_place_in_a_feed_is_told() -> None:
    assert isinstance(error(READ, 404, "not_found"), Absent)
    assert isinstance(error(READ, 410, "gone"), Absent)
    assert isinstance(error(LIST, 410, "gone"), CursorGone)


@pytest.mark.parametrize("code", ["conflict", "already_done"])
@pytest.mark.parametrize("asked", [NEW, VERSION])
def test_a_taken_name_comes_with_its_holders(asked: Asked, code: str) -> None:
    found = error(asked, 409, code, {"file_ids": [ONE, TWO]})
    assert isinstance(found, NameTaken)
    assert (found.name, found.holders) == ("Акт.docx", (ONE, TWO.lower()))
    bare = error(asked, 409, code, {"file_ids": "?"})
    assert isinstance(bare, NameTaken)
    assert bare.holders == ()


@pytest.mark.parametrize("details", [{}, None, SIGNED, {"signed": False, "encrypted": True}])
def test_a_signed_or_encrypted_file_is_closed(details: Any) -> None:
    found = error(VERSION, 422, "refused", details)
    assert isinstance(found, FileClosed)
    assert (found.why, found.holder) == ("signed", "")


@pytest.mark.parametrize("details", [{"acting_user_id": ONE}, {"state": "archived"}, {"signed": False}])
def test_another_refusal_does_not_make_a_file_signed(details: Any) -> None:
    assert isinstance(error(VERSION, 422, "refused", details), SideRefused)


def test_a_captured_file_names_its_holder() -> None:
    found = error(VERSION, 423, "locked", {"locked_by": TWO, "since": "2026-03-31T09:00:00Z"})
    assert isinstance(found, FileClosed)
    assert (found.why, found.holder) == ("captured", TWO.lower())


PAGES = {
    200: ("maintenance", True),
    302: ("maintenance", True),
    401: ("credentials", True),
    403: ("maintenance", True),
    404: ("maintenance", True),
    405: ("maintenance", True),
    406: ("sessions", False),
    429: ("sessions", False),
    500: ("maintenance", True),
    502: ("maintenance", True),
    503: ("maintenance", True),
    504: ("maintenance", True),
}
# Whether 1C may have run before this was answered to a write.
DOUBTFUL = {200, 302, 500, 502, 504}


@pytest.mark.parametrize("status", PAGES)
def test_a_page_is_never_about_the_object(status: int) -> None:
    found = page(READ, status)
    assert isinstance(found, SideDown)
    assert (found.side, found.cause, found.certain) == ("base:dm", *PAGES[status])
    assert "7701234567" not in str(found)


@pytest.mark.parametrize("status", PAGES)
def test_a_page_for_a_write_leaves_a_doubt_only_where_1c_may_have_run(status: int) -> None:
    assert type(page(VERSION, status)) is (InDoubt if status in DOUBTFUL else SideDown)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": "no"}', b'{"error": {"message": "?"}}', b'{"err', b"\xff"])
def test_json_that_is_not_the_services_is_a_page(body: bytes) -> None:
    assert isinstance(page(READ, 404, body, JSON), SideDown)


def test_a_good_answer_that_cannot_be_read() -> None:
    for body in (b"", b"[]", b'{"items": ['):
        with pytest.raises(SideDown) as down:
            faults.content(Answer(READ, 200, JSON, body))
        assert (down.value.cause, down.value.certain) == ("unreadable", False)
        with pytest.raises(InDoubt):
            faults.content(Answer(VERSION, 201, JSON, body))
    assert faults.content(Answer(READ, 200, JSON, b'\xef\xbb\xbf{"items": []}')) == {"items": []}
