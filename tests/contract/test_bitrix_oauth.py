"""Tokens are refreshed once, stored before they are used, and told to nobody."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from common.bitrix import forms, tokens, wire
from common.bitrix.batch import Command
from common.bitrix.oauth import OAuthAccess
from common.errors import ExchangeError, SideDown, TryLater
from common.ports import Store
from common.store.sqlite import SqliteStore
from tests.clock import ManualClock
from tests.simulators.bitrix24 import troubles
from tests.simulators.bitrix24.wire import build_query
from tests.simulators.faults import Fault
from tests.simulators.web import Answer
from tests.unit.bitrix.installed import Installed, Silent
from tests.unit.bitrix.support import CLIENT


@pytest.fixture
def installed() -> Installed:
    made = Installed()
    made.install()
    made.asked.clear()
    return made


class Patient(ManualClock):
    """Waits a moment of real time and lets none pass: the lease must not run out while threads compete."""

    def sleep(self, seconds: float) -> None:
        threading.Event().wait(0.002)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_eight_processes_refresh_once(installed: Installed, kind: str, tmp_path: Path) -> None:
    clock = Patient(installed.stand.clock.advance(3601))
    store: Store = installed.stand.store
    if kind == "sqlite":
        store = SqliteStore(str(tmp_path / "store.sqlite"), clock.now, durable=False)
        tokens.install(store, installed.stored(), is_first=True)
    gate = threading.Barrier(8)

    def work(_: int) -> str:
        client = installed.stand.client(OAuthAccess(store, installed.server, clock, installed.member))
        gate.wait()
        return str(client.call("profile").result["ID"])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == ["1"] * 8
    assert installed.refreshes() == 1
    if isinstance(store, SqliteStore):
        store.close()


def test_eight_threads_refresh_once_when_the_portal_says_expired(installed: Installed) -> None:
    access = installed.access()
    used = access.credentials()
    gate = threading.Barrier(8)

    def work(_: int) -> Mapping[str, str]:
        gate.wait()
        access.renewed(used)
        return access.credentials()

    with ThreadPoolExecutor(8) as pool:
        renewed = list(pool.map(work, range(8)))
    assert installed.refreshes() == 1
    assert {one["auth"] for one in renewed} == {installed.stored().access_token} != {used["auth"]}


def test_an_expired_token_is_renewed_once_and_the_call_repeated(installed: Installed) -> None:
    client = installed.stand.client(installed.access())
    installed.stand.portal.faults.add(troubles.expired_token("profile"))
    assert client.call("profile", write=True).result["ID"] == "1"
    assert installed.refreshes() == 1
    installed.stand.portal.faults.add(troubles.expired_token("profile", times=2))
    with pytest.raises(TryLater, match="expired_token"):
        client.call("profile")
    assert installed.refreshes() == 2


def test_a_token_that_expires_inside_a_batch_of_reads(installed: Installed) -> None:
    client = installed.stand.client(installed.access())
    body = b'{"result":{"result":{"a":1},"result_error":{"b":{"error":"expired_token"}}},"time":{}}'
    installed.stand.portal.faults.add(Fault(troubles.calls_of("batch"), 1, instead=lambda _: Answer(200, body)))
    outcomes = client.batch({"a": Command("profile", {}), "b": Command("server.time", {})})
    assert [outcome.fault for outcome in outcomes.values()] == [None, None]
    assert installed.refreshes() == 1


def test_a_token_is_refreshed_shortly_before_its_end(installed: Installed) -> None:
    client = installed.stand.client(installed.access())
    installed.stand.clock.advance(3500)
    client.call("profile")
    assert installed.refreshes() == 0
    installed.stand.clock.advance(60)
    client.call("profile")
    assert installed.refreshes() == 1
    assert installed.stored().refresh_token != ""


@pytest.mark.parametrize("rotates", [True, False])
def test_a_lost_answer_of_a_refresh(installed: Installed, rotates: bool) -> None:
    """The access token is used to its end; whether the refresh token survived is the portal's secret."""
    installed.stand.portal.access.rotate = rotates
    client = installed.stand.client(installed.access())
    installed.stand.clock.advance(3570)
    installed.stand.portal.faults.add(Fault(troubles.token_requests, 1, drop_after=True))
    assert client.call("profile").result["ID"] == "1"
    assert (installed.stored().in_doubt, installed.stored().lease_until) == (True, None)
    installed.stand.clock.advance(60)
    if not rotates:
        assert client.call("profile").result["ID"] == "1"
        assert not installed.stored().in_doubt
        return
    with pytest.raises(SideDown) as down:
        client.call("profile")
    assert (down.value.cause, down.value.certain) == ("credentials", True)
    assert "install the application again" in down.value.detail
    installed.install()
    installed.stand.clock.advance(61)
    assert client.call("profile").result["ID"] == "1"


def test_a_refresher_that_died_is_replaced_after_its_lease(installed: Installed) -> None:
    now = installed.stand.clock.now()
    leased = tokens.change(
        installed.stand.store, installed.member,
        lambda found: replace(found, lease_until=now + timedelta(seconds=20)),
    )  # fmt: skip
    assert leased
    access = installed.access()
    assert access.renewed(access.credentials())
    assert installed.stand.clock.now() > now + timedelta(seconds=19)
    assert installed.refreshes() == 1


