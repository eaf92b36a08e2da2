"""A client we created in 1C stays the one of his company, whatever the accountant corrects in him."""

from __future__ import annotations

from tests.scenarios.stories import CONTRACTS, PARTIES, House, act_of, shown
from tests.scenarios.test_a_client_or_contract_1c_does_not_know_is_entered_by_the_accountant_or_by_the_rule import (
    NEW,
    deals_with,
    newcomer,
)
from tests.stand import Stand


def met(house: House) -> tuple[Stand, dict[str, object], str]:
    """A newcomer with his first act."""
    stand = house(rules={"main": {"create_counterparty": True, "create_contract": True}})
    client = newcomer(stand)
    [deal] = deals_with(stand, client)
    stand.quiet()
    return stand, client, str(act_of(stand, deal)["Контрагент_Key"])


def test_he_is_registered_in_russia(house: House) -> None:
    stand, _, made = met(house)
    [country] = stand.bases["main"].find("Catalog_СтраныМира", Code="643")
    [party] = stand.bases["main"].find(PARTIES, Ref_Key=made)
    assert party.values["СтранаРегистрации_Key"] == country.values["Ref_Key"]


def test_a_corrected_kpp_makes_no_second_one(house: House) -> None:
    stand, client, made = met(house)
    stand.bases["main"].accountant.edit(PARTIES, made, КПП="780301003")
    stand.clock.advance(120)
    [deal] = deals_with(stand, client)
    stand.quiet()
    assert (stand.reasons(), shown(stand, [deal])) == ([], [deal])
    assert act_of(stand, deal)["Контрагент_Key"] == made
    assert len(stand.bases["main"].find(PARTIES, ИНН=NEW.inn)) == 1


def test_a_marked_one_gives_way_to_the_accountants_own(house: House) -> None:
    stand, client, made = met(house)
    accountant = stand.bases["main"].accountant
    accountant.mark(PARTIES, made)
    kind = {"ЮридическоеФизическоеЛицо": "ЮридическоеЛицо", "НаименованиеПолное": NEW.name}
    own = accountant.add(PARTIES, Description=NEW.name, ИНН=NEW.inn, КПП=NEW.kpp, **kind)
    stand.clock.advance(120)
    [deal] = deals_with(stand, client)
    stand.quiet()
    assert (stand.reasons(), act_of(stand, deal)["Контрагент_Key"]) == ([], own)
    assert stand.effects().count(f"create {CONTRACTS}") >= 2


def test_a_branch_of_the_same_company_is_another_one(house: House) -> None:
    stand, client, made = met(house)
    branch = stand.person.add_requisite(
        int(str(client["COMPANY_ID"])), RQ_INN=NEW.inn, RQ_KPP="780401004", RQ_COMPANY_NAME="Филиал"
    )
    stand.person.add_address(branch, CITY="Псков", ADDRESS_1="Ленина 2")
    stand.clock.advance(120)
    [deal] = deals_with(stand, {**client, "requisite": branch})
    stand.quiet()
    assert (stand.reasons(), shown(stand, [deal])) == ([], [deal])
    assert act_of(stand, deal)["Контрагент_Key"] != made
