"""Many documents at once, for benchmarks: no events, no bytes until they are read."""

from __future__ import annotations

from tests.simulators.dm.base import DocumentManagement
from tests.simulators.dm.contents import SeededContent
from tests.simulators.dm.moments import whole
from tests.simulators.dm.records import Document, File, Kind, Version


def seed_documents(
    dm: DocumentManagement, kind: Kind | None, count: int, size: int = 1000, files: int = 1
) -> list[Document]:
    """`count` documents of a kind (the first one if None), each with `files` files of `size` bytes.

    They were there before the extension was installed: no events, and their change time is their creation time.
    """
    with dm.lock:
        return [_document(dm, kind or dm.kinds[0], size, files) for _ in range(count)]


def _document(dm: DocumentManagement, kind: Kind, size: int, files: int) -> Document:
    store, author, moment = dm.store, next(iter(dm.login_ids.values())), whole(dm.clock())
    number = store.next_number
    document = Document(
        store.new_id(), store.next_write(), moment, author,
        number=number, kind=kind, title=f"{kind.name} {number + 1}", author_id=author, reg_number=f"{number + 1:06d}",
    )  # fmt: skip
    for place in range(files):
        key = store.new_id()
        version = Version(store.new_id(), key, 1, SeededContent(key, size), author, moment)
        suffix = f" ({place + 1})" if place else ""
        file = File(
            key, store.next_write(), moment, author,
            document_id=document.id, name=f"{document.title}{suffix}.docx", current=version, versions=[version],
        )  # fmt: skip
        document.files.append(file)
    store.add(document)
    return document
