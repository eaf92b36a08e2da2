"""Applications, events and their delivery in the simulated portal (facts 1.4, 3, 10.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.simulators.bitrix24 import EventFault, Options, troubles
from tests.simulators.bitrix24.applications import FINISH
from tests.simulators.bitrix24.events import MAX_DEPTH
from tests.simulators.bitrix24.lab import Lab
from tests.simulators.bitrix24.wire import parse_query
from tests.simulators.web import Answer, Request, Server

HANDLER = "https://hub.example.ru/b24"


@dataclass
class Inbox:
    """A handler that keeps what it got."""

    status: int = 200
    forms: list[dict[str, Any]] = field(default_factory=list)
    page: bytes = b""

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        self.forms.append(parse_query(body.decode("ascii")))
        return self.status

    def fetch(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self.send(url, body, headers)
        self.forms[-1]["url"] = url
        return self.status, self.page

    @property
    def events(self) -> list[str]:
        return [form["event"] for form in self.forms if "event" in form]


def bound(lab: Lab, *events: str) -> str:
    """An application with handlers; gives its token."""
    token = lab.token(lab.application())
    for event in events:
        lab.result("event.bind", {"event": event, "handler": HANDLER}, token)
    return token


def test_an_event_carries_an_id_and_a_token_but_no_changed_fields() -> None:
    lab, inbox = Lab(), Inbox()
    bound(lab, "OnCrmDealUpdate")
    deal = lab.person.add_deal("x")
    lab.person.move_deal(deal, "EXECUTING")
    lab.portal.deliver(inbox.send)
    form = inbox.forms[0]
    assert (form["event"], form["data"], form["ts"]) == ("ONCRMDEALUPDATE", {"FIELDS": {"ID": "1"}}, "1788253200")
    assert set(form["auth"]) == {
        "access_token", "expires", "expires_in", "scope", "domain", "server_endpoint", "status", "client_endpoint",
        "member_id", "user_id", "application_token",
    }  # fmt: skip
    assert lab.result("crm.deal.get", {"id": 1}, form["auth"]["access_token"])["STAGE_ID"] == "EXECUTING"


def test_a_system_change_and_an_outgoing_webhook_carry_no_token() -> None:
    lab, inbox = Lab(), Inbox()
    bound(lab, "ONCRMDEALADD")
    lab.portal.add_outgoing_webhook("https://hub.example.ru/out", ["OnCrmDealAdd"], "out-token")
    lab.robot.add_deal("x")
    lab.portal.deliver(inbox.send)
    reduced = {"domain", "client_endpoint", "server_endpoint", "member_id", "application_token"}
    assert [set(form["auth"]) for form in inbox.forms] == [reduced, reduced]
    assert inbox.forms[1]["auth"]["application_token"] == "out-token"


def test_a_funnel_change_reaches_applications_only() -> None:
    lab, inbox = Lab(), Inbox()
    lab.portal.crm.add_category(3, "Услуги")
    bound(lab, "ONCRMDEALMOVETOCATEGORY", "ONCRMDEALUPDATE")
    with pytest.raises(ValueError, match="not selectable"):
        lab.portal.add_outgoing_webhook("https://hub.example.ru/out", ["ONCRMDEALMOVETOCATEGORY"], "t")
    deal = lab.person.add_deal("x")
    lab.person.change_funnel(deal, 3)
    lab.result("crm.item.update", {"entityTypeId": 2, "id": deal, "fields": {"categoryId": 0}})
    lab.portal.deliver(inbox.send)
    assert inbox.events == ["ONCRMDEALMOVETOCATEGORY", "ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY"]
    assert inbox.forms[0]["data"]["FIELDS"] == {"ID": "1", "CATEGORY_ID": "3", "STAGE_ID": "C3:NEW"}


def test_equal_events_of_one_hit_are_collapsed() -> None:
    lab = Lab()
    bound(lab, "ONCRMDEALUPDATE")
    deal = lab.person.add_deal("x")
    commands = [f"crm.deal.update?id={deal}&fields[TITLE]={number}" for number in range(3)]
    lab.result("batch", {"cmd": commands})
    assert len(lab.portal.events.queue) == 1
    lab.result("crm.item.update", {"entityTypeId": 2, "id": deal, "fields": {"title": "2"}})
    assert len(lab.portal.events.queue) == 1


def test_delivery_is_at_most_once() -> None:
    lab, inbox = Lab(), Inbox(status=500)
    bound(lab, "ONCRMDEALADD")
    lab.person.add_deal("x")
    assert [delivery.status for delivery in lab.portal.deliver(inbox.send)] == [500]
    assert lab.portal.deliver(inbox.send) == []
    assert lab.portal.courier.lost == 1


def test_a_lost_event_is_found_by_the_history_cursor() -> None:
    lab, inbox = Lab(), Inbox()
    bound(lab, "ONCRMDEALUPDATE")
    deal = lab.person.add_deal("x")
    cursor = lab.portal.crm.history[-1].id
    lab.portal.courier.faults.append(EventFault("ONCRMDEALUPDATE", drop=True))
    lab.person.move_deal(deal, "WON")
    lab.portal.deliver(inbox.send)
    assert (inbox.forms, lab.portal.courier.lost) == ([], 1)
    asked = {"entityTypeId": 2, "filter": {">ID": cursor}, "order": {"ID": "ASC"}, "start": -1}
    rows = lab.result("crm.stagehistory.list", asked)["items"]
    assert [(row["OWNER_ID"], row["STAGE_ID"]) for row in rows] == [(deal, "WON")]


def test_delivery_can_go_wrong_in_every_way() -> None:
    lab, inbox = Lab(), Inbox()
    bound(lab, "ONCRMDEALADD", "ONCRMCOMPANYADD", "ONCRMCONTACTADD")
    lab.portal.courier.faults += [
        EventFault("ONCRMDEALADD", copies=3), EventFault("ONCRMCOMPANYADD", delay=30),
        EventFault("ONCRMCONTACTADD", wrong_token=True),
    ]  # fmt: skip
    lab.portal.courier.reorder = True
    lab.person.add_deal("x")
    lab.person.add_company("y")
    lab.person.add_contact("z")
    lab.portal.deliver(inbox.send)
    assert inbox.events == ["ONCRMCONTACTADD", *["ONCRMDEALADD"] * 3]
    assert inbox.forms[0]["auth"]["application_token"] == "0" * 32
    lab.pass_time(30)
    lab.portal.deliver(inbox.send)
    assert inbox.events[-1] == "ONCRMCOMPANYADD"


def test_events_of_requisites_addresses_and_people() -> None:
    lab, inbox = Lab(), Inbox()
    bound(lab, "ONCRMREQUISITEADD", "ONCRMREQUISITEUPDATE", "ONCRMADDRESSREGISTER", "ONUSERADD", "ONCRMDEALDELETE")
    company = lab.person.add_company("A")
    requisite = lab.person.add_requisite(company)
    lab.person.edit_requisite(requisite, RQ_KPP="1")
    lab.person.add_address(requisite, CITY="Тюмень")
    lab.person.delete_deal(lab.person.add_deal("x"))
    lab.person.hire("Иван", "Иванов", "i@example.ru")
    lab.portal.deliver(inbox.send)
    assert inbox.events == [
        "ONCRMREQUISITEADD", "ONCRMREQUISITEUPDATE", "ONCRMADDRESSREGISTER", "ONCRMDEALDELETE", "ONUSERADD",
    ]  # fmt: skip
    assert inbox.forms[2]["data"]["FIELDS"]["ANCHOR_ID"] == "1"


def test_binding() -> None:
    lab = Lab()
    token = bound(lab, "ONCRMDEALADD")
    asked = {"event": "ONCRMDEALADD", "handler": HANDLER}
    assert lab.error("event.bind", asked, token) == (400, "ERROR_CORE")
    assert lab.error("event.bind", {"event": "ONCRMDEALSTAGEID", "handler": HANDLER}, token) == (
        400,
        "ERROR_EVENT_NOT_FOUND",
    )
    assert lab.error("event.bind", {**asked, "handler": "nowhere"}, token)[1] == "ERROR_WRONG_HANDLER_URL"
    assert lab.error("event.bind", {**asked, "handler": "ftp://a.b/c"}, token)[1] == "ERROR_UNSUPPORTED_PROTOCOL"
    shown = [{"event": "ONCRMDEALADD", "handler": HANDLER, "auth_type": "0", "offline": 0}]
    assert lab.result("event.get", {}, token) == shown
    assert "ONCRMDEALMOVETOCATEGORY" in lab.result("events", {"SCOPE": "crm"}, token)
    assert lab.result("event.test", {"any": "1"}, token) == 1
    assert lab.result("event.unbind", asked, token) == {"count": 1}
    lab.portal.add_user("Не", "Админ", "n@example.ru")
    plain = lab.token(next(iter(lab.portal.access.applications.values())), 2)
    assert lab.error("event.bind", {**asked, "auth_type": 1}, plain) == (403, "ACCESS_DENIED")


def test_a_chain_of_event_tokens_ends() -> None:
    lab, inbox = Lab(), Inbox()
    bound(lab, "ONCRMDEALUPDATE")
    deal = lab.person.add_deal("x")
    lab.person.edit_deal(deal, TITLE="start")
    for number in range(20):
        if not lab.portal.deliver(inbox.send):
            break
        token = inbox.forms[-1]["auth"]["access_token"]
        lab.result("crm.deal.update", {"id": deal, "fields": {"TITLE": str(number)}}, token)
    assert len(inbox.forms) == MAX_DEPTH


def test_an_api_only_application_is_installed_by_a_callback() -> None:
    lab, inbox = Lab(), Inbox(status=503)
    application = lab.application(installed=False)
    assert lab.portal.install_application(application, inbox.fetch) is True
    form = inbox.forms[0]
    assert (form["event"], form["data"]["VERSION"]) == ("ONAPPINSTALL", "1.0.0")
    assert form["auth"]["application_token"] == application.application_token
    refreshed = lab.http.get(
        f"{form['auth']['server_endpoint'].removesuffix('/rest/')}/oauth/token/",
        params={
            "grant_type": "refresh_token", "client_id": application.client_id, "client_secret": "app-secret",
            "refresh_token": form["auth"]["refresh_token"],
        },
    )  # fmt: skip
    assert refreshed.status_code == 200


def test_an_application_with_interface_needs_install_finish() -> None:
    lab, inbox = Lab(), Inbox(page=b"<html>please wait</html>")
    application = lab.application(installed=False, interface=True)
    assert lab.portal.install_application(application, inbox.fetch) is False
    frame = inbox.forms[0]
    query = parse_query(frame["url"].partition("?")[2])
    assert (set(query), query["DOMAIN"]) == ({"DOMAIN", "PROTOCOL", "LANG", "APP_SID"}, "example.bitrix24.ru")
    assert set(frame) - {"url"} == {
        "AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "SERVER_ENDPOINT", "APPLICATION_TOKEN", "APPLICATION_SCOPE",
        "member_id", "status", "PLACEMENT",
    }  # fmt: skip
    lab.result("event.bind", {"event": "ONCRMDEALADD", "handler": HANDLER}, frame["AUTH_ID"])
    lab.result("event.bind", {"event": "ONAPPINSTALL", "handler": HANDLER}, frame["AUTH_ID"])
    lab.person.add_deal("unseen")
    assert lab.portal.events.queue == []
    inbox.page = b"<script>BX24.init(function(){ " + FINISH + b"); });</script>"
    assert lab.portal.install_application(application, inbox.fetch) is True
    lab.person.add_deal("seen")
    lab.portal.deliver(inbox.send)
    assert inbox.events == ["ONAPPINSTALL", "ONCRMDEALADD"]
    assert "refresh_token" in inbox.forms[-2]["auth"]


def test_an_update_loses_the_handlers() -> None:
    lab, inbox = Lab(), Inbox()
    bound(lab, "ONCRMDEALADD")
    application = next(iter(lab.portal.access.applications.values()))

    def reinstall(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        form = parse_query(body.decode("ascii"))
        for event in ("ONAPPUPDATE", "ONAPPUNINSTALL"):
            lab.result("event.bind", {"event": event, "handler": HANDLER}, form["auth"]["access_token"])
        return 200, b""

    assert lab.portal.update_application(application, reinstall) is True
    lab.person.add_deal("x")
    token = lab.token(application)
    lab.portal.uninstall_application(application, clean=True)
    lab.portal.deliver(inbox.send)
    assert inbox.events == ["ONAPPUPDATE", "ONAPPUNINSTALL"]
    assert inbox.forms[0]["data"]["PREVIOUS_VERSION"] == "1"
    assert (inbox.forms[1]["data"]["CLEAN"], "access_token" in inbox.forms[1]["auth"]) == ("1", False)
    assert lab.error("server.time", token=token) == (401, "APPLICATION_NOT_FOUND")


def offline_lab() -> tuple[Lab, str]:
    lab = Lab(options=Options(features={"rest_offline_extended": True}))
    token = lab.token(lab.application())
    lab.result("event.bind", {"event": "ONCRMDEALUPDATE", "event_type": "offline"}, token)
    deal = lab.person.add_deal("x")
    lab.person.edit_deal(deal, TITLE="y")
    lab.person.edit_deal(deal, TITLE="z")
    return lab, token


def test_an_offline_read_whose_answer_is_lost_loses_the_rows() -> None:
    lab, token = offline_lab()
    assert len(lab.result("event.offline.list", {}, token)) == 1
    lab.portal.faults.add(troubles.truncated(10, "event.offline.get"))
    with pytest.raises(httpx.RemoteProtocolError):
        lab.call("event.offline.get", {"clear": 1}, token)
    assert lab.result("event.offline.get", {"clear": 1}, token) == {"process_id": None, "events": []}


def test_a_reservation_survives_a_lost_answer() -> None:
    lab, token = offline_lab()
    lab.portal.faults.add(troubles.truncated(10, "event.offline.get"))
    with pytest.raises(httpx.RemoteProtocolError):
        lab.call("event.offline.get", {"clear": 0}, token)
    assert lab.result("event.offline.get", {"clear": 0}, token)["events"] == []
    found = lab.result("event.offline.list", {"filter": {">PROCESS_ID": ""}}, token)
    again = lab.result("event.offline.get", {"process_id": found[0]["PROCESS_ID"]}, token)["events"]
    assert again[0]["EVENT_DATA"] == {"FIELDS": {"ID": 1}}
    failed = {"process_id": found[0]["PROCESS_ID"], "message_id": [again[0]["MESSAGE_ID"]]}
    assert lab.result("event.offline.error", failed, token) is True
    marked = lab.result("event.offline.get", {"clear": 0, "error": 1}, token)
    assert lab.result("event.offline.clear", {"process_id": marked["process_id"]}, token) is True
    assert lab.result("event.offline.list", {}, token) == []
    assert lab.error("event.offline.list", {"filter": {"X": 1}}, token) == (400, "ERROR_ARGUMENT")


def test_own_changes_are_not_queued_offline() -> None:
    lab, token = offline_lab()
    lab.result("event.offline.get", {}, token)
    lab.result("crm.deal.update", {"id": 1, "fields": {"TITLE": "own"}}, token)
    assert lab.result("event.offline.list", {}, token) == []
    lab.portal.offline.echo_suppression = False
    lab.result("crm.deal.update", {"id": 1, "fields": {"TITLE": "own again"}}, token)
    assert len(lab.result("event.offline.list", {}, token)) == 1


def test_background_delivery(wait: Callable[[Callable[[], bool]], None]) -> None:
    lab, inbox = Lab(), Inbox()

    class Handler:
        def respond(self, request: Request) -> Answer:
            return Answer(inbox.send(request.path, request.body, {"Content-Type": request.headers["content-type"]}))

    with Server(Handler()) as server:
        lab.portal.add_outgoing_webhook(f"{server.url}/b24", ["ONCRMDEALADD"], "t")
        lab.portal.add_outgoing_webhook("http://127.0.0.1:1/dead", ["ONCRMDEALADD"], "t")
        lab.portal.start_delivery()
        lab.person.add_deal("x")
        wait(lambda: len(lab.portal.courier.log) == 2)
        lab.portal.stop_delivery()
    assert inbox.events == ["ONCRMDEALADD"]
    assert sorted(delivery.status for delivery in lab.portal.courier.log) == [0, 200]


@pytest.fixture
def wait() -> Callable[[Callable[[], bool]], None]:
    """Poll until true, at most five seconds of the real clock."""
    import threading

    def until(done: Callable[[], bool]) -> None:
        pause = threading.Event()
        assert any(done() or pause.wait(0.02) for _ in range(250))

    return until
