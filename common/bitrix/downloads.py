"""Bytes from an address that the portal gave, as they come (facts bitrix24 §6.7).

No address leaves this module, and no exception of httpx, which carries it, is chained.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import httpx

from common.bitrix import answers, links
from common.bitrix.access import Access
from common.bitrix.client import HEADERS, REDIRECTS, sent
from common.bitrix.faults import PORTAL, Fault, classify
from common.bitrix.streams import PIECE
from common.errors import SideDown, TryLater
from common.logs import counted
from common.ports import Clock, Limiter, Traffic

_AGENT = {"User-Agent": HEADERS["User-Agent"]}
_HOPS = 3
_PAUSE = 0.5


class Downloads:
    """Downloads from one portal, under the limits that its methods have. Safe to share between threads."""

    def __init__(
        self, access: Access, http: httpx.Client, limiter: Limiter, clock: Clock, traffic: Traffic = "bulk"
    ) -> None:
        self._access = access
        self._http = http
        self._limiter = limiter
        self._clock = clock
        self._traffic = traffic

    @contextmanager
    def opened(self, url: str, size: int) -> Iterator[Iterator[bytes] | Fault]:
        """Exactly `size` bytes in pieces of at most 64 KiB, or what the portal said instead: one request.

        Raises `TryLater` when other bytes came or another host failed, `SideDown` when the portal did, `NeedsPerson`
        for an address that our secrets may not go to.
        """
        base = self._access.base_url()
        with closing(self._followed(base, links.own(base, url))) as response:
            if response.status_code == httpx.codes.OK:
                yield _exactly(_pieces(response), size)
            else:
                yield self._fault(response, links.is_own(base, str(response.url)))

    def _followed(self, base: str, url: str) -> httpx.Response:
        """The answer behind redirects: files of the cloud may lie on another host. Nothing of ours goes there."""
        for _ in range(_HOPS):
            response = self._asked(base, url)
            if response.status_code not in REDIRECTS:
                return response
            response.close()
            url = links.redirected(url, response.headers.get("Location", ""))
        raise TryLater("download_moved")

    def _asked(self, base: str, url: str) -> httpx.Response:
        """One request, a second one when the first was lost: nothing changes by reading."""
        how, is_own = "", links.is_own(base, url)
        for pause in (_PAUSE, 0.0):
            if is_own:
                self._limiter.acquire(self._traffic, "download")
            request = self._http.build_request("GET", url, headers={**_AGENT, **links.headers(base, url)})
            if not is_own:
                request.headers.pop("Cookie", None)  # the portal may have set some for all hosts of its domain
            found = sent(self._http, request, stream=True)
            if isinstance(found, httpx.Response):
                return found
            how = found.how
            self._clock.sleep(pause)
        raise SideDown(PORTAL, "unreachable", f"download: {how}", certain=False) if is_own else TryLater("download_cut")

    def _fault(self, response: httpx.Response, is_own: bool) -> Fault:
        """What the portal says; a page instead of it, or another host, says nothing about the portal's health."""
        found = answers.read(response.status_code, next(_pieces(response), b""))
        fault = found if isinstance(found, Fault) else Fault("", "no bytes", page=True)
        if not is_own or (fault.page and response.status_code < 500):
            counted("download_refused", status=response.status_code)
            raise TryLater("download_refused")
        if classify(fault)[0] == "rate":
            self._limiter.exceeded()
        return fault


def _pieces(response: httpx.Response) -> Iterator[bytes]:
    pieces = response.iter_bytes(PIECE)
    while (piece := _next(pieces)) is not None:
        if piece:
            yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    """The next piece, None after the last. The exception of httpx would name the address: it is not chained."""
    with suppress(httpx.HTTPError):
        return next(pieces, None)
    raise TryLater("download_cut")


def _exactly(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    left = size
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise TryLater("download_too_long")
        yield piece
    if left:
        raise TryLater("download_too_short")
