"""Content as the portal takes it, never held whole (rules, Bytes). Pure.

What is not the content that was promised ends before its last piece, so the portal never gets a whole request.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from common.bitrix.bodies import Body
from common.errors import TryLater
from common.model.documents import Chunks, Content

PIECE = 64 * 1024
"""Bytes handled at once."""


def plain(content: Content) -> Body:
    """The content itself."""
    return Body(content.size, _through(content, lambda pieces: pieces))


def in_base64(content: Content) -> Body:
    """The content in base64, whatever the pieces it comes in."""
    return Body((content.size + 2) // 3 * 4, _through(content, _encoded))


def in_query(data: bytes) -> Body:
    """Small content in base64 as a value of a query string, percent-encoded (facts §2.4)."""
    return Body(sum(len(_escaped(piece)) for piece in _thirds(data)), lambda: nullcontext(map(_escaped, _thirds(data))))


def kept(data: bytes) -> Content:
    """Content that is at hand whole."""
    return Content(len(data), hashlib.sha256(data).hexdigest(), lambda: nullcontext(_pieces(data, PIECE)))


_ESCAPED = {b"+": b"%2B", b"/": b"%2F", b"=": b"%3D"}


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def _thirds(data: bytes) -> Iterator[bytes]:
    """Pieces that base64 fills without padding, but for the last."""
    return _pieces(data, PIECE // 3 * 3)


def _escaped(piece: bytes) -> bytes:
    encoded = base64.b64encode(piece)
    for sign, instead in _ESCAPED.items():
        encoded = encoded.replace(sign, instead)
    return encoded


def _through(content: Content, changed: Callable[[Iterator[bytes]], Iterator[bytes]]) -> Chunks:
    @contextmanager
    def chunks() -> Iterator[Iterator[bytes]]:
        with content.chunks() as pieces:
            yield changed(_as_promised(pieces, content))

    return chunks


def _as_promised(pieces: Iterator[bytes], content: Content) -> Iterator[bytes]:
    """The pieces, the last one only when all of them are the content that was promised. Raises `TryLater`."""
    digest, size, held = hashlib.sha256(), 0, b""
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        if size > content.size:
            break
        if held:
            yield held
        held = piece
    if size != content.size or digest.hexdigest() != content.sha256:
        raise TryLater("content_changed")
    if held:
        yield held


def _encoded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        piece = rest + piece
        whole = len(piece) // 3 * 3
        rest = piece[whole:]
        if whole:
            yield base64.b64encode(piece[:whole])
    if rest:
        yield base64.b64encode(rest)
