"""The sweep puts off a waiting record while a worker, set going a moment before, carries it."""

from __future__ import annotations

import httpx

from tests.simulators.bitrix24 import EventFault
from tests.simulators.onec.seeding import CLIENT
from tests.stand import ONEC_HOST, Stand


def test_the_worker_ends_in_one_go(stand: Stand) -> None:
    stand.person.edit_requisite(stand.requisite, RQ_KPP="")
    deal = stand.deal()
    stand.reach(deal)
    stand.quiet()
    stand.portal.courier.faults = [EventFault(times=9, drop=True)]
    stand.person.edit_requisite(stand.requisite, RQ_KPP=CLIENT.kpp)
    stand.quiet()
    stand.clock.advance(300)
    stand.gate = lambda request: _put_off(stand, request)
    stand.job("deal_sweep")
    stand.quiet(10)
    assert (stand.reasons(), len(stand.acts())) == ([], 1)
    assert stand.journal(deal)[-1].outcome == "created_after_waiting"
    assert stand.services.store.query("claims") == []


def _put_off(stand: Stand, request: httpx.Request) -> None:
    if request.url.host == ONEC_HOST and request.method == "POST":
        stand.services.waiting.postpone(stand.services.waiting.of_exchange("acts"))
