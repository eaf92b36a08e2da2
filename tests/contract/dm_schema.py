"""Holds messages of the wire to 1C:DM to `infra/onec/openapi.yaml`, the client's and the simulator's alike.

    client = httpx.Client(transport=checked(transport(dm)), ...)

What is not in the description is a fault: a path, a parameter, a member, a status, a code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DESCRIPTION = Path(__file__).parents[2] / "infra" / "onec" / "openapi.yaml"
_URN = "urn:onec-dm"
_REFUSED_AS_MALFORMED = (400, 401)


@cache
def description() -> dict[str, Any]:
    """The description as read."""
    found: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    return found


def check_exchange(
    method: str,
    path: str,
    request_headers: Mapping[str, str],
    request_body: bytes,
    status: int,
    response_headers: Mapping[str, str],
    response_body: bytes,
) -> None:
    """Raise AssertionError naming the first fault of a request towards 1C or of its answer.

    `path` may have a prefix before `/v1` and a query. A request that was refused as malformed (400, 401) is not looked
    at; one that was taken must be right. An answer that is not JSON is a page of the web server, with any status.
    """
    resource, _, query = path.partition("?")
    resource = resource[max(resource.find("/v1/"), 0) :]
    item, parts = _path_item(resource)
    operation = item.get(method.lower())
    assert operation, f"{method} {resource}: no such method"
    place = f"{method} {resource}"
    if status not in _REFUSED_AS_MALFORMED:
        parameters = _parameters(item, operation)
        _check_parameters(place, parameters, parts, query, request_headers)
        _check_body(place, operation.get("requestBody"), request_headers, request_body)
    _check_answer(f"{place} → {status}", operation, status, _lower(response_headers), response_body)
    _check_echo(place, request_headers, response_headers)


def check_webhook(function: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raise AssertionError naming the first fault of a request towards the functions."""
    item = description()["webhooks"].get(function)
    assert item, f"{function}: no such webhook"
    _check_parameters(function, _parameters(item, item["post"]), {}, "", headers)
    _check_body(function, item["post"]["requestBody"], headers, body)


def checked(inner: httpx.BaseTransport) -> httpx.MockTransport:
    """The transport with every exchange checked; a broken connection passes as it is."""
    return _Checked(inner)


class _Checked(httpx.MockTransport):
    def __init__(self, inner: httpx.BaseTransport) -> None:
        super().__init__(self._handle)
        self._inner = inner

    def close(self) -> None:
        self._inner.close()

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        response = self._inner.handle_request(request)
        content, path = response.read(), request.url.raw_path.decode("ascii")
        # httpx itself leaves the length of an empty body out where there is no socket.
        headers = dict(response.headers) if content else {"content-length": "0", **response.headers}
        check_exchange(request.method, path, request.headers, body, response.status_code, headers, content)
        return httpx.Response(response.status_code, headers=response.headers, content=content, request=request)


def _path_item(resource: str) -> tuple[dict[str, Any], dict[str, str]]:
    given = resource.split("/")
    for template, item in description()["paths"].items():
        parts = template.split("/")
        if len(parts) == len(given) and all(_fits(part, text) for part, text in zip(parts, given, strict=True)):
            named = {part[1:-1]: text for part, text in zip(parts, given, strict=True) if part.startswith("{")}
            return item, named
    raise AssertionError(f"{resource}: no such path")


def _fits(part: str, text: str) -> bool:
    return part == text or (part.startswith("{") and text != "")


