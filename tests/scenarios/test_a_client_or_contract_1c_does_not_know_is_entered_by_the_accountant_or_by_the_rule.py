"""Counterparty and contract: found, never guessed among several, created once when the rule says so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.stories import (
    CONTRACTS,
    PARTIES,
    House,
    act_of,
    change_rule,
    closed,
    goes_on,
    later,
    map_value,
    shown,
    stays_quiet,
    waits,
)
from tests.simulators.onec.seeding import CLIENT, Party, inn
from tests.stand import ACCOUNTANT, ADMIN, Stand

AGREEMENTS = "Catalog_СоглашенияСКлиентами"
NEW = Party("ООО Сирень", inn("780234568"), "780201002")


def newcomer(stand: Stand) -> dict[str, Any]:
    """A client 1C has never met: the fields of a deal with him."""
    company = stand.person.add_company(NEW.name)
    card = stand.person.add_requisite(company, RQ_INN=NEW.inn, RQ_KPP=NEW.kpp, RQ_COMPANY_NAME=NEW.name)
    stand.person.add_address(card, CITY="Псков", ADDRESS_1="Ленина 1")
    stand.quiet()
    return {"COMPANY_ID": company, "requisite": card}


def deals_with(stand: Stand, client: dict[str, Any], number: int = 1, base: str = "main") -> list[int]:
    deals = [stand.deal(base, COMPANY_ID=client["COMPANY_ID"]) for _ in range(number)]
    for deal in deals:
        stand.person.link_requisites(deal, requisite=client["requisite"])
        stand.reach(deal, base)
    return deals


def entered(stand: Stand, party: Party = NEW) -> str:
    kind = {"ЮридическоеФизическоеЛицо": "ЮридическоеЛицо", "НаименованиеПолное": party.name}
    accountant = stand.bases["main"].accountant
    return accountant.add(PARTIES, Description=party.name, ИНН=party.inn, КПП=party.kpp, **kind)


def contracted(stand: Stand, counterparty: str, number: str = "7", day: str = "2026-05-05", **fields: Any) -> str:
    refs = stand.refs["main"]
    named: dict[str, Any] = {"Организация_Key": refs.organisation, "ВидДоговора": "СПокупателем", "Номер": number}
    named |= {"ВалютаВзаиморасчетов_Key": refs.currencies["643"], "Дата": f"{day}T00:00:00", "Owner_Key": counterparty}
    return stand.bases["main"].accountant.add(CONTRACTS, **{"Description": f"Договор {number}", **named, **fields})


def test_an_unknown_client_waits_for_the_accountant(office: Stand) -> None:
    deals = deals_with(office, newcomer(office), 8)
    waits(office, deals, "counterparty_missing", ACCOUNTANT, NEW.name, NEW.inn, NEW.kpp, "main")
    stays_quiet(office, deals[:2])
    contracted(office, entered(office))
    later(office, 3600)
    goes_on(office, deals, person=ACCOUNTANT)


def test_allowing_the_rule_to_create_clients_sets_the_deal_going_at_once(office: Stand) -> None:
    deals = deals_with(office, newcomer(office))
    waits(office, deals, "counterparty_missing", ACCOUNTANT)
    change_rule(office, create_counterparty=True, create_contract=True)
    goes_on(office, deals, person=ACCOUNTANT)


@pytest.mark.parametrize("base", ["main", "small", "trade"])
def test_ten_deals_of_a_new_client_create_him_and_his_contract_once(house: House, base: str) -> None:
    allowed = {"create_counterparty": True, "create_contract": base != "trade"}
    stand = house(bases=[base], rules={base: allowed})
    deals = deals_with(stand, newcomer(stand), 10, base)
    stand.quiet()
    created = [effect for effect in stand.effects(base) if effect.startswith("create")]
    assert created.count(f"create {PARTIES}") == 1
    assert created.count(f"create {CONTRACTS}") == (1 if base != "trade" else 0)
    if base == "trade":
        # An agreement with a client is made by people only: it says how he pays.
        assert stand.reasons() == ["agreement_missing"] * 10
    else:
        assert shown(stand, deals) == deals


def test_two_equal_clients_in_1c_are_never_chosen_between(office: Stand) -> None:
    double = entered(office, CLIENT)
    deals = closed(office)
    waits(office, deals, "counterparty_ambiguous", ACCOUNTANT, CLIENT.name, CLIENT.inn, "main")
    stays_quiet(office, deals)
    office.bases["main"].accountant.mark(PARTIES, double)
    later(office, 3600)
    goes_on(office, deals, person=ACCOUNTANT)
    assert act_of(office, deals[0])["Контрагент_Key"] == office.refs["main"].counterparty


def test_the_table_says_which_of_two_equal_clients_is_meant(office: Stand) -> None:
    double = entered(office, CLIENT)
    contracted(office, double)
    deals = closed(office)
    waits(office, deals, "counterparty_ambiguous", ACCOUNTANT)
    map_value(office, "counterparties", f"company:{office.company}", double, "main")
    later(office, 300)
    goes_on(office, deals, person=ACCOUNTANT)
    assert act_of(office, deals[0])["Контрагент_Key"] == double


def test_a_client_marked_for_deletion_is_not_made_anew(office: Stand) -> None:
    change_rule(office, create_counterparty=True, create_contract=True)
    office.bases["main"].accountant.mark(PARTIES, office.refs["main"].counterparty)
    deals = closed(office)
    waits(office, deals, "counterparty_marked", ACCOUNTANT, CLIENT.name)
    stays_quiet(office, deals)
    office.bases["main"].accountant.mark(PARTIES, office.refs["main"].counterparty, on=False)
    later(office, 3600)
    goes_on(office, deals, person=ACCOUNTANT)


def test_without_a_contract_the_deal_waits(office: Stand) -> None:
    old = office.refs["main"].contract
    office.bases["main"].accountant.edit(CONTRACTS, old, ДоговорЗакрыт=True)
    deals = closed(office, 8)
    waits(office, deals, "contract_missing", ACCOUNTANT, CLIENT.name, "договор", "main")
    stays_quiet(office, deals[:2])
    made = contracted(office, office.refs["main"].counterparty)
    later(office, 3600)
    goes_on(office, deals, person=ACCOUNTANT)
    assert {act["ДоговорКонтрагента_Key"] for act in office.acts()} == {made}


def test_contracts_of_other_kinds_currencies_and_companies_do_not_count(office: Stand) -> None:
    client, refs = office.refs["main"].counterparty, office.refs["main"]
    contracted(office, client, "8", ВидДоговора="СПоставщиком")
    contracted(office, client, "9", ВалютаВзаиморасчетов_Key=refs.currencies["840"])
    contracted(office, client, "10", Организация_Key=entered(office))
    office.bases["main"].accountant.mark(CONTRACTS, contracted(office, client, "11"))
    deals = closed(office)
    office.quiet()
    assert shown(office, deals) == deals
    assert act_of(office, deals[0])["ДоговорКонтрагента_Key"] == refs.contract


def test_several_contracts_wait_until_one_is_closed(office: Stand) -> None:
    other = contracted(office, office.refs["main"].counterparty, "77-А")
    deals = closed(office)
    waits(office, deals, "contract_ambiguous", ACCOUNTANT, CLIENT.name, "77-А")
    stays_quiet(office, deals)
    office.bases["main"].accountant.edit(CONTRACTS, other, ДоговорЗакрыт=True)
    later(office, 3600)
    goes_on(office, deals, person=ACCOUNTANT)


def test_the_rule_may_take_the_newest_contract(house: House) -> None:
    stand = house(rules={"main": {"contract": "newest"}})
    newest = contracted(stand, stand.refs["main"].counterparty)
    deals = closed(stand)
    stand.quiet()
    assert act_of(stand, deals[0])["ДоговорКонтрагента_Key"] == newest


def test_the_deal_may_name_the_contract_by_its_number(house: House) -> None:
    stand = house(rules={"main": {"contract": "field", "contract_field": "UF_CRM_CONTRACT"}})
    stand.person.add_user_field("CONTRACT", "string")
    named = contracted(stand, stand.refs["main"].counterparty, "77-А")
    [right] = closed(stand, UF_CRM_CONTRACT=" 77-А ")
    stand.quiet()
    assert act_of(stand, right)["ДоговорКонтрагента_Key"] == named
    [wrong] = closed(stand, UF_CRM_CONTRACT="77")
    waits(stand, [wrong], "contract_missing", ACCOUNTANT, "77", CLIENT.name)
    stays_quiet(stand, [wrong])
    stand.person.edit_deal(wrong, UF_CRM_CONTRACT="77-А")
    stand.quiet()
    assert (stand.reasons(), shown(stand, [wrong])) == ([], [wrong])


def test_a_default_of_the_rule_that_1c_does_not_know_is_for_the_admin(office: Stand) -> None:
    change_rule(office, defaults={"income_item_group": "Консалтинг"})
    deals = closed(office, 3)
    waits(office, deals, "default_missing", ADMIN, "income_item_group", "Консалтинг", "main")
    stays_quiet(office, deals)
    office.bases["main"].accountant.add("Catalog_НоменклатурныеГруппы", Description="Консалтинг")
    later(office, 3600)
    goes_on(office, deals, person=ADMIN)


def test_a_default_that_fits_two_objects_is_never_guessed(office: Stand) -> None:
    office.bases["main"].accountant.add("Catalog_НоменклатурныеГруппы", Description="Услуги")
    change_rule(office, defaults={"income_item_group": "Услуги"})
    deals = closed(office, 3)
    waits(office, deals, "default_ambiguous", ADMIN, "income_item_group", "Услуги")
    stays_quiet(office, deals)
    change_rule(office, defaults={"income_item_group": office.refs["main"].item_group})
    office.minutes(1)  # the doctor had met it too, and looks at the new rule
    goes_on(office, deals, person=ADMIN)


def test_who_is_named_in_the_table_is_never_created_beside(house: House) -> None:
    stand = house(rules={"main": {"create_counterparty": True, "create_contract": True}})
    client = newcomer(stand)
    map_value(stand, "counterparties", f"company:{client['COMPANY_ID']}", stand.refs["main"].counterparty, "main")
    deals = deals_with(stand, client)
    waits(stand, deals, "counterparty_missing", ACCOUNTANT, NEW.name)
    assert stand.effects() == []


def test_in_trade_an_agreement_comes_first_and_is_made_by_people_only(house: House) -> None:
    stand = house(bases=["trade"], rules={"trade": {"create_contract": True}})
    refs, accountant = stand.refs["trade"], stand.bases["trade"].accountant
    accountant.edit(AGREEMENTS, refs.agreement, Статус="Закрыто")
    deals = closed(stand, 3, "trade")
    waits(stand, deals, "agreement_missing", ACCOUNTANT, CLIENT.name, "trade")
    stays_quiet(stand, deals[:1])
    accountant.edit(AGREEMENTS, refs.agreement, Статус="Действует")
    later(stand, 3600)
    goes_on(stand, deals, person=ACCOUNTANT, base="trade")
    assert {act["Соглашение_Key"] for act in stand.acts("trade")} == {refs.agreement}
