"""When an entry counts: forward, success, back, failure, other funnels, before the start, deleted, twice, two rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.scenarios.audit import states_of
from tests.scenarios.stories import (
    House,
    act_of,
    change_rule,
    closed,
    goes_on,
    later,
    resolved,
    sent,
    shown,
    waits,
    without_events,
)
from tests.stand import MEMBER, STAGES, Stand, rule_of

NEXT, WON, LOST, NEW = "C1:FINAL_INVOICE", "C1:WON", "C1:LOSE", "C1:NEW"


def record(deal: int, rule: str = "services_main") -> str:
    return f"act:{MEMBER}:{deal}:{rule}"


def noticed(stand: Stand) -> None:
    stand.quiet()


def only_by_the_sweep(stand: Stand) -> None:
    without_events(stand, lambda: None)
    stand.minutes(10)


SEEN = pytest.mark.parametrize("seen", [noticed, only_by_the_sweep])
See = Callable[[Stand], None]


@SEEN
@pytest.mark.parametrize("stage", [NEXT, WON])
def test_a_deal_that_hurried_on_has_its_act(office: Stand, seen: See, stage: str) -> None:
    [deal] = closed(office)
    office.person.move_deal(deal, stage)
    seen(office)
    assert shown(office, [deal]) == [deal]


@SEEN
@pytest.mark.parametrize("stage", [NEW, LOST])
def test_a_deal_that_went_back_before_its_act_has_none(office: Stand, seen: See, stage: str) -> None:
    [deal] = closed(office)
    office.person.move_deal(deal, stage)
    seen(office)
    later(office, 7200)
    assert (office.acts(), sent(office), office.reasons()) == ([], [], [])
    assert office.services.acts_work.excluded.counts("acts")["stage_reverted"] == 1


@SEEN
def test_a_deal_that_comes_again_has_the_act_of_its_second_coming(office: Stand, seen: See) -> None:
    [deal] = closed(office)
    office.person.move_deal(deal, NEW)
    seen(office)
    office.clock.advance(86_400)
    office.reach(deal)
    seen(office)
    assert shown(office, [deal]) == [deal]
    assert str(act_of(office, deal)["Date"])[:10] == "2026-11-21"


def test_a_deal_that_comes_again_unready_waits_and_is_no_longer_excluded(office: Stand) -> None:
    [deal] = closed(office)
    office.person.move_deal(deal, NEW)
    office.quiet()
    assert states_of(office, record(deal)) == ["excluded"]
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    office.reach(deal)
    waits(office, [deal], "kpp_missing")
    assert states_of(office, record(deal)) == ["waiting"]
    office.person.edit_requisite(office.requisite, RQ_KPP="780201001")
    goes_on(office, [deal])


def test_a_deal_that_went_back_to_a_stage_added_today_has_no_act(office: Stand) -> None:
    deal = office.deal()
    dict(office.services.crm.stages())
    office.portal.crm.add_status("DEAL_STAGE_1", "C1:EARLY", "Рано", 15, None, "", 1)
    office.reach(deal)
    office.person.move_deal(deal, "C1:EARLY")
    office.quiet()
    assert (office.journal(deal)[-1].outcome, office.acts()) == ("excluded", [])
    assert office.services.acts_work.excluded.counts("acts")["stage_reverted"] == 1


def test_a_waiting_deal_that_goes_back_waits_no_more(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    [deal] = closed(office)
    waits(office, [deal], "kpp_missing")
    office.person.move_deal(deal, LOST)
    office.quiet()
    assert (office.reasons(), states_of(office, record(deal))) == ([], ["excluded"])


def test_a_waiting_deal_that_left_and_came_again_unseen_has_the_date_of_its_coming_again(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    [deal] = closed(office)
    waits(office, [deal], "kpp_missing")

    def back_and_again() -> None:
        office.clock.advance(2 * 86_400)
        office.person.move_deal(deal, NEW)
        office.reach(deal)

    without_events(office, back_and_again)
    without_events(office, lambda: office.person.edit_requisite(office.requisite, RQ_KPP="780201001"))
    later(office, 3600)
    goes_on(office, [deal])
    assert str(act_of(office, deal)["Date"])[:10] == "2026-11-22"


def test_coming_to_the_stage_again_after_the_act_makes_no_second_one(office: Stand) -> None:
    [deal] = closed(office)
    office.quiet()
    office.person.move_deal(deal, NEW)
    office.quiet()
    office.clock.advance(86_400)
    office.reach(deal)
    office.quiet()
    office.minutes(10)
    assert len(office.acts()) == 1


def test_a_deal_handed_to_another_funnel_keeps_its_act(office: Stand) -> None:
    [deal] = closed(office)
    office.person.change_funnel(deal, 2)
    office.minutes(10)
    assert shown(office, [deal]) == [deal]


def test_the_same_stage_of_another_funnel_is_not_selected(office: Stand) -> None:
    other = office.deal(CATEGORY_ID=2)
    office.person.move_deal(other, "C2:DONE")
    office.minutes(10)
    assert (office.acts(), office.reasons(), sent(office)) == ([], [], [])


def test_a_deal_moved_from_another_funnel_straight_to_the_stage_is_found_by_the_sweep(office: Stand) -> None:
    deal = office.deal(CATEGORY_ID=2)
    office.quiet()
    # An outgoing webhook cannot be told of it: the move fires an event of applications only.
    office.person.change_funnel(deal, 1, STAGES["main"])
    office.minutes(6)
    assert shown(office, [deal]) == [deal]


def test_a_deal_deleted_before_its_act_is_nobodys_worry(office: Stand) -> None:
    gone, kept = closed(office, 2)
    office.person.delete_deal(gone)
    office.minutes(10)
    assert (shown(office, [kept]), len(office.acts()), office.reasons(), sent(office)) == ([kept], 1, [], [])


def test_a_deal_deleted_while_it_waits_waits_no_more(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    [deal] = closed(office)
    waits(office, [deal], "kpp_missing")
    office.person.delete_deal(deal)
    later(office, 3600)
    assert (office.acts(), office.reasons(), states_of(office, record(deal))) == ([], [], ["excluded"])


def test_what_happened_before_the_rule_began_is_left_alone(house: House) -> None:
    stand = house(rules={"main": {"since": "2026-11-20T12:30:00+03:00"}})
    [before] = closed(stand)
    stand.quiet()
    stand.clock.advance(1800)
    [after] = closed(stand)
    stand.minutes(10)
    assert (shown(stand, [before, after]), len(stand.acts()), sent(stand)) == ([after], 1, [])


def test_a_rule_without_a_date_begins_when_it_is_saved(house: House) -> None:
    stand = house(rules={"main": {"active": False, "since": None}})
    [before] = closed(stand)
    stand.minutes(10)
    change_rule(stand, active=True)
    stand.clock.advance(1)
    [after] = closed(stand)
    stand.minutes(10)
    assert shown(stand, [before, after]) == [after]


def test_a_new_rule_takes_in_what_happened_since_its_own_beginning(house: House) -> None:
    stand = house(bases=["main", "small"])
    book = stand.services.rule_book
    both = book.export_all()["acts"]
    book.import_all({"acts": both[:1]}, "admin", over=True)
    [early] = closed(stand, base="small")
    closed(stand)
    stand.minutes(20)
    assert stand.acts("small") == []
    book.import_all({"acts": both}, "admin", over=True)
    stand.minutes(6)
    assert shown(stand, [early]) == [early]


def test_switching_the_rule_off_and_on_again_loses_no_waiting_deal(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    deals = closed(office)
    waits(office, deals, "kpp_missing")
    change_rule(office, active=False)
    office.quiet()
    assert (office.reasons(), office.services.acts_work.excluded.counts("acts")["not_selected"]) == ([], 1)
    office.person.edit_requisite(office.requisite, RQ_KPP="780201001")
    office.quiet()
    change_rule(office, active=True)
    office.minutes(10)
    # Nothing was mended when the rule was switched off, so nobody is told that it was.
    assert (shown(office, deals), resolved(office)) == (deals, [])


def test_two_rules_on_one_stage_make_one_act_in_each_base(house: House) -> None:
    stand = house(bases=["main", "small"])
    book = stand.services.rule_book
    both = book.export_all()["acts"]
    second = rule_of("small", stand.refs["small"]) | {"category": 1, "stage": STAGES["main"]}
    second["back"] = {name: f"UF_CRM_SECOND_{name.upper()}" for name in ("number", "date", "link", "state")}
    book.import_all({"acts": [both[0], second]}, "admin", over=True)
    stand.services.equip_portal()
    deals = closed(stand, 3)
    stand.quiet()
    stand.minutes(10)
    assert (len(stand.acts("main")), len(stand.acts("small"))) == (3, 3)
    for deal in deals:
        card = stand.portal.crm.items[2][deal]
        assert card["UF_CRM_ONEC_ACT_NUMBER"] == act_of(stand, deal)["Number"]
        assert card["UF_CRM_SECOND_NUMBER"] == act_of(stand, deal, "small")["Number"]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 11, 20, 21, 0, 0, tzinfo=UTC), "2026-11-21"),
        (datetime(2026, 12, 31, 21, 0, 0, tzinfo=UTC), "2027-01-01"),
    ],
)
def test_the_act_has_the_moscow_date_of_the_moment_the_deal_came(house: House, moment: datetime, day: str) -> None:
    stand = house(start=moment)
    [deal] = closed(stand)
    stand.clock.advance(120)
    stand.quiet()
    assert str(act_of(stand, deal)["Date"])[:10] == day
    shown_day = "{2}.{1}.{0}".format(*day.split("-"))
    assert stand.portal.crm.items[2][deal]["UF_CRM_ONEC_ACT_DATE"] == shown_day
