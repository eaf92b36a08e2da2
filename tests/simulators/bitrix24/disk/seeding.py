"""Many files at once, for listings of real size."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulators.bitrix24.disk.changes import Act, place_file
from tests.simulators.bitrix24.disk.objects import Content, File, Folder
from tests.simulators.bitrix24.disk.state import DiskState

if TYPE_CHECKING:
    from tests.simulators.bitrix24.portal import Portal


def seed_files(
    portal: Portal, folder_id: int, count: int, size: int = 100, *, user_id: int = 1, name: str = "Документ {}.txt",
    step: timedelta = timedelta(0),
) -> list[File]:  # fmt: skip
    """`count` files of `size` bytes in a folder, named by number from 1; their bytes are made when somebody reads
    them. Each is `step` younger than the one before, the last is of now. No process starts, nothing is counted."""
    with portal.lock:
        disk, act = portal.part(DiskState), Act(portal, user_id)
        folder = disk.objects[folder_id]
        assert isinstance(folder, Folder), f"{folder_id} is no folder"
        files = [
            place_file(act, folder, name.format(number), Content(disk.number("content"), size))
            for number in range(1, count + 1)
        ]
        for age, file in enumerate(reversed(files) if step else ()):
            file.create_time = file.update_time = file.versions[0].create_time = act.now - age * step
        return files
