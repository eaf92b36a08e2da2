"""An application that installs itself on a portal through our code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from common.bitrix import forms, tokens, wire
from common.bitrix.install import AdminCheck, Installer
from common.bitrix.oauth import AuthServer, OAuthAccess
from common.errors import TryLater
from common.ports import Document
from tests.memory_store import MemoryStore
from tests.simulators.bitrix24.access import Application
from tests.simulators.bitrix24.wire import build_query
from tests.unit.bitrix.support import CLIENT, Stand


@dataclass
class Installed:
    """A stand whose application installs itself through our code."""

    stand: Stand = field(default_factory=Stand)
    interface: bool = False
    member_id: str = ""
    application: Application = field(init=False)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.application = self.stand.application(self.interface)
        self.stand.http.event_hooks["request"] = [lambda request: self.asked.append(request.url.host)]

    @property
    def member(self) -> str:
        return self.stand.portal.member_id

    @property
    def server(self) -> AuthServer:
        return AuthServer(self.stand.http, *CLIENT)

    def installer(self, member_id: str | None = None, server: AuthServer | None = None) -> Installer:
        check = AdminCheck(self.stand.http, self.stand.limits, self.stand.clock)
        expected = self.member_id if member_id is None else member_id
        return Installer(self.stand.store, server or self.server, self.stand.clock, check, expected)

    def install(self) -> None:
        assert self.stand.portal.install_application(self.application, self.fetch)

    def fetch(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Our side of the install: read, prove, store."""
        query = url.partition("?")[2]
        self.installer().install(wire.read_install(forms.parse(body), forms.parse(query.encode())))
        return 200, b"<script>BX24.installFinish()</script>"

    def access(self) -> OAuthAccess:
        return OAuthAccess(self.stand.store, self.server, self.stand.clock, self.member)

    def stored(self) -> tokens.Tokens:
        found = tokens.read(self.stand.store, self.member)
        assert found
        return found[0]

    def refreshes(self) -> int:
        return self.asked.count("oauth.bitrix24.tech")

    def documents(self) -> list[Document]:
        return self.stand.store.query("secrets")

    def hint(self, text: str = "") -> wire.Event:
        """An event of this portal with our application token."""
        token = text or self.application.application_token
        auth = {"application_token": token, "member_id": self.member, "domain": "x"}
        form = {"event": "ONCRMDEALUPDATE", "data": {"FIELDS": {"ID": 5}}, "auth": auth}
        return wire.read_event(forms.parse(build_query(form).encode()))


class Silent(MemoryStore):
    """A store that can fall silent."""

    is_silent = False

    def get_many(self, collection: str, keys: object) -> dict[str, Document]:
        if self.is_silent:
            raise TryLater("store_down")
        return super().get_many(collection, keys)  # type: ignore[arg-type]
