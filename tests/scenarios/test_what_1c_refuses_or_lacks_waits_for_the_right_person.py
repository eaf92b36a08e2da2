"""Closed periods, refusals, rights, unpublished objects: told once, never hammered, going on when mended in 1C."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.scenarios.stories import (
    SALE,
    House,
    act_of,
    asked,
    change_rule,
    closed,
    goes_on,
    later,
    resolved,
    shown,
    stays_quiet,
    waits,
)
from tests.simulators.bitrix24 import troubles
from tests.simulators.onec import Switches
from tests.stand import ACCOUNTANT, ADMIN, MANAGER, Stand

DAY = 86_400


def posts(stand: Stand, base: str = "main") -> int:
    """How often a document was sent to the base."""
    return sum(method == "POST" for method, _, _ in stand.bases[base].requests)


def test_a_closed_period_is_tried_once_a_day_until_it_is_opened(office: Stand) -> None:
    office.bases["main"].accountant.close_period("2026-11-30")
    deals = closed(office, 5)
    waits(office, deals, "period_closed", ACCOUNTANT, "01.12.2026", "main")
    tried = posts(office)
    office.minutes(60)
    assert posts(office) == tried
    later(office, DAY)
    assert (posts(office), len(asked(office))) == (2 * tried, 1)
    office.bases["main"].accountant.open_periods()
    later(office, DAY)
    goes_on(office, deals, person=ACCOUNTANT)
    assert {str(act["Date"])[:10] for act in office.acts()} == {"2026-11-20"}


def test_the_rule_may_date_the_act_to_the_first_open_day(office: Stand) -> None:
    office.bases["main"].accountant.close_period("2026-11-30")
    deals = closed(office, 2)
    waits(office, deals, "period_closed", ACCOUNTANT)
    change_rule(office, closed_period="first_open_day")
    goes_on(office, deals, person=ACCOUNTANT)
    for deal in deals:
        act = act_of(office, deal)
        assert str(act["Date"])[:10] == "2026-12-01"
        assert [day for day in ("20.11.2026", "01.12.2026") if day not in str(act["Комментарий"])] == []
    assert office.portal.crm.items[2][deals[0]]["UF_CRM_ONEC_ACT_DATE"] == "01.12.2026"


@pytest.mark.parametrize("ref_key", ["honoured", "ignored"])
def test_the_first_open_day_is_used_at_once_and_makes_one_act(
    house: House, ref_key: Literal["honoured", "ignored"]
) -> None:
    stand = house(switches=Switches(ref_key=ref_key), rules={"main": {"closed_period": "first_open_day"}})
    stand.bases["main"].accountant.close_period("2026-11-30")
    deals = closed(stand, 2)
    stand.quiet()
    stand.minutes(10)
    assert (shown(stand, deals), len(stand.acts()), asked(stand)) == (deals, 2, [])


def test_a_refusal_of_1c_is_final_until_somebody_changes_the_deal(house: House) -> None:
    said = "Не указан договор сопровождения [b]123[/b]"
    stand = house(switches=Switches(refuse_write={SALE: said}))
    deals = closed(stand, 2)
    waits(stand, deals, "refused_by_1c", ACCOUNTANT, "Не указан договор сопровождения", "main")
    assert "[b]" not in asked(stand)[0][1]
    tried = posts(stand)
    stand.minutes(10)
    later(stand, 2 * DAY)
    assert (posts(stand), len(asked(stand))) == (tried, 1)
    stand.bases["main"].switches.refuse_write = {}
    for deal in deals:
        stand.person.edit_deal(deal, COMMENTS="Договор указан")
    goes_on(stand, deals, person=ACCOUNTANT)


def test_a_missing_right_is_for_the_admin(office: Stand) -> None:
    office.bases["main"].administrator.deny(SALE, write_only=True)
    deals = closed(office, 5)
    waits(office, deals, "missing_right", ADMIN, SALE, "main")
    stays_quiet(office, deals[:1])
    office.bases["main"].administrator.allow(SALE)
    later(office, 3600)
    goes_on(office, deals, person=ADMIN)
    assert office.services.breakers.all() == []


def test_a_hidden_client_is_a_missing_right_not_a_missing_client(house: House) -> None:
    stand = house(rules={"main": {"create_counterparty": True, "create_contract": True}})
    client = stand.refs["main"].counterparty
    stand.bases["main"].administrator.hide_rows("Catalog_Контрагенты", {"Ref_Key": client})
    deals = closed(stand)
    waits(stand, deals, "missing_right", ADMIN, "Catalog_Контрагенты")
    stand.bases["main"].administrator.allow("Catalog_Контрагенты")
    later(stand, 3600)
    goes_on(stand, deals, person=ADMIN)


def test_an_object_that_is_not_published_is_for_the_admin(house: House) -> None:
    stand = house()
    stand.bases["main"].administrator.conceal("Catalog_ДоговорыКонтрагентов")
    deals = closed(stand, 3)
    waits(stand, deals, "profile_missing", ADMIN, "Catalog_ДоговорыКонтрагентов", "bp30.sale_act", "main")
    stays_quiet(stand, deals[:1])
    stand.bases["main"].administrator.expose("Catalog_ДоговорыКонтрагентов")
    later(stand, 3600)
    goes_on(stand, deals, person=ADMIN)


def test_an_object_missed_by_the_daily_check_is_seen_within_the_hour_once_it_is_published(office: Stand) -> None:
    office.bases["main"].administrator.conceal("Catalog_Контрагенты")
    later(office, DAY)
    deals = closed(office, 3)
    waits(office, deals, "profile_missing", ADMIN, "Catalog_Контрагенты")
    office.bases["main"].administrator.expose("Catalog_Контрагенты")
    office.minutes(20)
    later(office, 3600)
    goes_on(office, deals, person=ADMIN)


def test_an_act_kept_otherwise_is_shown_to_the_accountant_and_settled_by_his_change(office: Stand) -> None:
    base = office.bases["main"]
    # This release keeps ten signs of a row's text and cuts the rest in silence.
    shorter = base.product.changed({f"{SALE}/Услуги": "Содержание: str 10"}, ())
    base.product = base.store.product = shorter
    deals = closed(office)
    office.quiet()
    assert office.reasons() == ["read_back_differs"]
    [(who, text)] = asked(office)
    assert who == ACCOUNTANT
    assert [word for word in ("Содержание", "#e1cib/data/") if word not in text] == []
    assert len(office.acts()) == 1
    stays_quiet(office, [])
    base.accountant.edit(SALE, str(office.acts()[0]["Ref_Key"]), СпособЗачетаАвансов="НеЗачитывать")
    later(office, 3600)
    assert (office.reasons(), len(office.acts()), len(resolved(office))) == ([], 1, 1)
    assert shown(office, deals) == deals


def test_an_act_the_deal_refuses_to_show_waits_and_is_shown_later(office: Stand) -> None:
    office.portal.options.disabled_methods.add("crm.item.update")
    deals = closed(office, 4)
    office.quiet()
    assert (office.reasons(), len(office.acts())) == (["not_written_back"] * 4, 4)
    assert [who for who, _ in asked(office)] == [MANAGER]
    assert "/crm/deal/details/" in asked(office)[0][1]
    stays_quiet(office, [])
    office.portal.options.disabled_methods.clear()
    later(office, 3600)
    goes_on(office, deals)


def test_a_portal_that_forbids_the_whole_call_does_not_lose_the_act(office: Stand) -> None:
    office.portal.faults.add(troubles.error(403, "insufficient_scope", "no scope", "crm.item.update"))
    deals = closed(office)
    office.quiet()
    assert (office.reasons(), len(office.acts())) == (["missing_scope"], 1)
    assert [who for who, _ in asked(office)] == [ADMIN]
    later(office, 3600)
    goes_on(office, deals, person=ADMIN)
