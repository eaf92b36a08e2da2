"""What a base may answer instead of what was asked: nothing is lost, nothing is written twice, nothing leaks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.errors import ExchangeError, InDoubt, NeedsPerson, SideDown, SideRefused, TryLater
from common.model.ids import Ref
from common.onec.odata.client import ODataClient
from tests.simulators.faults import Fault
from tests.simulators.onec import platform_answers as trouble
from tests.simulators.onec.seeding import CLIENT
from tests.simulators.web import Server
from tests.unit.onec.desk import BASE, Desk, act, open_desk

BP = "bp30.sale_act"
ANSWERS: dict[str, tuple[Any, str, bool]] = {
    "locked": (trouble.locked, "maintenance", True),
    "pool": (trouble.pool_exhausted, "sessions", False),
    "no licence": (trouble.no_licence(), "licence", True),
    "no licence, 200": (trouble.no_licence(200, trouble.NO_KEY), "licence", True),
    "500": (trouble.page(500), "maintenance", True),
    "502": (trouble.page(502), "maintenance", True),
    "503": (trouble.page(503), "maintenance", True),
    "404": (trouble.page(404), "maintenance", True),
    "200 and a page": (trouble.page(200), "maintenance", True),
    "401": (lambda _: trouble.unauthorized(), "credentials", True),
}
# Whether 1C may have run before this was answered to a write.
DOUBTFUL = {"500", "502", "503", "200 and a page"}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_read_answered_otherwise_closes_the_side(name: str, tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    answer, cause, certain = ANSWERS[name]
    desk.base.faults.add(trouble.instead(answer))
    with pytest.raises(SideDown) as caught:
        desk.books.counterparties(CLIENT.inn, CLIENT.kpp)
    assert (caught.value.side, caught.value.cause, caught.value.certain) == ("base:main", cause, certain)
    assert CLIENT.inn not in str(caught.value)
    assert desk.books.counterparties(CLIENT.inn, CLIENT.kpp)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_write_answered_otherwise_is_in_doubt_only_where_1c_may_have_run(name: str, tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    desk.base.faults.add(trouble.instead(ANSWERS[name][0], match=trouble.method("POST")))
    with pytest.raises(InDoubt if name in DOUBTFUL else SideDown):
        desk.books.create(act(desk))


LOST: dict[str, tuple[Callable[[], Fault], bool]] = {
    "before": (lambda: trouble.drop_before(match=trouble.method("POST")), False),
    "after": (lambda: trouble.drop_after(match=trouble.method("POST")), True),
    "cut": (lambda: trouble.truncated(30, match=trouble.method("POST")), True),
}


@pytest.mark.parametrize("how", LOST)
@pytest.mark.parametrize("real", [False, True])
def test_a_write_whose_answer_was_lost_is_in_doubt(how: str, real: bool, tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    fault, written = LOST[how]
    with Server(desk.base) as server, httpx.Client() as http:
        if real:
            desk = _over_socket(desk, server.url, http)
        desk.base.faults.add(fault())
        with pytest.raises(InDoubt):
            desk.books.create(act(desk))
        found = desk.books.read(act(desk).ref)
    assert (found is not None) is written


def _over_socket(desk: Desk, url: str, http: httpx.Client) -> Desk:
    client = ODataClient(BASE, f"{url}{desk.base.path}", "Обмен", "пароль", http, desk.clock)
    return replace(desk, client=client).again()


@pytest.mark.parametrize("how", ["drop", "cut"])
def test_a_written_act_that_cannot_be_read_back_is_in_doubt(how: str, tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    get = trouble.method("GET")
    desk.base.faults.add(trouble.drop_before(match=get) if how == "drop" else trouble.truncated(9, match=get))
    with pytest.raises(InDoubt):
        desk.books.create(act(desk))
    assert desk.books.read(act(desk).ref) is not None


def test_a_connection_that_never_was_leaves_no_doubt(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)

    def refused(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with httpx.Client(transport=httpx.MockTransport(refused)) as http:
        client = ODataClient(BASE, "http://1c.test/main", "Обмен", "пароль", http, desk.clock)
        with pytest.raises(SideDown) as caught:
            replace(desk, client=client).again().books.create(act(desk))
    assert (caught.value.cause, caught.value.certain) == ("unreachable", False)


@pytest.mark.parametrize(("method", "expected"), [("GET", SideDown), ("POST", InDoubt)])
def test_time_outs(method: str, expected: type[ExchangeError], tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    given: list[dict[str, float]] = []

    def silent(request: httpx.Request) -> httpx.Response:
        given.append(request.extensions["timeout"])
        raise httpx.ReadTimeout("silence", request=request)

    with httpx.Client(transport=httpx.MockTransport(silent)) as http:
        client = ODataClient(BASE, "http://1c.test/main", "Обмен", "пароль", http, desk.clock)
        books = replace(desk, client=client).again().books
        with pytest.raises(expected):
            books.probe() if method == "GET" else books.create(act(desk))
    assert given[0]["read"] >= (60 if method == "GET" else 120)


def test_fewer_bytes_than_announced_are_no_answer(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)

    def short(request: httpx.Request) -> httpx.Response:
        head = {"Content-Type": "application/json", "Content-Length": "99"}
        return httpx.Response(200, headers=head, content=b'{"value": []}')

    with httpx.Client(transport=httpx.MockTransport(short)) as http:
        client = ODataClient(BASE, "http://1c.test/main", "Обмен", "пароль", http, desk.clock)
        with pytest.raises(SideDown):
            client.rows("Catalog_Валюты")


@pytest.mark.parametrize(
    ("entity", "work"),
    [
        ("Document_РеализацияТоваровУслуг", lambda desk: desk.books.create(act(desk))),
        ("Catalog_Контрагенты", lambda desk: desk.books.counterparties(CLIENT.inn, CLIENT.kpp)),
        ("Catalog_Организации", lambda desk: desk.books.organisations()),
    ],
)
def test_a_missing_right_is_told_to_the_admins(entity: str, work: Callable[[Desk], Any], tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    desk.base.administrator.deny(entity)
    with pytest.raises(NeedsPerson) as caught:
        work(desk)
    stop = caught.value.stops[0]
    assert (stop.reason, stop.field, stop.owner) == ("missing_right", entity, "admin")


def test_a_hidden_counterparty_does_not_look_like_none(tmp_path: Path) -> None:
    """Else a second one would be created beside it."""
    desk = open_desk(BP, tmp_path)
    desk.base.administrator.hide_rows("Catalog_Контрагенты", {"ИНН": CLIENT.inn})
    with pytest.raises(NeedsPerson) as caught:
        desk.books.counterparties(CLIENT.inn, CLIENT.kpp)
    assert caught.value.stops[0].reason == "missing_right"


def test_hidden_dictionary_rows_are_simply_not_offered(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    desk.base.accountant.add("Catalog_Организации", Description="ООО Чужая", ИНН="5000000000")
    desk.base.administrator.hide_rows("Catalog_Организации", {"ИНН": "5000000000"})
    assert [one.name for one in desk.books.organisations()] == ["ООО Ромашка"]


def test_an_entity_that_is_not_published_names_the_profile(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    desk.base.administrator.conceal("Catalog_Контрагенты")
    with pytest.raises(NeedsPerson) as caught:
        desk.books.counterparties(CLIENT.inn, CLIENT.kpp)
    assert (caught.value.stops[0].reason, caught.value.stops[0].field) == ("profile_missing", "Catalog_Контрагенты")


def test_a_refusal_of_the_configuration_is_final_and_told_in_its_words(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    desk.base.switches.refuse_write = {"Document_РеализацияТоваровУслуг": "Не заполнен ответственный"}
    with pytest.raises(SideRefused) as caught:
        desk.books.create(act(desk))
    stop = caught.value.stops[0]
    assert (stop.reason, stop.owner, stop.awaits) == ("refused_by_1c", "accounting", "person")
    assert "Не заполнен ответственный" in stop.details
    assert "ответственный" not in f"{caught.value} {caught.value!r}"


def test_a_wrong_login_is_a_matter_of_credentials(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    desk.base.administrator.set_password("Обмен", "другой")
    with pytest.raises(SideDown) as caught:
        desk.books.probe()
    assert caught.value.cause == "credentials"


def test_no_secret_and_no_party_in_anything_we_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk = open_desk(BP, tmp_path)
    for level in (trouble.locked, trouble.page(500), lambda _: trouble.unauthorized()):
        desk.base.faults.add(trouble.instead(level))
        with caplog.at_level(logging.DEBUG), pytest.raises(SideDown) as caught:
            desk.books.counterparties(CLIENT.inn, CLIENT.kpp)
        told = "".join(map(str, (caught.value, repr(caught.value), caught.value.detail, caplog.text, desk.client)))
        for secret in ("пароль", "0J7QsdC80LXQvQ", CLIENT.inn):
            assert secret not in told


def test_queries_stay_below_the_limit_of_iis(tmp_path: Path) -> None:
    sizes: list[int] = []
    for profile_id in (BP, "ut11.completed_work", "ut11.other_services", "unf30.completed_work"):
        folder = tmp_path / profile_id
        folder.mkdir()
        desk = open_desk(profile_id, folder)
        desk.http.event_hooks["request"] = [lambda request: sizes.append(len(request.url.query))]
        buyer = desk.books.counterparties(CLIENT.inn, CLIENT.kpp)[0]
        desk.books.contracts(buyer, Ref(desk.refs.organisation), Ref(desk.refs.currencies["643"]))
        desk.books.agreements(buyer, Ref(desk.refs.organisation), Ref(desk.refs.currencies["643"]))
        desk.books.vat_values()
        desk.books.organisations()
        desk.books.item("я" * 100)
        desk.books.create(act(desk))
        desk.books.find("[b24:" + "0" * 32 + "/1234567/services-and-maintenance]", act(desk).day)
    assert max(sizes) < 1500


def test_a_longer_query_would_be_an_html_404(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    with pytest.raises(ValueError, match="bytes"):
        desk.client.rows("Catalog_Валюты", where="я" * 400)


def test_one_session_serves_a_burst(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    before = desk.base.sessions.created
    desk.books.create(act(desk))
    desk.books.counterparties(CLIENT.inn, CLIENT.kpp)
    assert desk.base.sessions.created == before


def test_the_clock_of_the_base_is_measured(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path, digest=False)
    assert desk.client.clock_offset() is None
    desk.base.switches.clock_skew = timedelta(minutes=7)
    assert desk.books.probe() == datetime(2026, 1, 31, 9, 7, tzinfo=UTC)
    assert desk.client.clock_offset() == 420
    assert desk.hits(desk.books.probe) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.rows("Document_X(guid'1')/Post"),
        lambda client: client.rows("Document_X/Unpost"),
        lambda client: client.rows("$metadata"),
        lambda client: client.one("Document_X", Ref("00000000-0000-4000-8000-000000000001')/Post")),
        lambda client: client.create("Document_X/Post", {}),
        lambda client: client.create("InformationRegister_X", {}),
        lambda client: client.create("Document_X", {"Posted": True}),
        lambda client: client.create("Document_X", {"DeletionMark": True}),
    ],
)
def test_there_is_no_way_to_post_or_mark(call: Callable[[ODataClient], Any], tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    with pytest.raises(ValueError, match=r"set|guid|drafts"):
        call(desk.client)
    assert not {"patch", "put", "delete", "post"} & set(dir(desk.client))


def test_one_object_by_its_key(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    found = desk.client.one("Catalog_Контрагенты", Ref(desk.refs.counterparty))
    assert found is not None
    assert found["ИНН"] == CLIENT.inn
    assert desk.client.one("Catalog_Контрагенты", Ref(desk.refs.contract)) is None


def test_without_a_digest_nothing_is_checked_yet(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path, digest=False)
    with pytest.raises(TryLater) as caught:
        desk.books.check()
    assert (caught.value.reason, caught.value.after) == ("digest_missing", 60)


def test_sums_come_as_exact_decimals(tmp_path: Path) -> None:
    desk = open_desk(BP, tmp_path)
    stored = desk.books.create(act(desk))
    line = stored.lines[0]
    assert (stored.total, line.quantity, line.vat_amount) == (Decimal(122000), Decimal(40), Decimal(22000))
    assert all(isinstance(one, Decimal) for one in (stored.total, line.quantity, line.price))
