"""The client against the portal: limits, lost answers, renamings; and no secret in any log or exception."""

from __future__ import annotations

import logging
import traceback
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from common.bitrix.access import WebhookAccess, moved_base
from common.bitrix.batch import Command
from common.bitrix.client import BitrixClient, new_http
from common.bitrix.faults import PortalRefused
from common.bitrix.notify import PortalNotifier
from common.errors import InDoubt, NeedsPerson, SideDown, TryLater
from common.ports import Notifier
from tests.simulators.bitrix24 import troubles
from tests.simulators.bitrix24.renamed import Renamed
from tests.simulators.faults import Fault
from tests.simulators.web import Answer, Server
from tests.unit.bitrix.support import SECRET, Stand


@pytest.fixture
def stand() -> Stand:
    return Stand()


def update(stand: Stand, client: BitrixClient, deal: int) -> None:
    client.call("crm.item.update", {"entityTypeId": 2, "id": deal, "fields": {"title": "Новое"}}, write=True)


def test_a_call_takes_a_token_and_says_who_calls(stand: Stand) -> None:
    seen: list[httpx.Request] = []
    stand.http.event_hooks = {"request": [seen.append]}
    client = stand.client(traffic="bulk")
    assert client.call("profile").result["ID"] == "1"
    assert stand.limits.taken == [("bulk", "profile")]
    assert seen[0].headers["User-Agent"].startswith("onec-bitrix24-exchange/")
    assert (seen[0].headers["Content-Type"], seen[0].headers["Accept"]) == ("application/json", "application/json")
    assert str(seen[0].url) == f"https://example.bitrix24.ru/rest/1/{SECRET}/profile.json"


def test_a_refusal_of_a_method_keeps_its_code(stand: Stand) -> None:
    with pytest.raises(PortalRefused) as refused:
        stand.client().call("crm.item.list", {"entityTypeId": 2, "filter": {"nonsense": 1}})
    assert refused.value.fault.code == "INVALID_ARG_VALUE"
    with pytest.raises(NeedsPerson) as stopped:
        stand.client().call("crm.no.such.method")
    assert stopped.value.stops[0].reason == "method_missing"


@pytest.mark.parametrize("numeric", [False, True])
def test_codes_may_be_numbers(stand: Stand, numeric: bool) -> None:
    stand.portal.options.numeric_errors = numeric
    with pytest.raises(PortalRefused) as refused:
        stand.client().call("crm.item.get", {"entityTypeId": 2})
    assert refused.value.fault.code == "100"


@pytest.mark.parametrize("docs", [False, True])
def test_a_dead_webhook_closes_the_portal(stand: Stand, docs: bool) -> None:
    stand.portal.options.docs_statuses = docs
    access = WebhookAccess(f"https://example.bitrix24.ru/rest/1/wr{SECRET}/", stand.store)
    with pytest.raises(SideDown) as down:
        stand.client(access).call("profile")
    assert (down.value.side, down.value.cause, down.value.certain) == ("portal", "credentials", True)
    stand.person.dismiss(1)
    with pytest.raises(SideDown, match="credentials"):
        stand.client().call("profile")


def test_too_fast_is_told_to_everybody_and_tried_again(stand: Stand) -> None:
    stand.portal.faults.add(troubles.query_limit(times=2))
    assert stand.client().call("profile").result["ID"] == "1"
    assert (stand.limits.full, stand.hits()) == (2, 3)
    stand.portal.faults.add(troubles.query_limit(times=9))
    with pytest.raises(TryLater, match="too_many_requests"):
        stand.client().call("profile")
    assert (stand.limits.full, stand.hits()) == (5, 3)


def test_a_write_that_was_too_fast_was_not_done_and_is_repeated(stand: Stand) -> None:
    deal = stand.person.add_deal("Старое")
    stand.portal.faults.add(troubles.query_limit())
    update(stand, stand.client(), deal)
    assert stand.portal.crm.items[2][deal]["TITLE"] == "Новое"


