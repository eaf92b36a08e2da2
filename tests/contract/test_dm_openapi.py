"""The description of the wire to 1C:DM is whole and strict; the signature vectors hold (contract §1, §2)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.contract import signature_vectors
from tests.contract.dm_lab import DmLab
from tests.contract.dm_schema import check_exchange, check_webhook, description
from tests.simulators.dm import signature

METHODS = {
    "GET /v1/ping", "GET /v1/changes", "GET /v1/counts", "GET /v1/kinds", "GET /v1/documents", "GET /v1/documents/{id}",
    "GET /v1/files/{id}", "GET /v1/versions/{id}/content", "POST /v1/documents/{id}/files",
    "POST /v1/files/{id}/versions", "PATCH /v1/files/{id}", "GET /v1/orders", "GET /v1/orders/{id}", "POST /v1/orders",
    "PATCH /v1/orders/{id}", "GET /v1/routes", "GET /v1/routes/{id}", "POST /v1/routes/{id}/votes",
    "POST /v1/routes/{id}/result", "GET /v1/counterparties", "GET /v1/users", "PUT /v1/links/{type}/{id}",
    "GET /v1/links/{type}/{id}",
}  # fmt: skip
VECTORS = json.loads(signature_vectors.VECTORS.read_text(encoding="utf-8"))
GUID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"


def test_the_description_is_valid_openapi() -> None:
    assert [str(fault) for fault in OpenAPIV31SpecValidator(description()).iter_errors()] == []
    assert description()["openapi"].startswith("3.1")


def test_every_method_of_the_contract_is_described_and_no_other() -> None:
    verbs = ("get", "post", "put", "patch", "delete")
    found = {
        f"{verb.upper()} {path}" for path, item in description()["paths"].items() for verb in item if verb in verbs
    }
    assert found == METHODS
    assert set(description()["webhooks"]) == {"onec-document-changed", "onec-order-changed", "onec-route-changed"}


def test_every_write_needs_an_idempotency_key_and_every_object_is_closed() -> None:
    for path, item in description()["paths"].items():
        for verb in set(item) & {"post", "put", "patch"}:
            references = [one.get("$ref", "") for one in item[verb]["parameters"]]
            assert "#/components/parameters/IdempotencyKey" in references, f"{verb} {path}"
    for name, schema in description()["components"]["schemas"].items():
        assert schema.get("type") != "object" or "additionalProperties" in schema, name


def test_the_vectors_are_those_of_the_contract() -> None:
    assert signature_vectors.VECTORS.read_text(encoding="utf-8") == signature_vectors.text()


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_simulator_signs_as_the_vectors_say(vector: dict[str, Any]) -> None:
    assert signature.canonical_query(vector["query"]) == vector["canonical_query"]
    text = signature.string_to_sign(
        str(vector["timestamp"]), vector["method"], vector["resource"], vector["query"], vector["content_sha256"]
    )
    assert text == vector["string_to_sign"]
    assert signature.sign(vector["secret"], text) == vector["signature"]


def _exchange() -> dict[str, Any]:
    """A right exchange: one document."""
    lab = DmLab()
    file = lab.file()
    answer = lab.client.get(f"/v1/documents/{file.document_id}", headers={"X-Request-Id": "7"})
    return {
        "method": "GET",
        "path": answer.request.url.raw_path.decode(),
        "request_headers": dict(answer.request.headers),
        "request_body": b"",
        "status": 200,
        "response_headers": dict(answer.headers),
        "response_body": answer.json(),
    }


def _check(exchange: dict[str, Any]) -> None:
    check_exchange(**{**exchange, "response_body": json.dumps(exchange["response_body"]).encode()})


Spoil = Callable[[dict[str, Any]], Any]
FAULTS: dict[str, tuple[Spoil, str]] = {
    "unknown path": (lambda one: one.update(path="/v1/papers"), "no such path"),
    "unknown method": (lambda one: one.update(method="DELETE"), "no such method"),
    "unknown parameter": (lambda one: one.update(path=one["path"] + "?fields=id"), "unknown parameters"),
    "a parameter twice": (lambda one: one.update(path="/v1/documents?limit=1&limit=2"), "occurs twice"),
    "a number that is none": (lambda one: one.update(path="/v1/documents?limit=many"), "limit"),
    "a limit too high": (lambda one: one.update(path="/v1/documents?limit=201"), "limit"),
    "an upper-case id": (lambda one: one.update(path=f"/v1/documents/{GUID.upper()}"), "id"),
    "no signature": (lambda one: one["request_headers"].pop("x-exchange-signature"), "X-Exchange-Signature is missing"),
    "a body of a GET": (lambda one: one.update(request_body=b"{}"), "a body"),
    "unknown status": (lambda one: one.update(status=418), "no such status"),
    "no request id": (lambda one: one["response_headers"].pop("x-request-id"), "X-Request-Id"),
    "another request id": (lambda one: one["response_headers"].update({"x-request-id": "8"}), "not echoed"),
    "no content type": (lambda one: one["response_headers"].pop("content-type"), "Content-Type is missing"),
    "unknown member": (lambda one: one["response_body"].update(extra=1), "extra"),
    "unknown member deep inside": (lambda one: one["response_body"]["files"][0].update(size=1), "size"),
    "missing member": (lambda one: one["response_body"].pop("reg_date"), "reg_date"),
    "an empty date of 1C": (lambda one: one["response_body"].update(reg_date="0001-01-01T00:00:00Z"), "reg_date"),
    "a local time": (lambda one: one["response_body"].update(updated_at="2026-03-31T12:00:00+03:00"), "updated_at"),
    "an unknown state": (lambda one: one["response_body"].update(state="Проект"), "state"),
}


def test_a_right_exchange_passes() -> None:
    _check(_exchange())


@pytest.mark.parametrize("name", FAULTS)
def test_the_check_names_the_fault(name: str) -> None:
    spoil, told = FAULTS[name]
    exchange = copy.deepcopy(_exchange())
    spoil(exchange)
    with pytest.raises(AssertionError, match=told):
        _check(exchange)


@pytest.mark.parametrize(
    ("status", "code", "retryable", "headers", "told"),
    [
        (404, "missing", False, {}, "code"),
        (503, "unavailable", True, {}, "Retry-After is missing"),
        (503, "unavailable", False, {"retry-after": "5"}, "retryable"),
        (401, "forbidden", False, {}, "code"),
    ],
)
def test_errors_have_the_codes_and_headers_of_their_status(
    status: int, code: str, retryable: bool, headers: dict[str, str], told: str
) -> None:
    exchange = _exchange()
    error = {"code": code, "message": "", "details": {}, "retryable": retryable, "request_id": "7"}
    exchange.update(status=status, response_body={"error": error})
    exchange["response_headers"].update(headers)
    with pytest.raises(AssertionError, match=told):
        _check(exchange)


def test_a_write_that_was_taken_must_have_its_key() -> None:
    lab = DmLab()
    answer = lab.post_file(lab.document(), b"one", "a.docx")
    headers = httpx.Headers(answer.request.headers)
    del headers["Idempotency-Key"]
    sent = ("POST", answer.request.url.raw_path.decode(), headers, b"one")
    with pytest.raises(AssertionError, match="Idempotency-Key is missing"):
        check_exchange(*sent, answer.status_code, answer.headers, answer.content)


@pytest.mark.parametrize("member", ["seq", "origin", "object"])
def test_a_webhook_without_a_member_is_a_fault(member: str) -> None:
    lab = DmLab()
    lab.document()
    lab.dm.number_events()
    body = lab.get("/changes")["items"][0]
    secret = lab.dm.keys[lab.dm.key_id]
    headers = {**signature.headers("2026a", secret, 1, "POST", "x", "", ""), "Content-Type": "application/json"}
    check_webhook("onec-document-changed", headers, json.dumps(body).encode())
    with pytest.raises(AssertionError, match="onec-order-changed"):
        check_webhook("onec-order-changed", headers, json.dumps(body).encode())
    del body[member]
    with pytest.raises(AssertionError, match=member):
        check_webhook("onec-document-changed", headers, json.dumps(body).encode())
