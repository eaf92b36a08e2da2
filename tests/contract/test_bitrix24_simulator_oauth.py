"""The authorisation server of the simulated portal (facts 1.3, 1.5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.simulators.bitrix24 import Options
from tests.simulators.bitrix24.lab import Lab

TOKEN_URL = "https://oauth.bitrix24.tech/oauth/token/"


def ask(lab: Lab, url: str = TOKEN_URL, **params: Any) -> httpx.Response:
    return lab.http.get(url, params={"client_id": "local.1", "client_secret": "app-secret", **params})


def code_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["code"][0]


def test_a_code_is_exchanged_once_within_30_seconds() -> None:
    lab = Lab()
    application = lab.application()
    answer = lab.http.get("https://example.bitrix24.ru/oauth/authorize/", params={"client_id": "local.1", "state": "s"})
    location = answer.headers["location"]
    assert (answer.status_code, parse_qs(urlsplit(location).query)["state"]) == (302, ["s"])
    body = ask(lab, grant_type="authorization_code", code=code_of(location)).json()
    assert (body["domain"], body["client_endpoint"]) == ("oauth.bitrix24.tech", "https://example.bitrix24.ru/rest/")
    assert {"expires", "user_id", "application_token"}.isdisjoint(body)
    assert lab.result("app.info", token=body["access_token"])["CODE"] == "local.1"
    assert ask(lab, grant_type="authorization_code", code=code_of(location)).json()["error"] == "invalid_grant"
    late = code_of(lab.portal.authorize(application, 1))
    lab.pass_time(30)
    assert ask(lab, grant_type="authorization_code", code=late).status_code == 400


def test_refresh_rotates_and_the_old_token_dies() -> None:
    lab = Lab()
    token = lab.portal.access.issue(lab.application(), 1, lab.moment)
    lab.pass_time(3600)
    assert lab.error("server.time", token=token.access) == (401, "expired_token")
    fresh = ask(lab, grant_type="refresh_token", refresh_token=token.refresh).json()
    assert (fresh["expires_in"], fresh["user_id"]) == (3600, 1)
    assert fresh["refresh_token"] != token.refresh
    assert lab.result("server.time", token=fresh["access_token"])
    assert ask(lab, grant_type="refresh_token", refresh_token=token.refresh).json()["error"] == "invalid_grant"


def test_an_old_refresh_token_may_stay_valid() -> None:
    lab = Lab(rotate_refresh_tokens=False)
    token = lab.portal.access.issue(lab.application(), 1, lab.moment)
    for _ in range(2):
        assert ask(lab, grant_type="refresh_token", refresh_token=token.refresh).status_code == 200
    lab.pass_time(181 * 86400)
    assert ask(lab, grant_type="refresh_token", refresh_token=token.refresh).status_code == 400


def test_errors_of_the_token_endpoint() -> None:
    lab = Lab()
    lab.application()
    wrong = ask(lab, grant_type="refresh_token", client_id="nobody")
    assert (wrong.status_code, wrong.json()["error"]) == (200, "wrong_client")
    assert ask(lab, grant_type="refresh_token", client_secret="x").json()["error"] == "invalid_client"
    assert ask(lab, grant_type="password").json()["error"] == "invalid_request"


def test_a_batch_with_a_dead_token_does_nothing_and_one_begun_alive_ends() -> None:
    lab = Lab()
    token = lab.token(lab.application())
    commands = {"cmd": ["crm.deal.add?fields[TITLE]=a", "crm.deal.add?fields[TITLE]=b"]}
    lab.pass_time(3599)
    lab.portal.cost = lambda name: 2.0
    assert lab.result("batch", commands, token)["result"] == [1, 2]
    lab.pass_time(1)
    assert lab.error("batch", commands, token) == (401, "expired_token")
    assert len(lab.portal.effects) == 2


def test_the_server_moves_with_the_portal() -> None:
    lab = Lab(options=Options(expires_in_code_answer=True))
    application = lab.application()
    lab.portal.at("http://127.0.0.1:8080/")
    assert lab.portal.server_endpoint == "http://127.0.0.1:8080/authserver/rest/"
    for base in ("http://127.0.0.1:8080/authserver", "http://127.0.0.1:8080"):
        code = code_of(lab.portal.authorize(application, 1))
        body = ask(lab, f"{base}/oauth/token/", grant_type="authorization_code", code=code).json()
        assert (body["expires"], body["server_endpoint"]) == (1788256800, lab.portal.server_endpoint)
    info = lab.http.get(f"{lab.portal.server_endpoint}app.info", params={"auth": body["access_token"]}).json()["result"]
    assert (info["client_id"], info["install"]["installed"], info["user_id"]) == ("local.1", True, 1)
    dead = lab.http.get(f"{lab.portal.server_endpoint}app.info", params={"auth": "x"})
    assert (dead.status_code, dead.json()["error"]) == (401, "invalid_token")
