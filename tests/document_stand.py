"""The house with 1C:DM and Disk: one kind of documents mapped to one folder, in virtual time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from common.flow.journal import Entry
from common.model.ids import RecordKey
from common.wiring import use
from tests.simulators.bitrix24.disk import DiskState
from tests.simulators.bitrix24.disk_actions import DiskPerson
from tests.simulators.bitrix24.portal import Portal
from tests.simulators.dm import Clerk, DocumentManagement
from tests.simulators.dm.records import Document, File
from tests.simulators.web import transport
from tests.stand import ADMIN, MANAGER, SITE, Stand

DM_HOST = "dm.example.ru"
MAPPING = "contracts"
SINCE = "2020-01-01T00:00:00+03:00"


class DocumentStand(Stand):
    """`clerk` works in 1C, `worker` on Disk (not the user we act as); `contracts` is the folder of the type."""

    def __init__(self, folder: str, mapping: Mapping[str, Any] | None = None, **options: Any) -> None:
        self.dm: DocumentManagement | None = None
        self._mapping = dict(mapping or {})
        super().__init__(folder, bases=(), **options)

    # -- people ------------------------------------------------------------------------------------------------------

    def publish(self, name: str = "Договор 17.docx", data: bytes = b"one", **card: Any) -> File:
        """A new document with one file in 1C, carried to Disk."""
        file = self.clerk.add_file(self.clerk.add_document(**card), name, data)
        self.settle()
        return file

    def document(self, **card: Any) -> Document:
        return self.clerk.add_document(**card)

    def settle(self, runs: int = 2) -> None:
        """Let the sync run as often as it takes for what is held to pass, and everything be carried."""
        for _ in range(runs):
            self.run()

    def run(self) -> int:
        """Five minutes pass, webhooks arrive, the sync runs, its tasks are carried."""
        self.clock.advance(300)
        self.base.number_events()
        self.base.deliver(self.deliver)
        status = self.job("document_sync")
        self.quiet(30)
        return status

    # -- what there is -----------------------------------------------------------------------------------------------

    @property
    def base(self) -> DocumentManagement:
        assert self.dm is not None
        return self.dm

    @property
    def disk(self) -> DiskState:
        return self.portal.part(DiskState)

    def on_disk(self, folder: int | None = None) -> dict[str, bytes]:
        """What lies in the folder, by name."""
        found = self.worker.folder(folder or self.contracts)
        return {
            node.name: self.worker.read(node.id)
            for node in self.disk.objects.values()
            if node.parent_id == found.id and node.deleted_type == 0 and hasattr(node, "content")
        }

    def twin(self, file: File) -> int:
        """The Disk object a file of 1C is bound to."""
        bound = self.services.bindings.get(self.key(file))
        assert bound is not None, f"{file.name} is bound to nothing"
        return int(bound.data["disk"])

    def key(self, file: File) -> RecordKey:
        return RecordKey(f"file:{self.services.portal}:{file.id}")

    def of(self, file: File) -> list[Entry]:
        """The journal of a file, oldest first."""
        return list(reversed(self.services.journal.of_source(f"file:{file.id}")))

    def did(self, file: File) -> list[str]:
        return [entry.outcome for entry in self.of(file)]

    def waits(self) -> list[str]:
        return [stop.reason for one in self.services.waiting.of_exchange("documents") for stop in one.stops]

    def conflicts(self) -> list[str]:
        return [one.kind for one in self.services.conflicts.open("documents")]

    def writes(self) -> list[str]:
        """What was really changed on both sides by us, in order."""
        ours = [f"disk {one.kind}" for one in self.portal.effects if one.entity.startswith("DISK_")]
        return [*ours, *(f"1c {one.kind}" for one in self.base.effects)]

    # -- how it is made ----------------------------------------------------------------------------------------------

    def _portal(self, intensity: tuple[int, float] | None) -> Portal:
        portal = super()._portal(intensity)
        scopes = ["crm", "im", "user", "catalog", "disk"]
        self.webhook = portal.add_webhook(ADMIN, "secretsecretdisk", scopes)
        self.worker = DiskPerson(portal, MANAGER)
        storage = self.worker.add_storage("Документы")
        self.contracts = self.worker.add_folder(self.worker.root(storage), "Договоры")
        self.elsewhere = self.worker.add_folder(self.worker.root(storage), "Разное")
        self.dm = DocumentManagement(self.clock.now, self.clock.sleep, public_base_url=SITE)
        self.clerk = Clerk(self.dm)
        return portal

    def _client(self) -> tuple[int, int]:
        return 0, 0

    def _rules(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        self.map(**self._mapping)

    def map(self, **changes: Any) -> None:
        """Save the mapping, with these fields otherwise."""
        kind = self.base.kinds[0].id
        rule = {"id": MAPPING, "kind": kind, "folder": self.contracts, "name": "Договоры", "since": SINCE, **changes}
        self.services.rule_book.import_all({"documents": [rule]}, "test", over=True)
        self.clock.advance(61)

    def _environ(self) -> dict[str, str]:
        key, secret = next(iter(self.base.keys.items()))
        environ = {name: value for name, value in super()._environ().items() if not name.startswith("ONEC_BASES")}
        dm = {"ONEC_DM_URL": f"https://{DM_HOST}/dm", "ONEC_DM_USER": "Обмен", "ONEC_DM_PASSWORD": "пароль"}
        return {**environ, **dm, "ONEC_DM_KEYS": f"{key}:{secret}"}

    def _transport(self) -> httpx.MockTransport:
        portal, dm = transport(self.portal), transport(self.base)

        def route(request: httpx.Request) -> httpx.Response:
            self.gate(request)
            response = (dm if request.url.host == DM_HOST else portal).handler(request)
            assert isinstance(response, httpx.Response)
            self.gate(request)
            return response

        return httpx.MockTransport(route)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def documents_standing(folder: str, **options: Any) -> Iterator[DocumentStand]:
    """A stand whose services are those of the process until the block ends."""
    try:
        yield DocumentStand(folder, **options)
    finally:
        use(None)
