"""Any course of reasons, repetitions and deaths: each cause is told once, and resolved once with the right count."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import Stop
from common.flow.notices import Notice, Notices
from tests.clock import ManualClock
from tests.memory_store import MemoryStore
from tests.unit.flow.killing import Killed, KillingStore, When

RECORDS = ("a", "b", "c")
REASONS = ("kpp_missing", "no_rows")


@dataclass(frozen=True)
class Step:
    """A record now waits for these reasons (none: it goes on). The process may die at one of its writes: 1 the wish,
    2 the settling, 3 the confirmation that it told. `repeat`: the queue delivers once more.
    """

    record: str
    reasons: frozenset[str]
    dies_at: int
    when: When
    repeat: bool


def steps(deaths: bool) -> st.SearchStrategy[list[Step]]:
    step = st.builds(
        Step,
        st.sampled_from(RECORDS),
        st.frozensets(st.sampled_from(REASONS)),
        st.sampled_from([0, 0, 1, 2, 3]) if deaths else st.just(0),
        st.sampled_from(["before", "after"]),
        st.booleans(),
    )
    return st.lists(step, min_size=5, max_size=15)


class Story:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.store = KillingStore(MemoryStore(self.clock.now))
        numbers = count()
        self.notices = Notices(self.store, self.clock, lambda: f"e{next(numbers)}", "ru")
        self.sent: list[Notice] = []
        self.deaths = 0

    def take(self, step: Step) -> None:
        self.store.kill(step.dies_at, step.when)
        try:
            self.work(step)
        except Killed:
            self.deaths += 1
            self.work(step)
        self.store.spare()
        if step.repeat:
            self.work(step)

    def work(self, step: Step) -> None:
        wanted = [(Stop(reason, "f", "crm", "deal:1"), 1) for reason in sorted(step.reasons)]
        self.store.write(self.notices.wish(step.record, wanted))
        self.send(self.notices.settle(step.record))

    def send(self, notices: list[Notice]) -> None:
        self.sent += notices
        self.notices.told(*notices)

    def watch(self) -> None:
        self.clock.advance(120)
        for record in self.notices.unsettled():
            self.send(self.notices.settle(record))
        self.clock.advance(120)
        self.send(self.notices.untold())


class Expected:
    """The same, reckoned simply: who waits for what, and how many joined since the cause was first told."""

    def __init__(self) -> None:
        self.waits: dict[str, frozenset[str]] = dict.fromkeys(RECORDS, frozenset())
        self.joined = Counter[str]()
        self.told: list[tuple[str, str, int]] = []

    def take(self, step: Step) -> None:
        before = self.waits[step.record]
        for reason in step.reasons - before:
            if not any(reason in waits for waits in self.waits.values()):
                self.joined[reason] = 0
                self.told.append((reason, "open", 1))
            self.joined[reason] += 1
        self.waits[step.record] = step.reasons
        for reason in before - step.reasons:
            if not any(reason in waits for waits in self.waits.values()):
                self.told.append((reason, "resolved", self.joined[reason]))


def by_cause(story: Story) -> dict[str, list[tuple[str, int]]]:
    told: dict[str, list[tuple[str, int]]] = {reason: [] for reason in REASONS}
    for notice in story.sent:
        told[_reason(notice)].append((notice.kind, notice.count))
    return told


def _reason(notice: Notice) -> str:
    return "kpp_missing" if "КПП" in notice.text else "no_rows"


@settings(max_examples=250, deadline=None)
@given(steps(deaths=False))
def test_told_once_and_resolved_once_with_the_count(course: list[Step]) -> None:
    story, expected = Story(), Expected()
    for step in course:
        story.take(step)
        expected.take(step)
    story.watch()
    assert by_cause(story) == {
        reason: [(kind, number) for named, kind, number in expected.told if named == reason] for reason in REASONS
    }


@settings(max_examples=250, deadline=None)
@given(steps(deaths=True))
def test_deaths_lose_no_notice(course: list[Step]) -> None:
    story, expected = Story(), Expected()
    for step in course:
        story.take(step)
        expected.take(step)
    story.watch()
    assert story.notices.untold(0) == []
    assert story.notices.unsettled(0) == []
    sent = Counter((notice.episode, notice.kind) for notice in story.sent)
    assert sum(times - 1 for times in sent.values()) <= story.deaths * len(REASONS), "told twice without a death"
    for reason, told in by_cause(story).items():
        waits = any(reason in waiting for waiting in expected.waits.values())
        assert [kind for kind, _ in told][-1:] == (["open"] if waits else ["resolved"] if told else [])
        ever = any(named == reason for named, _, _ in expected.told)
        assert bool(told) == ever
