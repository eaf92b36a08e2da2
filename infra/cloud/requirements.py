"""The locked requirements, reduced to what a function's imports need. Pure.

Which distribution brings which import is written down here and not looked up: what happens to be installed on the
packing machine must not change what is shipped. A test compares the table with what is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FRAMEWORK: Final = "functions-framework"
"""Runs every function, whatever it imports; the builder looks for it at the start of a line (facts gcp §2.2)."""

BRINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "flask": "flask",
        "functions_framework": FRAMEWORK,
        "google.api_core": "google-api-core",
        "google.auth": "google-auth",
        "google.cloud.firestore": "google-cloud-firestore",
        "google.cloud.firestore_v1": "google-cloud-firestore",
        "google.cloud.scheduler_v1": "google-cloud-scheduler",
        "google.cloud.tasks_v2": "google-cloud-tasks",
        "google.protobuf": "protobuf",
        "grpc": "grpcio",
        "httpx": "httpx",
        "pydantic": "pydantic",
        "requests": "requests",
        "werkzeug": "werkzeug",
        "zoneinfo": "tzdata",
    }
)
"""Import → distribution. `zoneinfo` is Python's, its data need not be on the machine."""

_FIRST_LINE = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<rest>\S.*?)\s*\\?")
_VIA = re.compile(r"    #(?: via)?(?:\s+(?P<by>\S.*))?")


@dataclass(frozen=True)
class Requirement:
    """One distribution of the lock. `text` are its lines with marker and hashes, `by` who requires it."""

    name: str
    text: str
    by: frozenset[str]


def locked(lock: str) -> dict[str, Requirement]:
    """The distributions of a lock that `uv pip compile --generate-hashes` wrote, by name.

    Raises ValueError for a line it does not know: a hash or marker left out would be found by the cloud's build only.
    """
    return {one.name: one for one in map(_requirement, _blocks(lock))}


def needed(imports: Iterable[str], lock: Mapping[str, Requirement]) -> list[Requirement]:
    """What the imports need, and what that needs in turn, in the order of names; the framework always.

    Raises KeyError with the import that no distribution brings, or the distribution that the lock lacks.
    """
    wanted = {FRAMEWORK, *map(brings, imports)}
    missing = sorted(wanted - set(lock))
    if missing:
        raise KeyError(missing[0])
    while True:
        further = {one.name for one in lock.values() if one.by & wanted}
        if further <= wanted:
            return [lock[name] for name in sorted(wanted)]
        wanted |= further


def brings(imported: str) -> str:
    """The distribution that brings an import such as `google.cloud.firestore.Client`. Raises KeyError for none."""
    parts = imported.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    found = next((BRINGS[name] for name in names if name in BRINGS), None)
    if found is None:
        raise KeyError(imported)
    return found


def text(requirements: Iterable[Requirement]) -> str:
    """The file `requirements.txt`."""
    return "".join(one.text for one in requirements)


def _blocks(lock: str) -> Iterator[list[str]]:
    """The lines of each distribution; comments at the start of a line are about the file."""
    block: list[str] = []
    for line in lock.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" ") and block:
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _requirement(block: list[str]) -> Requirement:
    first = _FIRST_LINE.fullmatch(block[0])
    hashes = [line for line in block[1:] if line.startswith("    --hash=sha256:")]
    comments = [_VIA.fullmatch(line) for line in block[1:] if line.startswith("    #")]
    if first is None or not hashes or len(hashes) + len(comments) != len(block) - 1:
        raise ValueError(f"requirements.lock: {block[0]!r} is not a pinned distribution with hashes")
    by = frozenset(found["by"] for found in comments if found and found["by"])
    return Requirement(first["name"], "\n".join([block[0], *hashes]) + "\n", by)
