"""One call of a method: who calls, with what, and the table of all methods (facts 10.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.simulators.bitrix24.errors import missing
from tests.simulators.bitrix24.wire import Data
from tests.simulators.web import Request

if TYPE_CHECKING:
    from tests.simulators.bitrix24.access import Application
    from tests.simulators.bitrix24.portal import Portal

PAGE = 50


@dataclass(frozen=True)
class Caller:
    """Who calls: a webhook or an application on behalf of a user. `depth` counts the chain of event tokens,
    `credential` is the secret or the access token: links to bytes embed it (facts 6.7)."""

    kind: str
    user_id: int
    scopes: frozenset[str]
    key: str
    application: Application | None = None
    depth: int = 0
    credential: str = ""


@dataclass
class Hit:
    """One portal hit: an HTTP request or an act of a person. Equal events of a hit are collapsed (facts 3.1)."""

    user_id: int | None
    application: Application | None = None
    depth: int = 0
    connector: str = ""
    request: Request | None = None
    seen: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Page:
    """A result with `total` and `next` to be lifted out of it (facts 10.1 step 7)."""

    result: Any
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True)
class Call:
    """What a method handler gets."""

    portal: Portal
    name: str
    params: Data
    caller: Caller
    hit: Hit
    start: int = 0

    def any_case(self, name: str, default: Any = None) -> Any:
        """A parameter of a legacy method: its case does not matter (facts 10.2)."""
        for key, value in self.params.items():
            if key.lower() == name.lower():
                return value
        return default

    def need(self, name: str) -> Any:
        """A required parameter of a controller: exact case, code 100 if absent."""
        if self.params.get(name) in (None, ""):
            raise missing(name)
        return self.params[name]


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Method:
    """`scopes` are alternatives; none means the basic scope. Without its `feature` the method looks unknown."""

    name: str
    scopes: tuple[str, ...]
    application_only: bool
    admin: bool
    handler: Handler
    feature: str = ""


METHODS: dict[str, Method] = {}


def method(
    name: str, *scopes: str, application_only: bool = False, admin: bool = False, feature: str = ""
) -> Callable[[Handler], Handler]:
    """Put a handler into the table under its name; names are compared in lower case (facts 1.1)."""

    def register(handler: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, scopes, application_only, admin, handler, feature)
        return handler

    return register


def mapping(value: Any) -> Data:
    """A PHP array as a map: a list counts by position, anything else is empty."""
    if isinstance(value, Mapping):
        return {str(key): inner for key, inner in value.items()}
    if isinstance(value, list):
        return {str(position): inner for position, inner in enumerate(value)}
    return {}


def sequence(value: Any) -> list[Any]:
    """A PHP array as a list; a scalar is a list of one."""
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list):
        return value
    return [] if value in (None, "") else [value]


def page(items: list[Any], start: int) -> Page:
    """A page of a legacy list: a non-multiple of 50 snaps down, -1 gives total 0 and no `next` (facts 2.5)."""
    if start < 0:
        return Page(items[:PAGE], total=0)
    return counted(items, start // PAGE * PAGE)


def counted(items: list[Any], offset: int) -> Page:
    """A page from an exact offset, as ORM lists do."""
    following = offset + PAGE if offset + PAGE < len(items) else None
    return Page(items[offset : offset + PAGE], len(items), following)


def controller_page(key: str, items: list[Any], start: int) -> Page:
    """A page of a controller list: under a key; -1 leaves out both `total` and `next` (facts 2.5)."""
    if start < 0:
        return Page({key: items[:PAGE]})
    part = page(items, start)
    return Page({key: part.result}, part.total, part.next)
