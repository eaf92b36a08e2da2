"""Whether what was seen of a mapping may be acted on, or is a fault that only looks like people's work. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from common.exchanges.documents.looking import Seen
from common.exchanges.documents.model import DocumentRule
from common.model.records import Record

FEWEST = 5


def too_many(number: int, bound: int) -> bool:
    """More than half of a mapping's bound files, and at least five."""
    return number >= FEWEST and number * 2 > bound


def lacks_its_folder(why: str) -> bool:
    """A mapping that stands for want of its folder goes on by itself once the folder is back; no word helps before."""
    return why.startswith("folder_")


def verdict(
    rule: DocumentRule, parts: Sequence[Seen], lost: Callable[[], int], bound: Callable[[], int]
) -> tuple[str, Mapping[str, int]]:
    """Why the mapping stops, with counts; "" when it goes on. Asked only if needed: `lost`, twins that are gone though
    we neither moved nor trashed them, and `bound`, pairs of the mapping.
    """
    own = next((part for part in parts if part.head.folder == rule.folder), None)
    if own is not None and own.unseen is not None:
        return f"folder_{own.unseen}", {"files": own.head.total}
    if any(part.cut for part in parts):
        return "listing_cut", {"total": sum(part.total for part in parts)}
    gone = len({one for part in parts for one in part.gone})
    if own is not None and own.total == 0 and gone > 1 and (number := lost()) > 1:
        return "listing_empty", {"gone": number}
    if gone >= FEWEST and too_many(number := lost(), pairs := bound()):
        return "vanished", {"gone": number, "bound": pairs}
    whole = [part for part in parts if not part.partial]
    shifted, total = sum(part.shifted for part in whole), sum(part.head.total for part in whole)
    if too_many(shifted, total):
        return "dates_shifted", {"shifted": shifted, "files": total}
    return "", {}


def released(record: Record) -> Record:
    """The record as the run that has seen everything puts it."""
    return replace(record, body={**record.body, "released": True})
