"""Virtual tables of registers: `SliceLast`, `SliceFirst`, `Balance` (facts §1.13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tests.simulators.onec.filters import Filter
from tests.simulators.onec.schema import Entity
from tests.simulators.onec.values import ZERO, Record, Row, Scalar

Condition = Filter | None


def slice_of(records: list[Record], period: str, condition: Condition, *, last: bool) -> list[Record]:
    """The newest record not after the period (or the oldest not before it) for each set of dimensions."""
    found: dict[tuple[str, ...], Record] = {}
    for record in sorted(records, key=_period, reverse=not last):
        within = not period or (_period(record) <= period if last else _period(record) >= period)
        if within and (condition is None or condition(record)):
            found[_dimensions(record)] = record
    return list(found.values())


def _period(record: Record) -> str:
    return str(record.values["Period"])


def _dimensions(record: Record) -> tuple[str, ...]:
    return tuple(str(record.values[prop]) for prop in record.entity.key if prop != "Period")


def balance_entity(entity: Entity) -> Entity:
    """What `Balance` returns: the dimensions and `<resource>Balance`."""
    sums = tuple(
        replace(item, name=f"{item.name}Balance") for item in entity.attributes if item.prop in entity.resources
    )
    kept = tuple(item for item in entity.attributes if item.prop not in entity.resources)
    return Entity(f"{entity.name}_Balance", "accumulation", (), kept + sums, dimensions=tuple(i.prop for i in kept))


def balance(entity: Entity, records: list[Record], period: str, condition: Condition) -> list[Record]:
    """Receipts less expenses before the period, per set of dimensions; zero balances are left out."""
    shown = balance_entity(entity)
    found: dict[tuple[Scalar, ...], Row] = {}
    for record in records:
        values = record.values
        if (period and _period(record) >= period) or not values["Active"] or not _meets(condition, record):
            continue
        key = tuple(values[prop] for prop in shown.key)
        row = found.setdefault(key, dict(zip(shown.key, key, strict=True)) | _zeros(entity))
        for prop in entity.resources:
            row[f"{prop}Balance"] = _moved(row[f"{prop}Balance"], values[prop], values["RecordType"] == "Expense")
    return [Record(shown, row) for row in found.values() if any(row[f"{prop}Balance"] for prop in entity.resources)]


def _meets(condition: Callable[[Record], bool] | None, record: Record) -> bool:
    return condition is None or condition(record)


def _zeros(entity: Entity) -> Row:
    return {f"{prop}Balance": ZERO for prop in entity.resources}


def _moved(now: Scalar, amount: Scalar, expense: bool) -> Decimal:
    change = Decimal(str(amount))
    return Decimal(str(now)) + (-change if expense else change)
