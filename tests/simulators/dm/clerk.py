"""What people do in 1C itself, apart from the exchange: for tests (facts onec-dm §7.12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from tests.simulators.dm.base import DocumentManagement
from tests.simulators.dm.contents import Content
from tests.simulators.dm.editor import Editor, Upload
from tests.simulators.dm.moments import whole
from tests.simulators.dm.records import Action, Actor, Counterparty, Document, File, Kind, State, StateRow, Version

_WORDS: dict[State, list[tuple[Action, str]]] = {
    "draft": [],
    "on_approval": [("approval", "НаСогласовании")],
    "approved": [("approval", "Согласован")],
    "rejected": [("approval", "НеСогласован")],
    "on_revision": [("approval", "НеСогласован")],
    "signed": [("approval", "Согласован"), ("signing", "Подписан")],
    "archived": [("archive", "ВАрхиве")],
}
"""1C's own words for a derived state (facts §2.4); the author's check-up that makes `on_revision` is a route's."""

Found = TypeVar("Found", Document, File)


class Clerk:
    """A 1C user. Documents, files and versions are given as records or as ids; what is returned is the live record."""

    def __init__(
        self, dm: DocumentManagement, name: str = "Иванова Мария", email: str | None = "ivanova@example.ru"
    ) -> None:
        known = (user for user in dm.store.users.values() if (user.name, user.email) == (name, email))
        self.dm, self.user = dm, next(known, None) or dm.add_user(name, email)

    @property
    def user_id(self) -> str:
        """The id of this person."""
        return self.user.id

    # -- documents

    def add_document(
        self,
        kind: Kind | str | None = None,
        title: str = "Договор",
        reg_number: str | None = None,
        state: State = "draft",
        *,
        reg_date: datetime | None = None,
        counterparty: Counterparty | None = None,
        responsible_id: str | None = None,
        folder_id: str | None = None,
    ) -> Document:
        """A new card; the first kind of the base unless one is given (record, id or name)."""
        with self.dm.lock:
            document = Document(
                self.dm.store.new_id(), 0, self.dm.clock(), self.user_id,
                number=self.dm.store.next_number, kind=self._kind(kind), title=title, author_id=self.user_id,
                reg_number=reg_number, reg_date=reg_date, state=state, states=self._states(state, None),
                counterparty=counterparty, responsible_id=responsible_id or self.user_id, folder_id=folder_id,
            )  # fmt: skip
            return self._editor().add_document(document)

    def change(self, document: Document | str, **fields: object) -> None:
        """Set `title`, `reg_number`, `reg_date`, `counterparty`, `responsible_id` or `folder_id` of a card."""
        with self.dm.lock:
            self._editor().change(self._document(document), **fields)

    def set_state(
        self, document: Document | str, state: State, states: Iterable[tuple[Action, str]] | None = None
    ) -> None:
        """Give the derived state and what 1C has for it: pairs of action and 1C's word, by default those of facts."""
        with self.dm.lock:
            rows = self._states(state, states)
            self._editor().change(self._document(document), state=state, states=rows)

    def move_document_kind(self, document: Document | str, kind: Kind | str) -> None:
        """Another kind for a document."""
        self.change(document, kind=self._kind(kind))

    # -- files

    def add_file(
        self, document: Document | str, name: str, data: bytes | Content, comment: str | None = None,
        store_versions: bool = True,
    ) -> File:  # fmt: skip
        """A new file with its first version; a name that exists already is legal."""
        with self.dm.lock:
            owner = self._document(document)
            return self._editor().add_file(owner, name, Upload(_content(data), comment), store_versions)

    def edit_file(self, file: File | str, data: bytes | Content, comment: str | None = None) -> Version:
        """Put another version; equal bytes make none (facts §1.7)."""
        with self.dm.lock:
            found, content = self._file(file), _content(data)
            if found.current.content.sha256 == content.sha256:
                return found.current
            return self._editor().add_version(found, Upload(content, comment))

    def rename_file(self, file: File | str, name: str) -> None:
        """Another name, with extension."""
        self._set(file, name=name)

    def set_current_version(self, file: File | str, version: Version | str | int) -> None:
        """Move the pointer, also back; the version as record, id or number."""
        with self.dm.lock:
            found = self._file(file)
            self._editor().change_file(found, current=_version(found, version))

    def delete_version(self, file: File | str, version: Version | str | int) -> None:
        """Remove a version that is not the current one; leaves a gap in the numbers."""
        with self.dm.lock:
            found = self._file(file)
            gone = _version(found, version)
            if gone is found.current:
                raise ValueError("the current version cannot be deleted")
            self._editor().drop_version(found, gone)

    def set_store_versions(self, file: File | str, store: bool) -> None:
        """Whether new bytes make a version or overwrite the current one."""
        self._set(file, store_versions=store)

    def sign(self, file: File | str, signed: bool = True) -> None:
        """Sign a file, or take the signature off."""
        self._set(file, signed=signed)

    def encrypt(self, file: File | str, encrypted: bool = True) -> None:
        """Encrypt a file, or decrypt it."""
        self._set(file, encrypted=encrypted)

    def capture(self, file: File | str) -> None:
        """Take a file for editing; the exchange gets 423 until `release`."""
        self._set(file, locked_by=self.user_id, locked_since=whole(self.dm.clock()))

    def release(self, file: File | str) -> None:
        """Give a captured file back."""
        self._set(file, locked_by=None, locked_since=None)

    def lose_content(self, version: Version | str) -> None:
        """The volume no longer has the bytes of a version; its record stays."""
        with self.dm.lock:
            self.dm.lost_contents.add(version.id if isinstance(version, Version) else version)

    # -- both

    def mark_deleted(self, record: Document | File | str, deleted: bool = True) -> None:
        """Set or take off the deletion mark."""
        with self.dm.lock:
            self._editor().mark(self._record(record), deleted)

    def purge(self, record: Document | File | str) -> None:
        """Remove for good, a document with its files."""
        with self.dm.lock:
            self._editor().purge(self._record(record))

    def open_card(self, record: Document | File | str) -> None:
        """Keep the card open: writes of the exchange get a 423 that may be repeated. No event."""
        with self.dm.lock:
            found = self._record(record)
            found.opened_by, found.opened_since = self.user_id, whole(self.dm.clock())

    def close_card(self, record: Document | File | str) -> None:
        """Close the card."""
        with self.dm.lock:
            found = self._record(record)
            found.opened_by = found.opened_since = None

    # -- inner

    def _editor(self) -> Editor:
        return self.dm.editor(Actor(self.user_id, "user"))

    def _set(self, file: File | str, **fields: object) -> None:
        with self.dm.lock:
            self._editor().change_file(self._file(file), **fields)

    def _document(self, of: Document | str) -> Document:
        return of if isinstance(of, Document) else self.dm.store.documents[of]

    def _file(self, of: File | str) -> File:
        return of if isinstance(of, File) else self.dm.store.files[of]

    def _record(self, of: Document | File | str) -> Document | File:
        if not isinstance(of, str):
            return of
        return self.dm.store.files.get(of) or self.dm.store.documents[of]

    def _kind(self, of: Kind | str | None) -> Kind:
        if isinstance(of, Kind):
            return of
        return next(kind for kind in self.dm.kinds if of is None or of in (kind.id, kind.name))

    def _states(self, state: State, given: Iterable[tuple[Action, str]] | None) -> list[StateRow]:
        moment = whole(self.dm.clock())
        rows = _WORDS[state] if given is None else given
        return [StateRow(action, word, moment) for action, word in rows]


def _content(data: bytes | Content) -> Content:
    return data if isinstance(data, Content) else Content(data)


def _version(file: File, of: Version | str | int) -> Version:
    return next(one for one in file.versions if one is of or of in (one.id, one.number))