def _parameters(item: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the path, overridden by those of the operation."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in [*item.get("parameters", []), *operation.get("parameters", [])]:
        parameter = _resolved(one)
        found[parameter["in"], parameter["name"]] = parameter
    return list(found.values())


def _check_parameters(
    place: str, parameters: list[dict[str, Any]], parts: dict[str, str], query: str, headers: Mapping[str, str]
) -> None:
    asked = _query(place, query)
    given = {"path": parts, "query": asked, "header": _lower(headers)}
    for one in parameters:
        name = one["name"].lower() if one["in"] == "header" else one["name"]
        value = given[one["in"]].get(name)
        assert value is not None or not one.get("required"), f"{place}: {one['name']} is missing"
        if value is not None:
            _check_value(f"{place}: {one['name']}", one["schema"], value)
    unknown = set(asked) - {one["name"] for one in parameters if one["in"] == "query"}
    assert not unknown, f"{place}: unknown parameters {sorted(unknown)}"


def _query(place: str, query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        assert unquote(name) not in found, f"{place}: {unquote(name)} occurs twice"
        found[unquote(name)] = unquote(value)
    return found


def _check_value(place: str, schema: dict[str, Any], text: str) -> None:
    """A value on the line is text; where a number is described it must read as one."""
    value: Any = int(text) if _resolved(schema).get("type") == "integer" and text.isdigit() else text
    _check_schema(place, schema, value)


def _check_body(place: str, described: dict[str, Any] | None, headers: Mapping[str, str], body: bytes) -> None:
    if described is None:
        assert not body, f"{place}: a body where none is described"
        return
    _check_content(place, _resolved(described)["content"], _lower(headers), body)


def _check_answer(place: str, operation: dict[str, Any], status: int, headers: Mapping[str, str], body: bytes) -> None:
    answers = operation["responses"]
    if _kind(headers) in _resolved(answers["default"])["content"]:
        return
    assert str(status) in answers, f"{place}: no such status"
    answer = _resolved(answers[str(status)])
    for name, header in answer.get("headers", {}).items():
        described, value = _resolved(header), headers.get(name.lower())
        assert value is not None or not described.get("required"), f"{place}: {name} is missing"
        if value is not None:
            _check_value(f"{place}: {name}", described["schema"], value)
    _check_content(place, answer["content"], headers, body)
    _check_meaning(place, headers, body)


def _check_meaning(place: str, headers: Mapping[str, str], body: bytes) -> None:
    """What a schema cannot say: a key that is in use tells when to come again, lengths agree."""
    if _kind(headers) == "application/json":
        error = json.loads(body).get("error", {})
        assert error.get("code") != "in_progress" or "retry-after" in headers, f"{place}: Retry-After is missing"
        assert headers.get("x-request-id", "") != "", f"{place}: X-Request-Id is missing"
        assert error.get("request_id", headers["x-request-id"]) == headers["x-request-id"], f"{place}: other request_id"
    elif "content-length" in headers:
        assert int(headers["content-length"]) == len(body), f"{place}: Content-Length is not that of the body"


def _check_echo(place: str, sent: Mapping[str, str], got: Mapping[str, str]) -> None:
    asked, echoed = _lower(sent).get("x-request-id"), _lower(got).get("x-request-id")
    assert asked is None or echoed in (asked, None), f"{place}: X-Request-Id is not echoed"


def _check_content(place: str, described: dict[str, Any], headers: Mapping[str, str], body: bytes) -> None:
    kind = _kind(headers)
    assert kind in described, f"{place}: Content-Type {kind or 'is missing'}"
    if "schema" in described[kind]:
        try:
            value = json.loads(body.decode("utf-8"))
        except ValueError as problem:
            raise AssertionError(f"{place}: not JSON: {problem}") from None
        _check_schema(place, described[kind]["schema"], value)


def _check_schema(place: str, schema: dict[str, Any], value: Any) -> None:
    for error in _validator(json.dumps(schema)).iter_errors(value):
        where = "/".join(str(part) for part in error.absolute_path)
        raise AssertionError(f"{place}: {where}: {error.message[:500]}")


@cache
def _validator(schema: str) -> Draft202012Validator:
    resource = DRAFT202012.create_resource({"$id": _URN, **description()})
    registry: Registry[Any] = Registry().with_resource(_URN, resource)
    text = schema.replace('"#/components/', f'"{_URN}#/components/')
    return Draft202012Validator(json.loads(text), registry=registry)


def _resolved(one: dict[str, Any]) -> dict[str, Any]:
    """What a reference of the description points to."""
    found: Any = one
    if "$ref" in one:
        found = description()
        for part in one["$ref"].removeprefix("#/").split("/"):
            found = found[part]
    resolved: dict[str, Any] = found
    return resolved


def _kind(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
