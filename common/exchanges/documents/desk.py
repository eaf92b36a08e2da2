"""What the documents exchange asks of the house when it looks for changes: tasks, bindings, people, how far it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from common.errors import Stop
from common.model.documents import DiskId, DocumentId, FolderId
from common.model.ids import RecordKey, RuleId
from common.model.records import Record
from common.ports import Data

TOGETHER = 40
"""Records of one task, and uploads of one request."""


class Desk(Protocol):
    def put(self, records: Sequence[Record], because: str) -> None:
        """Tasks for these records, forty to a task; the same occasion puts each once."""

    def put_body(self, body: Data, because: str) -> None:
        """One other task of ours."""

    def bound(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Data]:
        """The bindings that exist, in one round trip for each few hundred."""

    def of_documents(self, documents: Sequence[DocumentId]) -> Sequence[RecordKey]:
        """Records bound to files of these documents."""

    def of_mapping(self, mapping: RuleId, after: str, limit: int) -> Sequence[RecordKey]:
        """Bound records of a mapping in the order of their keys, from behind this one."""

    def in_folder(self, folder: FolderId, mappings: Collection[RuleId]) -> Sequence[RecordKey]:
        """Records of these mappings whose Disk object was left in this folder."""

    def placed_since(self, moment: str) -> Sequence[tuple[RuleId, FolderId, DiskId]]:
        """Objects of pairs bound or changed since (`moments.text`), with mapping and folder where each was left."""

    def outside(self) -> Sequence[Data]:
        """Bindings whose Disk object lies in a folder of no mapping."""

    def count(self, mapping: RuleId) -> int:
        """How many pairs of the mapping are bound."""

    def place(self, name: str) -> str:
        """How far something was read, "" at first."""

    def advance(self, name: str, value: str) -> None:
        """Remember how far, once what was read is in the queue."""

    def tell(self, about: str, stops: Sequence[Stop]) -> None:
        """Tell the admins once; no stops: it is over."""

    def retry(self, awaits: str, released: bool = False) -> None:
        """Put again whoever waits for this; `released`: a person has let pass what they do."""

    def note(self, about: str, did: str, details: Mapping[str, Any], by: str = "") -> None:
        """One journal entry that is no record's."""
