"""The doctor's round without a person: what is wrong is told once, and once more when it is mended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from common.admin.doctor import Doctor
from common.admin.doctor.finding import Finding
from common.admin.doctor.keeping import SETTINGS
from common.errors import Stop
from common.flow.notices import DOCTOR
from common.flow.telling import Telling

WELL = timedelta(days=1)
AMISS = timedelta(minutes=15)
"""While something is wrong or out of sight: its end is told soon, also to those who heard of it by a record."""


def round_of(doctor: Doctor, telling: Telling) -> tuple[dict[str, int], timedelta]:
    """One round: figures for the log, and after what time the next one is due."""
    findings = list(doctor.findings())
    amiss = [one for one in findings if one.state == "wrong"]
    tell(findings, telling, whole=doctor.active is not None and all(one.check != SETTINGS for one in amiss))
    soon = amiss or any(one.again for one in findings)
    return {"doctor_wrong": len(amiss), "doctor_looked": len(findings)}, AMISS if soon else WELL


def tell(findings: Iterable[Finding], telling: Telling, whole: bool) -> None:
    """Each check for itself. What could not be seen is neither wrong nor mended: what was told of it stands.

    whole   all that settings and rules name was looked at: a check that was not made has nothing to look at any more
    """
    seen, unseen = stops_of(findings)
    before = telling.told_of(DOCTOR.rstrip(":"))
    if whole:
        gone = [one for one in before if one.removeprefix(DOCTOR) not in (*seen, *unseen)]
        seen = {**seen, **{one.removeprefix(DOCTOR): [] for one in gone}}
    for check, stops in seen.items():
        if stops or DOCTOR + check in before:
            telling.tell(DOCTOR + check, stops)


def stops_of(findings: Iterable[Finding]) -> tuple[dict[str, list[Stop]], set[str]]:
    """What each check that saw everything has to tell, and the checks that did not. Pure."""
    found: dict[str, list[Stop]] = {}
    unseen: set[str] = set()
    for one in findings:
        found.setdefault(one.check, []).extend([one.stop] if one.stop else [])
        if one.again:
            unseen.add(one.check)
    return {check: stops for check, stops in found.items() if check not in unseen}, unseen
