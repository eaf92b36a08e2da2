"""Which queues and jobs are useless: only those whose every exchange can do nothing at all."""

from __future__ import annotations

import pytest

from common.flow.useless import Note, Parts, State, Step, Target, steps, useless

ACTS = Parts("acts", ("interactive",), ("deal_sweep",), (("portal",), ("base:main", "base:trade")))
DOCUMENTS = Parts("documents", ("bulk",), ("document_sync",), (("portal",), ("base:dm",)))
HOUSE = (ACTS, DOCUMENTS)

OF_ACTS = {"queue:interactive", "job:deal_sweep"}
OF_DOCUMENTS = {"queue:bulk", "job:document_sync"}
QUEUE = Target("queue", "bulk")


def found(*stopped: str, exchanges: tuple[Parts, ...] = HOUSE) -> set[str]:
    return {str(target) for target in useless(exchanges, stopped)}


@pytest.mark.parametrize(
    ("stopped", "expected"),
    [
        ((), set()),
        (("base:dm",), OF_DOCUMENTS),
        (("base:main",), set()),
        (("base:main", "base:trade"), OF_ACTS),
        (("portal",), OF_ACTS | OF_DOCUMENTS),
        (("exchange:acts",), OF_ACTS),
        (("exchange:documents",), OF_DOCUMENTS),
        (("exchange:acts", "base:dm"), OF_ACTS | OF_DOCUMENTS),
        (("base:elsewhere", "exchange:orders"), set()),
    ],
)
def test_what_stands_still(stopped: tuple[str, ...], expected: set[str]) -> None:
    assert found(*stopped) == expected


def test_a_queue_that_another_exchange_still_uses_goes_on() -> None:
    orders = Parts("orders", ("interactive",), ("task_sweep",), (("portal",), ("base:dm",)))
    assert found("exchange:acts", exchanges=(ACTS, orders)) == {"job:deal_sweep"}
    both = found("base:main", "base:trade", "base:dm", exchanges=(ACTS, orders))
    assert both == {"queue:interactive", "job:deal_sweep", "job:task_sweep"}


def test_a_company_without_bases_is_not_one_whose_bases_are_all_down() -> None:
    alone = Parts("acts", ("interactive",), ("deal_sweep",), (("portal",), ()))
    assert found(exchanges=(alone,)) == set()
    assert found("portal", exchanges=(alone,)) == OF_ACTS


def test_the_reasons_are_all_that_block() -> None:
    why = useless(HOUSE, {"portal", "base:main", "exchange:documents", "base:dm"})
    assert why[Target("queue", "interactive")] == ("portal",), "one base still works"
    assert why[QUEUE] == ("exchange:documents", "portal", "base:dm")


@pytest.mark.parametrize(
    ("state", "is_useless", "step"),
    [
        ("pausing", True, "pause"),
        ("pausing", False, "resume"),
        ("paused", True, None),
        ("paused", False, "resume"),
        ("resuming", True, "pause"),
        ("resuming", False, "resume"),
        ("theirs", True, None),
        ("theirs", False, "forget"),
    ],
)
def test_what_is_done_with_a_target_we_know(state: State, is_useless: bool, step: Step | None) -> None:
    notes = {QUEUE: Note(state, ("base:dm",), "2026-11-20T09:00:00Z")}
    assert steps(notes, {QUEUE} if is_useless else set()) == ({QUEUE: step} if step else {})


def test_one_we_come_to_for_the_first_time_is_looked_at() -> None:
    assert steps({}, {QUEUE}) == {QUEUE: "look"}
