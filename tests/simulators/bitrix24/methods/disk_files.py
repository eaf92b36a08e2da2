"""`disk.file.*` (facts 6.1, 6.5)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call
from tests.simulators.bitrix24.disk import bin, changes, contents, forms
from tests.simulators.bitrix24.disk.handlers import (
    act_of,
    argument,
    changed,
    disk_method,
    editable,
    found_file,
    found_folder,
    readable,
    unlocked,
    writable,
)
from tests.simulators.bitrix24.wire import Data

_NOT_SAVED = "DISK_FILE_22002"


@disk_method("disk.file.get")
def get(call: Call) -> Data:
    """One file, also from the bin: look at DELETED_TYPE and PARENT_ID (facts 6.6)."""
    file = found_file(call)
    readable(call, file)
    return forms.shown(call, file)


@disk_method("disk.file.uploadVersion")
def upload_version(call: Call) -> Data:
    """New content, inline only; the name stays (facts 6.5, 6.8)."""
    file, sent = found_file(call), argument(call, "fileContent", 1)
    editable(call, file)
    unlocked(call, file)
    data = contents.inline(call, sent, _NOT_SAVED)
    contents.check_room(call, data, _NOT_SAVED)
    changes.new_content(act_of(call), file, data)
    changed(call, "version", file, SIZE=file.size, FILE_ID=file.content.id)
    return {**forms.shown(call, file), "GLOBAL_CONTENT_VERSION": file.global_version}


@disk_method("disk.file.rename")
def rename(call: Call) -> Data:
    """Another name in the same place: bumps UPDATE_TIME, not the version."""
    file, name = found_file(call), str(argument(call, "newName", 1))
    editable(call, file)
    changes.rename(act_of(call), file, name)
    changed(call, "rename", file)
    return forms.shown(call, file)


@disk_method("disk.file.moveTo")
def move_to(call: Call) -> Data | bool:
    """Into another folder with the same id; false for another storage."""
    file, target = found_file(call), found_folder(call, "targetFolderId", 1)
    editable(call, file)
    editable(call, target)
    unlocked(call, file)
    if not changes.move(act_of(call), file, target):
        return False
    changed(call, "move", file)
    return {**forms.shown(call, file), "PARENT_ID": target.id}


@disk_method("disk.file.copyTo")
def copy_to(call: Call) -> Data:
    """A copy is a new file."""
    file, target = found_file(call), found_folder(call, "targetFolderId", 1)
    readable(call, file)
    editable(call, target)
    contents.check_room(call, b"", "DISK_FILE_22003")
    copied = changes.copy_file(act_of(call), file, target)
    changed(call, "copy", copied, FROM=file.id)
    return forms.fresh(call, copied)


@disk_method("disk.file.markDeleted")
def mark_deleted(call: Call) -> Data:
    """Into the bin."""
    file = found_file(call)
    writable(call, file)
    bin.trash(act_of(call), file)
    changed(call, "trash", file)
    return forms.shown(call, file)


@disk_method("disk.file.restore")
def restore(call: Call) -> Data:
    """Out of the bin."""
    file = found_file(call)
    writable(call, file)
    bin.restore(act_of(call), file)
    changed(call, "restore", file)
    return {**forms.shown(call, file), "DELETED_TYPE": file.deleted_type}


@disk_method("disk.file.delete")
def delete(call: Call) -> bool:
    """For good."""
    file = found_file(call)
    writable(call, file)
    unlocked(call, file)
    bin.destroy(act_of(call), file)
    changed(call, "destroy", file)
    return True
