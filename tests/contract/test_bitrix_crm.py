"""The `Crm` port against the portal: what is read, what is refused, and how many requests it takes (design §7)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import NeedsPerson, TryLater
from common.model.deals import Address, RequisiteLink, Stage
from common.model.ids import DealId, RequisiteId, StageId, UserId
from tests.simulators.bitrix24 import requisites, troubles
from tests.unit.bitrix.support import Stand, party, rows


@pytest.fixture
def stand() -> Stand:
    return Stand()


def deal_with_everything(stand: Stand, count: int = 2) -> DealId:
    """A deal with a client, our own company, a link and product rows."""
    person = stand.person
    company, requisite = party(person)
    _, own = party(person, "ООО Мы", "7736050003", NAME="Мы")
    deal = person.add_deal("Сопровождение", COMPANY_ID=company, ASSIGNED_BY_ID=1)
    person.set_rows(deal, rows(count))
    person.link_requisites(deal, requisite, own_requisite=own)
    return DealId(deal)


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


def test_a_window_is_one_request(stand: Stand) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand, 150)
    stand.clock.advance(60)
    since = stand.clock.now()
    changed = deal_with_everything(stand)
    stand.person.move_deal(deal, "WON")
    stand.hits()
    window = crm.window(0, [StageId("WON")], since, deal)
    assert stand.hits() == 1
    assert [(entry.deal, entry.stage, entry.category) for entry in window.page.entries] == [(deal, "WON", 0)]
    assert window.page.entries[0].at == stand.clock.now()
    assert not window.page.more
    assert window.changed == (deal, changed)
    assert window.facts is not None
    assert len(window.facts.rows) == 150
    assert window.read_at == stand.clock.now()
    again = crm.window(window.page.entries[0].id, [StageId("WON")], None, None)
    assert (again.page.entries, again.changed, again.facts) == ((), (), None)


def test_a_window_without_stages_asks_for_none(stand: Stand) -> None:
    crm = stand.crm()
    deal_with_everything(stand)
    assert crm.window(0, [], None, None).page.entries == ()
    assert crm.entries_since(stand.clock.now(), [], 0).entries == ()


@pytest.mark.parametrize(("count", "requests"), [(50, 1), (51, 2), (160, 2)])
def test_all_changed_deals_are_found(stand: Stand, count: int, requests: int) -> None:
    crm = stand.crm()
    stand.person.add_deal("Старая")
    stand.clock.advance(60)
    deals = [stand.person.add_deal(f"Сделка {number}") for number in range(count)]
    assert crm.window(0, [], stand.clock.now(), None).changed == tuple(deals)
    assert stand.hits() == requests


def test_entries_come_in_pages_by_id(stand: Stand) -> None:
    crm = stand.crm()
    for number in range(55):
        stand.person.add_deal(f"Сделка {number}")
    since = stand.clock.now()
    first = crm.entries_since(since, [StageId("NEW")], 0)
    second = crm.entries_since(since, [StageId("NEW")], first.entries[-1].id)
    assert (len(first.entries), first.more, len(second.entries), second.more) == (50, True, 5, False)
    assert crm.entries_since(since + timedelta(seconds=1), [StageId("NEW")], 0).entries == ()
    assert stand.hits() == 3


def test_fields_are_written_in_one_request(stand: Stand) -> None:
    crm = stand.crm()
    assert crm.ensure_fields(["UF_CRM_ONEC_ACT_NUMBER", "UF_CRM_ONEC_ACT_LINK"]) == [
        "UF_CRM_ONEC_ACT_NUMBER", "UF_CRM_ONEC_ACT_LINK",
    ]  # fmt: skip
    assert crm.ensure_fields(["UF_CRM_ONEC_ACT_NUMBER"]) == []
    deals = [DealId(stand.person.add_deal(f"Сделка {number}")) for number in range(50)]
    stand.hits()
    link = "http://base/#e1cib/data/Документ?ref=1&x=[a]%20+"
    updates = {deal: {"UF_CRM_ONEC_ACT_NUMBER": f"A-{deal}", "UF_CRM_ONEC_ACT_LINK": link} for deal in deals}
    assert crm.write_fields(updates) == {}
    assert stand.hits() == 1
    found = crm.facts(deals[:1])[deals[0]]
    assert found is not None
    assert found.deal.fields == updates[deals[0]]


def test_values_with_a_dollar_go_by_direct_calls(stand: Stand) -> None:
    crm = stand.crm()
    crm.ensure_fields(["UF_CRM_ONEC_ACT_NUMBER"])
    deals = [DealId(stand.person.add_deal(f"Сделка {number}")) for number in range(3)]
    texts = ["A-1", "$result[u1][item][title]", "5 $"]
    stand.hits()
    updates = {deal: {"UF_CRM_ONEC_ACT_NUMBER": text} for deal, text in zip(deals, texts, strict=True)}
    assert crm.write_fields({**updates, DealId(77): {"UF_CRM_ONEC_ACT_NUMBER": "$"}}).keys() == {77}
    assert stand.hits() == 4
    assert [facts.deal.fields["UF_CRM_ONEC_ACT_NUMBER"] for facts in crm.facts(deals).values() if facts] == texts


def test_a_deal_that_cannot_be_written_does_not_hold_the_others(stand: Stand) -> None:
    crm = stand.crm()
    crm.ensure_fields(["UF_CRM_ONEC_ACT_STATE"])
    deal = DealId(stand.person.add_deal("Сделка"))
    failed = crm.write_fields({DealId(99): {"UF_CRM_ONEC_ACT_STATE": "x"}, deal: {"UF_CRM_ONEC_ACT_STATE": "y"}})
    assert failed.keys() == {99}
    assert failed[DealId(99)]
    assert stand.portal.crm.items[2][deal]["UF_CRM_ONEC_ACT_STATE"] == "y"
    assert crm.write_fields({}) == {}


def test_stages_are_kept_for_a_day(stand: Stand) -> None:
    stand.portal.crm.add_category(7, "Вторая")
    crm = stand.crm()
    stages = crm.stages()
    assert stages[StageId("C7:WON")] == Stage(StageId("C7:WON"), 7, "Сделка успешна", 60, "S")
    assert (stages[StageId("NEW")].semantics, stages[StageId("LOSE")].semantics, len(stages)) == ("P", "F", 16)
    stand.clock.advance(3600)
    crm.stages()
    assert stand.hits() == 0
    other = stand.crm()
    assert other.stages() == stages
    stand.clock.advance(24 * 3600)
    crm.stages()
    assert stand.hits() == 2


def test_field_names_are_checked_before_anything_is_asked(stand: Stand) -> None:
    crm = stand.crm()
    for name in ("ONEC", "UF_CRM_", "UF_CRM_act", "UF_CRM_" + "A" * 44):
        with pytest.raises(NeedsPerson) as stopped:
            crm.ensure_fields([name])
        assert stopped.value.stops[0].reason == "field_name_invalid"
    assert crm.ensure_fields([]) == []
    assert stand.hits() == 0


def test_small_questions(stand: Stand) -> None:
    crm = stand.crm()
    company, requisite = party(stand.person)
    contact = stand.person.add_contact("Пётр")
    private = stand.person.add_requisite(contact, preset=3, entity=3)
    assert crm.company_of_requisite(RequisiteId(requisite)) == company
    assert crm.company_of_requisite(RequisiteId(private)) is None
    assert crm.company_of_requisite(RequisiteId(99)) is None
    hired = stand.person.hire("Ольга", "Новая", "o@example.ru")
    assert crm.is_active(UserId(hired))
    stand.person.dismiss(hired)
    assert not crm.is_active(UserId(hired))
    assert not crm.is_active(UserId(9999))
    assert crm.probe() == stand.clock.now()
    assert stand.hits() == 7


def test_a_misspelt_or_ignored_filter_shows_nobody_elses_data(stand: Stand) -> None:
    """Legacy lists drop a filter they do not know: then every row comes, and ours must still be told apart."""
    crm = stand.crm()
    deal = deal_with_everything(stand)
    party(stand.person, "ООО Чужая", "7736050003")
    anchors = {name: requisites.ADDRESS_FIELDS.pop(name) for name in ("ANCHOR_ID", "ANCHOR_TYPE_ID")}
    try:
        found = crm.facts([deal])[deal]
    finally:
        requisites.ADDRESS_FIELDS.update(anchors)
    assert found is not None
    assert [address.requisite for address in found.addresses] == [1]
    assert stand.hits() == 2


def test_an_unreadable_answer_is_for_a_person(stand: Stand) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand)
    stand.portal.crm.items[2][deal]["DATE_MODIFY"] = None
    with pytest.raises(NeedsPerson) as stopped:
        crm.facts([deal])
    assert stopped.value.stops[0].reason == "portal_answer_unreadable"


def test_rights_and_scopes_are_for_the_admin(stand: Stand) -> None:
    crm = stand.crm()
    deal = deal_with_everything(stand)
    client = stand.client(stand.webhook("im"))
    with pytest.raises(NeedsPerson) as stopped:
        stand.crm(client).facts([deal])
    assert (stopped.value.stops[0].reason, stopped.value.stops[0].owner) == ("missing_scope", "admin")
    stand.portal.faults.add(troubles.error(403, "ACCESS_DENIED", "Access denied.", "user.get"))
    with pytest.raises(NeedsPerson) as stopped:
        crm.is_active(UserId(1))
    assert stopped.value.stops[0].reason == "access_denied"
