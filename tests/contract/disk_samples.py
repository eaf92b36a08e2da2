"""Calls of Disk methods to compare with the vendor's descriptions, and the portal they are made on."""

from __future__ import annotations

from base64 import b64encode

from tests.simulators.bitrix24.disk_actions import DiskPerson
from tests.simulators.bitrix24.lab import Lab
from tests.simulators.bitrix24.wire import Data

# The first objects of a portal: its root, then what `furnish` makes in this order.
STORAGE, ROOT, FOLDER, FILE, OTHER, BINNED, BINNED_FOLDER = 1351, 8001, 8002, 8003, 8004, 8005, 8006
VERSION = 700_001
CONTENT = ["a.txt", b64encode(b"content").decode("ascii")]

DISK_CALLS: dict[str, Data] = {
    "disk.file.copyTo": {"id": FILE, "targetFolderId": OTHER},
    "disk.file.delete": {"id": FILE},
    "disk.file.get": {"id": FILE},
    "disk.file.getFields": {},
    "disk.file.getVersions": {"id": FILE},
    "disk.file.markDeleted": {"id": FILE},
    "disk.file.moveTo": {"id": FILE, "targetFolderId": OTHER},
    "disk.file.rename": {"id": FILE, "newName": "b.txt"},
    "disk.file.restore": {"id": BINNED},
    "disk.file.restoreFromVersion": {"id": FILE, "versionId": VERSION},
    "disk.file.uploadVersion": {"id": FILE, "fileContent": CONTENT},
    "disk.folder.addSubFolder": {"id": FOLDER, "data": {"NAME": "n"}},
    "disk.folder.copyTo": {"id": FOLDER, "targetFolderId": OTHER},
    "disk.folder.deleteTree": {"id": FOLDER},
    "disk.folder.get": {"id": FOLDER},
    "disk.folder.getChildren": {"id": ROOT},
    "disk.folder.getFields": {},
    "disk.folder.markDeleted": {"id": FOLDER},
    "disk.folder.moveTo": {"id": FOLDER, "targetFolderId": OTHER},
    "disk.folder.rename": {"id": FOLDER, "newName": "n"},
    "disk.folder.restore": {"id": BINNED_FOLDER},
    "disk.folder.uploadFile": {"id": FOLDER, "data": {"NAME": "n.txt"}, "fileContent": CONTENT},
    "disk.storage.addFolder": {"id": STORAGE, "data": {"NAME": "n"}},
    "disk.storage.get": {"id": STORAGE},
    "disk.storage.getChildren": {"id": STORAGE},
    "disk.storage.getFields": {},
    "disk.storage.getForApp": {},
    "disk.storage.getList": {},
    "disk.storage.getTypes": {},
    "disk.storage.uploadFile": {"id": STORAGE, "data": {"NAME": "n.txt"}, "fileContent": CONTENT},
    "disk.version.get": {"id": VERSION},
}


def furnish(lab: Lab) -> None:
    """Two folders, a file, and one of each in the bin."""
    person = DiskPerson(lab.portal)
    folder = person.add_folder(person.root(), "Договоры")
    made = [folder, person.upload(folder, "a.txt", b"a"), person.add_folder(person.root(), "Архив")]
    made += [person.upload(folder, "old.txt", b"b"), person.add_folder(person.root(), "Старое")]
    assert made == [FOLDER, FILE, OTHER, BINNED, BINNED_FOLDER]
    for number in (BINNED, BINNED_FOLDER):
        person.trash(number)
