"""1C refused an act for good: only a change of the deal sets it going again, and that change's event may be lost."""

from __future__ import annotations

from tests.simulators.bitrix24 import EventFault
from tests.stand import Stand

ACT = "Document_РеализацияТоваровУслуг"


def test_a_lost_change_is_found_by_the_sweep(stand: Stand) -> None:
    deal = _refused(stand)
    stand.portal.courier.faults = [EventFault(drop=True)]
    stand.person.edit_deal(deal, TITLE="Исправлено")
    stand.quiet()
    stand.minutes(6)
    assert (stand.reasons(), len(stand.acts())) == ([], 1)


def test_a_late_event_is_not_overtaken_by_the_sweep(stand: Stand) -> None:
    deal, other = _refused(stand), stand.deal()
    stand.quiet()
    stand.portal.courier.faults = [EventFault(delay=60)]
    stand.person.edit_deal(deal, TITLE="Исправлено")
    stand.portal.courier.take(stand.portal)
    stand.portal.courier.faults = [EventFault(drop=True)]
    stand.reach(other)
    stand.clock.advance(20)
    stand.job("deal_sweep")
    stand.quiet()
    stand.clock.advance(60)
    stand.quiet()
    assert (stand.reasons(), len(stand.acts())) == ([], 2)


def test_without_a_change_it_is_left_alone(stand: Stand) -> None:
    deal = _refused(stand)
    stand.minutes(15)
    tried = len(stand.journal(deal))
    stand.minutes(60)
    assert len(stand.journal(deal)) == tried


def _refused(stand: Stand) -> int:
    """A deal that 1C refused once, some time after the last window of events; now it would take it."""
    switches = stand.bases["main"].switches
    switches.refuse_write = {ACT: "Заполните ответственного"}
    deal = stand.deal()
    stand.reach(deal)
    stand.quiet()
    stand.minutes(2)
    stand.deal()
    stand.quiet()
    stand.clock.advance(30)
    assert stand.reasons() == ["refused_by_1c"]
    switches.refuse_write = {}
    return deal
