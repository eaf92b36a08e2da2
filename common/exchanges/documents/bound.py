"""The binding of a file as JSON: what was agreed, what is under way, what was said once. Pure.

state     `creating`: an upload is under way, its `intent` tells which bytes; `bound`: a pair; `buried`: both gone
noted     word → the content it was said of, so that the journal says it once
copying   a conflict copy under way: name and hash
writing   1C's bytes on their way over a Disk object, `sending` Disk's on their way to 1C: an answer may be lost
renaming  a name we are about to give on Disk, so that it is not taken for a user's
unsaid    what was done and is not journalled yet
met       conflicts that are still to be told
kept      content that went to the trash after a copy of it was kept
shown     the reason of waiting that 1C's card shows, "" for none
out       it lies in a folder of no mapping, where a user moved it
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from common.exchanges.documents.model import Agreed, DocumentRule, State
from common.model.documents import Card, DiskFile, DiskId, FileId, FolderId, OnecFile, Version, VersionId

Bound = Mapping[str, Any]

_AGREED = tuple(Agreed.__dataclass_fields__)

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "intent": None,
        "copying": None,
        "renaming": "",
        "writing": None,
        "sending": None,
        "url": "",
        "kept": 0,
        "out": False,
        "shown": "",
        "noted": {},
        "met": [],
        "unsaid": [],
    }
)
"""What a binding holds while nothing of it is under way; one written before a field was known reads as if it were."""

NOTHING_UNDER_WAY: Mapping[str, Any] = MappingProxyType(dict.fromkeys(("intent", "copying", "writing", "sending")))
"""What is over once both sides agree."""


def begun(rule: DocumentRule, card: Card | None, file: FileId) -> dict[str, Any]:
    """A binding before anything is on the other side."""
    own = {"exchange": "documents", "source": source(file), "target": "", "state": "creating", "generation": 1}
    return {**own, **DEFAULTS, **_shown(rule, card), "document": card.id if card else ""}


def source(file: FileId) -> str:
    return f"file:{file}"


RESERVED = "name:"


def reserved(folder: FolderId, name: str) -> str:
    """What an upload under way holds instead of an object: its name in that folder, as Disk compares names."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return RESERVED + hashlib.sha256(f"{folder}|{folded}".encode()).hexdigest()[:40]


def target(disk: DiskId) -> str:
    """What a Disk object is called in bindings and journal."""
    return f"disk:{disk}"


def agreed_of(bound: Bound | None) -> Agreed | None:
    """What was agreed last; None before the first agreement and after both are gone."""
    if bound is None or bound["state"] != "bound":
        return None
    return Agreed(**{name: bound[name] for name in _AGREED})


def disk_of(bound: Bound | None) -> DiskId | None:
    """The Disk object this record was bound to last, though both may be gone."""
    return DiskId(bound["disk"]) if bound is not None and bound.get("disk") else None


def with_agreed(bound: Bound, agreed: Agreed) -> dict[str, Any]:
    """Bound to what is agreed now; what was under way is done."""
    now = {"target": target(agreed.disk), "state": "bound", **NOTHING_UNDER_WAY}
    return {**bound, **now, **asdict(agreed)}


def with_state(bound: Bound, state: State) -> dict[str, Any]:
    return {**bound, "state": state, **NOTHING_UNDER_WAY}


def with_card(bound: Bound, rule: DocumentRule, card: Card, file: OnecFile) -> dict[str, Any]:
    """The registration number, state and link that the console shows."""
    return {**bound, **_shown(rule, card), "document": card.id, "url": file.url}


def with_intent(bound: Bound, version: Version, name: str, folder: FolderId, onec_name: str = "") -> dict[str, Any]:
    """About to upload these bytes: found again by name, length and hash when the answer is lost. `onec_name`: what 1C
    called the file then; a name that it gives meanwhile is a rename. The name is reserved: nobody else's file takes it.
    """
    bytes_of = {"version": version.id, "sha256": version.sha256, "size": version.size}
    intent = {**bytes_of, "onec_name": onec_name, "name": name, "folder": folder}
    return {**bound, "intent": intent, "target": reserved(folder, name)}


def content_of(version: Version) -> dict[str, Any]:
    """Which bytes are under way to Disk."""
    return {"version": version.id, "sha256": version.sha256, "size": version.size}


def without_intent(bound: Bound) -> dict[str, Any]:
    """Nothing was uploaded, and the name is free again."""
    return {**bound, "intent": None, "target": ""}


def agreed_intent(intent: Mapping[str, Any], disk: DiskFile) -> Agreed:
    """An upload whose answer was lost, found again: agreed under what both sides said when it was begun."""
    return Agreed(
        version=VersionId(intent["version"]),
        sha256=intent["sha256"],
        size=intent["size"],
        onec_name=intent["onec_name"],
        disk=disk.id,
        content=disk.content,
        revision=disk.revision,
        disk_name=disk.name,
        folder=disk.folder,
        wanted=FolderId(intent["folder"]),
    )


def claimed(bound: Bound) -> DiskId | None:
    """A user's file that was about to be met when the attempt died."""
    kind, _, named = str(bound["target"]).partition(":")
    return DiskId(int(named)) if bound["state"] == "creating" and kind == "disk" else None


def shown_target(bound: Bound) -> str:
    """The Disk object, for the journal; "" while there is none."""
    found = str(bound["target"])
    return "" if found.startswith(RESERVED) else found


def intended(bound: Bound | None) -> Version | None:
    """The version whose upload was under way."""
    intent = bound.get("intent") if bound is not None else None
    return Version(VersionId(intent["version"]), 0, intent["size"], intent["sha256"]) if intent else None


def agreed_with(file: OnecFile, version: Version, disk: DiskFile, wanted: FolderId) -> Agreed:
    """These bytes of both sides are the same, under these ids and names."""
    return Agreed(
        version=version.id,
        sha256=version.sha256,
        size=version.size,
        onec_name=file.name,
        disk=disk.id,
        content=disk.content,
        revision=disk.revision,
        disk_name=disk.name,
        folder=disk.folder,
        wanted=wanted,
    )


def _shown(rule: DocumentRule, card: Card | None) -> dict[str, Any]:
    number, state = (card.reg_number, card.state) if card else ("", "")
    return {"mapping": rule.id, "reg_number": number, "card_state": state}
