"""A notice "mended" is a promise: it is given only for what somebody mended."""

from __future__ import annotations

from tests.scenarios.stories import asked, closed, resolved, without_events
from tests.stand import ACCOUNTANT, MANAGER, Stand


def test_a_deal_that_goes_back_was_not_mended(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    [deal] = closed(office)
    office.quiet()
    office.person.move_deal(deal, "C1:NEW")
    office.quiet()
    assert (office.reasons(), len(asked(office)), resolved(office)) == ([], 1, [])


def test_of_two_deals_one_deleted_and_one_mended_one_counts(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    [gone, _] = closed(office, 2)
    office.quiet()
    office.person.delete_deal(gone)
    office.minutes(6)
    office.person.edit_requisite(office.requisite, RQ_KPP="780201001")
    office.quiet()
    [(person, text)] = resolved(office)
    assert person == MANAGER
    assert "Продолжено записей: 1" in text


def test_a_deal_handed_to_another_manager_is_told_to_him_only(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    [deal] = closed(office)
    office.quiet()
    without_events(office, lambda: office.person.edit_deal(deal, ASSIGNED_BY_ID=ACCOUNTANT))
    office.minutes(6)
    assert ([person for person, _ in asked(office)], resolved(office)) == ([MANAGER, ACCOUNTANT], [])
    office.person.edit_requisite(office.requisite, RQ_KPP="780201001")
    office.quiet()
    assert [person for person, _ in resolved(office)] == [ACCOUNTANT]
