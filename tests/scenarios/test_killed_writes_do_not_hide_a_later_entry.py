"""A write that never arrived leaves an intent behind; the deal goes back, and comes again without anybody noticing."""

from __future__ import annotations

from tests.simulators.bitrix24 import EventFault
from tests.simulators.onec import platform_answers
from tests.stand import Stand


def test_the_sweep_finds_the_second_entry(stand: Stand) -> None:
    deal = stand.deal()
    stand.bases["main"].faults.add(platform_answers.drop_before(1, platform_answers.method("POST")))
    stand.reach(deal)
    stand.quiet(10)
    stand.person.move_deal(deal, "C1:NEW")
    stand.quiet(300)
    assert [one.outcome for one in stand.journal(deal)] == ["excluded"]
    stand.portal.courier.faults.append(EventFault(drop=True))
    stand.reach(deal)
    stand.quiet()
    stand.minutes(10)
    assert len(stand.acts()) == 1
    assert stand.journal(deal)[-1].outcome == "created"
