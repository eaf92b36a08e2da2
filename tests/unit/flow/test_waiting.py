"""Waiting: found by whatever it waits for, tried again on its schedule, in its order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from common.errors import Stale, Stop
from common.flow.waiting import Waiting, WaitingRoom, next_try, parked
from common.model.ids import RecordKey
from common.model.records import Record
from common.ports import Task
from tests.clock import START, ManualClock
from tests.memory_store import MemoryStore

KPP = Stop("kpp_missing", "КПП", "crm", "company:12")
ITEM = Stop("nomenclature_unmapped", "строки 1, 2", "admin", "mapping:nomenclature")
CLOSED = Stop("period_closed", "дата акта", "accounting", "person")
REFUSED = Stop("refused_by_1c", "Проведение", "accounting", "person")
TASK = Task("acts-process", {"deal": 1}, "t")


@pytest.fixture
def room(store: MemoryStore, clock: ManualClock) -> WaitingRoom:
    return WaitingRoom(store, clock)


def record(key: str, order: datetime = START) -> Record:
    return Record(RecordKey(key), f"deal:{key}", order, {"deal": 1})


def put(
    room: WaitingRoom, store: MemoryStore, key: str, *stops: Stop, refused: bool = False, order: datetime = START
) -> Waiting:
    store.write(*room.put(record(key, order), "acts", stops, TASK, room.get(key), refused))
    waiting = room.get(key)
    assert waiting is not None
    return waiting


def test_everything_is_kept(room: WaitingRoom, store: MemoryStore) -> None:
    waiting = put(room, store, "a", KPP, ITEM)
    assert waiting.stops == (KPP, ITEM)
    assert (waiting.reason, waiting.awaits) == ("kpp_missing", ("company:12", "mapping:nomenclature"))
    assert (waiting.task, waiting.order, waiting.source, waiting.tries) == (TASK, START, "deal:a", 1)


def test_found_by_each_thing_awaited_and_by_none_when_cleared(room: WaitingRoom, store: MemoryStore) -> None:
    put(room, store, "b", KPP, order=START + timedelta(hours=1))
    put(room, store, "a", ITEM, KPP)
    assert [one.record for one in room.by_awaits("company:12")] == ["a", "b"]
    assert [one.record for one in room.by_awaits("mapping:nomenclature")] == ["a"]
    store.write(*room.clear(put(room, store, "a", ITEM, KPP)))
    assert [one.record for one in room.by_awaits("company:12")] == ["b"]
    assert store.count("awaiting") == 0


def test_other_reasons_replace_pointers(room: WaitingRoom, store: MemoryStore) -> None:
    put(room, store, "a", ITEM, KPP)
    put(room, store, "a", KPP, CLOSED)
    assert room.by_awaits("mapping:nomenclature") == []
    assert [one.key for one in store.query("awaiting")] == ["person|a"]


def test_same_reasons_keep_their_start_and_other_reasons_do_not(
    room: WaitingRoom, store: MemoryStore, clock: ManualClock
) -> None:
    put(room, store, "a", KPP)
    clock.advance(300)
    assert (put(room, store, "a", KPP).since, put(room, store, "a", KPP).tries) == (START, 3)
    changed = put(room, store, "a", ITEM)
    assert (changed.since, changed.tries) == (START + timedelta(seconds=300), 1)


def test_two_workers_cannot_mix_their_documents(room: WaitingRoom, store: MemoryStore) -> None:
    before = put(room, store, "a", KPP)
    put(room, store, "a", ITEM)
    with pytest.raises(Stale):
        store.write(*room.put(record("a"), "acts", [KPP, ITEM], TASK, before))
    with pytest.raises(Stale):
        store.write(*room.clear(before))


@pytest.mark.parametrize(
    ("stops", "refused", "waited", "pause"),
    [
        ([KPP], False, timedelta(0), timedelta(minutes=5)),
        ([KPP, ITEM], False, timedelta(minutes=59), timedelta(minutes=5)),
        ([KPP], False, timedelta(hours=1), timedelta(hours=1)),
        ([REFUSED], True, timedelta(0), None),
        ([CLOSED], True, timedelta(0), timedelta(days=1)),
        ([CLOSED], False, timedelta(days=5), timedelta(days=1)),
        ([parked("base:main")], False, timedelta(0), None),
    ],
)
def test_schedule(stops: list[Stop], refused: bool, waited: timedelta, pause: timedelta | None) -> None:
    now = START + waited
    assert next_try(stops, refused, START, now) == (None if pause is None else now + pause)


def test_due_once_per_turn(room: WaitingRoom, store: MemoryStore, clock: ManualClock) -> None:
    put(room, store, "b", KPP, order=START + timedelta(hours=1))
    put(room, store, "a", KPP)
    put(room, store, "c", REFUSED, refused=True)
    assert room.due("acts") == []
    clock.advance(300)
    due = room.due("acts")
    assert [one.record for one in due] == ["a", "b"]
    room.postpone(due)
    assert room.due("acts") == []
    clock.advance(300)
    assert len(room.due("acts")) == 2


def test_postponing_leaves_newer_plans_alone(room: WaitingRoom, store: MemoryStore, clock: ManualClock) -> None:
    put(room, store, "a", KPP)
    put(room, store, "b", KPP)
    clock.advance(300)
    due = room.due("acts")
    newer = put(room, store, "a", REFUSED, refused=True)
    room.postpone(due)
    room.postpone([])
    assert room.due("acts") == []
    assert room.get("a") == newer


def test_one_occasion_puts_one_task(room: WaitingRoom, store: MemoryStore) -> None:
    waiting = put(room, store, "a", KPP)
    assert waiting.again("company:12@1") == waiting.again("company:12@1")
    assert waiting.again("company:12@1").name != waiting.again("company:12@2").name
    assert (waiting.again("x").function, waiting.again("x").body) == (TASK.function, TASK.body)


def test_parked_work_resumes_in_order_of_stage_entry(room: WaitingRoom, store: MemoryStore) -> None:
    for key, hours in (("a", 3), ("b", 1), ("c", 2)):
        put(room, store, key, parked("base:main"), order=START + timedelta(hours=hours))
    put(room, store, "d", KPP)
    assert [one.record for one in room.parked_work()] == ["b", "c", "a"]
    assert [one.record for one in room.by_awaits("base:main")] == ["b", "c", "a"]


def test_all_pages_are_read_and_counted(room: WaitingRoom, store: MemoryStore) -> None:
    for number in range(1003):
        stop = KPP if number % 2 else ITEM
        store.write(*room.put(record(f"{number:05}"), "acts", [stop], TASK, None))
    store.write(*room.put(record("x"), "orders", [KPP], TASK, None))
    assert room.counts("acts") == {"kpp_missing": 501, "nomenclature_unmapped": 502}
    assert sum(room.counts().values()) == 1004
    assert len(room.of_exchange("acts")) == 1003
