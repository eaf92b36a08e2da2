"""Disk of a simulated portal, our side of it, and a person who works there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from common.bitrix.access import Access
from common.bitrix.disk import PortalDisk
from common.bitrix.downloads import Downloads
from common.errors import NeedsPerson
from common.model.documents import Content, DiskId, FolderId
from tests.simulators.bitrix24.access import Application
from tests.simulators.bitrix24.disk import DiskState
from tests.simulators.bitrix24.disk_actions import DiskPerson
from tests.simulators.web import Request
from tests.unit.bitrix.installed import Installed
from tests.unit.bitrix.support import Stand

US = 1
"""The user whom the webhook belongs to."""
COLLEAGUE = 2


@dataclass
class Source:
    """Content that counts how often it was opened and closed. `given` are the bytes that really come."""

    data: bytes
    given: bytes | None = None
    piece: int = 1000
    opened: int = 0
    closed: int = 0
    before: Callable[[], object] = lambda: None

    @property
    def content(self) -> Content:
        return Content(len(self.data), hashlib.sha256(self.data).hexdigest(), self._chunks)

    @contextmanager
    def _chunks(self) -> Iterator[Iterator[bytes]]:
        self.opened += 1
        try:
            yield self._pieces()
        finally:
            self.closed += 1

    def _pieces(self) -> Iterator[bytes]:
        self.before()
        data = self.data if self.given is None else self.given
        for start in range(0, len(data), self.piece):
            yield data[start : start + self.piece]


@dataclass
class DiskStand:
    """A portal with a Disk that a webhook reads and writes as the administrator."""

    stand: Stand = field(default_factory=Stand)
    asked: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stand.http.event_hooks["request"] = [self.asked.append]
        self.person = DiskPerson(self.stand.portal, COLLEAGUE)
        self.root = FolderId(self.person.root())
        self.disk = self.through(self.stand.webhook("disk"))

    def through(self, access: Access) -> PortalDisk:
        """Disk under another access."""
        stand = self.stand
        downloads = Downloads(access, stand.http, stand.limits, stand.clock)
        return PortalDisk(stand.client(access, traffic="bulk"), downloads)

    @property
    def state(self) -> DiskState:
        return self.person.disk

    def folder(self, name: str, files: int = 0) -> FolderId:
        """A folder with small files."""
        number = FolderId(self.person.add_folder(self.root, name))
        for count in range(files):
            self.person.upload(number, f"{name} {count}.txt", b"x")
        return number

    def file(self, name: str = "Акт.pdf", data: bytes = b"content") -> DiskId:
        """A file of a colleague in the root."""
        return DiskId(self.person.upload(self.root, name, data))

    def hits(self) -> int:
        """Requests since this was last asked."""
        return self.stand.hits()

    def effects(self) -> list[str]:
        """What really changed through us."""
        return [effect.kind for effect in self.stand.portal.effects]

    def read(self, file: DiskId) -> bytes:
        """A file through our client, in pieces as the port promises them."""
        with self.disk.open(file) as opened:
            pieces = list(opened.chunks)
        assert all(0 < len(piece) <= 65_536 for piece in pieces)
        assert sum(map(len, pieces)) == opened.file.size
        return b"".join(pieces)


class Owner(Stand):
    """A stand whose application may use Disk."""

    def application(self, interface: bool = False) -> Application:
        made = super().application(interface)
        made.scopes = frozenset({"disk"})
        return made


def installed() -> tuple[DiskStand, Installed]:
    """Disk under the OAuth access of an application."""
    owner = Owner()
    application = Installed(stand=owner)
    application.install()
    disk = DiskStand(owner)
    disk.disk = disk.through(application.access())
    owner.http.event_hooks["request"] = [disk.asked.append, lambda one: application.asked.append(one.url.host)]
    application.asked.clear()
    owner.hits()
    return disk, application


def is_upload(request: Request) -> bool:
    """The second step of an upload."""
    return request.path.rstrip("/").removesuffix(".json").endswith("/upload")


def is_download(request: Request) -> bool:
    """The bytes of a file."""
    return "/download" in request.path


def reason(stopped: pytest.ExceptionInfo[NeedsPerson]) -> str:
    """Why it waits for the portal's administrator."""
    stop = stopped.value.stops[0]
    assert (stop.owner, stop.awaits) == ("admin", "portal")
    return stop.reason
