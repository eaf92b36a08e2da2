"""A simulated 1C:DM and our client of it, for the tests of the client."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256

import httpx

from common.model.documents import Content, DocumentId, FileId, OnecFile
from common.onec.http_service.client import OnecArchive
from common.onec.http_service.transport import DmTransport
from common.settings.model import DocumentManagement as Settings
from common.settings.model import Secret
from tests.clock import ManualClock
from tests.contract.dm_schema import checked
from tests.simulators.dm import Clerk, Document, DocumentManagement, File
from tests.simulators.dm.errors import Refusal
from tests.simulators.faults import Fault
from tests.simulators.web import Answer, Request, transport

SECRETS = {"2026a": Secret("0f1e2d3c4b5a69788796a5b4c3d2e1f0")}


@dataclass
class Desk:
    """One base with one document of one file; `sent` is what the client asked, head by head."""

    clock: ManualClock
    dm: DocumentManagement
    clerk: Clerk
    document: Document
    file: File
    http: httpx.Client
    sent: list[httpx.Request] = field(default_factory=list)

    def client(
        self, keys: Mapping[str, Secret] = SECRETS, password: str = "пароль", http: httpx.Client | None = None
    ) -> OnecArchive:
        """A client of a process that has asked nothing yet."""
        numbers = itertools.count(1)
        settings = Settings("http://dm.test/dm", "Обмен", Secret(password))
        sender = DmTransport(settings, keys, http or self.http, self.clock, lambda: f"r{next(numbers)}", 0.05)
        return OnecArchive(sender, self.clock)

    def warm(self) -> OnecArchive:
        """A client that knows what the base can do."""
        found = self.client()
        found.ability()
        self.sent.clear()
        return found

    def read(self, client: OnecArchive) -> OnecFile:
        """The file as the client sees it now."""
        found = client.files([self.file_id])[self.file_id]
        assert found is not None
        return found

    @property
    def document_id(self) -> DocumentId:
        return DocumentId(self.document.id)

    @property
    def file_id(self) -> FileId:
        return FileId(self.file.id)

    def asked(self) -> list[str]:
        """Method and address of each request since the last look, without what stands before `/v1`."""
        found = [f"{one.method} {one.url.raw_path.decode().removeprefix('/dm/hs/exchange')}" for one in self.sent]
        self.sent.clear()
        return found

    def fault(
        self, fault: Callable[..., Fault], *arguments: object, verb: str = "", path: str = "", **more: object
    ) -> None:
        """Script a fault for requests of this method whose path holds this."""

        def match(request: Request) -> bool:
            return request.method.startswith(verb) and path in request.path

        self.dm.faults.add(fault(*arguments, match=match, **more))


@contextmanager
def open_desk(described: bool = True) -> Iterator[Desk]:
    """A fresh base. Every message must be as described, unless a test wants to send or answer otherwise."""
    clock = ManualClock()
    dm = DocumentManagement(clock.now, clock.sleep)
    clerk = Clerk(dm)
    document = clerk.add_document("Договор", "Договор 17", "17/26", "approved")
    file = clerk.add_file(document, "Договор 17.docx", b"first", "первая")
    dm.number_events()
    with httpx.Client(transport=checked(transport(dm)) if described else transport(dm)) as http:
        desk = Desk(clock, dm, clerk, document, file, http)
        http.event_hooks = {"request": [desk.sent.append]}
        yield desk


def refusing(refusal: Refusal) -> Callable[[Request], Answer]:
    """The service's own answer, for a fault."""

    def answer(request: Request) -> Answer:
        asked = request.headers["x-request-id"]
        found = refusal.answer(asked)
        return replace(found, headers={**found.headers, "X-Request-Id": asked})

    return answer


def content(data: bytes, really: bytes | None = None, piece: int = 3) -> Content:
    """Bytes to send; `really` is what the source holds when it is read."""

    @contextmanager
    def chunks() -> Iterator[Iterator[bytes]]:
        given = data if really is None else really
        yield (given[start : start + piece] for start in range(0, len(given), piece))

    return Content(len(data), sha256(data).hexdigest(), chunks)
