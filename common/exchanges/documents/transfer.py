"""Bytes on their way from one side to the other: in pieces, never whole, and never half a file (rules, Bytes)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from common.errors import TryLater
from common.model.documents import Content, DiskFile, Version
from common.ports.archive import Archive
from common.ports.disk import Disk

CHANGED = "changed_meanwhile"
"""A file that changes while it is read or written is begun anew, by the queue."""


def proved(chunks: Iterable[bytes], size: int, sha256: str) -> Iterator[bytes]:
    """The same pieces; the last one only once all of them have proved to be the content promised.

    So a receiver that counts never gets a whole body of other bytes. Raises TryLater instead of the last piece.
    """
    digest, seen, held = hashlib.sha256(), 0, b""
    for chunk in filter(None, chunks):
        digest.update(chunk)
        seen += len(chunk)
        if seen > size:
            raise TryLater(CHANGED, 1.0)  # the first `size` bytes of it would be a whole body too
        if held:
            yield held
        held = chunk
    if seen != size or digest.hexdigest() != sha256:
        raise TryLater(CHANGED, 1.0)
    if held:
        yield held


def hashed(disk: Disk, file: DiskFile) -> tuple[DiskFile, str]:
    """The file as it is read now, and the hash of its bytes."""
    digest, seen = hashlib.sha256(), 0
    with disk.open(file.id) as opened:
        for chunk in opened.chunks:
            digest.update(chunk)
            seen += len(chunk)
    if seen != opened.file.size:
        raise TryLater(CHANGED, 1.0)
    return opened.file, digest.hexdigest()


def while_so(content: Content, look: Callable[[], object]) -> Content:
    """The same content; before its last piece goes, `look` may object by raising: then nothing whole was sent."""

    @contextmanager
    def chunks() -> Iterator[Iterator[bytes]]:
        with content.chunks() as pieces:
            yield _looked_at_last(pieces, look)

    return Content(content.size, content.sha256, chunks)


def _looked_at_last(pieces: Iterable[bytes], look: Callable[[], object]) -> Iterator[bytes]:
    held = b""
    for piece in pieces:
        if held:
            yield held
        held = piece
    look()
    yield held


def of_version(archive: Archive, version: Version) -> Content:
    """A version of 1C, whose hash 1C tells beforehand: one pass."""

    @contextmanager
    def chunks() -> Iterator[Iterator[bytes]]:
        with archive.open(version) as pieces:
            yield proved(pieces, version.size, version.sha256)

    return Content(version.size, version.sha256, chunks)


def of_disk(disk: Disk, file: DiskFile, sha256: str) -> Content:
    """A file of Disk that was hashed before: the second pass, which must read the same bytes under the same id."""

    @contextmanager
    def chunks() -> Iterator[Iterator[bytes]]:
        with disk.open(file.id) as opened:
            if opened.file.content != file.content:
                raise TryLater(CHANGED, 1.0)
            yield proved(opened.chunks, file.size, sha256)

    return Content(file.size, sha256, chunks)
