"""A company that uses acts and documents, over the simulators and in virtual time, with a meter at every place where
Google would count. Requests to the sides take the seconds assumed for them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from common.ports import Store
from common.queue.dispatcher import Dispatcher
from common.store.sqlite import SqliteStore
from common.wiring import Services, use
from infra.local import collection
from tests.benchmarks.cost_billed import BilledQueue, BilledStore, billed_lines
from tests.benchmarks.cost_meter import Meter
from tests.benchmarks.cost_prices import ASSUMED
from tests.clock import ManualClock
from tests.document_stand import DM_HOST, DocumentStand
from tests.simulators.dm.contents import SeededContent
from tests.simulators.dm.records import File
from tests.simulators.onec import Publications
from tests.simulators.web import transport
from tests.stand import ONEC_HOST, START, Stand

MAPPING: Mapping[str, Any] = {"reverse": "create", "subfolder": "{title}"}
"""Both directions, new files too; that asks for a folder of each document."""


class Company(DocumentStand):
    """One portal, one base of Accounting, one of Document Management."""

    def __init__(self, folder: str) -> None:
        self.dm, self._mapping = None, dict(MAPPING)
        self.meter = Meter(lambda: self.clock.now())
        self._made = 0
        Stand.__init__(self, folder, bases=("main",), store=self._billed, start=START)

    # -- where Google counts -----------------------------------------------------------------------------------------

    def restarted(self) -> Services:
        """As ever, over a queue that is billed."""
        services = super().restarted()
        queue = BilledQueue(f"{self.folder}/queue.sqlite", self.clock.now, self.meter)
        services.__dict__["queue"] = queue
        self.dispatcher = Dispatcher(queue, self._process, self.clock.now, lambda _: 300.0)
        return services

    def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """An event reaches the function its address names, through the load balancer."""
        name = urlsplit(url).path.strip("/").replace("-", "_")
        return self.meter.invoked(name, "receive", body, lambda: collection.call(name, "receive", body, headers))[0]

    def job(self, name: str) -> int:
        """The scheduler fires a job."""
        return self.meter.invoked(name, "run", b"{}", lambda: collection.call(name, "run", b"{}"))[0]

    def _process(self, name: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, float | None]:
        return self.meter.invoked(name, "process", body, lambda: collection.process(name, body, headers, timeout))

    def _billed(self, clock: ManualClock) -> Store:
        self.billed = BilledStore(SqliteStore(f"{self.folder}/store.sqlite", clock.now, durable=False), self.meter)
        return self.billed

    def _transport(self) -> httpx.MockTransport:
        onec = transport(Publications(list(self.bases.values())))
        sides = {ONEC_HOST: onec, DM_HOST: transport(self.base)}
        portal = transport(self.portal)

        def route(request: httpx.Request) -> httpx.Response:
            side = sides.get(request.url.host)
            self.clock.advance(ASSUMED.onec_seconds if side else ASSUMED.bitrix_seconds)
            began = time.process_time()
            answer = (side or portal).handler(request)
            assert isinstance(answer, httpx.Response)
            self.meter.called(len(request.content), len(answer.content), time.process_time() - began)
            return answer

        return httpx.MockTransport(route)

    # -- what people do ----------------------------------------------------------------------------------------------

    def look(self) -> None:
        """An uptime check looks at the public host, and is refused as it expects."""
        name = next(name for name, one in collection.functions().items() if one.manifest.public)
        asked = self.meter.invoked(name, "receive", b"", lambda: collection.call(name, "receive", method="GET"))
        assert asked[0] == 405

    def data(self) -> SeededContent:
        """A version unlike any other."""
        self._made += 1
        return SeededContent(f"version {self._made}", ASSUMED.file)

    def paper(self) -> File:
        """A new document with one file in 1C."""
        self._made += 1
        document = self.document(title=f"Договор {self._made}")
        return self.clerk.add_file(document, f"Договор {self._made}.docx", self.data())

    def scan(self, beside: File) -> int:
        """A new file on Disk, in the folder of the document that this file belongs to."""
        self._made += 1
        folder = self.worker.node(self.twin(beside)).parent_id
        return self.worker.upload(folder, f"Скан {self._made}.pdf", self.data().read())

    def carried(self) -> int:
        """Files and versions that the exchange made on either side."""
        files = sum(one.kind == "add" and one.entity == "DISK_FILE" for one in self.portal.effects)
        return files + sum(one in ("disk version", "1c version.created", "1c file.created") for one in self.writes())

    # -- how it is made ----------------------------------------------------------------------------------------------

    def _client(self) -> tuple[int, int]:
        return Stand._client(self)

    def _rules(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        Stand._rules(self, changes)
        self.map(**self._mapping)

    def _environ(self) -> dict[str, str]:
        return {**super()._environ(), "ONEC_BASES": "main"}


@contextmanager
def company_at(folder: str) -> Iterator[Company]:
    """A company whose services are those of the process until the block ends."""
    try:
        company = Company(folder)
        with billed_lines(company.meter):
            yield company
    finally:
        use(None)
