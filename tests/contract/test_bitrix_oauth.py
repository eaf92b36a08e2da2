"""OAuth against the portal: installs proven, tokens refreshed once, events verified, handlers bound."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from common.bitrix import forms, tokens, wire
from common.bitrix.batch import Command
from common.bitrix.bindings import ensure_bindings
from common.bitrix.book import TokenBook
from common.bitrix.install import AdminCheck, Installer
from common.bitrix.oauth import AuthServer, OAuthAccess
from common.errors import ExchangeError, Refused, SideDown, TryLater
from common.ports import Document, Store, Write
from common.store.sqlite import SqliteStore
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.simulators.bitrix24 import troubles
from tests.simulators.bitrix24.access import Application
from tests.simulators.bitrix24.wire import build_query
from tests.simulators.faults import Fault
from tests.simulators.web import Answer
from tests.unit.bitrix.support import CLIENT, Stand

FORGED = (403, "forged")


@dataclass
class Installed:
    """A stand whose application installs itself through our code."""

    stand: Stand = field(default_factory=Stand)
    interface: bool = False
    member_id: str = ""
    application: Application = field(init=False)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.application = self.stand.application(self.interface)
        self.stand.http.event_hooks["request"] = [lambda request: self.asked.append(request.url.host)]

    @property
    def member(self) -> str:
        return self.stand.portal.member_id

    @property
    def server(self) -> AuthServer:
        return AuthServer(self.stand.http, *CLIENT)

    def installer(self, member_id: str | None = None, server: AuthServer | None = None) -> Installer:
        check = AdminCheck(self.stand.http, self.stand.limits, self.stand.clock)
        expected = self.member_id if member_id is None else member_id
        return Installer(self.stand.store, server or self.server, self.stand.clock, check, expected)

    def install(self) -> None:
        assert self.stand.portal.install_application(self.application, self.fetch)

    def fetch(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Our side of the install: read, prove, store."""
        query = url.partition("?")[2]
        self.installer().install(wire.read_install(forms.parse(body), forms.parse(query.encode())))
        return 200, b"<script>BX24.installFinish()</script>"

    def access(self) -> OAuthAccess:
        return OAuthAccess(self.stand.store, self.server, self.stand.clock, self.member)

    def stored(self) -> tokens.Tokens:
        found = tokens.read(self.stand.store, self.member)
        assert found
        return found[0]

    def refreshes(self) -> int:
        return self.asked.count("oauth.bitrix24.tech")

    def documents(self) -> list[Document]:
        return self.stand.store.query("secrets")

    def hint(self, text: str = "") -> wire.Event:
        """An event of this portal with our application token."""
        token = text or self.application.application_token
        auth = {"application_token": token, "member_id": self.member, "domain": "x"}
        form = {"event": "ONCRMDEALUPDATE", "data": {"FIELDS": {"ID": 5}}, "auth": auth}
        return wire.read_event(forms.parse(build_query(form).encode()))


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


class Silent(MemoryStore):
    """A store that can fall silent."""

    is_silent = False

    def get_many(self, collection: str, keys: object) -> dict[str, Document]:
        if self.is_silent:
            raise TryLater("store_down")
        return super().get_many(collection, keys)  # type: ignore[arg-type]


def test_events_are_verified_by_the_setting_without_a_store() -> None:
    made = Installed()
    store = Silent(made.stand.clock.now)
    store.is_silent = True
    book = TokenBook(store, made.stand.clock, made.member, ["one", made.application.application_token])
    assert book.is_verified(made.hint())
    with pytest.raises(Refused) as refused:
        book.is_verified(made.hint("x"))
    assert (refused.value.status, refused.value.reason) == FORGED


def test_events_are_verified_by_the_stored_token(installed: Installed) -> None:
    stand = installed.stand
    book = TokenBook(stand.store, stand.clock)
    assert book.is_verified(installed.hint())
    before = stand.store.round_trips
    for _ in range(20):
        assert book.is_verified(installed.hint())
        with pytest.raises(Refused):
            book.is_verified(installed.hint("wrong"))
    assert stand.store.round_trips == before
    stand.clock.advance(61)
    with pytest.raises(Refused):
        book.is_verified(installed.hint("wrong"))
    assert stand.store.round_trips > before


def test_a_new_application_token_is_learnt_within_a_minute(installed: Installed) -> None:
    book = TokenBook(installed.stand.store, installed.stand.clock)
    assert book.is_verified(installed.hint())
    tokens.change(installed.stand.store, installed.member, lambda found: replace(found, application_token="new"))
    with pytest.raises(Refused):
        book.is_verified(installed.hint("new"))
    installed.stand.clock.advance(61)
    assert book.is_verified(installed.hint("new"))


def test_a_silent_store_leaves_events_unverified(installed: Installed) -> None:
    stand = installed.stand
    store = Silent(stand.clock.now)
    found = tokens.read(stand.store, installed.member)
    assert found
    tokens.install(store, found[0], is_first=True)
    store.is_silent = True
    book = TokenBook(store, stand.clock)
    assert not book.is_verified(installed.hint())
    store.is_silent = False
    stand.clock.advance(6)
    assert book.is_verified(installed.hint())
    store.is_silent = True
    stand.clock.advance(601)
    assert book.is_verified(installed.hint())
    assert not book.is_verified(installed.hint("new"))
    with pytest.raises(Refused) as refused:
        book.is_verified(wire.read_event(forms.parse(b"event=ONCRMDEALUPDATE")))
    assert refused.value.reason == "no_token"


def test_without_an_installation_every_event_is_forged() -> None:
    made = Installed()
    with pytest.raises(Refused) as refused:
        TokenBook(made.stand.store, made.stand.clock).is_verified(made.hint())
    assert (refused.value.status, refused.value.reason) == FORGED


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
