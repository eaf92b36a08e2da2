"""Literals cannot be broken out of, and queries stay short enough for IIS."""

from __future__ import annotations

from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.model.ids import Ref
from common.onec.odata import query

KEY = Ref("6a935645-bbeb-11f0-8135-00505694551b")
PRINTED = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]))


@given(PRINTED)
def test_a_string_literal_ends_where_it_should(value: str) -> None:
    literal = query.text(value)
    inner = literal[1:-1]
    assert literal[0] == literal[-1] == "'"
    assert inner.replace("''", "") == inner.replace("'", "")
    assert inner.replace("''", "'") == value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_options_come_out_as_they_went_in(value: str) -> None:
    name, _, sent = query.encoded({"$filter": value}).partition("=")
    assert (name, unquote(sent)) == ("$filter", value)
    assert "+" not in sent
    assert "&" not in sent
    assert " " not in sent


@pytest.mark.parametrize("value", ["a\nb", "\0", "\x1f"])
def test_control_signs_have_no_place_in_a_literal(value: str) -> None:
    with pytest.raises(ValueError, match="control"):
        query.text(value)


@pytest.mark.parametrize("value", ["", "1' or true", f"{KEY}'", "00000000-0000-0000-0000"])
def test_only_a_guid_is_a_guid(value: str) -> None:
    with pytest.raises(ValueError, match="guid"):
        query.guid(Ref(value))


def test_conditions() -> None:
    assert query.both(query.link("Ref_Key", KEY), "", query.constants({"A": True, "B": "x'y"})) == (
        f"Ref_Key eq guid'{KEY}' and A eq true and B eq 'x''y'"
    )
    assert query.link("Owner", KEY, "Catalog_X") == f"Owner eq cast(guid'{KEY}','Catalog_X')"
    assert query.days("Date", date(2026, 1, 31), date(2026, 1, 31)) == (
        "Date ge datetime'2026-01-31T00:00:00' and Date lt datetime'2026-02-01T00:00:00'"
    )
    assert query.contains("Комментарий", "[x]") == "substringof('[x]', Комментарий)"


def test_keys_are_asked_for_fifteen_at_a_time() -> None:
    conditions = list(query.keys([KEY] * 31))
    assert [condition.count("guid") for condition in conditions] == [15, 15, 1]
    assert all(len(query.encoded({"$filter": one})) < 1500 for one in conditions)


def test_too_long_a_query_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="bytes"):
        query.encoded({"$filter": "я" * 334})
