"""After an outage one window reads hours of changes: none of them is lost with it, none is stopped by what is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from common.flow.sweep import Sweep
from tests.scenarios.pausing.still import base_down, portal_down
from tests.scenarios.stories import closed, shown
from tests.scenarios.test_each_cause_is_told_by_its_own_name import _refuse
from tests.simulators.bitrix24 import Portal
from tests.stand import Stand


class Killed(BaseException):
    """The instance is gone."""


def dying_once(kept: Callable[..., object]) -> Callable[..., object]:
    """In place of a step: the first call kills the process before the step has begun."""
    calls: list[int] = []

    def step(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise Killed
        return kept(*arguments)

    return step


@pytest.mark.parametrize("step", ["_advance", "_carry"])
def test_a_refused_deal_mended_in_the_outage_goes_on_though_the_window_died(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """1C refused it, and only its change helps it: nobody but this window has seen the change."""
    stand.minutes(6)
    _refuse(stand, "Не указан склад")
    deal = closed(stand)[0]
    stand.minutes(5)
    up = base_down(stand)
    stand.services.breakers.open("base:main", "maintenance")
    stand.minutes(2)
    stand.bases["main"].switches.refuse_write = {}
    stand.person.edit_deal(deal, COMMENTS="mended")
    stand.minutes(20)
    up()
    stand.clock.advance(60)
    stand.due("exchange_watch")
    with monkeypatch.context() as patch:
        patch.setattr(Sweep, step, dying_once(getattr(Sweep, step)))
        with pytest.raises(Killed):
            stand.quiet(0)
    stand.services.queue.end_leases()  # type: ignore[attr-defined]
    stand.restarted()
    stand.minutes(60)
    assert shown(stand, [deal]) == [deal]
    assert stand.reasons() == []


@pytest.mark.parametrize("minutes", [0, 12, 20])
def test_a_portal_whose_clock_is_ahead_loses_no_window(tmp_path: Path, minutes: int) -> None:
    class Ahead(Stand):
        def _portal(self, intensity: tuple[int, float] | None) -> Portal:
            portal, clock = super()._portal(intensity), self.clock
            portal.now = lambda: clock.now() + timedelta(minutes=minutes)
            return portal

    stand = Ahead(str(tmp_path))
    stand.minutes(10)
    deals = closed(stand)
    stand.quiet(0)
    stand.clock.advance(30)
    stand.quiet(0)
    assert shown(stand, deals) == deals


def test_a_watch_that_is_gone_after_an_outage_delays_new_deals_and_does_not_stop_them(stand: Stand) -> None:
    stand.minutes(6)
    up = portal_down(stand)
    stand.services.breakers.open("portal", "unreachable")
    stand.minutes(2)
    up()
    stand.clock.advance(60)
    stand.job("exchange_watch")
    stand.clock.advance(3601)
    deals = closed(stand)
    stand.quiet(0)
    stand.clock.advance(30)
    stand.quiet(0)
    assert shown(stand, deals) == deals
