"""The way of a request through the simulated portal (facts 1.1, 1.2, 1.5, 2, 10.1, 10.2)."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from tests.simulators.bitrix24 import Options, Renamed, troubles
from tests.simulators.bitrix24.lab import START, Lab
from tests.simulators.bitrix24.wire import build_query, dump, parse_query
from tests.simulators.web import transport


def test_forms_are_read_as_php_reads_them() -> None:
    read = parse_query("a[b][]=1&a[b][]=2&x.y=3&n[2]=z&d=1&d=2&s=%D0%AF+b&c[k]=v&flag")
    assert read == {
        "a": {"b": ["1", "2"]},
        "x_y": "3",
        "n": {"2": "z"},
        "d": "2",
        "s": "Я b",
        "c": {"k": "v"},
        "flag": "",
    }
    assert parse_query(build_query({"a": {"b": [1, True, None]}, "c": "<&>"})) == {"a": {"b": ["1", "1"]}, "c": "<&>"}


def test_json_has_the_escapes_of_the_portal() -> None:
    text = dump({"t": "Я<b>&'\"/\\", "e": {}, "l": {"0": 1, "1": 2}, "n": Decimal("10.50"), "w": Decimal("3.00")})
    assert text.decode() == ('{"t":"Я\\u003Cb\\u003E\\u0026\\u0027\\u0022\\/\\\\","e":[],"l":[1,2],"n":10.5,"w":3}')
    assert json.loads(text)["t"] == "Я<b>&'\"/\\"


def test_an_unknown_method_is_told_before_bad_credentials() -> None:
    lab = Lab()
    answer = lab.http.post(f"{lab.portal.client_endpoint}1/wrong/no.such.method")
    assert (answer.status_code, answer.json()["error"]) == (404, "ERROR_METHOD_NOT_FOUND")
    answer = lab.http.post(f"{lab.portal.client_endpoint}1/wrong/server.time")
    assert (answer.status_code, answer.json()["error"]) == (401, "INVALID_CREDENTIALS")


def test_auth_errors() -> None:
    lab = Lab()
    narrow = lab.portal.add_webhook(1, "narrow", ["task"])
    assert lab.http.post(f"{lab.portal.client_endpoint}server.time").json()["error"] == "NO_AUTH_FOUND"
    assert lab.http.post(f"{narrow}crm.deal.list").json()["error"] == "insufficient_scope"
    assert lab.error("server.time", token="nonsense") == (401, "invalid_token")
    assert lab.error("event.get") == (403, "WRONG_AUTH_TYPE")
    expiring = lab.portal.add_webhook(1, "short", ["crm"], expires=START + timedelta(seconds=5))
    lab.pass_time(5)
    assert lab.http.post(f"{expiring}server.time").status_code == 401
    lab.person.dismiss(1)
    assert lab.error("server.time") == (401, "authorization_error")


def test_statuses_of_the_docs_can_be_chosen() -> None:
    lab = Lab(options=Options(docs_statuses=True, numeric_errors=True, disabled_methods={"crm.item.list"}))
    narrow = lab.portal.add_webhook(1, "narrow", [])
    assert lab.http.post(f"{narrow}crm.deal.list").status_code == 403
    assert lab.call("crm.item.get", {"id": 1})["error"] == 100
    assert lab.error("crm.item.list", {"entityTypeId": 2}) == (404, "ERROR_METHOD_NOT_FOUND")


def test_body_wins_over_query_and_bad_json_is_swallowed() -> None:
    lab = Lab()
    deal, other = lab.person.add_deal("one"), lab.person.add_deal("two")
    url = f"{lab.webhook}CRM.DEAL.GET.json/?id={deal}"
    assert lab.http.post(url, data={"id": str(other)}).json()["result"]["TITLE"] == "two"
    broken = lab.http.post(url, content=b"{oops", headers={"Content-Type": "application/json"})
    assert broken.json()["result"]["TITLE"] == "one"
    assert lab.http.get(url).json()["result"]["TITLE"] == "one"


def test_token_carriers() -> None:
    lab = Lab()
    token, url = lab.token(lab.application()), f"{lab.portal.client_endpoint}app.info"
    assert lab.http.get(url, params={"access_token": token}).status_code == 200
    assert lab.http.get(url, params={"auth": "x"}, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert lab.result("app.info", token=token)["INSTALLED"] is True


def test_time_block_and_headers() -> None:
    answer = Lab().post("server.time")
    assert answer.json()["result"] == "2026-09-01T12:00:00+03:00"
    assert set(answer.json()["time"]) >= {"start", "duration", "date_start", "operating", "operating_reset_at"}
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert "operating" not in Lab(operating_limit=None).call("server.time")["time"]


def test_the_bucket_leaks() -> None:
    lab = Lab(intensity=(3, 2.0))
    assert [lab.post("server.time").status_code for _ in range(5)] == [200, 200, 200, 503, 503]
    assert lab.error("server.time") == (503, "QUERY_LIMIT_EXCEEDED")
    lab.pass_time(1)
    assert [lab.post("server.time").status_code for _ in range(3)] == [200, 200, 503]
    assert lab.post("batch", {"cmd": []}).status_code == 503


def test_one_method_is_blocked_while_others_work() -> None:
    lab = Lab(operating_limit=10.0, cost=lambda name: 6.0 if name == "crm.deal.list" else 0.05)
    assert [lab.post("crm.deal.list").status_code for _ in range(3)] == [200, 200, 429]
    assert lab.post("crm.company.list").status_code == 200
    inner = lab.result("batch", {"cmd": {"a": "crm.deal.list", "b": "server.time"}})
    assert inner["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    assert list(inner["result"]) == ["b"]
    other = lab.portal.add_webhook(1, "other", ["crm"])
    assert lab.http.post(f"{other}crm.deal.list").status_code == 200
    lab.pass_time(600)
    assert lab.post("crm.deal.list").status_code == 200


def test_a_batch_of_51_commands_runs_50() -> None:
    lab = Lab()
    deals = [lab.person.add_deal(f"deal {number}") for number in range(51)]
    commands = {f"d{deal}": f"crm.deal.update?id={deal}&fields[COMMENTS]=seen" for deal in deals}
    body = lab.call("batch", {"cmd": commands})
    assert len(body["result"]["result"]) == 50
    assert body["result"]["result_error"] == {
        "d51": {"error": "ERROR_BATCH_LENGTH_EXCEEDED", "error_description": "Max batch length exceeded"}
    }
    assert sum(effect.kind == "update" for effect in lab.portal.effects) == 50
    assert (lab.portal.hits, len(lab.portal.requests)) == (1, 51)


def test_a_batch_chains_results() -> None:
    lab = Lab()
    lab.person.add_deal("first", COMMENTS="note")
    commands = {
        "list": "crm.deal.list?select[]=ID&select[]=COMMENTS",
        "whole": "crm.item.get?entityTypeId=2&id=$result[list][0][ID]",
        "text": "crm.deal.update?id=$result[list][0][ID]&fields[TITLE]=T-$result[list][0][COMMENTS]-$total[list]",
        "later": "crm.deal.get?id=$result[nobody][ID]",
    }
    result = lab.result("batch", {"cmd": commands})
    assert result["result"]["whole"]["item"]["id"] == 1
    assert result["result_total"] == {"list": 1}
    assert lab.result("crm.deal.get", {"id": 1})["TITLE"] == "T-note-1"
    assert result["result_error"]["later"]["error_description"] == "ID is not defined or invalid"


def test_a_missing_deeper_key_gives_the_deepest_value() -> None:
    lab = Lab()
    commands = {"a": "server.time", "b": "app.option.get", "c": "crm.deal.add?fields[TITLE]=$result[a][x][y]"}
    result = lab.result("batch", {"cmd": commands})
    assert lab.result("crm.deal.get", {"id": result["result"]["c"]})["TITLE"] == "2026-09-01T12:00:00+03:00"


def test_halt_stops_at_the_first_error_and_keeps_what_was_done() -> None:
    lab = Lab()
    commands = {"a": "crm.deal.add?fields[TITLE]=x", "b": "crm.deal.get?id=77", "c": "crm.deal.add?fields[TITLE]=y"}
    halted = lab.result("batch", {"cmd": commands, "halt": 1})
    assert (list(halted["result"]), list(halted["result_error"])) == (["a"], ["b"])
    assert len(lab.portal.effects) == 1
    assert list(lab.result("batch", {"cmd": commands, "halt": 0})["result"]) == ["a", "c"]


def test_batch_oddities() -> None:
    lab = Lab()
    commands = {"obj": {"method": "server.time"}, "in": "batch?cmd[]=server.time", "no": "nope"}
    result = lab.result("batch", {"cmd": commands})
    assert result["result"] == []
    assert result["result_error"]["in"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert result["result_error"]["no"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert "obj" not in result["result_error"]
    assert isinstance(lab.result("batch", {"cmd": ["server.time", "scope"]})["result"], list)


def test_paging_snaps_down_and_minus_one_does_not_count() -> None:
    lab = Lab()
    for number in range(120):
        lab.person.add_deal(f"deal {number}")
    second = lab.call("crm.deal.list", {"select": ["ID"], "start": 70})
    assert (second["result"][0], second["next"], second["total"]) == ({"ID": "51"}, 100, 120)
    assert "next" not in lab.call("crm.deal.list", {"start": 100})
    silent = lab.call("crm.deal.list", {"start": -1})
    assert (silent["total"], "next" in silent, len(silent["result"])) == (0, False, 50)
    typed = lab.call("crm.item.list", {"entityTypeId": 2, "start": -1, "filter": {">id": 100}, "select": ["id"]})
    assert ("total" in typed, "next" in typed, typed["result"]["items"][0]) == (False, False, {"id": 101})
    assert len(typed["result"]["items"]) == 20


def test_a_renamed_portal_answers_302_to_a_post() -> None:
    lab = Lab()
    old = lab.webhook
    lab.portal.rename("new.bitrix24.ru")
    answer = lab.http.post(f"{old}server.time?x=1", json={})
    assert answer.status_code == 302
    assert answer.headers["location"] == "https://new.bitrix24.ru/rest/1/secret/server.time?x=1"
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert lab.http.post(answer.headers["location"], json={}).status_code == 200
    alias = httpx.Client(transport=transport(Renamed("https://new.bitrix24.ru")))
    assert alias.post("http://old/rest/1/secret/server.time").headers["location"].startswith("https://new.")


def test_faults_strike_methods_also_inside_a_batch() -> None:
    lab = Lab()
    lab.portal.faults.add(troubles.html(502, "crm.deal.add"))
    lab.portal.faults.add(troubles.drop_after("crm.deal.add"))
    lab.portal.faults.add(troubles.slow(7.5, "server.time"))
    assert lab.post("batch", {"cmd": ["crm.deal.add?fields[TITLE]=x"]}).status_code == 502
    assert lab.portal.effects == []
    with pytest.raises(httpx.RemoteProtocolError):
        lab.post("crm.deal.add", {"fields": {"TITLE": "y"}})
    assert len(lab.portal.effects) == 1
    assert lab.post("server.time").status_code == 200
    assert lab.slept == [7.5]
    assert [record.status for record in lab.portal.requests] == [502, 200, 200]


def test_the_common_faults() -> None:
    lab = Lab()
    for fault in (
        troubles.html(500), troubles.html(503), troubles.query_limit(), troubles.operation_time_limit("server.time"),
        troubles.expired_token(),
    ):  # fmt: skip
        lab.portal.faults.add(fault)
    assert [lab.post("server.time").status_code for _ in range(6)] == [500, 503, 503, 429, 401, 200]
    for fault in (troubles.drop_before(), troubles.truncated(5)):
        lab.portal.faults.add(fault)
        with pytest.raises(httpx.RemoteProtocolError):
            lab.post("server.time")


def test_basic_methods() -> None:
    lab = Lab(options=Options(features={"rest_offline_extended": True}))
    assert lab.result("feature.get", {"CODE": "rest_offline_extended"}) == {"value": "Y"}
    assert lab.result("feature.get", {"CODE": "nothing"}) == {"value": "N"}
    assert lab.error("feature.get")[1] == "ERROR_ARGUMENT"
    assert lab.result("method.get", {"name": "crm.Item.get"}) == {"isExisting": True, "isAvailable": True}
    assert lab.result("method.get", {"name": "nope"}) == {"isExisting": False, "isAvailable": False}
    assert "crm" in lab.result("scope")
    assert "crm.item.list" in lab.result("methods")
    assert lab.result("profile")["ID"] == "1"
    token = lab.token(lab.application())
    assert lab.result("app.option.set", {"options": {"a": "1"}}, token) is True
    assert (lab.result("app.option.get", {"option": "a"}, token), lab.result("app.option.get", {}, token)) == (
        "1",
        {"a": "1"},
    )
