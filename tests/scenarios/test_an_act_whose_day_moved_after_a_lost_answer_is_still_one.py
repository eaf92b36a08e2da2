"""The answer was lost, and when 1C works again the act would have another date: it is found on the date it was sent."""

from __future__ import annotations

from tests.scenarios.stories import House, asked, shown
from tests.simulators.onec import Switches
from tests.simulators.onec import platform_answers as answers
from tests.simulators.web import Request
from tests.stand import Stand


class Outage:
    """From the answer of the given write on, the base is down: what it was is not heard, nothing can be read."""

    def __init__(self, stand: Stand, write: int = 1) -> None:
        self.write, self.seen = write, 0
        faults = stand.bases["main"].faults
        faults.add(answers.drop_after(1, self._last_write))
        faults.add(answers.instead(answers.page(503), times=10**6, match=self._reads_after))

    def _last_write(self, request: Request) -> bool:
        self.seen += request.method == "POST"
        return request.method == "POST" and self.seen == self.write

    def _reads_after(self, request: Request) -> bool:
        return request.method == "GET" and self.seen >= self.write


def test_the_deal_enters_its_stage_again_days_later(house: House) -> None:
    stand = house(switches=Switches(ref_key="ignored"))
    Outage(stand)
    deal = stand.deal()
    stand.reach(deal)
    stand.quiet(600)
    stand.clock.advance(3 * 86400)
    stand.person.move_deal(deal, "C1:NEW")
    stand.quiet(0)
    stand.reach(deal)
    stand.minutes(2)
    stand.bases["main"].faults.clear()
    stand.minutes(15)
    assert (stand.reasons(), shown(stand, [deal]), len(stand.acts())) == ([], [deal], 1)
    assert stand.acts()[0]["Date"].startswith("2026-11-20")


def test_the_deal_went_back_after_it_had_entered_again(house: House) -> None:
    stand = house(switches=Switches(ref_key="ignored"))
    Outage(stand)
    deal = stand.deal()
    stand.reach(deal)
    stand.quiet(600)
    stand.clock.advance(3 * 86400)
    stand.person.move_deal(deal, "C1:NEW")
    stand.quiet(0)
    stand.reach(deal)
    stand.person.move_deal(deal, "C1:NEW")
    stand.quiet(60)
    stand.bases["main"].faults.clear()
    stand.minutes(15)
    assert (stand.reasons(), shown(stand, [deal]), len(stand.acts())) == ([], [deal], 1)


def test_the_period_that_moved_the_act_is_opened_again(house: House) -> None:
    stand = house(switches=Switches(ref_key="ignored"), rules={"main": {"closed_period": "first_open_day"}})
    base = stand.bases["main"]
    base.accountant.close_period("2026-11-30")
    Outage(stand, write=2)
    deal = stand.deal()
    stand.reach(deal)
    stand.quiet(600)
    base.accountant.open_periods()
    base.faults.clear()
    stand.minutes(15)
    assert (stand.reasons(), shown(stand, [deal]), len(stand.acts())) == ([], [deal], 1)
    assert stand.acts()[0]["Date"].startswith("2026-12-01")


def test_a_refusal_after_the_outage_does_not_forget_the_day_that_was_sent(house: House) -> None:
    stand = house(switches=Switches(ref_key="ignored"))
    base = stand.bases["main"]
    base.faults.add(answers.drop_before(1, answers.method("POST")))
    deal = stand.deal()
    stand.reach(deal)
    stand.portal.deliver(stand.deliver)
    base.accountant.close_period("2026-12-31")
    stand.quiet(600)
    assert stand.reasons() == ["period_closed"]
    [binding] = stand.services.store.query("bindings")
    assert binding.data["days"] == ["2026-11-20"]
    base.accountant.open_periods()
    [waiting] = stand.services.waiting.of_exchange("acts")
    stand.services.people.retry(waiting.record, "Anna")
    stand.quiet()
    assert (stand.reasons(), shown(stand, [deal]), len(stand.acts()), len(asked(stand))) == ([], [deal], 1, 1)
