"""Installing: proven or refused; removed; its handlers bound (design §5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.bitrix import forms, tokens, wire
from common.bitrix.bindings import ensure_bindings
from common.bitrix.faults import PortalRefused
from common.bitrix.install import Installer
from common.bitrix.oauth import AuthServer
from common.errors import NeedsPerson, Refused, SideDown
from common.ports import Write
from tests.memory_store import MemoryStore
from tests.simulators.bitrix24 import troubles
from tests.simulators.bitrix24.wire import build_query
from tests.simulators.faults import Fault
from tests.unit.bitrix.installed import Installed
from tests.unit.bitrix.support import CLIENT

FORGED = (403, "forged")


@pytest.fixture
def installed() -> Installed:
    made = Installed()
    made.install()
    made.asked.clear()
    return made


def forged(installer: Installer, install: wire.Install) -> None:
    with pytest.raises(Refused) as refused:
        installer.install(install)
    assert (refused.value.status, refused.value.reason) == FORGED


def genuine(made: Installed, user: int = 1, **changed: str) -> wire.Install:
    """An install with a living refresh token of our own application, changed as a forger would."""
    token = made.stand.portal.access.issue(made.application, user, made.stand.clock.now())
    known = {
        "member_id": made.member, "refresh_token": token.refresh, "application_token": "a" * 32,
        "server_endpoint": made.stand.portal.server_endpoint, "domain": "example.bitrix24.ru", **changed,
    }  # fmt: skip
    return wire.Install("event", **known)


@pytest.mark.parametrize("interface", [False, True])
@pytest.mark.parametrize("named", [False, True])
def test_both_flows_install_and_work(interface: bool, named: bool) -> None:
    made = Installed(interface=interface)
    made.member_id = made.member if named else ""
    made.install()
    stored = made.stored()
    assert (stored.client_endpoint, stored.auth_base) == (
        "https://example.bitrix24.ru/rest/", "https://oauth.bitrix24.tech",
    )  # fmt: skip
    assert (stored.application_token, stored.user_id, stored.status) == (made.application.application_token, 1, "L")
    assert made.refreshes() == 1
    assert made.stand.client(made.access()).call("app.info").result["CODE"] == CLIENT[0]
    assert tokens.first_member(made.stand.store) == ("" if named else made.member)


def test_forged_installs_change_nothing_and_learn_nothing(installed: Installed) -> None:
    before, installer = installed.documents(), installed.installer()
    for endpoint in (
        "https://evil.ru/rest/",
        "http://oauth.bitrix24.tech/rest/",
        "https://oauth.bitrix24.tech.evil.ru/rest/",
    ):
        forged(installer, genuine(installed, server_endpoint=endpoint))
    forged(installer, genuine(installed, member_id="b" * 32))
    assert installed.asked == []
    forged(installer, genuine(installed, refresh_token="f" * 32))
    assert set(installed.asked) == {"oauth.bitrix24.tech"}
    assert installed.documents() == before


def test_a_token_of_another_application_proves_nothing(installed: Installed) -> None:
    other = installed.stand.portal.add_application("local.other", "s", ["crm"], "https://other.ru/")
    token = installed.stand.portal.access.issue(other, 1, installed.stand.clock.now())
    before = installed.documents()
    forged(installed.installer(), genuine(installed, refresh_token=token.refresh))
    assert installed.documents() == before


def test_an_install_of_another_portal_is_refused() -> None:
    """The proof itself names another member than the one accepted first, or set."""
    made = Installed(member_id="b" * 32)
    forged(made.installer(), genuine(made))
    forged(made.installer(), genuine(made, member_id="b" * 32))
    assert made.documents() == []
    free = Installed()
    free.stand.store.write(Write("secrets", "portal", {"member_id": "c" * 32}))
    forged(free.installer(), genuine(free))
    forged(free.installer(), genuine(free, member_id="c" * 32))
    assert len(free.documents()) == 1


@pytest.mark.parametrize("identity", [("local.wrong", CLIENT[1]), (CLIENT[0], "wrong")])
def test_wrong_application_settings_accept_nothing(identity: tuple[str, str]) -> None:
    made = Installed()
    forged(made.installer(server=AuthServer(made.stand.http, *identity)), genuine(made))
    assert made.documents() == []


@pytest.mark.parametrize("fault", [troubles.drop_before, troubles.drop_after, lambda: troubles.html(502)])
def test_an_install_that_cannot_be_proven_now_is_no_forgery(fault: Callable[[], Fault]) -> None:
    made = Installed()
    made.stand.portal.faults.add(fault())
    with pytest.raises(SideDown) as down:
        made.installer().install(genuine(made))
    assert (down.value.cause, down.value.certain) == ("auth_server", False)
    assert made.documents() == []


def test_an_employee_cannot_put_his_tokens_in_place_of_the_admins(installed: Installed) -> None:
    clerk = installed.stand.person.hire("Ольга", "Новая", "o@example.ru")
    admin = installed.stand.person.hire("Олег", "Второй", "a@example.ru", admin=True)
    before = installed.documents()
    forged(installed.installer(), genuine(installed, clerk))
    assert installed.documents() == before
    installed.installer().install(genuine(installed, admin))
    assert installed.stored().user_id == admin


def test_an_update_installs_again_and_its_handlers_are_bound_again(installed: Installed) -> None:
    client = installed.stand.client(installed.access())
    url = "https://hub.example.ru/bitrix-deal-changed"
    wanted = {"ONCRMDEALUPDATE": url, "onCrmDealAdd": url, "ONTASKUPDATE": url}
    wanted.pop("ONTASKUPDATE")
    assert ensure_bindings(client, wanted).bound == ("ONCRMDEALUPDATE", "ONCRMDEALADD")
    installed.stand.hits()
    assert ensure_bindings(client, wanted) == ensure_bindings(client, wanted)
    assert installed.stand.hits() == 2
    client.call("event.bind", {"event": "ONCRMDEALDELETE", "handler": url})
    client.call("event.bind", {"event": "ONCRMDEALADD", "handler": "https://old.example.ru/x", "auth_type": 1})
    changed = ensure_bindings(client, wanted)
    assert (changed.bound, sorted(changed.unbound)) == ((), ["ONCRMDEALADD", "ONCRMDEALDELETE"])
    installed.stand.portal.update_application(installed.application, installed.fetch)
    assert ensure_bindings(client, wanted).bound == ("ONCRMDEALUPDATE", "ONCRMDEALADD")
    handlers = client.call("event.get").result
    assert sorted((row["event"], row["handler"]) for row in handlers) == [
        ("ONCRMDEALADD", url),
        ("ONCRMDEALUPDATE", url),
    ]


def test_a_handler_bound_by_somebody_else_meanwhile_is_no_error(installed: Installed) -> None:
    client = installed.stand.client(installed.access())
    bind = {"event": "ONCRMDEALADD", "handler": "https://hub.example.ru/x"}
    installed.stand.afterwards.append(lambda: client.call("event.bind", bind))
    ensure_bindings(client, {bind["event"]: bind["handler"]})
    assert len(client.call("event.get").result) == 1


def test_uninstalling_needs_the_application_token(installed: Installed) -> None:
    installer, before = installed.installer(), installed.documents()
    for token, status in (("wrong", 403), ("", 401)):
        auth = {"application_token": token, "member_id": installed.member}
        form = {"event": "ONAPPUNINSTALL", "data": {"CLEAN": 1}, "auth": auth}
        with pytest.raises(Refused) as refused:
            installer.uninstall(wire.read_event(forms.parse(build_query(form).encode())))
        assert refused.value.status == status
    assert installed.documents() == before
    installer.uninstall(installed.hint())
    stored = installed.stored()
    assert (stored.state, stored.access_token, stored.refresh_token, stored.application_token) == (
        "uninstalled", "", "", "",
    )  # fmt: skip
    with pytest.raises(SideDown, match="not_installed"):
        installed.stand.client(installed.access()).call("app.info")
    with pytest.raises(Refused):
        installer.uninstall(installed.hint())
    installed.stand.portal.install_application(installed.application, installed.fetch)
    assert installed.stand.client(installed.access()).call("profile").result


def test_the_page_and_the_event_of_one_install_may_come_together() -> None:
    made = Installed()
    first = genuine(made)
    second = genuine(made)
    made.stand.afterwards.append(lambda: made.installer().install(second))
    assert made.installer().install(first).member_id == made.member
    assert tokens.first_member(made.stand.store) == made.member


class Hurried(MemoryStore):
    """Somebody is accepted between our look and our deed."""

    first = "other"

    def write(self, *writes: Write) -> list[str]:
        if len(writes) == 2:
            super().write(Write("secrets", "portal", {"member_id": self.first}))
        return super().write(*writes)


def test_of_two_portals_only_the_first_is_accepted() -> None:
    made = Installed()
    made.stand.store = Hurried(made.stand.clock.now)
    forged(made.installer(), genuine(made))
    assert [document.key for document in made.documents()] == ["portal"]


def test_the_same_portal_may_be_faster_than_itself() -> None:
    made = Installed()
    made.stand.store = store = Hurried(made.stand.clock.now)
    store.first = made.member
    made.installer().install(genuine(made))
    assert made.stored().is_installed


def test_a_webhook_cannot_bind_events(installed: Installed) -> None:
    with pytest.raises(NeedsPerson) as stopped:
        ensure_bindings(installed.stand.client(), {"ONCRMDEALADD": "https://hub.example.ru/x"})
    assert stopped.value.stops[0].reason == "application_needed"


def test_an_event_the_portal_does_not_know_is_refused(installed: Installed) -> None:
    client = installed.stand.client(installed.access())
    with pytest.raises(PortalRefused) as refused:
        ensure_bindings(client, {"ONCRMDEALSTAGEID": "https://hub.example.ru/x"})
    assert refused.value.fault.code == "ERROR_EVENT_NOT_FOUND"
