"""What every `Store` promises; one class per adapter inherits these tests and gives the fixtures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from common.errors import AlreadyThere, ExchangeError, Stale
from common.ports import ABSENT, Condition, Data, Document, Store, Write
from tests.clock import ManualClock

SHORT_KEYS = ["сделка/1001", "a", "a.b", "a/b", "a0", ".", "..", "__x__", "/", "", "a b?#%", "😀", "ЖЖ" * 300]
LONG_KEYS = ["ЖЖ" * 900, "ЖЖ" * 900 + "1"]
"""Equal in their first 1400 bytes: both are kept, their order is not promised."""


class StoreContract:
    """`racers` threads take part in races."""

    racers = 20

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    def test_absent_is_none(self, store: Store) -> None:
        assert store.get("things", "nothing") is None
        assert store.get_many("things", ["nothing", "less"]) == {}
        assert store.get_many("things", []) == {}

    def test_returns_what_was_written(self, store: Store) -> None:
        data: Data = {
            "text": "Акт № 1\n",
            "number": 2**53 + 1,
            "ratio": 0.1,
            "none": None,
            "flags": [True, [False, {"вложено": []}]],
            "data[FIELDS][ID]": {"": 1, "a.b/c": {}},
        }
        (version,) = store.write(Write("things", "one", data))
        assert store.get("things", "one") == Document("one", data, version)

    def test_any_writes_and_replaces_whole(self, store: Store) -> None:
        store.write(Write("things", "one", {"a": 1, "b": 2}))
        store.write(Write("things", "one", {"b": 3}))
        assert _data(store, "one") == {"b": 3}

    def test_collections_are_apart(self, store: Store) -> None:
        store.write(Write("things", "one", {"a": 1}))
        assert store.get("others", "one") is None
        assert store.count("others") == 0

    def test_absent_is_created_once(self, store: Store) -> None:
        store.write(Write("things", "one", {"a": 1}, ABSENT))
        with pytest.raises(AlreadyThere) as caught:
            store.write(Write("things", "one", {"a": 2}, ABSENT))
        assert caught.value.key == "one"
        assert _data(store, "one") == {"a": 1}

    def test_version_is_replaced_once(self, store: Store) -> None:
        (first,) = store.write(Write("things", "one", {"a": 1}))
        (second,) = store.write(Write("things", "one", {"b": 2}, first))
        assert _data(store, "one") == {"b": 2}
        with pytest.raises(Stale) as caught:
            store.write(Write("things", "one", {"b": 3}, first))
        assert caught.value.key == "one"
        store.write(Write("things", "one", {"b": 4}, second))

    def test_version_of_what_is_gone_is_stale(self, store: Store) -> None:
        (version,) = store.write(Write("things", "one", {"a": 1}))
        store.write(Write("things", "one", None))
        for data in ({"a": 2}, None):
            with pytest.raises(Stale):
                store.write(Write("things", "one", data, version))

    def test_versions_change_with_every_write(self, store: Store) -> None:
        seen = [store.write(Write("things", "one", {"a": 1}))[0] for _ in range(5)]
        store.write(Write("things", "one", None))
        seen += store.write(Write("things", "one", {"a": 1}, ABSENT))
        assert len(set(seen)) == 6
        with pytest.raises(Stale):
            store.write(Write("things", "one", {"a": 1}, seen[0]))

    def test_deletes(self, store: Store) -> None:
        (first,) = store.write(Write("things", "one", {"a": 1}))
        (second,) = store.write(Write("things", "two", {"a": 1}))
        assert store.write(Write("things", "one", None, first)) == [""]
        with pytest.raises(Stale):
            store.write(Write("things", "two", None, first))
        assert store.write(Write("things", "two", None, second), Write("things", "three", None)) == ["", ""]
        assert store.count("things") == 0

    def test_batch_applies_all_or_none(self, store: Store) -> None:
        (version,) = store.write(Write("things", "one", {"a": 1}))
        store.write(Write("things", "two", {"a": 1}), Write("others", "x", {"a": 1}, ABSENT))
        with pytest.raises(AlreadyThere) as taken:
            store.write(Write("things", "new", {}), Write("things", "two", None), Write("others", "x", {}, ABSENT))
        with pytest.raises(Stale) as stale:
            store.write(Write("things", "one", {"a": 2}, version), Write("things", "gone", {"a": 2}, version))
        assert (taken.value.key, stale.value.key) == ("x", "gone")
        assert {found.key: found.data for found in store.query("things")} == {"one": {"a": 1}, "two": {"a": 1}}

    def test_versions_come_in_the_order_of_writes(self, store: Store) -> None:
        first, gone, second = store.write(
            Write("things", "one", {"a": 1}), Write("things", "no", None), Write("others", "two", {"a": 2})
        )
        assert gone == ""
        assert store.get_many("things", ["one"])["one"].version == first
        assert store.get_many("others", ["two"])["two"].version == second

    def test_refuses_writes_without_a_sense(self, store: Store) -> None:
        with pytest.raises(ValueError, match="twice"):
            store.write(Write("things", "one", {"a": 1}), Write("things", "one", None))
        with pytest.raises(ValueError, match="absent"):
            store.write(Write("things", "one", None, ABSENT))
        assert store.write() == []

    def test_expired_is_not_seen(self, store: Store, clock: ManualClock) -> None:
        end = clock.now() + timedelta(seconds=60)
        store.write(
            *(Write("things", f"{n}", {"a": n}, expire_at=end) for n in range(5)), Write("things", "9", {"a": 9})
        )
        clock.advance(59)
        assert store.count("things") == 6
        clock.advance(1)
        assert store.get("things", "1") is None
        assert list(store.get_many("things", ["1", "9"])) == ["9"]
        assert _keys(store) == ["9"]
        assert _keys(store, [("a", "<=", 9)], limit=1) == ["9"]
        assert store.count("things") == 1
        assert store.count("things", [("a", "==", 1)]) == 0

    def test_expired_is_created_again(self, store: Store, clock: ManualClock) -> None:
        store.write(Write("things", "one", {"a": 1}, expire_at=clock.now() + timedelta(seconds=1)))
        clock.advance(2)
        store.write(Write("things", "one", {"a": 2}, ABSENT), Write("things", "two", {"a": 2}, ABSENT))
        assert _data(store, "one") == {"a": 2}
        with pytest.raises(AlreadyThere):
            store.write(Write("things", "one", {"a": 3}, ABSENT))

    def test_replacing_sets_the_expiry_anew(self, store: Store, clock: ManualClock) -> None:
        (version,) = store.write(Write("things", "one", {"a": 1}, expire_at=clock.now() + timedelta(seconds=1)))
        store.write(Write("things", "one", {"a": 2}, version))
        clock.advance(1000)
        assert _data(store, "one") == {"a": 2}

    def test_keys_of_any_letters_and_length(self, store: Store) -> None:
        keys = SHORT_KEYS + LONG_KEYS
        store.write(*(Write("things", key, {"key": key}, ABSENT) for key in keys))
        assert {key: found.data["key"] for key, found in store.get_many("things", keys).items()} == {k: k for k in keys}
        store.write(*(Write("things", key, None) for key in LONG_KEYS))
        assert _keys(store) == sorted(SHORT_KEYS)
        assert _keys(store, descending=True) == sorted(SHORT_KEYS, reverse=True)

    def test_conditions(self, store: Store) -> None:
        _fill(store)
        assert _keys(store, [("state", "==", "open")]) == ["a", "c"]
        assert _keys(store, [("urgent", "==", True)]) == ["b"]
        assert _keys(store, [("size", "==", 1)]) == ["a"]
        assert _keys(store, [("state", "==", "open"), ("size", "==", 3)]) == ["c"]
        assert _keys(store, [("missing", "==", "x")]) == []

    def test_ranges(self, store: Store) -> None:
        _fill(store)
        assert _keys(store, [("size", ">", 1)]) == ["b", "c"]
        assert _keys(store, [("size", ">=", 1), ("size", "<", 3)]) == ["a", "b"]
        assert _keys(store, [("state", "==", "open"), ("size", "<=", 3)], order_by="size", descending=True) == [
            "c",
            "a",
        ]
        assert _keys(store, [("state", ">", "closed")]) == ["a", "c"]

    def test_values_of_another_type_do_not_compare(self, store: Store) -> None:
        store.write(*(Write("things", f"{n}", {"v": v}) for n, v in enumerate([1, True, "1", None, 1.5])))
        assert _keys(store, [("v", "==", 1)]) == ["0"]
        assert _keys(store, [("v", "==", True)]) == ["1"]
        assert _keys(store, [("v", ">=", 0)]) == ["0", "4"]
        assert _keys(store, [("v", ">=", "")]) == ["2"]

    def test_order_and_limit(self, store: Store) -> None:
        _fill(store)
        assert _keys(store, order_by="size") == ["a", "b", "c"]
        assert _keys(store, order_by="size", descending=True, limit=2) == ["c", "b"]
        assert _keys(store, limit=2) == ["a", "b"]
        assert _keys(store, order_by="state") == ["b", "a", "c"], "ties by key; without the field left out"

    def test_refuses_what_another_store_could_not_answer(self, store: Store) -> None:
        for where, order_by in _IMPOSSIBLE:
            with pytest.raises(ValueError, match=r"."):
                store.query("things", where, order_by)

    def test_counts(self, store: Store) -> None:
        _fill(store)
        assert store.count("things") == 4
        assert store.count("things", [("state", "==", "open")]) == 2
        assert store.count("things", [("size", ">", 1)]) == 2
        assert store.count("nothing") == 0

    def test_big_document(self, store: Store) -> None:
        data: Data = {"payload": "я" * 450_000, "state": "kept"}
        store.write(Write("things", "big", data, ABSENT))
        assert _data(store, "big") == data
        assert store.query("things", [("state", "==", "kept")])[0].data == data

    def test_one_of_many_creates(self, store: Store) -> None:
        def create(number: int) -> str:
            return _outcome(lambda: store.write(Write("claims", "deal/1", {"by": number}, ABSENT)))

        outcomes = self._race(create)
        assert sorted(outcomes) == ["AlreadyThere"] * (self.racers - 1) + ["won"]
        assert _data(store, "deal/1", "claims") == {"by": outcomes.index("won")}

    def test_one_of_many_replaces(self, store: Store) -> None:
        (version,) = store.write(Write("claims", "deal/1", {"by": -1}))

        def replace(number: int) -> str:
            return _outcome(lambda: store.write(Write("claims", "deal/1", {"by": number}, version)))

        assert sorted(self._race(replace)) == ["Stale"] * (self.racers - 1) + ["won"]

    def _race(self, run: Callable[[int], str]) -> list[str]:
        barrier = threading.Barrier(self.racers)

        def racer(number: int) -> str:
            barrier.wait(20)
            return run(number)

        with ThreadPoolExecutor(self.racers) as pool:
            return list(pool.map(racer, range(self.racers)))


_IMPOSSIBLE: list[tuple[list[Condition], str | None]] = [
    ([("Size", "==", 1)], None),
    ([("a')--", "==", 1)], None),
    ([], "a.b"),
    ([("a", "<", 1), ("b", ">", 1)], None),
    ([("a", "<", 1)], "b"),
]


def count_up(store: Store, threads: int, each: int) -> int:
    """Add one by compare-and-set, `each` times in every thread; the sum in the end."""
    store.write(Write("counters", "one", {"n": 0}, ABSENT))

    def add() -> bool:
        found = store.get("counters", "one")
        assert found
        return (
            _outcome(lambda: store.write(Write("counters", "one", {"n": found.data["n"] + 1}, found.version))) == "won"
        )

    def work(_: int) -> None:
        done = 0
        while done < each:
            done += add()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    return int(_data(store, "one", "counters")["n"])


def _fill(store: Store) -> None:
    store.write(
        Write("things", "a", {"state": "open", "size": 1, "urgent": False}),
        Write("things", "b", {"state": "closed", "size": 2, "urgent": True}),
        Write("things", "c", {"state": "open", "size": 3}),
        Write("things", "d", {"note": "neither"}),
    )


def _keys(
    store: Store,
    where: Sequence[Condition] = (),
    order_by: str | None = None,
    descending: bool = False,
    limit: int = 1000,
) -> list[str]:
    return [found.key for found in store.query("things", where, order_by, descending, limit)]


def _data(store: Store, key: str, collection: str = "things") -> Data:
    found = store.get(collection, key)
    assert found is not None
    return found.data


def _outcome(write: Callable[[], object]) -> str:
    try:
        write()
    except ExchangeError as error:
        return type(error).__name__
    return "won"
