"""Firestore databases, indexes, fields and backups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider.refusals.saying import require, seconds
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]
_INDEX, _FIELD, _BACKUPS = "google_firestore_index", "google_firestore_field", "google_firestore_backup_schedule"
_LONGEST_RETENTION = 8467200


def _database(_cloud: Cloud, state: State) -> None:
    name = str(state["name"])
    good = name == "(default)" or re.fullmatch(r"[a-z][a-z0-9-]{2,61}[a-z0-9]", name)
    require(good, 400, f"Invalid database id {name}")


def _require_database(cloud: Cloud, state: State) -> None:
    id_ = f"projects/{state['project']}/databases/{state.get('database') or '(default)'}"
    require(cloud.has("google_firestore_database", id_), 404, f"The database {id_} does not exist.")


def _index(cloud: Cloud, state: State) -> None:
    """Two equal indexes cannot be, and one of a single field is not made by hand."""
    _require_database(cloud, state)
    fields = _fields(state)
    composite = len(fields) > 1 or any(field.get("vector_config") for field in state["fields"])
    require(composite, 400, "this index is not necessary, configure using single field index controls")
    own = state.get("name")
    same = [one for one in cloud.all(_INDEX) if _place(one) == _place(state) and _fields(one) == fields]
    require(all(one["name"] == own for one in same), 409, "index already exists")


def _fields(state: State) -> list[tuple[Value, ...]]:
    named = [field for field in state["fields"] if field["field_path"] != "__name__"]
    return [(field["field_path"], field.get("order"), field.get("array_config")) for field in named]


def _place(state: State) -> tuple[Value, ...]:
    return state["database"], state["collection"], state.get("query_scope")


def _backups(cloud: Cloud, state: State) -> None:
    _require_database(cloud, state)
    kept = seconds(state["retention"])
    require(
        0 < kept <= _LONGEST_RETENTION,
        400,
        f"retention must be at most {_LONGEST_RETENTION}s, got {state['retention']}",
    )


def _protected(_cloud: Cloud, state: State) -> None:
    on = state.get("delete_protection_state") == "DELETE_PROTECTION_ENABLED"
    require(not on, 400, f"Database {state['name']} cannot be deleted while delete protection is enabled.")


RULES = {
    "google_firestore_database": _database,
    _INDEX: _index,
    _FIELD: _require_database,
    _BACKUPS: _backups,
}
DELETIONS = {"google_firestore_database": _protected}
