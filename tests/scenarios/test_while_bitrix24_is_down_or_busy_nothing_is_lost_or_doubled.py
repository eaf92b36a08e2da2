"""The portal behind a page, at its limits, without a licence for us: before the read, or between act and write-back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.scenarios.stories import House, asked, closed, resolved, sent, shown
from tests.simulators.bitrix24 import troubles
from tests.simulators.faults import Fault
from tests.stand import ADMIN, Stand

FOR_EVER = 1_000_000

Trouble = Callable[[str, int], Fault]
OUTAGES: dict[str, Trouble] = {
    "page 502": lambda method, times: troubles.html(502, method, times),
    "page 503": lambda method, times: troubles.html(503, method, times),
    "page 500": lambda method, times: troubles.html(500, method, times),
    "dropped": troubles.drop_before,
    "unpaid": lambda method, times: troubles.error(402, "PAYMENT_REQUIRED", "Payment required", method, times),
    "overload": lambda method, times: troubles.error(403, "OVERLOAD_LIMIT", "Blocked", method, times),
}
BUSY: dict[str, Trouble] = {
    "too many requests": lambda method, times: troubles.query_limit(method, times),
    "too many requests, page": lambda method, times: troubles.html(503, method, times),
    "slow": lambda method, times: troubles.slow(50, method, times),
}


@pytest.mark.parametrize("name", OUTAGES)
def test_half_an_hour_without_bitrix24(house: House, name: str) -> None:
    stand = house()
    known = closed(stand)
    stand.quiet()
    stand.portal.faults.add(OUTAGES[name]("", FOR_EVER))
    deals, calls = list[int](), Calls(stand)
    for _ in range(3):
        deals += closed(stand, 3)
        stand.quiet(0)
        stand.minutes(10)
    assert calls.made() <= 75
    assert len(stand.acts()) == 1
    stand.portal.faults.clear()
    stand.minutes(7)
    assert (stand.reasons(), shown(stand, deals + known), len(stand.acts())) == ([], deals + known, 10)
    # The portal carries our words too: what could not be said during the outage may be said after it, once.
    assert {who for who, _ in sent(stand)} <= {ADMIN}
    assert len(asked(stand)) <= 1
    assert len(resolved(stand)) <= 1
    assert len(resolved(stand)) >= len(asked(stand))


@pytest.mark.parametrize("name", OUTAGES)
def test_the_act_is_made_and_the_write_back_fails(house: House, name: str) -> None:
    stand = house()
    stand.portal.faults.add(OUTAGES[name]("crm.item.update", FOR_EVER))
    deals = closed(stand, 5)
    stand.quiet(0)
    stand.minutes(12)
    assert (len(stand.acts()), shown(stand, deals)) == (5, [])
    stand.portal.faults.clear()
    stand.minutes(12)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 5)


@pytest.mark.parametrize("name", BUSY)
@pytest.mark.parametrize("method", ["", "crm.item.update", "crm.stagehistory.list", "crm.item.get"])
def test_a_busy_portal_delays_but_tells_nobody(house: House, name: str, method: str) -> None:
    stand = house()
    stand.portal.faults.add(BUSY[name](method, 2))
    deals = closed(stand, 3)
    stand.quiet()
    stand.minutes(10)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 3)
    assert sent(stand) == []


@pytest.mark.parametrize("method", ["crm.item.update", "crm.stagehistory.list", "crm.item.productrow.list"])
def test_one_method_over_its_operating_time_is_left_alone_for_a_while(house: House, method: str) -> None:
    stand = house()
    stand.portal.faults.add(limited(method))
    deals = closed(stand, 3)
    stand.quiet(600)
    stand.minutes(10)
    assert (stand.reasons(), shown(stand, deals), len(stand.acts())) == ([], deals, 3)
    assert sent(stand) == []


def limited(method: str) -> Fault:
    """429 for whatever request carries the method: a batch made of it alone looks the same."""
    return troubles.error(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", method, 1)


def test_a_lost_answer_of_the_write_back_writes_the_same_again(office: Stand) -> None:
    office.portal.faults.add(troubles.drop_after("crm.item.update"))
    deals = closed(office, 3)
    office.quiet()
    office.minutes(10)
    assert (office.reasons(), shown(office, deals), len(office.acts())) == ([], deals, 3)
    assert sent(office) == []


def test_an_answer_that_breaks_off_is_read_again(office: Stand) -> None:
    for method in ("crm.stagehistory.list", "crm.item.get", "crm.item.update"):
        office.portal.faults.add(troubles.truncated(60, method))
    deals = closed(office, 3)
    office.quiet()
    office.minutes(10)
    assert (office.reasons(), shown(office, deals), len(office.acts())) == ([], deals, 3)


def test_a_notice_whose_answer_is_lost_is_not_forgotten(office: Stand) -> None:
    office.person.edit_requisite(office.requisite, RQ_KPP="")
    office.portal.faults.add(troubles.drop_before("im.notify.system.add", 3))
    closed(office)
    office.quiet()
    office.minutes(10)
    assert len(asked(office)) == 1


class Calls:
    """How many requests reached the portal from now on, faults included."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self._number = 0
        stand.gate = self._counted

    def made(self) -> int:
        """Each request passes the gate on its way there, and back unless it was dropped."""
        return self._number

    def _counted(self, request: object) -> None:
        if request is not getattr(self, "_last", None):
            self._number += 1
        self._last = request
