"""What is paid whether anything happens or not, and the least that the design asks for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from math import ceil

from cronsim import CronSim

from infra.local import collection
from infra.manifests import EntryPoint
from infra.manifests.secrets import BASES
from tests.benchmarks.acts_requests import FLOOR as BITRIX_FOR_AN_ACT
from tests.benchmarks.cost_meter import STEP, Usage, gibibytes
from tests.benchmarks.cost_prices import ASSUMED, DAYS, HOURS

ONEC_FOR_AN_ACT = 3
"""Counterparty, contract, the write: each depends on the one before (`acts_requests`)."""
CONNECTORS = 2
"""Instances of the connector, the least there may be (infra/network.tf); they stand behind the gateway."""
OF_THE_APPLICATION = "BITRIX_CLIENT_SECRET"
"""Not needed where there are webhooks, which ask for two others."""
MINUTES = HOURS * 60
CHECKS, CHECKED_EVERY = 3, 5
"""Places that look at the public host, and minutes between their looks (infra/alerts.tf)."""


def due(since: datetime, minutes: int) -> list[tuple[datetime, str]]:
    """Jobs of so many minutes by their manifests' schedules, in their order."""
    until = since + timedelta(minutes=minutes)
    return sorted(
        (moment, name)
        for name, one in collection.functions().items()
        if one.manifest.kind == "job"
        for moment in takewhile(lambda moment: moment <= until, CronSim(one.manifest.schedule, since))
    )


def runs() -> dict[str, float]:
    """Of each job in a month."""
    day = Counter(name for _, name in due(datetime(2026, 11, 20, tzinfo=UTC), 24 * 60))
    return {name: number * DAYS for name, number in day.items()}


def looks() -> float:
    """Uptime checks of a month."""
    return CHECKS * MINUTES / CHECKED_EVERY


def fixed() -> Usage:
    """A month of what stands there."""
    return Usage(
        {
            "forwarding rule": HOURS,
            "public address": HOURS,
            "policy": 1,
            "policy rule": 2,
            "connector": CONNECTORS * HOURS,
            "gateway": CONNECTORS * HOURS,
            "egress address": HOURS,
            "secrets": len(secrets()),
            "jobs": len(runs()),
            "looks": looks(),
            "alerts": ASSUMED.alerts,
            "metrics": 8 * ASSUMED.series * MINUTES,
            "images": len(deployed()) * ASSUMED.images_kept * ASSUMED.image,
        }
    )


def deployment() -> Usage:
    """Once, when every function changed."""
    return Usage({"build": len(deployed()) * ASSUMED.build_minutes})


def deployed() -> list[EntryPoint]:
    """Functions in the cloud: every entry point is one."""
    return [entry for one in collection.functions().values() for entry in one.manifest.entry_points.values()]


def secrets() -> set[str]:
    """Of a company with webhooks, one base and Document Management."""
    named = {secret for entry in deployed() for secret in entry.secrets}
    assert {BASES, OF_THE_APPLICATION} <= named
    return named - {OF_THE_APPLICATION}


# -- the least


def least_of_an_act() -> Usage:
    """Two webhooks, for our own write-back has an echo; one task and one turn; claim, binding and journal, whose entry
    expires one day; the claim let go; the binding read, for nobody else says that there is no act yet.
    """
    seconds = BITRIX_FOR_AN_ACT * ASSUMED.bitrix_seconds + ONEC_FOR_AN_ACT * ASSUMED.onec_seconds
    sides = BITRIX_FOR_AN_ACT + ONEC_FOR_AN_ACT
    return _webhooks(2, "bitrix_deal_changed") + _turn("bitrix_deal_changed", seconds, sides)


def least_of_a_file() -> Usage:
    """The mean of both directions. 1C tells of its files by one webhook, those of Disk are found by the sync. One
    request to Bitrix24, to 1C one for the card and one for the bytes, which come in and go out again.
    """
    seconds = ASSUMED.bitrix_seconds + 2 * ASSUMED.onec_seconds
    bytes_ = Usage({"egress": ASSUMED.file, "nat": 2 * ASSUMED.file})
    return _webhooks(0.5, "onec_document_changed") + _turn("onec_document_changed", seconds, 3) + bytes_


def least_of_a_run(job: str) -> Usage:
    """One look into the store, and one at each side that the job is about."""
    bitrix, onec = {"deal_sweep": (1, 0), "document_sync": (1, 1)}.get(job, (0, 0))
    seconds = ASSUMED.store_seconds + bitrix * ASSUMED.bitrix_seconds + onec * ASSUMED.onec_seconds
    lines = Usage({"logs": ASSUMED.schedule_entries, "reads": 1})
    return _request(job, "run", seconds) + _sides(job, "run", bitrix + onec) + lines


def _turn(function: str, seconds: float, sides: int) -> Usage:
    kept = Usage({"tasks": 2, "reads": 1, "writes": 3, "deletes": 1, "expiries": 1})
    trips = 3 * ASSUMED.store_seconds
    return _request(function, "process", seconds + trips) + _sides(function, "process", sides) + kept


def _webhooks(number: float, function: str) -> Usage:
    """Each with one task put, which is billed with the turn."""
    arrived = Usage({"balanced": 2 * ASSUMED.headers, "guarded": 1})
    return (_request(function, "receive", ASSUMED.put_seconds) + arrived) * number


def _request(function: str, entry: str, seconds: float) -> Usage:
    settings, billed = _settings(function, entry), ceil(seconds / STEP) * STEP
    used = {"requests": 1, "cpu": billed * float(settings.cpu), "memory": billed * gibibytes(settings.memory)}
    return Usage({**used, "logs": ASSUMED.request_entry})


def _sides(function: str, entry: str, requests: int) -> Usage:
    """Their headers; what else is said is little."""
    through_nat = 2 if _settings(function, entry).egress else 0
    return Usage({"egress": requests * ASSUMED.headers, "nat": through_nat * requests * ASSUMED.headers})


def _settings(function: str, entry: str) -> EntryPoint:
    return collection.functions()[function].manifest.entry_points[entry]
