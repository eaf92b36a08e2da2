"""Numbers of documents per prefix and year, codes of catalog items (facts §1.8, §2.1)."""

from __future__ import annotations

from tests.simulators.onec.errors import internal
from tests.simulators.onec.schema import EMPTY_KEY
from tests.simulators.onec.units import Unit
from tests.simulators.onec.values import Record


def assign(unit: Unit, record: Record) -> None:
    """Give a number or code where there is none; a document number is unique within its year."""
    if record.entity.kind == "document":
        if not record.values["Number"]:
            record.values["Number"] = _free_number(unit, record)
        elif unit.store.number_taken(record):
            raise internal('Значение поля "Номер" не уникально')
    elif record.entity.autonumber and not record.values["Code"]:
        record.values["Code"] = _code(unit, record)
    if record.entity.code_fixed and unit.switches.fixed_code == "padded":
        # A code of fixed length may come padded with spaces (§3).
        record.values["Code"] = str(record.values["Code"]).ljust(record.entity.code)


def _free_number(unit: Unit, record: Record) -> str:
    while True:
        record.values["Number"] = _number(unit, record)
        if not unit.store.number_taken(record):
            return str(record.values["Number"])


def _number(unit: Unit, record: Record) -> str:
    year = str(record.values["Date"])[:4]
    if not unit.handlers:
        # The prefix is the work of a handler, which does not run in data-load mode (§1.11).
        return f"{unit.store.next_number(record.entity, '', year):011d}"
    prefix = _prefix(unit, record)
    return f"{prefix}-{unit.store.next_number(record.entity, prefix, year):06d}"


def _prefix(unit: Unit, record: Record) -> str:
    """The organisation's prefix first, then that of the base: `0000-000042` (§2.1)."""
    key = str(record.values.get("Организация_Key", EMPTY_KEY))
    organisation = unit.store.get("Catalog_Организации", (key,))
    own = str(organisation.values["Префикс"]) if organisation else ""
    return own.rjust(2, "0") + "00"


def _code(unit: Unit, record: Record) -> str:
    number = unit.store.next_number(record.entity, "", "")
    length = record.entity.code
    return f"00-{number:0{length - 3}d}" if length >= 9 else f"{number:0{length}d}"
