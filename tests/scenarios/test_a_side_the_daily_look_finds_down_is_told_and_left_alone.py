"""In a quiet house nobody else would notice: wrong passwords in a row lock a user (design §3, breakers)."""

from __future__ import annotations

from tests.scenarios.stories import sent
from tests.stand import ADMIN, Stand


def test_a_wrong_password_is_told_once_and_not_tried_on(stand: Stand) -> None:
    stand.minutes(15)
    stand.bases["main"].administrator.set_password("Обмен", "другой")
    before = len(stand.bases["main"].requests)
    stand.services.doctor_at(stand.clock.now())
    stand.minutes(120)
    told = [text for user, text in sent(stand) if user == ADMIN and "main" in text]
    assert len(told) == 1
    assert stand.services.breakers.get("base:main").cause == "credentials"
    # The look itself, then the breaker's own probes, one in ten minutes.
    assert len(stand.bases["main"].requests) - before <= 2 + 120 // 10


def test_mended_it_is_told_so_and_work_goes_on(stand: Stand) -> None:
    stand.minutes(15)
    stand.bases["main"].administrator.set_password("Обмен", "другой")
    stand.services.doctor_at(stand.clock.now())
    stand.minutes(30)
    stand.bases["main"].administrator.set_password("Обмен", "пароль")
    stand.minutes(30)
    assert not stand.services.breakers.get("base:main").open
    assert len([text for user, text in sent(stand) if user == ADMIN and "main" in text]) == 2
