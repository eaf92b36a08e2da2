"""What lies on Disk (facts 6.1). Moments are aware UTC in whole seconds, as a database column keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ALIVE, IN_BIN, WITH_PARENT = 0, 3, 4


@dataclass(slots=True, eq=False)
class Content:
    """The bytes behind one FILE_ID. Seeded content has no bytes until somebody reads it."""

    id: int
    size: int
    data: bytes | None = None

    def read(self) -> bytes:
        """The bytes; a seeded content is a text made of its number."""
        if self.data is not None:
            return self.data
        line = b"%015d\n" % self.id
        return (line * (self.size // len(line) + 1))[: self.size]


@dataclass(slots=True, eq=False)
class Version:
    """One record of a file's history; the newest is the present content."""

    id: int
    object_id: int
    name: str
    number: int
    content: Content
    created_by: int
    create_time: datetime

    @property
    def size(self) -> int:
        return self.content.size


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """What a file and a folder share. `deleted_type`: 0 alive, 3 in the bin, 4 deleted with its parent."""

    id: int
    name: str
    storage_id: int
    parent_id: int
    created_by: int
    create_time: datetime
    updated_by: int
    update_time: datetime
    code: str | None = None
    deleted_type: int = ALIVE
    deleted_by: int | None = 0
    delete_time: datetime | None = None

    @property
    def type(self) -> str:
        return "file" if isinstance(self, File) else "folder"


@dataclass(slots=True, eq=False, kw_only=True)
class File(Node):
    """`global_version` is GLOBAL_CONTENT_VERSION; `versions` are oldest first; `attached` to a task or deal."""

    content: Content
    global_version: int = 1
    versions: list[Version] = field(default_factory=list)
    locked_by: int | None = None
    attached: bool = False

    @property
    def size(self) -> int:
        return self.content.size


@dataclass(slots=True, eq=False, kw_only=True)
class Folder(Node):
    """`children` by id, those in the bin too; `names` leads from a case-folded name to the living ones that have it."""

    children: dict[int, Node] = field(default_factory=dict)
    names: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Storage:
    """`entity_type`: user, common, group or restapp; `processes`: business processes are enabled (facts 6.8)."""

    id: int
    name: str
    entity_type: str
    entity_id: str
    root_id: int
    code: str | None = None
    processes: bool = False
