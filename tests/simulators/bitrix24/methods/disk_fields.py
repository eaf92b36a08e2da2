"""Descriptions of fields: what may be filtered and shown (facts 6.2)."""

from __future__ import annotations

from tests.simulators.bitrix24.calls import Call
from tests.simulators.bitrix24.disk.handlers import disk_method
from tests.simulators.bitrix24.wire import Data

# Name, type, `f` if it may be filtered.
_OBJECT = """
ID integer f
NAME string f
TYPE enum f
CODE string f
STORAGE_ID integer f
REAL_OBJECT_ID integer
PARENT_ID integer f
CREATE_TIME datetime f
UPDATE_TIME datetime f
DELETE_TIME datetime f
CREATED_BY integer
UPDATED_BY integer
DELETED_BY integer
GLOBAL_CONTENT_VERSION integer
FILE_ID integer
SIZE integer
DELETED_TYPE enum f
"""
_STORAGE = """
ID integer f
NAME string f
CODE string f
MODULE_ID string
ENTITY_TYPE string f
ENTITY_ID string f
ROOT_OBJECT_ID integer
"""
_OF_FILES = {"GLOBAL_CONTENT_VERSION", "FILE_ID", "SIZE"}


def _described(table: str, without: set[str]) -> Data:
    rows = [line.split() for line in table.strip().splitlines()]
    return {
        row[0]: {"TYPE": row[1], "USE_IN_FILTER": len(row) > 2, "USE_IN_SHOW": True}
        for row in rows
        if row[0] not in without
    }


def _register(name: str, described: Data) -> None:
    def handler(call: Call) -> Data:
        """The same for everybody."""
        return described

    disk_method(name)(handler)


_register("disk.file.getFields", _described(_OBJECT, {"REAL_OBJECT_ID"}))
_register("disk.folder.getFields", _described(_OBJECT, _OF_FILES))
_register("disk.storage.getFields", _described(_STORAGE, set()))
