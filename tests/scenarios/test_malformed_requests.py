"""Malformed requests to every public entry point: no 5xx, no state change (design §7)."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import flask
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local import collection
from tests.application import ApplicationStand, application
from tests.stand import MEMBER

FORM = "application/x-www-form-urlencoded"
METHODS = ["POST", "GET", "PUT", "HEAD", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
TYPES = [
    FORM, f"{FORM}; charset=utf-16", "application/json", "multipart/form-data; boundary=x", "multipart/form-data",
    "text/xml", "application/octet-stream", "", "x" * 5000, "application/x-www-form-urlencoded;charset=\x00", "тип",
]  # fmt: skip
BODIES: dict[str, bytes] = {
    "empty": b"",
    "no name": b"a=b",
    "name only": b"event=ONCRMDEALUPDATE",
    "deep": b"auth" + b"[a]" * 5000 + b"=1",
    "open brackets": b"auth" + b"[" * 100_000 + b"=1",
    "closed brackets": b"]" * 100_000,
    "invalid utf-8": b"event=\xff\xfe&auth[application_token]=\xc3\x28",
    "escaped invalid utf-8": b"event=%ff%fe&auth%5bapplication_token%5d=%c3%28",
    "surrogate": b"event=%ed%a0%80",
    "bad escapes": b"event=%&auth=%zz&%5b=%",
    "nul": b"event=ONCRM\x00DEAL&auth[application_token]=\x00%00",
    "duplicates": b"event=ONCRMDEALUPDATE&" * 900,
    "text and tree": b"auth=x&auth[application_token]=y&auth=z&auth[application_token][a]=b",
    "10 000 fields": b"&".join(b"f%d=1" % number for number in range(10_000)),
    "ampersands": b"&" * 900_000,
    "long name": b"event=" + b"A" * 500_000,
    "long key": b"a" * 900_000 + b"=1",
    "json": b'{"event":"ONCRMDEALUPDATE","auth":{"application_token":"x"}}',
    "deep json": b"[" * 100_000,
    "truncated multipart": b'--x\r\nContent-Disposition: form-data; name="event"\r\n\r\nONCRMDEALUP',
    "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "gzip": b"\x1f\x8b\x08\x00" + b"\x00" * 100,
    "too large": b"x" * 1_000_001,
    "huge": b"x" * 12_000_000,
    "negative ids": b"event=ONCRMDEALUPDATE&data[FIELDS][ID]=-5&ts=99999999999999999999",
    "install of nothing": b"event=ONAPPINSTALL&auth[refresh_token][]=x",
    "uninstall of nothing": b"event=ONAPPUNINSTALL&auth[member_id][]=x",
    "appended": b"event[]=a&event[]=b&[]=c&[=d&=e",
    "large index": b"a[9999999999999999999999]=1&a[]=2",
}
HEADERS: list[dict[str, str]] = [
    {},
    {"HTTP_X_FORWARDED_FOR": ",,,\x00" + "1" * 9000},
    {"HTTP_TRACEPARENT": "00-" + "z" * 5000},
    {"HTTP_X_CLOUD_TRACE_CONTEXT": "\udcff/;o=1"},
    {"HTTP_HOST": "evil.com\r\nX: y"},
    {"HTTP_CONTENT_ENCODING": "gzip"},
    {"HTTP_EXPECT": "100-continue"},
    {"HTTP_X_CLOUDTASKS_TASKRETRYCOUNT": "NaN"},
    {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": "1", "CONTENT_LENGTH": ""},
]
LENGTHS = ["abc", "-1", "1e3", "99999999999", " 5", "٣", "5"]

Send = Callable[..., int]

DM = {
    "ONEC_DM_URL": "https://1c.example.ru/dm",
    "ONEC_DM_USER": "u",
    "ONEC_DM_PASSWORD": "p",
    "ONEC_DM_KEYS": "2026a:0123456789abcdef0123456789abcdef",
}


def public() -> list[tuple[str, str]]:
    return [
        (function.name, entry) for function in collection.functions().values() for entry in function.manifest.public
    ]


def site(stand: ApplicationStand, seen: Counter[tuple[str, int]]) -> Callable[[str, str], Send]:
    """Entry points under Flask with the framework's own limit, called by WSGI so that anything may be sent."""

    def at(function: str, entry: str) -> Send:
        app = flask.Flask(function)
        app.config["MAX_CONTENT_LENGTH"] = 10 * 1024 * 1024
        handler = collection.functions()[function].handler(entry)
        app.before_request(lambda: handler(flask.request))

        def send(method: str, body: bytes, headers: Mapping[str, Any], query: str = "") -> int:
            known = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": FORM}
            environ = _environ(method, query) | known | dict(headers)
            statuses: list[str] = []

            def start(status: str, *_: object) -> Callable[[bytes], object]:
                statuses.append(status)
                return lambda _: None

            answered = app(environ, start)
            assert len(b"".join(answered)) < 1000
            seen[f"{function}.{entry}", int(statuses[0][:3])] += 1
            return int(statuses[0][:3])

        return send

    return at


