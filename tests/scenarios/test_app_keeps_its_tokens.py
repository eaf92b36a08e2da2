"""Tokens at work: they expire, die, and the portal moves (design §5; facts bitrix24 §1.1, §1.3)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from common.bitrix import tokens
from common.bitrix.access import SECRETS
from common.errors import SideDown
from common.ports import Write
from tests.application import AUTH_HOST, CLIENT_ID, ApplicationStand, application
from tests.simulators.bitrix24.access import Token
from tests.simulators.bitrix24.applications import open_page
from tests.stand import MEMBER, SITE

REFRESH = f"{AUTH_HOST}/oauth/token/"


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[ApplicationStand]:
    with application(str(tmp_path)) as made:
        made.asked.clear()
        yield made


def live(stand: ApplicationStand) -> list[Token]:
    return [one for one in stand.portal.access.by_access.values() if one.expires > stand.clock.now()]


def test_a_token_that_expires_during_the_work_is_refreshed_once(stand: ApplicationStand) -> None:
    """It ends between two requests of one deal, without the hour being over by our own clock."""
    met: list[str] = []

    def expire(request: httpx.Request) -> None:
        if "odata" in request.url.path and not met:
            met.append("between")
            for token in live(stand):
                token.expires = stand.clock.now()

    stand.meanwhile = expire
    stand.reach(stand.deal())
    stand.quiet()
    assert (met, len(stand.acts()), stand.reasons()) == (["between"], 1, [])
    assert stand.asked.count(REFRESH) == 1


def test_two_processes_refresh_one_token_once(stand: ApplicationStand) -> None:
    first, second = stand.services, stand.restarted()
    for services in (first, second):
        services.crm.probe()
    stand.clock.advance(3700)
    stand.asked.clear()
    # A refresh takes a moment; the lease must not run out in the meantime because somebody sleeps.
    stand.clock.sleep = lambda seconds: time.sleep(min(seconds, 0.002))  # type: ignore[method-assign]
    stand.meanwhile = lambda _: time.sleep(0.02)
    threads = [threading.Thread(target=services.crm.probe) for services in (first, second) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stand.asked.count(REFRESH) == 1
    assert sum("server.time" in address for address in stand.asked) == 6
    assert stand.stored().expires_at > stand.clock.now()


def test_dead_tokens_open_the_breaker_quietly_and_an_install_heals(stand: ApplicationStand) -> None:
    stand.portal.access.by_refresh.clear()
    stand.clock.advance(3700)
    stand.reach(stand.deal())
    stand.quiet()
    stand.minutes(60)
    [breaker] = stand.services.breakers.all()
    assert (breaker.side, breaker.cause, stand.acts(), stand.told()) == ("portal", "credentials", [], [])
    assert stand.asked.count(REFRESH) <= 8
    assert stand.install()
    assert stand.services.breakers.all() == []
    stand.minutes(5)
    assert (len(stand.acts()), stand.services.breakers.all()) == (1, [])
    assert len(stand.told()) == 1


def test_a_renamed_portal_is_followed_and_remembered(stand: ApplicationStand) -> None:
    stand.portal.rename("company.bitrix24.ru")
    stand.reach(stand.deal())
    stand.quiet()
    [act] = stand.acts()
    old = [address for address in stand.asked if address.startswith("example.bitrix24.ru")]
    assert (len(old), stand.stored().client_endpoint) == (1, "https://company.bitrix24.ru/rest/")
    assert f"[b24:{MEMBER}/" in act["Комментарий"]
    stand.restarted()
    stand.asked.clear()
    stand.reach(stand.deal())
    stand.quiet()
    assert len(stand.acts()) == 2
    assert not any(address.startswith("example.") for address in stand.asked)
    assert "company.bitrix24.ru/crm/deal/details/" in stand.acts()[1]["Комментарий"]


def test_a_portal_that_sends_us_elsewhere_is_not_followed(stand: ApplicationStand) -> None:
    stand.portal.rename("evil.example.com")
    with pytest.raises(SideDown, match="moved"):
        stand.services.crm.probe()
    assert {address.partition("/")[0] for address in stand.asked} == {"example.bitrix24.ru"}
    assert stand.stored().client_endpoint == "https://example.bitrix24.ru/rest/"


@pytest.mark.parametrize("before", [False, True])
def test_an_employee_cannot_install(tmp_path: Path, before: bool) -> None:
    with application(str(tmp_path), interface=True, installed=before) as stand:
        clerk = stand.person.hire("Ольга", "Новая", "o@example.ru")
        known, bound = stand.services.store.query("secrets"), stand.bound()
        stand.application.handler_url = stand.application.install_url
        assert stand.fetch(*open_page(stand.portal, stand.application, clerk), {})[0] == 403
        assert (stand.services.store.query("secrets"), stand.bound()) == (known, bound)
        assert stand.fetch(*open_page(stand.portal, stand.application, 1), {})[0] == 200


def test_a_second_portal_is_refused_and_the_first_works_on(tmp_path: Path) -> None:
    """Without `BITRIX_MEMBER_ID` the first portal ever accepted is ours; the same application exists on another."""
    with application(str(tmp_path)) as stand:
        state = stand.state()
        stand.portal.member_id = "b" * 32
        assert not stand.application.removed
        assert not (stand.install() and stand.pages[-1][0] == 200)
        assert stand.pages[-1] == (403, "forged")
        assert stand.state() == state
        stand.portal.member_id = MEMBER
        stand.reach(stand.deal())
        stand.quiet()
        assert len(stand.acts()) == 1


def test_a_portal_is_expected_by_the_setting(tmp_path: Path) -> None:
    with application(str(tmp_path), installed=False, environ={"BITRIX_MEMBER_ID": "b" * 32}) as stand:
        stand.install()
        assert stand.pages[-1] == (403, "forged")
        assert stand.services.store.query("secrets") == []


def test_a_simulator_on_this_machine_may_stand_for_the_authorisation_server(tmp_path: Path) -> None:
    """As `./deploy.sh local` does it."""
    hosts = {"BITRIX_AUTH_HOSTS": "http://127.0.0.1:8080/authserver"}
    with application(str(tmp_path), installed=False, environ=hosts) as stand:
        stand.portal.at("http://127.0.0.1:8080")
        assert stand.install()
        assert stand.stored().auth_base == "http://127.0.0.1:8080/authserver"
        stand.clock.advance(3700)
        stand.reach(stand.deal())
        stand.quiet()
        assert len(stand.acts()) == 1


def test_any_of_several_application_tokens_proves_an_event(tmp_path: Path) -> None:
    given = {"BITRIX_APPLICATION_TOKEN": f"{'a' * 32},{'b' * 32}", "BITRIX_MEMBER_ID": MEMBER}
    with application(str(tmp_path), environ=given) as stand:
        stand.services.store.write(Write(SECRETS, tokens.key(MEMBER), None))
        for token, status in (("a" * 32, 200), ("b" * 32, 200), ("c" * 32, 403), ("", 401)):
            form = f"event=ONCRMDEALUPDATE&data[FIELDS][ID]=5&auth[member_id]={MEMBER}&auth[application_token]={token}"
            assert stand.deliver(f"{SITE}/bitrix-deal-changed", form.encode(), {}) == status
        assert CLIENT_ID not in stand.pages[-1][1]
