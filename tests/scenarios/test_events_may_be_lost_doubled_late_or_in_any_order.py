"""An event is a hint: whatever becomes of it on the way, each deal has one act, and calls stay few."""

from __future__ import annotations

import pytest

from tests.scenarios.stories import closed, sent, shown, without_events
from tests.simulators.bitrix24 import EventFault
from tests.simulators.bitrix24.wire import build_query
from tests.stand import MEMBER, SITE, TOKEN, Stand


def hint(stand: Stand, deal: int, event: str = "ONCRMDEALSTAGEID") -> int:
    """An event that no portal has, as older plans of the trade name it."""
    auth = {"member_id": MEMBER, "application_token": TOKEN, "domain": "example.bitrix24.ru"}
    form = {"event": event, "data": {"FIELDS": {"ID": deal}}, "ts": int(stand.clock.now().timestamp()), "auth": auth}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return stand.deliver(f"{SITE}/bitrix-deal-changed", build_query(form).encode("ascii"), headers)


def test_lost_events_are_made_good_by_the_sweep(office: Stand) -> None:
    known = closed(office, 2)
    office.quiet()
    deals: list[int] = []
    without_events(office, lambda: deals.extend(closed(office, 12)))
    office.minutes(5)
    assert shown(office, deals) == deals
    assert (len(office.acts()), shown(office, known)) == (14, known)


def test_a_portal_that_never_sends_events_is_served_by_the_sweep_alone(office: Stand) -> None:
    office.portal.events.webhooks.clear()
    deals = closed(office, 12)
    office.minutes(6)
    assert (shown(office, deals), len(office.acts())) == (deals, 12)


@pytest.mark.parametrize(
    "fault",
    [
        EventFault(times=1000, copies=3),
        EventFault(times=1000, delay=3),
        EventFault(times=1000, delay=400),
        EventFault(times=5, delay=4000, copies=2),
    ],
    ids=["three times each", "3 s late", "400 s late", "some an hour late and twice"],
)
def test_doubled_and_late_events_make_no_second_act(office: Stand, fault: EventFault) -> None:
    office.portal.courier.faults.append(fault)
    office.portal.courier.reorder = True
    deals = closed(office, 8)
    office.minutes(90)
    assert (shown(office, deals), len(office.acts()), sent(office)) == (deals, 8, [])


def test_events_of_one_deal_spread_over_many_windows_make_one_act(office: Stand) -> None:
    [deal] = closed(office)
    for number in range(12):
        office.quiet(2)
        office.clock.advance(2)
        office.person.edit_deal(deal, COMMENTS=f"Правка {number}")
    office.quiet()
    assert (shown(office, [deal]), len(office.acts())) == ([deal], 1)


def test_an_event_no_portal_has_is_taken_as_a_hint(office: Stand) -> None:
    deals: list[int] = []
    without_events(office, lambda: deals.extend(closed(office)))
    assert hint(office, deals[0]) == 200
    office.quiet(20)
    assert shown(office, deals) == deals


def test_an_event_of_a_deal_that_never_was_changes_nothing(office: Stand) -> None:
    assert hint(office, 987_654, "ONCRMDEALUPDATE") == 200
    office.quiet()
    assert (office.acts(), office.reasons(), sent(office)) == ([], [], [])


def test_deal_12_is_not_deal_123(office: Stand) -> None:
    office.portal.crm.numbers["DEAL"] = 11
    short = closed(office)
    office.portal.crm.numbers["DEAL"] = 122
    long = closed(office)
    office.portal.crm.numbers["DEAL"] = 1
    last = closed(office)
    office.minutes(10)
    assert (short, long, last) == ([12], [123], [2])
    assert (len(office.acts()), shown(office, [2, 12, 123])) == (3, [2, 12, 123])


def test_a_process_that_starts_anew_between_event_and_act_loses_nothing(office: Stand) -> None:
    deals = closed(office, 3)
    office.portal.deliver(office.deliver)
    office.restarted()
    office.quiet()
    office.restarted()
    office.minutes(10)
    assert (shown(office, deals), len(office.acts())) == (deals, 3)
