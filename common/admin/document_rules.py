"""Mappings of documents as a person saves them: read strictly, and checked together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from common.exchanges.documents.model import DocumentRule
from common.exchanges.documents.names import template_faults

_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def checked(data: Any) -> tuple[list[DocumentRule], list[str]]:
    """The mappings of a file, and what is wrong with them, a sentence each."""
    if not isinstance(data, list):
        return [], ["documents must be a list of mappings"]
    found: list[str] = []
    rules = [rule for number, one in enumerate(data, 1) if (rule := _parsed(number, one, found))]
    return rules, [*found, *faults(rules)]


def faults(rules: Sequence[DocumentRule]) -> list[str]:
    """What is wrong with mappings of the right form, a sentence each."""
    found = [f"mapping {rule.id}: {fault}" for rule in rules for fault in _faults(rule)]
    return [*found, *_between(rules)]


def activated(rule: DocumentRule, before: DocumentRule | None, now: datetime) -> DocumentRule:
    """`since` of a mapping that names none is the moment it was first activated (rules, Common)."""
    if rule.since is not None or not rule.active:
        return rule
    return replace(rule, since=before.since if before is not None and before.since is not None else now)


def _faults(rule: DocumentRule) -> Iterable[str]:
    if not _ID.fullmatch(rule.id):
        yield "id must be small Latin letters, digits, _ and -, at most 40, e.g. contracts"
    if not _GUID.fullmatch(rule.kind):
        yield "kind must be the id of a kind of documents, a GUID in small letters: ./deploy.sh documents kinds"
    if rule.folder <= 0:
        yield "folder must be the id of a folder on Disk, e.g. 8907"
    if rule.max_version_size <= 0:
        yield "max_version_size must be a number of bytes, e.g. 52428800"
    if rule.since is not None and rule.since.tzinfo is None:
        yield "since needs an offset, e.g. 2026-11-01T00:00:00+03:00"
    yield from template_faults(rule.subfolder)


def _between(rules: Sequence[DocumentRule]) -> Iterable[str]:
    ids = [rule.id for rule in rules]
    yield from (f"id {one!r} is given twice" for one in sorted({one for one in ids if ids.count(one) > 1}))
    working = [rule for rule in rules if rule.active]
    kinds, folders = [rule.kind for rule in working], [rule.folder for rule in working]
    yield from (f"kind {one} has two active mappings" for one in sorted({k for k in kinds if kinds.count(k) > 1}))
    yield from (f"folder {one} has two active mappings" for one in sorted({f for f in folders if folders.count(f) > 1}))


def _parsed(number: int, data: Any, found: list[str]) -> DocumentRule | None:
    known = {field.name for field in fields(DocumentRule)}
    extra = sorted(set(data) - known) if isinstance(data, dict) else []
    found += [f"mapping {number}: unknown field {name!r}" for name in extra]
    try:
        return None if extra else TypeAdapter(DocumentRule).validate_python(data)
    except ValidationError as error:
        for fault in error.errors():
            found.append(f"mapping {number}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}")
        return None
