"""What the exchange works with, and the few nouns of its neighbours that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from common.errors import Stop
from common.exchanges.documents.copies import Copies
from common.exchanges.documents.folders import Folders
from common.exchanges.documents.guards import Guards
from common.exchanges.documents.model import DocumentRule, Limits
from common.exchanges.documents.names import Spelled
from common.model.documents import DiskId, FolderId, OnecUserId
from common.model.ids import PortalKey, RecordKey, RuleId, UserId
from common.ports import Clock, Data
from common.ports.archive import Archive
from common.ports.disk import Disk


class People(Protocol):
    """Who is who on both sides (rules, Mapping)."""

    def onec_user(self, user: UserId) -> OnecUserId | None:
        """The one user of 1C that this user of Bitrix24 is; None when there is none or more than one."""

    def name(self, user: UserId) -> str:
        """As people read it; "" when the portal does not say."""


class Pairs(Protocol):
    """Which records hold which Disk objects."""

    def owners(self, ids: Sequence[DiskId]) -> Mapping[DiskId, RecordKey]:
        """Of these objects those that are bound now; two round trips at most."""

    def reserving(self, folder: FolderId, names: Sequence[str]) -> Mapping[str, RecordKey]:
        """Of these names those that an upload under way holds, and whose it is; two round trips at most."""

    def bind(self, record: RecordKey, data: Data) -> None:
        """Bind a record that has no binding; nothing when another has bound it meanwhile."""


def limits(archive: Archive) -> Limits:
    """What 1C takes, as its ping says."""
    ability = archive.ability()
    return Limits(ability.max_file_size, ability.forbidden_extensions)


@dataclass(frozen=True)
class Tools:
    """One set per process."""

    disk: Disk
    archive: Archive
    rules: Callable[[], Mapping[RuleId, DocumentRule]]
    folders: Folders
    copies: Copies
    guards: Guards
    pairs: Pairs
    people: People
    spelled: Spelled
    words: Callable[[Stop], str]
    """A reason as people read it."""
    portal: PortalKey
    zone: str
    """`BUSINESS_TIME_ZONE`: conflict copies carry its date."""
    clock: Clock