def test_a_blocked_method_is_closed_while_others_work(stand: Stand) -> None:
    stand.portal.faults.add(troubles.operation_time_limit("profile"))
    client = stand.client()
    with pytest.raises(TryLater) as later:
        client.call("profile")
    assert (later.value.reason, later.value.after) == ("method_closed", 60.0)
    assert stand.limits.closed == {"profile": stand.clock.now() + timedelta(seconds=60)}
    assert client.call("server.time").result
    stand.hits()
    with pytest.raises(TryLater, match="method_closed"):
        client.batch({"a": Command("server.time", {}), "b": Command("profile", {})})
    assert stand.hits() == 0
    stand.clock.advance(61)
    assert client.call("profile").result


def test_a_method_blocked_inside_a_batch_is_closed_too(stand: Stand) -> None:
    client = stand.client()
    assert stand.portal.operating
    stand.portal.operating.record(f"webhook/{SECRET}", "profile", 481, stand.clock.now())
    outcomes = client.batch({"a": Command("profile", {}), "b": Command("server.time", {})})
    assert outcomes["a"].fault is not None
    assert outcomes["b"].fault is None
    assert set(stand.limits.closed) == {"profile"}


@pytest.mark.parametrize(("spent", "is_closed"), [(350.0, False), (385.0, True)])
@pytest.mark.parametrize("batched", [False, True])
def test_a_method_is_closed_before_its_limit(stand: Stand, spent: float, is_closed: bool, batched: bool) -> None:
    client = stand.client()
    assert stand.portal.operating
    stand.portal.operating.record(f"webhook/{SECRET}", "profile", spent, stand.clock.now())
    for _ in range(2):
        if not stand.limits.closed:
            client.batch({"a": Command("profile", {})}) if batched else client.call("profile")
    until = {"profile": stand.clock.now() + timedelta(minutes=10)}
    assert stand.limits.closed == (until if is_closed else {})


def test_the_operating_limit_can_be_another(stand: Stand) -> None:
    client = stand.client(operating_limit=420.0)
    assert stand.portal.operating
    stand.portal.operating.record(f"webhook/{SECRET}", "profile", 340, stand.clock.now())
    client.call("profile")
    assert set(stand.limits.closed) == {"profile"}


def test_without_the_operating_limiter_nothing_is_closed(stand: Stand) -> None:
    stand.portal.operating = None
    assert stand.client().call("profile").timing.operating is None
    assert stand.limits.closed == {}


@pytest.mark.parametrize(
    ("status", "cause", "certain"), [(500, "error", False), (502, "error", False), (503, "maintenance", False)]
)
def test_pages_of_a_gateway(stand: Stand, status: int, cause: str, certain: bool) -> None:
    stand.portal.faults.add(troubles.html(status))
    with pytest.raises(SideDown) as down:
        stand.client().call("profile")
    assert (down.value.cause, down.value.certain) == (cause, certain)


def test_a_page_with_200_is_maintenance(stand: Stand) -> None:
    stand.portal.faults.add(Fault(lambda _: True, 1, instead=lambda _: Answer(200, b"<html>")))
    with pytest.raises(SideDown) as down:
        stand.client().call("profile")
    assert (down.value.cause, down.value.certain) == ("maintenance", True)


def test_a_lost_read_is_asked_again_once(stand: Stand) -> None:
    stand.portal.faults.add(troubles.drop_after("profile"))
    assert stand.client().call("profile").result["ID"] == "1"
    stand.portal.faults.add(troubles.truncated(method="profile", times=2))
    with pytest.raises(SideDown) as down:
        stand.client().call("profile")
    assert (down.value.cause, down.value.certain) == ("unreachable", False)
    assert stand.hits() == 4


@pytest.mark.parametrize(
    "fault",
    [troubles.drop_before, troubles.drop_after, troubles.truncated, lambda: troubles.html(502)],
)
def test_a_lost_write_is_in_doubt_and_never_sent_again(stand: Stand, fault: Any) -> None:
    deal = stand.person.add_deal("Старое")
    stand.portal.faults.add(fault())
    with pytest.raises(InDoubt):
        update(stand, stand.client(), deal)
    assert stand.hits() == 1


