"""Names of files on both sides: conflict copies, names made different, sub-folders (rules, Documents). Pure.

Which signs Disk replaces is known to `spelled`, given by the caller: it belongs to the portal's side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import count

from common.exchanges.documents.model import DocumentRule
from common.model.documents import Card
from common.model.moments import business_date

Spelled = Callable[[str], str]

LONGEST = 255
"""Signs of a name on Disk, its extension included."""

_LONGEST = 200
"""Signs of a sub-folder's name; Disk takes 255, and a suffix may follow."""


def split(name: str) -> tuple[str, str]:
    """Stem and extension with its dot; a name that only begins with a dot has none: `.env` → (`.env`, ``)."""
    stem, dot, extension = name.rpartition(".")
    return (stem, f".{extension}") if dot and stem else (name, "")


def composed(name: str) -> str:
    """As names are compared for being the same text: NFC. Case counts: a rename of case alone is a rename."""
    return unicodedata.normalize("NFC", name)


def _numbered(stem: str, extension: str, suffix: str) -> Iterator[str]:
    """The suffix, then with `_2`, `_3`, without end; the stem gives way where a name would be too long for Disk."""
    for number in count(1):
        whole = f"{suffix}_{number}" if number > 1 else suffix
        yield f"{stem[: LONGEST - len(whole) - len(extension)]}{whole}{extension}"


def same_place(one: str, other: str) -> bool:
    """Whether two names cannot stand in one folder: NFC and without case."""
    return composed(one).casefold() == composed(other).casefold()


def copy_names(name: str, day: date) -> Iterator[str]:
    """`Договор_conflict_20261120.docx`, then `_2`, `_3` and so on, without end."""
    yield from _numbered(*split(name), f"_conflict_{day:%Y%m%d}")


def wanted_names(name: str, card: Card, spelled: Spelled) -> Iterator[str]:
    """What a file may be called on Disk: its name, with the registration number, then numbered, without end."""
    stem, extension = split(spelled(composed(name)))
    yield f"{stem[: LONGEST - len(extension)]}{extension}"
    yield from _numbered(stem, extension, f" ({spelled(card.reg_number or card.id[:8])})")


_FIELDS = ("reg_number", "title", "date", "counterparty", "company", "id")
_FIELD = re.compile(r"\{([a-z_]+)\}")


def template_faults(template: str) -> list[str]:
    """What is wrong with a sub-folder's template, a sentence each; "" is none at all and right."""
    known = ", ".join(f"{{{name}}}" for name in _FIELDS)
    faults = [
        f"sub-folder template: unknown field {{{name}}}; fields are {known}"
        for name in _unknown(_FIELD.findall(template))
    ]
    if template and not _FIELD.search(template):
        faults.append(f"sub-folder template must name a field of the document: {known}")
    return faults


def subfolder_names(rule: DocumentRule, card: Card, company: str, zone: str, spelled: Spelled) -> Iterator[str]:
    """What a document's own sub-folder may be called: by the template, then told apart by the document's id.

    `company`: what the CRM calls the counterparty, where the template asks for it; `zone`: of business dates.
    """
    values = {
        "reg_number": card.reg_number,
        "title": card.title,
        "date": business_date(card.reg_date, zone).isoformat() if card.reg_date else "",
        "counterparty": card.client.name if card.client else "",
        "company": company,
        "id": card.id[:8],
    }
    filled = _FIELD.sub(lambda found: values.get(found[1], ""), rule.subfolder)
    text = " ".join(composed(filled).split())[:_LONGEST]
    name = spelled(text) if text else card.id
    yield name
    yield f"{name} ({card.id[:8]})"
    yield f"{name} ({card.id})"


def _unknown(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name not in _FIELDS]
