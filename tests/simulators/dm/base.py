"""The base of 1C:Document Management behind its HTTP service: the application that answers requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.simulators.dm import access, calls, errors, methods
from tests.simulators.dm.delivery import Courier, Delivery, Postman, Send
from tests.simulators.dm.editor import Editor
from tests.simulators.dm.feed import Event, Feed
from tests.simulators.dm.records import Actor, Counterparty, Effect, Hit, Kind, LogRow, User
from tests.simulators.dm.register import Register
from tests.simulators.dm.store import Store
from tests.simulators.dm.switches import Switches
from tests.simulators.faults import Faults
from tests.simulators.onec.access import login
from tests.simulators.onec.answers import dated, html
from tests.simulators.onec.platform_answers import unauthorized
from tests.simulators.web import Answer, Request

State = TypeVar("State")
USERS = {"Обмен": "пароль"}
KEYS = {"2026a": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}
KINDS = ("Договор", "Внутренний документ", "Приказ")


class DocumentManagement:
    """A simulated 1C:DM. Give it to `Server` or `transport`.

    `now` is an aware clock, `sleep` what waiting does. `users` are logins of the service with passwords (each is also a
    person of the base), `keys` the valid secrets by id. `path` is the publication with `/hs/exchange`, `kinds` names of
    kinds of documents. `latency(method, resource)` gives the seconds a call takes; it may be replaced at any moment.
    Webhooks go to `public_base_url` + `/<function>`; none are sent while it is empty.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        users: Mapping[str, str] = USERS,
        keys: Mapping[str, str] = KEYS,
        path: str = "/dm/hs/exchange",
        public_base_url: str = "",
        kinds: Iterable[str] = KINDS,
        *,
        web_url: str = "https://dm.example.ru/dm",
        name: str = "dm",
        switches: Switches | None = None,
        latency: Callable[[str, str], float] = lambda method, resource: 0.0,
    ) -> None:
        self.now, self.sleep, self.latency = now, sleep, latency
        self.logins, self.keys, self.key_id = dict(users), dict(keys), next(iter(keys), "")
        self.path, self.public_base_url, self.web_url = path, public_base_url, web_url
        self.switches = switches or Switches()
        self.faults = Faults(sleep)
        self.lock = threading.RLock()
        self.store = Store(name)
        self.feed = Feed(self.switches, self.clock)
        self.register, self.sessions = Register(self.clock), access.Sessions(self.switches)
        self.courier = Courier(self)
        self.feed.listeners.append(self.courier.queue)
        self.requests, self.log = list[Hit](), list[LogRow]()
        self.lost_contents: set[str] = set()
        self.counters: dict[str, Callable[[], int]] = {"orders_open": lambda: 0, "routes_active": lambda: 0}
        self.lookups: dict[str, Callable[[str], object]] = {}
        self._parts: dict[type, Any] = {}
        self._postman: Postman | None = None
        for kind in kinds:
            self.add_kind(kind)
        self.login_ids = {login: self.add_user(login).id for login in users}

    # -- dictionaries

    @property
    def kinds(self) -> list[Kind]:
        """Kinds of documents, in order of adding."""
        return list(self.store.kinds.values())

    def add_kind(self, name: str, folder_id: str | None = None) -> Kind:
        """A kind of documents."""
        with self.lock:
            kind = Kind(self.store.new_id(), name, folder_id)
            self.store.kinds[kind.id] = kind
        return kind

    def add_user(self, name: str, email: str | None = None, employee_id: str | None = None, **more: Any) -> User:
        """A person."""
        with self.lock:
            user = User(self.store.new_id(), name, email, employee_id, **more)
            self.store.users[user.id] = user
        return user

    def add_counterparty(
        self, name: str, inn: str | None = None, kpp: str | None = None, external_code: str | None = None
    ) -> Counterparty:
        """A counterparty."""
        with self.lock:
            found = Counterparty(self.store.new_id(), name, inn, kpp, external_code)
            self.store.counterparties[found.id] = found
        return found

    # -- for tests

    @property
    def effects(self) -> list[Effect]:
        """Every real change made through the exchange so far, in order."""
        return self.store.effects

    @property
    def resource_root(self) -> str:
        """What stands before `/v1`."""
        return self.path.rstrip("/")

    def rotate(self, key_id: str, secret: str) -> None:
        """A new secret, with which webhooks are signed from now on; the one before stays valid, older ones do not."""
        self.keys = {**dict(list(self.keys.items())[-1:]), key_id: secret}
        self.key_id = key_id

    def part(self, kind: type[State]) -> State:
        """The state of a method family, made on first use."""
        with self.lock:
            found: State = self._parts.setdefault(kind, kind())
        return found

    def exists(self, kind: str, key: str) -> bool:
        """Whether there is such an object; families add their types to `lookups`."""
        lookup = self.lookups.get(kind)
        return (lookup(key) if lookup else self.store.find(kind, key)) is not None

    def editor(self, actor: Actor) -> Editor:
        """Writes in the name of this actor; hold `lock` around them."""
        return Editor(self.store, self.feed, self.switches, self.clock, actor)

    # -- answers

    def clock(self) -> datetime:
        """The clock of the base, which may be wrong."""
        return self.now() + self.switches.clock_skew

    def respond(self, request: Request) -> Answer:
        """Answer one request; faults of the script come first or last."""
        resource, status = self._resource(request), 0
        method = calls.find(request.method, resource)[0]
        request_id = request.headers.get("x-request-id", "")
        try:
            answer = self.faults.around(request, self._serve)
            status = answer.status
            return dated(answer, self.clock().astimezone(UTC))
        finally:
            hit = Hit(request.method, method.template if method else "", resource, status, request_id)
            with self.lock:
                self.requests.append(hit)

    def _resource(self, request: Request) -> str:
        root = self.resource_root
        return request.path[len(root) :] if request.path.startswith(f"{root}/") else ""

    def _serve(self, request: Request) -> Answer:
        resource = self._resource(request)
        if not resource:
            return html(404, "404 - File or directory not found.")
        user = login(request.headers.get("authorization", ""), self.logins)
        if user is None:
            return unauthorized()
        request_id, began, error = request.headers.get("x-request-id") or self._new_request_id(), self.clock(), ""
        try:
            with self.sessions.hold():
                answer = self._within(request, resource, self.login_ids[user])
        except errors.Refusal as refusal:
            answer, error = refusal.answer(request_id), refusal.code
        passed = (self.clock() - began).total_seconds()
        row = LogRow(began, "in", request.method, resource, answer.status, passed, len(request.body), error, request_id)
        with self.lock:
            self.log.append(row)
        return replace(answer, headers={**answer.headers, "X-Request-Id": request_id})

    def _within(self, request: Request, resource: str, user_id: str) -> Answer:
        digest = access.check(request, resource, self.keys, self.clock(), self.switches)
        if not self.switches.enabled:
            raise errors.switched_off(self.switches.retry_after)
        method, parts, verbs = calls.find(request.method, resource)
        if method is None:
            # An undescribed method is refused by the platform, before any code of the extension (facts §3.1).
            if verbs:
                return html(405, "405 - Method not allowed")
            raise errors.not_found("Неизвестный путь")
        if (method.verb, method.template) in self.switches.forbidden:
            raise errors.forbidden()
        if not calls.GUID.fullmatch(parts.get("id", "00000000-0000-0000-0000-000000000000")):
            raise errors.invalid("Ожидается идентификатор строчными буквами")
        call = calls.Call(self, request, user_id, digest, parts)
        return self._write(call, method, resource) if method.writes else self._run(call, method, resource)

    def _run(self, call: calls.Call, method: calls.Method, resource: str) -> Answer:
        self._wait(method, resource)
        with self.lock:
            return method.handler(call)

    def _write(self, call: calls.Call, method: calls.Method, resource: str) -> Answer:
        key, identity = call.key(), (method.verb, resource, call.body_sha256)
        with self.lock:
            stored = self.register.begin(key, identity, self.switches.retry_after)
        if stored is not None:
            return stored
        try:
            self._wait(method, resource)
            with self.lock:
                answer = method.handler(call)
                self.register.commit(key, answer)
                return answer
        except BaseException:
            with self.lock:
                self.register.release(key)
            raise

    def _wait(self, method: calls.Method, resource: str) -> None:
        seconds = self.latency(method.verb, resource)
        if seconds:
            self.sleep(seconds)

    def _new_request_id(self) -> str:
        with self.lock:
            return f"dm-{len(self.log) + 1}"

    # -- events

    def number_events(self) -> list[Event]:
        """A tick of the sender job now: number and coalesce the rows that wait, without sending."""
        with self.lock:
            return self.feed.number()

    def deliver(self, send: Send) -> list[Delivery]:
        """A run of the sender job now: number rows, then post every webhook that is due, once each (contract §3)."""
        self.number_events()
        return self.courier.post_due(send)

    def start_delivery(self, timeout: float = 5.0) -> None:
        """Number by the ticks of the base's clock and deliver in the background over HTTP until `stop_delivery`."""
        self._postman = Postman(self, timeout)
        self._postman.start()

    def stop_delivery(self) -> None:
        """End the background delivery after what is due."""
        if self._postman:
            self._postman.stop()
            self._postman = None


methods.load()
