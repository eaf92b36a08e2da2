"""The form of 1C's JSON values, and the order of a guid in its links."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.model.ids import EMPTY_REF, Ref
from common.onec.odata.values import (
    day,
    decode,
    encode,
    in_link_order,
    is_ref,
    local,
    moment,
    number,
    number_text,
    parse,
    ref,
    some,
)

KEY = Ref("6a935645-bbeb-11f0-8135-00505694551b")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e12"), max_value=Decimal("1e12")))
def test_a_decimal_goes_there_and_back_exactly(value: Decimal) -> None:
    sent = encode({"Сумма": value})
    assert number(parse(sent.decode())["Сумма"]) == value
    assert b"E" not in sent.split(b":")[1]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one), max_leaves=5))
def test_anything_else_is_ordinary_json(value: object) -> None:
    assert json.loads(encode({"x": value})) == {"x": value}


def test_a_float_never_gets_into_a_body() -> None:
    with pytest.raises(TypeError):
        encode({"Сумма": 0.1})


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_a_number_without_a_value_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError, match="without a value"):
        number_text(value)


def test_nan_in_an_answer_is_no_json() -> None:
    with pytest.raises(ValueError, match="NaN"):
        parse('{"Сумма": NaN}')


def test_a_bom_is_not_part_of_the_text() -> None:
    assert decode(b"\xef\xbb\xbf19") == "19"


@pytest.mark.parametrize(("value", "expected"), [("10", "10"), (1, "1"), (None, "0"), ("", "0"), ("?", "0")])
def test_numbers_of_every_edm_type(value: object, expected: str) -> None:
    assert number(value) == Decimal(expected)


def test_references() -> None:
    assert ref(KEY.upper()) == KEY
    assert ref("") == ref(None) == EMPTY_REF
    assert some(EMPTY_REF) is None
    assert not is_ref("7")


def test_days() -> None:
    assert day("2026-01-31T14:00:00") == date(2026, 1, 31)
    assert day("0001-01-01T00:00:00") is None


def test_local_times_follow_the_base_zone() -> None:
    at = datetime(2026, 1, 31, 21, 30, tzinfo=UTC)
    assert local(at, "Asia/Vladivostok") == "2026-02-01T07:30:00"
    assert moment("2026-02-01T07:30:00", "Asia/Vladivostok") == at
    with pytest.raises(ValueError, match="zone"):
        local(datetime(2026, 1, 31), "Europe/Moscow")  # noqa: DTZ001 - a naive moment is the point


# Pairs of a guid and the link 1C itself made for it, from public repositories.
@pytest.mark.parametrize(
    ("key", "written"),
    [
        (KEY, "813500505694551b11f0bbeb6a935645"),
        (Ref("5b94bf37-7728-11ef-8122-000c295e34e3"), "8122000c295e34e311ef77285b94bf37"),
    ],
)
def test_the_order_of_a_guid_in_links(key: Ref, written: str) -> None:
    assert in_link_order(key) == written
