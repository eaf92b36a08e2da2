"""How long a sender waits for `bitrix_deal_changed.receive` while both sides are dead, beside a bare handler.

Bare is the framework's handler with one durable put on the same queue; measured twice ("again"), it shows how far two
equal things come out apart on this machine. All kinds of request take turns in one run. A card's event puts a task of
its own, as the bare handler does; deal events of one window share one.
"""

from __future__ import annotations

import http.client
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from flask import Flask
from functions_framework import create_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from common.settings import Settings
from common.wiring import Services, use
from tests.benchmarks.report import Bar, percentile, table

ROOT = Path(__file__).parents[2]
TOKEN, MEMBER = "51856fefc120afa4b628cc82d3935cce", "a223c6b3710f85df22e9377d6c4f7553"
FORM = "application/x-www-form-urlencoded"
DEAD = "http://127.0.0.1:9"
KINDS = {"bare": "bare", "bare, again": "bare", "card event": "card", "deal event": "deal"}
CALLS, THREADS, ALLOWED = 2000, 8, 1.2

Send = Callable[[str, bytes], int]
"""(kind, body) → status."""

Client = Callable[[], AbstractContextManager[Send]]
"""What one thread sends through."""

_numbers = itertools.count(1)


def bench(small: bool) -> list[Bar]:
    """The framework's app called directly and over a loopback server, from one thread and from eight."""
    calls = 20 if small else CALLS
    with TemporaryDirectory() as folder, _services(folder):
        apps = _apps()
        figures = {"app": {1: _measured(lambda: _direct(apps), 1, calls)}}
        figures["app"][THREADS] = _measured(lambda: _direct(apps), THREADS, calls)
        with _serving(apps) as port:
            figures["server"] = {number: _measured(lambda: _over(port), number, calls) for number in (1, THREADS)}
    runs = [
        (f"{how}, {number} thread{'s' * (number > 1)}", found)
        for how, by in figures.items()
        for number, found in by.items()
    ]
    for name, found in runs:
        _show(name, found)
    return [_bar(name, found) for name, found in runs]


def _show(name: str, found: Mapping[str, Sequence[float]]) -> None:
    """Milliseconds, and each p99 as a multiple of the bare one."""
    bare = percentile(found["bare"], 0.99)
    rows = [
        (kind, 1000 * percentile(took, 0.5), 1000 * percentile(took, 0.99), percentile(took, 0.99) / bare)
        for kind, took in found.items()
    ]
    table(f"{name}, {len(found['bare'])} calls of each", ("handler", "p50 ms", "p99 ms", "p99 × bare"), rows)


def _bar(name: str, found: Mapping[str, Sequence[float]]) -> Bar:
    """Both of ours together against both bare series together: the 99th of a hundred fsyncs of one series is chance,
    as the two bare ones show of each other.
    """
    bare = percentile([*found["bare"], *found["bare, again"]], 0.99)
    ours = percentile([*found["card event"], *found["deal event"]], 0.99)
    figure = f"{ours / bare:.2f} × ({1000 * ours:.2f} ms to {1000 * bare:.2f} ms)"
    return Bar(f"{name}: p99 ≤ {ALLOWED} × bare", figure, ours <= ALLOWED * bare)


@contextmanager
def _services(folder: str) -> Iterator[None]:
    """Settings whose portal and base nobody answers for."""
    environ = {
        "STORE_URL": f"sqlite:///{folder}/store.sqlite",
        "QUEUE_URL": f"sqlite:///{folder}/queue.sqlite",
        "BITRIX_WEBHOOK_URL": f"{DEAD}/rest/1/secretsecretsecret/",
        "BITRIX_APPLICATION_TOKEN": TOKEN,
        "BITRIX_MEMBER_ID": MEMBER,
        "ONEC_BASES": "main",
        "ONEC_MAIN_URL": f"{DEAD}/main",
        "ONEC_MAIN_USER": "u",
        "ONEC_MAIN_PASSWORD": "p",
        "ONEC_MAIN_CONFIGURATION": "bp30",
        "PUBLIC_BASE_URL": "https://exchange.example.ru",
    }
    use(Services(Settings.read(environ, ())))
    try:
        yield
    finally:
        use(None)


def _apps() -> dict[str, Flask]:
    """Both handlers made into applications by the framework itself."""
    sources = {
        "ours": ("receive", "functions/bitrix_deal_changed/main.py"),
        "bare": ("put", "tests/benchmarks/bare.py"),
    }
    make: Callable[[str, str], Flask] = create_app
    return {name: make(target, str(ROOT / source)) for name, (target, source) in sources.items()}


def _body(kind: str) -> bytes:
    """An event as an outgoing webhook sends it; every card is another one."""
    event, number = ("ONCRMDEALUPDATE", 7) if kind == "deal" else ("ONCRMCOMPANYUPDATE", next(_numbers))
    auth = {"domain": "example.bitrix24.ru", "client_endpoint": f"{DEAD}/rest/", "server_endpoint": f"{DEAD}/rest/"}
    auth |= {"member_id": MEMBER, "application_token": TOKEN}
    fields = {"event": event, "event_handler_id": 1, "data[FIELDS][ID]": number, "ts": 1795165200}
    return urlencode({**fields, **{f"auth[{name}]": value for name, value in auth.items()}}).encode("ascii")


@contextmanager
def _direct(apps: Mapping[str, Flask]) -> Iterator[Send]:
    clients = {name: app.test_client() for name, app in apps.items()}

    def send(kind: str, body: bytes) -> int:
        client = clients["bare" if kind == "bare" else "ours"]
        return int(client.post("/", data=body, content_type=FORM).status_code)

    yield send


@contextmanager
def _over(port: int) -> Iterator[Send]:
    """One kept connection, as senders keep theirs."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(kind: str, body: bytes) -> int:
        connection.request("POST", "/bare/" if kind == "bare" else "/ours/", body, {"Content-Type": FORM})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    try:
        yield send
    finally:
        connection.close()


@contextmanager
def _serving(apps: Mapping[str, Flask]) -> Iterator[int]:
    """Both applications behind one threaded server; gives its port."""

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing."""

    mounted = DispatcherMiddleware(Flask("nothing"), {f"/{name}": app for name, app in apps.items()})
    server = make_server("127.0.0.1", 0, mounted, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _measured(client: Client, threads: int, calls: int) -> dict[str, list[float]]:
    """Seconds of each call, by kind; `calls` of each kind in all, shared among the threads."""
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    share = max(calls // threads, 1)
    workers = [threading.Thread(target=_turns, args=(client, found, share, seed)) for seed in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(len(took) == share * threads for took in found.values()), "a call failed"
    return found


def _turns(client: Client, found: Mapping[str, list[float]], calls: int, seed: int) -> None:
    """All kinds in turn, each round in another order."""
    order, chance = list(KINDS), random.Random(seed)
    with client() as send:
        for kind in KINDS:
            assert send(KINDS[kind], _body(KINDS[kind])) == 200
        for _ in range(calls):
            chance.shuffle(order)
            for kind in order:
                body = _body(KINDS[kind])
                began = time.perf_counter()
                status = send(KINDS[kind], body)
                took = time.perf_counter() - began
                assert status == 200
                found[kind].append(took)
