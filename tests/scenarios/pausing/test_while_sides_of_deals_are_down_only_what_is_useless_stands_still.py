"""Deals: one base of two down pauses nothing, both pause acts, the portal pauses everything but the watch."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.pausing.still import EVERYTHING, OF_ACTS, base_down, portal_down, still
from tests.scenarios.stories import closed, shown
from tests.stand import Stand


def test_one_of_two_bases_down_pauses_nothing_and_the_other_goes_on(making: Callable[..., Stand]) -> None:
    stand = making(bases=["main", "trade"])
    up = base_down(stand, "main")
    waiting, carried = closed(stand, 2, "main"), closed(stand, 2, "trade")
    stand.quiet()
    stand.minutes(10)
    assert still(stand) == []
    assert shown(stand, [*waiting, *carried]) == carried
    later = closed(stand, 1, "trade")
    stand.quiet()
    assert shown(stand, later) == later
    up()
    stand.minutes(5)
    assert shown(stand, waiting) == waiting


def test_every_base_down_pauses_acts_until_one_is_up(making: Callable[..., Stand]) -> None:
    stand = making(bases=["main", "trade"])
    ups = [base_down(stand, name) for name in stand.bases]
    deals = {name: closed(stand, 3, name) for name in stand.bases}
    stand.quiet()
    stand.minutes(2)
    assert still(stand) == OF_ACTS
    ups[1]()
    stand.minutes(5)
    assert still(stand) == []
    assert shown(stand, deals["trade"]) == deals["trade"]
    ups[0]()
    stand.minutes(5)
    assert shown(stand, deals["main"]) == deals["main"]


def test_while_1c_is_down_deals_cost_no_call_to_the_portal(office: Stand) -> None:
    up = base_down(office)
    first = closed(office, 2)
    office.quiet()
    office.minutes(2)
    before, hits = len(office.portal.requests), office.bases["main"].hits
    later = closed(office, 5)
    office.quiet(0)
    office.minutes(30)
    assert len(office.portal.requests) == before
    assert office.bases["main"].hits - hits == 30, "one probe a minute"
    up()
    office.minutes(5)
    assert shown(office, [*first, *later]) == [*first, *later]
    assert len(office.acts()) == 7


def test_events_that_waited_for_hours_are_read_together(office: Stand) -> None:
    up = base_down(office)
    deals = closed(office)
    office.quiet()
    office.minutes(2)
    for _ in range(30):
        deals += closed(office)
        office.quiet(0)
        office.minutes(1)
    office.minutes(60)
    before = len(office.portal.requests)
    up()
    office.minutes(10)
    assert shown(office, deals) == deals
    windows = [one for one in office.portal.requests[before:] if one.inner and one.method == "crm.stagehistory.list"]
    assert len(windows) <= 10, "one for all thirty; the rest are sweeps, and echoes of our own writing"


def test_the_portal_down_pauses_everything_but_the_watch(office: Stand) -> None:
    up = portal_down(office)
    deals = closed(office, 3)
    office.quiet()
    office.minutes(2)
    assert still(office) == EVERYTHING
    office.minutes(20)
    up()
    office.minutes(10)
    assert still(office) == []
    assert shown(office, deals) == deals
    assert len(office.acts()) == 3


def test_one_after_the_other_it_is_one_pause(office: Stand) -> None:
    ups = [base_down(office)]
    deals = closed(office, 2)
    office.quiet()
    office.minutes(2)
    ups.append(portal_down(office))
    office.job("deal_sweep")
    office.minutes(3)
    assert still(office) == OF_ACTS, "nobody has found out about the portal: all that calls it stands still"
    ups[0]()
    office.minutes(10)
    assert still(office) == EVERYTHING
    ups[1]()
    office.minutes(10)
    assert still(office) == []
    assert shown(office, deals) == deals
