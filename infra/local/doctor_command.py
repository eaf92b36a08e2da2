"""`./deploy.sh doctor`: what would go wrong, one line for each thing looked at."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from common.logs import mask
from common.wiring import Services

if TYPE_CHECKING:
    from common.admin.doctor import Finding

_SIGNS: Final[Mapping[str, str]] = MappingProxyType({"well": "well ", "wrong": "WRONG", "unknown": "?    "})
_INDENT = " " * 7


def doctor(services: Services, chosen: argparse.Namespace) -> int:
    """Look at settings, store, queue, portal, 1C and rules; changes nothing. Status 1 when something is wrong."""
    from common.wiring.doctor import by_hand

    numbers = dict.fromkeys(_SIGNS, 0)
    for finding in by_hand(services).findings():
        numbers[finding.state] += 1
        print(_as_json(finding) if chosen.json else _as_text(finding), flush=True)
    print(
        f"{numbers['well']} well, {numbers['wrong']} wrong, {numbers['unknown']} for a person to judge", file=sys.stderr
    )
    return 1 if numbers["wrong"] else 0


def _as_text(finding: Finding) -> str:
    """Texts of 1C and of people are masked: they may hold names and tax ids."""
    about = f"{finding.about}: " if finding.about else ""
    line = f"{_SIGNS[finding.state]}  {finding.check:<24}  {about}{mask(finding.what)}"
    return f"{line}\n{_INDENT}{mask(finding.remedy)}" if finding.remedy else line


def _as_json(finding: Finding) -> str:
    said = {"what": mask(finding.what), "remedy": mask(finding.remedy)}
    shown = {"check": finding.check, "about": finding.about, "state": finding.state, **said}
    return json.dumps(shown, ensure_ascii=False)
