"""Signatures of requests in both directions (contract §1, §4). Pure.

`resource` is the path from `/v1` on towards 1C, the function's public name towards us; `query` is always the canonical
form, since 1C sees decoded parameters and proxies re-encode them.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from common.errors import Refused

if TYPE_CHECKING:
    from common.settings.model import Secret

KEY_ID = "X-Exchange-Key-Id"
TIMESTAMP = "X-Exchange-Timestamp"
SIGNATURE = "X-Exchange-Signature"
WINDOW = 300
"""Seconds that the sender's clock may be ahead or behind."""

_SECONDS = re.compile(r"[0-9]{1,12}")


def canonical(parameters: Iterable[tuple[str, str]]) -> str:
    """Decoded parameters as both sides sign them: by code points of name and value, encoded by RFC 3986."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(parameters))


def parameters(query: str) -> list[tuple[str, str]]:
    """The decoded parameters of a query as it came: `+` is a plus, `a` is `a=`. Raises ValueError for no UTF-8."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(unquote(name, errors="strict"), unquote(value, errors="strict")) for name, _, value in pairs]


def string_to_sign(timestamp: int, method: str, resource: str, query: str, body_sha256: str) -> str:
    return "\n".join((str(timestamp), method.upper(), resource, query, body_sha256))


def sign(secret: str, timestamp: int, method: str, resource: str, query: str, body_sha256: str) -> str:
    """The value of `X-Exchange-Signature`. `query` canonical, `body_sha256` hex in lower case."""
    text = string_to_sign(timestamp, method, resource, query, body_sha256)
    return "v1=" + hmac.new(secret.encode(), text.encode(), sha256).hexdigest()


def verify(
    headers: Mapping[str, str],
    method: str,
    resource: str,
    query: str,
    body: bytes,
    keys: Mapping[str, Secret],
    now: datetime,
) -> None:
    """Whether 1C sent this request (contract §3). `query` as it came, `keys` by their ids: two while they rotate.

    The body at hand is what counts, whatever hash the request names. Raises Refused 401: `no_signature`,
    `bad_signature`, or `stale_timestamp` for a good signature outside the window.
    """
    given = {name.lower(): value for name, value in headers.items()}
    key_id, timestamp, signature = (given.get(name.lower(), "") for name in (KEY_ID, TIMESTAMP, SIGNATURE))
    if not (key_id and timestamp and signature):
        raise Refused(401, "no_signature")
    secret = keys.get(key_id)
    if secret is None or not _SECONDS.fullmatch(timestamp):
        raise Refused(401, "bad_signature")
    expected = sign(secret.reveal(), int(timestamp), method, resource, _canonical(query), sha256(body).hexdigest())
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise Refused(401, "bad_signature")
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Refused(401, "stale_timestamp")


def _canonical(query: str) -> str:
    try:
        return canonical(parameters(query))
    except ValueError:
        raise Refused(401, "bad_signature") from None
