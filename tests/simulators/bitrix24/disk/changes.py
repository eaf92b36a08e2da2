"""What changes on Disk, with the fields each change bumps (facts 6.5, 6.8). Rights are the callers' business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulators.bitrix24.disk import names, processes, versions
from tests.simulators.bitrix24.disk.objects import Content, File, Folder, Node
from tests.simulators.bitrix24.disk.state import DiskState
from tests.simulators.bitrix24.errors import RestError

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal


@dataclass(frozen=True)
class Act:
    """One change by one user, now."""

    portal: Portal
    user_id: int

    @property
    def disk(self) -> DiskState:
        return self.portal.part(DiskState)

    @property
    def now(self) -> datetime:
        """Whole seconds, as the columns keep them."""
        return self.portal.now().replace(microsecond=0)


def add_folder(act: Act, parent: Folder, name: str) -> Folder:
    """A new sub-folder: touches the parent."""
    disk, now = act.disk, act.now
    name = names.corrected(disk, name)
    names.check_free(disk, parent, name, "folder")
    folder = Folder(
        id=disk.number("object"), name=name, storage_id=parent.storage_id, parent_id=parent.id,
        created_by=act.user_id, create_time=now, updated_by=act.user_id, update_time=now,
    )  # fmt: skip
    disk.objects[folder.id] = folder
    names.put(disk, parent, folder)
    parent.update_time = now
    return folder


def add_file(act: Act, parent: Folder, name: str, data: bytes, unique: bool = False) -> File:
    """A new file with its first version; whether it touches the folder is a switch."""
    disk = act.disk
    name = names.corrected(disk, name)
    if unique:
        name = names.unique(disk, parent, name)
    names.check_free(disk, parent, name, "file")
    file = place_file(act, parent, name, Content(disk.number("content"), len(data), data))
    if disk.options.new_file_touches_parent:
        parent.update_time = act.now
    processes.auto_start(act.portal, file, act.user_id, created=True)
    return file


def place_file(act: Act, parent: Folder, name: str, content: Content) -> File:
    """A file under a free name, without any side effect."""
    disk, now = act.disk, act.now
    file = File(
        id=disk.number("object"), name=name, storage_id=parent.storage_id, parent_id=parent.id, content=content,
        created_by=act.user_id, create_time=now, updated_by=act.user_id, update_time=now,
    )  # fmt: skip
    disk.objects[file.id] = file
    names.put(disk, parent, file)
    versions.record(disk, file, act.user_id, now)
    return file


def new_content(act: Act, file: File, data: bytes) -> None:
    """New bytes: next GLOBAL_CONTENT_VERSION, new FILE_ID, the history by its rules; touches the folder."""
    disk, now = act.disk, act.now
    if disk.lost_increments > 0:
        disk.lost_increments -= 1
    else:
        file.global_version += 1
    joined = versions.joins(disk, file, act.user_id, now)
    file.content = Content(disk.number("content"), len(data), data)
    versions.record(disk, file, act.user_id, now, joined)
    _bump(act, file)
    processes.auto_start(act.portal, file, act.user_id, created=False)


def rename(act: Act, node: Node, name: str) -> None:
    """Another name in the same folder: bumps the object and touches the folder, not the version."""
    disk, parent = act.disk, act.disk.parent(node)
    name = names.corrected(disk, name)
    if not name:
        raise RestError("0", "Empty name")
    if parent is not None and node.deleted_type == 0:
        names.check_free(disk, parent, name, node.type, node.id)
    names.release(disk, node)
    node.name = name
    if parent is not None:
        names.put(disk, parent, node)
    _bump(act, node)


def move(act: Act, node: Node, target: Folder) -> bool:
    """Into another folder of the same storage: keeps id and UPDATE_TIME, touches only the target. To another
    storage, or of a folder into itself, nothing happens and the answer is false."""
    disk = act.disk
    if target.storage_id != node.storage_id or node in disk.lineage(target):
        return False
    source = disk.parent(node)
    if source is not target:
        names.check_free(disk, target, node.name, node.type, node.id)
        names.release(disk, node)
        if source is not None:
            del source.children[node.id]
        names.put(disk, target, node)
        target.update_time = act.now
    return True


def copy_file(act: Act, file: File, target: Folder) -> File:
    """A copy is a new file of its own: new id, version 1, the same bytes."""
    return add_file(act, target, file.name, file.content.read())


def copy_tree(act: Act, folder: Folder, target: Folder) -> Folder:
    """A copy of a folder with what lives in it."""
    copied = add_folder(act, target, folder.name)
    for child in [child for child in folder.children.values() if child.deleted_type == 0]:
        if isinstance(child, File):
            copy_file(act, child, copied)
        elif isinstance(child, Folder):
            copy_tree(act, child, copied)
    return copied


def _bump(act: Act, node: Node) -> None:
    node.updated_by, node.update_time = act.user_id, act.now
    parent = act.disk.parent(node)
    if parent is not None:
        parent.update_time = act.now
