"""The stand as an application: the portal installs us, instead of an administrator handing us webhooks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from common.bitrix import tokens
from common.bitrix.tokens import Tokens
from common.queue.sqlite import SqliteQueue
from common.store.sqlite import SqliteStore
from common.wiring import use
from infra.local import collection
from tests.simulators.bitrix24 import Portal
from tests.stand import MEMBER, SITE, Stand

CLIENT_ID, CLIENT_SECRET = "local.6543210fedcba.01234567", "0123456789abcdef0123456789abcdef0123456789abcdef01"
AUTH_HOST = "oauth.bitrix24.tech"
SCOPES = ("crm", "im", "user", "catalog")


class ApplicationStand(Stand):
    """Installed at the end of its construction unless `installed` is False; `interface` makes it show a page."""

    def __init__(
        self, folder: str, interface: bool = False, installed: bool = True, environ: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:  # fmt: skip
        self._interface, self._installed, self._changes = interface, installed, dict(environ or {})
        self.asked: list[str] = []
        self.pages: list[tuple[int, str]] = []
        self.meanwhile: Callable[[httpx.Request], None] = lambda _: None
        super().__init__(folder, **options)

    def install(self) -> bool:
        """An administrator saves the application's form on the portal."""
        return self.portal.install_application(self.application, self.fetch)

    def fetch(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """The portal, or the browser of the person who installs, opens a path of ours."""
        parts = urlsplit(url)
        function = parts.path.strip("/").replace("-", "_")
        status, page, _ = collection.call(function, "receive", body, headers, parts.query)
        self.pages.append((status, page))
        return status, page.encode()

    def stored(self) -> Tokens:
        """What the store knows of the installation."""
        found = tokens.read(self.services.store, MEMBER)
        assert found
        return found[0]

    def bound(self) -> list[tuple[str, str]]:
        """Events and addresses, as the portal has them."""
        return sorted((one.event, one.handler) for one in self.portal.events.bindings)

    def state(self) -> tuple[list[str], list[str]]:
        """Everything in the store and the queue, byte for byte."""
        store, queue = self.services.store, self.services.queue
        assert isinstance(store, SqliteStore)
        assert isinstance(queue, SqliteQueue)
        return _dump(f"{self.folder}/store.sqlite"), _dump(f"{self.folder}/queue.sqlite")

    def queued(self) -> list[str]:
        """The bodies of the tasks in the queue."""
        with closing(sqlite3.connect(f"{self.folder}/queue.sqlite")) as connection:
            return [bytes(body).decode() for (body,) in connection.execute("SELECT body FROM tasks")]

    def _join(self) -> None:
        self.gate = self._note
        if self._installed:
            assert self.install()
            self.portal.deliver(self.deliver)

    def _note(self, request: httpx.Request) -> None:
        """Every request is seen twice by the gate: on its way there and back."""
        if "seen" not in request.extensions:
            request.extensions["seen"] = True
            self.asked.append(f"{request.url.host}{request.url.path}")
            self.meanwhile(request)

    def _portal(self, intensity: tuple[int, float] | None) -> Portal:
        portal = super()._portal(intensity)
        portal.events.webhooks.clear()
        portal.auth_url = f"https://{AUTH_HOST}"
        address = f"{SITE}/bitrix-app-installed"
        self.application = portal.add_application(CLIENT_ID, CLIENT_SECRET, SCOPES, address, interface=self._interface)
        return portal

    def _environ(self) -> dict[str, str]:
        unset = dict.fromkeys(("BITRIX_WEBHOOK_URL", "BITRIX_APPLICATION_TOKEN", "BITRIX_MEMBER_ID"), "")
        ours = {"BITRIX_CLIENT_ID": CLIENT_ID, "BITRIX_CLIENT_SECRET": CLIENT_SECRET}
        return {**super()._environ(), **unset, **ours, **self._changes}


def _dump(path: str) -> list[str]:
    """Every row of every table; the file itself may grow by its journal."""
    if not Path(path).exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return [line for line in connection.iterdump() if line.startswith("INSERT")]


@contextmanager
def application(folder: str, **options: Any) -> Iterator[ApplicationStand]:
    """An application stand whose services are those of the process until the block ends."""
    try:
        yield ApplicationStand(folder, **options)
    finally:
        use(None)
