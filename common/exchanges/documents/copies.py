"""Conflict copies: the losing bytes beside the file, verified before anything is overwritten (rules, Documents)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from common.errors import NameTaken, TryLater
from common.exchanges.documents.names import Spelled, copy_names
from common.exchanges.documents.transfer import hashed, of_disk, proved
from common.model import moments
from common.model.documents import Content, DiskFile, DiskId
from common.ports import Clock, Store, Write
from common.ports.disk import Ask, Disk

COPIES = "conflict_copies"
_TOGETHER = 5
"""Names looked up in one request; more than so many different copies of one file in a day are rare."""
_MOST = 200


@dataclass(frozen=True)
class Copies:
    """Known by id: not synchronised, and a user's own file of such a name is none."""

    store: Store
    disk: Disk
    spelled: Spelled
    clock: Clock

    def known(self, ids: Sequence[DiskId]) -> dict[DiskId, Mapping[str, Any]]:
        """Of these objects those that are our copies, in one round trip."""
        found = self.store.get_many(COPIES, [str(one) for one in ids]) if ids else {}
        return {DiskId(int(key)): one.data for key, one in found.items()}

    def edited(self, file: DiskFile) -> bool:
        """Note that a user has edited a copy; False when that is known, or nothing was edited."""
        found = self.store.get(COPIES, str(file.id))
        if found is None or found.data["content"] == file.content:
            return False
        edited = {"content": file.content, "edited_by": file.updated_by, "edited_at": moments.text(self.clock.now())}
        self.store.write(Write(COPIES, str(file.id), {**found.data, **edited}, found.version))
        return True

    def keep(
        self,
        record: str,
        losing: DiskFile,
        sha256: str,
        day: date,
        under_way: Mapping[str, Any] | None,
        begin: Callable[[dict[str, Any]], None],
    ) -> DiskFile:
        """The copy of these bytes: the one that is there already, or a new one, read back and proved.

        under_way   what an attempt that died said to `begin`: a copy of that name and content is ours
        """
        kept = self._kept(record, losing.size, sha256)
        if kept is not None:
            return kept
        for names in self._groups(losing, day):
            for name, there in self._looked(losing, names).items():
                if there is None:
                    begin({"name": name, "sha256": sha256})
                    made = self._made(losing, sha256, name)
                    if made is not None:
                        return self._remembered(record, made, sha256)
                elif self._is_this(there, losing, sha256, under_way):
                    return self._remembered(record, there, sha256)
        raise TryLater("copy_names_taken", 3600.0)

    def _kept(self, record: str, size: int, sha256: str) -> DiskFile | None:
        """Identical bytes are kept once, though a user may have renamed or moved the copy."""
        known = self.store.query(COPIES, [("record", "==", record)])
        contents = {DiskId(int(one.key)): one.data["content"] for one in known if one.data["sha256"] == sha256}
        there = self.disk.files(list(contents)) if contents else {}
        alive = (file for file in there.values() if file is not None and not file.trashed)
        return next((file for file in alive if file.content == contents[file.id] and file.size == size), None)

    def keep_revision(self, record: str, file: DiskFile, revision: int, day: date) -> DiskFile | None:
        """The copy of an earlier content that nobody else keeps; None when Disk does not have it any more."""
        content = self._revision(file.id, revision)
        if content is None:
            return None
        kept = self._kept(record, content.size, content.sha256)
        if kept is not None:
            return kept
        for name in (name for group in self._groups(file, day) for name in group):
            try:
                made = self.disk.upload(file.folder, name, content)
            except NameTaken:
                continue
            return self._remembered(record, made, content.sha256)
        raise TryLater("copy_names_taken", 3600.0)

    def _revision(self, file: DiskId, revision: int) -> Content | None:
        """Read once for its length and hash, before it is read for sending."""
        opened = self.disk.open_revision(file, revision)
        if opened is None:
            return None
        digest, size = hashlib.sha256(), 0
        with opened as chunks:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
        sha256 = digest.hexdigest()

        @contextmanager
        def again() -> Iterator[Iterator[bytes]]:
            opened = self.disk.open_revision(file, revision)
            if opened is None:
                raise TryLater("history_gone", 1.0)
            with opened as chunks:
                yield proved(chunks, size, sha256)

        return Content(size, sha256, again)

    def _groups(self, losing: DiskFile, day: date) -> list[list[str]]:
        names = [self.spelled(name) for name in islice(copy_names(losing.name, day), _MOST)]
        return [names[start : start + _TOGETHER] for start in range(0, len(names), _TOGETHER)]

    def _looked(self, losing: DiskFile, names: Sequence[str]) -> dict[str, DiskFile | None]:
        """What stands under each name; a folder of that name counts as a stranger's file."""
        found: dict[str, DiskFile | None] = {}
        pages = self.disk.pages([Ask(losing.folder, name=name) for name in names])
        for name, page in zip(names, pages, strict=True):
            if isinstance(page, str):
                raise TryLater(f"folder_{page}", 60.0)
            if not page.folders:
                found[name] = page.files[0] if page.files else None
        return found

    def _is_this(self, there: DiskFile, losing: DiskFile, sha256: str, under_way: Mapping[str, Any] | None) -> bool:
        """Identical bytes are kept once: a copy of ours, or one whose making was not remembered."""
        known = self.known([there.id]).get(there.id)
        if known is not None:
            return bool(known["sha256"] == sha256 and known["content"] == there.content)
        if there.size != losing.size or under_way is None or under_way["sha256"] != sha256:
            return False
        return bool(self.spelled(under_way["name"]) == there.name) and hashed(self.disk, there)[1] == sha256

    def _made(self, losing: DiskFile, sha256: str, name: str) -> DiskFile | None:
        """None when somebody has just taken the name."""
        try:
            made = self.disk.upload(losing.folder, name, of_disk(self.disk, losing, sha256))
        except NameTaken:
            return None
        now, kept = hashed(self.disk, made)
        if kept != sha256:
            raise TryLater("copy_not_proved", 1.0)
        return now

    def _remembered(self, record: str, copy: DiskFile, sha256: str) -> DiskFile:
        kept = {"record": record, "sha256": sha256, "name": copy.name, "content": copy.content}
        self.store.write(Write(COPIES, str(copy.id), {**kept, "at": moments.text(self.clock.now())}))
        return copy
