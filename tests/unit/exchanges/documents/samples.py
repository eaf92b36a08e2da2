"""One mapping, one document, one file with its twin on Disk; a test replaces the one thing it is about."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from common.exchanges.documents.model import Agreed, DiskNow, DocumentRule, Limits, OnecNow
from common.model.documents import (
    Card,
    DiskFile,
    DiskId,
    DocumentId,
    FileId,
    FolderId,
    KindId,
    OnecFile,
    Version,
    VersionId,
)
from common.model.ids import PortalKey, RuleId, UserId

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PORTAL = PortalKey("m1")
FOLDER, ELSEWHERE, OWN_FOLDER = FolderId(8907), FolderId(8999), FolderId(9100)
LIMITS = Limits(max_file_size=1000, forbidden=("exe",))


def sha(data: str) -> str:
    """The hash of a content that a test calls by a word."""
    return hashlib.sha256(data.encode()).hexdigest()


def rule(**changes: Any) -> DocumentRule:
    values: dict[str, Any] = {"id": RuleId("contracts"), "kind": KindId("kind-1"), "folder": FOLDER, "name": "Договоры"}
    return DocumentRule(**{**values, "max_version_size": 500, **changes})


def version(content: str = "agreed", size: int = 10, id: str = "v1", number: int = 1, **changes: Any) -> Version:
    return Version(VersionId(id), number, size, sha(content), **changes)


def onec(
    content: str = "agreed", size: int = 10, id: str = "v1", earlier: tuple[str, ...] = (), closed: str = ""
) -> OnecNow:
    """1C's side with this content as its current version, kept besides the `earlier` ones."""
    kept = frozenset(sha(one) for one in (*earlier, content))
    return OnecNow(version(content, size, id), kept, closed=closed)


def disk(content: str = "agreed", size: int = 10, number: int = 31) -> DiskNow:
    """Disk's side with this content under this `FILE_ID`."""
    return DiskNow(False, sha(content), size, number)


def agreed(**changes: Any) -> Agreed:
    values: dict[str, Any] = {
        "version": VersionId("v1"),
        "sha256": sha("agreed"),
        "size": 10,
        "onec_name": "Договор 17.docx",
        "disk": DiskId(9043),
        "content": 31,
        "revision": 1,
        "disk_name": "Договор 17.docx",
        "folder": FOLDER,
        "wanted": FOLDER,
    }
    return Agreed(**{**values, **changes})


def onec_file(current: Version | None = None, **changes: Any) -> OnecFile:
    """A file with one version."""
    shown = current or version(created_at=AT)
    values: dict[str, Any] = {
        "id": FileId("f1"),
        "document": DocumentId("d1"),
        "name": "Договор 17.docx",
        "current": shown.id,
        "data_version": "AAA=",
        "versions": (shown,),
        "updated_at": AT,
        "url": "e1cib/f1",
    }
    return OnecFile(**{**values, **changes})


def card(**changes: Any) -> Card:
    values: dict[str, Any] = {
        "id": DocumentId("0d0c0000-1111-2222-3333-444444444444"),
        "kind": KindId("kind-1"),
        "title": "Договор поставки",
        "data_version": "AAB=",
        "reg_number": "2026/17",
        "state": "approved",
    }
    return Card(**{**values, **changes})


def disk_file(**changes: Any) -> DiskFile:
    values: dict[str, Any] = {
        "id": DiskId(9043),
        "name": "Договор 17.docx",
        "folder": FOLDER,
        "size": 10,
        "content": 31,
        "revision": 1,
        "created_at": AT,
        "updated_at": AT,
        "created_by": UserId(1),
        "updated_by": UserId(5),
        "url": "https://example.bitrix24.ru/disk/9043",
    }
    return DiskFile(**{**values, **changes})
