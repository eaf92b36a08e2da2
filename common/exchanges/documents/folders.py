"""Which folder a document's files belong in, and whose folder it is: sub-folders are made once and kept by id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from common.errors import NameTaken, TryLater
from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.names import Spelled, subfolder_names
from common.model.documents import Card, Client, DocumentId, FolderId
from common.model.ids import RuleId
from common.ports import Store, Write
from common.ports.disk import Disk

FOLDERS = "document_folders"


@dataclass(frozen=True, slots=True)
class Whose:
    """A document's own sub-folder."""

    rule: RuleId
    document: DocumentId


@dataclass(frozen=True)
class Folders:
    store: Store
    disk: Disk
    spelled: Spelled
    company: Callable[[Client | None], str]
    """What the CRM calls a counterparty; raises NeedsPerson when nobody knows."""
    zone: str

    def of(self, rule: DocumentRule, card: Card) -> FolderId:
        """The folder of the type, or the document's own in it, made when it is first needed (rules, Documents)."""
        if not rule.subfolder:
            return rule.folder
        found = self.store.get(FOLDERS, _of(rule, card.id))
        if found is not None and found.data["parent"] == rule.folder:
            return FolderId(found.data["folder"])
        return self._made(rule, card)

    def whose(self, folders: Sequence[FolderId]) -> dict[FolderId, Whose]:
        """Of these folders those that are a document's own."""
        found = self.store.get_many(FOLDERS, [_at(one) for one in dict.fromkeys(folders)]) if folders else {}
        read = {key: document.data for key, document in found.items()}
        return {
            FolderId(int(key.removeprefix("at:"))): Whose(RuleId(data["rule"]), DocumentId(data["document"]))
            for key, data in read.items()
        }

    def forget(self, rule: DocumentRule, document: DocumentId) -> None:
        """The folder is gone from Disk: the next file makes another."""
        found = self.store.get(FOLDERS, _of(rule, document))
        if found is not None:
            gone = Write(FOLDERS, _of(rule, document), None, found.version)
            self.store.write(gone, Write(FOLDERS, _at(FolderId(found.data["folder"])), None))

    def _made(self, rule: DocumentRule, card: Card) -> FolderId:
        company = self.company(card.client) if "{company}" in rule.subfolder else ""
        for name in subfolder_names(rule, card, company, self.zone, self.spelled):
            try:
                folder = self.disk.make_folder(rule.folder, name).id
            except NameTaken:
                continue  # a file of a user's has the name
            owner = self.whose([folder]).get(folder)
            if owner is None or owner.document == card.id:
                here = {"folder": folder, "parent": rule.folder, "rule": rule.id, "document": card.id}
                self.store.write(Write(FOLDERS, _of(rule, card.id), here), Write(FOLDERS, _at(folder), here))
                return folder
        raise TryLater("subfolder_taken", 60.0)


def _of(rule: DocumentRule, document: DocumentId) -> str:
    return f"of:{rule.id}:{document}"


def _at(folder: FolderId) -> str:
    return f"at:{folder}"
