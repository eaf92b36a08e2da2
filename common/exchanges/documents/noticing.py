"""From what a look at Disk showed to tasks: whose file it is, and whether the change is only our own echo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from common.exchanges.documents.bound import Bound
from common.exchanges.documents.desk import Desk
from common.exchanges.documents.looking import Seen
from common.exchanges.documents.records import disk_record, file_in, file_record
from common.exchanges.documents.tools import Tools
from common.model.documents import DiskFile, DiskId, DocumentId, FileId
from common.model.ids import RecordKey, RuleId
from common.model.moments import parse
from common.model.records import Record

GROUP = 400
"""Objects looked up at once."""


@dataclass(frozen=True)
class Noticing:
    tools: Tools
    desk: Desk

    def put(self, parts: Sequence[Seen], began: str, released: bool) -> int:
        """Tasks for what people did; `released`: a person lets it pass. How many records."""
        changed = {file.id: file for part in parts for file in part.files.values()}
        seen_in = {file.id: part.head.mapping for part in parts for file in part.files.values()}
        gone = [one for part in parts for one in part.gone if one not in changed]
        records = [
            record for group in _groups([*changed, *gone]) for record in self._records(group, changed, seen_in, began)
        ]
        chosen = [replace(one, body={**one.body, "released": True}) for one in records] if released else records
        self.desk.put(chosen, f"disk {began}")
        return len(chosen)

    def lost(self, parts: Sequence[Seen]) -> int:
        """How many twins are gone from where they were left: what we moved or trashed ourselves is not lost."""
        gone = {one: part.head.folder for part in parts for one in part.gone}
        number = 0
        for group in _groups(list(gone)):
            owners = self.tools.pairs.owners(group)
            bound = self.desk.bound(list(owners.values())) if owners else {}
            held = {one: bound[key] for one, key in owners.items() if key in bound}
            number += sum(data["state"] == "bound" and data["folder"] == gone[one] for one, data in held.items())
        return number

    def _records(
        self, ids: Sequence[DiskId], changed: Mapping[DiskId, DiskFile], seen_in: Mapping[DiskId, str], began: str
    ) -> Iterator[Record]:
        owners = self.tools.pairs.owners(ids)
        bound = self.desk.bound(list(owners.values())) if owners else {}
        for one in ids:
            file, owner = changed.get(one), owners.get(one)
            if owner is None:
                if file is not None:
                    yield disk_record(self.tools.portal, one, file.updated_at, self._occasion(one, seen_in[one]))
            elif not _is_echo(bound.get(owner), file):
                yield self._pair(owner, bound.get(owner), file, began)

    def _occasion(self, disk: DiskId, mapping: str) -> str:
        """A file left out for the way its mapping goes is looked at again when that changes, not at every edit."""
        rule = self.tools.rules().get(RuleId(mapping))
        return f"disk:{disk}:{mapping}:{rule.reverse if rule else ''}"

    def _pair(self, owner: RecordKey, bound: Bound | None, file: DiskFile | None, began: str) -> Record:
        at = file.updated_at if file else parse(began)
        document = DocumentId(bound["document"]) if bound else None
        named = file_in(owner)
        return file_record(self.tools.portal, FileId(named or ""), at, f"disk {began}", document)


def _is_echo(bound: Bound | None, file: DiskFile | None) -> bool:
    """As the binding has it already: what we wrote ourselves, or a change that was carried meanwhile."""
    if bound is None or bound["state"] != "bound":
        return file is None
    if file is None:
        return False
    return (bound["content"], bound["disk_name"], bound["folder"]) == (file.content, file.name, file.folder)


def _groups(ids: Sequence[DiskId]) -> Iterator[Sequence[DiskId]]:
    for start in range(0, len(ids), GROUP):
        yield ids[start : start + GROUP]
