"""What admins are told of a side follows from its breaker, not from who opened or closed it and lived to tell."""

from __future__ import annotations

import pytest

from common.errors import SideDown, TryLater
from common.flow.telling import Telling
from common.ports import Task
from tests.scenarios.stories import asked, closed, resolved, sent
from tests.simulators.onec import platform_answers
from tests.stand import ADMIN, Stand

DOWN = "Нет связи со стороной обмена[/B]: base:main"
REFUSED = "Сторона не принимает учётные данные обмена[/B]: base:main"


def _down(stand: Stand) -> None:
    stand.bases["main"].faults.add(platform_answers.instead(platform_answers.locked, times=10**6))


def _outage(stand: Stand) -> None:
    _down(stand)
    closed(stand)
    stand.quiet()


def test_the_end_is_told_though_the_queue_fails_when_work_resumes(
    office: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    _outage(office)
    office.bases["main"].faults.clear()

    def silent(_: Task) -> None:
        raise TryLater("queue silent")

    with monkeypatch.context() as broken:
        broken.setattr(office.services.queue, "put", silent)
        office.clock.advance(60)
        assert office.job("exchange_watch") == 503
    office.minutes(3)
    assert office.reasons() == []
    assert [who for who, _ in resolved(office)] == [ADMIN]
    _outage(office)
    assert [who for who, _ in asked(office)] == [ADMIN, ADMIN]


def test_the_end_is_told_though_the_watch_dies_before_telling(office: Stand) -> None:
    _outage(office)
    office.bases["main"].faults.clear()
    office.services.breakers.closed("base:main")
    office.minutes(2)
    assert [who for who, _ in resolved(office)] == [ADMIN]


def test_an_outage_is_told_though_the_worker_that_met_it_dies_first(
    office: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(Telling, "side_opened", lambda _self, _down: None)
        _outage(office)
    assert sent(office) == []
    office.minutes(5)
    assert [who for who, _ in sent(office)] == [ADMIN]
    assert DOWN in sent(office)[0][1]


def test_an_outage_that_turns_into_a_wrong_password_is_told(office: Stand) -> None:
    _outage(office)
    office.bases["main"].faults.clear()
    refused = platform_answers.instead(lambda _: platform_answers.unauthorized(), times=10**6)
    office.bases["main"].faults.add(refused)
    office.minutes(30)
    assert [DOWN in asked(office)[0][1], REFUSED in asked(office)[1][1]] == [True, True]
    assert len(asked(office)) == 2
    assert len(resolved(office)) == 1
    office.bases["main"].faults.clear()
    office.minutes(15)
    assert (len(asked(office)), len(resolved(office))) == (2, 2)


def test_a_worker_that_meets_the_wrong_password_tells_of_it(office: Stand) -> None:
    office.services.breakers.open("base:main", "maintenance")
    down = SideDown("base:main", "credentials")
    assert office.services.breakers.failed(down) is True
    office.services.telling.side_opened(down)
    assert [REFUSED in text for _, text in sent(office)] == [True]
