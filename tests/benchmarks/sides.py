"""1C:DM and the portal as servers in a process of their own, so that they share no interpreter with what is measured.

`with outside() as sides: sides.ask("publish", 1000, [4096])` runs `Outside.publish` over there and gives its answer.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from common.settings import Settings
from common.wiring import Services
from tests.benchmarks.live import PORTAL, Call, Paced
from tests.simulators.bitrix24 import Portal
from tests.simulators.bitrix24.disk import DiskState, File
from tests.simulators.bitrix24.disk_actions import DiskPerson
from tests.simulators.dm import Clerk, DocumentManagement
from tests.simulators.dm.contents import SeededContent
from tests.simulators.dm.seeding import seed_documents
from tests.simulators.dm.switches import Switches
from tests.simulators.web import Request, Server
from tests.stand import ADMIN, MANAGER, TOKEN

UPLOAD = 0.06
"""Seconds of the portal's work for one small upload; of `operating`, only runs longer than 0.1 s count."""
ONEC = 0.05
"""Seconds of a call to 1C:DM."""
ONEC_PARALLEL = 4
SCOPES = ("crm", "im", "user", "catalog", "disk")
GIB = 1024**3
_UPLOADS = (b"disk.folder.uploadFile?", b"disk.file.uploadVersion?")


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one side was asked: requests by kind, refusals for being too fast, the most at one time, and how long it
    was busy with all of them.
    """

    requests: Mapping[str, int]
    rejected: int
    together: int
    seconds: float


class Outside:
    """Lives in the other process; every public method can be asked for. Until `in_earnest` all answers come at once."""

    def __init__(self) -> None:
        self.portal = Portal(_now, time.sleep, "bench.bitrix24.ru")
        self.webhook = ""
        switches = Switches(max_parallel=ONEC_PARALLEL, max_file_size=GIB)
        self.dm = DocumentManagement(_now, time.sleep, switches=switches)
        self.clerk, self.worker = Clerk(self.dm), DiskPerson(self.portal, MANAGER)
        self.root = self.worker.root(self.worker.add_storage("Документы"))
        self.folder = self.worker.add_folder(self.root, "Договоры")
        self.servers = Paced(self.portal, lambda _: 0.0), Paced(self.dm, lambda _: 0.0)

    def at(self, portal: str, dm: str) -> None:
        """Where both are reached."""
        self.webhook = self.portal.at(portal).add_webhook(ADMIN, "secretsecretdisk", SCOPES)
        self.address = f"{dm}/dm"

    def unlimited(self) -> None:
        """No bucket, and no limit on work: where bytes are looked at and not requests."""
        self.portal.intensity = self.portal.operating = None

    def environ(self, folder: str) -> dict[str, str]:
        """The settings of a house that keeps its files in this folder."""
        key, secret = next(iter(self.dm.keys.items()))
        return {
            "STORE_URL": f"sqlite:///{folder}/store.sqlite",
            "QUEUE_URL": f"sqlite:///{folder}/queue.sqlite",
            "BITRIX_WEBHOOK_URL": self.webhook,
            "BITRIX_APPLICATION_TOKEN": TOKEN,
            "BITRIX_MEMBER_ID": self.portal.member_id,
            "ONEC_DM_URL": self.address,
            "ONEC_DM_USER": "Обмен",
            "ONEC_DM_PASSWORD": "пароль",
            "ONEC_DM_KEYS": f"{key}:{secret}",
            "ADMIN_USER_IDS": str(ADMIN),
            "PUBLIC_BASE_URL": "https://exchange.example.ru",
        }

    def rule(self, **changes: Any) -> dict[str, Any]:
        """The mapping of the first kind of documents to the folder."""
        since = "2020-01-01T00:00:00+03:00"
        own = {"id": "contracts", "kind": self.dm.kinds[0].id, "folder": self.folder, "name": "Договоры"}
        return {**own, "since": since, **changes}

    def in_earnest(self, cost: float = UPLOAD) -> None:
        """From now on both sides take their time. `cost`: seconds of one small upload."""
        self.portal.cost = lambda method: cost if method == "disk.folder.uploadFile" else 0.05
        self.dm.latency = lambda _method, _resource: ONEC
        self.servers[0].pause = lambda request: PORTAL + cost * _uploads(request)
        for server in self.servers:
            server.calls.clear()
        self.portal.requests.clear()
        self.dm.requests.clear()

    # -- what people do

    def seed(self, count: int, sizes: list[int]) -> None:
        """So many documents in 1C, each with one file, of these sizes in turn."""
        for number in range(count):
            seed_documents(self.dm, None, 1, sizes[number % len(sizes)])

    def publish(self, size: int, document: str = "") -> str:
        """A file in 1C, of a new document unless one is given; the document."""
        found = self.dm.store.documents[document] if document else self.clerk.add_document()
        content = SeededContent(f"{len(self.dm.store.files)}", size)
        self.clerk.add_file(found, f"Договор {len(found.files)}.bin", content)
        self.dm.number_events()
        return found.id

    def edit(self, document: str, size: int) -> None:
        """Another version of the document's first file."""
        file = self.dm.store.documents[document].files[0]
        self.clerk.edit_file(file, SeededContent(f"version {len(file.versions)}", size))
        self.dm.number_events()

    def drop(self, size: int) -> None:
        """A person puts a new file into the first sub-folder."""
        below = next(node for node in self.portal.part(DiskState).objects.values() if node.parent_id == self.folder)
        data = SeededContent("from disk", size).read()
        self.worker.upload(below.id, f"Скан {size}.bin", data)

    # -- what came of it

    def on_disk(self) -> int:
        """Files on Disk."""
        return sum(isinstance(node, File) for node in self.portal.part(DiskState).objects.values())

    def largest(self) -> tuple[int, int]:
        """Bytes of the largest file on Disk, and in 1C: those whose hashes are the same as on the other side."""
        import hashlib

        nodes = [node for node in self.portal.part(DiskState).objects.values() if isinstance(node, File)]
        on_disk = {hashlib.sha256(node.content.read()).hexdigest(): node.size for node in nodes}
        in_onec = {file.current.content.sha256: file.current.content.size for file in self.dm.store.files.values()}
        both = on_disk.keys() & in_onec.keys()
        return max((on_disk[one] for one in both), default=0), max((in_onec[one] for one in both), default=0)

    def traffic(self) -> dict[str, Traffic]:
        """Of both sides since `in_earnest`."""
        calls = {name: list(server.calls) for name, server in zip(("Bitrix24", "1C"), self.servers, strict=True)}
        portal = Counter(_kind_of(one.path) for one in calls["Bitrix24"])
        commands = Counter(one.method for one in list(self.portal.requests) if one.inner)
        onec = Counter(f"{one.method} {one.template}" for one in list(self.dm.requests))
        named = {"Bitrix24": portal + Counter({f"in batches: {name}": n for name, n in commands.items()}), "1C": onec}
        return {
            side: Traffic(
                named[side],
                rejected=sum(one.status in (429, 503) for one in made),
                together=_together(made),
                seconds=sum(one.ended - one.began for one in made),
            )
            for side, made in calls.items()
        }


