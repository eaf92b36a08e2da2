"""A base of 1C:DM for contract tests: a clerk, and a client whose every exchange is held to the description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from tests.clock import ManualClock
from tests.contract.dm_schema import checked
from tests.simulators.dm import Clerk, Document, DocumentManagement, File
from tests.simulators.dm.testing import Signer, connect, key, upload
from tests.simulators.web import transport


class DmLab:
    """`client` calls the base as the functions would; `clerk` works in 1C."""

    def __init__(self, **options: Any) -> None:
        self.clock = ManualClock()
        self.dm = DocumentManagement(self.clock.now, self.clock.sleep, **options)
        self.client = connect(self.dm, checked(transport(self.dm)))
        self.clerk = Clerk(self.dm)

    @property
    def signer(self) -> Signer:
        """How the client signs."""
        found = self.client.auth
        assert isinstance(found, Signer)
        return found

    def document(self, title: str = "Договор 17") -> Document:
        """A document of the first kind."""
        return self.clerk.add_document(title=title)

    def file(self, data: bytes = b"one", name: str = "Договор 17.docx") -> File:
        """A file of a new document."""
        return self.clerk.add_file(self.document(), name, data)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that succeeds."""
        answer = self.client.get(f"/v1{path}", params=params or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post_file(self, document: Document, data: bytes, name: str, mark: str = "1", **more: Any) -> httpx.Response:
        """Send a new file."""
        return self.client.post(
            f"/v1/documents/{document.id}/files", content=data, headers=upload(data, name, mark, **more)
        )

    def post_version(self, file: File, data: bytes, match: str | None = None, **more: Any) -> httpx.Response:
        """Send a new version for the present state of the file, or for `match`."""
        known = match or self.get(f"/files/{file.id}")["data_version"]
        headers = upload(data, match=known, **more)
        return self.client.post(f"/v1/files/{file.id}/versions", content=data, headers=headers)

    def rename(self, file: File, name: str, match: str | None = None) -> httpx.Response:
        """Send another name."""
        known = match or self.get(f"/files/{file.id}")["data_version"]
        headers = {"If-Match": known, "Idempotency-Key": key(f"{known}{name}")}
        return self.client.patch(f"/v1/files/{file.id}", json={"name": name}, headers=headers)

    def events(self) -> list[tuple[str, str, str]]:
        """Event, object and origin of all that is numbered, after a tick."""
        self.dm.number_events()
        items = self.get("/changes")["items"]
        return [(item["event"], item["object"]["id"], item["origin"]) for item in items]

    def writes(self) -> list[str]:
        """The kinds of real changes made through the exchange."""
        return [effect.kind for effect in self.dm.effects]


def error(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]


def details(answer: httpx.Response) -> Mapping[str, Any]:
    """What a refusal tells besides."""
    found: Mapping[str, Any] = answer.json()["error"]["details"]
    return found