def test_a_write_that_never_left_is_no_doubt(stand: Stand) -> None:
    tried: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.host)
        raise httpx.ConnectError(f"no route to {request.url}", request=request)

    stand.http = httpx.Client(transport=httpx.MockTransport(refuse))
    with pytest.raises(SideDown) as down:
        update(stand, stand.client(), 1)
    assert (down.value.cause, down.value.certain, len(tried)) == ("unreachable", False, 2)


def test_a_renamed_portal_is_followed_and_remembered(stand: Stand) -> None:
    deal = stand.person.add_deal("Старое")
    access = stand.webhook()
    url = f"https://example.bitrix24.ru/rest/1/{SECRET}/"
    stand.portal.rename("company.bitrix24.ru")
    update(stand, stand.client(access), deal)
    assert stand.portal.crm.items[2][deal]["TITLE"] == "Новое"
    assert stand.hits() == 2
    assert access.base_url() == f"https://company.bitrix24.ru/rest/1/{SECRET}/"
    update(stand, stand.client(WebhookAccess(url, stand.store)), deal)
    assert stand.hits() == 1
    assert [document.data for document in stand.store.query("secrets")] == [{"origin": "https://company.bitrix24.ru"}]


def test_a_portal_renamed_twice_is_followed_but_not_in_circles(stand: Stand) -> None:
    client = stand.client()
    stand.portal.rename("second.bitrix24.ru")
    stand.portal.rename("third.bitrix24.ru")
    assert client.call("profile").result["ID"] == "1"
    stand.portal.rename("example.bitrix24.ru")
    stand.portal.old_hosts.add("example.bitrix24.ru")
    with pytest.raises(SideDown, match="moved"):
        client.call("profile")


URL = "https://p.bitrix24.ru/rest/1/secret/profile.json"


@pytest.mark.parametrize(
    ("location", "base"),
    [
        ("https://q.bitrix24.ru/rest/1/secret/profile.json", "https://q.bitrix24.ru/rest/1/secret/"),
        ("https://q.bitrix24.com/rest/1/secret/profile.json", "https://q.bitrix24.com/rest/1/secret/"),
        ("https://q.bitrix24.ru:443/rest/1/secret/profile.json", "https://q.bitrix24.ru:443/rest/1/secret/"),
        ("http://q.bitrix24.ru/rest/1/secret/profile.json", None),
        ("http://127.0.0.1/rest/1/secret/profile.json", None),
        ("https://p.bitrix24.ru/rest/1/secret/profile.json", None),
        ("https://evil.ru/rest/1/secret/profile.json", None),
        ("https://bitrix24.ru.evil.ru/rest/1/secret/profile.json", None),
        ("https://a.b.bitrix24.ru/rest/1/secret/profile.json", None),
        ("https://q.bitrix24.evil/rest/1/secret/profile.json", None),
        ("https://user@q.bitrix24.ru/rest/1/secret/profile.json", None),
        ("https://q.bitrix24.ru/rest/1/secret/profile.json?x=1", None),
        ("https://q.bitrix24.ru/", None),
        ("https://q.bitrix24.ru/auth/?next=/rest/1/secret/profile.json", None),
        ("/rest/1/secret/profile.json", None),
        ("", None),
        ("https://[", None),
    ],
)
def test_only_a_renamed_portal_gets_our_secrets(location: str, base: str | None) -> None:
    assert moved_base("https://p.bitrix24.ru/rest/1/secret/", URL, location) == base


def test_a_simulator_may_move_on_this_machine() -> None:
    base, url = "http://127.0.0.1:1/rest/", "http://127.0.0.1:1/rest/profile.json"
    assert moved_base(base, url, "http://127.0.0.1:2/rest/profile.json") == "http://127.0.0.1:2/rest/"
    assert moved_base(base, url, "http://q.bitrix24.ru/rest/profile.json") is None


