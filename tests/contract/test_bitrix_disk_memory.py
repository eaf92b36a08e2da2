"""Large files pass through us without being held: memory is the disk in the cloud (rules, Bytes)."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from common.bitrix.access import WebhookAccess
from common.bitrix.client import BitrixClient, new_http
from common.bitrix.disk import PortalDisk
from common.bitrix.downloads import Downloads
from common.model.documents import Content, DiskFile, FolderId, Listing, Upload
from common.ports.disk import Ask
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.unit.bitrix.disk_process import elsewhere
from tests.unit.bitrix.support import Limits

MIB = 1024 * 1024
PIECE = bytes(range(256)) * 256
LIMIT = 8 * MIB


def made(size: int) -> Content:
    """Content of a size that no one ever holds."""
    digest = hashlib.sha256()
    for _ in range(size // len(PIECE)):
        digest.update(PIECE)

    @contextmanager
    def chunks() -> Iterator[Iterator[bytes]]:
        yield (PIECE for _ in range(size // len(PIECE)))

    return Content(size, digest.hexdigest(), chunks)


@pytest.fixture
def place() -> Iterator[tuple[PortalDisk, FolderId]]:
    clock = ManualClock()
    with elsewhere() as (url, root), new_http() as http:
        access, limits = WebhookAccess(url, MemoryStore(clock.now)), Limits(clock.now)
        client = BitrixClient(access, http, limits, clock, "bulk")
        disk = PortalDisk(client, Downloads(access, http, limits, clock))
        yield disk, FolderId(root)


def peak(act: Callable[[], object]) -> int:
    """The most bytes that Python held while this was done, above what it held before."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        act()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def test_64_mib_go_and_come_back(place: tuple[PortalDisk, FolderId]) -> None:
    disk, root = place
    content, got = made(64 * MIB), hashlib.sha256()
    assert peak(lambda: disk.upload(root, "Большой договор.bin", content)) < LIMIT
    page = disk.pages([Ask(root)])[0]
    assert isinstance(page, Listing)

    def read() -> None:
        with disk.open(page.files[0].id) as opened:
            for piece in opened.chunks:
                got.update(piece)

    assert peak(read) < LIMIT
    assert (page.files[0].size, got.hexdigest()) == (content.size, content.sha256)


def test_40_mib_become_a_new_version(place: tuple[PortalDisk, FolderId]) -> None:
    disk, root = place
    content, file = made(40 * MIB), disk.upload(root, "Договор.bin", made(MIB))
    assert peak(lambda: disk.upload_version(file, content)) < LIMIT
    with disk.open(file.id) as opened:
        digest = hashlib.sha256()
        for piece in opened.chunks:
            digest.update(piece)
    assert (opened.file.revision, opened.file.size, digest.hexdigest()) == (2, content.size, content.sha256)


def test_40_files_of_a_mebibyte_are_not_held_twice(place: tuple[PortalDisk, FolderId]) -> None:
    disk, root = place
    uploads = [Upload(root, f"{number}.bin", PIECE * 16) for number in range(40)]
    found: list[object] = []
    assert peak(lambda: found.extend(disk.upload_together(uploads))) < LIMIT
    assert [one.size for one in found if isinstance(one, DiskFile)] == [MIB] * 40
