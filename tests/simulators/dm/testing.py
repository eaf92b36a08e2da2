"""For tests: a signed httpx client of a base, written from the contract and not from our client."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import httpx

from tests.clock import ManualClock
from tests.simulators.dm import signature
from tests.simulators.dm.base import DocumentManagement
from tests.simulators.onec.testing import basic
from tests.simulators.web import transport


class Signer(httpx.Auth):
    """Signs requests of a client as the functions do; a test may change `key_id`, `secret` and `shift` (seconds)."""

    requires_request_body = True

    def __init__(self, dm: DocumentManagement) -> None:
        self.dm, self.key_id, self.secret, self.shift = dm, dm.key_id, dm.keys[dm.key_id], 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        resource = path.partition(self.dm.resource_root)[2]
        digest = request.headers.get("X-Content-SHA256") or hashlib.sha256(request.content).hexdigest()
        moment = int(self.dm.clock().timestamp() + self.shift)
        request.headers.update(
            signature.headers(self.key_id, self.secret, moment, request.method, resource, query, digest)
        )
        yield request


def connect(dm: DocumentManagement, inner: httpx.BaseTransport | None = None, **headers: str) -> httpx.Client:
    """A client of a base; without `inner` it works without sockets."""
    url, known = f"http://dm.test{dm.path}", {**basic(), **headers}
    return httpx.Client(base_url=url, transport=inner or transport(dm), headers=known, auth=Signer(dm))


def open_dm(clock: ManualClock | None = None, **options: Any) -> tuple[DocumentManagement, httpx.Client]:
    """An empty base and a client of it."""
    time = clock or ManualClock()
    dm = DocumentManagement(time.now, time.sleep, **options)
    return dm, connect(dm)


def key(text: str) -> str:
    """An idempotency key made of a name."""
    return str(uuid5(NAMESPACE_URL, text))


def upload(
    data: bytes, name: str = "", mark: str = "1", *, match: str | None = None, comment: str | None = None,
    acting: str | None = None, modified: datetime | None = None,
) -> dict[str, str]:  # fmt: skip
    """Headers of bytes to send; `mark` makes another idempotency key."""
    digest = hashlib.sha256(data).hexdigest()
    stamp = modified.strftime("%Y-%m-%dT%H:%M:%SZ") if modified else None
    more = {
        "X-File-Name": quote(name, safe="") if name else None,
        "If-Match": match,
        "X-Comment": quote(comment, safe="") if comment is not None else None,
        "X-Acting-User": acting,
        "X-File-Mtime": stamp,
    }
    known = {"Content-Type": "application/octet-stream", "X-Content-SHA256": digest}
    return {**known, "Idempotency-Key": key(f"{name}{match}{digest}{mark}")} | {k: v for k, v in more.items() if v}
