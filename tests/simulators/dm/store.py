"""The tables of the base and their numbers."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import islice

from tests.simulators.dm.errors import Data
from tests.simulators.dm.records import Counterparty, Document, Effect, File, Kind, Record, User, Version


class Store:
    """Documents, files, versions and dictionaries by id. Not safe for threads by itself: the base locks."""

    def __init__(self, name: str) -> None:
        self.kinds: dict[str, Kind] = {}
        self.users: dict[str, User] = {}
        self.counterparties: dict[str, Counterparty] = {}
        self.documents: dict[str, Document] = {}
        self.files: dict[str, File] = {}
        self.versions: dict[str, Version] = {}
        self.links: dict[tuple[str, str], Data] = {}
        self.effects: list[Effect] = []
        self._order: list[Document | None] = []
        self._prefix = f"{zlib.crc32(name.encode()):08x}"
        self._ids = 0
        self._writes = 0

    def new_id(self) -> str:
        """The next GUID: the same ones in every run, others in a base of another name."""
        self._ids += 1
        # An odd factor keeps them different and puts them in no order, from the first eight letters on.
        return f"{self._ids * 0x9E3779B1 % 2**32:08x}-{self._prefix[:4]}-4000-8000-{self._prefix[4:]}{self._ids:08x}"

    def next_write(self) -> int:
        """The next row version; it is common to all tables, as in a database."""
        self._writes += 1
        return self._writes

    @property
    def next_number(self) -> int:
        """The place of the next document in lists."""
        return len(self._order)

    def add(self, document: Document) -> None:
        """Keep a new document with its files."""
        self.documents[document.id] = document
        self._order.append(document)
        for file in document.files:
            self.keep(file)

    def keep(self, file: File) -> None:
        """Make a file and its versions known by their ids."""
        self.files[file.id] = file
        self.versions.update((version.id, version) for version in file.versions)

    def drop_file(self, file: File) -> None:
        """Forget a file for good."""
        del self.files[file.id]
        for version in file.versions:
            del self.versions[version.id]
        document = self.documents[file.document_id]
        document.files = [one for one in document.files if one is not file]

    def drop(self, document: Document) -> None:
        """Forget a document for good; its files must be gone already."""
        del self.documents[document.id]
        self._order[document.number] = None

    def documents_from(self, number: int) -> Iterator[Document]:
        """Documents in the order of their creation, from this place on."""
        return (document for document in islice(self._order, number, None) if document is not None)

    def find(self, kind: str, key: str) -> Record | None:
        """An object that events and links name: `document` or `file`."""
        tables: dict[str, dict[str, Document] | dict[str, File]] = {"document": self.documents, "file": self.files}
        return tables[kind].get(key) if kind in tables else None