def test_tokens_of_another_process_are_taken_over(installed: Installed) -> None:
    one, other = installed.access(), installed.access()
    used = one.credentials()
    assert other.credentials() == used
    one.renewed(used)
    other.renewed(used)
    assert other.credentials() == one.credentials() != used
    assert installed.refreshes() == 1


def test_a_renamed_portal_is_kept_with_the_tokens(installed: Installed) -> None:
    client = installed.stand.client(installed.access())
    installed.stand.portal.rename("company.bitrix24.ru")
    assert client.call("profile").result["ID"] == "1"
    assert installed.stored().client_endpoint == "https://company.bitrix24.ru/rest/"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(troubles.token_requests, 9, drop_before=True),
        Fault(troubles.token_requests, 9, drop_after=True),
        troubles.html(502, times=9),
        troubles.error(400, "invalid_grant", "dead", times=9),
        troubles.error(200, "wrong_client", "x", times=9),
        troubles.error(401, "invalid_token", "x", "profile", times=9),
    ],
)
def test_tokens_are_in_no_log_and_no_exception(caplog: pytest.LogCaptureFixture, fault: Fault) -> None:
    caplog.set_level(logging.DEBUG)
    made = Installed()
    made.install()
    made.stand.portal.faults.add(Fault(fault.match, 9, fault.instead, fault.drop_before, fault.drop_after))
    made.stand.clock.advance(3601)
    with pytest.raises(ExchangeError) as caught:
        made.stand.client(made.access()).call("profile")
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    told += "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records) + repr(made.stored())
    portal = made.stand.portal
    secrets = [*portal.access.by_access, *portal.access.by_refresh, CLIENT[1], made.application.application_token]
    assert [secret for secret in secrets if secret in told] == []


ODD = [
    (200, b"{}"),
    (200, b'{"access_token":"a","refresh_token":"r","member_id":"m","client_endpoint":"http://evil.ru/rest/"}'),
    (200, b'{"access_token":"a","refresh_token":"r","member_id":"m","client_endpoint":"https://p.ru/x/"}'),
    (200, b"<html>"),
    (404, b"{}"),
    (503, b'{"error":"QUERY_LIMIT_EXCEEDED"}'),
]


@pytest.mark.parametrize(("status", "body"), ODD)
def test_an_odd_answer_to_a_refresh_is_not_certain(installed: Installed, status: int, body: bytes) -> None:
    before = installed.stored()
    installed.stand.portal.faults.add(Fault(troubles.token_requests, 1, instead=lambda _: Answer(status, body)))
    access = installed.access()
    with pytest.raises(SideDown) as down:
        access.renewed(access.credentials())
    assert (down.value.cause, down.value.certain) == ("auth_server", False)
    assert installed.stored() == replace(before, in_doubt=True)
    assert access.renewed(access.credentials())


@pytest.mark.parametrize("code", ["SOMETHING_NEW", "invalid_scope"])
def test_any_other_error_of_the_authorisation_server_is_about_our_credentials(installed: Installed, code: str) -> None:
    installed.stand.portal.faults.add(troubles.error(400, code, "x"))
    access = installed.access()
    with pytest.raises(SideDown) as down:
        access.renewed(access.credentials())
    assert (down.value.cause, down.value.certain) == ("credentials", True)


def test_tokens_removed_during_a_refresh_stay_removed(installed: Installed) -> None:
    access = installed.access()
    used = access.credentials()
    uninstall = {"event": "ONAPPUNINSTALL", "auth": {
        "application_token": installed.application.application_token, "member_id": installed.member}}  # fmt: skip
    event = wire.read_event(forms.parse(build_query(uninstall).encode()))
    installed.stand.afterwards.append(lambda: installed.installer().uninstall(event))
    with pytest.raises(SideDown, match="not_installed"):
        access.renewed(used)
    assert installed.stored().access_token == ""


def test_tokens_at_hand_are_used_while_the_store_is_silent(installed: Installed) -> None:
    stand = installed.stand
    store = Silent(stand.clock.now)
    tokens.install(store, installed.stored(), is_first=True)
    access = OAuthAccess(store, installed.server, stand.clock, installed.member)
    before = access.credentials()
    store.is_silent = True
    stand.clock.advance(300)
    assert access.credentials() == before
    with pytest.raises(TryLater, match="store_down"):
        OAuthAccess(store, installed.server, stand.clock, installed.member).credentials()


def test_a_refresh_that_never_ends_is_waited_for_only_so_long(installed: Installed) -> None:
    clock, access = installed.stand.clock, installed.access()
    used = access.credentials()

    def prolong() -> None:
        tokens.change(
            installed.stand.store, installed.member,
            lambda found: replace(found, lease_until=clock.now() + timedelta(seconds=20)),
        )  # fmt: skip

    prolong()
    sleep = clock.sleep

    def sleep_and_prolong(seconds: float) -> None:
        sleep(seconds)
        prolong()

    clock.sleep = sleep_and_prolong  # type: ignore[method-assign]
    with pytest.raises(TryLater, match="token_refresh_busy"):
        access.renewed(used)
