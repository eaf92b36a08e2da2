"""1C's change feed: each row a hint; files and documents it names are looked at (contract §2, §3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from common.errors import CursorGone, Stop
from common.exchanges.documents.desk import Desk
from common.exchanges.documents.epochs import Epochs
from common.exchanges.documents.records import file_record
from common.exchanges.documents.tools import Tools
from common.model.documents import Change, ChangePage, DocumentId, FileId
from common.model.records import Record
from common.ports import Data

FEED = "feed"
KINDS = ("document", "file")
DOCUMENTS = 20
"""Documents of one task; each is one request to 1C."""


@dataclass(frozen=True)
class Feed:
    tools: Tools
    desk: Desk

    def read(self) -> int:
        """Everything since the last run is put on the queue, page by page; how many rows."""
        mark = self.desk.place(FEED)
        if not mark:
            self._skip()
            return 0
        try:
            return sum(self._put(page) for page in self._pages(int(mark)))
        except CursorGone:
            # Kept first: whatever dies now, all there is will be looked at anew.
            Epochs(self.desk).renew()
            self._skip()
            return 0

    def _pages(self, after: int) -> Iterator[ChangePage]:
        page = self.tools.archive.changes(after, KINDS)
        yield page
        while page.more:
            page = self.tools.archive.changes(page.next, KINDS)
            yield page

    def _skip(self) -> None:
        """To the end, before anything is listed: what changes while we list comes through the feed."""
        last = 0
        for page in self._pages(0):
            last = page.next
        self.desk.advance(FEED, str(last))

    def _put(self, page: ChangePage) -> int:
        if page.unreadable:
            figures = f"/v1/changes: {page.unreadable}"
            self.desk.tell("feed", [Stop("onec_unreadable", "", "admin", "person", details=figures)])
        if page.changes:
            self.put(page.changes)
            self.desk.advance(FEED, str(page.next))
        return len(page.changes)

    def put(self, changes: Sequence[Change]) -> None:
        """Tasks for what these rows name; also for a webhook's one row."""
        newest = {(one.kind, one.id): one for one in changes}
        files = [file_row(self.tools, one) for one in newest.values() if one.kind == "file"]
        self.desk.put(files, "feed")
        documents = [one for one in newest.values() if one.kind == "document"]
        for start in range(0, len(documents), DOCUMENTS):
            some = documents[start : start + DOCUMENTS]
            self.desk.put_body(documents_body(some), f"feed {some[0].seq} {some[-1].seq}")


def documents_body(changes: Sequence[Change]) -> Data:
    """A task that looks at whole documents."""
    return {"kind": "documents", "ids": [one.id for one in changes], "seq": max(one.seq for one in changes)}


def file_row(tools: Tools, change: Change) -> Record:
    """The record a row about a file concerns; whose document it is, is read."""
    return _record(tools, FileId(change.id), change, None)


def _record(tools: Tools, file: FileId, change: Change, document: DocumentId | None) -> Record:
    return file_record(tools.portal, file, change.occurred_at, f"seq:{change.seq}", document)
