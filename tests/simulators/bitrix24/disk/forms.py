"""Disk objects as the portal prints them (facts 6.1): strings on reads, ints on fresh creations."""

from __future__ import annotations

from datetime import datetime

from tests.simulators.bitrix24.calls import Call
from tests.simulators.bitrix24.clock import stamp
from tests.simulators.bitrix24.disk.links import download_url
from tests.simulators.bitrix24.disk.objects import File, Node, Storage, Version
from tests.simulators.bitrix24.disk.state import DiskState
from tests.simulators.bitrix24.wire import Data

_PLACES = {"user": "company/personal/user/{}/disk", "group": "workgroups/group/{}/disk", "common": "docs"}


def shown(call: Call, node: Node) -> Data:
    """An object as it is read: every number a string."""
    row: Data = {
        "ID": str(node.id), "NAME": node.name, "CODE": node.code, "STORAGE_ID": str(node.storage_id),
        "TYPE": node.type, **_of_folder(node), "PARENT_ID": str(node.parent_id), "DELETED_TYPE": str(node.deleted_type),
        **_of_file(node), "CREATE_TIME": _moment(call, node.create_time),
        "UPDATE_TIME": _moment(call, node.update_time), "DELETE_TIME": _moment(call, node.delete_time),
        "CREATED_BY": str(node.created_by), "UPDATED_BY": str(node.updated_by), "DELETED_BY": str(node.deleted_by),
    }  # fmt: skip
    if isinstance(node, File):
        row["DOWNLOAD_URL"] = download_url(call, node.id)
    return {**row, "DETAIL_URL": _detail_url(call, node)}


def fresh(call: Call, node: Node) -> Data:
    """An object just created: its own numbers are ints, nobody deleted it."""
    row = {**shown(call, node), "ID": node.id, "DELETED_TYPE": node.deleted_type, "DELETED_BY": None}
    if isinstance(node, File):
        return {**row, "GLOBAL_CONTENT_VERSION": node.global_version, "FILE_ID": node.content.id}
    return {**row, "REAL_OBJECT_ID": node.id}


def shown_version(call: Call, version: Version) -> Data:
    """A version as it is read."""
    return {
        "ID": str(version.id), "OBJECT_ID": str(version.object_id), "SIZE": str(version.size), "NAME": version.name,
        "GLOBAL_CONTENT_VERSION": str(version.number), "CREATE_TIME": _moment(call, version.create_time),
        "CREATED_BY": str(version.created_by), "DOWNLOAD_URL": download_url(call, version.id, "version"),
    }  # fmt: skip


def shown_storage(storage: Storage) -> Data:
    """A storage as it is read."""
    return {
        "ID": str(storage.id), "NAME": storage.name, "CODE": storage.code, "MODULE_ID": "disk",
        "ENTITY_TYPE": storage.entity_type, "ENTITY_ID": storage.entity_id, "ROOT_OBJECT_ID": str(storage.root_id),
    }  # fmt: skip


def _of_folder(node: Node) -> Data:
    return {} if isinstance(node, File) else {"REAL_OBJECT_ID": str(node.id)}


def _of_file(node: Node) -> Data:
    if not isinstance(node, File):
        return {}
    return {
        "GLOBAL_CONTENT_VERSION": str(node.global_version), "FILE_ID": str(node.content.id), "SIZE": str(node.size),
    }  # fmt: skip


def _moment(call: Call, moment: datetime | None) -> str | None:
    return stamp(moment, call.portal.zone) if moment else None


def _detail_url(call: Call, node: Node) -> str:
    disk = call.portal.part(DiskState)
    storage = disk.storages[node.storage_id]
    place = _PLACES.get(storage.entity_type, "bitrix/tools/disk").format(storage.entity_id)
    path = "/".join(above.name for above in list(disk.lineage(node))[-2::-1])
    return f"{call.portal.base_url}/{place}/{'file' if isinstance(node, File) else 'path'}/{path}"
