"""Documents, their files and versions in 1C:DM, and files on Disk: the nouns of the documents exchange.

Sizes are bytes; hashes are hex SHA-256 of the content in lower case; moments are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from common.model.ids import UserId

DocumentId = NewType("DocumentId", str)
"""A document of 1C:DM: a lower-case GUID, as all ids of that side."""
FileId = NewType("FileId", str)
VersionId = NewType("VersionId", str)
KindId = NewType("KindId", str)
"""A kind of document (вид документа)."""
OnecUserId = NewType("OnecUserId", str)
DiskId = NewType("DiskId", int)
"""A file on Disk: it keeps its id through renaming, moving and the trash (facts bitrix24 §6)."""
FolderId = NewType("FolderId", int)


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file in 1C (contract §2). `number` has gaps; the current one is a pointer, not the highest."""

    id: VersionId
    number: int
    size: int
    sha256: str
    author: OnecUserId | None = None
    created_at: datetime | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class OnecFile:
    """A file of a document in 1C:DM.

    name           with its extension; may hold signs that Disk refuses
    data_version   opaque; what `If-Match` names
    locked_by      who captured it, None when nobody did
    """

    id: FileId
    document: DocumentId
    name: str
    current: VersionId | None
    data_version: str
    versions: tuple[Version, ...] = ()
    signed: bool = False
    encrypted: bool = False
    locked_by: OnecUserId | None = None
    marked: bool = False
    updated_at: datetime | None = None
    updated_by: OnecUserId | None = None
    url: str = ""

    @property
    def version(self) -> Version | None:
        """The current version; None for a file without content."""
        return next((one for one in self.versions if one.id == self.current), None)

    @property
    def closed(self) -> bool:
        """Signed, encrypted or captured: 1C takes no new version of it (rules, Documents)."""
        return self.signed or self.encrypted or self.locked_by is not None


@dataclass(frozen=True, slots=True)
class Client:
    """The counterparty on a document's card; tax ids are "" where there are none."""

    id: str
    name: str
    inn: str = ""
    kpp: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A document of 1C:DM. `state` is the contract's word; `created_at` None when 1C does not say."""

    id: DocumentId
    kind: KindId
    title: str
    data_version: str
    reg_number: str = ""
    reg_date: datetime | None = None
    state: str = ""
    client: Client | None = None
    responsible: OnecUserId | None = None
    author: OnecUserId | None = None
    marked: bool = False
    updated_at: datetime | None = None
    url: str = ""
    files: tuple[OnecFile, ...] = ()


@dataclass(frozen=True, slots=True)
class CardPage:
    """A page of documents with their files. `next` is the opaque cursor of the following one, "" after the last;
    `unreadable`: rows that are not the contract's.
    """

    cards: tuple[Card, ...]
    next: str
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One row of 1C's change feed: a hint, the object is read again (contract §3).

    kind     `document`, `file`, `order` or `route`
    event    e.g. `file.changed`
    """

    seq: int
    event: str
    kind: str
    id: str
    occurred_at: datetime
    by_exchange: bool = False


@dataclass(frozen=True, slots=True)
class ChangePage:
    changes: tuple[Change, ...]
    next: int
    more: bool
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class OnecUser:
    """A user of 1C:DM; `active` is False for one dismissed or barred from logging in."""

    id: OnecUserId
    name: str
    email: str = ""
    employee_id: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Ability:
    """What 1C:DM's ping says (contract §2); sizes in bytes.

    clock   1C's own clock when it answered
    """

    clock: datetime
    config_version: str
    max_file_size: int
    max_parallel: int
    list_limit: int
    comment_max: int
    forbidden_extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What 1C answered to content sent: `created` False when those bytes were there already."""

    file: OnecFile
    version: Version
    created: bool


@dataclass(frozen=True, slots=True)
class DiskFile:
    """A file on Disk as one answer shows it.

    content     `FILE_ID`: another after each change of content
    revision    `GLOBAL_CONTENT_VERSION`
    trashed     in the trash, itself or with its folder
    """

    id: DiskId
    name: str
    folder: FolderId
    size: int
    content: int
    revision: int
    created_at: datetime
    updated_at: datetime
    created_by: UserId
    updated_by: UserId
    storage: int = 0
    trashed: bool = False
    trashed_itself: bool = False
    url: str = ""
    """`DETAIL_URL`, where a person opens it; no secret."""


@dataclass(frozen=True, slots=True)
class DiskFolder:
    id: FolderId
    name: str
    parent: FolderId
    updated_at: datetime
    storage: int = 0
    trashed: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a folder's children. `total` counts all of them that the filter lets through, pages aside."""

    files: tuple[DiskFile, ...]
    folders: tuple[DiskFolder, ...]
    total: int

    @property
    def number(self) -> int:
        return len(self.files) + len(self.folders)


Chunks = Callable[[], AbstractContextManager[Iterator[bytes]]]
"""Opens content for one pass; called again it begins anew. Bytes come in pieces of bounded size."""


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes to be sent, never held whole: their length and hash are known before the first is sent."""

    size: int
    sha256: str
    chunks: Chunks = field(repr=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """A new file for Disk. `data` for small ones that go together in a batch."""

    folder: FolderId
    name: str
    data: bytes = field(repr=False)
