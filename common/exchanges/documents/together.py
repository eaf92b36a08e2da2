"""First publications of small files: read from 1C side by side, uploaded up to 40 in one request (rules, Bytes)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.errors import ExchangeError, InDoubt, SideDown, TryLater
from common.exchanges.documents import bound as bindings
from common.exchanges.documents.entry import is_before, rule_for
from common.exchanges.documents.model import SMALL, DocumentRule, Facts
from common.exchanges.documents.names import wanted_names
from common.exchanges.documents.records import file_of, is_file
from common.exchanges.documents.tools import Tools
from common.model.documents import Card, DiskFile, FolderId, OnecFile, Upload, Version
from common.model.ids import RuleId
from common.model.records import Record

MOST = 40
"""Uploads of one request."""
MOST_BYTES = 8 * 1024 * 1024
"""Of one request, before they are encoded: what a worker holds in memory at once."""

Part = tuple[Record, Facts | None, Mapping[str, Any] | None]
BindAll = Callable[[Mapping[str, dict[str, Any]]], None]


@dataclass(frozen=True, slots=True)
class New:
    """A small file that has never been published."""

    record: Record
    facts: Facts
    card: Card
    file: OnecFile
    version: Version
    rule: DocumentRule
    folder: FolderId
    name: str


def publish(tools: Tools, parts: Sequence[Part], stopped: Sequence[RuleId], bind_all: BindAll) -> None:
    """Publish those that can go together; whatever does not go well for one is left to be carried alone."""
    for group in _groups(list(_new(tools, parts, stopped))):
        _published(tools, _housed(tools, group), bind_all)


def _new(tools: Tools, parts: Sequence[Part], stopped: Sequence[RuleId]) -> Iterator[New]:
    rules = list(tools.rules().values())
    for record, facts, bound in parts:
        if not _is_new(bound) or facts is None or not is_file(record):
            continue
        card, file = facts.card, facts.file
        rule = rule_for(rules, card, "")
        if card is None or file is None or rule is None or rule.id in stopped:
            continue
        version = file.version
        if version is None or not 0 < version.size <= SMALL or card.marked or file.marked:
            continue
        if is_before(rule, file) and not record.body.get("taken_in"):
            continue
        name = next(wanted_names(file.name, card, tools.spelled))
        try:
            folder = tools.folders.of(rule, card)
        except SideDown:
            raise
        except ExchangeError:
            continue  # it will say so itself, when it is carried
        yield New(record, facts, card, file, version, rule, folder, name)


def _is_new(bound: Mapping[str, Any] | None) -> bool:
    """Never published, and no upload of it may be under way."""
    if bound is None:
        return True
    begun = bound["intent"] or bound["target"] or bound["met"] or bound.get("disk")
    return bound["state"] == "creating" and not begun


def _groups(found: Sequence[New]) -> Iterator[list[New]]:
    group: list[New] = []
    for one in found:
        held = sum(other.version.size for other in group)
        if group and (len(group) == MOST or held + one.version.size > MOST_BYTES):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _housed(tools: Tools, group: Sequence[New]) -> list[New]:
    """Those whose folder is there: Disk takes files into a folder in the trash as well, and says nothing. A type's
    folder is looked at by each run of the sync; a document's own only here.
    """
    own = {one.folder for one in group if one.folder != one.rule.folder}
    there = tools.disk.folders(sorted(own)) if own else {}
    gone = {folder for folder in own if (found := there.get(folder)) is None or found.trashed}
    return [one for one in group if one.folder not in gone]


def _with_free_names(tools: Tools, group: Sequence[New]) -> list[New]:
    """Of files that want one name in one folder the first; others, and those whose name another upload holds, go alone
    and find another name.
    """
    first = {bindings.reserved(one.folder, one.name): one for one in reversed(group)}
    alone = list(first.values())
    held: set[str] = set()
    for folder in {one.folder for one in alone}:
        mine = {one.name: one.record.key for one in alone if one.folder == folder}
        taken = tools.pairs.reserving(folder, list(mine))
        held |= {bindings.reserved(folder, name) for name, key in taken.items() if key != mine[name]}
    return [one for key, one in first.items() if key not in held][::-1]


def _published(tools: Tools, group: Sequence[New], bind_all: BindAll) -> None:
    """Intents first: whoever comes after a death or a lost answer knows which bytes were under way."""
    group = _with_free_names(tools, group)
    contents = tools.archive.small([one.version for one in group])
    ready = [(one, data) for one in group if isinstance(data := contents[one.version.id], bytes)]
    bound: dict[str, dict[str, Any]] = {one.record.key: _intended(one) for one, _ in ready}
    bind_all(bound)
    uploads = [Upload(one.folder, one.name, data) for one, data in ready]
    try:
        answers = tools.disk.upload_together(uploads) if uploads else []
    except InDoubt:
        raise
    except (TryLater, SideDown):
        # Nothing can have been done, e.g. the bucket was full: they shall go together again, not each alone.
        bind_all({key: bindings.without_intent(one) for key, one in bound.items()})
        raise
    agreed: dict[str, dict[str, Any]] = {}
    for (one, _), answer in zip(ready, answers, strict=True):
        if isinstance(answer, DiskFile) and answer.size == one.version.size:
            one.facts.disk = answer
            both = bindings.agreed_with(one.file, one.version, answer, one.folder)
            told = {"url": one.file.url, "unsaid": ["published"]}
            agreed[one.record.key] = {**bindings.with_agreed(bound[one.record.key], both), **told}
            one.facts.did.append("published")
    bind_all(agreed)


def _intended(one: New) -> dict[str, Any]:
    begun = bindings.begun(one.rule, one.card, file_of(one.record))
    return bindings.with_intent(begun, one.version, one.name, one.folder, one.file.name)
