"""Failures, sessions and a real server (facts §1.15, §1.16, §6.12, §6.13)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx
import pytest

from tests.clock import ManualClock
from tests.simulators.onec import Infobase, Publications
from tests.simulators.onec.platform_answers import (
    LICENCE,
    drop_after,
    drop_before,
    instead,
    locked,
    method,
    no_licence,
    page,
    pool_exhausted,
    slow,
    truncated,
)
from tests.simulators.onec.testing import basic, bp_act, connect, open_base
from tests.simulators.web import Server, transport

ACT = "/Document_РеализацияТоваровУслуг"


def test_a_locked_base_answers_with_a_platform_exception() -> None:
    base, client = open_base()
    base.faults.add(instead(locked))
    answer = client.get("/Catalog_Валюты")
    assert answer.status_code == 403
    assert answer.content.startswith(b"\xef\xbb\xbf{")
    exception = httpx.Response(200, content=answer.content[3:]).json()["exception"]
    assert exception["reason"] == 403
    assert exception["inner"]["descr"].startswith("Начало сеанса с информационной базой запрещено.")
    assert client.get("/Catalog_Валюты").status_code == 200


def test_a_full_pool_answers_406_in_xml() -> None:
    base, client = open_base()
    base.faults.add(instead(pool_exhausted))
    answer = client.get("/Catalog_Валюты")
    assert answer.status_code == 406
    assert 'reason="406"' in answer.content.decode("utf-8-sig")


@pytest.mark.parametrize("status", [200, 404, 500, 502, 503])
def test_pages_of_the_web_server(status: int) -> None:
    base, client = open_base()
    base.faults.add(instead(page(status), times=2))
    for expected in (status, status, 200):
        answer = client.get("/Catalog_Валюты")
        assert answer.status_code == expected
    assert answer.headers["content-type"].startswith("application/json")
    assert base.hits == 3


def test_no_licence_is_told_by_its_text() -> None:
    base, client = open_base()
    base.faults.add(instead(no_licence(500)))
    answer = client.get("/Catalog_Валюты")
    assert LICENCE in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_a_long_query_never_reaches_1c() -> None:
    base, client = open_base()
    condition = " or ".join(f"Code eq '{number:03d}'" for number in range(110))
    place = f"/Catalog_Валюты?$filter={quote(condition)}"
    answer = client.get(place)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    base.switches.query_limit = None
    assert len(client.get(place).json()["value"]) == 0


def test_dropped_before_and_after_the_write() -> None:
    base, client = open_base()
    base.faults.add(drop_before(match=method("POST")))
    base.faults.add(drop_after(match=method("POST")))
    for made in (0, 1):
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(ACT, json=bp_act(base.refs))
        assert len(base.documents(ACT[1:])) == made
    assert client.post(ACT, json=bp_act(base.refs)).status_code == 201


def test_a_slow_answer_waits_through_the_given_sleep() -> None:
    clock = ManualClock()
    base, client = open_base(clock=clock)
    base.faults.add(slow(120))
    client.get("/Catalog_Валюты")
    assert clock.slept == [120]


def test_the_first_call_after_an_idle_time_stalls() -> None:
    clock = ManualClock()
    base, client = open_base(clock=clock)
    base.switches.stall = 20
    for pause in (0, 5, 29, 31):
        clock.advance(pause)
        client.get("/Catalog_Валюты")
    assert clock.slept == [20, 20]


def test_pooled_sessions_are_reused_for_twenty_seconds() -> None:
    clock = ManualClock()
    base, client = open_base(clock=clock, users={"Обмен": "пароль", "Другой": "x"})
    for pause in (0, 10, 19, 21):
        clock.advance(pause)
        client.get("/Catalog_Валюты")
    assert base.sessions.created == 2
    client.get("/Catalog_Валюты", headers=basic("Другой", "x"))
    assert base.sessions.created == 3
    base.switches.sessions = "dontuse"
    client.get("/Catalog_Валюты")
    client.get("/Catalog_Валюты")
    assert base.sessions.created == 5


def test_a_full_pool_is_waited_for_and_then_refused() -> None:
    clock = ManualClock()
    base, client = open_base(clock=clock)
    base.sessions.occupied = 10
    assert client.get("/Catalog_Валюты").status_code == 406
    assert clock.slept == [5]
    base.sessions.occupied = 9
    assert client.get("/Catalog_Валюты").status_code == 200


def test_parallel_calls_hold_a_session_each() -> None:
    gate, clock = threading.Barrier(3), ManualClock()
    base = Infobase("bp30", clock.now, lambda seconds: _wait(gate))
    base.switches.work_time = 1
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: connect(base).get("").status_code, range(3)))
    assert answers == [200, 200, 200]
    assert base.sessions.created == 3
    assert base.hits == 3


def _wait(gate: threading.Barrier) -> None:
    gate.wait(10)


def test_client_managed_sessions() -> None:
    clock = ManualClock()
    base, client = open_base(clock=clock)
    ignored = client.get("/Catalog_Валюты", headers={"IBSession": "start"})
    assert "set-cookie" not in ignored.headers
    base.switches.sessions = "use"
    started = client.get("/Catalog_Валюты", headers={"IBSession": "start"})
    cookie = {"Cookie": started.headers["set-cookie"]}
    client.cookies.clear()
    assert client.get("/Catalog_Валюты", headers=cookie).status_code == 200
    assert client.get("/Catalog_Валюты", headers=cookie | {"IBSession": "finish"}).status_code == 200
    assert client.get("/Catalog_Валюты", headers=cookie).status_code == 400
    again = client.get("/Catalog_Валюты", headers={"IBSession": "start"})
    clock.advance(21)
    client.cookies.clear()
    assert client.get("/Catalog_Валюты", headers={"Cookie": again.headers["set-cookie"]}).status_code == 400
    base.switches.pool_size = 0
    assert client.get("/Catalog_Валюты", headers={"IBSession": "start"}).status_code == 406


def test_several_bases_behind_one_server() -> None:
    clock = ManualClock()
    bases = [Infobase(name, clock.now, clock.sleep) for name in ("bp30", "ut11")]
    other = Infobase("bp30", clock.now, clock.sleep, path="/second/odata/standard.odata", users={"A": "b"})
    client = httpx.Client(base_url="http://1c.test", transport=transport(Publications([*bases, other])))
    for base in bases:
        assert client.get(base.path, headers=basic()).status_code == 200
    assert client.get(other.path, headers=basic()).status_code == 401
    assert client.get(other.path, headers=basic("A", "b")).status_code == 200
    assert client.get("/third/odata/standard.odata", headers=basic()).status_code == 404
    assert client.get("/bp30/elsewhere", headers=basic()).status_code == 404
    assert client.get("/").status_code == 404


def test_over_a_real_server() -> None:
    base, _ = open_base()
    with Server(Publications([base])) as server, httpx.Client(headers=basic(), timeout=5) as client:
        place = f"{server.url}{base.path}{ACT}?$format=json"
        answer = client.post(place, json=bp_act(base.refs))
        assert answer.status_code == 201
        assert f"Document_РеализацияТоваровУслуг(guid'{answer.json()['Ref_Key']}')" in answer.headers["location"]
        assert client.get(f"{server.url}{base.path}/Catalog_Валюты?$format=json").json()["value"]
    # Both went over one connection of one pooled session.
    assert base.sessions.created == 1


def test_a_dropped_connection_after_the_write_over_a_real_server() -> None:
    base, _ = open_base()
    base.faults.add(drop_after())
    with Server(base) as server, httpx.Client(headers=basic(), timeout=5) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(f"{server.url}{base.path}{ACT}", json=bp_act(base.refs))
        assert len(base.documents(ACT[1:])) == 1
        assert client.get(f"{server.url}{base.path}{ACT}?$format=json").status_code == 200


def test_a_truncated_body_over_a_real_server() -> None:
    base, _ = open_base()
    base.faults.add(truncated(50))
    with Server(base) as server, httpx.Client(headers=basic(), timeout=5) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(f"{server.url}{base.path}{ACT}?$format=json", json=bp_act(base.refs))
        assert len(base.documents(ACT[1:])) == 1
