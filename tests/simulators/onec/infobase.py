"""One 1C infobase behind one OData publication: the application that answers requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from tests.simulators.faults import Faults
from tests.simulators.onec import answers, metadata, operations, platform_answers
from tests.simulators.onec.access import Rights, login
from tests.simulators.onec.answers import Format, Writer
from tests.simulators.onec.backdoor import Accountant, Administrator
from tests.simulators.onec.bodies import Filler
from tests.simulators.onec.errors import ODataError, no_set
from tests.simulators.onec.filters import Language
from tests.simulators.onec.products import PRODUCTS
from tests.simulators.onec.references import Seeded
from tests.simulators.onec.render import Renderer
from tests.simulators.onec.schema import Entity, Field
from tests.simulators.onec.sessions import PoolExhausted, Sessions
from tests.simulators.onec.store import Effect, Store
from tests.simulators.onec.switches import Switches
from tests.simulators.onec.units import Unit
from tests.simulators.onec.urls import Segment, options, segments
from tests.simulators.onec.values import Reader, Record, Scalar
from tests.simulators.web import Answer, Request

USERS = {"Обмен": "пароль"}


class Infobase:
    """A base of one product. `now` is an aware clock, `sleep` what waiting does; neither is ever the real one.

    `exposed` limits the published sets (all by default), `attributes` adds or replaces attributes in the compact form
    of `schema` by `Entity` or `Entity/Section`, `without` removes `Entity/Attribute` or `Entity/Section/Column`,
    `entities` adds whole sets.
    """

    def __init__(
        self,
        product: str,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        users: Mapping[str, str] = USERS,
        time_zone: str = "Europe/Moscow",
        switches: Switches | None = None,
        path: str = "",
        exposed: Iterable[str] | None = None,
        attributes: Mapping[str, str] | None = None,
        without: Iterable[str] = (),
        entities: Iterable[Entity] = (),
    ) -> None:
        self.switches = switches or Switches()
        self.product = PRODUCTS[product].changed(attributes or {}, without)
        more = {entity.name: entity for entity in entities}
        self.product = replace(self.product, entities={**self.product.entities, **more})
        self.path = path or f"/{product}/odata/standard.odata"
        self.users = dict(users)
        self.rights = Rights()
        self.store = Store(self.product, self.path)
        self.refs = Seeded()
        self.faults = Faults(sleep)
        self.hits = 0
        self.requests: list[tuple[str, str, int]] = []
        self.exposed = set(self.product.entities if exposed is None else exposed)
        self._now, self._sleep, self._zone = now, sleep, ZoneInfo(time_zone)
        self.sessions = Sessions(self.switches, now, sleep)
        self.lock = threading.RLock()
        self._last: datetime | None = None
        self.accountant = Accountant(self.store, self.unit("base", lenient=True), self.lock)
        self.administrator = Administrator(self)

    @property
    def effects(self) -> list[Effect]:
        """Every real change so far, in order."""
        return self.store.effects

    def documents(self, entity: str) -> list[dict[str, Scalar]]:
        """The documents of a set, as stored."""
        with self.lock:
            return [dict(record.values) for record in self.store.records(entity)]

    def find(self, entity: str, **fields: object) -> list[Record]:
        """Records with these values; for tests to look at, not to change."""
        with self.lock:
            return list(self.store.find(entity, fields))

    def clock(self) -> datetime:
        """The clock of the base, which may be wrong."""
        return self._now() + self.switches.clock_skew

    def local_now(self) -> str:
        """The naive local time of the base (§1.6)."""
        return self.clock().astimezone(self._zone).replace(tzinfo=None).isoformat(timespec="seconds")

    def respond(self, request: Request) -> Answer:
        """Answer one request; faults of the script come first or last."""
        status = 0
        try:
            answer = answers.dated(self.faults.around(request, self._serve), self.clock().astimezone(UTC))
            status = answer.status
            return answer
        finally:
            with self.lock:
                self.hits += 1
                self.requests.append((request.method, request.path, status))

    def _serve(self, request: Request) -> Answer:
        limit = self.switches.query_limit
        if not _below(request.path, self.path) or (limit is not None and len(request.query) > limit):
            return answers.html(404, "404 - File or directory not found.")
        user = login(request.headers.get("authorization", ""), self.users)
        if user is None:
            return platform_answers.unauthorized()
        try:
            with self._form(request) as form, self.sessions.hold(user, request.headers) as headers:
                self._wait()
                answer = self._answer(request, user, form)
        except PoolExhausted:
            return platform_answers.pool_exhausted(request)
        except _Failed as failed:
            return failed.answer
        return replace(answer, headers={**answer.headers, **headers})

    @contextmanager
    def _form(self, request: Request) -> Iterator[Format]:
        """The format of the answer, for errors as well."""
        form = Format(self.switches.default_format == "json")
        try:
            asked = dict(unquote(part).partition("=")[::2] for part in request.query.split("&"))
            accept = request.headers.get("accept", "")
            form = answers.wanted("", accept, self.switches.default_format)
            form = answers.wanted(asked.get("$format", ""), accept, self.switches.default_format)
            yield form
        except ODataError as problem:
            raise _Failed(answers.error(problem, form)) from None

    def _wait(self) -> None:
        """The first call after an idle time is slow (§1.18)."""
        with self.lock:
            now, last = self._now(), self._last
            self._last = now
        idle = last is None or (now - last).total_seconds() > self.switches.stall_after_idle
        pause = self.switches.work_time + (self.switches.stall if idle else 0)
        if pause:
            self._sleep(pause)

    def _answer(self, request: Request, user: str, form: Format) -> Answer:
        asked = options(request.query)
        parts = segments(request.path[len(self.path) :])
        writer = Writer(form, self._renderer(request))
        with self.lock:
            if not parts:
                return writer.listing(list(self.sets()))
            if parts[0] == Segment("$metadata"):
                body = metadata.document(self.sets(), self.product.enums)
                return Answer(200, body, {"Content-Type": "application/xml;charset=utf-8", "DataServiceVersion": "3.0"})
            work = operations.Operation(self, request, asked, writer, user)
            return work.run(parts)

    def sets(self) -> dict[str, Entity]:
        """The published sets, tabular sections as sets of their own among them."""
        found: dict[str, Entity] = {}
        for name, entity in self.product.entities.items():
            if name in self.exposed:
                found[name] = entity
                found |= {f"{name}_{section}": entity.flat(section) for section in entity.sections}
        return found

    def entity(self, name: str) -> Entity:
        """A published set, or code 8."""
        entity = self.product.entities.get(name)
        if entity is not None and name in self.exposed:
            return entity
        owner, _, section = name.rpartition("_")
        above = self.product.entities.get(owner)
        if above is None or owner not in self.exposed or section not in (*above.sections, "RecordType"):
            raise no_set(name)
        return above if section == "RecordType" else above.flat(section)

    def published(self, name: str) -> Entity | None:
        """A published set, if it is one."""
        return self.product.entities[name] if name in self.exposed and name in self.product.entities else None

    def follow(self, item: Field, key: Scalar) -> Record | None:
        """What a reference points to, if it can be seen."""
        found = self.store.target(item, key) if item.target in self.exposed else None
        return None if found is None or self.rights.is_hidden(found) else found

    def language(self) -> Language:
        """What conditions may refer to."""
        return Language(self.published, self.follow, self.switches.unknown_filter_field == "empty")

    def unit(self, user: str, *, load_mode: bool = False, lenient: bool = False) -> Unit:
        """A writing operation of this user; a lenient one numbers rows itself."""
        filler = Filler(Reader(self.switches, self.product.enums), partial(_exists, self.store), lenient)
        return Unit(self.store, self.switches, filler, self.local_now, user, self.product.hooks, load_mode)

    def _renderer(self, request: Request) -> Renderer:
        root = f"http://{request.headers.get('host', 'localhost')}{self.path}"
        text = self.switches.int64 == "text"
        return Renderer(self.published, self.follow, self.switches.data_version, text, root)


class _Failed(Exception):
    """An answer that is an error already."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _exists(store: Store, name: str, key: str) -> bool:
    return store.get(name, (key,)) is not None


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")
