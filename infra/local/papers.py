"""The demo company's documents: its 1C:DM, its folder on Disk, and who works on both."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.simulators.bitrix24 import Portal
from tests.simulators.bitrix24.disk_actions import DiskPerson
from tests.simulators.dm import Clerk, DocumentManagement

MAPPING = "contracts"
USER, PASSWORD = "Обмен", "пароль"


@dataclass
class Papers:
    """`clerk` works in 1C, `worker` on Disk; `folder` holds a sub-folder for each contract."""

    dm: DocumentManagement
    clerk: Clerk
    worker: DiskPerson
    folder: int

    def settings(self, url: str) -> dict[str, str]:
        """What a real installation would give by hand."""
        key, secret = next(iter(self.dm.keys.items()))
        named = {"ONEC_DM_URL": f"{url}/dm", "ONEC_DM_USER": USER, "ONEC_DM_PASSWORD": PASSWORD}
        return {**named, "ONEC_DM_KEYS": f"{key}:{secret}"}

    def mapping(self) -> dict[str, Any]:
        """Contracts, both ways."""
        return {
            "id": MAPPING,
            "name": "Договоры",
            "kind": self.dm.kinds[0].id,
            "folder": self.folder,
            "subfolder": "{reg_number} {title}",
            "reverse": "create",
            "since": "2020-01-01T00:00:00+03:00",
        }


def papers_of(portal: Portal, url: str, worker: int) -> Papers:
    """1C:DM answering below this address, sending its webhooks to the functions there."""
    dm = DocumentManagement(_now, time.sleep, {USER: PASSWORD}, public_base_url=url, web_url=f"{url}/dm")
    person = DiskPerson(portal, worker)
    storage = person.add_storage("Документы компании", "common", "shared_files_s1")
    return Papers(dm, Clerk(dm), person, person.add_folder(person.root(storage), "Договоры"))


def _now() -> datetime:
    return datetime.now(UTC)
