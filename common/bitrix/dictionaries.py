"""Stages of all deal funnels and countries of requisite presets: read once a day, kept in the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from common.bitrix import crm_rows, crm_wire
from common.bitrix.batch import Outcome
from common.bitrix.client import BitrixClient
from common.bitrix.crm_wire import PAGE
from common.bitrix.faults import exception
from common.model.deals import Stage
from common.model.ids import PortalKey, StageId
from common.ports import Clock, Data, Store, Write

COLLECTION = "dictionaries"
KEPT_FOR = timedelta(days=1)
_HELD_FOR = timedelta(seconds=60)
_LOOK_AGAIN = timedelta(seconds=60)
"""How often one process asks the portal for a stage that it does not know."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What is kept: stages by id, and the country of each preset (1 is Russia)."""

    stages: Mapping[StageId, Stage]
    countries: Mapping[int, int]


class Dictionaries:
    """Kept for a day in the store and a minute in this process; two requests when they are cold."""

    def __init__(self, client: BitrixClient, store: Store, clock: Clock, portal: PortalKey) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._key = f"bitrix:{portal}"
        self._held: Tables | None = None
        self._held_until = clock.now()
        self._looked_again: datetime | None = None

    def stages(self) -> Mapping[StageId, Stage]:
        """All stages of all deal funnels."""
        return self._tables().stages

    def stage(self, wanted: StageId) -> Stage | None:
        """One stage; a stage that people have just added is read at once, at most every minute, two requests."""
        found = self.stages().get(wanted)
        now = self._clock.now()
        if found is not None or (self._looked_again is not None and now - self._looked_again < _LOOK_AGAIN):
            return found
        self._looked_again = now
        self._hold(self._read())
        return self.stages().get(wanted)

    def countries(self) -> Mapping[int, int]:
        """The country of each requisite preset, 0 when it has none."""
        return self._tables().countries

    def forget(self) -> None:
        """Read anew the next time, e.g. when a stage is unknown."""
        self._held = None
        self._store.write(Write(COLLECTION, self._key, None))

    def _tables(self) -> Tables:
        now = self._clock.now()
        if self._held is None or now >= self._held_until:
            kept = self._store.get(COLLECTION, self._key)
            return self._hold(_tables(kept.data) if kept else self._read())
        return self._held

    def _hold(self, tables: Tables) -> Tables:
        self._held, self._held_until = tables, self._clock.now() + _HELD_FOR
        return tables

    def _read(self) -> Tables:
        first = self._client.batch({"categories": crm_wire.categories(), "presets0": crm_wire.presets(0)})
        categories = [crm_rows.number(row, "id") for row in _rows(first["categories"], "categories")]
        commands = {f"stages{number}": crm_wire.statuses(number) for number in categories}
        pages = range(PAGE, first["presets0"].total or 0, PAGE)
        commands |= {f"presets{start}": crm_wire.presets(start) for start in pages}
        outcomes = first | self._client.batches(commands)
        stages = [stage for number in categories for stage in _stages(outcomes[f"stages{number}"], number)]
        presets = [row for start in (0, *pages) for row in _rows(outcomes[f"presets{start}"])]
        countries = {crm_rows.number(row, "ID"): crm_rows.number(row, "COUNTRY_ID") for row in presets}
        tables = Tables({stage.id: stage for stage in stages}, countries)
        self._store.write(Write(COLLECTION, self._key, _data(tables), expire_at=self._clock.now() + KEPT_FOR))
        return tables


class Stages(Mapping[StageId, Stage]):
    """All stages as a mapping; one that is not among them is looked for anew (`Dictionaries.stage`)."""

    def __init__(self, dictionaries: Dictionaries) -> None:
        self._dictionaries = dictionaries

    def __getitem__(self, stage: StageId) -> Stage:
        found = self._dictionaries.stage(stage)
        if found is None:
            raise KeyError(stage)
        return found

    def __iter__(self) -> Iterator[StageId]:
        return iter(self._dictionaries.stages())

    def __len__(self) -> int:
        return len(self._dictionaries.stages())


def _rows(outcome: Outcome, key: str = "") -> list[crm_rows.Row]:
    if outcome.fault:
        raise exception(outcome.fault, "dictionaries")
    return crm_rows.listed(outcome.result, key)


def _stages(outcome: Outcome, category: int) -> Iterable[Stage]:
    _rows(outcome)
    return crm_rows.stages(outcome.result, category)


def _data(tables: Tables) -> Data:
    countries = {str(preset): country for preset, country in tables.countries.items()}
    return {"stages": [asdict(stage) for stage in tables.stages.values()], "countries": countries}


def _tables(data: Mapping[str, Any]) -> Tables:
    stages = [Stage(**row) for row in data["stages"]]
    countries = {int(preset): int(country) for preset, country in data["countries"].items()}
    return Tables({stage.id: stage for stage in stages}, countries)
