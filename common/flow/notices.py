"""Who is told what, once per cause, and once more when the cause is gone (design §3).

A cause is what one person has to mend once, however many records it holds up. Three collections:

    wishes          what a record wants told now; written in the worker's own commit (`wish`), gone once settled
    record_causes   the causes a record has joined
    causes          a cause: how many records, and whether a notice about it is still to be sent (`to_tell`)

`settle` turns a wish into joined causes in one commit, so a record joins once however often that is repeated. Killed
before it: `unsettled` lists the wish. Killed between it and the sending: `untold` lists the notice, for the watch.
Killed between sending and `told`: it is sent again under the same tag, which replaces the first on the portal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

from common.errors import Owner, Stop
from common.flow import notices_texts
from common.flow.retry import until_applied
from common.flow.waiting import PARKED
from common.model import moments
from common.ports import ABSENT, Clock, Data, Document, Store, Write

WISHES = "wishes"
RECORD_CAUSES = "record_causes"
CAUSES = "causes"

DOCTOR = "doctor:"
"""How what the doctor finds begins, in place of a record."""

_SHOWN = 20
"""Records named in a cause; all of them are counted."""

CONFLICTS_APART = ("both_changed", "first_meeting", "delete_vs_modify", "modify_vs_delete", "closed", "written_between")
"""Each conflict is told and settled for itself."""

_APART: Mapping[str, tuple[str, ...]] = {
    "refused_by_1c": ("where", "details"),
    "portal_refused": ("details",),
    "not_written_back": ("details",),
    "read_back_differs": ("source",),
    **{f"conflict_{kind}": ("record",) for kind in CONFLICTS_APART},
    **dict.fromkeys(("version_too_large", "version_empty", "too_large", "name_taken_in_1c"), ("source",)),
}
"""What else tells causes apart: of a refusal only its words say why, and each act kept otherwise is looked at."""

Kind = Literal["open", "resolved"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What to send: `Notifier.notify(person, text, tag)`, then `told`. `count` is how many records it held up."""

    person: int
    text: str
    tag: str
    kind: Kind
    count: int
    cause: str
    episode: str


def recipients(
    owner: Owner,
    responsible: int,
    accountants: Sequence[int],
    admins: Sequence[int],
    is_active: Callable[[int], bool],
) -> tuple[int, ...]:
    """The people who can mend a stop: all working members of the first group that has any.

    Order: the responsible, the accountants, the admins; it starts at the group that owns the stop. Empty when nobody
    of them works here any more.
    """
    groups = [[responsible] if responsible else [], accountants, admins]
    for group in groups[("crm", "accounting", "admin").index(owner) :]:
        working = tuple(user for user in dict.fromkeys(group) if is_active(user))
        if working:
            return working
    return ()


