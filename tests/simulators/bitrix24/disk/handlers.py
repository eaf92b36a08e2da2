"""What all Disk methods share: the scope and the hooks, arguments, found objects, rights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulators.bitrix24.calls import Call, Handler, Page, counted, mapping, method
from tests.simulators.bitrix24.disk.changes import Act
from tests.simulators.bitrix24.disk.listing import OBJECTS, Reading, ordered, selected
from tests.simulators.bitrix24.disk.objects import ALIVE, File, Folder, Node
from tests.simulators.bitrix24.disk.state import DiskState
from tests.simulators.bitrix24.errors import RestError, access_denied
from tests.simulators.bitrix24.wire import Data, integer

_SCRAMBLE = 2_654_435_761


def disk_method(
    name: str, application_only: bool = False, admin: bool = False, feature: str = ""
) -> Callable[[Handler], Handler]:
    """Register a handler under scope `disk`, with the hooks of `DiskState` around it."""

    def register(handler: Handler) -> Handler:
        def hooked(call: Call) -> Any:
            disk = disk_of(call)
            disk.run(disk.before, call)
            result = handler(call)
            disk.run(disk.after, call)
            return result

        method(name, "disk", application_only=application_only, admin=admin, feature=feature)(hooked)
        return handler

    return register


def disk_of(call: Call) -> DiskState:
    """The state behind a call."""
    return call.portal.part(DiskState)


def act_of(call: Call) -> Act:
    """A change by the caller."""
    return Act(call.portal, call.caller.user_id)


def argument(call: Call, name: str, position: int) -> Any:
    """A required argument; the error names its position (vendor's tables of errors)."""
    value = call.params.get(name)
    if value in (None, "", []):
        raise bad_argument(position)
    return value


def bad_argument(position: int) -> RestError:
    """An argument is missing or of a wrong type."""
    text = f"Invalid value of parameter {{Parameter #{position}}}"
    return RestError("ERROR_ARGUMENT", text, argument=f"Parameter #{position}")


def number(call: Call, name: str, position: int) -> int:
    """A required id."""
    value = integer(argument(call, name, position))
    if value <= 0:
        raise bad_argument(position)
    return value


def not_found(wanted: int) -> RestError:
    """Never there, or destroyed."""
    return RestError("ERROR_NOT_FOUND", f"Could not find entity with id `{wanted}`")


def found_file(call: Call, name: str = "id", position: int = 0) -> File:
    """The file an argument names; a folder's id is not found here."""
    wanted = number(call, name, position)
    node = disk_of(call).objects.get(wanted)
    if not isinstance(node, File):
        raise not_found(wanted)
    return node


def found_folder(call: Call, name: str = "id", position: int = 0) -> Folder:
    """The folder an argument names; a file's id is not found here."""
    wanted = number(call, name, position)
    node = disk_of(call).objects.get(wanted)
    if not isinstance(node, Folder):
        raise not_found(wanted)
    return node


def readable(call: Call, node: Node) -> None:
    """Refuse whom the object is denied."""
    if not disk_of(call).may_read(node, call.caller.user_id):
        raise access_denied(403)


def writable(call: Call, node: Node) -> None:
    """Refuse whom the object is denied or read-only."""
    if not disk_of(call).may_write(node, call.caller.user_id):
        raise access_denied(403)


def editable(call: Call, node: Node) -> None:
    """Refuse as `writable` does, and by a switch in the bin, out of which one may only restore or destroy."""
    writable(call, node)
    disk = disk_of(call)
    binned = any(above.deleted_type != ALIVE for above in disk.lineage(node))
    if binned and not disk.options.writes_into_bin:
        raise access_denied(403)


def unlocked(call: Call, file: File) -> None:
    """Refuse while another user edits the file (facts 6.5)."""
    if file.locked_by not in (None, call.caller.user_id):
        raise RestError("DISK_FILE_22007", "Exclusive lock (DISK_FILE_22007)")


def sent_name(call: Call) -> str:
    """`data[NAME]` of what is to be created; empty if it is missing."""
    name = mapping(call.params.get("data")).get("NAME")
    return name.strip() if isinstance(name, str) else ""


def changed(call: Call, kind: str, node: Node, **fields: Any) -> None:
    """Note an effect of ours."""
    entity = "DISK_FILE" if isinstance(node, File) else "DISK_FOLDER"
    call.portal.changed(call.hit, kind, entity, node.id, {"NAME": node.name, "PARENT_ID": node.parent_id, **fields})


def reading(call: Call, columns: Data) -> Reading:
    """How the filter of this call is read."""
    return Reading(columns, call.portal.zone, disk_of(call).key)


def children(call: Call, folder: Folder, shape: Callable[[Call, Node], Data]) -> Page:
    """What lives directly in a folder and may be read: filtered, ordered, from an exact offset, always counted.
    DELETED_TYPE = 0 is forced over the caller's filter (facts 6.2, 6.8)."""
    disk, user_id, read = disk_of(call), call.caller.user_id, reading(call, OBJECTS)
    if not disk.may_read(folder, user_id):
        if disk.options.denied_listing_is_error:
            raise access_denied(403)
        return Page([], 0)
    conditions = {
        key: value for key, value in mapping(call.params.get("filter")).items() if not key.endswith("DELETED_TYPE")
    }
    alive = (child for child in folder.children.values() if child.deleted_type == ALIVE)
    rows = [row for row in selected(alive, conditions, read) if (row.id, user_id) not in disk.denied]
    rows = ordered(rows, call.params.get("order"), read)
    if disk.options.scrambled_lists and not call.params.get("order"):
        rows.sort(key=lambda row: row.id * _SCRAMBLE % 2**32)
    part = counted(rows, max(call.start, 0))
    return Page([shape(call, row) for row in part.result], part.total, part.next)
