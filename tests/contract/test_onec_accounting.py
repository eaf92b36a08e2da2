"""Nine documents over the simulated bases: written once, read back equal, found by their mark."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common.errors import AlreadyThere, InDoubt, SideRefused
from common.model.acts import Rate
from common.model.ids import EMPTY_REF, Ref
from common.ports import Accounting
from tests.simulators.onec import platform_answers as trouble
from tests.simulators.onec.seeding import CLIENT
from tests.unit.onec.desk import DAY, PROFILES, Desk, act, choices, line, open_desk

every = pytest.mark.parametrize("profile_id", PROFILES)
TRADE = [one for one in PROFILES if one.startswith(("ut11", "erp2"))]
EVERYWHERE = ("counterparty", "contract", "organisation", "currency")
LINKS = [(one, link) for one in PROFILES for link in EVERYWHERE]
LINKS += [(one, link) for one in TRADE for link in ("partner", "agreement")]
NOWHERE = Ref("99999999-9999-4999-8999-999999999999")


def as_port(desk: Desk) -> Accounting:
    """Type-checked proof that the class fits the port."""
    return desk.books


@every
def test_a_draft_is_written_once_and_comes_back_equal(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    wanted = act(desk, lines=(line(desk), line(desk, text="Вторая")), total=Decimal("244000.00"))
    books = as_port(desk)
    stored = books.read_back(wanted, books.write(wanted))
    assert desk.books.differences(wanted, stored) == []
    assert (stored.ref, stored.day, stored.posted, stored.marked) == (wanted.ref, DAY, False, False)
    assert stored.number
    assert desk.books.read(wanted.ref) == replace(stored, otherwise=())
    assert desk.documents() == 1


@every
def test_the_same_key_is_refused_the_second_time(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    desk.books.create(act(desk))
    with pytest.raises(AlreadyThere):
        desk.books.create(act(desk))
    assert desk.documents() == 1


@every
def test_an_act_costs_at_most_five_requests_warm(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)

    def carry(deal: int) -> None:
        books, wanted = desk.books, act(desk, deal)
        assert books.check() == []
        assert books.currency("643") == wanted.currency
        books.organisations()
        books.vat_values()
        for one in wanted.lines:
            books.item(one.item) if books.needs.item else None
            books.unit("356") if books.needs.unit else None
        for name, choice in choices(desk).items():
            books.default(name, choice)
        buyer = books.counterparties(CLIENT.inn, CLIENT.kpp)[0]
        if books.needs.agreement:
            books.agreements(buyer, wanted.organisation, wanted.currency)
        books.contracts(buyer, wanted.organisation, wanted.currency)
        books.create(wanted)

    carry(1)
    cost = desk.hits(lambda: carry(2))
    assert cost == (5 if desk.books.needs.agreement else 4)


@every
def test_a_lost_answer_is_in_doubt_and_the_act_is_found(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    wanted = act(desk)
    desk.base.faults.add(trouble.drop_after(match=trouble.method("POST")))
    with pytest.raises(InDoubt):
        desk.books.create(wanted)
    found = desk.books.read(wanted.ref)
    assert found is not None
    assert desk.books.find(wanted.token, wanted.day) == [found]
    assert desk.books.differences(wanted, found) == []


@every
def test_a_mark_is_found_around_its_day_and_never_in_part(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    wanted, other = act(desk, 12), act(desk, 123)
    second = act(desk, 5, comment="[b24:portal/12/services]#2", token="[b24:portal/12/services#2]")
    for one in (wanted, other, second):
        desk.books.create(one)
    for days in (-1, 0, 1):
        found = desk.books.find(wanted.token, wanted.day + timedelta(days))
        assert [one.ref for one in found] == [wanted.ref]
    assert desk.books.find(wanted.token, wanted.day + timedelta(2)) == []
    assert desk.books.find("[b24:portal/1/services]", wanted.day) == []


@every
def test_a_base_that_gives_its_own_keys_shows_it(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    desk.base.switches.ref_key = "ignored"
    wanted = act(desk)
    stored = desk.books.create(wanted)
    assert stored.ref != wanted.ref
    assert desk.books.differences(wanted, stored) == []
    assert desk.books.read(wanted.ref) is None
    assert [one.ref for one in desk.books.find(wanted.token, wanted.day)] == [stored.ref]


@pytest.mark.parametrize(("profile_id", "party"), LINKS)
def test_a_broken_link_is_noticed(profile_id: str, party: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    broken: dict[str, Any] = {party: NOWHERE}
    wanted = replace(act(desk), **broken)
    apart = desk.books.differences(wanted, desk.books.create(wanted))
    assert apart
    assert str(NOWHERE) in apart[0]
    assert str(EMPTY_REF) in apart[0]


@every
def test_what_1c_cuts_ignores_or_computes_otherwise_is_noticed(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    wanted = act(desk, total=Decimal("1.00"))
    apart = desk.books.differences(wanted, desk.books.create(wanted))
    assert [one.partition(":")[0] for one in apart] == ["СуммаДокумента"]
    if desk.profile.lines.text is None:
        return
    stored = desk.books.create(act(desk, 77))
    shortened: dict[str, Any] = {desk.profile.lines.section: [{desk.profile.lines.text.name: "Кратко"}]}
    desk.base.accountant.edit(desk.profile.entity, stored.ref, **shortened)
    found = desk.books.read(stored.ref)
    assert found is not None
    names = {one.partition(":")[0] for one in desk.books.differences(act(desk, 77), found)}
    assert f"{desk.profile.lines.section}[1].{desk.profile.lines.text.name}" in names


@every
def test_over_long_text_is_cut_by_us_and_visibly(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    wanted = act(desk, lines=(line(desk, text="я" * 1500),))
    stored = desk.books.create(wanted)
    assert desk.books.differences(wanted, stored) == []
    limit = desk.books.needs.text_limit
    kept = stored.lines[0].text
    assert kept == {None: "я" * 1500, 0: ""}.get(limit, "я" * 999 + "…")


@every
def test_posting_marking_and_deleting_by_people_show(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    wanted = act(desk)
    desk.books.create(wanted)
    entity = desk.profile.entity
    desk.base.accountant.post(entity, wanted.ref)
    posted = desk.books.read(wanted.ref)
    desk.base.accountant.mark(entity, wanted.ref)
    marked = desk.books.read(wanted.ref)
    desk.base.accountant.delete(entity, wanted.ref)
    assert posted is not None
    assert marked is not None
    assert (posted.posted, marked.posted, marked.marked) == (True, False, True)
    assert posted.version != marked.version
    assert desk.books.read(wanted.ref) is None


@every
def test_a_closed_period_is_told_with_its_date(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    desk.base.accountant.close_period("2026-01-31")
    with pytest.raises(SideRefused) as caught:
        desk.books.create(act(desk))
    assert caught.value.stops[0].reason == "period_closed"
    assert "ранее 01.02.2026" in caught.value.stops[0].details
    assert desk.documents() == 0


def test_a_fixed_time_of_documents_is_no_difference(tmp_path: Path) -> None:
    desk = open_desk("bp30.sale_act", tmp_path)
    desk.base.switches.fixed_time = True
    wanted = act(desk)
    assert desk.books.differences(wanted, desk.books.create(wanted)) == []


def test_an_act_without_vat(tmp_path: Path) -> None:
    for profile_id in PROFILES:
        folder = tmp_path / profile_id
        folder.mkdir()
        desk = open_desk(profile_id, folder)
        none = next(value for value in desk.books.vat_values() if value.rate is None)
        wanted = act(desk, without_vat=True, lines=(line(desk, vat=none, vat_amount=Decimal("0.00")),))
        assert desk.books.differences(wanted, desk.books.create(wanted)) == [], profile_id


def test_prices_without_vat(tmp_path: Path) -> None:
    for profile_id in PROFILES:
        folder = tmp_path / profile_id
        folder.mkdir()
        desk = open_desk(profile_id, folder)
        priced = line(desk, price=Decimal("2500.00"), amount=Decimal("100000.00"))
        wanted = act(desk, vat_included=False, lines=(priced,))
        assert desk.books.differences(wanted, desk.books.create(wanted)) == [], profile_id


@every
def test_a_foreign_currency_costs_one_request_more(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    dollar = Ref(desk.refs.currencies["840"])
    desk.base.accountant.set_rate(dollar, "2026-01-15", "912.3456", 10)
    rates: list[Rate | None] = []
    assert desk.hits(lambda: rates.append(desk.books.rate(dollar, DAY))) == 1
    rate = rates[0]
    assert rate == Rate(Decimal("912.3456"), 10, date(2026, 1, 15))
    wanted = act(
        desk, currency=dollar, settlement_currency=dollar, rate=rate.rate, multiplicity=rate.multiplicity, contract=None
    )
    assert desk.books.differences(wanted, desk.books.create(wanted)) == []


def test_rates_before_the_first_are_none(tmp_path: Path) -> None:
    desk = open_desk("bp30.sale_act", tmp_path)
    dollar = Ref(desk.refs.currencies["840"])
    assert desk.books.rate(dollar, date(2020, 1, 1)) is None
    assert desk.books.rate(dollar, date(2025, 12, 31)) == Rate(Decimal("92.5"), 1, date(2025, 12, 31))
    assert desk.books.rate(NOWHERE, DAY) is None


@pytest.mark.parametrize("profile_id", ["bp30.sale_act", "ut11.sale", "unf30.completed_work"])
def test_links_open_the_document(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    link = desk.books.link(Ref("6a935645-bbeb-11f0-8135-00505694551b"))
    assert link == f"https://1c.test/main/#e1cib/data/{desk.profile.title}?ref=813500505694551b11f0bbeb6a935645"


@every
def test_nothing_but_drafts_and_reads_is_ever_sent(profile_id: str, tmp_path: Path) -> None:
    desk = open_desk(profile_id, tmp_path)
    stored = desk.books.create(act(desk))
    desk.books.find("[b24:portal/12/services]", DAY)
    desk.books.probe()
    assert {method for method, *_ in desk.base.requests} == {"GET", "POST"}
    record = desk.base.find(desk.profile.entity, Ref_Key=stored.ref)[0]
    assert (record.values["Posted"], record.values["DeletionMark"]) == (False, False)