def _environ(method: str, query: str) -> dict[str, Any]:
    """A WSGI request of this method to `/`."""
    return {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": "/", "QUERY_STRING": query, "SERVER_NAME": "x",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApplicationStand]:
    with application(str(tmp_path_factory.mktemp("stand")), environ=DM) as made:
        yield made


def test_every_malformed_request_is_the_senders_fault(
    stand: ApplicationStand, capsys: pytest.CaptureFixture[str]
) -> None:
    state, seen = stand.state(), Counter[tuple[str, int]]()
    stand.asked.clear()
    for function, entry in public():
        send = site(stand, seen)(function, entry)
        for method in METHODS:
            for name, body in BODIES.items():
                if len(body) < 10_000 or method in ("POST", "PUT"):
                    status = send(method, body, {}, "DOMAIN=x%00&" + "a[" * 20)
                    assert 400 <= status < 500 or (method == "POST" and status == 200), (function, method, name)
        _with_odd_headers(send)
    assert stand.state() == state
    assert set(stand.asked) <= {"oauth.bitrix24.tech/oauth/token/"}
    with capsys.disabled():
        print(  # noqa: T201
            f"\nmalformed: {sum(seen.values())} requests to {len(public())} public entry points: {_shown(seen)}"
        )


def _with_odd_headers(send: Send) -> None:
    """Odd content types, headers and lengths never reach a 5xx."""
    for kind in TYPES:
        for name in ("name only", "json", "truncated multipart", "invalid utf-8"):
            assert send("POST", BODIES[name], {"CONTENT_TYPE": kind}) < 500
    for headers in HEADERS:
        assert send("POST", b"event=ONCRMDEALUPDATE", headers) < 500
    for length in LENGTHS:
        assert send("POST", b"event=ONCRMDEALUPDATE", {"CONTENT_LENGTH": length}) < 500
    assert send("POST", b"x" * 1_500_000, {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}) == 413


def _shown(seen: Counter[tuple[str, int]]) -> str:
    by_status = Counter[int]()
    for (_, status), number in seen.items():
        by_status[status] += number
    return ", ".join(f"{status} × {number}" for status, number in sorted(by_status.items()))


WORDS = "event auth [ ] [] = & % %5B %00 + ONCRMDEALUPDATE application_token member_id refresh_token ONAPPINSTALL data"
PART = st.sampled_from([*WORDS.encode().split(), b"FIELDS", b"ID", b"ts", b"1", b"\xff"])
ANY_BODY = st.one_of(st.binary(max_size=300), st.lists(PART, max_size=60).map(b"".join))
TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)


