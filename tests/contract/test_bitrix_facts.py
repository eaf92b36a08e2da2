"""The facts of deals: what is read, what is left out, and how many requests it takes (design §7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from re import Match
from typing import Any

import pytest

from common.errors import NeedsPerson, TryLater
from common.model.deals import Address, RequisiteLink
from common.model.ids import DealId, RequisiteId
from tests.simulators.bitrix24 import batch as simulated_batch
from tests.simulators.bitrix24 import requisites
from tests.unit.bitrix.support import Stand, deal_with_everything, party, rows


@pytest.fixture
def stand() -> Stand:
    return Stand()


def test_facts_of_a_deal(stand: Stand) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand)
    found = crm.facts([deal])[deal]
    assert stand.hits() == 1
    assert found is not None
    assert (found.deal.id, found.deal.title, found.deal.stage, found.deal.semantics) == (
        deal,
        "Сопровождение",
        "NEW",
        "P",
    )
    assert (found.deal.amount, found.deal.currency, found.deal.contact) == (Decimal(201), "RUB", None)
    assert found.deal.updated_at == stand.clock.now()
    assert [row.name for row in found.rows] == ["Услуга 0", "Услуга 1"]
    assert [(row.unit_code, row.vat_rate, row.vat_included) for row in found.rows] == [("796", Decimal(20), True)] * 2
    assert found.link == RequisiteLink(RequisiteId(1), RequisiteId(2))
    assert [(one.id, one.inn, one.kpp, one.country, one.active) for one in found.requisites] == [
        (1, "7707083893", "770701001", 1, True)
    ]
    assert found.own is not None
    assert found.own.inn == "7736050003"
    assert found.addresses == (Address(RequisiteId(1), 6, "101000, Москва, Мясницкая 1"),)
    assert found.client_name == "ООО Ромашка"


def test_seven_deals_are_one_request(stand: Stand) -> None:
    crm = stand.crm()
    deals = [deal_with_everything(stand, 50) for _ in range(7)]
    found = crm.facts(deals)
    assert stand.hits() == 1
    assert [len(facts.rows) for facts in found.values() if facts] == [50] * 7
    assert [facts.deal.id for facts in found.values() if facts] == deals


def test_eight_deals_are_two_requests(stand: Stand) -> None:
    crm = stand.crm()
    deals = [deal_with_everything(stand) for _ in range(8)]
    assert set(crm.facts([*deals, *deals])) == set(deals)
    assert stand.hits() == 2


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 1), (50, 1), (51, 1), (150, 1), (151, 2), (301, 2)])
def test_rows_of_a_single_deal(stand: Stand, count: int, requests: int) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand, count)
    found = crm.facts([deal])[deal]
    assert stand.hits() == requests
    assert found is not None
    assert [row.name for row in found.rows] == [f"Услуга {n}" for n in range(count)]


def test_long_deals_among_several_share_one_further_request(stand: Stand) -> None:
    crm = stand.crm()
    deals = [deal_with_everything(stand, count) for count in (3, 120, 51)]
    found = crm.facts(deals)
    assert stand.hits() == 2
    assert [len(facts.rows) for facts in found.values() if facts] == [3, 120, 51]


def test_rows_that_change_while_they_are_read_are_read_later(stand: Stand) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand, 151)
    stand.afterwards.append(lambda: stand.person.set_rows(deal, rows(140)))
    with pytest.raises(TryLater, match="rows_changed_while_read"):
        crm.facts([deal])


def test_a_deal_that_is_gone_is_none_among_others(stand: Stand) -> None:
    crm = stand.crm()
    deals = [deal_with_everything(stand) for _ in range(3)]
    stand.person.delete_deal(deals[1])
    found = crm.facts([*deals, DealId(999)])
    assert stand.hits() == 1
    assert [deal for deal, facts in found.items() if facts is None] == [deals[1], 999]


def test_a_deal_without_link_or_company(stand: Stand) -> None:
    crm = stand.crm()
    bare = DealId(stand.person.add_deal("Пусто"))
    company, _ = party(stand.person)
    unlinked = DealId(stand.person.add_deal("Без связи", COMPANY_ID=company))
    found = crm.facts([bare, unlinked])
    assert stand.hits() == 1
    first, second = found[bare], found[unlinked]
    assert first is not None
    assert second is not None
    assert (first.link, first.requisites, first.own, first.addresses, first.client_name) == (None, (), None, (), "")
    assert (second.link, second.own) == (None, None)
    assert [one.inn for one in second.requisites] == ["7707083893"]
    assert len(second.addresses) == 1


def test_a_link_with_zeros_chooses_nothing(stand: Stand) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand)
    stand.person.link_requisites(deal)
    found = crm.facts([deal])[deal]
    assert found is not None
    assert (found.link, found.own) == (RequisiteLink(None, None), None)


def test_the_link_and_addresses_of_other_parties_stay_out(stand: Stand) -> None:
    crm = stand.crm()
    other = deal_with_everything(stand)
    deal = DealId(stand.person.add_deal("Своя", COMPANY_ID=party(stand.person, "ООО Лютик", "7736050003")[0]))
    assert other != deal
    found = crm.facts([deal])[deal]
    assert found is not None
    assert found.link is None
    assert [one.name for one in found.requisites] == ["ООО Лютик"]
    assert {address.requisite for address in found.addresses} == {found.requisites[0].id}


def test_several_requisites_keep_their_order_and_addresses(stand: Stand) -> None:
    crm, person = stand.crm(), stand.person
    company, first = party(person)
    person.edit_requisite(first, SORT=900, ACTIVE=False)
    second = person.add_requisite(company, RQ_INN="7736050003", RQ_NAME="ИП Титов", SORT=100)
    person.add_address(second, 4, CITY="Тверь")
    person.add_address(second, 8, CITY="Не та")
    deal = DealId(person.add_deal("Две", COMPANY_ID=company))
    found = crm.facts([deal])[deal]
    assert found is not None
    assert [(one.id, one.active, one.name) for one in found.requisites] == [
        (second, True, "ИП Титов"), (first, False, "ООО Ромашка"),
    ]  # fmt: skip
    assert {(address.requisite, address.kind) for address in found.addresses} == {(first, 6), (second, 4)}


@pytest.mark.parametrize(("others", "requests"), [(0, 1), (2, 2)])
def test_a_contact_without_company(stand: Stand, others: int, requests: int) -> None:
    crm, person = stand.crm(), stand.person
    contact = person.add_contact("Пётр", "Иванов")
    requisite = person.add_requisite(contact, preset=3, entity=3, RQ_LAST_NAME="Иванов", RQ_FIRST_NAME="Пётр")
    person.add_address(requisite, 4, CITY="Омск", ANCHOR_TYPE_ID=3, ANCHOR_ID=contact)
    deal = DealId(person.add_deal("Частный", CONTACT_ID=contact))
    found = crm.facts([deal, *(deal_with_everything(stand) for _ in range(others))])[deal]
    assert stand.hits() == requests
    assert found is not None
    assert (found.deal.company, found.deal.contact, found.client_name) == (None, contact, "Пётр Иванов")
    assert [(one.owner_kind, one.owner, one.name) for one in found.requisites] == [("contact", contact, "Иванов Пётр")]
    assert [address.text for address in found.addresses] == ["Омск"]


def test_a_linked_requisite_of_the_contact_beside_a_company(stand: Stand) -> None:
    crm, person = stand.crm(), stand.person
    company, _ = party(person)
    contact = person.add_contact("Пётр", "Иванов")
    requisite = person.add_requisite(contact, preset=3, entity=3, RQ_NAME="Иванов П.")
    person.add_address(requisite, 4, CITY="Омск", ANCHOR_TYPE_ID=3, ANCHOR_ID=contact)
    deal = DealId(person.add_deal("Двое", COMPANY_ID=company, CONTACT_ID=contact))
    person.link_requisites(deal, requisite)
    found = crm.facts([deal])[deal]
    assert stand.hits() == 2
    assert found is not None
    assert [(one.owner_kind, one.id) for one in found.requisites] == [("company", 1), ("contact", requisite)]
    assert {address.requisite for address in found.addresses} == {1, requisite}


def test_an_ignored_anchor_is_noticed(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Legacy lists drop a filter they do not know: then every row comes, and ours must still be told apart."""
    crm = stand.crm()
    deal = deal_with_everything(stand)
    party(stand.person, "ООО Чужая", "7736050003")
    for name in ("ANCHOR_ID", "ANCHOR_TYPE_ID"):
        monkeypatch.delitem(requisites.ADDRESS_FIELDS, name)
    found = crm.facts([deal])[deal]
    assert found is not None
    assert [address.requisite for address in found.addresses] == [1]
    assert stand.hits() == 2


