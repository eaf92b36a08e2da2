"""The history of a file (facts 6.5): two methods exist only with the feature `disk_file_history`."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call, Page, counted
from tests.simulators.bitrix24.disk import changes, forms
from tests.simulators.bitrix24.disk.handlers import (
    act_of,
    changed,
    disk_method,
    disk_of,
    editable,
    found_file,
    not_found,
    number,
    readable,
    reading,
    unlocked,
)
from tests.simulators.bitrix24.disk.listing import VERSIONS, selected
from tests.simulators.bitrix24.disk.objects import Version
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.wire import Data

HISTORY = "disk_file_history"


@disk_method("disk.file.getVersions", feature=HISTORY)
def get_versions(call: Call) -> Page:
    """Newest first; the present content is among them."""
    file = found_file(call)
    readable(call, file)
    rows = selected(reversed(file.versions), call.params.get("filter"), reading(call, VERSIONS))
    part = counted(rows, max(call.start, 0))
    return Page([forms.shown_version(call, row) for row in part.result], part.total, part.next)


@disk_method("disk.file.restoreFromVersion", feature=HISTORY)
def restore_from_version(call: Call) -> Data:
    """An old content becomes a new version."""
    file, version = found_file(call), _version(call, "versionId", 1)
    editable(call, file)
    unlocked(call, file)
    if version.object_id != file.id:
        text = "Невозможно восстановить версию из другого файла (DISK_FILE_22004)"
        raise RestError("DISK_FILE_22004", text)
    changes.new_content(act_of(call), file, version.content.read())
    changed(call, "version", file, SIZE=file.size, FILE_ID=file.content.id)
    return {**forms.shown(call, file), "GLOBAL_CONTENT_VERSION": file.global_version}


@disk_method("disk.version.get")
def get(call: Call) -> Data:
    """One version by its own id."""
    version = _version(call, "id", 0)
    readable(call, disk_of(call).objects[version.object_id])
    return forms.shown_version(call, version)


def _version(call: Call, name: str, position: int) -> Version:
    wanted = number(call, name, position)
    version = disk_of(call).versions.get(wanted)
    if version is None:
        raise not_found(wanted)
    return version
