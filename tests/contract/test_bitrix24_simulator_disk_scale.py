"""Disk of the simulated portal under real sizes: many files, large bodies, real sockets."""

from __future__ import annotations

import hashlib
import json
import time
import tracemalloc
from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest

from tests.contract.disk_bench import BROWSER, Bench
from tests.simulators.bitrix24.disk import seed_files
from tests.simulators.web import Server

MIB = 1 << 20
PATTERN = bytes(range(256)) * 4096


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_hundred_thousand_files_are_there_at_once_and_listed_fast(bench: Bench) -> None:
    folders = [bench.boris.add_folder(bench.folder, f"Вид {number}") for number in range(25)]
    started = time.perf_counter()
    for folder in folders:
        seed_files(bench.portal, folder, 4000, size=50_000)
    seeded = time.perf_counter() - started
    newest = max(bench.anna.folder(folders[7]).children)
    started = time.perf_counter()
    for _ in range(20):
        found = bench.call(
            "disk.folder.getChildren",
            {
                "id": folders[7],
                "filter": {">=UPDATE_TIME": "2026-08-31T00:00:00+03:00", ">ID": newest - 500, "<=ID": newest},
                "order": {"ID": "DESC"},
            },
        )
    listed = (time.perf_counter() - started) / 20
    assert (found["total"], found["result"][0]["SIZE"]) == (500, "50000")
    # Several times what it takes, against a scan of all objects or a body for every file.
    assert (seeded < 10, listed < 0.2) == (True, True), (seeded, listed)


def test_seeded_files_have_bytes_when_somebody_reads_them(bench: Bench) -> None:
    one, two = seed_files(bench.portal, bench.folder, 2, size=1000)
    first, second = (bench.download(bench.file(file.id)["DOWNLOAD_URL"]).content for file in (one, two))
    assert (len(first), len(second), first != second) == (1000, 1000, True)
    assert [row["GLOBAL_CONTENT_VERSION"] for row in bench.versions(one.id)] == ["1"]
    assert bench.effects() == []


@pytest.fixture
def server(bench: Bench) -> Iterator[Bench]:
    with Server(bench.portal) as running:
        bench.portal.at(running.url)
        bench.webhook = bench.webhook.replace("https://example.bitrix24.ru", running.url)
        bench.http = httpx.Client(timeout=60)
        yield bench
        bench.http.close()


def form(name: str, size: int) -> Iterator[bytes]:
    """A multipart body in pieces, as a client that streams sends it."""
    yield f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    for _ in range(size // len(PATTERN)):
        yield PATTERN
    yield b"\r\n--x--\r\n"


@pytest.mark.parametrize("size", [300 * MIB])
def test_a_large_file_goes_up_and_down(server: Bench, size: int) -> None:
    url = server.result("disk.folder.uploadFile", {"id": server.folder})["uploadUrl"]
    # Without a length the body is chunked, which the portal takes too.
    sent = {"Content-Type": "multipart/form-data; boundary=x"}
    made = server.http.post(url, content=form("film.bin", size), headers=sent).json()["result"]
    assert made["SIZE"] == str(size)
    got, headers = 0, {**BROWSER, "Referer": server.portal.base_url + "/"}
    with server.http.stream("GET", made["DOWNLOAD_URL"], headers=headers) as answer:
        assert answer.headers["Content-Length"] == str(size)
        for piece in answer.iter_bytes(MIB):
            assert piece == PATTERN
            got += len(piece)
    assert got == size
    kept = server.anna.file(made["ID"])
    assert kept.content is kept.versions[0].content


def test_a_large_version_inline(bench: Bench) -> None:
    file = bench.boris.upload(bench.folder, "a.bin", b"1")
    text = b64encode(PATTERN * 70)
    body = b'{"id":%d,"fileContent":["a.bin","%s"]}' % (file, text)
    tracemalloc.start()
    answer = bench.http.post(
        f"{bench.webhook}disk.file.uploadVersion", content=body, headers={"Content-Type": "application/json"}
    )
    left, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert json.loads(answer.content)["result"]["SIZE"] == str(70 * MIB)
    assert hashlib.sha256(bench.anna.read(file)).digest() == hashlib.sha256(PATTERN * 70).digest()
    # What stays is the file; on the way there are the JSON text, its value and the bytes.
    assert (left < 80 * MIB, peak < 400 * MIB) == (True, True), (left // MIB, peak // MIB)
