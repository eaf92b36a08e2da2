"""The application from its first install to its removal and back (design §5; facts bitrix24 §1.4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from common.wiring import APP_EVENTS, DEAL_EVENTS
from tests.application import ApplicationStand, application
from tests.simulators.bitrix24 import troubles
from tests.simulators.bitrix24.events import base_auth
from tests.simulators.bitrix24.wire import build_query
from tests.stand import SITE

ADDRESSES = sorted(
    [(event, f"{SITE}/bitrix-deal-changed") for event in DEAL_EVENTS]
    + [(event, f"{SITE}/bitrix-app-installed") for event in APP_EVENTS]
)
FIELDS = {f"UF_CRM_ONEC_ACT_{name}" for name in ("NUMBER", "DATE", "LINK", "STATE")}


def fields(stand: ApplicationStand) -> set[str]:
    return {row["FIELD_NAME"] for row in stand.portal.crm.user_fields.values()}


def carried(stand: ApplicationStand) -> int:
    """A deal reaches its stage; how many acts there are then."""
    stand.reach(stand.deal())
    stand.quiet()
    assert stand.reasons() == []
    return len(stand.acts())


@pytest.mark.parametrize("interface", [False, True])
def test_both_flows_bind_create_and_carry(tmp_path: Path, interface: bool) -> None:
    with application(str(tmp_path), interface=interface) as stand:
        assert stand.application.installed
        assert ("BX24.installFinish()" in stand.pages[0][1]) is interface
        assert stand.bound() == ADDRESSES
        assert fields(stand) >= FIELDS
        assert carried(stand) == 1
        assert {one.status for one in stand.portal.courier.log} == {200}


def test_a_page_that_could_not_bind_does_not_finish_the_install(tmp_path: Path) -> None:
    with application(str(tmp_path), interface=True, installed=False) as stand:
        stand.portal.faults.add(troubles.error(403, "ACCESS_DENIED", "no", "event.get"))
        assert not stand.install()
        status, page = stand.pages[-1]
        assert (status, "installFinish" in page, stand.bound()) == (503, False, [])
        assert "access_denied" in page
        assert stand.install()
        assert (stand.bound(), carried(stand)) == (ADDRESSES, 1)


def test_an_install_without_a_page_is_finished_by_the_watch(tmp_path: Path) -> None:
    """The portal calls the install path once; nobody would call it again."""
    with application(str(tmp_path), installed=False) as stand:
        stand.portal.faults.add(troubles.html(502, "event.get", times=4))
        assert stand.install()
        assert (stand.bound(), stand.application.installed) == ([], True)
        stand.minutes(5)
        assert stand.bound() == ADDRESSES
        assert stand.services.store.get("config", "equip") is None
        assert carried(stand) == 1


def test_without_a_public_address_the_page_names_the_setting(tmp_path: Path) -> None:
    with application(str(tmp_path), interface=True, installed=False, environ={"PUBLIC_BASE_URL": ""}) as stand:
        assert not stand.install()
        assert "PUBLIC_BASE_URL: is not set" in stand.pages[-1][1]


@pytest.mark.parametrize(("language", "word"), [("ru", "установлено"), ("en", "installed")])
def test_the_page_speaks_the_language_of_the_settings(tmp_path: Path, language: str, word: str) -> None:
    with application(str(tmp_path), interface=True, environ={"LANGUAGE": language}) as stand:
        assert word in stand.pages[0][1]
        assert f'<html lang="{language}">' in stand.pages[0][1]


def test_before_the_first_install_jobs_are_postponed_and_rules_may_be_imported(tmp_path: Path) -> None:
    with application(str(tmp_path), installed=False) as stand:
        # The watch has nothing to look after yet; the sweep cannot look at all.
        assert [stand.job(name) for name in ("deal_sweep", "exchange_watch")] == [503, 200]
        assert not any("bitrix24" in address for address in stand.asked)
        deal = stand.deal()
        stand.reach(deal)
        assert stand.install()
        stand.minutes(5)
        assert len(stand.acts()) == 1


def test_an_old_portal_tells_its_application_token_by_the_event(tmp_path: Path) -> None:
    with application(str(tmp_path), interface=True, installed=False) as stand:

        def old(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
            return stand.fetch(url, re.sub(rb"APPLICATION_TOKEN=[^&]*&|SERVER_ENDPOINT=[^&]*&", b"", body), headers)

        assert stand.portal.install_application(stand.application, old)
        assert stand.stored().application_token == ""
        stand.quiet()
        assert stand.stored().application_token == stand.application.application_token
        assert stand.portal.install_application(stand.application, old)
        assert stand.stored().application_token == stand.application.application_token
        assert carried(stand) == 1


def test_an_update_purges_the_handlers_and_they_are_bound_again_once(tmp_path: Path) -> None:
    with application(str(tmp_path)) as stand:
        for _ in range(2):
            assert stand.portal.update_application(stand.application, stand.fetch)
            stand.quiet()
            assert stand.bound() == ADDRESSES
        assert carried(stand) == 1
        binds = [one for one in stand.portal.requests if one.method == "event.bind"]
        assert len(binds) == 3 * len(ADDRESSES)


def event(stand: ApplicationStand, name: str = "ONCRMDEALUPDATE") -> int:
    """An event with the application's own token; the answer's status."""
    form = {"event": name, "data": {"FIELDS": {"ID": 1}}, "ts": 1, "auth": base_auth(
        stand.portal, stand.application.application_token)}  # fmt: skip
    function = "bitrix-app-installed" if name.startswith("ONAPP") else "bitrix-deal-changed"
    return stand.deliver(f"{SITE}/{function}", build_query(form).encode(), {})


def test_a_removed_application_knows_nothing_and_comes_back(tmp_path: Path) -> None:
    with application(str(tmp_path)) as stand:
        assert carried(stand) == 1
        stand.portal.uninstall_application(stand.application)
        stand.quiet()
        removed = stand.stored()
        assert (removed.access_token, removed.refresh_token, removed.application_token) == ("", "", "")
        stand.clock.advance(601)
        assert event(stand) == 403
        stand.restarted()
        assert (event(stand), event(stand, "ONAPPUNINSTALL")) == (403, 403)
        stand.reach(stand.deal())
        stand.minutes(5)
        assert len(stand.acts()) == 1
        assert [one.side for one in stand.services.breakers.all()] == ["portal"]
        assert stand.install()
        assert (stand.bound(), stand.services.breakers.all()) == (ADDRESSES, [])
        stand.minutes(5)
        assert len(stand.acts()) == 2
        assert carried(stand) == 3


def test_a_deal_moved_to_another_funnel_is_carried(tmp_path: Path) -> None:
    """An outgoing webhook cannot have this event; an application can."""
    with application(str(tmp_path), bases=("main", "trade")) as stand:
        deal = stand.deal()
        stand.portal.deliver(stand.deliver)
        stand.portal.courier.log.clear()
        stand.person.change_funnel(deal, 2, "C2:DONE")
        stand.quiet()
        assert [one.event for one in stand.portal.courier.log][:1] == ["ONCRMDEALMOVETOCATEGORY"]
        assert (len(stand.acts("main")), len(stand.acts("trade"))) == (0, 1)
