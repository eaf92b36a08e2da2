"""Forms follow PHP's rules, and whatever comes is a form or a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.bitrix.forms import Bounds, Form, encode, parse, text, tree
from common.errors import Refused
from tests.simulators.bitrix24.wire import build_query

# What `parse_str` of PHP 8 gives, with PHP's lists written as maps.
PHP: list[tuple[bytes, Form]] = [
    (b"", {}),
    (b"a=1&b=2", {"a": "1", "b": "2"}),
    (b"a=1&a=2", {"a": "2"}),
    (b"a", {"a": ""}),
    (b"=1&b=2", {"b": "2"}),
    (b"&&a=1&", {"a": "1"}),
    (b"a=1=2", {"a": "1=2"}),
    (b"a+b=c+d%20e", {"a_b": "c d e"}),
    (b"a.b=1", {"a_b": "1"}),
    (b"a%5Bb.c%5D=1", {"a": {"b.c": "1"}}),
    (b"a[b][0]=x", {"a": {"b": {"0": "x"}}}),
    (b"a[]=x&a[]=y", {"a": {"0": "x", "1": "y"}}),
    (b"a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
    (b"a[-5]=x&a[]=y", {"a": {"-5": "x", "0": "y"}}),
    (b"a[05]=x&a[]=y", {"a": {"05": "x", "0": "y"}}),
    (b"a[][b]=x&a[][b]=y", {"a": {"0": {"b": "x"}, "1": {"b": "y"}}}),
    (b"a=1&a[b]=2", {"a": {"b": "2"}}),
    (b"a[b]=2&a=1", {"a": "1"}),
    (b"a[b]c=1", {"a": {"b": "1"}}),
    (b"a[b][c=1", {"a": {"b": "1"}}),
    (b"a[b=1", {"a_b": "1"}),
    (b"[a]=1", {}),
    (b" a=1", {"a": "1"}),
    (b"a[ ]=1", {"a": {"0": "1"}}),
    ("имя[ключ]=значение".encode(), {"имя": {"ключ": "значение"}}),
    (b"a=%zz", {"a": "%zz"}),
]


@pytest.mark.parametrize(("body", "expected"), PHP)
def test_reads_as_php_does(body: bytes, expected: Form) -> None:
    assert parse(body) == expected


@pytest.mark.parametrize(
    "body",
    [b"a=%ff", b"%ff=1", b"&".join(b"a=1" for _ in range(1001)), b"a" + b"[b]" * 8 + b"=1", b"a" + b"[]" * 9 + b"=1"],
)
def test_refuses_what_is_malformed_or_too_deep(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parse(body)
    assert (refused.value.status, refused.value.reason) == (400, "malformed")


def test_refuses_what_is_too_large() -> None:
    with pytest.raises(Refused) as refused:
        parse(b"a=12345", Bounds(size=6))
    assert (refused.value.status, refused.value.reason) == (413, "too_large")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    assert _depth(_form_or_refusal(body, Bounds(depth=4))) <= 4


@given(st.text(alphabet="ab[]=&.+% 0", max_size=60))
def test_brackets_in_any_order_are_a_form_or_refused(body: str) -> None:
    assert _depth(_form_or_refusal(body.encode(), Bounds())) <= 8


_keys = st.text(alphabet="abcXYZ_абв=>@", min_size=1, max_size=5)
_leaves = st.text(max_size=20).filter(lambda value: "\x00" not in value)
_trees = st.recursive(_leaves, lambda inner: st.dictionaries(_keys, inner, min_size=1, max_size=3), max_leaves=8)
_forms = st.dictionaries(st.text(alphabet="abc_", min_size=1, max_size=5), _trees, min_size=1, max_size=4)


@given(_forms)
def test_what_is_encoded_reads_back(form: dict[str, Any]) -> None:
    assert parse(encode(form).encode(), Bounds(depth=20)) == form


@given(_forms)
def test_reads_what_the_portal_writes(form: dict[str, Any]) -> None:
    assert parse(build_query(form).encode(), Bounds(depth=20)) == form


def test_encodes_values_as_php_does() -> None:
    params: dict[str, Any] = {"a": [1, "x y"], "b": {">=c": True, "d": None, "e": False}, "f": 0}
    assert encode(params) == "a%5B0%5D=1&a%5B1%5D=x%20y&b%5B%3E%3Dc%5D=1&b%5Be%5D=0&f=0"


def test_access_by_path() -> None:
    form = parse(b"a[b]=1&c=2")
    assert (text(form, "a", "b"), text(form, "c"), text(form, "a"), text(form, "x", "y")) == ("1", "2", "", "")
    assert (tree(form, "a"), tree(form, "c"), tree(form, "c", "d")) == ({"b": "1"}, {}, {})


def _form_or_refusal(body: bytes, bounds: Bounds) -> Form:
    try:
        return parse(body, bounds)
    except Refused:
        return {}


def _depth(form: Form) -> int:
    return 1 + max((_depth(value) for value in form.values() if isinstance(value, dict)), default=0)
