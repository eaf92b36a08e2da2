"""What the cost benchmark takes for billable, against what the vendor's pages say (`cost_prices`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from common.errors import AlreadyThere
from common.ports import ABSENT, Task, Write
from tests.benchmarks import cost_parts as parts
from tests.benchmarks.cost import beyond_free, usd
from tests.benchmarks.cost_billed import COUNTED_TOGETHER, BilledQueue, BilledStore, stored_bytes
from tests.benchmarks.cost_meter import CHUNK, Measured, Meter, Usage, gibibytes
from tests.benchmarks.cost_prices import ASSUMED, PRICES
from tests.clock import ManualClock
from tests.memory_store import MemoryStore

JOB = "deal_sweep", "run", b""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def meter(clock: ManualClock) -> Meter:
    return Meter(clock.now)


@pytest.fixture
def store(clock: ManualClock, meter: Meter) -> BilledStore:
    return BilledStore(MemoryStore(clock.now), meter)


@pytest.fixture
def used(meter: Meter) -> Iterator[Measured]:
    with meter.measured() as measured:
        yield measured


def test_a_document_that_is_not_there_is_a_read_and_the_same_key_twice_is_one(
    store: BilledStore, meter: Meter, used: Measured
) -> None:
    meter.invoked(*JOB, lambda: (store.get("claims", "a"), store.get_many("claims", ["a", "b", "b"])))
    assert used.total["reads"] == 3


def test_a_query_is_at_least_one_read_and_else_what_it_finds(store: BilledStore, meter: Meter, used: Measured) -> None:
    store.write(*(Write("claims", str(number), {"n": number}) for number in range(5)))
    meter.invoked(*JOB, lambda: (store.query("claims"), store.query("waiting")))
    assert used.total["reads"] == 5 + 1


def test_a_count_is_a_read_for_each_thousand_and_one_for_what_has_expired(
    store: BilledStore, meter: Meter, used: Measured
) -> None:
    store.write(*(Write("claims", str(number), {"n": number}) for number in range(COUNTED_TOGETHER + 1)))
    meter.invoked(*JOB, lambda: store.count("claims"))
    assert used.total["reads"] == 2 + 1


def test_a_refused_commit_writes_nothing_and_is_looked_into(store: BilledStore, meter: Meter, used: Measured) -> None:
    store.write(Write("claims", "a", {}))

    def taken() -> None:
        with pytest.raises(AlreadyThere):
            store.write(Write("claims", "a", {}, ABSENT), Write("claims", "b", {}))

    meter.invoked(*JOB, taken)
    assert (used.total["reads"], used.total["writes"]) == (2, 0)


def test_what_expires_is_deleted_once_more_unless_we_did_it_ourselves(
    store: BilledStore, meter: Meter, used: Measured, clock: ManualClock
) -> None:
    later = clock.now() + timedelta(days=7)

    def kept_and_let_go() -> None:
        for key in ("kept", "let go"):
            store.write(Write("claims", key, {}, expire_at=later))
        store.write(Write("claims", "kept", {"again": 1}, expire_at=later))
        store.write(Write("claims", "let go", None))

    meter.invoked(*JOB, kept_and_let_go)
    assert [used.total[name] for name in ("writes", "deletes", "expiries")] == [3, 1, 1]


def test_what_nobody_asks_for_in_a_request_is_not_billed(store: BilledStore, used: Measured) -> None:
    store.get("claims", "a")
    assert used.total.of == {}


def test_each_32_kilobytes_of_a_task_and_each_taken_name_are_an_operation(
    meter: Meter, used: Measured, clock: ManualClock, tmp_path: object
) -> None:
    queue = BilledQueue(f"{tmp_path}/queue.sqlite", clock.now, meter)
    large = Task("bitrix_deal_changed", {"ids": "7" * CHUNK}, "large")
    meter.invoked(*JOB, lambda: (queue.put(large), queue.put(large)))
    queue.close()
    assert used.total["tasks"] == 4


def test_seconds_are_rounded_up_and_an_instance_is_started_after_idleness(
    meter: Meter, used: Measured, clock: ManualClock
) -> None:
    def waits() -> None:
        clock.advance(0.21)

    billed = []
    for idle in (0.0, ASSUMED.idle_seconds, ASSUMED.idle_seconds + 1):
        before = used.total["cpu"]
        clock.advance(idle)
        meter.invoked(*JOB, waits)
        billed.append(round(used.total["cpu"] - before, 3))
    assert billed == [0.3 + ASSUMED.start_seconds, 0.3, 0.3 + ASSUMED.start_seconds]


def test_only_what_is_public_passes_the_load_balancer(meter: Meter, used: Measured) -> None:
    meter.invoked("bitrix_deal_changed", "receive", b"", lambda: None)
    meter.invoked("bitrix_deal_changed", "process", b"", lambda: None)
    assert (used.total["guarded"], used.total["requests"], used.total["tasks"]) == (1, 2, 1)


def test_bytes_count_at_the_gateway_only_behind_the_fixed_address(meter: Meter, used: Measured) -> None:
    meter.invoked("bitrix_deal_changed", "process", b"", lambda: meter.called(10, 20, 0.0))
    meter.invoked("deal_sweep", "run", b"", lambda: meter.called(10, 20, 0.0))
    assert used.total["egress"] == 2 * (10 + ASSUMED.headers)
    assert used.total["nat"] == 10 + 20 + 2 * ASSUMED.headers


def test_a_document_is_as_large_as_the_vendor_adds_it_up() -> None:
    """Its name, its fields, and for each indexed field two entries that repeat name and value."""
    name = len("leases") + 1 + len("=a") + 1 + 16
    fields = len("key") + 1 + 2 + len("expire_at") + 1 + 1 + len("json") + 1 + 3 + len("write") + 1 + 33
    entries = 2 * (name + len("key") + 1 + 2 + 32) + 2 * (name + len("expire_at") + 1 + 1 + 32)
    assert stored_bytes(Write("leases", "a", {})) == name + 32 + fields + entries


@pytest.mark.parametrize(("memory", "gib"), [("512Mi", 0.5), ("1Gi", 1.0), ("512M", 0.477)])
def test_memory_is_billed_in_gibibytes(memory: str, gib: float) -> None:
    assert round(gibibytes(memory), 3) == gib


def test_free_quotas_are_taken_off_only_where_asked() -> None:
    used = Usage({"jobs": 5, "secrets": 2})
    assert usd(used) == pytest.approx(5 * 0.10 + 2 * 0.06)
    assert beyond_free(used) == pytest.approx(2 * 0.10)


def test_all_that_stands_there_or_is_the_least_has_a_price() -> None:
    each = [parts.fixed(), parts.deployment(), parts.least_of_an_act(), parts.least_of_a_file()]
    each += [parts.least_of_a_run(job) for job in parts.runs()]
    assert {name for used in each for name in used.of} <= set(PRICES)


def test_jobs_are_due_by_their_manifests(clock: ManualClock) -> None:
    due = [job for _, job in parts.due(clock.now(), 10)]
    assert [due.count(job) for job in ("exchange_watch", "deal_sweep", "document_sync")] == [10, 2, 2]
