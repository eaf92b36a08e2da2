"""Checks one after the other: what one met hides nothing of the others, and what cannot be asked says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from common.admin.doctor.finding import Finding, unknown, wrong
from common.admin.doctor.sides import broken
from common.errors import ExchangeError, NeedsPerson, SideDown, Stop, TryLater
from common.logs import LOGGER
from common.settings import SettingsError

Look = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One look. `needs` names the checks without which there is nothing to ask."""

    name: str
    look: Look
    about: str = ""
    needs: tuple[str, ...] = ()


def examined(checks: Iterable[Check], down: Callable[[SideDown], None]) -> Iterator[Finding]:
    """Every finding as it is made, in the order of the checks; `down` hears of each side that is out of order."""
    amiss: set[str] = set()
    for check in checks:
        lacking = next((one for one in check.needs if one in amiss), "")
        findings = [_not_asked(check, lacking)] if lacking else _looked(check, down)
        for finding in findings:
            if finding.state != "well":
                amiss.add(finding.check)
            yield finding


def _not_asked(check: Check, lacking: str) -> Finding:
    return unknown(check.name, check.about, f"not looked at: see {lacking}", again=True)


def _looked(check: Check, heard: Callable[[SideDown], None]) -> Iterator[Finding]:
    try:
        yield from check.look()
    except SettingsError as error:
        names = ", ".join(dict.fromkeys(fault.name for fault in error.faults))
        yield unknown(check.name, check.about, f"not looked at: see settings ({names})", again=True)
    except SideDown as down:
        heard(down)
        yield broken(check.name, check.about, down)
    except NeedsPerson as needs:
        yield from (_of_person(check, stop) for stop in needs.stops)
    except TryLater as reason:
        yield unknown(check.name, check.about, f"could not be asked now: {reason.reason}", again=True)
    except ExchangeError as reason:
        yield unknown(check.name, check.about, f"could not be asked: {type(reason).__name__}", again=True)
    except Exception as bug:  # noqa: BLE001 - a check's boundary: the others look all the same
        LOGGER.error("unforeseen", exc_info=bug, extra={"fields": {"check": check.name}})
        yield unknown(check.name, check.about, f"the check itself failed: {type(bug).__name__}", again=True)


def _of_person(check: Check, stop: Stop) -> Finding:
    """Scopes have a check of their own, which says what each is for."""
    if stop.reason == "missing_scope":
        return unknown(check.name, check.about, f"not looked at: see portal scopes ({stop.field})", again=True)
    return wrong(check.name, check.about, stop)