def test_references_to_nothing_do_no_harm_as_php_resolves_them(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """PHP's `isset` takes a null for missing: the reference then stands for the whole item (facts §2.4)."""

    def as_php(found: Match[str], parts: Mapping[str, Any]) -> Any:
        value: Any = parts[found.group(1)]
        for key in re.findall(r"\[([^\[\]]*)\]", found.group(2)):
            table = dict(enumerate(value)) if isinstance(value, list) else value
            inner = {str(name): one for name, one in table.items()}.get(key) if isinstance(table, dict) else None
            if inner is None:
                break
            value = inner
        return value

    monkeypatch.setattr(simulated_batch, "_look_up", as_php)
    crm = stand.crm()
    full = deal_with_everything(stand)
    bare = DealId(stand.person.add_deal("Пусто"))
    for deals in ([bare], [bare, full, DealId(999)]):
        found = crm.facts(deals)[bare]
        assert found is not None
        assert (found.link, found.requisites, found.own, found.addresses, found.client_name) == (None, (), None, (), "")
    assert crm.facts([full])[full] is not None


def test_an_ignored_filter_is_for_a_person(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand)
    deal_with_everything(stand)
    monkeypatch.delitem(requisites.FIELDS, "ENTITY_ID")
    with pytest.raises(NeedsPerson) as stopped:
        crm.facts([deal])
    assert stopped.value.stops[0].reason == "portal_answer_unreadable"


def test_an_unreadable_answer_is_for_a_person(stand: Stand) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand)
    stand.portal.crm.items[2][deal]["DATE_MODIFY"] = None
    with pytest.raises(NeedsPerson) as stopped:
        crm.facts([deal])
    assert stopped.value.stops[0].reason == "portal_answer_unreadable"
