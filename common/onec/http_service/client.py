"""1C:DM for the documents exchange: `common.ports.archive.Archive` over the HTTP service."""

from __future__ import annotations

from hashlib import sha256

from common.model.documents import Content, DocumentId, Kept, OnecFile, OnecUserId
from common.onec.http_service import keys, wire
from common.onec.http_service.faults import Asked
from common.onec.http_service.reading import ArchiveReader, path_id, readable
from common.ports.archive import Shown

_SHOWN_ON = ("document", "file", "order", "route")


class OnecArchive(ArchiveReader):
    """Reads as `ArchiveReader`. Every write carries its idempotency key: calling it again is safe for 7 days."""

    def add_file(
        self, document: DocumentId, name: str, content: Content, mark: str, comment: str, person: OnecUserId | None
    ) -> Kept:
        """A new file of a document, streamed. A repetition is known by mark and bytes, whatever name it comes with."""
        asked = Asked("POST", f"/v1/documents/{path_id(document)}/files", "new_file", name)
        key = keys.of_new(asked.method, asked.resource, mark, content.sha256)
        headers = {**wire.file_headers(name, comment, person), "Idempotency-Key": key}
        return readable(asked, self._transport.send(asked, content, headers), wire.kept)

    def add_version(self, file: OnecFile, content: Content, comment: str, person: OnecUserId | None) -> Kept:
        """A new version of a file, streamed, if it is still as read."""
        asked = Asked("POST", f"/v1/files/{path_id(file.id)}/versions", "file", file.name)
        headers = {
            **wire.file_headers(file.name, comment, person),
            **_on_version(asked, file.data_version, content.sha256),
        }
        return readable(asked, self._transport.send(asked, content, headers), wire.kept)

    def rename(self, file: OnecFile, name: str) -> OnecFile:
        """If it is still as read."""
        asked = Asked("PATCH", f"/v1/files/{path_id(file.id)}", "file", name)
        body = wire.encode({"name": name})
        headers = _on_version(asked, file.data_version, sha256(body).hexdigest())
        return readable(asked, self._transport.write(asked, body, headers), wire.file)

    def show(self, kind: str, id: str, bitrix_id: str, url: str, state: Shown, text: str) -> None:
        """What the 1C card shows of its twin. Raises `TryLater` when the object is gone: it moved on.

        Setting it is harmless to repeat, and it comes back to earlier values: a key made of its content would have 1C
        answer from memory and show what was before. So each call has a key of its own.
        """
        if kind not in _SHOWN_ON:
            raise ValueError(kind)
        asked = Asked("PUT", f"/v1/links/{kind}/{path_id(id)}")
        body = wire.encode({"bitrix_id": bitrix_id, "url": url, "state": state, "text": text})
        key = keys.of_new(asked.method, asked.resource, self._transport.new_id(), sha256(body).hexdigest())
        self._transport.write(asked, body, {"Idempotency-Key": key})


def _on_version(asked: Asked, data_version: str, body_sha256: str) -> dict[str, str]:
    key = keys.of_change(asked.method, asked.resource, data_version, body_sha256)
    return {"If-Match": data_version, "Idempotency-Key": key}
