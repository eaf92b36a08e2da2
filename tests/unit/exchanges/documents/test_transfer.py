"""No receiver ever gets a whole body of other bytes (rules, Bytes)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import TryLater
from common.exchanges.documents.transfer import CHANGED, hashed, of_disk, of_version, proved
from common.model.documents import DiskFile, DiskId, Version
from common.ports.archive import Archive
from common.ports.disk import Disk, Opened
from tests.unit.exchanges.documents.samples import disk_file, version

CHUNKS = st.lists(st.binary(max_size=6), max_size=6)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@settings(deadline=None)
@given(CHUNKS)
def test_the_promised_content_comes_through_unchanged(chunks: list[bytes]) -> None:
    data = b"".join(chunks)
    assert b"".join(proved(chunks, len(data), sha256(data))) == data


@settings(deadline=None)
@given(CHUNKS, st.integers(0, 40), st.binary(max_size=20))
def test_other_bytes_never_come_whole(chunks: list[bytes], size: int, promised: bytes) -> None:
    data = b"".join(chunks)
    if (len(data), sha256(data)) == (size, sha256(promised)):
        return
    with pytest.raises(TryLater) as caught:
        list(proved(chunks, size, sha256(promised)))
    assert caught.value.reason == CHANGED


@settings(deadline=None)
@given(CHUNKS, st.integers(0, 40), st.binary(max_size=20))
def test_who_counts_never_has_a_body_of_other_bytes(chunks: list[bytes], size: int, promised: bytes) -> None:
    data, got = b"".join(chunks), bytearray()
    if (len(data), sha256(data)) == (size, sha256(promised)):
        return
    with suppress(TryLater):
        for piece in proved(chunks, size, sha256(promised)):
            got += piece
    assert len(got) < size or not got, "as many bytes as were promised came, and they are others"
    assert data.startswith(got)


def test_pieces_are_handed_on_while_they_come() -> None:
    """Nothing is held but the last piece: memory is the disk in the cloud."""
    taken: list[int] = []

    def source() -> Iterator[bytes]:
        for number in range(4):
            taken.append(number)
            yield b"x"

    pieces = proved(source(), 4, sha256(b"xxxx"))
    assert next(pieces) == b"x"
    assert taken == [0, 1]


class OneFile:
    """A Disk with one file, whose content may change between two readings."""

    def __init__(self, *readings: tuple[DiskFile, bytes]) -> None:
        self.readings = list(readings)

    @contextmanager
    def open(self, file: DiskId) -> Iterator[Opened]:
        shown, data = self.readings.pop(0)
        assert shown.id == file
        yield Opened(shown, iter([data[:2], data[2:]]))


def disk(*readings: tuple[DiskFile, bytes]) -> Disk:
    return cast(Disk, OneFile(*readings))


FILE = disk_file(size=5)


def test_a_file_is_hashed_as_it_is_when_it_is_read() -> None:
    now = disk_file(size=6, content=40)
    assert hashed(disk((now, b"edited")), FILE) == (now, sha256(b"edited"))


def test_fewer_bytes_than_the_file_has_are_no_file() -> None:
    with pytest.raises(TryLater):
        hashed(disk((FILE, b"four")), FILE)


def test_the_second_pass_must_read_the_same_file() -> None:
    edited = disk_file(size=5, content=40)
    cases: list[tuple[DiskFile, bytes]] = [(edited, b"bytes"), (FILE, b"other"), (FILE, b"byte")]
    for shown, data in cases:
        content = of_disk(disk((shown, data)), FILE, sha256(b"bytes"))
        with pytest.raises(TryLater), content.chunks() as pieces:
            list(pieces)
    content = of_disk(disk((FILE, b"bytes"), (FILE, b"bytes")), FILE, sha256(b"bytes"))
    for _ in range(2):
        with content.chunks() as pieces:
            assert b"".join(pieces) == b"bytes", "opened again it begins anew"


class OneVersion:
    def __init__(self, data: bytes) -> None:
        self.data = data

    @contextmanager
    def open(self, one: Version) -> Iterator[Iterator[bytes]]:
        yield iter([self.data])


def test_a_version_is_sent_only_with_the_hash_1c_told() -> None:
    told = version("agreed", size=6)
    content = of_version(cast(Archive, OneVersion(b"agreed")), told)
    assert (content.size, content.sha256) == (6, sha256(b"agreed"))
    with content.chunks() as pieces:
        assert b"".join(pieces) == b"agreed"
    with pytest.raises(TryLater), of_version(cast(Archive, OneVersion(b"argeed")), told).chunks() as pieces:
        list(pieces)
