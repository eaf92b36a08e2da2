"""The history of a file (facts 6.5, 6.8): joined versions, trimming. Nothing may rely on Disk keeping old bytes."""

from __future__ import annotations

from datetime import datetime

from tests.simulators.bitrix24.disk.objects import File, Version
from tests.simulators.bitrix24.disk.state import DiskState


def joins(disk: DiskState, file: File, user_id: int, now: datetime) -> bool:
    """Does a content of this user overwrite the previous record? The same user updated the file (a rename counts)
    less than 300 s ago, or the portal keeps no versions and the file is attached nowhere."""
    if disk.options.version_ttl_zero and not file.attached:
        return True
    recent = (now - file.update_time).total_seconds() < disk.options.merge_seconds
    return recent and file.updated_by == user_id


def record(disk: DiskState, file: File, user_id: int, now: datetime, joined: bool = False) -> None:
    """Write the present content into the history: over the newest record, or as a new one."""
    if joined and file.versions:
        newest = file.versions[-1]
        newest.name, newest.number, newest.content = file.name, file.global_version, file.content
        newest.created_by, newest.create_time = user_id, now
        return
    number = disk.number("version")
    newest = Version(number, file.id, file.name, file.global_version, file.content, user_id, now)
    file.versions.append(newest)
    disk.versions[number] = newest
    _trim(disk, file)


def forget(disk: DiskState, file: File) -> None:
    """The history goes with the file."""
    for version in file.versions:
        del disk.versions[version.id]
    file.versions.clear()


def _trim(disk: DiskState, file: File) -> None:
    keep = disk.options.max_versions
    while keep is not None and len(file.versions) > max(keep, 1):
        del disk.versions[file.versions.pop(0).id]
