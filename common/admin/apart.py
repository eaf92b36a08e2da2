"""Which version a file was made from, and how what is in force differs from it: for a person whose save is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.mapping.kept import Version
from common.mapping.tables import TABLES, Row, built, difference

ACTS = "acts"
DOCUMENTS = "documents"
Parts = Mapping[str, tuple[Version, Sequence[Any]]]
"""What is about to be saved, by name: the version in force and the new rows as JSON."""


def version_faults(versions: Any) -> list[str]:
    """What is wrong with the `versions` of a file."""
    if not isinstance(versions, dict):
        return ['versions must name a number for each part, e.g. {"acts": 3, "nomenclature": 2}']
    known = (ACTS, DOCUMENTS, *TABLES)
    found = [f"versions: unknown part {name!r}; parts are {', '.join(known)}" for name in versions if name not in known]
    wrong = [name for name, number in versions.items() if type(number) is not int or number < 0]
    return [*found, *(f"versions: {name} must be a number, e.g. 3" for name in wrong)]


def stale(parts: Parts, versions: Mapping[str, int]) -> list[str]:
    """Parts of which somebody else's version is in force, each with the difference; equal ones overwrite nothing."""
    found: list[str] = []
    for name, (active, rows) in parts.items():
        if active.number and versions.get(name) != active.number and _plain(active.rows) != _plain(rows):
            found += [_sentence(name, active, versions.get(name)), *apart(name, active, rows)]
    return found


def apart(name: str, active: Version, rows: Sequence[Any]) -> list[str]:
    """What is in force (-) against what was to be saved (+)."""
    before, after = _entries(name, active.rows), _entries(name, rows)
    return [f"saved by {active.author} at {active.at}; it differs from yours:", *difference(before, after)]


def _sentence(name: str, active: Version, given: int | None) -> str:
    of = "does not say which version it was made from" if given is None else f"was made from version {given}"
    return (
        f"{name}: version {active.number} is in force already, and your file {of}; "
        "export it and apply your change again, or import with --force"
    )


def _entries(name: str, rows: Sequence[Any]) -> Mapping[tuple[str, str], str]:
    if name not in (ACTS, DOCUMENTS):
        return built(name, 0, "", [Row(*row) for row in rows]).rows
    return {(f"rule {row['id']}", field): str(value) for row in rows for field, value in row.items()}


def _plain(rows: Sequence[Any]) -> list[Any]:
    return [dict(row) if isinstance(row, Mapping) else list(row) for row in rows]
