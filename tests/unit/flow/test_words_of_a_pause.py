"""An exchange paused by hand is told as such, and not as a side that is down."""

from __future__ import annotations

import re

import pytest

from common.errors import Stop
from common.flow.breakers import Breaker
from common.flow.notices_table import TEXTS
from common.flow.notices_texts import Language, opened, resolved, short
from common.flow.waiting import parked_for

PAUSED = Breaker("exchange:acts", paused_by="Анна", because="инвентаризация")
STOP = Stop("paused_by_hand", "acts", "admin", "exchange:acts", details=PAUSED.words)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("reason", ["exchange_paused", "paused_by_hand"])
def test_both_reasons_have_words(reason: str, language: Language) -> None:
    text = TEXTS[reason][0 if language == "ru" else 1]
    for words in (text.wrong, text.do):
        assert bool(re.search("[а-яё]", words)) == (language == "ru")


@pytest.mark.parametrize(
    ("language", "wrong", "resume"),
    [("ru", "приостановлен вручную", "Возобновить"), ("en", "paused by hand", "To resume")],
)
def test_the_notice_says_who_why_and_how_it_goes_on(language: Language, wrong: str, resume: str) -> None:
    told = opened(STOP, language)
    assert wrong in told.splitlines()[0]
    assert told.splitlines()[0].endswith(": acts")
    assert "Анна: инвентаризация" in told
    assert told.splitlines()[-1] == f"{resume}{'' if language == 'ru' else ' it'}: ./deploy.sh resume acts --by NAME"


@pytest.mark.parametrize(("language", "told"), [("ru", "Обмен возобновлён"), ("en", "The exchange goes on")])
def test_its_end_is_told_too(language: Language, told: str) -> None:
    assert resolved(STOP, 1, language) == f"[B]{told}[/B]: acts"


def test_a_record_that_waits_for_it_says_by_whom_and_one_that_waits_for_1c_says_that() -> None:
    stop = parked_for(PAUSED)
    assert (stop.reason, stop.field, stop.awaits) == ("exchange_paused", "acts", "exchange:acts")
    assert short(stop, "ru").startswith("Обмен приостановлен вручную: acts.")
    down = parked_for(Breaker("base:main", open=True, cause="maintenance"))
    assert (down.reason, down.field, down.awaits) == ("side_down", "base:main", "base:main")
