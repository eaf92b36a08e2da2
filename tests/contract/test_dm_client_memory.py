"""A file of 64 MB passes through a process that has no room for it: memory is the disk in the cloud (rules, Bytes)."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import httpx
import pytest

from common.model.documents import Content, DocumentId, FileId
from common.onec.http_service.client import OnecArchive
from common.onec.http_service.transport import DmTransport
from common.settings.model import DocumentManagement, Secret
from infra.local.collection import ROOT
from tests.contract.dm_archive import SECRETS

MB = 1024 * 1024
SIZE = 64 * MB
ROOM = 8 * MB

# The base runs in a process of its own: its memory is not ours.
BASE = """
import json, sys, time
from datetime import UTC, datetime
from tests.simulators.dm import Clerk, DocumentManagement, SeededContent
from tests.simulators.web import Server

dm = DocumentManagement(lambda: datetime.now(UTC), time.sleep)
dm.switches.max_file_size = 100 * 1024 * 1024
clerk = Clerk(dm)
document = clerk.add_document()
file = clerk.add_file(document, "large.bin", SeededContent("large", int(sys.argv[1])))
with Server(dm) as server:
    print(json.dumps([server.url, document.id, file.id]), flush=True)
    sys.stdin.read()
"""


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing is repeated here")


@dataclass(frozen=True)
class Base:
    archive: OnecArchive
    document: DocumentId
    file: FileId


@pytest.fixture
def base() -> Iterator[Base]:
    command = [sys.executable, "-c", BASE, str(SIZE)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process, httpx.Client() as http:
        assert process.stdout
        url, document, file = json.loads(process.stdout.readline())
        clock, numbers = RealClock(), itertools.count(1)
        settings = DocumentManagement(f"{url}/dm", "Обмен", Secret("пароль"))
        sender = DmTransport(settings, SECRETS, http, clock, lambda: str(next(numbers)))
        yield Base(OnecArchive(sender, clock), DocumentId(document), FileId(file))


@contextmanager
def measured() -> Iterator[list[int]]:
    """The most bytes held at once inside the block beyond those held before."""
    peak: list[int] = []
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()


def generated() -> Iterator[bytes]:
    return (number.to_bytes(4, "big") * (16 * 1024) for number in range(SIZE // (64 * 1024)))


@contextmanager
def chunks() -> Iterator[Iterator[bytes]]:
    yield generated()


def test_content_passes_both_ways_without_being_held(base: Base) -> None:
    file = base.archive.files([base.file])[base.file]
    assert file is not None
    assert file.version is not None
    digest = sha256()
    for piece in generated():
        digest.update(piece)
    sent = Content(SIZE, digest.hexdigest(), chunks)
    with measured() as down, base.archive.open(file.version) as pieces:
        assert sum(len(piece) for piece in pieces) == SIZE
    with measured() as up:
        kept = base.archive.add_file(base.document, "sent.bin", sent, "disk:1", "", None)
    assert (kept.created, kept.version.size, kept.version.sha256) == (True, SIZE, sent.sha256)
    assert down[0] < ROOM
    assert up[0] < ROOM
