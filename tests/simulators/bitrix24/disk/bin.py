"""The bin (facts 6.1, 6.6): 3 for what was thrown away, 4 for what went with its folder; then nothing at all."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulators.bitrix24.disk import names, versions
from tests.simulators.bitrix24.disk.changes import Act
from tests.simulators.bitrix24.disk.objects import ALIVE, IN_BIN, WITH_PARENT, File, Folder, Node
from tests.simulators.bitrix24.errors import RestError


def trash(act: Act, node: Node) -> None:
    """Into the bin: neither UPDATE_TIME nor the folder is touched; the name is free again."""
    check_not_root(node)
    for below in _tree(node):
        if below.deleted_type == ALIVE:
            names.release(act.disk, below)
            below.deleted_type = IN_BIN if below is node else WITH_PARENT
            below.deleted_by, below.delete_time = act.user_id, act.now


def restore(act: Act, node: Node) -> None:
    """Out of the bin with what went there together; a folder above in the bin comes back too, alone. The moment
    and the author of the deletion stay on the object, UPDATE_TIME is bumped (vendor's sample of the answer)."""
    for above in list(act.disk.lineage(node))[:0:-1]:
        if above.deleted_type != ALIVE:
            _revive(act, above)
    if node.deleted_type != ALIVE:
        _revive(act, node)
        node.updated_by, node.update_time = act.user_id, act.now
        _revive_below(act, node)


def destroy(act: Act, node: Node) -> None:
    """For good, past the bin or out of it: ERROR_NOT_FOUND from now on."""
    check_not_root(node)
    names.release(act.disk, node)
    parent = act.disk.parent(node)
    if parent is not None:
        del parent.children[node.id]
    for below in list(_tree(node)):
        del act.disk.objects[below.id]
        if isinstance(below, File):
            versions.forget(act.disk, below)


def check_not_root(node: Node) -> None:
    """A root folder lives as long as its storage."""
    if node.parent_id == 0:
        raise RestError("DISK_OBJ_22000", "Could not delete root folder (DISK_OBJ_22000)")


def _tree(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Folder):
        for child in list(node.children.values()):
            yield from _tree(child)


def _revive(act: Act, node: Node) -> None:
    parent = act.disk.parent(node)
    if parent is not None:
        names.check_free(act.disk, parent, node.name, node.type, node.id)
        node.deleted_type = ALIVE
        names.put(act.disk, parent, node)


def _revive_below(act: Act, node: Node) -> None:
    for child in list(node.children.values()) if isinstance(node, Folder) else []:
        if child.deleted_type == WITH_PARENT:
            _revive(act, child)
            _revive_below(act, child)
