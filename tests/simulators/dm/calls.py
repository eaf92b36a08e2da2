"""One call of the service and the table of methods. A method family registers its handlers with `method`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes
from uuid import UUID

from tests.simulators.dm import errors, moments, views
from tests.simulators.dm.editor import Editor
from tests.simulators.dm.errors import Data
from tests.simulators.dm.records import Actor, Effect, Record
from tests.simulators.dm.signature import parameters
from tests.simulators.web import Answer, Request

if TYPE_CHECKING:
    from tests.simulators.dm.base import DocumentManagement

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Call:
    """A request that came through all guards; `path` holds the parts of the template, `user_id` the service user."""

    dm: DocumentManagement
    request: Request
    user_id: str
    body_sha256: str
    path: Mapping[str, str]

    @cached_property
    def query(self) -> dict[str, str]:
        """Decoded parameters; an empty one counts as absent."""
        return {name: value for name, value in parameters(self.request.query).items() if value}

    def header(self, name: str) -> str | None:
        """A header by its lower-case name."""
        return self.request.headers.get(name)

    def encoded(self, name: str) -> str | None:
        """The text of a percent-encoded header; `Refusal` 400 if it is not UTF-8 or holds control characters."""
        given = self.header(name)
        if given is None:
            return None
        try:
            if not given.isascii():
                raise errors.invalid(f"{name}: ожидается процентное кодирование")
            text = unquote_to_bytes(given).decode("utf-8")
        except UnicodeDecodeError:
            raise errors.invalid(f"{name}: не UTF-8") from None
        return checked(text, name)

    def moment(self, name: str, given: str | None) -> datetime | None:
        """A moment of a header or parameter; `Refusal` 400 if it is malformed."""
        found = moments.read(given) if given is not None else None
        if given is not None and found is None:
            raise errors.invalid(f"{name}: ожидается время UTC")
        return found

    def json(self, *known: str) -> Data:
        """The body: an object with no other members than the known ones."""
        try:
            body = json.loads(self.request.body.decode("utf-8"))
        except ValueError:
            raise errors.invalid("Тело не JSON") from None
        if not isinstance(body, dict) or set(body) - set(known):
            raise errors.invalid("Неизвестные свойства или не объект")
        return body

    def match(self, record: Record) -> None:
        """`If-Match` against the present version: 400 without it, 412 if it moved on."""
        given = self.header("if-match")
        if given is None:
            raise errors.invalid("Нужен If-Match")
        present = views.data_version(record.data_version)
        if given.strip('"') != present:
            raise errors.version_mismatch(present)

    def key(self) -> str:
        """The idempotency key of a write: a UUID."""
        given = self.header("idempotency-key")
        try:
            return str(UUID(given or ""))
        except ValueError:
            raise errors.invalid("Нужен Idempotency-Key") from None

    def editor(self) -> Editor:
        """Writes as the acting person, else as the service user; `Refusal` 400 or 422 for whom that is impossible."""
        acting = self.header("x-acting-user")
        if acting is None:
            return self.dm.editor(Actor(self.user_id, "exchange"))
        if not GUID.fullmatch(acting):
            raise errors.invalid("X-Acting-User: ожидается идентификатор")
        user = self.dm.store.users.get(acting)
        if user is None or not user.active or acting in self.dm.switches.refused_people:
            raise errors.refused("У пользователя нет прав на изменение", acting_user_id=acting)
        return self.dm.editor(Actor(acting, "exchange"))

    def note(self, kind: str, object_id: str, **fields: object) -> None:
        """Keep a real change for the tests."""
        self.dm.store.effects.append(Effect(kind, object_id, fields))


def checked(text: str, name: str) -> str:
    """Text without characters that XML forbids; `Refusal` 400 otherwise."""
    if _FORBIDDEN.search(text):
        raise errors.invalid(f"{name}: недопустимые символы")
    return text


@dataclass(frozen=True)
class Method:
    """One row of the table; `template` has `{id}` for a GUID and other names for words."""

    verb: str
    template: str
    handler: Callable[[Call], Answer]

    @property
    def writes(self) -> bool:
        """Whether it changes something; then it needs an idempotency key."""
        return self.verb != "GET"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The template as an expression."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template))


METHODS: list[Method] = []


def method(verb: str, template: str) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Register a handler; it runs under the lock of the base."""

    def register(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        METHODS.append(Method(verb, template, handler))
        return handler

    return register


def find(verb: str, resource: str) -> tuple[Method | None, Mapping[str, str], list[str]]:
    """The method of a resource, the parts of its path, and the verbs this resource has."""
    found: list[tuple[Method, Mapping[str, str]]] = []
    for one in METHODS:
        match = one.pattern.fullmatch(resource)
        if match:
            found.append((one, match.groupdict()))
    verbs = [one.verb for one, _ in found]
    for one, parts in found:
        if one.verb == verb:
            return one, parts, verbs
    return None, {}, verbs