class Remote:
    """The near end."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def ask(self, name: str, *arguments: Any, **more: Any) -> Any:
        """Run that method of `Outside`; raises what it raised."""
        self._pipe.send((name, arguments, more))
        found = self._pipe.recv()
        if isinstance(found, Exception):
            raise found
        return found

    def services(self, folder: str, **rule: Any) -> Services:
        """A house over these sides with one mapping, saved already."""
        services = Services(Settings.read(self.ask("environ", folder), ()))
        services.rule_book.import_all({"documents": [self.ask("rule", **rule)]}, "bench")
        return services


@contextmanager
def outside() -> Iterator[Remote]:
    """Both sides at work until the block ends."""
    near, far = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(far,), daemon=True)
    process.start()
    far.close()
    try:
        yield Remote(near)
    finally:
        near.close()
        process.join(10)
        if process.is_alive():
            process.terminate()
            process.join()


def _serve(pipe: Connection) -> None:
    """Until the near end closes."""
    sides = Outside()
    with ExitStack() as stack:
        sides.at(*(stack.enter_context(Server(server)).url for server in sides.servers))
        while True:
            try:
                name, arguments, more = pipe.recv()
            except EOFError:
                return
            try:
                pipe.send(getattr(sides, name)(*arguments, **more))
            except Exception as error:  # noqa: BLE001 - raised again at the near end
                pipe.send(error)


def _uploads(request: Request) -> int:
    return sum(request.body.count(one) for one in _UPLOADS)


def _kind_of(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


def _together(calls: list[Call]) -> int:
    """The most at one time."""
    turns = sorted([(call.began, 1) for call in calls] + [(call.ended, -1) for call in calls])
    most = now = 0
    for _, step in turns:
        now += step
        most = max(most, now)
    return most


def _now() -> datetime:
    return datetime.now(UTC)
