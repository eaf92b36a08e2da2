"""What binds several fields of a manifest, or a field and the entry point's name. Pure.

Each rule names the fields it reads, so that a field that is wrong by itself is not complained about twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from common.schedule.local import Job
from infra.manifests.model import MAX_INSTANCES, EntryPoint
from infra.manifests.secrets import calls_1c

FOLDER: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
PUBLIC: Final = ("receive", "serve")
ENTRIES: Final[Mapping[str, tuple[frozenset[str], ...]]] = MappingProxyType(
    {
        "webhook": (frozenset({"receive"}), frozenset({"receive", "process"})),
        "job": (frozenset({"run"}),),
        "page": (frozenset({"serve"}),),
    }
)
"""Which entry points a folder of that kind has (design §2)."""

_UNITS: Final[Mapping[str, int]] = MappingProxyType({"M": 10**6, "Mi": 2**20, "Gi": 2**30})
_LEAST: Final[Mapping[float, int]] = MappingProxyType({4: 2, 6: 4, 8: 4})
_MOST: Final[Mapping[float, int]] = MappingProxyType({1: 4, 2: 8, 4: 16, 6: 24, 8: 32})
"""GiB by vCPUs; docs.cloud.google.com/run/docs/configuring/jobs/cpu, "vCPU and memory table"."""

Broken = tuple[str, str, str]
"""Field, what it must be, an example."""


@dataclass(frozen=True)
class Rule:
    """One rule of an entry point. The first of `fields` is the one complained about."""

    fields: tuple[str, ...]
    kept: Callable[[str, EntryPoint], bool]
    wanted: str
    example: str


def fits(cpu: str, memory: str) -> bool:
    """Whether the platform gives so much memory to so many vCPUs."""
    vcpus, gibibytes = float(cpu), _bytes(memory) / 2**30
    if vcpus < 1:
        return gibibytes <= (0.5 if vcpus < 0.5 else 1)
    return _LEAST.get(vcpus, 0) <= gibibytes <= _MOST[vcpus]


def _bytes(memory: str) -> int:
    unit = memory.lstrip("0123456789")
    return int(memory.removesuffix(unit)) * _UNITS[unit]


def _most(name: str, entry: EntryPoint) -> int:
    return entry.max_instances or MAX_INSTANCES[name]


RULES: Final = (
    Rule(
        ("public",),
        lambda name, entry: entry.public == (name in PUBLIC),
        "true for receive and serve, which strangers call, false for process and run, which the platform calls",
        "true only under receive or serve",
    ),
    Rule(
        ("queue",),
        lambda name, entry: (entry.queue is not None) == (name == "process"),
        "given for process, which a queue feeds, and for no other entry point",
        '"interactive" under process',
    ),
    # Who sends a webhook waits for its answer (design §3).
    Rule(
        ("timeout_seconds",), lambda name, entry: name != "receive" or entry.timeout_seconds <= 60, "at most 60", "30"
    ),
    # facts gcp §5.5: runs of one job never overlap.
    Rule(("concurrency",), lambda name, entry: name != "run" or entry.concurrency == 1, "1: a job runs alone", "1"),
    Rule(
        ("concurrency", "cpu"),
        lambda _, entry: entry.concurrency == 1 or float(entry.cpu) >= 1,
        "1 while cpu is below 1 (facts gcp §1.4)",
        '1, or a cpu of "1"',
    ),
    Rule(
        ("memory", "cpu"),
        lambda _, entry: fits(entry.cpu, entry.memory),
        "what the platform gives that cpu: up to 512Mi below 0.5, 1Gi below 1, 4Gi with 1, 8Gi with 2, 2Gi to 16Gi "
        "with 4, 4Gi to 24Gi with 6, 4Gi to 32Gi with 8",
        '"512M" with a cpu of "1"',
    ),
    Rule(
        ("min_instances", "max_instances"),
        lambda name, entry: entry.min_instances <= _most(name, entry),
        "at most max_instances",
        "0",
    ),
    # facts gcp §3.3: the way through the fixed address is dear and slow to open, so only those take it who need it.
    Rule(
        ("egress", "secrets"),
        lambda _, entry: entry.egress == any(map(calls_1c, entry.secrets)),
        "true for who reads a password of 1C, whose publication admits our address only, and false for others",
        'true beside "ONEC_*_PASSWORD"',
    ),
)


def broken(name: str, entry: EntryPoint, wrong: Collection[str]) -> Iterator[Broken]:
    """The rules an entry point breaks; those that read a field in `wrong` are left out."""
    if name not in MAX_INSTANCES:
        return
    for rule in RULES:
        if not set(rule.fields) & set(wrong) and not rule.kept(name, entry):
            yield rule.fields[0], rule.wanted, rule.example


def entries_of_kind(kind: str, names: Collection[str]) -> Iterator[Broken]:
    """The entry points that a folder of this kind has."""
    if frozenset(names) not in ENTRIES[kind]:
        wanted = " or ".join(" and ".join(sorted(one, reverse=True)) for one in ENTRIES[kind])
        yield "entry_points", f"{wanted} for a {kind}, not {', '.join(names) or 'none'}", '{"run": {…}} for a job'


def schedule_of_kind(kind: str, schedule: str) -> Iterator[Broken]:
    """A job has a schedule that comes to pass; nothing else has one."""
    if (kind == "job") != bool(schedule):
        yield "schedule", "given for a job, and for nothing else", '"*/5 * * * *"'
    elif schedule and not comes_to_pass(schedule):
        yield "schedule", f"five fields of unix-cron that come to pass, not {schedule!r}", '"*/5 * * * *"'


def comes_to_pass(schedule: str) -> bool:
    try:
        Job("any", "any", schedule).after(datetime(2026, 1, 1, tzinfo=UTC))
    except ValueError:
        return False
    return True


def feeds_its_process(entries: Mapping[str, Any]) -> Iterator[Broken]:
    """A receive that cannot put on its own process's queue would answer 503 to everybody (design §3)."""
    receive, process = entries.get("receive"), entries.get("process")
    if receive and process and process.queue and process.queue not in receive.puts:
        yield "entry_points.receive.puts", f"a list with {process.queue}, the queue of process", f'["{process.queue}"]'
