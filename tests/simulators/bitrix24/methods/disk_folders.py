"""`disk.folder.*` (facts 6.2-6.5)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call, Page
from tests.simulators.bitrix24.disk import bin, changes, contents, forms
from tests.simulators.bitrix24.disk.handlers import (
    act_of,
    argument,
    bad_argument,
    changed,
    children,
    disk_method,
    editable,
    found_folder,
    readable,
    sent_name,
    writable,
)
from tests.simulators.bitrix24.disk.links import upload_url
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.wire import Data

_YES = {"1", "true", "y"}


@disk_method("disk.folder.get")
def get(call: Call) -> Data:
    """One folder, also from the bin."""
    folder = found_folder(call)
    readable(call, folder)
    return forms.shown(call, folder)


@disk_method("disk.folder.getChildren")
def get_children(call: Call) -> Page:
    """What lies directly in a folder."""
    return children(call, found_folder(call), forms.shown)


@disk_method("disk.folder.addSubFolder")
def add_sub_folder(call: Call) -> Data:
    """A sub-folder; a taken name is an error, there is no get-or-create (facts 6.3)."""
    parent = found_folder(call)
    if not sent_name(call):
        raise bad_argument(1)
    editable(call, parent)
    folder = changes.add_folder(act_of(call), parent, sent_name(call))
    changed(call, "add", folder)
    return forms.fresh(call, folder)


@disk_method("disk.folder.uploadFile")
def upload_file(call: Call) -> Data:
    """A new file with `fileContent`; without it an address for the second step, where rights are checked."""
    folder = found_folder(call)
    unique = str(call.params.get("generateUniqueName", "")).lower() in _YES
    if "fileContent" not in call.params:
        return {"field": contents.FIELD, "uploadUrl": upload_url(call, folder.id, unique)}
    if not sent_name(call):
        raise RestError("DISK_BASE_SERVICE_22001", "Error: required parameter NAME (DISK_BASE_SERVICE_22001)")
    editable(call, folder)
    data = contents.inline(call, call.params["fileContent"])
    contents.check_room(call, data)
    file = changes.add_file(act_of(call), folder, sent_name(call), data, unique)
    changed(call, "add", file, SIZE=file.size, FILE_ID=file.content.id)
    return forms.fresh(call, file)


@disk_method("disk.folder.rename")
def rename(call: Call) -> Data:
    """Another name in the same place."""
    folder, name = found_folder(call), str(argument(call, "newName", 1))
    editable(call, folder)
    changes.rename(act_of(call), folder, name)
    changed(call, "rename", folder)
    return forms.shown(call, folder)


@disk_method("disk.folder.moveTo")
def move_to(call: Call) -> Data | bool:
    """Into another folder; false for another storage or for a place below itself."""
    folder, target = found_folder(call), found_folder(call, "targetFolderId", 1)
    editable(call, folder)
    editable(call, target)
    if not changes.move(act_of(call), folder, target):
        return False
    changed(call, "move", folder)
    return {**forms.shown(call, folder), "PARENT_ID": target.id}


@disk_method("disk.folder.copyTo")
def copy_to(call: Call) -> Data:
    """A copy with everything in it, also to another storage."""
    folder, target = found_folder(call), found_folder(call, "targetFolderId", 1)
    readable(call, folder)
    editable(call, target)
    copied = changes.copy_tree(act_of(call), folder, target)
    changed(call, "copy", copied, FROM=folder.id)
    return forms.fresh(call, copied)


@disk_method("disk.folder.markDeleted")
def mark_deleted(call: Call) -> Data:
    """Into the bin with everything in it."""
    folder = found_folder(call)
    writable(call, folder)
    bin.trash(act_of(call), folder)
    changed(call, "trash", folder)
    return {**forms.shown(call, folder), "DELETED_TYPE": folder.deleted_type}


@disk_method("disk.folder.restore")
def restore(call: Call) -> Data:
    """Out of the bin with what went there together."""
    folder = found_folder(call)
    writable(call, folder)
    bin.restore(act_of(call), folder)
    changed(call, "restore", folder)
    return {**forms.shown(call, folder), "DELETED_TYPE": folder.deleted_type}


@disk_method("disk.folder.deleteTree")
def delete_tree(call: Call) -> bool:
    """For good."""
    folder = found_folder(call)
    writable(call, folder)
    bin.destroy(act_of(call), folder)
    changed(call, "destroy", folder)
    return True
