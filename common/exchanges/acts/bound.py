"""The binding of an act as data: what is kept before the write, after it, and what a person is shown of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from common.errors import Stop
from common.exchanges.acts.model import ActRule
from common.exchanges.acts.records import entry_of
from common.model.acts import StoredAct
from common.model.moments import text
from common.model.records import Outcome, Record

Bound = Mapping[str, Any]

DRAFT, POSTED, MARKED = "Черновик", "Проведен", "Помечен на удаление"


def settled(bound: Bound | None) -> bool:
    """The act is bound and shown on the deal: whatever the event, nothing is left to do."""
    return bound is not None and created(bound) and bool(bound["back"]) and not bound["differs"]


def created(bound: Bound | None) -> bool:
    """The act exists in 1C and we know it."""
    return bound is not None and bound["state"] == "created"


def generation(bound: Bound | None) -> int:
    """Which act of the deal and rule this is; it rises only by a person's word."""
    return int(bound["generation"]) if bound else 1


def intent(record: Record, rule: ActRule, bound: Bound | None, day: date, now: datetime) -> dict[str, Any]:
    """Kept before the write: killed right after it, we know that an act may be there, and of which day."""
    days = sorted({*sent_days(bound), day})
    unknown = {"intent_at": text(now), "days": [one.isoformat() for one in days], "back": False}
    return {**_common(record, rule, bound), "target": "", "state": "creating", **unknown}


def refused(written: Mapping[str, Any], bound: Bound | None) -> dict[str, Any]:
    """1C said no to the write: what may still come is what was sent before it, as `bound` says."""
    earlier = {"intent_at": bound["intent_at"], "days": bound.get("days", [])} if bound else {}
    return {**written, "intent_at": "", "days": [], **earlier}


def sent_days(bound: Bound | None) -> list[date]:
    """The days of writes whose end is unknown: a later entry or an opened period may have moved the act's day."""
    return [date.fromisoformat(one) for one in bound.get("days", [])] if bound else []


def binding(
    record: Record, rule: ActRule, bound: Bound | None, stored: StoredAct, link: str, person: int, differs: str = ""
) -> dict[str, Any]:
    """Kept at once after the write: the ids of the pair and what 1C gave back; `differs` is what it kept otherwise.

    An act found again may have been posted or marked meanwhile: a marked one is for a person, never made anew.
    """
    return {
        **_common(record, rule, bound),
        "target": f"{rule.base}:{stored.ref}",
        "state": "created",
        "intent_at": "",
        "ref": stored.ref,
        "number": stored.number,
        "shown_date": f"{stored.day:%d.%m.%Y}",
        "shown_state": state(stored),
        "link": link,
        "version": stored.version,
        "total": str(stored.total),
        "notes": stored.comment.split("\n")[2:],
        "person": person,
        "differs": differs or (MARKED if stored.marked else ""),
        "back": not rule.back.names(),
    }


def state(stored: StoredAct) -> str:
    """What has become of the act in 1C, in the words shown on the deal."""
    return MARKED if stored.marked else POSTED if stored.posted else DRAFT


def looked_at(bound: Bound, stored: StoredAct | None, rule: ActRule | None, confirmed: bool) -> Bound:
    """A difference is settled by a person's word, or by his change of the act; its state is shown as it is then."""
    changed = stored is not None and stored.version != bound["version"]
    if not confirmed and (not changed or (stored is not None and stored.marked)):
        return bound
    now = bound["shown_state"] if stored is None else state(stored)
    anew = now != bound["shown_state"] and rule is not None and bool(rule.back.names())
    return {**bound, "differs": "", "shown_state": now, "back": bound["back"] and not anew}


def outcome(bound: Bound) -> Outcome:
    """In agreement, or bound and waiting for a person to look at what 1C kept otherwise."""
    stop = Stop("read_back_differs", bound["differs"], "accounting", "person", where=bound["link"])
    stops = (stop,) if bound["differs"] else ()
    details = {"number": bound["number"], "date": bound["shown_date"], "total": bound["total"], "base": bound["base"]}
    details["notes"] = bound["notes"]
    return Outcome(dict(bound), stops, "", bound["person"], bound["target"], bound["rule"], details=details)


def shown(rule: ActRule, bound: Bound) -> dict[str, str]:
    """The deal's fields that show the act, by the names the rule gives them."""
    back = rule.back
    values = {back.number: "number", back.date: "shown_date", back.link: "link", back.state: "shown_state"}
    return {name: str(bound[key]) for name, key in values.items() if name}


def _common(record: Record, rule: ActRule, bound: Bound | None) -> dict[str, Any]:
    return {
        "exchange": "acts",
        "source": record.source,
        "generation": generation(bound),
        "base": rule.base,
        "profile": rule.profile,
        "rule": rule.id,
        "entry": entry_of(record).id,
        "body": record.body,
    }
