"""A forged install or event changes nothing and learns nothing (design §5)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.local import collection
from tests.application import AUTH_HOST, ApplicationStand, application
from tests.simulators.bitrix24.applications import open_page
from tests.simulators.bitrix24.wire import build_query
from tests.stand import MEMBER, SITE

Body = Mapping[str, Any]
TRUSTED = {f"{AUTH_HOST}/oauth/token/", "oauth.bitrix.info/oauth/token/"}
ENDPOINTS = [
    "https://evil.example.com/rest/",
    "https://oauth.bitrix24.tech.evil.com/rest/",
    "https://oauth.bitrix24.tech@evil.com/rest/",
    "https://user:password@oauth.bitrix24.tech/rest/",
    "https://oauth.bitrix24.tech:0/rest/",
    "https://oauth.bitrix24.tech:8443/rest/",
    "https://oauth.bitrix24.tech:99999/rest/",
    "http://oauth.bitrix24.tech/rest/",
    "//oauth.bitrix24.tech/rest/",
    "https://oauth.bitrix24.tech\\@evil.com/rest/",
    "https://evil.com#oauth.bitrix24.tech/rest/",
    "https://evil.com?oauth.bitrix24.tech/rest/",
    "https://oauth.bitrix24.tech/../rest/",
    "https://oauth.bitrix24.tech/x/rest/",
    "https://oauth.bitrix24.tech%2eevil.com/rest/",
    "https://oauth.bitrix24.tech./rest/",
    "https://oаuth.bitrix24.tech/rest/",
    "https://oauth.bitrix24。tech/rest/",
    "https://оauth.bitrix.info/rest/",
    "https://oauth.bitrix24.tech\r\nHost: evil.com/rest/",
    "https://oauth.bitrix24.tech\x00.evil.com/rest/",
    "https://127.0.0.1/rest/",
    "http://127.0.0.1:8080/rest/",
    "http://localhost/rest/",
    "http://[::1]/rest/",
    "https://[::1/rest/",
    "http://169.254.169.254/computeMetadata/v1/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://example.bitrix24.ru/rest/",
    "rest/",
    "https://",
]


@pytest.fixture(params=["installed", "not yet installed"])
def stand(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ApplicationStand]:
    with application(str(tmp_path), installed=request.param == "installed") as made:
        yield made


def living(stand: ApplicationStand) -> str:
    """A refresh token of our own application, as an employee could have it."""
    return stand.portal.access.issue(stand.application, 1, stand.clock.now()).refresh


def foreign(stand: ApplicationStand) -> str:
    other = stand.portal.access.applications.get("local.other")
    other = other or stand.portal.add_application("local.other", "s", ["crm"], "https://other.example.com/")
    return stand.portal.access.issue(other, 1, stand.clock.now()).refresh


def auth(stand: ApplicationStand, **changes: str) -> dict[str, str]:
    known = {"domain": "example.bitrix24.ru", "member_id": MEMBER, "application_token": "a" * 32}
    known |= {"server_endpoint": f"https://{AUTH_HOST}/rest/", "client_endpoint": "https://evil.com/rest/"}
    return {**known, "access_token": "x" * 32, "refresh_token": "f" * 32, **changes}


def event(stand: ApplicationStand, name: str = "ONAPPINSTALL", **changes: str) -> tuple[bytes, str]:
    form = {"event": name, "data": {"VERSION": "1"}, "ts": "1", "auth": auth(stand, **changes)}
    return build_query(form).encode(), ""


def frame(stand: ApplicationStand, **changes: str) -> tuple[bytes, str]:
    form = {"AUTH_ID": "x" * 32, "REFRESH_ID": "f" * 32, "SERVER_ENDPOINT": f"https://{AUTH_HOST}/rest/"}
    form |= {"APPLICATION_TOKEN": "a" * 32, "member_id": MEMBER, "PLACEMENT": "DEFAULT", **changes}
    return build_query(form).encode(), "DOMAIN=example.bitrix24.ru&PROTOCOL=1&LANG=ru&APP_SID=x"


def installs(stand: ApplicationStand) -> Iterator[tuple[bytes, str]]:
    for name in ("ONAPPINSTALL", "ONAPPUPDATE", "onappinstall"):
        yield event(stand, name)
        yield event(stand, name, refresh_token=foreign(stand))
        yield event(stand, name, refresh_token="")
        yield event(stand, name, member_id="b" * 32)
        yield event(stand, name, member_id="b" * 32, refresh_token=living(stand))
        yield event(stand, name, member_id="../" + MEMBER, refresh_token=living(stand))
        yield event(stand, name, server_endpoint="", domain="evil.com")
        yield event(stand, name, refresh_token="f&client_id=x#?\x00\r\nX: y")
        yield event(stand, name, refresh_token="ф" * 1000)
    yield frame(stand)
    yield frame(stand, REFRESH_ID=foreign(stand))
    yield frame(stand, REFRESH_ID="")
    yield frame(stand, member_id="b" * 32, REFRESH_ID=living(stand))
    yield frame(stand, SERVER_ENDPOINT="https://evil.com/rest/", REFRESH_ID=living(stand))
    yield frame(stand, SERVER_ENDPOINT="")
    yield b"PLACEMENT=DEFAULT", "DOMAIN=example.bitrix24.ru"
    yield b"", ""
    yield b"event[]=ONAPPINSTALL&auth=x", ""
    yield b"auth[refresh_token]=" + living(stand).encode(), ""


def received(function: str, body: bytes, query: str = "") -> tuple[int, str, dict[str, str]]:
    return collection.call(function, "receive", body, {}, query)


def test_every_forged_install_gets_one_answer_and_changes_nothing(stand: ApplicationStand) -> None:
    state, answers = stand.state(), []
    stand.asked.clear()
    for body, query in installs(stand):
        answers.append(received("bitrix_app_installed", body, query))
    assert answers == [(403, "forged", {"Content-Type": "text/plain; charset=utf-8"})] * len(answers)
    assert len(answers) > 30
    assert stand.state() == state
    assert set(stand.asked) <= TRUSTED


def test_a_living_token_is_never_sent_to_a_strange_server(stand: ApplicationStand) -> None:
    state, token = stand.state(), living(stand)
    stand.asked.clear()
    for endpoint in ENDPOINTS:
        by_event = event(stand, server_endpoint=endpoint, refresh_token=token)
        by_page = frame(stand, SERVER_ENDPOINT=endpoint, REFRESH_ID=token)
        for body, query in (by_event, by_page):
            assert received("bitrix_app_installed", body, query)[:2] == (403, "forged"), endpoint
    assert (stand.asked, stand.state()) == ([], state)
    assert not stand.portal.access.by_refresh[token].spent


def test_an_install_seen_on_its_way_cannot_be_played_again(tmp_path: Path) -> None:
    with application(str(tmp_path), interface=True, installed=False) as stand:
        url, body = open_page(stand.portal, stand.application, 1)
        query = url.partition("?")[2]
        assert received("bitrix_app_installed", body, query)[0] == 200
        state = stand.state()
        stand.asked.clear()
        assert received("bitrix_app_installed", body, query)[:2] == (403, "forged")
        assert (stand.asked, stand.state()) == ([f"{AUTH_HOST}/oauth/token/"], state)


def test_a_webhook_installation_knows_no_application(tmp_path: Path) -> None:
    from tests.stand import standing

    with standing(str(tmp_path)) as made:
        for name in ("ONAPPINSTALL", "ONAPPUNINSTALL", ""):
            body = build_query({"event": name, "auth": {"member_id": MEMBER, "refresh_token": "x"}}).encode()
            assert received("bitrix_app_installed", body)[0] == 403
        assert made.services.store.query("secrets") == []


def proofs(stand: ApplicationStand) -> list[tuple[str, int]]:
    """What proves nothing, and its status."""
    token = stand.application.application_token
    member = f"auth[member_id]={MEMBER}"
    return [
        ("", 401),
        (member, 401),
        (f"{member}&auth[application_token]=", 401),
        (f"{member}&auth[application_token][]={token}", 401),
        (f"auth={token}&{member}", 401),
        (f"{member}&application_token={token}", 401),
        (f"{member}&auth[application_token]={'0' * 32}", 403),
        (f"{member}&auth[application_token]={token[:-1]}", 403),
        (f"{member}&auth[application_token]={token}0", 403),
        (f"{member}&auth[application_token]={token.upper()}X", 403),
        (f"{member}&auth[application_token]=%D1%84", 403),
        (f"{member}&auth[application_token]=%00", 403),
        (f"auth[application_token]={token}", 403),
        (f"auth[member_id]={'b' * 32}&auth[application_token]={token}", 403),
        (f"auth[member_id]=&auth[application_token]={token}", 403),
        (f"auth[member_id]={MEMBER}/../x&auth[application_token]={token}", 403),
        (f"auth[member_id]={MEMBER}%00&auth[application_token]={token}", 403),
    ]


def test_forged_events_put_nothing_and_ask_nothing(stand: ApplicationStand) -> None:
    state = stand.state()
    stand.asked.clear()
    for proof, status in proofs(stand):
        for name in ("ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY", "ONCRMCOMPANYUPDATE", "ONTASKADD", "NONSENSE"):
            body = f"event={name}&data[FIELDS][ID]=5&{proof}".encode()
            assert received("bitrix_deal_changed", body)[0] == status, (name, proof)
        assert received("bitrix_app_installed", f"event=ONAPPUNINSTALL&{proof}".encode())[0] == status, proof
    assert (stand.asked, stand.state()) == ([], state)


def test_tokens_are_compared_in_constant_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And all of them, so that the time does not tell which one was nearly right."""
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def noted(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return compare(one, other)

    given = [letter * 32 for letter in "abc"]
    with application(str(tmp_path), environ={"BITRIX_APPLICATION_TOKEN": ",".join(given)}) as stand:
        monkeypatch.setattr("common.bitrix.wire.hmac.compare_digest", noted)
        for token, status in (("a" * 32, 200), ("d" * 32, 403)):
            compared.clear()
            body = f"event=ONCRMDEALUPDATE&auth[member_id]={MEMBER}&auth[application_token]={token}"
            assert stand.deliver(f"{SITE}/bitrix-deal-changed", body.encode(), {}) == status
            assert [other.decode() for _, other in compared][:3] == given


def test_true_events_played_again_do_nothing_twice(tmp_path: Path) -> None:
    with application(str(tmp_path)) as stand:
        stand.reach(stand.deal())
        stand.quiet()
        effects = stand.effects()
        for _ in range(3):
            for one in list(stand.portal.courier.log):
                stand.deliver(one.url, one.body, {})
            stand.quiet()
        assert len(stand.acts()) == 1
        assert stand.effects() == effects
