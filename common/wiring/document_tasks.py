"""Tasks of the documents exchange: which of its parts carries what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from common.errors import Refused
from common.model.documents import DocumentId
from common.model.ids import RuleId
from common.ports import Data

if TYPE_CHECKING:
    from common.flow.delivery import Turn
    from common.model.records import Record
    from common.wiring.documents import DocumentParts

Read = TypeVar("Read")


def carry(parts: DocumentParts, turn: Turn) -> None:
    """Carry one task. Raises Refused 400 for another's, TryLater when some of it must be tried again."""
    body = turn.task.body
    if body.get("kind") != "records" and parts.put_off("documents", turn):
        return
    match body.get("kind"):
        case "records":
            parts.documents_work.run(parts.document_records(_read(body, "records", list)), turn)
        case "page":
            _page(parts, body, turn)
        case "bound":
            _bound(parts, body, turn)
        case "documents":
            _documents(parts, _ids(_read(body, "ids", list)), _read(body, "seq", int), turn)
        case "changed":
            _changed(parts, body, turn)
        case _:
            raise Refused(400, "unknown_task")


def _page(parts: DocumentParts, body: Data, turn: Turn) -> None:
    mapping, number, after = RuleId(_read(body, "mapping", str)), _read(body, "number", int), _read(body, "after", str)
    parts.document_turns.page(mapping, number, after, lambda records, facts: _run(parts, records, facts, turn))


def _bound(parts: DocumentParts, body: Data, turn: Turn) -> None:
    mapping, after, number = RuleId(_read(body, "mapping", str)), _read(body, "after", str), _read(body, "number", int)
    released = _read(body, "released", bool)
    parts.document_turns.bound(
        mapping, after, number, released, lambda records, facts: _run(parts, records, facts, turn)
    )


def _documents(parts: DocumentParts, ids: Sequence[DocumentId], seq: int, turn: Turn) -> None:
    parts.document_turns.documents(ids, seq, lambda records, facts: _run(parts, records, facts, turn))


def _changed(parts: DocumentParts, body: Data, turn: Turn) -> None:
    """A webhook's one object."""
    kind, named, seq = _read(body, "object", str), _read(body, "id", str), _read(body, "seq", int)
    if kind == "document":
        _documents(parts, [DocumentId(named)], seq, turn)
        return
    at, entry = _read(body, "at", str), f"seq:{seq}"
    file = {"kind": "file", "portal": parts.portal, "file": named, "at": at, "entry": entry, "document": ""}
    parts.documents_work.run(parts.document_records([file]), turn)


def _run(parts: DocumentParts, records: Sequence[Record], facts: Mapping[str, Any], turn: Turn) -> None:
    parts.documents_work.run(records, turn, facts)


def _read(body: Data, name: str, kind: type[Read]) -> Read:
    value = body.get(name)
    if type(value) is not kind:
        raise Refused(400, "malformed")
    return value


def _ids(ids: list[Any]) -> list[DocumentId]:
    if not all(type(one) is str for one in ids):
        raise Refused(400, "malformed")
    return [DocumentId(one) for one in ids]
