"""Any history of people, faults, deaths and outages keeps at most one act per deal and rule, and ends in agreement.

In every run a few histories, always the same; more, and others each time:

    HISTORIES=1000 ./deploy.sh test tests/scenarios/test_random_histories_keep_one_act_per_deal.py
"""

from __future__ import annotations

import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common.wiring import use
from tests.crash_stories import left_over
from tests.crashes import DEATHS, Death, MortalStand
from tests.ledger import BACK, FAILED, STAGE, WON, Ledger, stories
from tests.simulators.bitrix24 import EventFault, troubles
from tests.simulators.onec import Switches, platform_answers
from tests.turmoil import KPP

HISTORIES = int(os.environ.get("HISTORIES", "40"))
CALM = 140
"""Minutes until all that waits was tried again: the hourly retry, twice."""

DEALS = st.integers(0, 2)
PRICES = st.sampled_from([1220, 2440, 12200])


class Histories(RuleBasedStateMachine):
    """Three deals of one client under one rule."""

    @initialize(keys=st.sampled_from(["honoured", "ignored"]), death=st.sampled_from(DEATHS))
    def begin(self, keys: str, death: Death) -> None:
        self.folder = tempfile.mkdtemp()
        switches = Switches(ref_key="ignored" if keys == "ignored" else "honoured")
        self.stand = MortalStand(self.folder, death, switches=switches)
        self.ledger = Ledger(self.stand)
        for price in (1220, 2440, 3660):
            self.ledger.add(price)

    # -- people ------------------------------------------------------------------------------------------------------

    @rule(deal=DEALS)
    def reach(self, deal: int) -> None:
        self.ledger.move(self.ledger.deals[deal], STAGE)

    @rule(deal=DEALS, stage=st.sampled_from([BACK, FAILED, WON]))
    def leave(self, deal: int, stage: str) -> None:
        self.ledger.move(self.ledger.deals[deal], stage)

    @rule(deal=DEALS, price=PRICES)
    def edit(self, deal: int, price: int) -> None:
        self.ledger.price(self.ledger.deals[deal], price)

    @rule(kpp=st.sampled_from(["", KPP]))
    def edit_card(self, kpp: str) -> None:
        self.stand.person.edit_requisite(self.stand.requisite, RQ_KPP=kpp)

    @precondition(lambda self: len(self.ledger.deleted) < 1)
    @rule(deal=DEALS)
    def delete(self, deal: int) -> None:
        self.ledger.delete(self.ledger.deals[deal])

    # -- what goes wrong ---------------------------------------------------------------------------------------------

    @rule(times=st.integers(1, 4))
    def lose_events(self, times: int) -> None:
        self.stand.portal.courier.faults.append(EventFault(times=times, drop=True))

    @rule(delay=st.sampled_from([0.0, 7.0, 200.0]), copies=st.integers(1, 3))
    def spoil_events(self, delay: float, copies: int) -> None:
        self.stand.portal.courier.faults.append(EventFault(times=3, delay=delay, copies=copies))

    @rule(after=st.integers(1, 80))
    def die(self, after: int) -> None:
        self.stand.points.start([after])

    @rule()
    def restart(self) -> None:
        self.stand.restarted()

    @rule(times=st.integers(1, 12))
    def portal_fails(self, times: int) -> None:
        self.stand.portal.faults.add(troubles.html(503, times=times))

    @rule(method=st.sampled_from(["", "crm.item.update", "batch"]))
    def portal_answer_lost(self, method: str) -> None:
        self.stand.portal.faults.add(troubles.drop_after(method))

    @rule(times=st.integers(1, 12))
    def base_fails(self, times: int) -> None:
        self.stand.bases["main"].faults.add(platform_answers.instead(platform_answers.locked, times))

    @rule(done=st.booleans())
    def write_lost(self, done: bool) -> None:
        fault = platform_answers.drop_after if done else platform_answers.drop_before
        self.stand.bases["main"].faults.add(fault(1, platform_answers.method("POST")))

    # -- time --------------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1.0, 6.0, 60.0]))
    def settle(self, seconds: float) -> None:
        self.stand.quiet(seconds)

    @rule(minutes=st.sampled_from([1, 6, 20]))
    def wait(self, minutes: int) -> None:
        self.stand.minutes(minutes)

    @rule()
    def sweep(self) -> None:
        self.stand.job("deal_sweep")

    @invariant()
    def nothing_is_wrong(self) -> None:
        if hasattr(self, "ledger"):
            wrong = self.ledger.wrong()
            assert not wrong, stories(self.ledger, wrong)

    def teardown(self) -> None:
        if not hasattr(self, "stand"):
            return
        try:
            self._come_to_rest()
            amiss = [*self.ledger.amiss(), *left_over(self.stand)]
            assert not amiss, stories(self.ledger, amiss)
        finally:
            self.stand.close()
            use(None)
            shutil.rmtree(self.folder)

    def _come_to_rest(self) -> None:
        self.stand.points.start()
        self.stand.portal.faults.clear()
        self.stand.portal.courier.faults.clear()
        self.stand.bases["main"].faults.clear()
        self.stand.person.edit_requisite(self.stand.requisite, RQ_KPP=KPP)
        self.stand.quiet()
        self.stand.minutes(CALM)


def test_any_history_ends_in_agreement() -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=25,
            deadline=None,
            database=None,
            derandomize="HISTORIES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
