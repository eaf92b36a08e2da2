"""`disk.storage.*` (facts 6.1, 6.2)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call, Page, counted
from tests.simulators.bitrix24.disk import changes, contents, forms
from tests.simulators.bitrix24.disk.handlers import (
    act_of,
    argument,
    bad_argument,
    changed,
    children,
    disk_method,
    disk_of,
    editable,
    not_found,
    number,
    readable,
    reading,
    sent_name,
)
from tests.simulators.bitrix24.disk.listing import STORAGES, ordered, selected
from tests.simulators.bitrix24.disk.objects import Folder, Storage
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.wire import Data


@disk_method("disk.storage.getList")
def get_list(call: Call) -> Page:
    """The storages the caller may read."""
    disk, read = disk_of(call), reading(call, STORAGES)
    rows = [row for row in disk.storages.values() if disk.may_read(disk.objects[row.root_id], call.caller.user_id)]
    rows = ordered(selected(rows, call.params.get("filter"), read), call.params.get("order"), read)
    part = counted(rows, max(call.start, 0))
    return Page([forms.shown_storage(row) for row in part.result], part.total, part.next)


@disk_method("disk.storage.get")
def get(call: Call) -> Data:
    """One storage."""
    storage, root = _storage(call)
    readable(call, root)
    return forms.shown_storage(storage)


@disk_method("disk.storage.getChildren")
def get_children(call: Call) -> Page:
    """What lies in the root of a storage; the argument is the storage's id, not the root folder's."""
    return children(call, _storage(call)[1], forms.shown)


@disk_method("disk.storage.addFolder")
def add_folder(call: Call) -> Data:
    """A folder in the root."""
    root = _storage(call)[1]
    if not sent_name(call):
        raise bad_argument(1)
    editable(call, root)
    folder = changes.add_folder(act_of(call), root, sent_name(call))
    changed(call, "add", folder)
    return forms.fresh(call, folder)


@disk_method("disk.storage.uploadFile")
def upload_file(call: Call) -> Data:
    """A file in the root, inline only: the two-step way belongs to folders (facts 6.8)."""
    root, sent = _storage(call)[1], argument(call, "fileContent", 1)
    if not sent_name(call):
        raise RestError("DISK_BASE_SERVICE_22001", "Error: required parameter NAME (DISK_BASE_SERVICE_22001)")
    editable(call, root)
    data = contents.inline(call, sent)
    contents.check_room(call, data)
    unique = str(call.params.get("generateUniqueName", "")).lower() in ("1", "true", "y")
    file = changes.add_file(act_of(call), root, sent_name(call), data, unique)
    changed(call, "add", file, SIZE=file.size, FILE_ID=file.content.id)
    return forms.fresh(call, file)


@disk_method("disk.storage.getTypes")
def get_types(call: Call) -> list[str]:
    """The kinds of storages."""
    return ["user", "common", "group"]


@disk_method("disk.storage.getForApp", application_only=True, admin=True)
def get_for_app(call: Call) -> Data:
    """The application's own storage, made on first use."""
    disk, application = disk_of(call), call.caller.application
    assert application is not None
    own = str(application.number)
    for storage in disk.storages.values():
        if (storage.entity_type, storage.entity_id) == ("restapp", own):
            return forms.shown_storage(storage)
    act = act_of(call)
    return forms.shown_storage(disk.add_storage("bitrix.restapi", "restapp", own, act.now, act.user_id))


def _storage(call: Call) -> tuple[Storage, Folder]:
    disk, wanted = disk_of(call), number(call, "id", 0)
    storage = disk.storages.get(wanted)
    root = disk.objects[storage.root_id] if storage else None
    if storage is None or not isinstance(root, Folder):
        raise not_found(wanted)
    return storage, root
