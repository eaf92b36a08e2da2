"""Bytes on their way, proved by length and hash without being kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from common.errors import TryLater
from common.model.documents import Content, Version


def outgoing(content: Content, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, if they are what `content` promises; else `TryLater` before the last one is let go.

    So 1C never has a whole body whose hash is another than the signed one, though the source is read as it is sent.
    """
    digest, size, held = sha256(), 0, b""
    for piece in filter(None, pieces):
        digest.update(piece)
        size += len(piece)
        if size > content.size:
            raise TryLater("changed_while_sent")
        if held:
            yield held
        held = piece
    if size != content.size or digest.hexdigest() != content.sha256:
        raise TryLater("changed_while_sent")
    if held:
        yield held


def incoming(version: Version, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces as they come. Raises `TryLater` when they end early, or at their end when they are not those of the
    version's hash: what was made of them so far is worth nothing.
    """
    digest, size = sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        if size > version.size:
            raise TryLater("changed_while_read")
        yield piece
    if size < version.size:
        raise TryLater("content_cut")
    if digest.hexdigest() != version.sha256:
        raise TryLater("changed_while_read")


def check_head(version: Version, etag: str, length: str) -> None:
    """Whether the head of an answer announces the version's bytes. Raises `TryLater`; what is absent proves nothing."""
    hashed = etag.removeprefix("W/").strip('"').lower()
    if hashed not in ("", version.sha256) or (length.isdecimal() and int(length) != version.size):
        raise TryLater("changed_while_read")
