"""Signed requests to the service, whole or streamed. What an answer means is in `faults`.

No secret leaves this module, and the exceptions of httpx, whose texts may hold addresses with people's e-mail and tax
ids, are never chained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TypeVar

import httpx

from common.errors import ExchangeError, SideDown, TryLater
from common.logs import info, quiet_http
from common.model.documents import Content
from common.onec.http_service import faults, signature, streams
from common.onec.http_service.faults import Answer, Asked
from common.onec.http_service.fields import Json
from common.onec.http_service.gate import Gate
from common.onec.odata.wire import basic
from common.ports import Clock
from common.settings.model import DocumentManagement, Secret

PARALLEL = 4
"""Requests at once per process, at most (design §4)."""

PIECE = 64 * 1024
"""Bytes; the longest piece of content that is held."""

_ROOT = "/hs/exchange"
_READ_SECONDS = 60.0
_WRITE_SECONDS = 120.0
_CONNECT_SECONDS = 15.0
_PAUSE = 0.5
_EMPTY = sha256(b"").hexdigest()
# Nothing was sent yet: no write can be in doubt.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Body:
    """Content on its way: what the head of the answer says of it, and its bytes in pieces of at most `PIECE`."""

    etag: str
    length: str
    pieces: Iterator[bytes]


class _Unanswered(Exception):
    """No whole answer came; `error` is what that means to the caller."""

    def __init__(self, error: ExchangeError) -> None:
        super().__init__(str(error))
        self.error = error


class DmTransport:
    """One 1C:DM. Safe to share between threads.

    keys       shared secrets by their ids; the first one signs, 1C may know the others as well (contract §1)
    new_id     a fresh id for each request
    patience   seconds to wait while all sessions are in use
    """

    def __init__(
        self,
        dm: DocumentManagement,
        keys: Mapping[str, Secret],
        http: httpx.Client,
        clock: Clock,
        new_id: Callable[[], str],
        patience: float = 60.0,
    ) -> None:
        self._root = dm.url.rstrip("/").removesuffix(_ROOT) + _ROOT
        self._key_id, self._secret = next(iter(keys.items()))
        self._always = {"Authorization": basic(dm.user, dm.password.reveal()), "Accept": "application/json"}
        self._http = http
        self._clock = clock
        self._new_id = new_id
        self._gate = Gate(PARALLEL, patience)
        self._offset: float | None = None
        quiet_http()

    def new_id(self) -> str:
        """A fresh id."""
        return self._new_id()

    def narrow(self, parallel: int) -> None:
        """No more than so many requests at once from now on."""
        self._gate.resize(min(PARALLEL, parallel))

    def clock_offset(self) -> float | None:
        """Seconds the web server's clock was ahead of ours at its last answer (`Date`); None before the first."""
        return self._offset

    def read(self, asked: Asked, query: Mapping[str, str]) -> Json:
        """GET; `query` decoded. Asked a second time when no answer came."""
        return self._repeated(lambda: self._exchanged(asked, query, {}, b"", _EMPTY))

    def write(self, asked: Asked, body: bytes, headers: Mapping[str, str]) -> Json:
        """A JSON write. Raises `InDoubt` when its answer was lost."""
        whole = {"Content-Type": "application/json; charset=utf-8", **headers}
        try:
            return self._exchanged(asked, {}, whole, body, sha256(body).hexdigest())
        except _Unanswered as lost:
            raise lost.error from None

    def send(self, asked: Asked, content: Content, headers: Mapping[str, str]) -> Json:
        """A write whose body is streamed, in one pass. Raises `TryLater` when the bytes are not those promised."""
        streamed = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(content.size),
            "X-Content-SHA256": content.sha256,
            **headers,
        }
        with content.chunks() as chunks:
            try:
                return self._exchanged(asked, {}, streamed, streams.outgoing(content, chunks), content.sha256)
            except _Unanswered as lost:
                raise lost.error from None

    @contextmanager
    def open(self, asked: Asked) -> Iterator[Body]:
        """GET whose body is read piece by piece; its head is there and good. Keeps its session to the end of the block.

        The pieces raise `TryLater` when the connection breaks.
        """
        with self._gate.place(), closing(self._repeated(lambda: self._opened(asked))) as response:
            headers = response.headers
            yield Body(headers.get("ETag", ""), headers.get("Content-Length", ""), _pieces(response))

    def _repeated(self, ask: Callable[[], Found]) -> Found:
        try:
            return ask()
        except _Unanswered:
            self._clock.sleep(_PAUSE)
        try:
            return ask()
        except _Unanswered as lost:
            raise lost.error from None

    def _exchanged(
        self,
        asked: Asked,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | Iterator[bytes],
        body_sha256: str,
    ) -> Json:
        with self._gate.place():
            response = self._sent(self._request(asked, query, headers, body, body_sha256), asked)
        return faults.content(_answer(asked, response))

    def _opened(self, asked: Asked) -> httpx.Response:
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        response = self._sent(self._request(asked, {}, headers, b"", _EMPTY), asked, stream=True)
        if response.status_code == 200 and not _is_page(response):
            return response
        with closing(response), self._caught(asked):
            response.read()
        raise faults.failure(_answer(asked, response))

    def _request(
        self,
        asked: Asked,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | Iterator[bytes],
        body_sha256: str,
    ) -> httpx.Request:
        """Built anew for each attempt: the signature holds the time."""
        canonical = signature.canonical(query.items())
        timestamp = int(self._clock.now().timestamp())
        signed = signature.sign(self._secret.reveal(), timestamp, asked.method, asked.resource, canonical, body_sha256)
        own = {
            signature.KEY_ID: self._key_id,
            signature.TIMESTAMP: str(timestamp),
            signature.SIGNATURE: signed,
            "X-Request-Id": self._new_id(),
        }
        address = self._root + asked.resource + (f"?{canonical}" if canonical else "")
        seconds = httpx.Timeout(_WRITE_SECONDS if asked.write else _READ_SECONDS, connect=_CONNECT_SECONDS)
        return self._http.build_request(
            asked.method, address, headers={**self._always, **headers, **own}, content=body or None, timeout=seconds
        )

    def _sent(self, request: httpx.Request, asked: Asked, stream: bool = False) -> httpx.Response:
        began = self._clock.now()
        with self._caught(asked):
            response = self._http.send(request, stream=stream, follow_redirects=False)
        ended = self._clock.now()
        self._keep_clock(response.headers.get("Date", ""), ended)
        if asked.write or response.status_code >= 300:
            # Both sides write the request's id, so that a person finds it in 1C's exchange log (contract §3).
            info(
                "onec_dm",
                method=asked.method,
                resource=asked.resource,
                status=response.status_code,
                request_id=request.headers["X-Request-Id"],
                ms=round((ended - began).total_seconds() * 1000),
            )
        if not stream and _is_cut(response):
            raise _Unanswered(faults.lost(asked, f"{asked.resource}: a truncated answer"))
        return response

    @contextmanager
    def _caught(self, asked: Asked) -> Iterator[None]:
        """Transport errors by their kind only."""
        try:
            yield
        except _UNSENT as error:
            how = f"{asked.resource}: {type(error).__name__}"
            raise _Unanswered(SideDown(faults.SIDE, "unreachable", how, certain=False)) from None
        except httpx.RequestError as error:
            raise _Unanswered(faults.lost(asked, f"{asked.resource}: {type(error).__name__}")) from None

    def _keep_clock(self, header: str, now: datetime) -> None:
        try:
            found = parsedate_to_datetime(header)
        except ValueError:
            return  # none, or no date: the last known offset stays
        moment = found if found.tzinfo else found.replace(tzinfo=UTC)
        self._offset = (moment - now).total_seconds()


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes(PIECE)
    except httpx.RequestError as error:
        raise TryLater(f"content_cut: {type(error).__name__}") from None


def _answer(asked: Asked, response: httpx.Response) -> Answer:
    headers = response.headers
    kind, after = headers.get("Content-Type", ""), headers.get("Retry-After", "")
    return Answer(asked, response.status_code, kind, response.content, after)


def _is_page(response: httpx.Response) -> bool:
    """A page of a web server where content was asked for; a version's bytes have an `ETag`."""
    return "ETag" not in response.headers and "html" in response.headers.get("Content-Type", "")


def _is_cut(response: httpx.Response) -> bool:
    """Fewer bytes than announced; a compressed body is checked by its decoder."""
    announced = response.headers.get("Content-Length", "")
    packed = "Content-Encoding" in response.headers
    return announced.isdigit() and not packed and len(response.content) < int(announced)
