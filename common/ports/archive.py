"""1C:Document Management as the documents exchange sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol

from common.model.documents import (
    Ability,
    Card,
    CardPage,
    ChangePage,
    Client,
    Content,
    DocumentId,
    FileId,
    Kept,
    KindId,
    OnecFile,
    OnecUser,
    OnecUserId,
    Version,
    VersionId,
)

Shown = Literal["bound", "waiting", "conflict", "overdue", "detached"]


class Archive(Protocol):
    """1C:DM behind its HTTP service (contract). Reads are retried, writes carry an idempotency key.

    Raises `TryLater` (busy, in progress, open card, 412: it moved on), `SideDown`, `SideRefused`, and `InDoubt` when
    the answer of a write was lost: calling it again with the same arguments is safe for 7 days.
    """

    def ability(self) -> Ability:
        """What this base can do; kept for an hour, no request while warm."""

    def probe(self) -> datetime:
        """1C's clock, UTC; one cheap request."""

    def clock_offset(self) -> float | None:
        """Seconds 1C's clock was ahead of ours at its last answer, a refusal too; None before the first."""

    def changes(self, after: int, kinds: Sequence[str]) -> ChangePage:
        """Rows of the feed with a `seq` above `after`. Raises `CursorGone` when those are not kept any more."""

    def counts(self) -> Mapping[KindId, int]:
        """How many documents of each kind there are, marked ones too."""

    def kinds(self) -> Mapping[KindId, str]:
        """Names of the kinds of documents."""

    def cards(self, kind: KindId, after: str, limit: int) -> CardPage:
        """A page of documents of a kind with their files, marked ones too; `after` "" is the first."""

    def cards_of(self, ids: Sequence[DocumentId]) -> dict[DocumentId, Card | None]:
        """Each document with its files, read by up to four at once; None when it is gone."""

    def files(self, ids: Sequence[FileId]) -> dict[FileId, OnecFile | None]:
        """Each file with its versions, read by up to four at once; None when it is gone."""

    def open(self, version: Version) -> AbstractContextManager[Iterator[bytes]]:
        """The version's bytes in pieces. Raises `TryLater` when they end early or are not those of its hash."""

    def small(self, versions: Sequence[Version]) -> dict[VersionId, bytes | Exception]:
        """The bytes of small versions, whole and proved by their hash, read by up to four at once."""

    def add_file(
        self, document: DocumentId, name: str, content: Content, mark: str, comment: str, person: OnecUserId | None
    ) -> Kept:
        """A new file of a document. `mark`: our id of its source, so that a repetition is known.

        Raises `NameTaken` when the document has a file of that name with other bytes.
        """

    def add_version(self, file: OnecFile, content: Content, comment: str, person: OnecUserId | None) -> Kept:
        """A new version, if the file is still as read. Raises `FileClosed` when signed, encrypted or captured."""

    def rename(self, file: OnecFile, name: str) -> OnecFile:
        """If the file is still as read. Raises `FileClosed`."""

    def users(self, ids: Sequence[OnecUserId]) -> dict[OnecUserId, OnecUser]:
        """Those that exist, 50 a request."""

    def user_by(self, email: str = "", employee_id: str = "") -> Sequence[OnecUser]:
        """Whoever has this e-mail or employee id; several when ambiguous."""

    def clients(self, inn: str = "", kpp: str = "", external_code: str = "") -> Sequence[Client]:
        """Counterparties by tax ids or external code."""

    def show(self, kind: str, id: str, bitrix_id: str, url: str, state: Shown, text: str) -> None:
        """What the 1C card shows of its twin (`PUT /v1/links`)."""
