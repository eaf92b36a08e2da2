"""The rest of the `Crm` port: windows, writes, dictionaries, small questions (design §7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.bitrix.dictionaries import Dictionaries
from common.errors import InDoubt, NeedsPerson, TryLater
from common.model.deals import Stage
from common.model.ids import DealId, PortalKey, RequisiteId, StageId, UserId
from common.ports import Crm
from tests.simulators.bitrix24 import troubles
from tests.unit.bitrix.support import SECRET, Stand, deal_with_everything, party


@pytest.fixture
def stand() -> Stand:
    return Stand()


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
    assert crm.write_fields({**updates, DealId(77): {"UF_CRM_ONEC_ACT_NUMBER": "$"}}) == {}
    assert stand.hits() == 4
    assert [facts.deal.fields["UF_CRM_ONEC_ACT_NUMBER"] for facts in crm.facts(deals).values() if facts] == texts


def test_a_deal_that_was_deleted_has_nothing_to_be_shown_on_and_does_not_hold_the_others(stand: Stand) -> None:
    crm = stand.crm()
    crm.ensure_fields(["UF_CRM_ONEC_ACT_STATE"])
    deal = DealId(stand.person.add_deal("Сделка"))
    failed = crm.write_fields({DealId(99): {"UF_CRM_ONEC_ACT_STATE": "x"}, deal: {"UF_CRM_ONEC_ACT_STATE": "y"}})
    assert failed == {}
    assert stand.portal.crm.items[2][deal]["UF_CRM_ONEC_ACT_STATE"] == "y"
    assert crm.write_fields({}) == {}


def test_stages_are_kept_for_a_day(stand: Stand) -> None:
    stand.portal.crm.add_category(7, "Вторая")
    crm = stand.crm()
    stages = crm.stages()
    assert stages[StageId("C7:WON")] == Stage(StageId("C7:WON"), 7, "Сделка успешна", 60, "S")
    assert (stages[StageId("NEW")].semantics, stages[StageId("LOSE")].semantics, len(stages)) == ("P", "F", 16)
    stand.clock.advance(3600)
    dict(crm.stages())
    assert stand.hits() == 0
    other = stand.crm()
    assert other.stages() == stages
    stand.clock.advance(24 * 3600)
    dict(crm.stages())
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
    crm: Crm = stand.crm()
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


def test_a_write_whose_answer_was_lost_is_in_doubt(stand: Stand) -> None:
    crm = stand.crm()
    deal = DealId(stand.person.add_deal("Сделка"))
    stand.portal.faults.add(troubles.drop_after("crm.item.update"))
    with pytest.raises(InDoubt):
        crm.write_fields({deal: {"UF_CRM_ONEC_ACT_STATE": "y"}})
    assert stand.hits() == 1


def test_a_limit_met_by_one_write_is_no_failure_of_its_deal(stand: Stand) -> None:
    crm = stand.crm()
    deal = DealId(stand.person.add_deal("Сделка"))
    assert stand.portal.operating
    stand.portal.operating.record(f"webhook/{SECRET}", "crm.item.update", 481, stand.clock.now())
    with pytest.raises(TryLater, match="method_closed"):
        crm.write_fields({deal: {"UF_CRM_ONEC_ACT_STATE": "y"}})


def test_a_field_that_somebody_else_creates_meanwhile_is_there(stand: Stand) -> None:
    crm = stand.crm()
    stand.afterwards.append(lambda: stand.person.add_user_field("ONEC_ACT_DATE", "string"))
    assert crm.ensure_fields(["UF_CRM_ONEC_ACT_DATE", "UF_CRM_ONEC_ACT_LINK"]) == ["UF_CRM_ONEC_ACT_LINK"]
    stand.portal.faults.add(troubles.error(400, "ACCESS_DENIED", "Access denied.", "crm.deal.userfield.list"))
    with pytest.raises(NeedsPerson) as stopped:
        crm.ensure_fields(["UF_CRM_ONEC_ACT_DATE"])
    assert stopped.value.stops[0].reason == "access_denied"


def test_entries_before_a_moment_are_counted_in_one_request(stand: Stand) -> None:
    crm = stand.crm()
    for _ in range(60):
        stand.person.move_deal(stand.person.add_deal("Сделка"), "WON")
    stand.clock.advance(60)
    since = stand.clock.now()
    stand.person.move_deal(stand.person.add_deal("Сделка"), "WON")
    stand.hits()
    assert (crm.entries_before(since, [StageId("WON")]), stand.hits()) == (60, 1)
    assert (crm.entries_before(since, []), stand.hits()) == (0, 0)


def test_forgotten_dictionaries_are_read_anew(stand: Stand) -> None:
    dictionaries = Dictionaries(stand.client(), stand.store, stand.clock, PortalKey("p"))
    assert StageId("C3:NEW") not in dictionaries.stages()
    stand.portal.crm.add_category(3, "Третья")
    assert StageId("C3:NEW") not in dictionaries.stages()
    dictionaries.forget()
    assert StageId("C3:NEW") in dictionaries.stages()


def test_a_stage_that_people_have_just_added_is_looked_for_at_most_once_a_minute(stand: Stand) -> None:
    stages = stand.crm().stages()
    assert (stages.get(StageId("C3:NEW")), stand.hits()) == (None, 2)
    stand.portal.crm.add_category(3, "Третья")
    assert (stages.get(StageId("C3:NEW")), stand.hits()) == (None, 0)
    stand.clock.advance(61)
    assert stages[StageId("C3:NEW")].category == 3
    assert (stand.hits(), stages[StageId("C3:NEW")].sort, stand.hits()) == (2, 10, 0)


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
