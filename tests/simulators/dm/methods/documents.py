"""Documents, files and the bytes of versions (contract §2)."""

from __future__ import annotations

import re

from tests.simulators.dm import paging, views
from tests.simulators.dm.calls import Call, method
from tests.simulators.dm.contents import Content
from tests.simulators.dm.errors import invalid, not_found, reply
from tests.simulators.dm.records import Document, File
from tests.simulators.web import Answer

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@method("GET", "/v1/documents")
def listing(call: Call) -> Answer:
    """Documents in the order of their creation, marked ones too; `changed_since` is inclusive."""
    kind, since = call.query.get("kind_id"), call.moment("changed_since", call.query.get("changed_since"))
    if kind is not None and kind not in call.dm.store.kinds:
        raise invalid("kind_id: неизвестный вид документа")
    found = (
        one
        for one in call.dm.store.documents_from(paging.position(call))
        if (kind is None or one.kind.id == kind) and (since is None or one.updated_at >= since)
    )
    return reply(
        200, paging.page(call, found, lambda one: one.number, lambda one: views.document(one, call.dm.web_url))
    )


@method("GET", "/v1/documents/{id}")
def document(call: Call) -> Answer:
    """One document with its files."""
    return reply(200, views.document(document_of(call), call.dm.web_url))


@method("GET", "/v1/files/{id}")
def file(call: Call) -> Answer:
    """One file with its versions."""
    return reply(200, views.file(file_of(call), call.dm.web_url))


@method("GET", "/v1/versions/{id}/content")
def content(call: Call) -> Answer:
    """The bytes of a version; one range of them if asked."""
    version = call.dm.store.versions.get(call.path["id"])
    if version is None or version.id in call.dm.lost_contents:
        raise not_found("Версия не найдена" if version is None else "Файл версии не найден на томе")
    etag = f'"{version.content.sha256}"'
    headers = {"Content-Type": "application/octet-stream", "ETag": etag, "Accept-Ranges": "bytes"}
    asked = call.header("range")
    if asked is None or call.header("if-range") not in (None, etag):
        return Answer(200, version.content.read(), headers)
    return _part(version.content, asked, headers)


def document_of(call: Call) -> Document:
    """The document of the path, or 404."""
    found = call.dm.store.documents.get(call.path["id"])
    if found is None:
        raise not_found("Документ не найден")
    return found


def file_of(call: Call) -> File:
    """The file of the path, or 404."""
    found = call.dm.store.files.get(call.path["id"])
    if found is None:
        raise not_found("Файл не найден")
    return found


def _part(whole: Content, asked: str, headers: dict[str, str]) -> Answer:
    bounds = _bounds(asked, whole.size)
    if bounds is None:
        return Answer(200, whole.read(), headers)
    start, end = bounds
    if start >= end:
        return Answer(416, b"", {**headers, "Content-Range": f"bytes */{whole.size}"})
    where = f"bytes {start}-{end - 1}/{whole.size}"
    return Answer(206, whole.read(start, end), {**headers, "Content-Range": where})


def _bounds(asked: str, size: int) -> tuple[int, int] | None:
    """The range as start and end (exclusive); None for a form that is not understood and so ignored (RFC 9110)."""
    match = _RANGE.fullmatch(asked)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size if int(last) else 0
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