class Notices:
    def __init__(self, store: Store, clock: Clock, ids: Callable[[], str], language: notices_texts.Language) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._language = language

    def wish(self, record: str, wanted: Sequence[tuple[Stop, int]], mended: bool = True, source: str = "") -> Write:
        """Everything the record has to tell now, each with its person, for the worker's one commit; nothing when it
        waits no more. Then `settle`. The last wish wins: it comes from whoever holds the record's claim.

        `source`: the object it comes from, `deal:12`, named where a stop does not say whom it is about.
        `mended`: causes it no longer names are mended; not so when the record has gone (rules, excluded).
        What waits for a breaker is left out: the breaker itself is told once, by whoever opened it or by the watch.
        """
        whose = {"record": record, "source": source}
        causes = [{**asdict(stop), "person": person, **whose} for stop, person in wanted if stop.reason not in PARKED]
        return Write(WISHES, record, {"causes": causes, "mended": mended, "at": moments.text(self._clock.now())})

    def joined(self, record: str) -> bool:
        """Whether the record stands in any cause now."""
        return self._store.get(RECORD_CAUSES, record) is not None

    def joined_of(self, kind: str) -> list[str]:
        """Those `<kind>:…` that stand in a cause now."""
        return [one.key for one in self._store.query(RECORD_CAUSES, [("kind", "==", kind)])]

    def wish_now(self, record: str, wanted: Sequence[tuple[Stop, int]]) -> None:
        """`wish` of its own, for what no worker's commit goes along with."""
        self._store.write(self.wish(record, wanted))

    def settle(self, record: str) -> list[Notice]:
        """Carry out the record's wish, if there is one; the notices to send now."""
        return until_applied(lambda: self._settle(record))

    def tell(self, record: str, wanted: Sequence[tuple[Stop, int]]) -> list[Notice]:
        """`wish_now` and `settle`: the notices to send now, of what is new and of what is mended."""
        self.wish_now(record, wanted)
        return self.settle(record)

    def open(self, record: str, stop: Stop, person: int) -> Notice | None:
        """Tell of one stop alone, e.g. a wrong clock; a notice only when its cause is new."""
        return next((notice for notice in self.tell(record, [(stop, person)]) if notice.kind == "open"), None)

    def close(self, record: str) -> list[Notice]:
        """Nothing holds the record up any more; "resolved" for each cause of which it was the last."""
        return self.tell(record, [])

    def told(self, *notices: Notice) -> None:
        """These were sent. A cause that went on meanwhile (`episode`) is left as it is."""
        if notices:
            until_applied(lambda: self._told({notice.cause: notice for notice in notices}))

    def untold(self, older_than: float = 60.0) -> list[Notice]:
        """Notices that nobody seems to be sending: made so many seconds ago and not `told`."""
        before = moments.text(self._clock.now() - timedelta(seconds=older_than))
        found = self._store.query(CAUSES, [("to_tell", "==", True)])
        return [self._notice(one.key, one.data) for one in found if one.data["changed_at"] <= before]

    def unsettled(self, older_than: float = 60.0) -> list[str]:
        """Records whose wish nobody seems to be settling; `settle` each."""
        before = moments.text(self._clock.now() - timedelta(seconds=older_than))
        return [one.key for one in self._store.query(WISHES, [("at", "<=", before)], order_by="at")]

    def _settle(self, record: str) -> list[Notice]:
        wish = self._store.get(WISHES, record)
        if wish is None:
            return []
        joined = self._store.get(RECORD_CAUSES, record)
        before: list[str] = joined.data["causes"] if joined else []
        wanted = {_id(cause): cause for cause in wish.data["causes"]}
        changed = [*(cause for cause in wanted if cause not in before), *(one for one in before if one not in wanted)]
        found = self._store.get_many(CAUSES, changed) if changed else {}
        handed_on = {_about(cause) for cause in wanted.values()} if wish.data["mended"] else None
        after = {
            cause: self._moved(found.get(cause), wanted.get(cause), record, handed_on)
            for cause in changed
            if cause in wanted or cause in found
        }
        # All conditional: if anybody came between, everything is read and reckoned again.
        writes = [Write(CAUSES, cause, data, _version(found.get(cause))) for cause, data in after.items()]
        if changed:
            kind = record.partition(":")[0]
            causes = {"causes": list(wanted), "kind": kind} if wanted else None
            writes.append(Write(RECORD_CAUSES, record, causes, _version(joined)))
        self._store.write(Write(WISHES, record, None, wish.version), *writes)
        return [self._notice(cause, data) for cause, data in after.items() if data and _is_news(found.get(cause), data)]

    def _moved(
        self, found: Document | None, wanted: Data | None, record: str, handed_on: set[tuple[str, ...]] | None
    ) -> Data | None:
        """The cause after the record joined it (it is wanted) or left it; None when nobody is left to be told."""
        now = moments.text(self._clock.now())
        if found is not None and wanted is None:
            mended = handed_on is not None and _about(found.data["cause"]) not in handed_on
            return _left(found.data, record, now, mended)
        if found is None or found.data["kind"] == "resolved":
            # After "resolved" told anew: that it is mended was told, or is being told at this moment.
            start = {"kind": "open", "to_tell": True, "episode": self._ids(), "changed_at": now}
            return {"cause": wanted, **start, "records": [record], "count": 1, "total": 1, "mended": 0}
        more = {"count": found.data["count"] + 1, "total": found.data["total"] + 1}
        return {**found.data, **more, "records": [*found.data["records"], record][:_SHOWN]}

    def _told(self, notices: Mapping[str, Notice]) -> None:
        writes = []
        for cause, found in self._store.get_many(CAUSES, list(notices)).items():
            notice = notices[cause]
            if (found.data["episode"], found.data["kind"]) == (notice.episode, notice.kind):
                data = {**found.data, "to_tell": False} if notice.kind == "open" else None
                writes.append(Write(CAUSES, cause, data, found.version))
        if writes:
            self._store.write(*writes)

    def _notice(self, cause: str, data: Data) -> Notice:
        fields = dict(data["cause"])
        person, record, source = (fields.pop(name) for name in ("person", "record", "source"))
        stop, kind, total = Stop(**fields), data["kind"], data["total"]
        if kind == "open":
            text = notices_texts.opened(stop, self._language, source, record)
        else:
            text = notices_texts.resolved(stop, total, self._language, source)
        return Notice(person, text, f"exchange|{cause}", kind, total, cause, data["episode"])


def _left(data: Data, record: str, now: str, mended: bool) -> Data | None:
    """The last to leave resolves the cause, told or not: the notice may be under way at this moment.

    None when all that left it went away or to somebody else: then nothing was mended, and nothing is said.
    What the doctor finds holds up no record, so its word that it is mended is not counted among those that go on.
    """
    rest, looked = [one for one in data["records"] if one != record], record.startswith(DOCTOR)
    after = {**data, "records": rest, "count": data["count"] - 1, "mended": data["mended"] + (mended and not looked)}
    after["looked"] = data.get("looked", False) or (mended and looked)
    if after["count"]:
        return after
    if not after["mended"] and not after["looked"]:
        return None
    return {**after, "total": after["mended"], "kind": "resolved", "to_tell": True, "changed_at": now}


def _is_news(before: Document | None, after: Data) -> bool:
    was = None if before is None else (before.data["episode"], before.data["kind"])
    return was != (after["episode"], after["kind"])


def _id(cause: Mapping[str, Any]) -> str:
    """One cause for one person: details and places may differ from record to record, but where they tell it apart.

    The base too: what one base lacks is mended there alone.
    """
    base = cause["awaits"] if cause["awaits"].startswith("base:") else ""
    apart = [cause[name] for name in _APART.get(cause["reason"], ())]
    same = [*_about(cause), cause["person"], base, *apart]
    return hashlib.sha256(json.dumps(same, ensure_ascii=False).encode()).hexdigest()[:32]


def _about(cause: Mapping[str, Any]) -> tuple[str, ...]:
    """What it is, whoever is told and whatever its words: of a record that still stops at it, it is not mended."""
    return tuple(cause[name] for name in ("reason", "field", "subject", "owner"))


def _version(found: Document | None) -> str:
    return ABSENT if found is None else found.version
