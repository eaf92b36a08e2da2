"""Disk of the simulated portal: storages, folders, files, versions, the bin (facts 6).

    disk = portal.part(DiskState)
    disk.options.empty_two_step = False                  # switches for what the facts leave open
    disk.once("disk.file.uploadVersion", lambda call: person.edit(file_id, b"..."))   # a person between two calls
    files = seed_files(portal, folder_id, 4000, size=1000)

What people do is `DiskPerson` (`disk_actions.py`); the methods are `methods/disk_*.py`.
"""

from __future__ import annotations

from tests.simulators.bitrix24.disk.objects import Content, File, Folder, Storage, Version
from tests.simulators.bitrix24.disk.seeding import seed_files
from tests.simulators.bitrix24.disk.state import DiskOptions, DiskState

__all__ = ["Content", "DiskOptions", "DiskState", "File", "Folder", "Storage", "Version", "seed_files"]
