"""Queues and jobs follow the breakers, whoever dies in between; what others paused stays as they left it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pytest

from common.errors import TryLater
from common.flow.breakers import Breakers
from common.flow.pausing import CONFIG, PAUSES, Pausing
from common.ports import Store
from common.ports.switches import Switches
from tests.clock import ManualClock
from tests.crashes import Killed, Points, WatchedStore, WatchedSwitches
from tests.memory_store import MemoryStore
from tests.unit.flow.test_useless import HOUSE

DM = ["job:document_sync", "queue:bulk"]
ALL = ["job:deal_sweep", "job:document_sync", "queue:bulk", "queue:interactive"]


@dataclass
class Service:
    """Queues or jobs somewhere outside: what stands still, what really changed, how often it was asked."""

    kind: str
    clock: ManualClock
    changes: list[str] = field(default_factory=list)
    still: set[str] = field(default_factory=set)
    asked: int = 0
    silent: bool = False
    slow: float = 0.0
    lost: int = 0
    """Answers to be lost after the work."""

    def is_paused(self, name: str, /) -> bool:
        self._ask()
        return name in self.still

    def pause(self, name: str, /) -> None:
        self._ask()
        self._set("pause", name, name not in self.still, self.still.add)

    def resume(self, name: str, /) -> None:
        self._ask()
        self._set("resume", name, name in self.still, self.still.discard)

    def _set(self, action: str, name: str, changes: bool, change: Callable[[str], None]) -> None:
        if changes:
            self.changes.append(f"{action} {self.kind}:{name}")
            change(name)
        if self.lost:
            self.lost -= 1
            raise TryLater("answer lost")

    def _ask(self) -> None:
        self.asked += 1
        self.clock.advance(self.slow)
        if self.silent:
            raise TryLater("unreachable")


class House:
    """Two services, breakers, and rounds of the watch a minute apart, each by a new process."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.kept = MemoryStore(self.clock.now)
        self.queues, self.jobs = Service("queue", self.clock), Service("job", self.clock)
        self.points = Points()
        self.breakers = Breakers(self.kept, self.clock)
        self.made: list[str] = []

    def round(self) -> dict[str, int]:
        """A minute later the watch comes again."""
        self.clock.advance(60)
        self.points.dead = False
        store: Store = WatchedStore(self.kept, self.points)
        breakers = Breakers(store, self.clock)
        breakers.all()  # as the watch does before
        before = self.kept.round_trips
        numbers = Pausing(HOUSE, breakers, store, self.clock, self._switches).run()
        self.trips = self.kept.round_trips - before
        return numbers

    def dies(self, at: int) -> bool:
        """The same, and the process dies at this moment; False when there was no such moment."""
        self.points.start([at])
        try:
            self.round()
        except Killed:
            return True
        finally:
            self.points.counting = False
        return False

    def down(self, *sides: str) -> None:
        for side in sides:
            self.breakers.open(side, "maintenance")

    def up(self, *sides: str) -> None:
        for side in sides:
            self.breakers.closed(side)

    @property
    def still(self) -> list[str]:
        """All that stands still."""
        return sorted(f"{one.kind}:{name}" for one in (self.jobs, self.queues) for name in one.still)

    @property
    def changes(self) -> list[str]:
        return sorted([*self.jobs.changes, *self.queues.changes])

    @property
    def asked(self) -> int:
        return self.jobs.asked + self.queues.asked

    @property
    def notes(self) -> dict[str, str]:
        found = self.kept.get(CONFIG, PAUSES)
        return {} if found is None else {key: note["state"] for key, note in found.data["targets"].items()}

    def _switches(self, kind: Literal["queue", "job"]) -> Switches:
        self.made.append(kind)
        return WatchedSwitches(self.queues if kind == "queue" else self.jobs, self.points)


@pytest.fixture
def house() -> House:
    return House()


def test_what_an_open_breaker_makes_useless_stands_still_until_it_closes(house: House) -> None:
    house.down("base:dm")
    assert house.round() == {"switched_off": 2, "switched_on": 0, "not_switched": 0}
    assert house.still == DM
    house.up("base:dm")
    assert house.round() == {"switched_off": 0, "switched_on": 2, "not_switched": 0}
    assert (house.still, house.notes) == ([], {})


def test_while_nothing_changes_a_round_is_one_read_and_no_call(house: House) -> None:
    quiet = [house.round() for _ in range(3)]
    assert (quiet, house.asked, house.trips, house.made) == ([{}] * 3, 0, 1, [])
    house.down("portal")
    house.round()
    asked, made = house.asked, len(house.made)
    for _ in range(10):
        assert house.round() == {}
        assert house.trips == 1
    assert (house.asked, len(house.made)) == (asked, made)


def test_the_note_says_what_why_and_since_when(house: House) -> None:
    house.down("base:dm")
    house.round()
    found = house.kept.get(CONFIG, PAUSES)
    assert found is not None
    assert found.data["targets"]["queue:bulk"] == {
        "state": "paused",
        "why": ["base:dm"],
        "since": "2026-01-31T09:01:00.000000Z",
    }


def test_what_its_administrator_paused_before_stays_paused_after(house: House) -> None:
    house.queues.still.add("bulk")
    house.jobs.still.add("deal_sweep")
    house.down("portal")
    for _ in range(3):
        house.round()
    assert house.still == ALL
    house.up("portal")
    for _ in range(3):
        house.round()
    assert house.still == ["job:deal_sweep", "queue:bulk"]
    assert house.notes == {}