def test_a_suspicious_redirect_sends_nothing(stand: Stand) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": f"https://evil.ru{request.url.path}"})

    stand.http = httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True)
    with pytest.raises(SideDown) as down:
        stand.client().call("profile")
    assert asked == ["example.bitrix24.ru"]
    assert (down.value.cause, down.value.certain) == ("moved", True)
    assert "evil.ru" in down.value.detail


@pytest.mark.parametrize(
    "url",
    ["", "https://example.bitrix24.ru", "http://example.bitrix24.ru/rest/1/abcdef/", "https://x/rest/abc/def/",
     "https://x/rest/1/abcdef/profile.json", "https://u:p@x/rest/1/abcdef/"],
)  # fmt: skip
def test_only_the_address_of_a_webhook_is_taken(stand: Stand, url: str) -> None:
    with pytest.raises(ValueError, match="not the address of an incoming webhook") as wrong:
        WebhookAccess(url, stand.store)
    assert "abcdef" not in str(wrong.value)


def test_notices_replace_one_another_by_tag(stand: Stand) -> None:
    notifier: Notifier = PortalNotifier(stand.client())
    notifier.notify(1, "[B]Сбой[/B] $result", "hub|1")
    assert [row["MESSAGE"] for row in stand.portal.notifications.values()] == ["[B]Сбой[/B] $result"]
    with pytest.raises(NeedsPerson) as stopped:
        notifier.notify(77, "x", "hub|1")
    assert stopped.value.stops[0].reason == "not_notified"


@pytest.mark.parametrize(
    "fault",
    [
        troubles.drop_before(), troubles.drop_after(), troubles.truncated(), troubles.html(502),
        troubles.html(503), troubles.error(401, "INVALID_CREDENTIALS", "x"), troubles.error(400, "X", "y"),
        troubles.query_limit(), troubles.operation_time_limit("profile"), None,
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", [False, True])
def test_secrets_are_in_no_log_and_no_exception(
    stand: Stand, caplog: pytest.LogCaptureFixture, fault: Fault | None, write: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    client = stand.client()
    if fault:
        stand.portal.faults.add(replace(fault, times=9))
    else:
        stand.portal.rename("company.bitrix24.ru")
        stand.portal.old_hosts.add("company.bitrix24.ru")
    caught = None
    try:
        client.call("profile", write=write)
    except Exception as error:  # noqa: BLE001
        caught = error
    assert caught is not None
    told = "".join(traceback.format_exception(caught)) + repr(caught.__context__) + repr(caught.__cause__)
    logged = "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert SECRET not in told + logged
    assert not isinstance(caught.__context__, httpx.HTTPError)


def test_nothing_is_told_over_a_real_connection_either(caplog: pytest.LogCaptureFixture) -> None:
    """httpx and httpcore would log addresses and the `Location` of a renamed portal."""
    caplog.set_level(logging.DEBUG)
    stand = Stand()
    with Server(stand.portal) as server, Server(Renamed(server.url)) as old, new_http() as http:
        stand.portal.at(server.url)
        stand.portal.add_webhook(1, SECRET, ["crm"])
        access = WebhookAccess(f"{old.url}/rest/1/{SECRET}/", stand.store)
        client = BitrixClient(access, http, stand.limits, stand.clock)
        assert client.call("profile").result["ID"] == "1"
        assert access.base_url().startswith(server.url)
        stand.portal.faults.add(troubles.drop_after(times=2))
        with pytest.raises(SideDown, match="unreachable"):
            client.call("profile")
    assert SECRET not in "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)


def test_an_answer_cut_short_is_no_answer() -> None:
    stand = Stand()
    with Server(stand.portal) as server, new_http() as http:
        stand.portal.at(server.url)
        client = BitrixClient(
            WebhookAccess(stand.portal.add_webhook(1, SECRET, ["crm"]), stand.store), http, stand.limits, stand.clock
        )
        stand.portal.faults.add(troubles.truncated(20))
        with pytest.raises(InDoubt):
            client.call("profile", write=True)
