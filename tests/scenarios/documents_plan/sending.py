"""The stand of files sent to 1C: the portal has installed our application, its storages have processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from common.bitrix.actions import SEND_FILE
from common.errors import TryLater
from common.ports import Document
from common.store.sqlite import SqliteStore
from tests.application import CLIENT_ID, ApplicationStand
from tests.document_stand import DocumentStand
from tests.simulators.bitrix24.portal import Portal
from tests.stand import MEMBER, SITE

Making = Callable[..., "Sending"]


class Moody(SqliteStore):
    """A store that can fall silent."""

    silent = False

    def get_many(self, collection: str, keys: Sequence[str]) -> dict[str, Document]:
        if self.silent:
            raise TryLater("store_down")
        return super().get_many(collection, keys)


URL = f"{SITE}/bitrix-file-submitted"


class Sending(ApplicationStand, DocumentStand):
    """`disabled`: methods this portal does not have."""

    def __init__(self, folder: str, disabled: tuple[str, ...] = (), **options: Any) -> None:
        self._disabled = disabled
        super().__init__(folder, **options)

    def send(self, file: int) -> str:
        """A person starts the process on a file, and it is carried; the process' token."""
        token = self.worker.start_process(file, SEND_FILE)
        self.carry()
        return token

    def carry(self, seconds: float = 60.0) -> None:
        """The portal calls, tasks run."""
        self.clock.advance(1)
        self.portal.deliver(self.deliver)
        self.quiet(seconds)

    def answer(self, token: str) -> dict[str, str]:
        """What a process goes on with; {} while it waits."""
        waiting = self.portal.callbacks[token]
        return dict(waiting["values"]) if waiting["done"] else {}

    def answers(self) -> list[dict[str, str]]:
        """What all processes of the portal go on with, oldest first."""
        return [self.answer(token) for token in self.portal.callbacks]

    def call(self, token: str, file: int, **changes: Any) -> dict[str, str]:
        """The form of a call as the portal sends it, with some of it otherwise."""
        auth = {"member_id": MEMBER, "application_token": self.application.application_token}
        form = {f"auth[{name}]": value for name, value in auth.items()}
        kind = ["disk", "Bitrix\\Disk\\BizProcDocument", str(file)]
        form |= {f"document_id[{number}]": part for number, part in enumerate(kind)}
        return {**form, "code": SEND_FILE, "event_token": token, "ts": "1795165200", **changes}

    def registered(self) -> Mapping[str, Any]:
        """The action as the portal knows it; {} when it does not."""
        return dict(self.portal.bizproc["activity"].get(CLIENT_ID, {}).get(SEND_FILE, {}))

    def in_onec(self) -> dict[str, bytes]:
        """Files of 1C by name, with their current bytes."""
        return {file.name: file.current.content.read() for file in self.base.store.files.values()}

    def _portal(self, intensity: tuple[int, float] | None) -> Portal:
        portal = super()._portal(intensity)
        self.application.scopes |= frozenset({"disk", "bizproc"})
        portal.options.disabled_methods |= set(self._disabled)
        return portal
