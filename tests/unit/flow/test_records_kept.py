"""Bindings, excluded records, the journal, watermarks and dead letters: what they keep and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from common.errors import AlreadyThere, Refused, Stale
from common.flow.bindings import Binding, Bindings
from common.flow.dead_letters import DeadLetters
from common.flow.excluded import Excluded, ExcludedRecords
from common.flow.journal import Entry, Journal
from common.flow.watermarks import Watermark, Watermarks
from common.model.ids import RecordKey
from tests.clock import ManualClock
from tests.memory_store import MemoryStore

KEY = RecordKey("act:p:1:services")
ACT = Binding(KEY, "acts", "deal:1", "main:act:1", "draft", {"total": "100.00"}, data={"number": "АК-1"})
DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def bindings(store: MemoryStore, clock: ManualClock) -> Bindings:
    return Bindings(store, clock)


@pytest.fixture
def journal(store: MemoryStore, clock: ManualClock, ids: Callable[[], str]) -> Journal:
    return Journal(store, clock, ids)


@pytest.fixture
def letters(store: MemoryStore, clock: ManualClock, journal: Journal) -> DeadLetters:
    return DeadLetters(store, clock, journal)


def test_binding_is_read_as_it_was_written(bindings: Bindings) -> None:
    saved = bindings.save(ACT)
    read = bindings.get(KEY)
    assert read is not None
    assert read == replace(saved, changed_at=read.changed_at)
    assert read.changed_at.startswith("2026-01-31T09:00:00")
    assert bindings.get(RecordKey("none")) is None
    assert bindings.get_many([KEY, KEY, RecordKey("none")]) == {KEY: read}


def test_two_cannot_bind_the_same_record(bindings: Bindings) -> None:
    saved = bindings.save(ACT)
    with pytest.raises(AlreadyThere):
        bindings.save(ACT)
    bindings.save(replace(saved, state="posted"))
    with pytest.raises(Stale):
        bindings.save(saved)


def test_bindings_are_found_by_either_side(bindings: Bindings, store: MemoryStore) -> None:
    saved = bindings.save(ACT)
    assert [one.record for one in bindings.of_target("main:act:1")] == [KEY]
    assert [one.record for one in bindings.of_source("deal:1")] == [KEY]
    assert store.query("bindings", [("number", "==", "АК-1")]), "the exchange's own fields can be asked for"
    assert (bindings.count("acts"), bindings.count("acts", "posted")) == (1, 0)
    store.write(bindings.delete(saved))
    assert bindings.count("acts") == 0


def test_bindings_page_by_page(bindings: Bindings) -> None:
    for number in range(5):
        bindings.save(replace(ACT, record=RecordKey(f"r{number}")))
    first = bindings.of_exchange("acts", limit=3)
    assert [one.record for one in first] == ["r0", "r1", "r2"]
    assert [one.record for one in bindings.of_exchange("acts", after=first[-1].record)] == ["r3", "r4"]


def test_binding_data_may_not_hide_its_own_fields(bindings: Bindings) -> None:
    with pytest.raises(ValueError, match="target"):
        bindings.write(replace(ACT, data={"target": "x"}))


def test_excluded_are_counted_by_rule(store: MemoryStore, clock: ManualClock) -> None:
    excluded = ExcludedRecords(store, clock)
    store.write(
        excluded.put(Excluded("a", "acts", "before_start", "deal:1")),
        excluded.put(Excluded("b", "acts", "deal_deleted")),
    )
    store.write(excluded.put(Excluded("a", "acts", "before_start", "deal:1")))
    counts = {"before_start": 1, "not_selected": 0, "stage_reverted": 0, "deal_deleted": 1, "one_way": 0}
    assert excluded.counts("acts") == counts
    assert [one.key for one in excluded.listed("acts", "before_start")] == ["a"]
    assert excluded.get_many(["a", "c"])["a"].source == "deal:1"
    store.write(excluded.clear("a"))
    assert excluded.counts("acts")["before_start"] == 0


def test_journal_is_read_newest_first_from_both_sides(journal: Journal, clock: ManualClock) -> None:
    for outcome in ("waiting", "created", "unchanged"):
        journal.add(Entry(KEY, "acts", outcome, source="deal:1", target="main:act:1", ms=12))
        clock.advance(1)
    assert [entry.outcome for entry in journal.of(KEY)] == ["unchanged", "created", "waiting"]
    assert [entry.outcome for entry in journal.of_source("deal:1", limit=1)] == ["unchanged"]
    assert len(journal.of_target("main:act:1")) == 3
    assert len(journal.latest()) == 3
    assert [entry.ms for entry in journal.latest("acts", "created")] == [12]
    assert journal.latest("orders") == []


def test_journal_masks_details_and_forgets_after_half_a_year(journal: Journal, clock: ManualClock) -> None:
    journal.add(Entry(KEY, "acts", "created", details={"inn": "7707083893", "sum": "1234567890.00", "rows": [1]}))
    (entry,) = journal.of(KEY)
    assert entry.details == {"inn": "<masked>", "sum": "1234567890.00", "rows": [1]}
    clock.advance(180 * DAY)
    assert journal.of(KEY) == []


def test_watermark_moves_only_from_where_it_was_read(store: MemoryStore, clock: ManualClock) -> None:
    watermarks = Watermarks(store, clock)
    start = watermarks.get("stages")
    assert start == Watermark("stages", "")
    first = watermarks.advance("stages", "100", start.version)
    with pytest.raises(AlreadyThere):
        watermarks.advance("stages", "90", start.version)
    watermarks.advance("stages", "200", first.version)
    with pytest.raises(Stale):
        watermarks.advance("stages", "150", first.version)
    assert watermarks.get("stages").value == "200"


def test_dead_letter_is_kept_once_however_often_it_dies(letters: DeadLetters, clock: ManualClock) -> None:
    id = letters.keep("acts-process", {"deal": 1}, "no answer from ivan@example.com", "trace")
    clock.advance(5)
    assert letters.keep("acts-process", {"deal": 1}, "again", "trace2") == id
    (letter,) = letters.listed()
    assert (letter.times, letter.error, letter.trace, letter.body) == (2, "again", "trace2", {"deal": 1})
    assert letters.count() == 1
    letters.keep("acts-process", {"deal": 2}, "by ivan@example.com", "")
    assert sorted(one.error for one in letters.listed()) == ["again", "by <e-mail>"]


def test_replay_gives_a_new_task_each_time_and_says_who(letters: DeadLetters, journal: Journal) -> None:
    id = letters.keep("acts-process", {"deal": 1}, "x", "", queue="bulk")
    first, second = letters.replay(id, "user:1"), letters.replay(id, "user:2")
    assert (first.function, first.body, first.queue) == ("acts-process", {"deal": 1}, "bulk")
    assert first.name != second.name
    assert sorted(entry.by for entry in journal.of(id)) == ["user:1", "user:2"]
    assert letters.count() == 1, "dead until the task is in the queue"
    letters.replayed(id)
    assert letters.count() == 0
    letter = letters.get(id)
    assert letter is not None
    assert (letter.state, letter.replays, letter.by) == ("replayed", 2, "user:2")


def test_letter_that_dies_again_before_the_confirmation_stays(letters: DeadLetters) -> None:
    id = letters.keep("acts-process", {"deal": 1}, "x", "")
    letters.replay(id, "user:1")
    letters.keep("acts-process", {"deal": 1}, "y", "")
    letters.replayed(id)
    assert letters.count() == 1


def test_letters_are_forgotten_after_ninety_days(letters: DeadLetters, clock: ManualClock) -> None:
    id = letters.keep("acts-process", {"deal": 1}, "x", "")
    clock.advance(89 * DAY)
    letters.replay(id, "user:1")
    clock.advance(DAY)
    letters.replayed(id)
    with pytest.raises(Refused, match="no_such_dead_letter"):
        letters.replay(id, "user:1")
