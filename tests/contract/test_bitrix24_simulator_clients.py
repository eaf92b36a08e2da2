"""Public clients, unmodified, against the simulated portal over real sockets.

`fast_bitrix24` takes any webhook URL, so it is pointed at the loopback port. `b24pysdk` knows only https and the
vendor's authorisation host: it reaches the portal through `Tunnel`, by its own environment variables HTTPS_PROXY and
REQUESTS_CA_BUNDLE; the certificate is made for the run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from b24pysdk import errors  # type: ignore[import-untyped]  # the clients carry no type marker
from b24pysdk.credentials import (  # type: ignore[import-untyped]
    BitrixApp,
    BitrixToken,
    BitrixWebhook,
    OAuthPlacementData,
)
from fast_bitrix24 import Bitrix  # type: ignore[import-untyped]

from tests.simulators.bitrix24 import Options, Renamed, troubles
from tests.simulators.bitrix24.applications import fetch, open_page
from tests.simulators.bitrix24.lab import Lab
from tests.simulators.bitrix24.tls import Tunnel, certificate
from tests.simulators.bitrix24.wire import parse_query
from tests.simulators.web import Server

HOSTS = ("example.bitrix24.ru", "old.bitrix24.ru", "oauth.bitrix24.tech")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for the vendor's hosts."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate for the https-only client")
    return certificate(tmp_path_factory.mktemp("tls"), *HOSTS)


@pytest.fixture
def lab(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A portal behind the tunnel, under its real host names."""
    lab = Lab(options=Options(expires_in_code_answer=True))
    # The SDK compares `expires` with the real clock, so the portal's clock starts there.
    lab.moment = datetime.now(UTC)
    with Server(lab.portal) as server, Tunnel(int(server.url.rpartition(":")[2]), *pair) as tunnel:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, tunnel.url)
        for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pair[0]))
        yield lab


@pytest.fixture
def loopback() -> Iterator[Lab]:
    """A portal on a plain loopback port."""
    lab = Lab()
    with Server(lab.portal) as server:
        lab.portal.at(server.url)
        lab.webhook = lab.webhook.replace("https://example.bitrix24.ru", server.url)
        yield lab


def webhook() -> Any:
    return BitrixWebhook(domain="example.bitrix24.ru", webhook_token="1/secret")


def test_sdk_lists_more_than_a_page(lab: Lab) -> None:
    for number in range(120):
        lab.person.add_deal(f"deal {number}")
    token = webhook()
    whole = token.call_list("crm.deal.list", {"select": ["ID"]})["result"]
    fast = list(token.call_list_fast("crm.item.list", {"entityTypeId": 2, "select": ["id"]})["result"])
    assert len({row["ID"] for row in whole}) == len({row["id"] for row in fast}) == 120


def test_sdk_batches_chain(lab: Lab) -> None:
    lab.person.add_deal("first")
    methods = {
        "list": ("crm.deal.list", {"select": ["ID"]}),
        "one": ("crm.item.get", {"entityTypeId": 2, "id": "$result[list][0][ID]"}),
        "bad": ("crm.item.get", {"entityTypeId": 2, "id": 77}),
    }
    result = webhook().call_batch(methods)["result"]
    assert result["result"]["one"]["item"]["title"] == "first"
    assert result["result_error"]["bad"]["error"] == "NOT_FOUND"
    many = webhook().call_batches([("crm.deal.add", {"fields": {"TITLE": f"t{number}"}}) for number in range(60)])
    assert len(many["result"]["result"]) == 60
    assert len(lab.portal.crm.items[2]) == 61


def test_sdk_tells_errors_apart(lab: Lab) -> None:
    token = webhook()
    with pytest.raises(errors.BitrixAPIInvalidArgValue):
        token.call_method("crm.item.list", {"entityTypeId": 2, "filter": {"nope": 1}})
    with pytest.raises(errors.BitrixAPIWrongAuthType):
        token.call_method("event.get")
    with pytest.raises(errors.BitrixAPINotFound):
        token.call_method("no.such.method")
    with pytest.raises(errors.BitrixAPIInvalidCredentials):
        BitrixWebhook(domain="example.bitrix24.ru", webhook_token="1/wrong").call_method("server.time")
    lab.portal.faults.add(troubles.html(500))
    with pytest.raises(errors.BitrixResponse500JSONDecodeError):
        token.call_method("server.time")
    lab.portal.faults.add(troubles.drop_before())
    with pytest.raises(errors.BitrixRequestError):
        token.call_method("server.time")
    lab.portal.faults.add(troubles.operation_time_limit("server.time"))
    with pytest.raises(errors.BitrixAPIOperationTimeLimit):
        token.call_method("server.time")


