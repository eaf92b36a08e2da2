"""What Disk last showed of a folder, on shelves: the same as a plain dict, whatever came and went in whatever order."""

from __future__ import annotations

from collections.abc import Mapping
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from common.exchanges.documents import shelves as module
from common.exchanges.documents.shelves import HEADS, SHELVES, Children, Entry, Head, Shelves, differs, entry_of
from common.model.documents import DiskFolder, FolderId
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.unit.exchanges.documents.samples import AT, ELSEWHERE, FOLDER, disk_file

SMALL = 4
"""Children of a shelf in these tests."""
SEEN = "2026-11-20T09:00:00.000000Z"


def kept() -> tuple[Shelves, MemoryStore]:
    store = MemoryStore(ManualClock().now)
    return Shelves(store), store


def fetched(shelves: Shelves, folder: FolderId = FOLDER) -> Head:
    """As the next run finds it."""
    return shelves.heads({folder: "contracts"})[folder]


def entry(one: int, content: int = 1) -> Entry:
    return [content, 1, 10, f"{one}.docx", 1_700_000_000]


CHANGES = st.dictionaries(st.integers(1, 40), st.one_of(st.none(), st.integers(1, 3)), min_size=1, max_size=9)


@settings(max_examples=400, deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=12))
@example([{10: 1, 20: 1}, dict.fromkeys(range(20, 26), 1), {20: None}, {20: 1, 11: 1, 12: 1, 13: 1}])
def test_shelves_hold_what_a_dict_holds(history: list[dict[int, int | None]]) -> None:
    shelves, store = kept()
    model: Children = {}
    for changes in history:
        entries = {one: None if content is None else entry(one, content) for one, content in changes.items()}
        with patch.object(module, "FULL", SMALL):
            shelves.save(fetched(shelves), entries, SEEN)
        for one, now in entries.items():
            model.pop(one, None)
            if now is not None:
                model[one] = now
        _holds(shelves, store, model)


def _holds(shelves: Shelves, store: MemoryStore, model: Mapping[int, Entry]) -> None:
    head = fetched(shelves)
    assert shelves.all_children(head) == model
    assert (head.total, head.is_ready) == (len(model), True)
    keys = [key for key, _, _ in head.shelves]
    assert len(set(keys)) == len(keys), "two shelves of one name"
    assert {one.key for one in store.query(SHELVES)} == set(keys), "a shelf that no head knows, or the other way round"
    found = shelves.children(keys)
    ids = [one for key in keys for one in sorted(found[key])]
    assert ids == sorted(model), "shelves overlap or are out of order"
    for key, first, number in head.shelves:
        assert (first, number) == (min(found[key]), len(found[key]))
        assert number <= SMALL
    for one in model:
        assert one in shelves.children(shelves.keys_of(head, [one])).popitem()[1], f"{one} stands elsewhere"


@settings(deadline=None)
@given(st.permutations(range(1, 30)))
def test_ids_may_come_in_any_order(order: list[int]) -> None:
    shelves, store = kept()
    model: Children = {}
    with patch.object(module, "FULL", SMALL):
        for one in order:
            shelves.save(fetched(shelves), {one: entry(one)}, SEEN)
            model[one] = entry(one)
    _holds(shelves, store, model)
    assert fetched(shelves).last == 29


def test_the_highest_id_ever_seen_is_remembered_though_it_is_gone() -> None:
    shelves, _ = kept()
    shelves.save(fetched(shelves), {7: entry(7), 9: entry(9)}, SEEN)
    shelves.save(fetched(shelves), {9: None}, SEEN)
    assert fetched(shelves).last == 9


def test_a_folder_nobody_looked_at_is_not_ready_and_one_found_empty_is() -> None:
    shelves, _ = kept()
    assert not fetched(shelves).is_ready
    shelves.save(fetched(shelves), {}, SEEN)
    assert (fetched(shelves).is_ready, fetched(shelves).total) == (True, 0)


def test_nothing_new_writes_nothing_twice() -> None:
    shelves, store = kept()
    shelves.save(fetched(shelves), {7: entry(7)}, SEEN)
    before = store.round_trips
    head = fetched(shelves)
    shelves.save(head, {}, SEEN)
    shelves.seen([head], SEEN)
    assert store.round_trips == before + 1, "only the head was read"
    shelves.seen([head], "2026-11-20T09:05:00.000000Z")
    assert fetched(shelves).seen_at == "2026-11-20T09:05:00.000000Z"


def test_a_change_of_one_child_reads_and_writes_one_shelf() -> None:
    """So a hundred thousand files cost no more than the few that changed."""
    shelves, store = kept()
    shelves.save(fetched(shelves), {one: entry(one) for one in range(1, 5001)}, SEEN)
    head = fetched(shelves)
    assert len(head.shelves) == 10
    before = {one.key: one.version for one in store.query(SHELVES)}
    trips = store.round_trips
    shelves.save(head, {1700: entry(1700, 2)}, SEEN)
    assert store.round_trips - trips == 3
    after = {one.key: one.version for one in store.query(SHELVES)}
    assert sum(before[key] != after[key] for key in before) == 1


def test_folders_are_apart() -> None:
    shelves, _ = kept()
    shelves.save(fetched(shelves), {1: entry(1)}, SEEN)
    shelves.save(fetched(shelves, ELSEWHERE), {2: entry(2)}, SEEN)
    assert shelves.all_children(fetched(shelves)) == {1: entry(1)}
    shelves.forget(FOLDER)
    assert not fetched(shelves).is_ready
    assert shelves.all_children(fetched(shelves, ELSEWHERE)) == {2: entry(2)}


def test_a_forgotten_folder_leaves_nothing_behind() -> None:
    shelves, store = kept()
    shelves.save(fetched(shelves), {one: entry(one) for one in range(1, 1200)}, SEEN)
    shelves.forget(FOLDER)
    assert (store.count(HEADS), store.count(SHELVES)) == (0, 0)
    shelves.forget(FOLDER)


def test_heads_follow_in_the_order_of_their_folders() -> None:
    shelves, _ = kept()
    folders = [FolderId(one) for one in (8, 70, 600, 5000)]
    for folder in folders:
        shelves.save(fetched(shelves, folder), {}, SEEN)
    assert [one.folder for one in shelves.following("", 10)] == folders
    assert [one.folder for one in shelves.following(Head(folders[1], "").key, 2)] == folders[1:3]


@pytest.mark.parametrize(
    ("changes", "other"),
    [({}, False), ({"content": 32}, True), ({"revision": 2}, True), ({"size": 9}, True), ({"name": "b"}, True)],
)
def test_content_size_and_name_make_another_file_a_date_does_not(changes: dict[str, int], other: bool) -> None:
    assert differs(entry_of(disk_file()), entry_of(disk_file(**changes))) is other
    moved = entry_of(disk_file(updated_at=AT.replace(hour=20)))
    assert not differs(entry_of(disk_file()), moved)
    assert moved != entry_of(disk_file()), "the date itself is remembered: all shifted at once is a fault"
    assert differs(None, entry_of(disk_file()))


def test_a_folder_is_remembered_as_one() -> None:
    found = entry_of(DiskFolder(FolderId(5), "Договор 17", FOLDER, AT))
    assert (found[0], found[3], found[4]) == (0, "Договор 17", int(AT.timestamp()))
