"""The service's JSON as nouns of the documents exchange, and what we send as the contract wants it. Pure.

What no decision can do without must be there and of its form, else `Unreadable`; what is only shown may be unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar
from urllib.parse import quote

from common.errors import Refused
from common.model.documents import (
    Ability,
    Card,
    CardPage,
    Change,
    ChangePage,
    Client,
    DocumentId,
    FileId,
    Kept,
    KindId,
    OnecFile,
    OnecUser,
    OnecUserId,
    Version,
    VersionId,
)
from common.onec.http_service import fields
from common.onec.http_service.fields import Json, Unreadable

Row = TypeVar("Row")

LIST_LIMIT = 200
"""Items of a page, at most (contract §1)."""

_KINDS = ("document", "file", "order", "route")
_ORIGINS = ("user", "exchange")
# XML 1.0 forbids these; users paste them into comments (facts onec-dm §5). Half surrogates are no UTF-8 either.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """The text unchanged but for control characters that XML forbids (contract §1)."""
    return _FORBIDDEN.sub("", text)


def in_header(text: str) -> str:
    """A text as a header carries it: percent-encoded UTF-8."""
    return quote(clean(text), safe="")


def encode(body: Mapping[str, str]) -> bytes:
    """A JSON body; equal bodies have equal bytes, which the idempotency key relies on."""
    return json.dumps({name: clean(text) for name, text in body.items()}, ensure_ascii=False).encode()


def file_headers(name: str, comment: str, person: OnecUserId | None) -> dict[str, str]:
    """Of content that is sent; an empty comment and nobody are left out."""
    headers = {"X-File-Name": in_header(name)}
    if comment:
        headers["X-Comment"] = in_header(comment)
    if person:
        headers["X-Acting-User"] = person
    return headers


def read_event(body: bytes) -> Change:
    """A webhook's event. Raises Refused 400 `malformed`; an event of an unknown name is the reader's to judge."""
    try:
        return change(fields.parse(body))
    except Unreadable:
        raise Refused(400, "malformed") from None


def change(found: Json) -> Change:
    subject, origin = fields.child(found, "object"), fields.text(found, "origin")
    kind = fields.text(subject, "type")
    if kind not in _KINDS or origin not in _ORIGINS:
        raise Unreadable("object.type" if kind not in _KINDS else "origin")
    return Change(
        seq=fields.number(found, "seq"),
        event=fields.word(found, "event"),
        kind=kind,
        id=fields.guid(subject, "id"),
        occurred_at=fields.moment(found, "occurred_at"),
        by_exchange=origin == "exchange",
    )


def change_page(found: Json) -> ChangePage:
    changes, unreadable = _readable(fields.rows(found, "items"), change)
    return ChangePage(changes, fields.number(found, "next"), fields.flag(found, "has_more"), unreadable)


def _readable(rows: Iterable[Json], parse: Callable[[Json], Row]) -> tuple[tuple[Row, ...], int]:
    """Those that can be read, and how many cannot: one odd row does not hold up a list."""
    good: list[Row] = []
    bad = 0
    for one in rows:
        try:
            good.append(parse(one))
        except Unreadable:
            bad += 1
    return tuple(good), bad


def ability(found: Json) -> Ability:
    """Of 1C:DM's `ping`; another application at this address is `Unreadable`."""
    if fields.text(found, "app") != "DM":
        raise Unreadable("app")
    return Ability(
        clock=fields.moment(found, "server_time"),
        config_version=fields.word(found, "config_version"),
        max_file_size=fields.number(found, "max_file_size"),
        max_parallel=fields.positive(found, "max_parallel"),
        list_limit=min(fields.positive(found, "list_limit"), LIST_LIMIT),
        comment_max=fields.number(found, "comment_max"),
        forbidden_extensions=tuple(one.lower().lstrip(".") for one in fields.texts(found, "forbidden_extensions")),
    )


def counts(found: Json) -> dict[KindId, int]:
    """How many documents of each kind."""
    kinds = fields.child(found, "documents")
    if not all(fields.is_guid(one.lower()) for one in kinds):
        raise Unreadable("documents")
    return {KindId(one.lower()): fields.number(kinds, one) for one in kinds}


