"""Vitals: numbers that are honest, at eight round trips of the store a minute."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.bitrix import tokens
from common.bitrix.tokens import UNINSTALLED, Grant, Tokens
from common.errors import SideDown, Stop
from common.flow.breakers import Breakers
from common.flow.conflicts import Conflicts
from common.flow.dead_letters import DeadLetters
from common.flow.journal import Journal
from common.flow.vitals import Vitals
from common.flow.waiting import SWEEP, WaitingRoom, parked
from common.flow.watermarks import Watermarks
from common.model.ids import RecordKey
from common.model.records import Conflict, Record
from common.ports import Task
from tests.clock import START, ManualClock
from tests.memory_store import MemoryStore

MEMBER = "a223c6b3710f85df22e9377d6c4f7553"
EVERY = {"acts": 300, "documents": 3600}
KPP = Stop("kpp_missing", "КПП", "crm", "company:12")
PASSING = Stop("queue_gave_up", "busy", "admin", SWEEP)
GRANT = Grant(MEMBER, "https://example.bitrix24.ru/rest/", "a", "r", timedelta(hours=1), 1, "L")
INSTALLED = tokens.granted(Tokens(MEMBER, "https://oauth.bitrix24.tech", "", "", "", START, "t"), GRANT, START)


@pytest.fixture
def application(store: MemoryStore, clock: ManualClock) -> Callable[[], dict[str, int]]:
    return lambda: tokens.health(store, MEMBER, clock.now())


@pytest.fixture
def vitals(store: MemoryStore, clock: ManualClock, ids: Callable[[], str], application: Any) -> Vitals:
    letters = DeadLetters(store, clock, Journal(store, clock, ids))
    room, breakers, marks = WaitingRoom(store, clock), Breakers(store, clock), Watermarks(store, clock)
    return Vitals(room, letters, Conflicts(store, clock), breakers, marks, application, EVERY, clock)


def wait(vitals: Vitals, store: MemoryStore, key: str, *stops: Stop) -> None:
    record = Record(RecordKey(key), f"deal:{key}", START, {"deal": 1})
    task = Task("acts-process", {"deal": 1}, "t")
    store.write(*vitals.waiting.put(record, "acts", stops, task, vitals.waiting.get(key)))


def test_a_quiet_house_is_all_noughts(vitals: Vitals) -> None:
    assert vitals.numbers() == {
        "dead_letters": 0,
        "waiting": 0,
        "waiting_people": 0,
        "oldest_waiting_seconds": 0,
        "open_breakers": 0,
        "paused_by_hand": 0,
        "conflicts": 0,
        "application_installed": 0,
    }


def test_who_waits_for_a_side_or_another_try_waits_for_nobody(
    vitals: Vitals, store: MemoryStore, clock: ManualClock
) -> None:
    wait(vitals, store, "a", KPP)
    clock.advance(60)
    for key, stop in (("b", parked("base:main")), ("c", PASSING)):
        wait(vitals, store, key, stop)
    wait(vitals, store, "d", PASSING, KPP)
    numbers = vitals.numbers()
    assert (numbers["waiting"], numbers["waiting_people"], numbers["oldest_waiting_seconds"]) == (4, 2, 60)


def test_the_oldest_is_who_waits_longest_for_the_same(vitals: Vitals, store: MemoryStore, clock: ManualClock) -> None:
    wait(vitals, store, "a", KPP)
    clock.advance(60)
    wait(vitals, store, "b", KPP)
    clock.advance(60)
    wait(vitals, store, "a", KPP)
    assert vitals.numbers()["oldest_waiting_seconds"] == 120
    wait(vitals, store, "a", PASSING)
    assert vitals.numbers()["oldest_waiting_seconds"] == 60


def test_breakers_are_told_from_pauses(vitals: Vitals) -> None:
    vitals.breakers.open("portal", "maintenance")
    vitals.breakers.pause("base:main", "Anna")
    vitals.breakers.failed(SideDown("base:trade", "connection", certain=False))
    assert (vitals.numbers()["open_breakers"], vitals.numbers()["paused_by_hand"]) == (1, 1)


def test_letters_and_conflicts_count_until_they_are_settled(vitals: Vitals, store: MemoryStore) -> None:
    letter = vitals.letters.keep("acts-process", {"deal": 1}, "bug", "")
    record = Record(RecordKey("file:1"), "file:1", START, {"entry": "e"})
    store.write(vitals.conflicts.write(Conflict("c", "both_changed", "a.docx", "", "", {}), record, "documents"))
    assert (vitals.numbers()["dead_letters"], vitals.numbers()["conflicts"]) == (1, 1)
    vitals.letters.replay(letter, "Anna")
    vitals.letters.replayed(letter)
    vitals.conflicts.settle("c", "Anna")
    assert (vitals.numbers()["dead_letters"], vitals.numbers()["conflicts"]) == (0, 0)


def test_lag_counts_from_the_last_end_and_before_the_first_one_from_the_first_look(
    vitals: Vitals, clock: ManualClock
) -> None:
    assert vitals.lags() == {"acts": 0, "documents": 0}
    clock.advance(240)
    vitals.marks.finished("acts")
    clock.advance(60)
    assert vitals.lags() == {"acts": 60, "documents": 300}


def test_there_is_one_line_of_all_and_one_of_each_exchange(
    vitals: Vitals, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    vitals.lags()
    clock.advance(1000)
    with caplog.at_level(logging.INFO, "exchange"):
        vitals.tell()
    told = [(one.getMessage(), fields(one)) for one in caplog.records]
    assert told[0] == ("vitals", vitals.numbers())
    assert told[1:] == [
        ("lag", {"exchange": "acts", "lag_seconds": 1000, "overdue_seconds": 700}),
        ("lag", {"exchange": "documents", "lag_seconds": 1000, "overdue_seconds": 0}),
    ]


def fields(record: logging.LogRecord) -> Mapping[str, Any]:
    found: Mapping[str, Any] = record.__dict__["fields"]
    return found


def test_a_round_asks_the_store_eight_times(vitals: Vitals, store: MemoryStore) -> None:
    vitals.tell()
    tokens.install(store, INSTALLED, is_first=True)
    wait(vitals, store, "a", KPP)
    vitals.breakers.open("portal", "maintenance")
    before = store.round_trips
    vitals.tell()
    assert store.round_trips - before == 8


def test_the_installation_in_numbers(store: MemoryStore, clock: ManualClock, application: Any) -> None:
    tokens.install(store, INSTALLED, is_first=True)
    clock.advance(90)
    assert application() == {"application_installed": 1, "oauth_in_doubt": 0, "oauth_age_seconds": 90}
    tokens.change(store, MEMBER, lambda found: replace(found, in_doubt=True))
    assert application()["oauth_in_doubt"] == 1
    tokens.change(store, MEMBER, lambda found: tokens.granted(found, GRANT, clock.now()))
    assert application() == {"application_installed": 1, "oauth_in_doubt": 0, "oauth_age_seconds": 0}
    tokens.change(store, MEMBER, lambda found: replace(found, state=UNINSTALLED))
    assert application() == {"application_installed": 0}


def test_tokens_kept_before_their_refresh_was_noted_have_no_age(store: MemoryStore, application: Any) -> None:
    tokens.install(store, replace(INSTALLED, refreshed_at=None), is_first=True)
    assert application() == {"application_installed": 1, "oauth_in_doubt": 0}
