"""Functions run unchanged under the functions framework's own server, and nothing sent to them breaks them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from common.store.sqlite import SqliteStore
from infra.local.collection import ROOT
from tests.clock import ManualClock
from tests.stand import MEMBER, TOKEN

ENVIRON = {
    "BITRIX_WEBHOOK_URL": "https://example.bitrix24.ru/rest/1/secretsecretsecret/",
    "BITRIX_APPLICATION_TOKEN": TOKEN,
    "BITRIX_MEMBER_ID": MEMBER,
    "ONEC_BASES": "main",
    "ADMIN_USER_IDS": "1",
    "ONEC_DM_URL": "https://1c.example.ru/dm",
    "ONEC_DM_USER": "u",
    "ONEC_DM_PASSWORD": "p",
    "ONEC_DM_KEYS": "2026a:0123456789abcdef0123456789abcdef",
}
PROOF = f"&auth[member_id]={MEMBER}&auth[application_token]={TOKEN}"
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
RAW = [
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"PUT /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
    b"DELETE /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    HEAD + b"\r\n",
    HEAD + FORM + b"Content-Length: 21\r\n\r\nevent=ONCRMDEALUPDATE",
    HEAD + FORM + b"Content-Length: 5\r\n\r\nevent=ONCRMDEALUPDATE",
    HEAD + FORM + b"Content-Length: -5\r\n\r\nevent=ONCRMDEALUPDATE",
    HEAD + FORM + b"Content-Length: abc\r\n\r\nevent=ONCRMDEALUPDATE",
    HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n15\r\nevent=ONCRMDEALUPDATE\r\n0\r\n\r\n",
    HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n",
    HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n" + b"186a0\r\n" + b"x" * 100_000 + b"\r\n" + b"0\r\n\r\n",
    HEAD + b"Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100_000,
    HEAD + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9\r\n\r\n--x\r\nCont",
    HEAD + FORM + b"Content-Length: 1500000\r\n\r\n" + b"x" * 1_500_000,
    HEAD + FORM + b"Content-Length: 6\r\nX-Forwarded-For: \xff\xfe\r\ntraceparent: \xd1\x84\r\n\r\na[b]=\xff",
    b"POST /?" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    b"POST /%ff%00?%ff%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    b"POST / HTTP/1.0\r\n\r\n",
    b"POST / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00" * 100 + b"\r\n\r\n",
]


@contextmanager
def served(folder: Path, entry: str) -> Iterator[int]:
    """The framework's command, as the platform runs it; the port it serves `bitrix_deal_changed` on."""
    port = _free_port()
    source = ROOT / "functions" / "bitrix_deal_changed" / "main.py"
    command = [sys.executable, "-m", "functions_framework", "--target", entry, "--source", str(source)]
    places = {"STORE_URL": f"sqlite:///{folder}/store.sqlite", "QUEUE_URL": f"sqlite:///{folder}/queue.sqlite"}
    environ = {**os.environ, **ENVIRON, **places, "PYTHONPATH": str(ROOT), "THREADS": "4"}
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)], cwd=folder, env=environ,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not start")


def sent(port: int, raw: bytes) -> int:
    """The answer's status; 0 when the server only hung up."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(1000)
        except ConnectionError:
            return 0
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


def posted(port: int, body: bytes, headers: Mapping[str, str]) -> int:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
    return sent(port, HEAD + lines + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def test_receive_under_the_frameworks_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with served(tmp_path, "receive") as port:
        statuses = Counter(sent(port, raw) for raw in RAW)
        assert max(statuses) < 500
        assert 200 not in statuses
        assert not (tmp_path / "queue.sqlite").exists()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = f"event=ONCRMDEALUPDATE&data[FIELDS][ID]=5{PROOF}".encode()
        assert posted(port, body, form) == 200
        chunk = f"{len(body):x}".encode() + b"\r\n" + body + b"\r\n0\r\n\r\n"
        assert sent(port, HEAD + FORM + b"Transfer-Encoding: chunked\r\n\r\n" + chunk) == 200
        assert (tmp_path / "queue.sqlite").exists()
    shown = ", ".join(f"{status or 'hung up'} × {number}" for status, number in sorted(statuses.items()))
    with capsys.disabled():
        print(f"\nover HTTP: {len(RAW)} requests: {shown}")  # noqa: T201


def test_process_under_the_frameworks_server(tmp_path: Path) -> None:
    task = {"X-CloudTasks-TaskName": "t", "X-CloudTasks-TaskRetryCount": "0", "Content-Type": "application/json"}
    with served(tmp_path, "process") as port:
        for body in (b"", b"{", b"[1]", b'{"kind":"other"}', b'{"kind":"window"}', b'{"kind":"records","records":[5]}'):
            assert posted(port, body, task) == 200
        assert posted(port, json.dumps({"kind": "card", "card": "company", "ids": [1]}).encode(), task) == 200
    letters = SqliteStore(f"{tmp_path}/store.sqlite", ManualClock().now).query("dead_letters")
    assert len(letters) == 6
