"""What one act costs when everything is warm: requests to both sides and round trips to the store (design §7).

From the stage change until quiet, echoes of our own write-back among it. The floor is the fewest requests that could
do it: one batch reads the deal and one writes back; in 1C the counterparty, its contract (in Trade and ERP an
agreement), the rate of a foreign currency and the write each need one, because each depends on the one before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from common.onec.configurations import profile
from common.store.sqlite import SqliteStore
from tests.benchmarks.counting import CountingStore
from tests.benchmarks.report import Bar, table
from tests.clock import ManualClock
from tests.stand import PRODUCTS, PROFILES, Stand, standing

FLOOR = 2
ALLOWED = (3, 5)
ROWS = (1, 50, 51, 150)
WARM_UP = 2
"""Acts before the one that counts: dictionaries, digest and the base's way with keys are known then."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one act; `drafts` must be 1."""

    name: str
    rows: int
    currency: str
    bitrix: int
    onec: int
    trips: Counter[str]
    drafts: int

    @property
    def floor(self) -> int:
        """Of requests to 1C."""
        return 3 + profile(PROFILES[self.name]).needs().agreement + (self.currency != "RUB")

    @property
    def within(self) -> bool:
        return self.bitrix <= ALLOWED[0] and self.onec <= ALLOWED[1]


def bench(small: bool) -> list[Bar]:
    """All products and sizes, in roubles; dollars beside them."""
    sizes, names = (ROWS[:1], ["main"]) if small else (ROWS, list(PRODUCTS))
    costs = [cost for name in names for cost in _product(name, sizes)]
    head = ("product", "rows", "currency", "Bitrix24", "floor", "1C", "floor", "store", "drafts")
    rows = [
        (PRODUCTS[c.name], c.rows, c.currency, c.bitrix, FLOOR, c.onec, c.floor, c.trips.total(), c.drafts)
        for c in costs
    ]
    table("Requests of one act, warm", head, rows)
    table("Round trips to the store of the first of them", ("what", "trips"), sorted(costs[0].trips.items()))
    return _bars([cost for cost in costs if cost.currency == "RUB"], costs)


def _bars(roubles: Sequence[Cost], costs: Sequence[Cost]) -> list[Bar]:
    most = f"≤ {max(c.bitrix for c in roubles)} Bitrix24, ≤ {max(c.onec for c in roubles)} to 1C"
    once = sum(cost.drafts == 1 for cost in costs)
    return [
        Bar("warm act ≤ 3 Bitrix24 requests, ≤ 5 to 1C", most, all(cost.within for cost in roubles), counted=True),
        Bar("each act drafted once", f"{once} of {len(costs)}", once == len(costs), counted=True),
    ]


def _product(name: str, sizes: Sequence[int]) -> list[Cost]:
    stores: list[CountingStore] = []
    with TemporaryDirectory() as folder:

        def counting(clock: ManualClock) -> CountingStore:
            stores.append(CountingStore(SqliteStore(f"{folder}/store.sqlite", clock.now, durable=False)))
            return stores[-1]

        with standing(folder, bases=[name], store=counting) as stand:
            for currency in ("RUB", "USD") * WARM_UP:
                stand.reach(_deal(stand, name, 1, currency), name)
                stand.quiet()
            cases = [(rows, "RUB") for rows in sizes] + [(1, "USD")]
            return [_cost(stand, stores[-1], name, *case) for case in cases]


def _cost(stand: Stand, store: CountingStore, name: str, rows: int, currency: str) -> Cost:
    deal = _deal(stand, name, rows, currency)
    base, before = stand.bases[name], (stand.portal.hits, stand.bases[name].hits, len(stand.acts(name)))
    store.trips.clear()
    stand.reach(deal, name)
    stand.quiet()
    used = stand.portal.hits - before[0], base.hits - before[1]
    return Cost(name, rows, currency, *used, store.trips.copy(), len(stand.acts(name)) - before[2])


def _deal(stand: Stand, name: str, rows: int, currency: str) -> int:
    """A deal one stage before its act; the events of its making are over and done with."""
    deal = stand.deal(name, CURRENCY_ID=currency)
    stand.person.set_rows(deal, [stand.row(100 + number, 2) for number in range(rows)])
    stand.quiet()
    return deal
