"""1C's JSON is read as the contract has it, or not at all: a half-read file would be a wrong decision."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Refused
from common.model.documents import Change, Client, OnecUserId
from common.onec.http_service import fields, wire
from common.onec.http_service.fields import Unreadable

ID = "6a935645-bbeb-11f0-8135-00505694551b"
OTHER = "7b935645-bbeb-11f0-8135-00505694551b"
PERSON = "8c935645-bbeb-11f0-8135-00505694551b"
HASH = "ab" * 32
AT = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)

VERSION: dict[str, Any] = {
    "id": OTHER, "file_id": ID, "number": 3, "size": 18211, "sha256": HASH, "author_id": PERSON,
    "created_at": "2026-03-31T09:00:00Z", "comment": None,
}  # fmt: skip
FILE: dict[str, Any] = {
    "id": ID, "document_id": OTHER, "name": "Договор 17.docx", "current_version_id": OTHER,
    "data_version": "AAAAAAAAAAM=", "store_versions": True, "signed": False, "encrypted": False, "locked_by": None,
    "locked_since": None, "deletion_mark": False, "updated_at": "2026-03-31T09:00:00.5Z", "updated_by": PERSON, "url": "https://dm/#f",
    "versions": [VERSION],
}  # fmt: skip
DOCUMENT: dict[str, Any] = {
    "id": ID, "kind": {"id": OTHER, "name": "Договор"}, "folder_id": None, "title": "Договор 17", "reg_number": None,
    "reg_date": None, "state": "approved", "states": [], "responsible_id": PERSON, "author_id": None,
    "counterparty": {"id": OTHER, "name": "ООО Ромашка", "inn": "7701234567", "kpp": None}, "data_version": "AA=",
    "deletion_mark": False, "updated_at": "2026-03-31T09:00:00Z", "updated_by": None, "url": None, "files": [FILE],
}  # fmt: skip
EVENT: dict[str, Any] = {
    "seq": 1042, "id": ID, "event": "file.changed", "occurred_at": "2026-03-31T09:00:00Z", "data_version": None,
    "object": {"type": "file", "id": ID.upper()}, "actor_id": PERSON, "origin": "exchange", "changed": ["name"],
}  # fmt: skip
PING: dict[str, Any] = {
    "app": "DM", "edition": "CORP", "config_version": "2.1.32.6", "extension_version": "1.0.0", "tz": "Europe/Moscow",
    "server_time": "2026-03-31T09:00:00Z", "max_file_size": 52428800, "max_parallel": 5, "list_limit": 200,
    "comment_max": 500, "forbidden_extensions": [".EXE", "bat"], "background_execution": True,
}  # fmt: skip
USER: dict[str, Any] = {
    "id": PERSON, "name": "Иванова", "email": None, "employee_id": "0017", "active": True, "login_disabled": False,
    "roles": [],
}  # fmt: skip
NEEDED: dict[str, tuple[Callable[[Any], object], dict[str, Any], str]] = {
    "version": (wire.version, VERSION, "id number size sha256"),
    "file": (
        wire.file,
        FILE,
        "id document_id name current_version_id data_version signed encrypted locked_by deletion_mark versions",
    ),
    "document": (wire.card, DOCUMENT, "id kind title data_version deletion_mark files"),
    "event": (wire.change, EVENT, "seq event occurred_at object origin"),
    "ping": (
        wire.ability,
        PING,
        "app server_time config_version max_file_size max_parallel list_limit comment_max forbidden_extensions",
    ),
    "user": (lambda one: wire.users({"items": [one]}), USER, "id name active login_disabled"),
    "client": (lambda one: wire.clients({"items": [one]}), DOCUMENT["counterparty"], "id name"),
    "kind": (lambda one: wire.kinds({"items": [one]}), {"id": ID, "name": "Договор"}, "id name"),
    "changes": (wire.change_page, {"items": [EVENT], "next": 1042, "has_more": False}, "items next has_more"),
    "documents": (wire.card_page, {"items": [DOCUMENT], "next": None}, "items"),
    "kept": (wire.kept, {"file": FILE, "version": VERSION, "created": True}, "file version created"),
    "counts": (wire.counts, {"documents": {ID: 3}, "files": 9}, "documents"),
}
ROWS = [(what, field) for what, (_, _, names) in NEEDED.items() for field in names.split()]


@pytest.mark.parametrize(("what", "field"), ROWS)
def test_what_no_decision_can_do_without_must_be_there(what: str, field: str) -> None:
    read, whole, _ = NEEDED[what]
    read(whole)
    with pytest.raises(Unreadable):
        read({name: value for name, value in whole.items() if name != field})
    with pytest.raises(Unreadable):
        read({**whole, field: [7]})


def test_a_document_comes_with_its_client_its_files_and_their_versions() -> None:
    card = wire.card(DOCUMENT)
    assert (card.client, card.reg_number, card.reg_date) == (Client(OTHER, "ООО Ромашка", "7701234567", ""), "", None)
    assert (card.responsible, card.author, card.state, card.url) == (PERSON, None, "approved", "")
    file = card.files[0]
    assert (file.name, file.data_version, file.closed) == ("Договор 17.docx", "AAAAAAAAAAM=", False)
    assert file.updated_at == datetime(2026, 3, 31, 9, 0, 0, 500_000, UTC)
    assert file.version == wire.version(VERSION)
    assert (file.versions[0].created_at, file.versions[0].comment) == (AT, "")


def test_what_is_only_shown_may_be_unknown() -> None:
    bare = {name: VERSION[name] for name in ("id", "number", "size", "sha256")}
    version = wire.version(bare)
    assert (version.author, version.created_at, version.comment) == (None, None, "")
    assert wire.card({**DOCUMENT, "counterparty": None}).client is None


def test_a_file_may_have_no_content_but_not_a_version_it_does_not_list() -> None:
    assert wire.file({**FILE, "current_version_id": None}).version is None
    with pytest.raises(Unreadable):
        wire.file({**FILE, "versions": []})


def test_ids_and_hashes_are_compared_in_lower_case() -> None:
    version = wire.version({**VERSION, "id": OTHER.upper(), "sha256": HASH.upper()})
    assert (version.id, version.sha256) == (OTHER, HASH)
    assert wire.counts({"documents": {ID.upper(): 3}}) == {ID: 3}


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00Z",
        "2026-03-31T09:00:00",
        "2026-03-31T12:00:00+03:00",
        "2026-02-30T09:00:00Z",
        "2026-03-31",
        "",
        "2026-03-31T09:00:00z",
    ],
)
def test_a_time_is_utc_with_z_and_never_1cs_empty_date(text: str) -> None:
    with pytest.raises(Unreadable):
        wire.version({**VERSION, "created_at": text})


@pytest.mark.parametrize("number", [True, -1, 1.0, "1", None])
def test_a_number_is_whole_and_not_negative(number: Any) -> None:
    with pytest.raises(Unreadable):
        wire.version({**VERSION, "size": number})


def test_a_message_names_the_field_and_no_value() -> None:
    with pytest.raises(Unreadable, match=r"^email$") as caught:
        wire.users({"items": [{**USER, "email": ["ivanova@example.ru"]}]})
    assert "ivanova" not in str(caught.value)


def test_who_may_not_log_in_is_not_active() -> None:
    rows = [USER, {**USER, "login_disabled": True}, {**USER, "active": False}]
    assert [one.active for one in wire.users({"items": rows})] == [True, False, False]
    assert wire.users({"items": [USER]})[0].email == ""


def test_what_the_base_can_do() -> None:
    found = wire.ability(PING)
    assert (found.clock, found.max_file_size, found.forbidden_extensions) == (AT, 52428800, ("exe", "bat"))
    assert wire.ability({**PING, "list_limit": 1000}).list_limit == 200
    for field in ("list_limit", "max_parallel"):
        with pytest.raises(Unreadable, match=field):
            wire.ability({**PING, field: 0})
    with pytest.raises(Unreadable, match="app"):
        wire.ability({**PING, "app": "ERP"})


def test_an_event_is_a_hint_about_one_object() -> None:
    assert wire.read_event(json.dumps(EVENT).encode()) == Change(1042, "file.changed", "file", ID, AT, True)
    assert wire.change({**EVENT, "origin": "user"}).by_exchange is False
    assert wire.change({**EVENT, "event": "file.moved"}).event == "file.moved"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b"[" * 100_000,
        json.dumps({**EVENT, "seq": "1042"}).encode(),
        json.dumps({**EVENT, "origin": "nobody"}).encode(),
        json.dumps({**EVENT, "object": {"type": "task", "id": ID}}).encode(),
        json.dumps({**EVENT, "object": {"type": "file", "id": "../../v1/ping"}}).encode(),
    ],
)
def test_a_malformed_event_is_the_senders_fault(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        wire.read_event(body)
    assert (refused.value.status, refused.value.reason) == (400, "malformed")


@given(st.binary())
def test_whatever_is_posted_is_an_event_or_malformed(body: bytes) -> None:
    with pytest.raises(Refused, match="malformed"):
        wire.read_event(body)


def test_text_passes_unchanged_but_for_what_xml_forbids() -> None:
    kept = "Имя\tс табуляцией\r\nи строкой \U0001f600 \x7f\x85"
    assert wire.clean(kept) == kept
    assert wire.clean("а\x00б\x0bв\x1fг\ufffeд\uffffе\ud800ж") == "абвгдеж"


def test_texts_travel_in_headers_percent_encoded() -> None:
    headers = wire.file_headers("Акт+ №1\x01.docx", "правка: 5%", OnecUserId(PERSON))
    assert headers == {
        "X-File-Name": "%D0%90%D0%BA%D1%82%2B%20%E2%84%961.docx",
        "X-Comment": "%D0%BF%D1%80%D0%B0%D0%B2%D0%BA%D0%B0%3A%205%25",
        "X-Acting-User": PERSON,
    }
    assert wire.file_headers("a", "", None) == {"X-File-Name": "a"}


def test_a_body_is_utf_8_without_forbidden_signs() -> None:
    assert wire.encode({"name": "Акт\x00.docx"}).decode() == '{"name": "Акт.docx"}'


def test_only_a_lower_case_guid_is_an_id() -> None:
    assert fields.is_guid(ID)
    assert not any(fields.is_guid(text) for text in (ID.upper(), ID + "\n", "", "../ping", "{" + ID + "}"))
