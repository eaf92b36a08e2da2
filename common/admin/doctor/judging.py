"""What the answers mean: well or wrong, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from common.admin.doctor.finding import Finding, unknown, well, wrong
from common.bitrix.bindings import Handler
from common.errors import Stop
from common.exchanges.acts.model import ActRule
from common.exchanges.documents.model import DocumentRule
from common.flow.telling import SKEW
from common.model.documents import KindId
from common.model.ids import StageId, UserId
from common.ports import QueueState, Traffic
from common.ports.disk import Unseen
from common.settings import Fault

PEOPLE: Final = ("user", "user_basic")
"""Either lets us see a user's e-mail and whether he works here (facts bitrix24 §8.1)."""


@dataclass(frozen=True, slots=True)
class Use:
    """What of the portal is in use. `application`: installed as one, else through an incoming webhook."""

    application: bool
    acts: bool
    documents: bool


def settings(faults: Sequence[Fault]) -> Iterator[Finding]:
    for fault in faults:
        details = f"{fault.problem}; example: {fault.example}"
        yield wrong("settings", "", Stop("setting_wrong", fault.name, "admin", "person", details=details))
    if not faults:
        yield well("settings", "", "all that is needed is set and of its form")


def rules(faults: Sequence[str], number: int) -> Iterator[Finding]:
    """`number` of active rules and mappings."""
    yield from (wrong("rules", "", Stop("rule_invalid", "", "admin", "person", subject=fault)) for fault in faults)
    if not number:
        remedy = "./deploy.sh rules import FILE --author NAME"
        yield unknown("rules", "", "no rule is active: nothing is exchanged yet", remedy)
    elif not faults:
        yield well("rules", "", f"{number} active, all of their form")


def queue(states: Mapping[Traffic, QueueState]) -> Iterator[Finding]:
    for name, state in states.items():
        if state == "running":
            yield well("queue", name, "runs")
        elif state == "paused":
            yield unknown("queue", name, "is paused: it takes tasks and gives out none")
        else:
            yield wrong("queue", name, Stop("queue_unusable", name, "admin", "person", details=state))


def clock(check: str, side: str, offset: float) -> Finding:
    """rules, Common: above five minutes is wrong; `offset` in seconds, positive when the side's clock is ahead."""
    shown = f"{round(offset):+d} s"
    if abs(offset) > SKEW:
        return wrong(check, "", Stop("clock_skewed", side, "admin", "person", details=shown))
    return well(check, "", f"agrees with ours ({shown})")


def scopes(granted: Collection[str], use: Use) -> Iterator[Finding]:
    """What is granted against what is in use; told by the work itself but for those that no work stops at."""
    lacking = [(names, why) for names, why in _needed(use) if not set(names) & set(granted)]
    for names, why in lacking:
        stop = Stop("missing_scope", names[0], "admin", "person", details=f"needed for {why}")
        yield wrong("portal scopes", "", stop, told=names != PEOPLE)
    if not lacking:
        shown = ", ".join(sorted(granted))
        without = use.documents and "user.userfield" not in granted
        more = "; without user.userfield people are known by e-mail alone" if without else ""
        yield well("portal scopes", "", f"{shown}{more}")


def _needed(use: Use) -> Iterator[tuple[tuple[str, ...], str]]:
    """README, "In Bitrix24"; an application binds events of the CRM, whatever it exchanges."""
    yield ("im",), "notices"
    yield PEOPLE, "telling who works here"
    if use.acts or use.application:
        yield ("crm",), "deals"
    if use.documents:
        yield ("disk",), "documents"
    if use.documents and use.application:
        yield ("bizproc",), '"Send to 1C"'


def events(bound: Iterable[Handler], wanted: Mapping[str, str]) -> Finding:
    """Events wanted against the handlers of the application; one cause, however many are missing."""
    places: dict[str, set[str]] = {}
    for event, url, _ in bound:
        places.setdefault(event, set()).add(url)
    missing = [event for event, url in wanted.items() if url not in places.get(event, ())]
    if not missing:
        return well("portal events", "", f"{len(wanted)} events come to us")
    named = (f"{event} ({'bound to another address' if event in places else 'not bound'})" for event in missing)
    return wrong("portal events", "", Stop("event_not_bound", "", "admin", "person", details=", ".join(named)))


def fields(rule: ActRule, there: Collection[str]) -> Finding:
    """Those that show the act, and the one that names the contract."""
    named = [*rule.back.names(), *([rule.contract_field] if rule.contract == "field" else [])]
    missing = [name for name in named if name not in there]
    about = f"rule {rule.id}"
    if not missing:
        return well("portal fields", about, f"{len(named)} fields of the deal are there")
    stop = Stop("deal_field_missing", "", "admin", "person", subject=about, details=", ".join(missing))
    return wrong("portal fields", about, stop)


def stage(rule: ActRule, funnels: Collection[int], stages: Collection[StageId]) -> Finding:
    about = f"rule {rule.id}"
    if rule.category in funnels and rule.stage in stages:
        return well("portal stages", about, f"funnel {rule.category} has {rule.stage}")
    lacking = f"funnel {rule.category}" if rule.category not in funnels else f"{rule.stage}"
    return wrong("portal stages", about, Stop("rule_stage_missing", lacking, "admin", "person", subject=about))


def person(user: UserId, setting: str, works_here: bool) -> Finding:
    about = f"user {user}"
    if works_here:
        return well("portal people", about, f"of {setting}, works here")
    return wrong("portal people", about, Stop("user_dismissed", about, "admin", "person", details=setting))


def kind(rule: DocumentRule, there: Mapping[KindId, str]) -> Finding:
    about = f"mapping {rule.id}"
    if rule.kind in there:
        return well("1C:DM kinds", about, "its kind of documents is there")
    return wrong("1C:DM kinds", about, Stop("kind_missing", str(rule.kind), "admin", "person", subject=about))


def folder(rule: DocumentRule, unseen: Unseen | None) -> Finding:
    """Whether we may write there no reading shows. `document_sync` stops such a mapping and tells why."""
    about = f"mapping {rule.id}"
    if unseen is None:
        return well("disk folders", about, f"folder {rule.folder} is there and readable; writing is shown by writes")
    stop = Stop(f"folder_{unseen}", str(rule.folder), "admin", "portal", subject=about)
    return wrong("disk folders", about, stop, told=True)


def of_stops(check: str, about: str, stops: Sequence[Stop], good: str) -> Iterator[Finding]:
    """What the exchange itself would stop at."""
    yield from (wrong(check, about, stop) for stop in stops)
    if not stops:
        yield well(check, about, good)
