"""Dictionaries of one base: what hardly changes is asked of 1C once a day (design §7, "warm").

Kept in the store under `<base>:<name>` for 24 hours and in the process for a minute; what was not found, or found
twice, is remembered for that minute only, so that a person's correction shows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.errors import StoreConflict
from common.model import moments
from common.model.ids import BaseName, Ref
from common.ports import ABSENT, Clock, Document, Store, Write

COLLECTION = "dictionaries"
KEPT = timedelta(hours=24)
REMEMBERED = timedelta(seconds=60)
DROPPED = timedelta(days=7)
"""A choice nobody has asked for so long leaves the dictionary."""
AT_ONCE = 150
"""How many outdated choices are verified together with the one asked for."""

MOST = 4000
"""Choices kept of one kind, the latest ones: a document of the store holds 1 MiB."""

Rows = list[dict[str, Any]]
Entry = tuple[Ref, str]
"""What a choice stands for, and the moment it was verified."""
LookUp = Callable[[Sequence[str]], Mapping[str, Sequence[Ref]]]


@dataclass(frozen=True, slots=True)
class _Memory:
    until: datetime
    value: Any


class Dictionaries:
    """All dictionaries of one base; one per process, for all profiles of the base."""

    def __init__(self, base: BaseName, store: Store, clock: Clock) -> None:
        self._base = base
        self._store = store
        self._clock = clock
        self._memory: dict[str, _Memory] = {}

    def rows(self, name: str, load: Callable[[], Rows], afresh: bool = False) -> Rows:
        """A dictionary as a whole; `load` asks 1C when none is kept or it is a day old.

        `afresh`: what is wanted is not among the rows, a person may have just added it; asks 1C once a minute.
        """
        if afresh and self._remembered(_afresh(name)) is None:
            self._remember(name, self._loaded(name, load))
            self._remember(_afresh(name), True)
        found = self._remembered(name)
        if found is None:
            found = self._kept_rows(name) or self._loaded(name, load)
            self._remember(name, found)
        return list(found)

    def choice(self, name: str, key: str, look_up: LookUp) -> list[Ref]:
        """What a person's word for an object stands for, resolved once and verified daily.

        `look_up` gets the word and other outdated ones, and answers for those it could find.
        """
        single = _single(name, key)
        found = self._remembered(single)
        if found is None:
            found = self._kept_choice(name, key) or self._resolved(name, key, look_up)
            self._remember(single, found)
        return list(found)

    def minute(self, name: str, load: Callable[[], Any]) -> Any:
        """Something of the store, such as the digest, read once a minute."""
        found = self._remembered(name)
        if found is None:
            found = load()
            self._remember(name, found)
        return found

    def forget(self, name: str, key: str) -> None:
        """Something was just created: what was remembered as missing is asked for again."""
        self._memory.pop(_single(name, key), None)

    def drop(self, name: str) -> None:
        """What `minute` remembers was made anew."""
        self._memory.pop(name, None)

    def _remembered(self, name: str) -> Any:
        found = self._memory.get(name)
        return found.value if found and found.until > self._clock.now() else None

    def _remember(self, name: str, value: Any) -> None:
        if len(self._memory) > MOST:
            now = self._clock.now()
            self._memory = {one: kept for one, kept in self._memory.items() if kept.until > now}
        self._memory[name] = _Memory(self._clock.now() + REMEMBERED, value)

    def _kept_rows(self, name: str) -> Rows | None:
        kept = self._document(name)
        if kept is None or self._outdated(kept.data["read_at"]):
            return None
        rows: Rows = kept.data["rows"]
        return rows

    def _loaded(self, name: str, load: Callable[[], Rows]) -> Rows:
        rows = load()
        if rows:
            data = {"read_at": moments.text(self._clock.now()), "rows": rows}
            self._store.write(Write(COLLECTION, self._key(name), data))
        return rows

    def _kept_choice(self, name: str, key: str) -> list[Ref] | None:
        entry = self._choices(name).get(key)
        return None if entry is None or self._outdated(entry[1]) else [entry[0]]

    def _resolved(self, name: str, key: str, look_up: LookUp) -> list[Ref]:
        """Asks 1C, with as many outdated choices as fit, and keeps what has exactly one answer."""
        entries = self._choices(name)
        others = [one for one, (_, at) in entries.items() if one != key and self._outdated(at)][:AT_ONCE]
        found = look_up([key, *others])
        now = moments.text(self._clock.now())
        fresh = {one: (refs[0], now) for one, refs in found.items() if len(refs) == 1}
        if fresh:
            self._keep(name, fresh)
        return list(found.get(key, ()))

    def _keep(self, name: str, fresh: Mapping[str, Entry]) -> None:
        """Merge into what is kept; a lost race is left alone, for then the next one only asks 1C once more."""
        kept = self._document(name)
        entries = {one: entry for one, entry in _entries(kept).items() if not self._dropped(entry[1])}
        latest = dict(sorted({**entries, **fresh}.items(), key=lambda item: item[1][1], reverse=True)[:MOST])
        self._remember(_whole(name), latest)
        data = {"entries": [[one, *entry] for one, entry in latest.items()]}
        with suppress(StoreConflict):
            self._store.write(Write(COLLECTION, self._key(name), data, kept.version if kept else ABSENT))

    def _choices(self, name: str) -> dict[str, Entry]:
        found: dict[str, Entry] | None = self._remembered(_whole(name))
        if found is None:
            found = _entries(self._document(name))
            self._remember(_whole(name), found)
        return found

    def _document(self, name: str) -> Document | None:
        return self._store.get(COLLECTION, self._key(name))

    def _key(self, name: str) -> str:
        return f"{self._base}:{name}"

    def _outdated(self, at: str) -> bool:
        return self._clock.now() - moments.parse(at) >= KEPT

    def _dropped(self, at: str) -> bool:
        return self._clock.now() - moments.parse(at) >= DROPPED


def _single(name: str, key: str) -> str:
    return f"{name}:one:{key}"


def _afresh(name: str) -> str:
    return f"{name}:afresh"


def _whole(name: str) -> str:
    return f"{name}:all"


def _entries(kept: Document | None) -> dict[str, Entry]:
    return {one: (Ref(ref), at) for one, ref, at in kept.data["entries"]} if kept else {}
