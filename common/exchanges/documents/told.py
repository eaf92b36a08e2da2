"""Conflicts of files in the words and data that people get, and the comment 1C keeps of a version from Disk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from common.exchanges.documents.model import ConflictKind, Facts
from common.exchanges.documents.tools import People
from common.model.documents import DiskFile, OnecUserId
from common.model.records import Conflict
from common.ports.archive import Archive


def conflict(kind: ConflictKind, record: str, facts: Facts, sha256: str, people: People, archive: Archive) -> Conflict:
    """What both sides had when they met. The same files in the same state make the same conflict, told once."""
    file, disk = facts.file, facts.disk
    version = file.version if file else None
    state = (kind, record, disk.content if disk else 0, sha256, version.id if version else "")
    sides = {
        "onec": {"file": file.id, "name": file.name, "version": version.id, "sha256": version.sha256, "url": file.url}
        if file and version
        else None,
        "disk": {"id": disk.id, "name": disk.name, "content": disk.content, "sha256": sha256, "by": disk.updated_by}
        if disk
        else None,
    }
    return Conflict(
        id=hashlib.sha256("|".join(map(str, state)).encode()).hexdigest()[:24],
        kind=kind,
        subject=disk.name if disk else file.name if file else "",
        where=(disk.url if disk else "") or (file.url if file else ""),
        details=_who(kind, facts, people, archive),
        data=sides,
    )


def with_copy(conflict: Mapping[str, Any], copy: DiskFile) -> dict[str, Any]:
    """The kept conflict, once its losing bytes stand beside the file."""
    one = read(conflict)
    data = {**one.data, "copy": {"id": copy.id, "name": copy.name}}
    lines = [line for line in one.details.splitlines() if not line.startswith("→")]
    return written(replace(one, details="\n".join([*lines, f"→ {copy.name}"]), data=data))


def written(conflict: Conflict) -> dict[str, Any]:
    """As the binding keeps it until it is told."""
    return asdict(conflict)


def read(data: Mapping[str, Any]) -> Conflict:
    return Conflict(**data)


def comment(disk: DiskFile, people: People, longest: int) -> str:
    """What 1C's version says of where it comes from (rules, Documents); at most `longest` signs."""
    name = people.name(disk.updated_by) or f"user {disk.updated_by}"
    return f"Bitrix24 Disk, object {disk.id}, {name}"[:longest]


def _who(kind: ConflictKind, facts: Facts, people: People, archive: Archive) -> str:
    file, disk = facts.file, facts.disk
    lines = []
    if disk is not None:
        lines.append(f"Диск / Disk: {people.name(disk.updated_by) or disk.updated_by}")
    holder = file.locked_by if file is not None and file.locked_by and kind == "closed" else None
    author = holder or (file.version.author if file and file.version else None)
    if author is not None:
        lines.append(f"1С / 1C: {_onec_name(author, archive)}")
    if file is not None and kind == "closed":
        lines.append(" ".join(_closed(file.signed, file.encrypted, holder is not None)))
    return "\n".join(lines)


def _onec_name(user: OnecUserId, archive: Archive) -> str:
    found = archive.users([user]).get(user)
    return found.name if found else str(user)


def _closed(signed: bool, encrypted: bool, captured: bool) -> list[str]:
    words = {"подписан / signed": signed, "зашифрован / encrypted": encrypted, "захвачен / captured": captured}
    return [word for word, said in words.items() if said]
