"""The audit at the end of a scenario: the portal's stage history against what we keep and what 1C holds.

Counted at the sources: a stage entry that a rule selects is in agreement, waiting or excluded, never in two of them and
never in none; each agreed one has exactly one draft in its base; nothing was posted, changed or removed there by us.
"""

from __future__ import annotations

import re
from collections import Counter

from common.exchanges.acts.records import key
from tests.stand import MEMBER, Stand

MARK = re.compile(r"\[b24:(?P<portal>[^/\]]+)/(?P<deal>\d+)/(?P<rule>[^#\]]+)(?:#\d+)?\]")
OURS = "Обмен"


def adds_up(stand: Stand) -> None:
    """Raises AssertionError with the records that are in no state, or in several."""
    selected = selected_by_rules(stand)
    states = {record: states_of(stand, record) for record in selected}
    assert all(len(found) == 1 for found in states.values()), states
    held = marked_acts(stand)
    assert all(count == 1 for count in held.values()), held
    agreed = {record for record, found in states.items() if found == ["agreed"]}
    assert agreed <= set(held), agreed - set(held)
    assert not [entry for entry in waiting(stand) if entry not in selected and not _gone(stand, entry)]
    only_drafts_created(stand)


def selected_by_rules(stand: Stand) -> set[str]:
    """The records that the portal's history calls for: one per deal and rule, however often it entered."""
    rules = [rule for rule in stand.services.act_rules().values() if rule.active]
    return {
        key(MEMBER, move.owner, rule.id)
        for move in stand.portal.crm.history
        for rule in rules
        if (move.category, move.stage) == (rule.category, rule.stage) and (rule.since is None or move.at >= rule.since)
    }


def states_of(stand: Stand, record: str) -> list[str]:
    """`agreed`, `waiting`, `excluded`: each that holds for the record."""
    document = stand.services.store.get("bindings", record)
    waits = record in waiting(stand)
    done = document is not None and document.data["state"] == "created" and document.data["back"]
    excluded = stand.services.store.get("excluded", record) is not None
    found = {"agreed": done and not waits, "waiting": waits, "excluded": excluded}
    return [name for name, holds in found.items() if holds]


def waiting(stand: Stand) -> set[str]:
    return {one.record for one in stand.services.waiting.of_exchange("acts")}


def marked_acts(stand: Stand) -> Counter[str]:
    """How many documents of all bases bear the mark of each record."""
    found: Counter[str] = Counter()
    for name in stand.bases:
        for act in stand.acts(name):
            marks = MARK.finditer(str(act["Комментарий"]))
            found.update(key(mark["portal"], int(mark["deal"]), mark["rule"]) for mark in marks)
    return found


def only_drafts_created(stand: Stand) -> None:
    """The exchange's user creates; it never posts, changes, marks or deletes."""
    for base in stand.bases.values():
        assert {effect.kind for effect in base.effects if effect.by == OURS} <= {"create"}


def _gone(stand: Stand, record: str) -> bool:
    """Its deal was deleted, and the history with it; the next try takes note."""
    return int(record.split(":")[2]) not in stand.portal.crm.items[2]
