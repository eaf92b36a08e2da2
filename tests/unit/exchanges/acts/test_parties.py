"""Every fault of the parties is found, all at once, and says where to mend it."""

from __future__ import annotations

import pytest

from common.exchanges.acts.model import OwnCompany
from common.exchanges.acts.parties import client, organisation
from common.model.deals import Address, RequisiteLink
from common.model.ids import ContactId, RequisiteId
from tests.unit.exchanges.acts.samples import (
    CLIENT_INN,
    OWN_INN,
    OWN_KPP,
    PLACE,
    deal,
    facts,
    requisite,
    rule,
)

PERSON_INN = "500100732259"


def reasons(**changes: object) -> list[str]:
    found, stops = client(facts(**changes), PLACE)
    assert (found is None) == bool(stops)
    return [stop.reason for stop in stops]


def test_the_linked_requisite_is_taken_with_spaces_removed() -> None:
    spaced = requisite(inn=" 7707 083893 ", kpp="7736 01001")
    found, stops = client(facts(requisites=(spaced, requisite(id=RequisiteId(41)))), PLACE)
    assert stops == []
    assert found is not None
    assert (found.inn, found.kpp, found.address) == (CLIENT_INN, "773601001", "125009, Москва, Тверская 1")


def test_without_a_link_the_only_active_requisite_is_taken() -> None:
    idle = requisite(id=RequisiteId(41), active=False)
    found, _ = client(facts(link=None, requisites=(requisite(), idle)), PLACE)
    assert found is not None
    assert found.requisite == 40


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"inn": ""}, ["inn_missing"]),
        ({"inn": "", "country": 6}, ["foreign_client"]),
        ({"inn": "7707083894"}, ["inn_invalid"]),
        ({"inn": "٧٧٠٧٠٨٣٨٩٣"}, ["inn_invalid"]),
        ({"kpp": ""}, ["kpp_missing"]),
        ({"kpp": "77360"}, ["kpp_invalid"]),
        ({"inn": PERSON_INN, "kpp": ""}, []),
    ],
)
def test_tax_ids(change: dict[str, object], expected: list[str]) -> None:
    assert reasons(requisites=(requisite(**change),)) == expected


def test_all_faults_come_at_once_and_name_company_and_card() -> None:
    _, stops = client(facts(requisites=(requisite(kpp=""),), addresses=()), PLACE)
    assert [stop.reason for stop in stops] == ["kpp_missing", "address_missing"]
    assert {stop.subject for stop in stops} == {"ООО Ромашка"}
    assert {stop.where for stop in stops} == {"https://example.bitrix24.ru/crm/company/details/7/"}
    assert {stop.awaits for stop in stops} == {"company:7"}


def test_registration_address_serves_persons_only() -> None:
    registered = (Address(RequisiteId(40), 4, "Омск, Мира 1"),)
    assert reasons(addresses=registered) == ["address_missing"]
    assert reasons(addresses=registered, requisites=(requisite(inn=PERSON_INN, kpp=""),)) == []


def test_several_requisites_or_a_foreign_link_are_never_guessed() -> None:
    two = (requisite(), requisite(id=RequisiteId(41), name="ООО Лютик"))
    assert reasons(link=None, requisites=two) == ["requisite_ambiguous"]
    assert reasons(link=RequisiteLink(RequisiteId(99), None)) == ["requisite_ambiguous"]


def test_contact_without_company() -> None:
    alone = deal(company=None, contact=ContactId(3))
    own = requisite(owner_kind="contact", owner=3, inn=PERSON_INN, kpp="")
    assert reasons(deal=alone, requisites=(own,)) == []
    assert reasons(deal=alone, requisites=(), link=None) == ["client_missing"]
    assert reasons(deal=deal(company=None)) == ["client_missing"]
    assert reasons(requisites=(), link=None) == ["inn_missing"]


def test_organisation_of_rule_and_deal() -> None:
    own = requisite(inn=OWN_INN, kpp=OWN_KPP)
    fixed = OwnCompany(OWN_INN, OWN_KPP)
    assert organisation(facts(), rule(), PLACE) == (fixed, [])
    assert organisation(facts(own=own), rule(organisation=None), PLACE) == (fixed, [])
    assert organisation(facts(own=own), rule(), PLACE) == (fixed, [])
    other = requisite(inn=CLIENT_INN)
    assert [stop.reason for stop in organisation(facts(own=other), rule(), PLACE)[1]] == ["organisation_mismatch"]
    assert [stop.reason for stop in organisation(facts(), rule(organisation=None), PLACE)[1]] == ["no_organisation"]