def test_what_a_person_resumed_in_an_outage_is_not_paused_again_in_that_outage(house: House) -> None:
    house.down("base:dm")
    house.round()
    house.queues.resume("bulk")
    house.down("portal")
    for _ in range(3):
        house.round()
    assert "queue:bulk" not in house.still
    house.up("base:dm")
    house.round()
    assert "queue:bulk" not in house.still, "the portal is still down: it is the same outage"
    house.up("portal")
    house.round()
    house.down("base:dm")
    house.round()
    assert house.still == DM, "another outage"


def test_what_a_person_resumed_early_is_not_touched_at_the_end(house: House) -> None:
    house.down("base:dm")
    house.round()
    house.queues.resume("bulk")
    house.up("base:dm")
    house.round()
    assert house.changes.count("resume queue:bulk") == 1


def test_an_outage_of_an_outage_changes_nothing(house: House) -> None:
    house.down("base:dm")
    house.round()
    house.down("portal")
    house.round()
    house.up("base:dm")
    house.round()
    assert house.still == ALL
    house.up("portal")
    house.round()
    assert house.still == []
    assert len(house.changes) == len(set(house.changes)) == 8


@pytest.mark.parametrize("at", range(1, 17))
def test_killed_while_pausing_the_next_round_ends_right(house: House, at: int) -> None:
    house.queues.still.add("interactive")
    house.down("portal")
    house.dies(at)
    house.round()
    assert house.still == ALL
    house.up("portal")
    house.round()
    assert (house.still, house.notes) == (["queue:interactive"], {})


@pytest.mark.parametrize("at", range(1, 17))
def test_killed_while_resuming_the_next_round_ends_right(house: House, at: int) -> None:
    house.queues.still.add("interactive")
    house.down("portal")
    house.round()
    house.up("portal")
    house.dies(at)
    house.round()
    assert (house.still, house.notes) == (["queue:interactive"], {})


@pytest.mark.parametrize("at", range(1, 17))
@pytest.mark.parametrize("wanted", [True, False])
def test_killed_and_by_the_next_round_all_is_otherwise(house: House, at: int, wanted: bool) -> None:
    """Dead while pausing and the side is up again; dead while resuming and it is down again."""
    house.down("portal")
    if wanted:
        house.round()
        house.up("portal")
    house.dies(at)
    (house.down if wanted else house.up)("portal")
    house.round()
    assert house.still == (ALL if wanted else [])
    assert set(house.notes.values()) == ({"paused"} if wanted else set())


def test_the_moments_of_a_round_are_as_many_as_the_tests_of_deaths_take(house: House) -> None:
    house.down("portal")
    house.points.start()
    house.round()
    assert len(house.points.passed) == 12
    assert not house.dies(100)


def test_a_lost_answer_is_asked_again_and_is_ours(house: House) -> None:
    house.queues.lost = 1
    house.down("base:dm")
    assert house.round()["not_switched"] == 1
    assert (house.still, house.notes["queue:bulk"]) == (DM, "pausing")
    house.round()
    assert house.notes["queue:bulk"] == "paused"
    house.up("base:dm")
    house.round()
    assert house.still == []


def test_a_service_that_cannot_be_reached_is_asked_each_minute_and_the_other_is_switched(house: House) -> None:
    house.queues.silent = True
    house.down("base:dm")
    for _ in range(3):
        house.round()
    assert (house.still, house.queues.asked) == (["job:document_sync"], 3)
    house.queues.silent = False
    house.round()
    assert house.still == DM
    house.up("base:dm")
    house.jobs.silent = True
    house.round()
    assert house.still == ["job:document_sync"]
    house.jobs.silent = False
    house.round()
    assert house.still == []


def test_a_service_that_cannot_be_asked_leaves_no_note_and_writes_none(house: House) -> None:
    house.queues.silent = house.jobs.silent = True
    house.down("base:dm")
    house.round()
    assert (house.trips, house.notes) == (1, {})


def test_services_that_hang_hold_up_the_watch_for_seconds_only(house: House) -> None:
    house.queues.silent = house.jobs.silent = True
    house.queues.slow = house.jobs.slow = 5.0
    house.down("portal")
    before = house.clock.now()
    house.round()
    assert (house.clock.now() - before).total_seconds() <= 60 + 15


def test_a_bug_in_one_switch_does_not_keep_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_name: str) -> bool:
        raise RuntimeError("bug")

    monkeypatch.setattr(house.queues, "is_paused", broken)
    house.down("base:dm")
    house.round()
    assert house.still == ["job:document_sync"]


def test_two_rounds_at_once_do_it_once(house: House) -> None:
    """The scheduler rarely fires a job twice; the slower of the two leaves it to the other."""
    house.down("base:dm")
    house.clock.advance(60)
    breakers = Breakers(house.kept, house.clock)
    second = Pausing(HOUSE, breakers, house.kept, house.clock, house._switches)
    overtaken: list[dict[str, int]] = []

    class Between(Service):
        def pause(self, name: str, /) -> None:
            overtaken.append(second.run())
            super().pause(name)

    house.jobs = Between("job", house.clock)
    Pausing(HOUSE, breakers, house.kept, house.clock, house._switches).run()
    assert overtaken == [{}]
    assert house.changes == ["pause job:document_sync", "pause queue:bulk"]
