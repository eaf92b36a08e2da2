"""A person's retry says that a kept difference is well so only when that difference is what the record waits for."""

from __future__ import annotations

from tests.scenarios.stories import PARTIES, SALE, closed, goes_on
from tests.simulators.onec import Infobase
from tests.stand import ACCOUNTANT, Stand


def _keeps_short_texts(base: Infobase) -> None:
    base.product = base.store.product = base.product.changed({f"{SALE}/Услуги": "Содержание: str 10"}, ())


def _retried(stand: Stand) -> None:
    [wait] = stand.services.waiting.of_exchange("acts")
    stand.services.people.retry(wait.record, "Anna")
    stand.quiet()


def test_a_retry_for_another_reason_says_nothing_of_a_later_difference(office: Stand) -> None:
    base = office.bases["main"]
    _keeps_short_texts(base)
    base.accountant.mark(PARTIES, office.refs["main"].counterparty)
    closed(office)
    office.quiet()
    _retried(office)
    base.accountant.mark(PARTIES, office.refs["main"].counterparty, on=False)
    office.minutes(12)
    assert office.reasons() == ["read_back_differs"]


def test_the_word_settles_the_difference_even_when_bitrix24_is_down_meanwhile(office: Stand) -> None:
    base = office.bases["main"]
    _keeps_short_texts(base)
    deals = closed(office)
    office.quiet()
    office.services.breakers.open("portal", "maintenance")
    _retried(office)
    assert office.reasons() == ["side_down"]
    office.minutes(3)
    goes_on(office, deals, ACCOUNTANT)


def test_the_word_is_not_kept_with_what_waits_again(office: Stand) -> None:
    _keeps_short_texts(office.bases["main"])
    closed(office)
    office.quiet()
    office.bases["main"].administrator.deny(SALE)
    _retried(office)
    [wait] = office.services.waiting.of_exchange("acts")
    assert wait.reason == "missing_right"
    assert ["confirmed" in body for body in wait.task.body["records"]] == [False]
