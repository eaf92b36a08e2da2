"""A portal with a folder on its Disk, a webhook of the administrator and an employee who works there too."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import httpx

from tests.simulators.bitrix24.disk_actions import DiskPerson
from tests.simulators.bitrix24.lab import Lab
from tests.simulators.bitrix24.wire import Data

BROWSER = {
    "User-Agent": "Mozilla/5.0",
    "Accept": "*/*",
    "Accept-Language": "ru",
    "Referer": "https://example.bitrix24.ru/",
}


class Bench(Lab):
    """`folder` is watched; `anna` (user 1) is whom our webhook belongs to, `boris` is another employee."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.anna = DiskPerson(self.portal, 1)
        self.boris = DiskPerson(self.portal, self.portal.add_user("Борис", "Иванов", "b@example.ru").id)
        self.disk = self.anna.disk
        self.folder = self.boris.add_folder(self.anna.root(), "Договоры")

    def inline(self, name: str, content: bytes = b"1", folder: int = 0, token: str = "", **more: Any) -> Data:
        """The body of an inline upload."""
        params = {"id": folder or self.folder, "data": {"NAME": name}, "fileContent": encoded(name, content), **more}
        return self.call("disk.folder.uploadFile", params, token)

    def uploaded(self, name: str, content: bytes = b"1", **more: Any) -> int:
        """The id of a file uploaded inline."""
        number = self.inline(name, content, **more)["result"]["ID"]
        assert isinstance(number, int)
        return number

    def version(self, file_id: int, data: bytes) -> Data:
        """The file after a new version."""
        sent = {"id": file_id, "fileContent": encoded("x", data)}
        file: Data = self.result("disk.file.uploadVersion", sent)
        return file

    def file(self, file_id: int) -> Data:
        """A file as `disk.file.get` gives it."""
        file: Data = self.result("disk.file.get", {"id": file_id})
        return file

    def names(self, **params: Any) -> list[str]:
        """Names listed in the folder."""
        return [row["NAME"] for row in self.result("disk.folder.getChildren", {"id": self.folder, **params})]

    def versions(self, file_id: int) -> list[Data]:
        """The history, newest first."""
        rows: list[Data] = self.result("disk.file.getVersions", {"id": file_id})
        return rows

    def download(self, url: str, headers: Data | None = None) -> httpx.Response:
        """GET an address of bytes, with exactly these headers."""
        bare = httpx.Request("GET", url, headers=BROWSER if headers is None else headers)
        return self.http.send(bare)

    def two_steps(self, name: str, data: bytes, folder: int = 0, **more: Any) -> httpx.Response:
        """Upload in two steps."""
        step = self.result("disk.folder.uploadFile", {"id": folder or self.folder, **more})
        return self.http.post(step["uploadUrl"], files={step["field"]: (name, data)})

    def effects(self) -> list[str]:
        """Our own changes."""
        return [f"{effect.kind} {effect.entity}" for effect in self.portal.effects]


def encoded(name: str, data: bytes) -> list[str]:
    """Content as `fileContent` carries it."""
    return [name, b64encode(data).decode("ascii")]
