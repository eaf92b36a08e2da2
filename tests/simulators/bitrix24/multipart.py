"""Multipart forms as PHP reads them: `filename` decides what is a file, `filename*` is not known to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_plus

from tests.simulators.bitrix24.wire import Data, parse_query
from tests.simulators.web import Request

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME = re.compile(rb'[;\s]name="([^"]*)"', re.IGNORECASE)
_FILENAME = re.compile(rb'[;\s]filename="((?:\\.|[^"\\])*)"', re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One part by its place in the body: nothing is copied before it is asked for."""

    name: str
    filename: str | None
    start: int
    end: int


def is_multipart(request: Request) -> bool:
    """Is the body a multipart form?"""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


def plain_fields(request: Request) -> Data:
    """The fields that are not files, with PHP brackets; files are not parameters."""
    pairs = []
    for part in parts(request):
        if part.filename is None:
            value = request.body[part.start : part.end].decode("utf-8", "replace")
            pairs.append(f"{quote_plus(part.name, '[]')}={quote_plus(value)}")
    return parse_query("&".join(pairs))


def file_part(request: Request, name: str) -> Part | None:
    """The file sent under this name."""
    return next((part for part in parts(request) if part.filename is not None and part.name == name), None)


def parts(request: Request) -> Iterator[Part]:
    """The parts in order; a form without a boundary or without its end has as many as can be read."""
    found = _BOUNDARY.search(request.headers.get("content-type", ""))
    if found is None:
        return
    mark, body = b"--" + found.group(1).encode("latin-1"), request.body
    place = body.find(mark)
    while place >= 0 and body[place + len(mark) : place + len(mark) + 2] == b"\r\n":
        start = body.find(b"\r\n\r\n", place)
        end = body.find(b"\r\n" + mark, start + 2)
        if start < 0 or end < 0:
            return
        yield _part(body[place:start], start + 4, end)
        place = end + 2


def _part(head: bytes, start: int, end: int) -> Part:
    name, filename = _NAME.search(head), _FILENAME.search(head)
    known = name.group(1).decode("utf-8", "replace") if name else ""
    return Part(known, _base_name(filename.group(1)) if filename else None, start, max(start, end))


def _base_name(sent: bytes) -> str:
    """The name after the last slash, as PHP keeps it; percent-encoding is not undone."""
    text = sent.decode("utf-8", "replace").replace('\\"', '"')
    return re.split(r"[/\\]", text)[-1]
