"""Names of files and folders on Disk: which signs it refuses, and when two names are the same (facts §6.8). Pure."""

from __future__ import annotations

import re
import unicodedata

REFUSED = "\\/:*?\"'<>|~#&;"
"""Signs that Disk replaces by itself; by what is not certain, so we do it first and know the name beforehand."""

# Which pictures Disk knows is not certain: all outside of the basic plane and those inside; `№`, `©`, `→` are none.
_PICTURE = "\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U00010000-\U0010ffff"
_BAD = re.compile(f"[{re.escape(REFUSED)}\x00-\x1f\x7f\ud800-\udfff{_PICTURE}]")


def corrected(name: str) -> str:
    """The name as Disk takes it: refused and control characters and emoji become `_` (rules, Names)."""
    name = _BAD.sub("_", name).strip()
    # Nothing, `.` and `..` are no names of files.
    return name if name.strip(".") else "_" * max(len(name), 1)


def same_name(one: str, other: str) -> bool:
    """One name for Disk: compared NFC and case-folded (rules, Names)."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    """Folding may take a name out of NFC, so it is normalised on both sides of it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
