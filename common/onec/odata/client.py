"""Calls to one base over OData. It can read and create, nothing else.

There is no way through here to post, unpost, change or delete: `/Post` acts even on GET (facts §1.9), so paths are
made of checked parts only. One `httpx.Client` is kept for all calls: 1C reuses a session for 20 s (facts §1.16).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx

from common.logs import quiet_http
from common.model.ids import BaseName, Ref
from common.onec.odata import query, wire
from common.onec.odata.values import decode, encode
from common.onec.odata.wire import Absent, Answer
from common.ports import Clock

Row = dict[str, Any]

_ROOT = "/odata/standard.odata"
_READ = re.compile(r"(?:Catalog|Document|ChartOf\w+|InformationRegister)_\w+")
_CREATED = re.compile(r"(?:Catalog|Document)_\w+")
_NEVER_SENT = ("Posted", "DeletionMark")
_JSON = {"$format": "json"}
_CONNECT_SECONDS = 15.0
# Nothing was sent yet: no write can be in doubt.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class ODataClient:
    """One base of 1C. `url` is its publication, with or without `/odata/standard.odata`.

    read_timeout, write_timeout   seconds; the first call after idleness takes tens of seconds (facts §1.18)
    """

    def __init__(
        self,
        base: BaseName,
        url: str,
        user: str,
        password: str,
        http: httpx.Client,
        clock: Clock,
        read_timeout: float = 60.0,
        write_timeout: float = 120.0,
    ) -> None:
        self.base = base
        self._root = url.rstrip("/").removesuffix(_ROOT) + _ROOT
        self._http = http
        self._clock = clock
        self._headers = {"Authorization": wire.basic(user, password), "Accept": "application/json"}
        self._timeouts = {"GET": read_timeout, "POST": write_timeout}
        self._offset: float | None = None
        quiet_http()

    def rows(
        self,
        entity: str,
        where: str = "",
        select: Sequence[str] = (),
        expand: Sequence[str] = (),
        top: int = 0,
        allowed_only: bool = False,
    ) -> list[Row]:
        """Rows of a set that meet a condition from `query`: one request, no paging (facts §1.5).

        `allowed_only` leaves out what row-level security hides; without it one hidden row is `missing_right`.
        """
        options = {
            "$filter": where,
            "$select": ",".join(select),
            "$expand": ",".join(expand),
            "$top": str(top) if top else "",
            "allowedOnly": "true" if allowed_only else "",
        }
        return self._listed(entity, "", options)

    def by_keys(self, entity: str, keys: Sequence[Ref], select: Sequence[str]) -> list[Row]:
        """The rows of these keys, about fifteen a request: the query's length is limited."""
        return [row for where in query.keys(keys) for row in self.rows(entity, where, select, allowed_only=True)]

    def one(self, entity: str, key: Ref) -> Row | None:
        """One object by its key, whole; None when it is gone (code 9)."""
        try:
            return wire.content(self._call("GET", entity, f"({query.guid(key)})", {}))
        except Absent:
            return None

    def slice_last(self, register: str, day: date, where: str) -> list[Row]:
        """The register's newest records not later than the end of that day (facts §1.13)."""
        end = query.midnight(day).replace("T00:00:00", "T23:59:59")
        return self._listed(register, "/SliceLast", {"Period": end, "Condition": query.text(where)})

    def create(self, entity: str, body: Mapping[str, Any]) -> Row:
        """POST one object as a draft and return it as 1C answered.

        Raises InDoubt when the answer was lost, AlreadyThere for a taken `Ref_Key`, SideRefused when 1C said no.
        """
        if not _CREATED.fullmatch(entity) or any(name in body for name in _NEVER_SENT):
            raise ValueError("only drafts and catalog items are created")
        return wire.content(self._call("POST", entity, "", {}, encode(body)))

    def clock_offset(self) -> float | None:
        """Seconds the base's clock was ahead of ours at its last answer (`Date` header); None before the first."""
        return self._offset

    def metadata(self) -> Iterator[bytes]:
        """`$metadata` in pieces as they come: 14–17 MB of XML (facts §1.4)."""
        request = self._request("GET", "/$metadata", {"Accept": "application/xml"}, None)
        with self._caught("$metadata", write=False):
            response = self._http.send(request, stream=True)
            try:
                yield from self._pieces(response)
            finally:
                response.close()

    def _pieces(self, response: httpx.Response) -> Iterator[bytes]:
        self._keep_clock(response.headers.get("Date", ""))
        if response.status_code != 200 or "xml" not in response.headers.get("Content-Type", ""):
            response.read()
            raise wire.failure(self._answer("$metadata", response))
        yield from response.iter_bytes()

    def _listed(self, entity: str, suffix: str, options: Mapping[str, str]) -> list[Row]:
        found = wire.content(self._call("GET", entity, suffix, options)).get("value")
        if not isinstance(found, list):
            raise wire.lost(self.base, False, "a set without rows")
        return found

    def _call(
        self, method: str, entity: str, suffix: str, options: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        if not _READ.fullmatch(entity):
            raise ValueError(f"not an entity set: {entity}")
        given = {name: value for name, value in options.items() if value}
        address = f"/{quote(entity)}{quote(suffix, safe=_KEY)}?{query.encoded({**_JSON, **given})}"
        headers = {"Content-Type": "application/json;charset=utf-8"} if body else {}
        request = self._request(method, address, headers, body)
        with self._caught(entity, body is not None):
            response = self._http.send(request)
        return self._answer(entity, response, body is not None)

    def _request(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        seconds = httpx.Timeout(self._timeouts[method], connect=_CONNECT_SECONDS)
        return self._http.build_request(
            method, self._root + address, headers={**self._headers, **headers}, content=body, timeout=seconds
        )

    @contextmanager
    def _caught(self, entity: str, write: bool) -> Iterator[None]:
        """Transport errors as ours, by their kind only: their texts may hold addresses with INN in them."""
        try:
            yield
        except _UNSENT as error:
            raise wire.lost(self.base, False, f"{entity}: {type(error).__name__}") from None
        except httpx.RequestError as error:
            raise wire.lost(self.base, write, f"{entity}: {type(error).__name__}") from None

    def _answer(self, entity: str, response: httpx.Response, write: bool = False) -> Answer:
        self._keep_clock(response.headers.get("Date", ""))
        if _is_cut(response):
            raise wire.lost(self.base, write, f"{entity}: a truncated answer")
        kind = response.headers.get("Content-Type", "")
        return Answer(self.base, entity, response.status_code, kind, decode(response.content), write)

    def _keep_clock(self, header: str) -> None:
        if header:
            self._offset = (_moment(header) - self._clock.now()).total_seconds()


def _moment(header: str) -> datetime:
    found = parsedate_to_datetime(header)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _is_cut(response: httpx.Response) -> bool:
    """Fewer bytes than announced; a compressed body is checked by its decoder."""
    announced = response.headers.get("Content-Length", "")
    packed = "Content-Encoding" in response.headers
    return announced.isdigit() and not packed and len(response.content) < int(announced)


_KEY = "/('),"