def kinds(found: Json) -> dict[KindId, str]:
    return {KindId(fields.guid(one, "id")): fields.text(one, "name") for one in fields.rows(found, "items")}


def card_page(found: Json) -> CardPage:
    cards, unreadable = _readable(fields.rows(found, "items"), card)
    return CardPage(cards, fields.maybe_text(found, "next"), unreadable)


def card(found: Json) -> Card:
    client = fields.maybe_child(found, "counterparty")
    return Card(
        id=DocumentId(fields.guid(found, "id")),
        kind=KindId(fields.guid(fields.child(found, "kind"), "id")),
        title=fields.text(found, "title"),
        data_version=fields.word(found, "data_version"),
        reg_number=fields.maybe_text(found, "reg_number"),
        reg_date=fields.maybe_moment(found, "reg_date"),
        state=fields.maybe_text(found, "state"),
        client=None if client is None else _client(client),
        responsible=_person(found, "responsible_id"),
        author=_person(found, "author_id"),
        marked=fields.flag(found, "deletion_mark"),
        updated_at=fields.maybe_moment(found, "updated_at"),
        url=fields.maybe_text(found, "url"),
        files=tuple(file(one) for one in fields.rows(found, "files")),
    )


def file(found: Json) -> OnecFile:
    """A file whose current version is one of those it lists: else it would be taken for a file without content."""
    current = fields.maybe_guid(found, "current_version_id")
    versions = tuple(version(one) for one in fields.rows(found, "versions"))
    if "current_version_id" not in found or current not in (None, *(one.id for one in versions)):
        raise Unreadable("current_version_id")
    if "locked_by" not in found:
        raise Unreadable("locked_by")
    return OnecFile(
        id=FileId(fields.guid(found, "id")),
        document=DocumentId(fields.guid(found, "document_id")),
        name=fields.word(found, "name"),
        current=None if current is None else VersionId(current),
        data_version=fields.word(found, "data_version"),
        versions=versions,
        signed=fields.flag(found, "signed"),
        encrypted=fields.flag(found, "encrypted"),
        locked_by=_person(found, "locked_by"),
        marked=fields.flag(found, "deletion_mark"),
        updated_at=fields.maybe_moment(found, "updated_at"),
        updated_by=_person(found, "updated_by"),
        url=fields.maybe_text(found, "url"),
    )


def version(found: Json) -> Version:
    return Version(
        id=VersionId(fields.guid(found, "id")),
        number=fields.number(found, "number"),
        size=fields.number(found, "size"),
        sha256=fields.sha256(found, "sha256"),
        author=_person(found, "author_id"),
        created_at=fields.maybe_moment(found, "created_at"),
        comment=fields.maybe_text(found, "comment"),
    )


def kept(found: Json) -> Kept:
    """The answer to content sent."""
    return Kept(
        file(fields.child(found, "file")), version(fields.child(found, "version")), fields.flag(found, "created")
    )


def users(found: Json) -> list[OnecUser]:
    return [_user(one) for one in fields.rows(found, "items")]


def clients(found: Json) -> list[Client]:
    return [_client(one) for one in fields.rows(found, "items")]


def _user(found: Json) -> OnecUser:
    return OnecUser(
        id=OnecUserId(fields.guid(found, "id")),
        name=fields.text(found, "name"),
        email=fields.maybe_text(found, "email"),
        employee_id=fields.maybe_text(found, "employee_id"),
        active=fields.flag(found, "active") and not fields.flag(found, "login_disabled"),
    )


def _client(found: Json) -> Client:
    return Client(
        id=fields.guid(found, "id"),
        name=fields.text(found, "name"),
        inn=fields.maybe_text(found, "inn"),
        kpp=fields.maybe_text(found, "kpp"),
    )


def _person(found: Json, name: str) -> OnecUserId | None:
    value = fields.maybe_guid(found, name)
    return None if value is None else OnecUserId(value)
