"""One correspondence table: rows of (base, key) → value, how they are checked and looked up (rules, Mapping)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from common.mapping.row_forms import form_faults, value_of

EVERY_BASE = "*"

TABLES: Mapping[str, str] = {
    "nomenclature": "product:<id> or name:<text of the row> → 1C item by Ref_Key, code or exact name",
    "units": "<OKEI code>, <code>|<name> or name:<unit> → OKEI code of the unit in 1C",
    "vat": "VAT percent of a product row, or none → percent in 1C, or none",
    "currencies": "ISO letters of a deal's currency → three-digit code in 1C",
    "counterparties": "company:<id> or contact:<id> → Ref_Key of the counterparty in 1C",
    "organisations": "<INN>/<KPP> of our own company → Ref_Key of the organisation in 1C",
    "executors": "user:<id of Bitrix24> → id of the user in 1C:DM",
}
"""Every table, and what its keys and values are."""


@dataclass(frozen=True, slots=True)
class Row:
    """One correspondence. `base` is a name of `ONEC_BASES` or `*` for all."""

    base: str
    key: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table in force. Rows of a base stand before rows for every base."""

    name: str
    version: int = 0
    author: str = ""
    rows: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def find(self, base: str, *keys: str) -> str | None:
        """The value of the first key that has one, in this base first."""
        for key in keys:
            for scope in (base, EVERY_BASE):
                value = self.rows.get((scope, folded(key)))
                if value is not None:
                    return value
        return None


def folded(key: str) -> str:
    """How keys compare: NFC, single spaces, no case; people retype names."""
    return " ".join(unicodedata.normalize("NFC", key).split()).casefold()


def built(name: str, version: int, author: str, rows: Iterable[Row]) -> Table:
    """A table for look-up from rows that passed `faults`."""
    return Table(name, version, author, {(row.base, folded(row.key)): value_of(name, row.value) for row in rows})


def faults(name: str, rows: Iterable[Row], bases: Iterable[str]) -> list[str]:
    """What is wrong with a table, a sentence each: unknown table or base, empty cell, wrong form, key given twice."""
    if name not in TABLES:
        return [f"there is no table {name!r}; tables are {', '.join(TABLES)}"]
    known = {EVERY_BASE, *bases}
    found: list[str] = []
    seen: dict[tuple[str, str], str] = {}
    for number, row in enumerate(rows, 1):
        found += _row_faults(name, number, row, known)
        place = (row.base, folded(row.key))
        if place in seen:
            found.append(
                f"row {number}: key {row.key!r} of base {row.base!r} is given twice: {seen[place]}, {row.value}"
            )
        seen[place] = row.value
    return found


def _row_faults(name: str, number: int, row: Row, bases: set[str]) -> list[str]:
    found = []
    if not row.key.strip() or not row.value.strip():
        found.append(f"row {number}: key and value must not be empty, e.g. name:Консультация → 00-00000123")
    else:
        found += [f"row {number}: {fault}" for fault in form_faults(name, row.key, row.value)]
    if row.base not in bases:
        found.append(f"row {number}: unknown base {row.base!r}; bases are {', '.join(sorted(bases))}")
    return found


def difference(old: Mapping[tuple[str, str], str], new: Mapping[tuple[str, str], str]) -> list[str]:
    """What changed between two versions, one line a row, for the person whose save is refused."""
    lines = [f"- {base} {key} → {value}" for (base, key), value in sorted(old.items()) if new.get((base, key)) != value]
    lines += [
        f"+ {base} {key} → {value}" for (base, key), value in sorted(new.items()) if old.get((base, key)) != value
    ]
    return lines
