"""Nouns of the documents exchange: mappings, what was agreed, what both sides show now, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from common.errors import Stop
from common.model.documents import Card, DiskFile, DiskId, FolderId, KindId, OnecFile, Version, VersionId
from common.model.ids import RuleId

MIB = 1024 * 1024
SMALL = MIB
"""Bytes up to which new files go together, inline (rules, Documents, Bytes)."""

Reverse = Literal["off", "update", "create"]
"""What goes from Disk to 1C by itself: nothing (only by "Send to 1C"), new versions, new files too."""


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """One mapping: a kind of document in 1C ↔ a folder on Disk.

    id                 small Latin letters; stands in records and commands, e.g. `contracts`
    subfolder          a folder of its own for each document, by this template: `{reg_number} {title}` ("": none)
    move_back          a file that a user moves to a folder of no mapping is moved back
    max_version_size   bytes; larger new versions wait, because Disk takes them only inline
    since              versions from before are left out until a person takes them in; None: the first activation
    """

    id: RuleId
    kind: KindId
    folder: FolderId
    name: str = ""
    active: bool = True
    reverse: Reverse = "update"
    subfolder: str = ""
    move_back: bool = False
    max_version_size: int = 50 * MIB
    since: datetime | None = None


State = Literal["creating", "bound", "buried"]
"""Of a binding: an upload is under way; a pair; both are gone and it is only remembered."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both sides last agreed on (rules, Documents: Agreement).

    onec_name   as 1C has it; `disk_name` as Disk shows it, where signs are replaced and names made different
    wanted      the folder that the document called for then; `folder` the one where the file lies
    """

    version: VersionId
    sha256: str
    size: int
    onec_name: str
    disk: DiskId
    content: int
    revision: int
    disk_name: str
    folder: FolderId
    wanted: FolderId


@dataclass(slots=True)
class Facts:
    """What both sides show of one record now. Not frozen: what we do ourselves is noted here.

    card   None when the document is gone or was never found
    file   None when 1C has it no more
    disk   None when Disk has it no more, or nothing is bound yet
    did    what was done already together with others, for the journal
    """

    card: Card | None
    file: OnecFile | None
    disk: DiskFile | None = None
    did: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OnecNow:
    """1C's side as the decision sees it. `version` None: gone, marked, or without content.

    earlier   hashes of all versions 1C keeps: such bytes on Disk are lost by nobody
    """

    version: Version | None
    earlier: frozenset[str] = frozenset()
    name: str = ""
    closed: str = ""
    """`signed`, `encrypted` or `captured`; "" when 1C takes new versions."""


@dataclass(frozen=True, slots=True)
class DiskNow:
    """Disk's side as the decision sees it. `sha256` "" when it is gone."""

    gone: bool
    sha256: str = ""
    size: int = 0
    content: int = 0


Step = Literal[
    "overwrite",  # 1C's bytes as a new version of the same Disk object
    "restore",  # published again: out of the trash, or uploaded anew
    "keep_copy",  # the losing Disk bytes beside it, verified
    "trash",
    "add_version",  # Disk's bytes as a new version in 1C
    "agree",  # nothing to write: both are equal, and remembered so
    "bury",
]

GUARDED: frozenset[str] = frozenset({"restore", "trash", "move"})
"""What only `document_sync` lets pass, because it sees all of a mapping together (rules, Guards)."""

ConflictKind = Literal[
    "both_changed", "first_meeting", "delete_vs_modify", "modify_vs_delete", "closed", "written_between"
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about the content of one file.

    conflict   kept for a person, told once
    once       a word for the journal, written once for this content, e.g. `not_carried`
    warning    a word for the journal of what is unusual, e.g. `restored_on_disk`
    """

    steps: tuple[Step, ...] = ()
    conflict: ConflictKind | None = None
    once: str = ""
    warning: str = ""
    stops: tuple[Stop, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What 1C takes: bytes of a file, extensions it refuses (without a dot, lower case)."""

    max_file_size: int
    forbidden: tuple[str, ...] = ()
