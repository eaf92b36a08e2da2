"""The signature of requests in both directions (contract §1, §4), written from the contract and from no client."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, unquote

WINDOW = 300
"""Seconds a timestamp may be off, either way."""


def parameters(query: str) -> dict[str, str]:
    """The decoded parameters as 1C sees them: a map, where the last of equal names stays; `+` is a plus."""
    parts = [part.partition("=") for part in query.split("&") if part]
    return {unquote(name): unquote(value) for name, _, value in parts}


def canonical_query(query: str) -> str:
    """Decoded, sorted by code points, encoded again by RFC 3986 in UTF-8."""
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(parameters(query).items()))


def string_to_sign(timestamp: str, method: str, resource: str, query: str, content_sha256: str) -> str:
    """What the HMAC covers; `resource` begins with `/v1` towards 1C and is a function's name towards the functions."""
    return "\n".join((timestamp, method, resource, canonical_query(query), content_sha256))


def sign(secret: str, text: str) -> str:
    """The value of `X-Exchange-Signature`."""
    return "v1=" + hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def headers(
    key_id: str, secret: str, timestamp: int, method: str, resource: str, query: str, content_sha256: str
) -> Mapping[str, str]:
    """The three headers of one signed request."""
    text = string_to_sign(str(timestamp), method, resource, query, content_sha256)
    return {
        "X-Exchange-Key-Id": key_id,
        "X-Exchange-Timestamp": str(timestamp),
        "X-Exchange-Signature": sign(secret, text),
    }


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
