"""What people do with files in the web interface: not counted as effects of ours, kept in `DiskState.people`."""

from __future__ import annotations

from typing import Any

from tests.simulators.bitrix24.disk import bin, changes, names, processes
from tests.simulators.bitrix24.disk.changes import Act
from tests.simulators.bitrix24.disk.objects import File, Folder, Node
from tests.simulators.bitrix24.disk.state import DiskState, Template
from tests.simulators.bitrix24.portal import Portal
from tests.simulators.bitrix24.records import Effect


class DiskPerson:
    """A user at the Disk. Ids go in and come out; a taken name raises `RestError` as it does for us; rights are not
    asked, `deny` and `forbid_writing` are for the portal's callers. An unknown id is a mistake of the test."""

    def __init__(self, portal: Portal, user_id: int = 1) -> None:
        self._portal, self._act = portal, Act(portal, user_id)

    @property
    def disk(self) -> DiskState:
        """The state, for looking and for switches."""
        return self._act.disk

    def add_storage(self, name: str, entity_type: str = "group", entity_id: str = "1") -> int:
        """A storage of a user, a group or common; gives its id."""
        with self._portal.lock:
            return self.disk.add_storage(name, entity_type, entity_id, self._act.now, self._act.user_id).id

    def root(self, storage_id: int | None = None) -> int:
        """The root folder of a storage; of common documents without an id."""
        storage = self.disk.common if storage_id is None else self.disk.storages[storage_id]
        return storage.root_id

    def add_folder(self, parent_id: int, name: str) -> int:
        """A sub-folder."""
        with self._portal.lock:
            return self._noted("add", changes.add_folder(self._act, self.folder(parent_id), name))

    def upload(self, folder_id: int, name: str, data: bytes) -> int:
        """A new file."""
        with self._portal.lock:
            return self._noted("add", changes.add_file(self._act, self.folder(folder_id), name, data))

    def edit(self, file_id: int, data: bytes) -> None:
        """New content, as an editor or an upload over the file leaves it."""
        with self._portal.lock:
            changes.new_content(self._act, self.file(file_id), data)
            self._noted("version", self.file(file_id))

    def rename(self, object_id: int, name: str) -> None:
        """Another name."""
        with self._portal.lock:
            changes.rename(self._act, self.node(object_id), name)
            self._noted("rename", self.node(object_id))

    def move(self, object_id: int, folder_id: int) -> None:
        """Drag to another folder of the same storage."""
        with self._portal.lock:
            moved = changes.move(self._act, self.node(object_id), self.folder(folder_id))
            assert moved, "another storage, or below itself: use move_to_other_storage"
            self._noted("move", self.node(object_id))

    def move_to_other_storage(self, object_id: int, folder_id: int) -> int:
        """Drag to a folder of another storage: a copy with a new id, the original goes to the bin (facts 6.8)."""
        with self._portal.lock:
            copied = self.copy(object_id, folder_id)
            self.trash(object_id)
            return copied

    def copy(self, object_id: int, folder_id: int) -> int:
        """A copy; gives its id."""
        with self._portal.lock:
            node, target = self.node(object_id), self.folder(folder_id)
            copied: Node
            if isinstance(node, File):
                copied = changes.copy_file(self._act, node, target)
            else:
                copied = changes.copy_tree(self._act, self.folder(object_id), target)
            return self._noted("copy", copied)

    def trash(self, object_id: int) -> None:
        """Into the bin."""
        with self._portal.lock:
            bin.trash(self._act, self.node(object_id))
            self._noted("trash", self.node(object_id))

    def restore(self, object_id: int) -> None:
        """Out of the bin."""
        with self._portal.lock:
            bin.restore(self._act, self.node(object_id))
            self._noted("restore", self.node(object_id))

    def destroy(self, object_id: int) -> None:
        """For good, with everything in it."""
        with self._portal.lock:
            node = self.node(object_id)
            bin.destroy(self._act, node)
            self._noted("destroy", node)

    def lock(self, file_id: int) -> None:
        """Take the file for editing: others get DISK_FILE_22007."""
        self.file(file_id).locked_by = self._act.user_id

    def unlock(self, file_id: int) -> None:
        """Give the file free."""
        self.file(file_id).locked_by = None

    def deny(self, object_id: int, user_id: int) -> None:
        """Take all rights of a user on an object and all below."""
        self.disk.denied.add((object_id, user_id))

    def forbid_writing(self, object_id: int, user_id: int) -> None:
        """Leave a user only reading on an object and all below."""
        self.disk.read_only.add((object_id, user_id))

    def allow(self, object_id: int, user_id: int) -> None:
        """Give the rights back."""
        self.disk.denied.discard((object_id, user_id))
        self.disk.read_only.discard((object_id, user_id))

    def start_process(self, file_id: int, code: str, **properties: Any) -> str:
        """Start a process that reaches the activity `code`: its handler is called; gives the event token."""
        with self._portal.lock:
            return processes.start(self._portal, self.file(file_id), code, self._act.user_id, properties)

    def auto_start(self, storage_id: int, code: str, on_create: bool = True, on_edit: bool = True) -> None:
        """Enable processes for a storage, with a template that reaches the activity `code` by itself."""
        with self._portal.lock:
            self.disk.storages[storage_id].processes = True
            self.disk.templates.append(Template(storage_id, code, on_create, on_edit))

    def read(self, file_id: int) -> bytes:
        """The present bytes."""
        return self.file(file_id).content.read()

    def find(self, folder_id: int, name: str) -> int | None:
        """The id of a living child by its name."""
        return names.holder(self.disk, self.folder(folder_id), name)

    def node(self, object_id: int) -> Node:
        """The object itself, for assertions."""
        return self.disk.objects[object_id]

    def file(self, file_id: int) -> File:
        """The file itself, for assertions."""
        node = self.node(file_id)
        assert isinstance(node, File), f"{file_id} is a folder"
        return node

    def folder(self, folder_id: int) -> Folder:
        """The folder itself, for assertions."""
        node = self.node(folder_id)
        assert isinstance(node, Folder), f"{folder_id} is a file"
        return node

    def _noted(self, kind: str, node: Node) -> int:
        fields = {"NAME": node.name, "PARENT_ID": node.parent_id}
        self.disk.people.append(Effect(kind, f"DISK_{node.type.upper()}", node.id, fields, self._act.user_id))
        return node.id
