"""The house as the documents exchange asks of it when it looks for changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from common.errors import Stop, StoreConflict
from common.exchanges.documents import bound as documents
from common.exchanges.documents.desk import TOGETHER
from common.flow.bindings import BINDINGS, Bindings, as_binding, as_data
from common.flow.journal import Entry, Journal
from common.flow.retries import put_again, record_of
from common.flow.tasks import chunks, name_for
from common.flow.waiting import WaitingRoom
from common.flow.watermarks import Watermarks
from common.flow.work import Work
from common.model import moments
from common.model.documents import DiskId, DocumentId, FolderId
from common.model.ids import RecordKey, RuleId
from common.model.records import Record
from common.ports import Condition, Data, Store, Task

_GROUP = 400
_PAGE = 1000


@dataclass(frozen=True)
class StoredPairs:
    """Which records hold which Disk objects, by the index of targets and the bindings themselves."""

    bindings: Bindings

    def owners(self, ids: Sequence[DiskId]) -> dict[DiskId, RecordKey]:
        """Two round trips at most, one for ids that are bound to nothing."""
        named = {documents.target(one): one for one in ids}
        hints = self.bindings.by_targets(list(named))
        held = self.bindings.get_many(list(hints.values())) if hints else {}
        return {
            named[target]: key
            for target, key in hints.items()
            if (one := held.get(key)) is not None and one.target == target and one.state != "creating"
        }

    def reserving(self, folder: FolderId, names: Sequence[str]) -> dict[str, RecordKey]:
        """One round trip while nobody uploads there."""
        held = {documents.reserved(folder, name): name for name in names}
        hints = self.bindings.by_targets(list(held))
        living = self.bindings.get_many(list(hints.values())) if hints else {}
        return {held[target]: key for target, key in hints.items() if key in living and living[key].target == target}

    def bind(self, record: RecordKey, data: Data) -> None:
        """Nothing when another has bound it meanwhile: by 1C's own event of the new file."""
        named = Record(record, str(data["source"]), moments.parse("2000-01-01T00:00:00Z"), {})
        try:
            self.bindings.save(as_binding(named, data, None))
        except StoreConflict:
            return


@dataclass(frozen=True)
class HouseDesk:
    work: Work
    store: Store
    bindings: Bindings
    waiting: WaitingRoom
    watermarks: Watermarks
    journal: Journal
    portal: str
    _read: dict[str, str] = field(default_factory=dict)

    def put(self, records: Sequence[Record], because: str) -> None:
        """Forty to a task; a task's name tells the occasion and its records."""
        for chunk in chunks(records, TOGETHER):
            entries = [f"{record.key} {record.body['entry']}" for record in chunk]
            self.work.put(chunk, name_for(because, *entries))

    def put_body(self, body: Data, because: str) -> None:
        """One task of its own."""
        self.work.queue.put(Task(self.work.function, body, name_for("documents", because), self.work.traffic))

    def bound(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Data]:
        """One round trip for each few hundred."""
        found: dict[RecordKey, Data] = {}
        for some in chunks(list(dict.fromkeys(keys)), _GROUP):
            found |= {key: as_data(one) for key, one in self.bindings.get_many(some).items()}
        return found

    def of_documents(self, ids: Sequence[DocumentId]) -> list[RecordKey]:
        """One query for each document."""
        rows = (row for one in ids for row in self.store.query(BINDINGS, [("document", "==", one)]))
        return [RecordKey(row.key) for row in rows]

    def of_mapping(self, mapping: RuleId, after: str, limit: int) -> list[RecordKey]:
        """One query."""
        where: list[Condition] = [("mapping", "==", mapping), ("state", "==", "bound"), ("record", ">", after)]
        return [RecordKey(one.key) for one in self.store.query(BINDINGS, where, order_by="record", limit=limit)]

    def in_folder(self, folder: FolderId, mappings: Collection[RuleId]) -> list[RecordKey]:
        """One query for each mapping."""
        found: list[RecordKey] = []
        for mapping in mappings:
            where: list[Condition] = [("mapping", "==", mapping), ("folder", "==", folder), ("state", "==", "bound")]
            found += [RecordKey(one.key) for one in self.store.query(BINDINGS, where, limit=10_000)]
        return found

    def placed_since(self, moment: str) -> list[tuple[RuleId, FolderId, DiskId]]:
        """One query for each thousand."""
        found: list[tuple[RuleId, FolderId, DiskId]] = []
        while True:
            where: list[Condition] = [("exchange", "==", "documents"), ("changed_at", ">=", moment)]
            page = self.store.query(BINDINGS, where, order_by="changed_at", limit=_PAGE)
            bound = [one.data for one in page if one.data["state"] == "bound"]
            found += [(RuleId(one["mapping"]), FolderId(one["folder"]), DiskId(one["disk"])) for one in bound]
            if len(page) < _PAGE or page[-1].data["changed_at"] == moment:
                return list(dict.fromkeys(found))
            moment = page[-1].data["changed_at"]

    def outside(self) -> list[Data]:
        """One query; usually nobody has moved anything out."""
        return [one.data for one in self.store.query(BINDINGS, [("out", "==", True)])]

    def count(self, mapping: RuleId) -> int:
        return self.store.count(BINDINGS, [("mapping", "==", mapping), ("state", "==", "bound")])

    def place(self, name: str) -> str:
        self._read[name] = self.watermarks.get(self.mark(name)).value
        return self._read[name]

    def advance(self, name: str, value: str) -> None:
        """Against what was read last: runs are one at a time."""
        known = self._read[name] if name in self._read else self.place(name)
        if known != value:
            self.watermarks.put(self.mark(name), value)
            self._read[name] = value

    def tell(self, about: str, stops: Sequence[Stop]) -> None:
        self.work.teller.tell(about, stops)

    def retry(self, awaits: str, released: bool = False) -> None:
        waits = [wait for wait in self.waiting.by_awaits(awaits) if wait.exchange == self.work.name]
        occasion = f"{awaits} {moments.text(self.work.clock.now())}"
        if not released:
            put_again(self.work, waits, occasion)
            return
        self.put([replace(one, body={**one.body, "released": True}) for one in map(record_of, waits)], occasion)

    def note(self, about: str, did: str, details: Mapping[str, Any], by: str = "") -> None:
        self.journal.add(Entry(about, "documents", did, source=about, by=by, details=dict(details)))

    def mark(self, name: str) -> str:
        """Under which name a watermark of ours stands."""
        return f"documents:{self.portal}:{name}"
