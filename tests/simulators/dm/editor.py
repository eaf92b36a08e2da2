"""Changes of documents and files: what is written, and the rows the subscription writes with it (contract §3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tests.simulators.dm.contents import Content
from tests.simulators.dm.feed import Feed, Row
from tests.simulators.dm.moments import whole
from tests.simulators.dm.records import Actor, Document, File, Kind, Record, Version
from tests.simulators.dm.store import Store
from tests.simulators.dm.switches import Switches

_WIRE_NAMES = {"current": "current_version_id"}


@dataclass(frozen=True)
class Upload:
    """Bytes somebody gives, and what is told about them."""

    content: Content
    comment: str | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True)
class Editor:
    """Writes in the name of one actor; the exchange and the clerks both write through it."""

    store: Store
    feed: Feed
    switches: Switches
    now: Callable[[], datetime]
    actor: Actor

    def add_document(self, document: Document) -> Document:
        """Keep a new card; `document.created`."""
        self.store.add(document)
        self._touch(document)
        self._tell("document.created", document, (document.kind,))
        return document

    def change(self, document: Document, **fields: object) -> None:
        """Set attributes of a card; `document.changed` with the names of those that differ, if any."""
        kinds = document.kind
        changed = _set(document, fields)
        if changed:
            self._touch(document)
            self._tell("document.changed", document, (kinds, document.kind), changed)

    def add_file(self, document: Document, name: str, upload: Upload, store_versions: bool = True) -> File:
        """A new file with its first version; `file.changed`."""
        key, moment = self.store.new_id(), whole(self.now())
        version = self._version(self.store.new_id(), key, 1, upload)
        file = File(
            key, 0, moment, self.actor.user_id,
            document_id=document.id, name=name, current=version, versions=[version], store_versions=store_versions,
        )  # fmt: skip
        document.files.append(file)
        self.store.keep(file)
        self._file_written(file, ("name", "current_version_id"))
        return file

    def add_version(self, file: File, upload: Upload) -> Version:
        """Another version, which becomes the current one; overwrites it where versions are not stored (facts §1.7)."""
        if file.store_versions:
            number = max((one.number for one in file.versions), default=0) + 1
            version = self._version(self.store.new_id(), file.id, number, upload)
            file.versions.append(version)
        else:
            version = self._version(file.current.id, file.id, file.current.number, upload)
            file.versions[file.versions.index(file.current)] = version
        file.current = version
        self.store.keep(file)
        self._file_written(file, ("current_version_id",))
        return version

    def change_file(self, file: File, **fields: object) -> None:
        """Set attributes of a file; `file.changed` with the names of those that differ, if any."""
        changed = _set(file, fields)
        if changed:
            self._file_written(file, changed)

    def drop_version(self, file: File, version: Version) -> None:
        """Remove an old version; its number leaves a gap."""
        file.versions.remove(version)
        del self.store.versions[version.id]
        self._file_written(file, ("versions",))

    def mark(self, record: Document | File, deleted: bool) -> None:
        """Set or take off the deletion mark; `*.deleted` or `*.changed`."""
        if record.deletion_mark != deleted:
            record.deletion_mark = deleted
            self._touch(record)
            event = f"{_type(record)}.{'deleted' if deleted else 'changed'}"
            self._tell(event, record, (self._kind(record),), ("deletion_mark",))

    def purge(self, record: Document | File) -> None:
        """Remove for good, a document with its files; `*.deleted` of each. Later reads are 404."""
        self._tell(f"{_type(record)}.deleted", record, (self._kind(record),))
        if isinstance(record, File):
            self.store.drop_file(record)
            return
        for file in list(record.files):
            self.purge(file)
        self.store.drop(record)

    def _version(self, key: str, file_id: str, number: int, upload: Upload) -> Version:
        moment, author = whole(self.now()), self.actor.user_id
        return Version(key, file_id, number, upload.content, author, moment, upload.comment, upload.modified_at)

    def _file_written(self, file: File, changed: tuple[str, ...]) -> None:
        self._touch(file)
        if self.switches.file_touches_document:
            self._touch(self.store.documents[file.document_id])
        self._tell("file.changed", file, (self._kind(file),), changed)

    def _kind(self, record: Document | File) -> Kind:
        return record.kind if isinstance(record, Document) else self.store.documents[record.document_id].kind

    def _touch(self, record: Record) -> None:
        record.data_version = self.store.next_write()
        record.updated_at, record.updated_by = whole(self.now()), self.actor.user_id

    def _tell(
        self, event: str, record: Document | File, kinds: tuple[Kind, ...], changed: tuple[str, ...] = ()
    ) -> None:
        """A row for the queue, unless none of the kinds the document has or had is selected."""
        selected = self.switches.selected_kinds
        if selected is None or any(kind.id in selected for kind in kinds):
            key, version = self.store.new_id(), record.data_version
            row = Row(key, self.now(), event, _type(record), record.id, version, self.actor, changed)
            self.feed.rows.append(row)


def _type(record: Document | File) -> str:
    return "document" if isinstance(record, Document) else "file"


def _set(record: Record, fields: dict[str, object]) -> tuple[str, ...]:
    """Set what differs; the wire names of that."""
    changed = [name for name, value in fields.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, fields[name])
    return tuple(_WIRE_NAMES.get(name, name) for name in changed)
