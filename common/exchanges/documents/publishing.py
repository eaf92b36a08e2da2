"""Under which name a file is published, and whether something of that name is there already (rules, Names)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from common.errors import NeedsPerson, Stop, TryLater
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.names import wanted_names
from common.exchanges.documents.pair import Pair
from common.model.documents import DiskFile, DocumentId, FolderId
from common.ports.disk import Ask, Unseen

TOGETHER = 4
"""Names looked up in one request."""
_MOST = 40


@dataclass(frozen=True, slots=True)
class Found:
    """A name that is ours to use; `file`: one of that name that is bound to nothing, None when the name is free."""

    name: str
    file: DiskFile | None


def under_way(pair: Pair, folder: FolderId, name: str) -> DiskFile | None:
    """What lies where an upload was begun, unless it is somebody's twin or a copy."""
    found = _first_usable(pair, folder, [name])
    return found.file if found is not None else None


def usable(pair: Pair, folder: FolderId, refused: frozenset[str]) -> Found:
    """The first name that nobody else's file holds; `refused`: those Disk has just called taken.

    Raises NeedsPerson when the folder is not there or not ours to read.
    """
    names = wanted_names(pair.file.name, pair.card, pair.tools.spelled)
    wanted = [name for name in islice(names, _MOST) if name not in refused]
    for start in range(0, len(wanted), TOGETHER):
        found = _first_usable(pair, folder, list(dict.fromkeys(wanted[start : start + TOGETHER])))
        if found is not None:
            return found
    raise TryLater("names_taken", 3600.0)


def _first_usable(pair: Pair, folder: FolderId, names: Sequence[str]) -> Found | None:
    held = pair.tools.pairs.reserving(folder, names)
    wanted = [name for name in names if held.get(name, pair.record.key) == pair.record.key]
    pages = pair.tools.disk.pages([Ask(folder, name=name) for name in wanted]) if wanted else []
    there: dict[str, DiskFile | None] = {}
    for name, page in zip(wanted, pages, strict=True):
        if isinstance(page, str):
            raise unseen(pair, folder, page)
        if not page.folders:
            there[name] = page.files[0] if page.files else None
    strangers = _bound_elsewhere(pair, [file for file in there.values() if file is not None])
    return next((Found(name, file) for name, file in there.items() if file is None or file.id not in strangers), None)


def _bound_elsewhere(pair: Pair, files: Sequence[DiskFile]) -> set[int]:
    """Twins of other files, and conflict copies."""
    ids = [file.id for file in files]
    owners = pair.tools.pairs.owners(ids)
    return {one for one, record in owners.items() if record != pair.record.key} | set(pair.tools.copies.known(ids))


def unseen(pair: Pair, folder: FolderId, why: Unseen) -> Exception:
    """A document's own sub-folder that is gone is made anew; a type's folder is for a person."""
    if folder != pair.rule.folder and why == "missing":
        pair.tools.folders.forget(pair.rule, DocumentId(pair.bound["document"]))
        pair.keep({**pair.bound, "intent": None})
        return TryLater("subfolder_missing", 1.0)
    return NeedsPerson(folder_stop(pair.rule, why))


def folder_stop(rule: DocumentRule, why: Unseen) -> Stop:
    """The mapping's folder cannot be worked in."""
    return Stop(f"folder_{why}", str(rule.folder), "admin", f"documents:{rule.id}", subject=rule.name or rule.id)
