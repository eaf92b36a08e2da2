"""Which queries Firestore answers by itself, and which need a composite index (vendor: "Index types")."""

from __future__ import annotations

import pytest

from common.ports import Condition
from common.store.indexes import Index, needed

STATE: Condition = ("state", "==", "open")
KIND: Condition = ("kind", "==", "act")
SINCE: Condition = ("at", ">=", "2026")


@pytest.mark.parametrize(
    ("where", "order_by", "descending"),
    [
        ([], None, False),
        ([STATE], None, False),
        ([STATE, KIND], None, False),
        ([], "at", False),
        ([], "at", True),
        ([SINCE], None, False),
        ([SINCE, ("at", "<", "2027")], "at", True),
        ([], None, True),
        ([STATE], "state", False),
    ],
)
def test_single_fields_are_enough(where: list[Condition], order_by: str | None, descending: bool) -> None:
    assert needed("things", where, order_by, descending) is None


@pytest.mark.parametrize(
    ("where", "order_by", "descending", "fields"),
    [
        ([STATE], "at", False, ["fields.state", "fields.at"]),
        ([STATE], "at", True, ["fields.state", "fields.at desc"]),
        ([STATE, SINCE], None, False, ["fields.state", "fields.at"]),
        ([STATE, SINCE], "at", True, ["fields.state", "fields.at desc"]),
        ([STATE, KIND, SINCE], "at", False, ["fields.kind", "fields.state", "fields.at"]),
        ([STATE], None, True, ["fields.state", "key desc"]),
    ],
)
def test_an_equality_beside_an_order_or_a_range_is_not(
    where: list[Condition], order_by: str | None, descending: bool, fields: list[str]
) -> None:
    index = needed("things", where, order_by, descending)
    assert index is not None
    assert index.fields == fields
    assert index.is_met_by([fields])


def test_a_count_follows_the_same_rules() -> None:
    assert needed("things", [STATE, KIND]) is None
    assert needed("things", [STATE, SINCE]) == Index("things", ("fields.state",), "fields.at", True)


def test_the_other_direction_or_another_end_does_not_serve() -> None:
    index = needed("things", [STATE], "at")
    assert index is not None
    assert not index.is_met_by([["fields.state", "fields.at desc"], ["fields.at", "fields.state"]])
    assert not index.is_met_by([["fields.state", "fields.kind", "fields.at"]])
    assert not index.is_met_by([])


def test_equalities_may_stand_in_any_order_before_the_last() -> None:
    index = needed("things", [STATE, KIND], "at")
    assert index is not None
    assert index.is_met_by([["fields.state", "fields.kind", "fields.at"]])


def test_indexes_with_one_end_merge_for_an_order_but_are_not_counted_on_for_a_range() -> None:
    """Vendor: "Take advantage of index merging" speaks of equalities and an order."""
    made = [["fields.state", "fields.at"], ["fields.kind", "fields.at"]]
    ordered, ranged = needed("things", [STATE, KIND], "at"), needed("things", [STATE, KIND, SINCE], "at")
    assert ordered is not None
    assert ranged is not None
    assert ordered.is_met_by(made)
    assert not ordered.is_met_by(made[:1])
    assert not ranged.is_met_by(made)


def test_what_no_store_answers_has_no_index() -> None:
    with pytest.raises(ValueError, match="a range stands on one field"):
        needed("things", [SINCE], "size")
