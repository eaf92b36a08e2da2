"""Which composite index a query of the `Store` port needs in Firestore (facts gcp §6; vendor: "Index types", "Optimize
your indexes").

Firestore indexes every field by itself, up and down. Equalities alone are answered by merging those; so is an order or
a range without an equality beside it. An equality joined with an order or a range on another field needs a composite
index, and counts follow the same rules. Nothing here runs in service: `infra/firestore.json` names the indexes that are
made, and the tests hold every query against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common.ports import Condition
from common.store.firestore_wire import KEY, path_of
from common.store.queries import checked_order

DESCENDING = " desc"
"""How a field is marked whose order is downwards."""

Fields = Sequence[str]
"""A composite index as the catalogue writes it: paths in the document, the last one perhaps with ` desc`."""


@dataclass(frozen=True, slots=True)
class Index:
    """What one query needs.

    equal       paths compared by equality, in the order of their names
    last        the path that orders or bounds the result, with ` desc` for downwards
    is_ranged   whether `last` is bounded too
    """

    collection: str
    equal: tuple[str, ...]
    last: str
    is_ranged: bool = False

    @property
    def fields(self) -> list[str]:
        """The one index that answers the query alone."""
        return [*self.equal, self.last]

    def is_met_by(self, made: Sequence[Fields]) -> bool:
        """Whether indexes of these fields answer the query: one that fits whole, in any order of its equalities, or
        several with the same last field that merge ("Take advantage of index merging"). The vendor promises merging for
        equalities and an order, not for a range.
        """
        fitting = [set(one[:-1]) for one in made if one[-1] == self.last and set(one[:-1]) <= set(self.equal)]
        if set(self.equal) in fitting:
            return True
        return not self.is_ranged and set().union(*fitting) == set(self.equal)


def needed(
    collection: str, where: Sequence[Condition] = (), order_by: str | None = None, descending: bool = False
) -> Index | None:
    """The composite index of `Store.query` and `Store.count` with these arguments; None when single fields do.

    Raises ValueError as the stores do for what no store answers.
    """
    order = checked_order(where, order_by)
    if order is None and not descending:
        return None
    last = path_of(order) if order is not None else KEY
    equal = sorted({path_of(field) for field, sign, _ in where if sign == "=="} - {last})
    ranged = any(sign != "==" for _, sign, _ in where)
    return Index(collection, tuple(equal), last + DESCENDING * descending, ranged) if equal else None
