"""Stage entries as records of a task and back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from common.exchanges.acts.entry import rules_for
from common.exchanges.acts.model import ActRule
from common.model.deals import StageEntry
from common.model.ids import DealId, RecordKey, RuleId, StageId
from common.model.moments import parse, text
from common.model.records import Record


def key(portal: str, deal: int, rule: str) -> RecordKey:
    """The record of one deal under one rule: whatever its events, one claim, one binding, one act."""
    return RecordKey(f"act:{portal}:{deal}:{rule}")


def records(portal: str, rules: Iterable[ActRule], entries: Iterable[StageEntry]) -> list[Record]:
    """The records these entries call for; of several entries of one deal under one rule the latest speaks."""
    chosen = list(rules)
    found: dict[RecordKey, Record] = {}
    for entry in sorted(entries, key=lambda one: one.id):
        for rule in rules_for(chosen, entry):
            record = _record(portal, rule, entry)
            found[record.key] = record
    return list(found.values())


def read(body: Mapping[str, Any]) -> Record:
    """A record from its task body. Raises KeyError or ValueError when the body is not one of ours."""
    entry = _entry(body)
    return Record(key(body["portal"], entry.deal, body["rule"]), f"deal:{entry.deal}", entry.at, dict(body))


def entry_of(record: Record) -> StageEntry:
    return _entry(record.body)


def rule_of(record: Record) -> RuleId:
    return RuleId(record.body["rule"])


def _record(portal: str, rule: ActRule, entry: StageEntry) -> Record:
    body = {
        "portal": portal,
        "rule": rule.id,
        "entry": entry.id,
        "deal": entry.deal,
        "category": entry.category,
        "stage": entry.stage,
        "at": text(entry.at),
    }
    return read(body)


def _entry(body: Mapping[str, Any]) -> StageEntry:
    return StageEntry(
        id=int(body["entry"]),
        deal=DealId(int(body["deal"])),
        category=int(body["category"]),
        stage=StageId(str(body["stage"])),
        at=parse(body["at"]),
    )
