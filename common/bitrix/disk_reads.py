"""What lies on Disk: pages of folders, files and folders as they are now (facts bitrix24 §6.1, §6.2, §6.6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from common.bitrix import batch, bodies, disk_wire
from common.bitrix.batch import Command, Outcome
from common.bitrix.client import BitrixClient
from common.bitrix.disk_wire import Row
from common.bitrix.faults import Fault, understood
from common.errors import NeedsPerson
from common.model.documents import DiskFile, DiskFolder, DiskId, FolderId, Listing
from common.ports.disk import Ask, Unseen

_Id = TypeVar("_Id", DiskId, FolderId)
_Noun = TypeVar("_Noun", DiskFile, DiskFolder)
_Not = Fault | NeedsPerson
"""Why one of several objects was not read."""


class Reads:
    """The part of the `Disk` port that reads what is there."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def pages(self, asked: Sequence[Ask]) -> list[Listing | Unseen]:
        """One request for each 50, one for each name with a `$`, one for each 50 folders that showed nothing at all.

        A folder that we may not read or that lies in the trash may give the same page as an empty one, for only
        readable and living children are listed (facts §6.2, §6.8). So one that showed nothing is read itself.
        """
        found = self._listed(asked)
        pages = list(zip((ask.folder for ask in asked), found, strict=True))
        shown = {folder for folder, page in pages if isinstance(page, str) or page.total}
        unseen = self._unseen([folder for folder in dict.fromkeys(ask.folder for ask in asked) if folder not in shown])
        return [unseen.get(folder, page) for folder, page in pages]

    def files(self, ids: Sequence[DiskId], readable: bool = False) -> dict[DiskId, DiskFile | None]:
        """One request for each 50."""
        found = self._each(disk_wire.FILE, ids, disk_wire.file)
        if readable:
            found = {number: one for number, one in found.items() if not (_is_closed(one) or _is_odd(one))}
        return {number: self._or_none(one, disk_wire.FILE) for number, one in found.items()}

    def folders(self, ids: Sequence[FolderId]) -> dict[FolderId, DiskFolder | None]:
        """One request for each 50."""
        found = self._each(disk_wire.FOLDER, ids, disk_wire.folder)
        return {
            number: None if _is_closed(one) else self._or_none(one, disk_wire.FOLDER) for number, one in found.items()
        }

    def storage_folder(self, storage: int) -> FolderId | None:
        """One request."""
        found = self._client.tried(disk_wire.STORAGE, bodies.as_json({"id": storage}))
        if isinstance(found, Fault):
            if disk_wire.is_missing(found):
                return None
            raise disk_wire.refusal(found, disk_wire.STORAGE)
        with understood(disk_wire.STORAGE):
            return FolderId(int(found.result["ROOT_OBJECT_ID"]))

    def _listed(self, asked: Sequence[Ask]) -> list[Listing | Unseen]:
        """In a batch, but for names that could be taken for a reference."""
        batched = {f"p{number}": disk_wire.children(ask) for number, ask in enumerate(asked) if batch.is_safe(ask.name)}
        outcomes = self._client.batches(batched)
        return [_page(outcomes.get(f"p{number}") or self._alone(ask), ask) for number, ask in enumerate(asked)]

    def _alone(self, ask: Ask) -> Outcome:
        command = disk_wire.children(ask)
        found = self._client.tried(command.method, bodies.as_json(command.params))
        return Outcome(fault=found) if isinstance(found, Fault) else Outcome(found.result, found.total)

    def _unseen(self, folders: Sequence[FolderId]) -> dict[FolderId, Unseen]:
        found = self._each(disk_wire.FOLDER, folders, disk_wire.folder)
        words: dict[FolderId, Unseen] = {}
        for number, one in found.items():
            if isinstance(one, Fault):
                words[number] = _why(one)
            elif isinstance(one, NeedsPerson):
                words[number] = "unreadable"
            elif one.trashed:
                words[number] = "missing"
        return words

    def _each(self, method: str, ids: Sequence[_Id], read: Callable[[Row], _Noun]) -> dict[_Id, _Noun | _Not]:
        """One odd row says nothing of the others."""
        commands = {f"o{number}": Command(method, {"id": number}) for number in dict.fromkeys(ids)}
        outcomes = self._client.batches(commands)
        return {number: _noun(method, outcomes[f"o{number}"], read) for number in ids}

    @staticmethod
    def _or_none(found: _Noun | _Not, method: str) -> _Noun | None:
        if isinstance(found, NeedsPerson):
            raise found
        if not isinstance(found, Fault):
            return found
        if disk_wire.is_missing(found):
            return None
        raise disk_wire.refusal(found, method)


def _noun(method: str, found: Outcome, read: Callable[[Row], _Noun]) -> _Noun | _Not:
    if found.fault:
        return found.fault
    try:
        with understood(method):
            return read(found.result)
    except NeedsPerson as odd:
        return odd


def _is_closed(found: DiskFile | DiskFolder | _Not) -> bool:
    return isinstance(found, Fault) and disk_wire.is_forbidden(found)


def _is_odd(found: DiskFile | DiskFolder | _Not) -> bool:
    return isinstance(found, NeedsPerson)


def _page(found: Outcome, ask: Ask) -> Listing | Unseen:
    if found.fault:
        return _why(found.fault)
    try:
        with understood(disk_wire.CHILDREN):
            return disk_wire.listing(found.result, found.total, ask)
    except NeedsPerson:
        return "unreadable"


def _why(fault: Fault) -> Unseen:
    """Why a folder shows nothing; any other fault is raised."""
    if disk_wire.is_missing(fault):
        return "missing"
    if disk_wire.is_forbidden(fault):
        return "forbidden"
    raise disk_wire.refusal(fault, disk_wire.CHILDREN)
