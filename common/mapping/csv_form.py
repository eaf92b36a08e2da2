"""A correspondence table as CSV: `base;key;value;note`, UTF-8 with BOM so that Excel opens Cyrillic correctly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from common.mapping.tables import EVERY_BASE, Row

_HEAD = ("base", "key", "value", "note")
# A cell that begins so is a formula to Excel; it is written with an apostrophe before it and read without.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(rows: Iterable[Row]) -> str:
    """The table as text; cells that Excel would run as formulas are defused."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEAD)
    for row in rows:
        writer.writerow([_defused(cell) for cell in (row.base, row.key, row.value, row.note)])
    return "\ufeff" + out.getvalue()


def read(text: str) -> list[Row]:
    """Rows of a CSV with `;` or `,`. Raises ValueError with the line when a row has too few cells or a wrong head."""
    body = text.lstrip("\ufeff")
    delimiter = ";" if ";" in body.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(body), delimiter=delimiter, strict=True)
    head = [cell.strip().lower() for cell in next(reader, [])]
    if head[:3] != list(_HEAD[:3]):
        raise ValueError(f"line 1: the head must be {';'.join(_HEAD)}, it is {';'.join(head) or 'empty'}")
    return [_row(number, cells) for number, cells in enumerate(reader, 2) if any(cells)]


def _row(number: int, cells: list[str]) -> Row:
    if len(cells) < 3:
        raise ValueError(f"line {number}: {len(cells)} cells, at least 3 are needed: base;key;value")
    base, key, value, *rest = (_restored(cell).strip() for cell in cells)
    return Row(base or EVERY_BASE, key, value, rest[0] if rest else "")


def _defused(cell: str) -> str:
    return "'" + cell if cell.startswith((*_FORMULA, "'")) else cell


def _restored(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell
