"""Whether what was seen of a mapping may be acted on, or is a fault that only looks like people's work. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from common.exchanges.documents.guards import FEWEST, too_many
from common.exchanges.documents.looking import Seen
from common.exchanges.documents.model import DocumentRule
from common.model.records import Record


def verdict(rule: DocumentRule, parts: Sequence[Seen], bound: Callable[[], int]) -> tuple[str, Mapping[str, int]]:
    """Why the mapping stops, with counts; "" when it goes on. `bound`: pairs of the mapping, asked if needed."""
    own = next((part for part in parts if part.head.folder == rule.folder), None)
    if own is not None and own.unseen is not None:
        return f"folder_{own.unseen}", {"files": own.head.total}
    if any(part.cut for part in parts):
        return "listing_cut", {"total": sum(part.total for part in parts)}
    gone = sum(len(part.gone) for part in parts)
    if own is not None and own.total == 0 and own.head.total > 1:
        return "listing_empty", {"files": own.head.total}
    if gone >= FEWEST and too_many(gone, number := bound()):
        return "vanished", {"gone": gone, "bound": number}
    shifted, total = sum(part.shifted for part in parts), sum(part.head.total for part in parts)
    if too_many(shifted, total):
        return "dates_shifted", {"shifted": shifted, "files": total}
    return "", {}


def released(record: Record) -> Record:
    """The record as the run that has seen everything puts it."""
    return replace(record, body={**record.body, "released": True})
