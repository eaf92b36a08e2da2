"""What both sides sign, to the byte; and what is let in from 1C. The expected hashes were made with openssl."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Refused
from common.onec.http_service import signature
from common.settings.model import Secret
from infra.local.collection import ROOT

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
CYRILLIC = "ключ-из-букв-16-знаков"
BODY = b'{"a":1}'
NOW = datetime(2026, 1, 1, tzinfo=UTC)
STAMP = 1767225600
NAME = "onec-order-changed"
SIGNED = "v1=4ad08b5f0602712ae26dfa255c549ac23bfc38d028a7ccaee2fae005d9f14b33"
KEYS = {"old": Secret("another-secret-of-16"), "2026a": Secret(SECRET)}
HEADERS = {"x-exchange-key-id": "2026a", "x-exchange-timestamp": str(STAMP), "x-exchange-signature": SIGNED}
VECTORS = json.loads((ROOT / "infra/onec/signature-vectors.json").read_text("utf-8"))

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def verify(headers: dict[str, str], body: bytes = BODY, query: str = "", at: datetime = NOW, name: str = NAME) -> None:
    signature.verify(headers, "POST", name, query, body, KEYS, at)


def refusal(headers: dict[str, str], body: bytes = BODY, query: str = "", at: datetime = NOW, name: str = NAME) -> str:
    with pytest.raises(Refused) as refused:
        verify(headers, body, query, at, name)
    assert refused.value.status == 401
    return refused.value.reason


def test_a_signature_is_the_one_any_other_implementation_makes() -> None:
    assert signature.sign(SECRET, STAMP, "POST", NAME, "", sha256(BODY).hexdigest()) == SIGNED
    query = signature.canonical({"q": "x y", "email": "а+b@example.ru"}.items())
    made = signature.sign(CYRILLIC, STAMP, "get", "/v1/users", query, sha256(b"").hexdigest())
    assert made == "v1=dfb4de150ddcc2844e070a835a08710866d713967055a53d7811756bf3add82b"


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("a", "a="),
        ("a=b+c", "a=b%2Bc"),
        ("a=b%20c", "a=b%20c"),
        ("a=%D1%8F&B=~-._", "B=~-._&a=%D1%8F"),
        ("a=%d1%8f", "a=%D1%8F"),
        ("a=1%3D2=3", "a=1%3D2%3D3"),
        ("&&a=1&", "a=1"),
        # By code points of the decoded text: U+FFFD before U+10000, though UTF-16 has it the other way round.
        ("%F0%90%80%80=1&%EF%BF%BD=2", "%EF%BF%BD=2&%F0%90%80%80=1"),
    ],
)
def test_a_query_has_one_form_whoever_encoded_it(raw: str, canonical: str) -> None:
    assert signature.canonical(signature.parameters(raw)) == canonical


@given(st.dictionaries(TEXT, TEXT))
def test_a_canonical_query_reads_back_as_it_was(parameters: dict[str, str]) -> None:
    query = signature.canonical(parameters.items())
    kept = {name: value for name, value in parameters.items() if name or value}
    assert {name: value for name, value in signature.parameters(query) if name or value} == kept


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: str(one["name"]))
def test_1c_and_the_exchange_make_the_same_signature(vector: dict[str, Any]) -> None:
    query = signature.canonical(signature.parameters(vector["query"]))
    assert query == vector["canonical_query"]
    parts = vector["timestamp"], vector["method"], vector["resource"], query, vector["content_sha256"]
    assert signature.string_to_sign(*parts) == vector["string_to_sign"]
    assert signature.sign(vector["secret"], *parts) == vector["signature"]


def test_1c_is_let_in_with_any_of_its_keys_however_the_headers_are_written() -> None:
    verify(HEADERS)
    verify({name.title(): value for name, value in HEADERS.items()})
    digest = sha256(BODY).hexdigest()
    old = signature.sign("another-secret-of-16", STAMP, "POST", NAME, "", digest)
    verify({**HEADERS, "x-exchange-key-id": "old", "x-exchange-signature": old})


@pytest.mark.parametrize("missing", list(HEADERS))
def test_a_request_without_one_of_the_headers_is_not_signed(missing: str) -> None:
    assert refusal({**HEADERS, missing: ""}) == "no_signature"
    assert refusal({name: value for name, value in HEADERS.items() if name != missing}) == "no_signature"


@pytest.mark.parametrize(
    "changed",
    [
        {"x-exchange-key-id": "unknown"},
        {"x-exchange-key-id": "old"},
        {"x-exchange-timestamp": str(STAMP + 1)},
        {"x-exchange-timestamp": "١٢٣"},
        {"x-exchange-timestamp": "-5"},
        {"x-exchange-timestamp": "1e9"},
        {"x-exchange-signature": SIGNED[:-1]},
        {"x-exchange-signature": SIGNED.removeprefix("v1=")},
        {"x-exchange-signature": SIGNED.replace("v1=", "v2=")},
        {"x-exchange-signature": "v1=\udcff"},
    ],
)
def test_a_forged_header_is_refused(changed: dict[str, str]) -> None:
    assert refusal({**HEADERS, **changed}) == "bad_signature"


def test_a_signature_holds_for_one_body_one_function_and_one_query() -> None:
    assert refusal(HEADERS, body=BODY + b" ") == "bad_signature"
    assert refusal(HEADERS, name="onec-route-changed") == "bad_signature"
    assert refusal(HEADERS, query="a=1") == "bad_signature"
    assert refusal(HEADERS, query="a=%FF") == "bad_signature"


def test_a_promised_hash_does_not_stand_for_the_body() -> None:
    promised = {**HEADERS, "x-content-sha256": sha256(BODY).hexdigest()}
    assert refusal(promised, body=b'{"a":2}') == "bad_signature"


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_good_signature_of_another_time_is_stale(seconds: int) -> None:
    assert refusal(HEADERS, at=datetime.fromtimestamp(STAMP + seconds, UTC)) == "stale_timestamp"


@pytest.mark.parametrize("seconds", [-300, 300])
def test_clocks_may_differ_by_five_minutes(seconds: int) -> None:
    verify(HEADERS, at=datetime.fromtimestamp(STAMP + seconds, UTC))
