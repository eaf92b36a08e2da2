"""Which client, which of his requisites, which of our companies: never guessed, always asked of the right person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.stories import (
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
    without_events,
)
from tests.simulators.bitrix24.fields import CONTACT
from tests.simulators.bitrix24.requisites import REQUISITE
from tests.simulators.onec.seeding import CLIENT, OUR, Party, inn
from tests.stand import Stand

SECOND = Party("ООО Сирень", inn("780234568"), "780201002")
OTHER_OWN = Party("ООО Лютик", inn("770123457"), "770101002")
CARD: dict[str, Any] = {"RQ_INN": CLIENT.inn, "RQ_KPP": CLIENT.kpp, "RQ_COMPANY_NAME": CLIENT.name}


def own_requisite(stand: Stand, party: Party) -> int:
    """Our own company in Bitrix24."""
    company = stand.person.add_company(party.name, IS_MY_COMPANY=True)
    return stand.person.add_requisite(company, RQ_INN=party.inn, RQ_KPP=party.kpp, RQ_COMPANY_NAME=party.name)


def where(deal: int) -> str:
    return f"/crm/deal/details/{deal}/"


def test_a_deal_without_a_client_waits_for_one(office: Stand) -> None:
    [deal] = closed(office, COMPANY_ID=0)
    waits(office, [deal], "client_missing", 5, "клиент", where(deal))
    stays_quiet(office, [deal])
    office.person.edit_deal(deal, COMPANY_ID=office.company)
    goes_on(office, [deal])


def test_a_person_as_client_is_served_by_his_own_requisite(house: House) -> None:
    stand = house(rules={"main": {"create_counterparty": True, "create_contract": True}})
    contact = stand.person.add_contact("Пётр", "Иванов")
    [deal] = closed(stand, COMPANY_ID=0, CONTACT_ID=contact)
    stand.person.link_requisites(deal)
    waits(stand, [deal], "client_missing", 5, "Пётр Иванов", f"/crm/contact/details/{contact}/")
    stays_quiet(stand, [deal])
    card = stand.person.add_requisite(
        contact, preset=3, entity=CONTACT, RQ_INN=inn("7802345678"), RQ_FIRST_NAME="Пётр", RQ_LAST_NAME="Иванов"
    )
    stand.person.add_address(card, kind=4, CITY="Псков")
    later(stand, 3600)
    goes_on(stand, [deal])


def test_two_requisites_without_a_choice_wait_until_one_is_chosen(office: Stand) -> None:
    office.person.add_requisite(office.company, **CARD | {"RQ_KPP": SECOND.kpp})
    [deal] = closed(office)
    office.person.link_requisites(deal)
    waits(office, [deal], "requisite_ambiguous", 5, CLIENT.name, CLIENT.inn, where(deal))
    stays_quiet(office, [deal])
    # Choosing a requisite raises no event of its own: the sweep sees it.
    office.person.link_requisites(deal, requisite=office.requisite)
    later(office, 3600)
    goes_on(office, [deal])


def test_each_deal_that_has_to_choose_is_named(office: Stand) -> None:
    office.person.add_requisite(office.company, **CARD | {"RQ_KPP": SECOND.kpp})
    deals = closed(office, 3)
    for deal in deals:
        office.person.link_requisites(deal)
    office.quiet()
    assert len(asked(office)) == 3
    assert all(any(where(deal) in text for _, text in asked(office)) for deal in deals)


def test_a_second_requisite_out_of_use_does_not_disturb(office: Stand) -> None:
    office.person.add_requisite(office.company, **CARD | {"RQ_KPP": SECOND.kpp, "ACTIVE": False})
    [deal] = closed(office)
    office.person.link_requisites(deal)
    office.quiet()
    assert shown(office, [deal]) == [deal]


def test_a_branch_is_told_from_its_head_office_by_its_kpp(house: House) -> None:
    stand = house(rules={"main": {"create_counterparty": True, "create_contract": True}})
    branch = stand.person.add_requisite(stand.company, **CARD | {"RQ_KPP": "781343001"})
    stand.person.add_address(branch, CITY="Выборг")
    head, of_branch = closed(stand, 2)
    stand.person.link_requisites(of_branch, requisite=branch)
    stand.quiet()
    assert act_of(stand, head)["Контрагент_Key"] == stand.refs["main"].counterparty
    assert act_of(stand, of_branch)["Контрагент_Key"] != stand.refs["main"].counterparty


def test_a_foreign_client_waits_for_a_decision(office: Stand) -> None:
    office.portal.crm.presets[9] = {"ID": 9, "NAME": "ТОО", "XML_ID": "KZ", "COUNTRY_ID": 6, "SORT": 500}
    company = office.person.add_company("ТОО Степь")
    card = office.person.add_requisite(company, preset=9, RQ_COMPANY_NAME="ТОО Степь")
    office.person.add_address(card, CITY="Астана")
    [deal] = closed(office, COMPANY_ID=company)
    office.person.link_requisites(deal)
    waits(office, [deal], "foreign_client", 5, "ТОО Степь", f"/crm/company/details/{company}/")
    stays_quiet(office, [deal])


@pytest.mark.parametrize("lost", [False, True])
def test_a_deal_without_our_company_waits_when_the_rule_names_none(house: House, lost: bool) -> None:
    stand = house(rules={"main": {"organisation": None}})
    own = own_requisite(stand, OUR)
    [deal] = closed(stand)
    waits(stand, [deal], "no_organisation", 5, where(deal))
    stays_quiet(stand, [deal])

    def choose() -> None:
        stand.person.link_requisites(deal, requisite=stand.requisite, own_requisite=own)
        stand.person.edit_deal(deal, COMMENTS="Выбрали")

    if lost:
        without_events(stand, choose)
        later(stand, 3600)
    else:
        choose()
    goes_on(stand, [deal])
    assert act_of(stand, deal)["Организация_Key"] == stand.refs["main"].organisation


def test_the_rule_may_name_our_company_afterwards(house: House) -> None:
    stand = house(rules={"main": {"organisation": None}})
    deals = closed(stand, 2)
    stand.quiet()
    assert stand.reasons() == ["no_organisation"] * 2
    change_rule(stand, organisation={"inn": OUR.inn, "kpp": OUR.kpp})
    stand.quiet()
    assert (stand.reasons(), shown(stand, deals)) == ([], deals)


def test_deal_and_rule_naming_different_companies_wait(office: Stand) -> None:
    other, ours = own_requisite(office, OTHER_OWN), own_requisite(office, OUR)
    [deal] = closed(office)
    office.person.link_requisites(deal, requisite=office.requisite, own_requisite=other)
    waits(office, [deal], "organisation_mismatch", 5, OTHER_OWN.inn, OUR.inn, where(deal))
    stays_quiet(office, [deal])
    office.person.link_requisites(deal, requisite=office.requisite, own_requisite=ours)
    office.person.edit_deal(deal, COMMENTS="Исправили")
    goes_on(office, [deal])


def test_our_company_unknown_to_1c_is_for_the_accountant(house: House) -> None:
    stand = house(rules={"main": {"organisation": {"inn": OTHER_OWN.inn, "kpp": OTHER_OWN.kpp}}})
    deals = closed(stand, 8)
    waits(stand, deals, "organisation_missing", 7, OTHER_OWN.inn, OTHER_OWN.kpp, "main")
    stays_quiet(stand, deals[:1])
    accountant = stand.bases["main"].accountant
    own = accountant.add("Catalog_Организации", Description=OTHER_OWN.name, ИНН=OTHER_OWN.inn, КПП=OTHER_OWN.kpp)
    money = {"ВалютаВзаиморасчетов_Key": stand.refs["main"].currencies["643"], "Организация_Key": own}
    owner = {"Owner_Key": stand.refs["main"].counterparty, "ВидДоговора": "СПокупателем"}
    accountant.add("Catalog_ДоговорыКонтрагентов", Description="Договор 2", **money, **owner)
    later(stand, 3600)
    goes_on(stand, deals, person=7)


def test_inn_with_spaces_is_as_good_as_without(office: Stand) -> None:
    spaced = f" {CLIENT.inn[:4]} {CLIENT.inn[4:]} "
    office.person.edit_requisite(office.requisite, RQ_INN=spaced, RQ_KPP=f" {CLIENT.kpp}")
    deals = closed(office)
    office.quiet()
    assert (shown(office, deals), resolved(office)) == (deals, [])


def test_an_entrepreneur_needs_no_kpp_and_may_have_a_registration_address_only(house: House) -> None:
    stand = house(rules={"main": {"create_counterparty": True, "create_contract": True}})
    company = stand.person.add_company("ИП Иванов")
    card = stand.person.add_requisite(company, preset=2, RQ_INN=inn("7802345678"), RQ_NAME="ИП Иванов", RQ_KPP="")
    stand.person.add_address(card, kind=4, CITY="Псков")
    [deal] = closed(stand, COMPANY_ID=company)
    stand.person.link_requisites(deal, requisite=card)
    stand.quiet()
    assert shown(stand, [deal]) == [deal]


def test_the_registration_address_of_a_legal_entity_does_not_count(office: Stand) -> None:
    del office.portal.crm.addresses[6, REQUISITE, office.requisite]
    office.person.add_address(office.requisite, kind=4, CITY="Псков")
    deals = closed(office)
    waits(office, deals, "address_missing")
