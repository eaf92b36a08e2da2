"""What every store checks alike, so that a call which one of them refuses fails on all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from common.ports import Condition, Write

_FIELD = re.compile(r"[a-z_]+")
_RANGES = frozenset({"<", "<=", ">", ">="})


def checked_order(where: Sequence[Condition], order_by: str | None) -> str | None:
    """The field to order by: the one asked for, else the range's.

    Raises ValueError for field names other than `[a-z_]+`, an unknown operator, ranges on two fields, or an order that
    does not begin with the range's field (Firestore's rule).
    """
    for name in [field for field, _, _ in where] + ([order_by] if order_by is not None else []):
        if not _FIELD.fullmatch(name):
            raise ValueError(f"not a field that can be asked for: {name!r}")
    for _, operator, _ in where:
        if operator != "==" and operator not in _RANGES:
            raise ValueError(f"unknown operator {operator!r}")
    ranged = {field for field, operator, _ in where if operator in _RANGES}
    if len(ranged) > 1 or (ranged and order_by is not None and order_by not in ranged):
        raise ValueError(f"a range stands on one field, which orders the result: {sorted(ranged)}, {order_by!r}")
    return order_by if order_by is not None else next(iter(ranged), None)


def check_batch(writes: Sequence[Write]) -> None:
    """Raises ValueError when one document is written twice in a batch: the second condition would be meaningless."""
    places = {(write.collection, write.key) for write in writes}
    if len(places) != len(writes):
        raise ValueError("one document twice in a batch")
