"""The reading half of `common.ports.archive.Archive`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from common.errors import NeedsPerson, Stop
from common.model.documents import (
    Ability,
    Card,
    CardPage,
    ChangePage,
    Client,
    DocumentId,
    FileId,
    KindId,
    OnecFile,
    OnecUser,
    OnecUserId,
    Version,
    VersionId,
)
from common.onec.http_service import fields, streams, wire
from common.onec.http_service.faults import SIDE, Absent, Asked, unreadable
from common.onec.http_service.fields import Json, Unreadable
from common.onec.http_service.transport import PARALLEL, DmTransport
from common.ports import Clock

_FRESH = timedelta(hours=1)
_IDS = 50  # of a request for users (contract §2)

Key = TypeVar("Key", bound=str)
Found = TypeVar("Found")


class ArchiveReader:
    """1C:DM through one transport. Safe to share between threads."""

    def __init__(self, transport: DmTransport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._ability: tuple[Ability, datetime] | None = None

    def ability(self) -> Ability:
        """What this base can do; kept for an hour, no request while warm."""
        known = self._ability
        if known is not None and self._clock.now() < known[1]:
            return known[0]
        return self._pinged()

    def probe(self) -> datetime:
        """1C's own clock, UTC; one request."""
        return self._pinged().clock

    def clock_offset(self) -> float | None:
        """Seconds the clock of 1C's web server was ahead of ours at its last answer; None before the first."""
        return self._transport.clock_offset()

    def changes(self, after: int, kinds: Sequence[str]) -> ChangePage:
        """Rows above `after`; 0 asks for the oldest kept row on, which no feed has forgotten (contract §4)."""
        # Not worth a ping of its own: the base's page is as good as the largest.
        limit = str(self._ability[0].list_limit) if self._ability else ""
        query = {"after": str(after) if after else "", "limit": limit, "types": ",".join(kinds)}
        return self._list("/v1/changes", query, wire.change_page)

    def counts(self) -> Mapping[KindId, int]:
        return self._list("/v1/counts", {}, wire.counts)

    def kinds(self) -> Mapping[KindId, str]:
        return self._list("/v1/kinds", {}, wire.kinds)

    def cards(self, kind: KindId, after: str, limit: int) -> CardPage:
        """A page of at most `limit` documents, or as many as the base gives at once."""
        query = {"kind_id": kind, "after": after, "limit": self._limit(limit)}
        return self._list("/v1/documents", query, wire.card_page)

    def cards_of(self, ids: Sequence[DocumentId]) -> dict[DocumentId, Card | None]:
        return self._each(ids, lambda id: self._one(f"/v1/documents/{path_id(id)}", wire.card))

    def files(self, ids: Sequence[FileId]) -> dict[FileId, OnecFile | None]:
        return self._each(ids, lambda id: self._one(f"/v1/files/{path_id(id)}", wire.file))

    @contextmanager
    def open(self, version: Version) -> Iterator[Iterator[bytes]]:
        """Its bytes in pieces of at most 64 KiB, proved at their end. Keeps one of 1C's sessions inside the block.

        Raises `NeedsPerson` `content_missing` when 1C has no bytes of it: lost from its volume, or the version is gone.
        """
        asked = Asked("GET", f"/v1/versions/{path_id(version.id)}/content", "content")
        with self._transport.open(asked) as body:
            streams.check_head(version, body.etag, body.length)
            yield streams.incoming(version, body.pieces)

    def small(self, versions: Sequence[Version]) -> dict[VersionId, bytes | Exception]:
        """Each whole, or why not."""
        by_id = {one.id: one for one in versions}
        return self._each(list(by_id), lambda id: self._whole(by_id[id]))

    def users(self, ids: Sequence[OnecUserId]) -> dict[OnecUserId, OnecUser]:
        known = list(dict.fromkeys(ids))
        parts = [known[start : start + _IDS] for start in range(0, len(known), _IDS)]
        found = [one for part in parts for one in self._list("/v1/users", {"id": ",".join(part)}, wire.users)]
        return {one.id: one for one in found}

    def user_by(self, email: str = "", employee_id: str = "") -> Sequence[OnecUser]:
        """Whoever has this e-mail or this employee id: one request for each that is given."""
        asked = [one for one in ({"email": email}, {"employee_id": employee_id}) if any(one.values())]
        found = [one for query in asked for one in self._list("/v1/users", query, wire.users)]
        return list(dict.fromkeys(found))

    def clients(self, inn: str = "", kpp: str = "", external_code: str = "") -> Sequence[Client]:
        """Raises ValueError when nothing is given: that would ask for everybody."""
        if not (inn or kpp or external_code):
            raise ValueError("no tax id and no code")
        return self._list("/v1/counterparties", {"inn": inn, "kpp": kpp, "external_code": external_code}, wire.clients)

    def _pinged(self) -> Ability:
        found = self._list("/v1/ping", {}, wire.ability)
        self._transport.narrow(found.max_parallel)
        self._ability = found, self._clock.now() + _FRESH
        return found

    def _limit(self, wanted: int = 0) -> str:
        most = self.ability().list_limit
        return str(min(wanted, most) if wanted else most)

    def _list(self, resource: str, query: Mapping[str, str], parse: Callable[[Json], Found]) -> Found:
        asked = Asked("GET", resource, "list")
        given = {name: value for name, value in query.items() if value}
        return readable(asked, self._transport.read(asked, given), parse)

    def _one(self, resource: str, parse: Callable[[Json], Found]) -> Found | None:
        asked = Asked("GET", resource)
        try:
            return parse(self._transport.read(asked, {}))
        except Absent:
            return None
        except Unreadable as fault:
            # One odd object is that object's trouble; the side itself works.
            raise NeedsPerson(Stop("onec_unreadable", str(fault), "admin", SIDE, where=resource)) from None

    def _whole(self, version: Version) -> bytes | Exception:
        try:
            with self.open(version) as pieces:
                return b"".join(pieces)
        except Exception as error:  # noqa: BLE001 - handed to the caller, whose other versions are read all the same
            return error

    def _each(self, ids: Sequence[Key], read: Callable[[Key], Found]) -> dict[Key, Found]:
        """Each read once, several at a time; every thread logs with the fields bound here."""
        known = list(dict.fromkeys(ids))
        if len(known) < 2:
            return {id: read(id) for id in known}
        contexts = [copy_context() for _ in known]
        return dict(zip(known, self._pool.map(lambda context, id: context.run(read, id), contexts, known), strict=True))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        parallel = max(1, min(PARALLEL, self.ability().max_parallel))
        return ThreadPoolExecutor(parallel, thread_name_prefix="onec-dm")


def readable(asked: Asked, found: Json, parse: Callable[[Json], Found]) -> Found:
    """The answer as nouns. Raises `SideDown` `unreadable` when it is not the contract's."""
    try:
        return parse(found)
    except Unreadable as fault:
        raise unreadable(asked, str(fault)) from None


def path_id(id: str) -> str:
    """An id as part of a path. Raises ValueError for anything but a lower-case GUID."""
    if not fields.is_guid(id):
        raise ValueError("not an id of 1C")
    return id