def test_sdk_exchanges_a_code_and_refreshes(lab: Lab) -> None:
    application = lab.application()
    app = BitrixApp(client_id=application.client_id, client_secret="app-secret")
    code = parse_qs(urlsplit(lab.portal.authorize(application, 1)).query)["code"][0]
    renewed = app.get_oauth_token(code)
    assert renewed.portal_domain == "example.bitrix24.ru"
    token = BitrixToken(
        domain="example.bitrix24.ru", auth_token=renewed.oauth_token.access_token,
        refresh_token=renewed.oauth_token.refresh_token, bitrix_app=app,
    )  # fmt: skip
    assert token.get_app_info().result.client_id == application.client_id
    before = token.auth_token
    lab.pass_time(3600)
    assert token.call_method("crm.deal.add", {"fields": {"TITLE": "x"}})["result"] == 1
    assert token.auth_token != before
    with pytest.raises(errors.oauth.BitrixOAuthInvalidGrant):
        app.refresh_oauth_token(renewed.oauth_token.refresh_token)
    with pytest.raises(errors.oauth.BitrixOauthWrongClient):
        BitrixApp(client_id="nobody", client_secret="x").refresh_oauth_token("x")


def test_sdk_reads_the_frame(lab: Lab) -> None:
    application = lab.application(interface=True)
    url, body = open_page(lab.portal, application, 1)
    frame = {**parse_query(urlsplit(url).query), **parse_query(body.decode("ascii"))}
    data = OAuthPlacementData.from_dict(frame)
    assert (data.domain, data.status.value) == ("example.bitrix24.ru", "L")
    app = BitrixApp(client_id=application.client_id, client_secret="app-secret")
    token = BitrixToken.from_oauth_placement_data(oauth_placement_data=data, bitrix_app=app)
    assert token.call_method("app.info")["result"]["CODE"] == application.client_id


def test_sdk_follows_a_renamed_portal(lab: Lab) -> None:
    lab.portal.old_hosts.add("old.bitrix24.ru")
    token = BitrixWebhook(domain="old.bitrix24.ru", webhook_token="1/secret")
    assert token.call_method("crm.deal.add", {"fields": {"TITLE": "x"}})["result"] == 1
    assert token.domain == "example.bitrix24.ru"


def fast(lab: Lab) -> Any:
    return Bitrix(lab.webhook, verbose=False)


def test_fast_client_gets_all(loopback: Lab) -> None:
    for number in range(120):
        loopback.person.add_deal(f"deal {number}")
        loopback.person.move_deal(number + 1, "WON")
    client = fast(loopback)
    assert len({deal["ID"] for deal in client.get_all("crm.deal.list", {"select": ["ID"]})}) == 120
    assert len({item["id"] for item in client.get_all("crm.item.list", {"entityTypeId": 2})}) == 120
    history = client.get_all("crm.stagehistory.list", {"entityTypeId": 2})
    assert len({row["ID"] for row in history}) == 240
    assert len(client.get_all("crm.status.list", {"filter": {"ENTITY_ID": "DEAL_STAGE"}})) == 8


def test_fast_client_gets_by_id_and_calls(loopback: Lab) -> None:
    client = fast(loopback)
    added = client.call("crm.deal.add", [{"fields": {"TITLE": f"<{number}> & 'x'"}} for number in range(55)])
    assert sorted(added) == list(range(1, 56))
    found = client.get_by_ID("crm.deal.get", [1, 2, 3])
    assert {found[key]["TITLE"] for key in found} <= {f"<{number}> & 'x'" for number in range(55)}
    assert client.call("crm.item.get", {"entityTypeId": 2, "id": 5})["id"] == 5


def test_fast_client_lives_through_server_errors(loopback: Lab) -> None:
    client = fast(loopback)
    loopback.portal.faults.add(troubles.html(502))
    assert client.call("crm.deal.add", {"fields": {"TITLE": "x"}}) == 1
    assert loopback.portal.hits == 2


def test_installing_over_http(loopback: Lab) -> None:
    application = loopback.application(installed=False)
    with Server(Renamed("http://nowhere")) as server:
        application.install_url = f"{server.url}/install"
        assert loopback.portal.install_application(application, fetch) is True
