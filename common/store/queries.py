"""What every store checks alike, so that a call which one of them refuses fails on all of them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from common.ports import ABSENT, Condition, Write

_FIELD = re.compile(r"[a-z_]+")
_RANGES: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERATORS = {"==": operator.eq, **_RANGES}


def checked_order(where: Sequence[Condition], order_by: str | None) -> str | None:
    """The field to order by: the one asked for, else the range's.

    Raises ValueError for field names other than `[a-z_]+`, an unknown operator, ranges on two fields, or an order that
    does not begin with the range's field (Firestore's rule).
    """
    for name in [field for field, _, _ in where] + ([order_by] if order_by is not None else []):
        if not _FIELD.fullmatch(name):
            raise ValueError(f"not a field that can be asked for: {name!r}")
    for _, sign, _ in where:
        if sign not in _OPERATORS:
            raise ValueError(f"unknown operator {sign!r}")
    ranged = {field for field, sign, _ in where if sign in _RANGES}
    if len(ranged) > 1 or (ranged and order_by is not None and order_by not in ranged):
        raise ValueError(f"a range stands on one field, which orders the result: {sorted(ranged)}, {order_by!r}")
    return order_by if order_by is not None else next(iter(ranged), None)


def check_batch(writes: Sequence[Write]) -> None:
    """Raises ValueError for writes without a sense: one document twice, or the deletion of what must be absent."""
    places = {(write.collection, write.key) for write in writes}
    if len(places) != len(writes):
        raise ValueError("one document twice in a batch")
    if any(write.data is None and write.expect == ABSENT for write in writes):
        raise ValueError("deletion of a document that must be absent")


def meets(fields: Mapping[str, object], where: Sequence[Condition]) -> bool:
    """Whether these top-level fields meet every condition; values of different types never do."""
    return all(
        _comparable(fields.get(field), value) and _OPERATORS[sign](fields[field], value) for field, sign, value in where
    )


def _comparable(found: object, value: str | int | bool) -> bool:
    if isinstance(value, bool) or isinstance(found, bool):
        return type(found) is type(value)
    return isinstance(found, str if isinstance(value, str) else (int, float))