def test_random_requests(stand: ApplicationStand, capsys: pytest.CaptureFixture[str]) -> None:
    seen, state = Counter[tuple[str, int]](), stand.state()
    senders = [site(stand, seen)(*entry) for entry in public()]

    @settings(max_examples=400, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(senders), st.just("POST") | st.sampled_from(METHODS), ANY_BODY, TEXT, TEXT, TEXT)
    def check(send: Send, method: str, body: bytes, query: str, kind: str, trace: str) -> None:
        assert send(method, body, {"CONTENT_TYPE": kind, "HTTP_TRACEPARENT": trace}, query) < 500

    check()
    assert stand.state() == state
    with capsys.disabled():
        print(f"\nrandom: {sum(seen.values())} requests: {_shown(seen)}")  # noqa: T201


@given(ANY_BODY)
@settings(max_examples=200, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_our_own_portal_may_send_odd_events(stand: ApplicationStand, odd: bytes) -> None:
    """With the right token nothing is malformed enough for a crash."""
    proof = f"&auth[member_id]={MEMBER}&auth[application_token]={stand.application.application_token}".encode()
    for name, _ in public():
        sender = site(stand, Counter())(name, "receive")
        assert sender("POST", b"event=ONCRMDEALUPDATE&data[FIELDS]" + odd + proof, {}) < 500


TASKS: list[bytes] = [
    b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b"{}", b'{"kind":"other"}', b'{"kind":["window"]}',
    b'{"kind":"window"}', b'{"kind":"window","deal":"5"}', b'{"kind":"window","deal":true}',
    b'{"kind":"window","deal":1,"at":5}', b'{"kind":"window","deal":1,"at":"noon"}',
    b'{"kind":"card"}', b'{"kind":"card","card":5,"ids":[1]}', b'{"kind":"card","card":"company","ids":"12"}',
    b'{"kind":"card","card":"company","ids":[{"a":1}]}', b'{"kind":"records"}', b'{"kind":"records","records":5}',
    b'{"kind":"records","records":[5]}', b'{"kind":"records","records":[{}]}', b'{"kind":"records","records":["x"]}',
    b'{"kind":"records","records":[{"portal":1,"rule":2,"entry":"x","deal":null}]}',
    b'{"kind":"window","deal":1,"unverified":5}', b'{"kind":"window","deal":1,"unverified":{}}',
    b'{"kind":"window","deal":1,"unverified":{"member_id":"x","digest":5}}', b"x" * 1_000_001,
    b'{"kind":"page","mapping":5}', b'{"kind":"page","mapping":"x","number":"1","after":""}',
    b'{"kind":"documents","ids":"x"}',
    b'{"kind":"documents","ids":[5],"seq":1}', b'{"kind":"changed","object":"file","id":5,"seq":1,"at":"x"}',
    b'{"kind":"changed","object":"file","id":"x","seq":1,"at":"x"}', b'{"kind":"submitted","disk":"1","token":"x"}',
    b'{"kind":"submitted","disk":1,"token":"x","unverified":5}',
    b'{"kind":"submitted","disk":1,"token":"x","unverified":{}}',
]  # fmt: skip


def private() -> list[str]:
    return [name for name, function in collection.functions().items() if "process" in function.manifest.entry_points]


@pytest.mark.parametrize("body", TASKS, ids=range(len(TASKS)))
def test_a_task_that_is_not_ours_is_not_repeated_for_ever(tmp_path: Path, body: bytes) -> None:
    """Every answer but 2xx is tried again (facts gcp §5.1): one answer, one dead letter, no call to the portal."""
    with application(str(tmp_path), environ=DM) as stand:
        stand.asked.clear()
        for function in private():
            before = {one.key for one in stand.services.store.query("dead_letters")}
            assert collection.call(function, "process", body)[:2] == ("kept as a dead letter", 200)[::-1]
            [letter] = [one for one in stand.services.store.query("dead_letters") if one.key not in before]
            assert letter.data["function"] == function
        assert stand.asked == []
