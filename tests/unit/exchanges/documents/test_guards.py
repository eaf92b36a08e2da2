"""Deletions, moves and republications are held until all of a mapping's are seen together (rules, Guards)."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest

from common.errors import StoreConflict
from common.exchanges.documents import guards as module
from common.exchanges.documents.guards import FRESH, REMEMBERED, Guards, Held
from common.exchanges.documents.records import file_record
from common.model.documents import FileId
from common.model.ids import RuleId
from common.model.records import Record
from common.ports import Data, Write
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.unit.exchanges.documents.samples import AT, PORTAL

CONTRACTS, LETTERS = RuleId("contracts"), RuleId("letters")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> MemoryStore:
    return MemoryStore(clock.now)


@pytest.fixture
def guards(store: MemoryStore, clock: ManualClock) -> Guards:
    return Guards(store, clock)


def record(number: int = 1, **more: Any) -> Record:
    return file_record(PORTAL, FileId(f"f{number}"), AT, "seq:1", **more)


def waiting(guards: Guards, mapping: RuleId = CONTRACTS) -> list[Held]:
    return [one for page in guards.waiting(mapping) for one in page]


def test_what_is_held_is_found_by_its_mapping(guards: Guards) -> None:
    assert not guards.any_waiting()
    guards.hold(record(1), CONTRACTS, "trash")
    guards.hold(record(2), LETTERS, "move")
    assert guards.any_waiting()
    assert [(one.record, one.what, one.passed) for one in waiting(guards)] == [(record(1), "trash", False)]
    assert [(one.record, one.what, one.mapping) for one in waiting(guards, LETTERS)] == [(record(2), "move", LETTERS)]
    assert (guards.number(CONTRACTS), guards.number_passed(CONTRACTS)) == (1, 0)


def test_held_twice_is_held_once(guards: Guards) -> None:
    guards.hold(record(), CONTRACTS, "move")
    guards.hold(record(), CONTRACTS, "trash")
    assert [one.what for one in waiting(guards)] == ["trash"]


def test_a_word_that_let_it_pass_is_not_kept_for_another_time(guards: Guards) -> None:
    guards.hold(record(released=True, submitted=True), CONTRACTS, "trash")
    (held,) = waiting(guards)
    assert "released" not in held.record.body
    assert held.record.body["submitted"] is True


def test_what_was_let_pass_waits_no_more_and_counts_for_an_hour(guards: Guards, clock: ManualClock) -> None:
    """Many small runs are no way around the guard."""
    guards.hold(record(1), CONTRACTS, "trash")
    guards.let_pass(waiting(guards))
    guards.hold(record(2), CONTRACTS, "trash")
    assert [one.record for one in waiting(guards)] == [record(2)]
    assert (guards.number(CONTRACTS), guards.number_passed(CONTRACTS)) == (2, 1)
    clock.advance(REMEMBERED.total_seconds() - 1)
    assert guards.number_passed(CONTRACTS) == 1
    clock.advance(1)
    assert (guards.number(CONTRACTS), guards.number_passed(CONTRACTS)) == (1, 0)


def test_held_anew_after_it_passed_it_waits_again_for_as_long_as_it_takes(guards: Guards, clock: ManualClock) -> None:
    guards.hold(record(), CONTRACTS, "trash")
    guards.let_pass(waiting(guards))
    guards.hold(record(), CONTRACTS, "restore")
    clock.advance(2 * REMEMBERED.total_seconds())
    assert [(one.what, one.passed) for one in waiting(guards)] == [("restore", False)]


def test_held_anew_while_it_is_let_pass_it_still_waits(guards: Guards) -> None:
    """Its first occasion is on the queue; of the second nobody has decided yet."""
    guards.hold(record(), CONTRACTS, "trash")
    seen = waiting(guards)
    guards.hold(record(), CONTRACTS, "restore")
    guards.let_pass(seen)
    assert [one.what for one in waiting(guards)] == ["restore"]


def test_pages_may_be_let_pass_while_the_rest_is_read(guards: Guards) -> None:
    for number in range(11):
        guards.hold(record(number), CONTRACTS, "trash")
    seen: list[Record] = []
    with patch.object(module, "_PAGE", 3):
        for page in guards.waiting(CONTRACTS):
            assert len(page) <= 3
            seen += [one.record for one in page]
            guards.let_pass(page)
    assert sorted(one.key for one in seen) == sorted(record(number).key for number in range(11))
    assert waiting(guards) == []
    assert guards.number_passed(CONTRACTS) == 11


def test_a_mapping_stands_until_a_person_confirms_and_the_run_goes_on(guards: Guards) -> None:
    assert not guards.confirm(CONTRACTS, "Анна"), "what does not stand is not confirmed"
    guards.stop(CONTRACTS, "vanished", {"gone": 6, "bound": 10})
    found = guards.stopped()
    assert list(found) == [CONTRACTS]
    assert (found[CONTRACTS]["why"], found[CONTRACTS]["figures"]) == ("vanished", {"gone": 6, "bound": 10})
    assert found[CONTRACTS]["confirmed_by"] == ""
    assert guards.confirm(CONTRACTS, "Анна")
    assert guards.stopped()[CONTRACTS]["confirmed_by"] == "Анна"
    assert guards.standing() == {CONTRACTS}, "workers wait until the confirmed run has begun"
    guards.go_on(CONTRACTS)
    assert (guards.stopped(), guards.standing()) == ({}, set())


def test_stopped_again_a_word_said_before_is_worth_nothing(guards: Guards) -> None:
    guards.stop(CONTRACTS, "vanished", {"gone": 6})
    guards.confirm(CONTRACTS, "Анна")
    guards.stop(CONTRACTS, "vanished", {"gone": 9})
    assert guards.stopped()[CONTRACTS]["confirmed_by"] == ""


def test_a_word_about_an_alarm_that_changed_meanwhile_is_refused(clock: ManualClock) -> None:
    class Overtaken(MemoryStore):
        """Between a person's reading and writing the mapping is stopped for another reason."""

        def write(self, *writes: Write) -> list[str]:
            if writes[0].data is not None and writes[0].data.get("confirmed_by"):
                changed: Data = {**writes[0].data, "why": "listing_empty", "confirmed_by": ""}
                super().write(Write(writes[0].collection, writes[0].key, changed))
            return super().write(*writes)

    guards = Guards(Overtaken(clock.now), clock)
    guards.stop(CONTRACTS, "vanished", {})
    with pytest.raises(StoreConflict):
        guards.confirm(CONTRACTS, "Анна")
    assert guards.stopped()[CONTRACTS]["why"] == "listing_empty"


def test_workers_read_what_stands_once_in_a_few_seconds(guards: Guards, store: MemoryStore, clock: ManualClock) -> None:
    assert guards.standing() == set()
    Guards(store, clock).stop(CONTRACTS, "vanished", {})
    before = store.round_trips
    assert guards.standing() == set()
    assert store.round_trips == before
    clock.advance(FRESH.total_seconds())
    assert guards.standing() == {CONTRACTS}


def test_who_stops_a_mapping_knows_it_at_once(guards: Guards) -> None:
    guards.standing()
    guards.stop(CONTRACTS, "vanished", {})
    assert guards.standing() == {CONTRACTS}


def test_those_that_stand_cost_one_round_trip(guards: Guards, store: MemoryStore) -> None:
    before = store.round_trips
    guards.stopped()
    assert store.round_trips == before + 1
