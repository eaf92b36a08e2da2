"""The watch calls the doctor after rules change, then daily; what he finds wrong is told once, and its end once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.application import application
from tests.scenarios.doctor import as_called, written
from tests.scenarios.stories import House, change_rule, closed, later
from tests.simulators.bitrix24 import troubles
from tests.stand import ACCOUNTANT, ADMIN, Stand

DAY = 86_400
RU, MENDED = "На портале нет воронки или стадии из правила", "Исправлено"


def told(stand: Stand, words: str = "") -> list[tuple[int, str]]:
    return [(person, text) for person, text in stand.told() if words in text]


def test_a_stage_that_is_not_there_is_told_before_any_deal_could_come_to_it(stand: Stand) -> None:
    change_rule(stand, stage="C1:GONE")
    stand.minutes(90)
    ((person, text),) = told(stand)
    assert person == ADMIN
    assert RU in text
    assert "C1:GONE" in text
    assert "services_main" in text
    change_rule(stand, stage="C1:DONE")
    stand.minutes(2)
    assert [MENDED in text for _, text in told(stand, RU)] == [False, True]
    later(stand, 3 * DAY)
    assert len(told(stand)) == 2


def test_a_stage_that_goes_later_is_told_within_a_day_and_its_return_within_the_hour(stand: Stand) -> None:
    stand.minutes(1)
    kept = list(stand.portal.crm.statuses)
    stand.portal.crm.statuses[:] = [row for row in kept if row["STATUS_ID"] != "C1:DONE"]
    stand.minutes(30)
    assert told(stand) == []
    later(stand, DAY)
    assert len(told(stand, RU)) == 1
    stand.portal.crm.statuses[:] = kept
    stand.minutes(20)
    assert [MENDED in text for _, text in told(stand)] == [False, True]


def test_each_of_two_faults_has_its_own_word_and_its_own_end(stand: Stand) -> None:
    stand.portal.users[ACCOUNTANT].active = False
    change_rule(stand, stage="C1:GONE")
    stand.minutes(1)
    assert len(told(stand)) == 2
    stand.portal.users[ACCOUNTANT].active = True
    stand.minutes(20)
    (end,) = told(stand, MENDED)
    assert f"user {ACCOUNTANT}" in end[1]


def test_a_portal_that_is_down_mends_nothing(stand: Stand) -> None:
    change_rule(stand, stage="C1:GONE")
    stand.minutes(1)
    stand.portal.faults.add(troubles.html(502, times=200))
    stand.minutes(60)
    stand.portal.faults.clear()
    stand.minutes(60)
    assert len(told(stand, RU)) == 1
    assert told(stand, f"{MENDED}[/B]: {RU}") == []
    change_rule(stand, stage="C1:DONE")
    stand.minutes(2)
    assert len(told(stand, f"{MENDED}[/B]: {RU}")) == 1


def test_a_rule_that_is_gone_takes_its_fault_along(stand: Stand) -> None:
    change_rule(stand, stage="C1:GONE")
    stand.minutes(1)
    stand.services.rule_book.import_all({"acts": []}, "admin", over=True)
    stand.minutes(2)
    assert [MENDED in text for _, text in told(stand)] == [False, True]


def test_what_holds_up_deals_as_well_is_one_cause_and_only_deals_are_counted(stand: Stand) -> None:
    change_rule(stand, defaults={"income_item_group": "Консалтинг"})
    stand.minutes(1)
    assert len(told(stand, "Консалтинг")) == 1
    closed(stand, 3)
    stand.quiet()
    assert len(told(stand, "Консалтинг")) == 1
    stand.bases["main"].accountant.add("Catalog_НоменклатурныеГруппы", Description="Консалтинг")
    stand.minutes(30)
    assert len(stand.acts()) == 3
    (end,) = told(stand, MENDED)
    assert end[1].endswith("Продолжено записей: 3")


def test_what_no_deal_has_met_says_nothing_of_deals(stand: Stand) -> None:
    change_rule(stand, defaults={"income_item_group": "Консалтинг"})
    stand.minutes(1)
    stand.bases["main"].accountant.add("Catalog_НоменклатурныеГруппы", Description="Консалтинг")
    stand.minutes(30)
    (end,) = told(stand, MENDED)
    assert "Продолжено" not in end[1]


def test_a_clock_that_goes_wrong_is_told_once_whoever_sees_it(house: House) -> None:
    stand = house()
    stand.bases["main"].switches.clock_skew = timedelta(minutes=10)
    later(stand, DAY)  # the digest is read anew as well
    stand.minutes(30)
    assert len(told(stand, "+600 s")) == 1
    stand.bases["main"].switches.clock_skew = timedelta(0)
    later(stand, DAY)
    stand.minutes(30)
    assert len(told(stand, MENDED)) == 1


def test_in_service_he_asks_once_a_day_and_writes_nothing(stand: Stand) -> None:
    stand.minutes(15)
    before, hits = written(stand), (stand.portal.hits, stand.bases["main"].hits)
    for _ in range(120):
        stand.clock.advance(60)
        stand.job("exchange_watch")
    assert (stand.portal.hits, stand.bases["main"].hits) == hits
    stand.clock.advance(DAY)
    seen = len(stand.portal.requests)
    stand.job("exchange_watch")
    asked = [one.method for one in stand.portal.requests[seen:] if not one.inner]
    assert asked.count("batch") == 1
    # $metadata by the watch; does it answer, and two dictionaries a day old.
    assert stand.bases["main"].hits - hits[1] == 4
    assert written(stand) == before
    assert told(stand) == []


def test_a_side_whose_breaker_is_open_is_left_alone(stand: Stand) -> None:
    """More wrong passwords would lock our user; the watch probes it every ten minutes."""
    stand.minutes(1)
    stand.bases["main"].administrator.set_password("Обмен", "другой")
    stand.reach(stand.deal())
    stand.quiet()
    before = len(stand.bases["main"].requests)
    later(stand, DAY)
    stand.minutes(30)
    refused = [status for _, _, status in stand.bases["main"].requests[before:]]
    assert set(refused) == {401}
    assert len(refused) <= 4


def test_two_watches_at_once_make_one_round(stand: Stand) -> None:
    change_rule(stand, stage="C1:GONE")
    other = as_called(stand)
    version = stand.services.store.get("config", "doctor")
    assert version is not None
    from common.wiring.doctor import daily

    first, second = daily(stand.services, version.version), daily(other, version.version)
    assert first["doctor_wrong"] == 1
    assert second == {}


def test_a_watch_killed_in_the_round_is_followed_by_another(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    change_rule(stand, stage="C1:GONE")
    look = stand.services.portal_look

    def dies(_wanted: object) -> object:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(look, "see", dies)
        stand.clock.advance(60)
        with pytest.raises(Killed):
            stand.services.doctor_when_due()
    stand.minutes(29)
    assert told(stand) == []
    stand.minutes(5)
    assert len(told(stand, RU)) == 1


def test_an_installation_is_looked_at_in_the_next_minute_and_many_lost_events_are_one_cause(tmp_path: Path) -> None:
    with application(str(tmp_path)) as stand:
        stand.portal.events.bindings.clear()
        stand.job("exchange_watch")
        assert [person for person, text in told(stand, "ONCRMDEALUPDATE")] == [ADMIN]
        assert len(told(stand)) == 1
        assert stand.install()
        stand.job("exchange_watch")
        # Of an application the portal keeps one notice for each tag: the end takes the place of the beginning.
        assert [MENDED in text for _, text in told(stand)] == [True]
