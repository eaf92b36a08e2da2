"""What Disk last showed of each watched folder, so that a change is known without reading a hundred thousand bindings.

It is a watermark, not the agreement: it moves only once what differs from it is in the queue. Children of a folder
stand by id on shelves of a few hundred; a head says which shelves there are, from which id, and how many stand there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from common.model.documents import DiskFile, DiskFolder, FolderId
from common.ports import Data, Store, Write

HEADS = "disk_heads"
SHELVES = "disk_shelves"
FULL = 500
"""Children of a shelf; with names of a usual length about 60 KB."""

Entry = list[Any]
"""Content id (0 for a folder), revision, size, name, `UPDATE_TIME` in unix seconds."""


@dataclass(slots=True)
class Head:
    """A watched folder. `shelves`: key, first id and number of each, by first id.

    seen_at   `UPDATE_TIME` up to which changes were looked at, `moments.text`; "" before the first listing
    last      the highest id ever seen there: Disk numbers its objects upwards
    """

    folder: FolderId
    mapping: str
    shelves: list[tuple[str, int, int]] = field(default_factory=list)
    seen_at: str = ""
    last: int = 0

    @property
    def key(self) -> str:
        """In the order of folder ids."""
        return f"{self.folder:012d}"

    @property
    def total(self) -> int:
        return sum(number for _, _, number in self.shelves)

    @property
    def is_ready(self) -> bool:
        return bool(self.seen_at)


Children = dict[int, Entry]


def entry_of(child: DiskFile | DiskFolder) -> Entry:
    """What is remembered of a child."""
    at = int(child.updated_at.timestamp())
    if isinstance(child, DiskFolder):
        return [0, 0, 0, child.name, at]
    return [child.content, child.revision, child.size, child.name, at]


def differs(before: Entry | None, now: Entry) -> bool:
    """Content or name; a date alone is no change (rules, Guards: all dates shifted)."""
    return before is None or before[:4] != now[:4]


class Shelves:
    def __init__(self, store: Store) -> None:
        self._store = store

    def heads(self, mappings: Mapping[FolderId, str]) -> dict[FolderId, Head]:
        """Of these folders, new ones where there is none; one round trip."""
        found = self._store.get_many(HEADS, [Head(folder, "").key for folder in mappings])
        heads = {one.folder: one for one in (_head(document.data) for document in found.values())}
        return {folder: heads.get(folder) or Head(folder, mapping) for folder, mapping in mappings.items()}

    def following(self, start: str, limit: int) -> list[Head]:
        """Heads in the order of their keys, from `start` on: the rolling confirmation goes through all."""
        found = self._store.query(HEADS, [("key", ">=", start)], order_by="key", limit=limit)
        return [_head(one.data) for one in found]

    def children(self, keys: Sequence[str]) -> dict[str, Children]:
        """What stands on these shelves, in one round trip."""
        found = self._store.get_many(SHELVES, keys) if keys else {}
        return {key: _children(found[key].data if key in found else {}) for key in keys}

    def keys_of(self, head: Head, ids: Iterable[int]) -> list[str]:
        """The shelves where these ids stand or would stand."""
        places = {_place(head, one) for one in ids}
        return [head.shelves[place][0] for place in sorted(places) if place >= 0]

    def all_children(self, head: Head) -> Children:
        """Everything of a folder."""
        whole: Children = {}
        for shelf in self.children([key for key, _, _ in head.shelves]).values():
            whole |= shelf
        return whole

    def save(self, head: Head, changes: Mapping[int, Entry | None], seen_at: str) -> None:
        """Put children in and take others out (None), and remember up to when the folder was looked at."""
        writes: list[Write] = []
        if changes:
            touched = self.children(self.keys_of(head, changes))
            writes = self._changed(head, touched, changes)
        elif head.seen_at == seen_at:
            return
        head.seen_at = seen_at
        head.last = max([head.last, *changes])
        for start in range(0, len(writes), 100):
            self._store.write(*writes[start : start + 100])
        self._store.write(Write(HEADS, head.key, _data(head)))

    def seen(self, heads: Sequence[Head], seen_at: str) -> None:
        """These showed nothing new; one commit."""
        moved = [head for head in heads if head.seen_at != seen_at]
        for head in moved:
            head.seen_at = seen_at
        for start in range(0, len(moved), 200):
            self._store.write(*(Write(HEADS, head.key, _data(head)) for head in moved[start : start + 200]))

    def forget(self, folder: FolderId) -> None:
        """The folder is gone, or not watched any more."""
        key = Head(folder, "").key
        found = self._store.get(HEADS, key)
        if found is not None:
            shelves = [one for one, _, _ in _head(found.data).shelves]
            for start in range(0, len(shelves), 400):
                self._store.write(*(Write(SHELVES, one, None) for one in shelves[start : start + 400]))
            self._store.write(Write(HEADS, key, None))

    def _changed(self, head: Head, touched: dict[str, Children], changes: Mapping[int, Entry | None]) -> list[Write]:
        fresh: Children = {}
        for one, entry in sorted(changes.items()):
            place = _place(head, one)
            shelf = touched[head.shelves[place][0]] if place >= 0 else fresh
            if entry is None:
                shelf.pop(one, None)
            else:
                shelf[one] = entry
        rest = [one for one in head.shelves if one[0] not in touched]
        taken = {one[0] for one in head.shelves}
        made: list[tuple[str, int, int]] = []
        writes: list[Write] = []
        for key, shelf in [*touched.items(), ("", fresh)]:
            for number, part in enumerate(_parts(shelf)):
                name = key if key and number == 0 else _unused(f"{head.folder}:{min(part)}", taken)
                made.append((name, min(part), len(part)))
                writes.append(Write(SHELVES, name, {"children": {str(one): entry for one, entry in part.items()}}))
            if key and not shelf:
                writes.append(Write(SHELVES, key, None))
        head.shelves = sorted([*rest, *made], key=lambda one: one[1])
        return writes


def _parts(shelf: Children) -> list[Children]:
    """A shelf that overflows is parted."""
    ids = sorted(shelf)
    return [{one: shelf[one] for one in ids[start : start + FULL]} for start in range(0, len(ids), FULL)]


def _unused(name: str, taken: set[str]) -> str:
    """A shelf keeps the name of the id it began with, though lower ones came since: another then begins there too."""
    numbered = (f"{name}.{number}" for number in count(2))
    free = next(one for one in chain([name], numbered) if one not in taken)
    taken.add(free)
    return free


def _place(head: Head, one: int) -> int:
    """Where an id stands; below all shelves on the first; -1 when there are none."""
    if not head.shelves:
        return -1
    return max(0, bisect_right([first for _, first, _ in head.shelves], one) - 1)


def _data(head: Head) -> Data:
    shelves = [{"key": key, "first": first, "number": number} for key, first, number in head.shelves]
    return {
        "key": head.key,
        "folder": head.folder,
        "mapping": head.mapping,
        "shelves": shelves,
        "seen_at": head.seen_at,
        "last": head.last,
    }


def _head(data: Mapping[str, Any]) -> Head:
    shelves = [(one["key"], one["first"], one["number"]) for one in data["shelves"]]
    return Head(FolderId(data["folder"]), data["mapping"], shelves, data["seen_at"], data["last"])


def _children(data: Mapping[str, Any]) -> Children:
    return {int(one): entry for one, entry in data.get("children", {}).items()}
