"""Names on Disk: corrected, unique in their folder (facts 6.3, 6.4, 6.8)."""

from __future__ import annotations

import re

from tests.simulators.bitrix24.disk.objects import ALIVE, Folder, Node
from tests.simulators.bitrix24.disk.state import DiskState
from tests.simulators.bitrix24.errors import RestError

# The characters of facts 6.8, control characters, and emoji with what joins them.
_REFUSED = re.compile("[\\\\/:*?\"'<>|~#&;\x00-\x1f\u200d\u2600-\u27bf\u2b50-\u2b55\ufe0f\U0001f000-\U0001faff]")


def corrected(state: DiskState, name: str) -> str:
    """The name as Drive keeps it: every refused character is replaced; read the name back."""
    return _REFUSED.sub(state.options.replacement, name).strip()


def collision(kind: str) -> RestError:
    """A name is taken."""
    text = "Файл с таким именем уже есть" if kind == "file" else "Папка с таким именем уже есть"
    return RestError("DISK_OBJ_22000", f"{text} (DISK_OBJ_22000)")


def check_free(state: DiskState, folder: Folder, name: str, kind: str, own_id: int = 0) -> None:
    """Refuse a name that another living object of the folder has."""
    if holder(state, folder, name) not in (None, own_id):
        raise collision(kind)


def holder(state: DiskState, folder: Folder, name: str) -> int | None:
    """The living object of the folder that has this name, by the present way of comparing."""
    same = folder.names.get(name.casefold(), ())
    return next((number for number in same if state.key(folder.children[number].name) == state.key(name)), None)


def unique(state: DiskState, folder: Folder, name: str) -> str:
    """The name itself if it is free, else `name (1).ext` and so on (facts 6.4)."""
    stem, dot, extension = name.rpartition(".")
    stem, tail = (stem, dot + extension) if stem else (name, "")
    candidate, number = name, 0
    while holder(state, folder, candidate) is not None:
        number += 1
        candidate = f"{stem} ({number}){tail}"
    return candidate


def put(state: DiskState, folder: Folder, node: Node) -> None:
    """Hang an object into a folder; a living one holds its name."""
    node.parent_id = folder.id
    folder.children[node.id] = node
    if node.deleted_type == ALIVE:
        key = node.name.casefold()
        folder.names[key] = (*folder.names.get(key, ()), node.id)


def release(state: DiskState, node: Node) -> None:
    """Give the name of an object free, as a rename, a move and the bin do."""
    folder = state.parent(node)
    key = node.name.casefold()
    if folder is not None and node.id in folder.names.get(key, ()):
        folder.names[key] = tuple(number for number in folder.names[key] if number != node.id)
