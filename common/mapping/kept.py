"""Versions of rules and tables in the store: immutable parts under a small header that names the one in force.

`config/<name>` is the header (version, author, moment, its parts); `config_parts` hold at most `PART` rows each, for a
document may hold 1 MiB (facts gcp §6.1). Changing the header is the one step that puts a version in force, so nobody
ever reads half of one; parts have keys of their own, so two who save at once never mix.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from common.errors import StoreConflict
from common.model.moments import text
from common.ports import ABSENT, Clock, Store, Write

HEADERS = "config"
PARTS = "config_parts"
PART = 1500
FRESH = timedelta(seconds=60)
"""How long a function may go on with the version it has (design §6)."""


class Outdated(Exception):
    """Somebody else saved a newer version since this one was read; nothing was written. `version` is the newer one."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version} is in force already")
        self.version = version


@dataclass(frozen=True, slots=True)
class Version:
    """One version: `rows` are JSON values. Version 0 is "nothing saved yet"."""

    number: int
    author: str
    at: str
    rows: tuple[Any, ...]


NOTHING = Version(0, "", "", ())


@dataclass
class Kept:
    """Reads versions, 60 s old at the most, and saves new ones."""

    store: Store
    clock: Clock
    ids: Callable[[], str]
    _cache: dict[str, tuple[datetime, Version]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def active(self, name: str) -> Version:
        """The version in force; a repeated call within a minute costs nothing, later one small read if unchanged."""
        now = self.clock.now()
        with self._lock:
            kept = self._cache.get(name)
        if kept is not None and now - kept[0] < FRESH:
            return kept[1]
        version = self._read(name, kept[1] if kept else NOTHING)
        with self._lock:
            self._cache[name] = (now, version)
        return version

    def save(self, name: str, rows: Sequence[Any], author: str, expected: int) -> Version:
        """Put a new version in force. Raises Outdated unless `expected` is still the version in force."""
        header = self.store.get(HEADERS, name)
        number = header.data["version"] if header else 0
        if number != expected:
            raise Outdated(number)
        version = Version(number + 1, author, text(self.clock.now()), tuple(rows))
        parts = self._parted(name, version)
        data = {"version": version.number, "author": author, "at": version.at, "parts": parts}
        try:
            self.store.write(Write(HEADERS, name, data, header.version if header else ABSENT))
        except StoreConflict as conflict:
            raise Outdated(number + 1) from conflict
        self.forget(name)
        return version

    def forget(self, name: str) -> None:
        """Read afresh next time."""
        with self._lock:
            self._cache.pop(name, None)

    def _parted(self, name: str, version: Version) -> list[str]:
        keys = []
        for start in range(0, len(version.rows), PART):
            key = f"{name}:{version.number}:{self.ids()}"
            self.store.write(Write(PARTS, key, {"rows": list(version.rows[start : start + PART])}))
            keys.append(key)
        return keys

    def _read(self, name: str, before: Version) -> Version:
        header = self.store.get(HEADERS, name)
        if header is None:
            return NOTHING
        number = int(header.data["version"])
        if number == before.number:
            return before
        keys = header.data["parts"]
        parts = self.store.get_many(PARTS, keys)
        rows = tuple(row for key in keys for row in parts[key].data["rows"])
        return Version(number, header.data["author"], header.data["at"], rows)
