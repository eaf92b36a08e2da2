"""Finding what changed on Disk: a few commands a folder, not a hundred thousand readings (rules, Finding changes).

Two commands a watched folder: children changed since the last look, and the newest page with its `total`. A total that
is not ours makes us look for who is missing or new, shelf by shelf. Besides, some shelves are listed anew each run, in
turn, so that name, place and content of every file are confirmed now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from common.exchanges.documents.shelves import Children, Entry, Head, Shelves, differs, entry_of
from common.model import moments
from common.model.documents import DiskFile, DiskFolder, DiskId, FolderId, Listing
from common.ports.disk import Ask, Disk, Unseen

PAGE = 50
OVERLAP = timedelta(minutes=2)
COMMANDS = 50
"""Of one request; the rolling confirmation spends one request a run: 2 500 files of large folders."""


@dataclass(slots=True)
class Seen:
    """What one look at a folder showed.

    changes   what to put on the shelves, None for a child that is not there any more
    files     the files among them, as they are now
    gone      files that are not there any more: moved, in the trash or destroyed
    folders   sub-folders touched since; `folders_gone` those that are not there any more
    unseen    the folder gave no listing
    shifted   files whose date alone changed
    cut       fewer children came than were counted
    partial   only some of its children were looked at, so the folder does not count as looked at
    """

    head: Head
    changes: dict[int, Entry | None] = field(default_factory=dict)
    files: dict[DiskId, DiskFile] = field(default_factory=dict)
    gone: list[DiskId] = field(default_factory=list)
    folders: list[DiskFolder] = field(default_factory=list)
    folders_gone: list[FolderId] = field(default_factory=list)
    unseen: Unseen | None = None
    shifted: int = 0
    cut: bool = False
    partial: bool = False
    total: int = 0

    def take(self, children: Iterable[DiskFile | DiskFolder], known: Children) -> None:
        """Compare children as listed now with what stood on the shelves."""
        for child in children:
            entry, before = entry_of(child), known.get(child.id)
            if before is None or before != entry:
                self.changes[child.id] = entry
            if isinstance(child, DiskFolder):
                self.folders.append(child)
            elif differs(before, entry):
                self.files[child.id] = child
            elif before is not None and before != entry:
                self.shifted += 1

    def miss(self, ids: Iterable[int], known: Children) -> None:
        """Children that stood on the shelves and were not listed."""
        for one in ids:
            self.changes[one] = None
            if known[one][0]:
                self.gone.append(DiskId(one))
            else:
                self.folders_gone.append(FolderId(one))


class Blind(Exception):
    """A page of a folder showed nothing, so nothing is known of what it would have listed."""

    def __init__(self, why: Unseen) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Look:
    """One run's look at Disk."""

    disk: Disk
    shelves: Shelves

    def at(self, heads: Sequence[Head], progress: Callable[[int, int], None]) -> list[Seen]:
        """Type folders: one request for each 25 of them while nothing changed."""
        known = [head for head in heads if head.is_ready]
        seen = self._changed(known) if known else []
        return [*seen, *(self.whole(head, progress) for head in heads if not head.is_ready)]

    def whole(self, head: Head, progress: Callable[[int, int], None] = lambda _done, _total: None) -> Seen:
        """The folder from its first child to its last: the first listing, or a folder of a few files."""
        return self._whole(head, self._page(Ask(head.folder)), progress)

    def small(self, heads: Sequence[Head]) -> list[Seen]:
        """Sub-folders, whole; those of a page or less in one request for each 50."""
        pages = self.disk.pages([Ask(head.folder) for head in heads]) if heads else []
        return [self._whole(head, page) for head, page in zip(heads, pages, strict=True)]

    def again(self, heads: Sequence[Head], after: str, budget: int) -> tuple[list[Seen], str]:
        """List shelves anew, those after `after`, for at most `budget` commands; and the last, "" at the end."""
        chosen, last = _in_turn(heads, after, budget)
        known = self.shelves.children([key for _, key in chosen])
        seen = {head.folder: Seen(head, total=head.total, partial=True) for head, _ in chosen}
        asked = [(head, *one) for head, key in chosen for one in _asks(head, key, known[key])]
        pages = self.disk.pages([ask for _, ask, _ in asked])
        for (head, ask, part), page in zip(asked, pages, strict=True):
            self._compared(seen[head.folder], page, ask, part, _merged(known.values()))
        return list(seen.values()), last

    def _changed(self, heads: Sequence[Head]) -> list[Seen]:
        asks = [ask for head in heads for ask in (Ask(head.folder, _since(head)), Ask(head.folder, newest=True))]
        pages = self.disk.pages(asks)
        seen = []
        for head, changed, newest in zip(heads, pages[::2], pages[1::2], strict=True):
            if isinstance(changed, str):
                seen.append(Seen(head, unseen=changed))
            elif isinstance(newest, str):
                seen.append(Seen(head, unseen=newest))
            else:
                seen.append(self._since_last(head, changed, newest))
        return seen

    def _since_last(self, head: Head, changed: Listing, newest: Listing) -> Seen:
        try:
            return self._compared_since(head, changed, newest)
        except Blind as blind:
            return Seen(head, unseen=blind.why, partial=True)

    def _compared_since(self, head: Head, changed: Listing, newest: Listing) -> Seen:
        seen = Seen(head, total=newest.total)
        listed = list(self._rest(Ask(head.folder, _since(head)), changed))
        children = [*listed, *self._unknown(head, newest, {child.id for child in listed})]
        known = self.shelves.children(self.shelves.keys_of(head, [child.id for child in children])) if children else {}
        on_shelves = _merged(known.values())
        seen.take({child.id: child for child in children}.values(), on_shelves)
        added = sum(one not in on_shelves for one, entry in seen.changes.items() if entry is not None)
        if newest.total and newest.total != head.total + added:
            self._hunt(seen)
        return seen

    def _unknown(self, head: Head, newest: Listing, listed: Collection[int]) -> Iterator[DiskFile | DiskFolder]:
        """Children with ids above all we know: of the newest page, and of those before it while all are new. Not those
        that were listed as changed: they come fifty pages a request, these one.
        """
        page, start = newest, 0
        while True:
            fresh = [child for child in _children(page) if child.id > head.last and child.id not in listed]
            yield from fresh
            if len(fresh) < PAGE:
                return
            start += PAGE
            page = self._listing(Ask(head.folder, newest=True, start=start))

    def _hunt(self, seen: Seen) -> None:
        """Whose total differs, shelf by shelf; those are listed anew."""
        head = seen.head
        if not head.shelves:
            seen.take(self._rest(Ask(head.folder)), {})
            return
        spans = _spans(head)
        pages = self.disk.pages([Ask(head.folder, first=first, last=last) for _, first, last in spans])
        apart = [
            (key, first, last)
            for (key, first, last), page, number in zip(spans, pages, (n for _, _, n in head.shelves), strict=True)
            if _listed(page).total != number
        ]
        known = self.shelves.children([key for key, _, _ in apart])
        for key, first, last in apart:
            children = list(self._rest(Ask(head.folder, first=first, last=last)))
            seen.take(children, known[key])
            there = {child.id for child in children}
            seen.miss((one for one in known[key] if one not in there), known[key])

    def _compared(self, seen: Seen, page: Listing | Unseen, ask: Ask, part: Sequence[int], known: Children) -> None:
        """One range of ids listed again."""
        try:
            children = list(self._rest(ask, _listed(page)))
        except Blind as blind:
            seen.unseen = blind.why
            if blind.why == "missing":
                seen.miss(part, known)
            return
        seen.take(children, known)
        there = {child.id for child in children}
        seen.miss((one for one in part if one not in there), known)

    def _whole(
        self, head: Head, page: Listing | Unseen, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Seen:
        try:
            return self._listed_whole(head, _listed(page), progress)
        except Blind as blind:
            return self._unseen(head, blind.why)

    def _listed_whole(self, head: Head, page: Listing, progress: Callable[[int, int], None]) -> Seen:
        seen, known = Seen(head, total=page.total), self.shelves.all_children(head)
        children = {}
        for child in self._rest(Ask(head.folder), page):
            children[child.id] = child
            if len(children) % (PAGE * COMMANDS) == 0:
                progress(len(children), page.total)
        seen.take(children.values(), known)
        # Somebody works there while we list: what is missing is only told by a listing that is whole.
        if len(children) >= page.total:
            seen.miss((one for one in known if one not in children), known)
        else:
            seen.cut, seen.partial = len(children) < self._listing(Ask(head.folder)).total, True
        return seen

    def _unseen(self, head: Head, why: Unseen) -> Seen:
        """With a folder that is gone its files are; of one that is not ours to read nothing is known."""
        seen = Seen(head, unseen=why, partial=True)
        if why == "missing":
            known = self.shelves.all_children(head)
            seen.miss(known, known)
        return seen

    def _rest(self, ask: Ask, page: Listing | None = None) -> Iterator[DiskFile | DiskFolder]:
        """All pages of what is asked, 50 pages a request after the first."""
        page = page or self._listing(ask)
        yield from _children(page)
        starts = range(PAGE, page.total, PAGE)
        for at in range(0, len(starts), COMMANDS):
            asks = [_from(ask, start) for start in starts[at : at + COMMANDS]]
            for further in self.disk.pages(asks):
                yield from _children(_listed(further))

    def _page(self, ask: Ask) -> Listing | Unseen:
        return self.disk.pages([ask])[0]

    def _listing(self, ask: Ask) -> Listing:
        return _listed(self._page(ask))


def _listed(page: Listing | Unseen) -> Listing:
    if isinstance(page, str):
        raise Blind(page)
    return page


def _children(page: Listing) -> Iterator[DiskFile | DiskFolder]:
    yield from page.files
    yield from page.folders


def _since(head: Head) -> datetime:
    return moments.parse(head.seen_at) - OVERLAP


def _from(ask: Ask, start: int) -> Ask:
    return Ask(ask.folder, ask.changed_since, ask.first, ask.last, ask.name, ask.newest, start)


def _merged(shelves: Iterable[Children]) -> Children:
    whole: Children = {}
    for shelf in shelves:
        whole |= shelf
    return whole


def _spans(head: Head) -> list[tuple[str, DiskId | None, DiskId | None]]:
    """Ranges of ids without gaps: each shelf reaches to where the next begins, the first from the first id there is."""
    firsts = [first for _, first, _ in head.shelves]
    ends = [*(DiskId(first - 1) for first in firsts[1:]), None]
    return [
        (key, DiskId(first) if number else None, end)
        for number, ((key, first, _), end) in enumerate(zip(head.shelves, ends, strict=True))
    ]


def _asks(head: Head, key: str, shelf: Children) -> list[tuple[Ask, list[int]]]:
    """A shelf in pages of ids without gaps, open at both ends of the folder: what came since falls into one of them."""
    ids = sorted(shelf)
    parts = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)] or [[]]
    place = next((number for number, one in enumerate(head.shelves) if one[0] == key), 0)
    behind = head.shelves[place + 1][1] if place + 1 < len(head.shelves) else None
    begins = [DiskId(part[0]) if part else None for part in parts]
    ends = [*begins[1:], DiskId(behind) if behind is not None else None]
    lasts = [DiskId(end - 1) if end is not None else None for end in ends]
    firsts = [None if place == 0 and number == 0 else begin for number, begin in enumerate(begins)]
    return [
        (Ask(head.folder, first=first, last=last), part) for first, last, part in zip(firsts, lasts, parts, strict=True)
    ]


def _in_turn(heads: Sequence[Head], after: str, budget: int) -> tuple[list[tuple[Head, str]], str]:
    """Shelves after the one named, as many as the commands allow; "" when there are none left."""
    places = [
        (head, key, -(-number // PAGE) or 1)
        for head in heads
        for key, _, number in head.shelves or [(f"{head.folder}:none", 0, 0)]
    ]
    keys = [key for _, key, _ in places]
    left = places[keys.index(after) + 1 :] if after in keys else places
    chosen: list[tuple[Head, str]] = []
    for head, key, commands in left:
        if commands > budget:
            return chosen, chosen[-1][1] if chosen else key
        budget -= commands
        chosen.append((head, key))
    return chosen, ""


def by_mapping(seen: Iterable[Seen]) -> Mapping[str, list[Seen]]:
    """What was seen of each mapping's folders together."""
    found: dict[str, list[Seen]] = {}
    for one in seen:
        found.setdefault(one.head.mapping, []).append(one)
    return found


def folders_of(seen: Iterable[Seen]) -> list[FolderId]:
    """Sub-folders touched since the last look."""
    return [folder.id for one in seen for folder in one.folders]
