"""What we put on Disk since the last look and is not there any more: it never stood on a shelf, so no total tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.exchanges.documents.desk import Desk
from common.exchanges.documents.looking import OVERLAP, Seen
from common.exchanges.documents.shelves import Head, Shelves
from common.model import moments
from common.model.documents import DiskId, FolderId
from common.model.ids import RuleId
from common.ports.disk import Disk


@dataclass(frozen=True)
class Placed:
    disk: Disk
    desk: Desk
    shelves: Shelves

    def missing(self, heads: Mapping[FolderId, Head], seen: Sequence[Seen]) -> list[Seen]:
        """A `Seen` for each folder where something of ours was thrown away or moved before it was ever listed.

        One query; one request for each 50 of ours that no listing of this run has shown.
        """
        looked_at = [head.seen_at for head in heads.values() if head.seen_at]
        if not looked_at:
            return []
        since = moments.text(moments.parse(min(looked_at)) - OVERLAP)
        listed = {one for part in seen for one, entry in part.changes.items() if entry is not None}
        placed = [found for found in self.desk.placed_since(since) if found[2] not in listed]
        return self._gone(placed)

    def outside(self) -> list[Seen]:
        """Twins in folders of no mapping are no listing's business: each is read by its id."""
        bound = [data for data in self.desk.outside() if data["state"] == "bound"]
        there = self.disk.files([DiskId(data["disk"]) for data in bound], readable=True) if bound else {}
        seen = []
        for data in bound:
            if DiskId(data["disk"]) not in there:
                continue  # of what is not ours to read nothing is known
            one = Seen(Head(FolderId(data["folder"]), str(data["mapping"])), partial=True)
            file = there[DiskId(data["disk"])]
            if file is None or file.trashed:
                one.gone.append(DiskId(data["disk"]))
            else:
                one.files[file.id] = file
            seen.append(one)
        return seen

    def _gone(self, placed: Sequence[tuple[RuleId, FolderId, DiskId]]) -> list[Seen]:
        # A document's own folder that was never listed has no head yet: then the binding tells whose it is.
        heads = self.shelves.heads({folder: mapping for mapping, folder, _ in placed}) if placed else {}
        left: list[tuple[Head, DiskId]] = []
        for folder, head in heads.items():
            ids = [one for _, where, one in placed if where == folder]
            known = self.shelves.children(self.shelves.keys_of(head, ids))
            on_shelves = {one for shelf in known.values() for one in shelf}
            left += [(head, one) for one in ids if one not in on_shelves]
        there = self.disk.files([one for _, one in left], readable=True) if left else {}
        found: dict[FolderId, Seen] = {}
        for head, one in left:
            file = there.get(one)
            if one in there and (file is None or file.trashed or file.folder != head.folder):
                found.setdefault(head.folder, Seen(head, total=head.total, partial=True)).gone.append(one)
        return list(found.values())
