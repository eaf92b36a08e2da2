"""The portal: one HTTP application with a CRM behind it (facts 10.1)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from tests.simulators.bitrix24 import applications, methods, oauth, pipeline
from tests.simulators.bitrix24.access import Access, Application, Webhook
from tests.simulators.bitrix24.calls import METHODS, Caller, Hit, Method, Page
from tests.simulators.bitrix24.clock import SERVER_ZONE
from tests.simulators.bitrix24.delivery import Courier, Delivery, Postman, Send
from tests.simulators.bitrix24.errors import RestError
from tests.simulators.bitrix24.events import MOVE, Events, OutgoingWebhook, known_events
from tests.simulators.bitrix24.limits import Intensity, Operating
from tests.simulators.bitrix24.offline import Offline
from tests.simulators.bitrix24.records import Effect, Record, shortened
from tests.simulators.bitrix24.store import Crm, seed
from tests.simulators.bitrix24.users import Department, User
from tests.simulators.bitrix24.wire import Data
from tests.simulators.faults import Faults
from tests.simulators.web import Answer, Request

State = TypeVar("State")
AUTH_HOST = "oauth.bitrix24.tech"
AUTH_PATH = "/authserver"
HIDDEN_USER = 9999


@dataclass
class Options:
    """Switches for what the facts leave open or a tariff decides."""

    docs_statuses: bool = False  # 403 instead of 401 for bad credentials and scope (facts 12.6)
    numeric_errors: bool = False  # "100" as a number, as some documentation pages print it (facts 10.1)
    expires_in_code_answer: bool = False  # what the official Python SDK expects (facts 6.8)
    rows_raise_update: bool = True  # saving product rows raises ONCRMDEALUPDATE (facts 12.7)
    features: dict[str, bool] = field(default_factory=dict)  # False also hides the methods of the feature
    disabled_methods: set[str] = field(default_factory=set)  # tariff-gated methods look unknown
    required_fields: dict[str, list[str]] = field(default_factory=dict)  # stage -> fields of `crm.item.update`


class Portal:
    """A simulated Bitrix24. Give it to `Server` or `transport`; `at(url)` tells it where it is reached.

    `now` is an aware clock, `sleep` makes slow answers. `intensity` is the bucket (X, Y per second),
    None switches it off; `operating_limit=None` switches the operating limiter off (then `time` has no `operating*`,
    facts 2.3). `cost` gives the seconds
    a method takes; nothing really waits for them.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        domain: str = "example.bitrix24.ru",
        *,
        member_id: str = "a223c6b3710f85df22e9377d6c4f7553",
        intensity: tuple[int, float] | None = (50, 2.0),
        operating_limit: float | None = 480.0,
        cost: Callable[[str], float] = lambda method: 0.05,
        zone: tzinfo = SERVER_ZONE,
        rotate_refresh_tokens: bool = True,
        options: Options | None = None,
    ) -> None:
        self.now, self.cost, self.zone, self.domain, self.member_id = now, cost, zone, domain, member_id
        self.intensity = Intensity(*intensity) if intensity else None
        self.operating = Operating(operating_limit) if operating_limit is not None else None
        self.options = options or Options()
        self.base_url, self.auth_url = f"https://{domain}", f"https://{AUTH_HOST}"
        self.old_hosts: set[str] = set()
        self.faults = Faults(sleep)
        self.access = Access(rotate_refresh_tokens)
        self.events, self.courier, self.offline = Events(), Courier(), Offline()
        self.crm = Crm()
        seed(self.crm)
        self.users = {1: User(1, "Анна", "Админова", "admin@example.ru", admin=True)}
        self.users[HIDDEN_USER] = User(HIDDEN_USER, "", "rest_system", "", admin=True, hidden=True)
        self.departments = {1: Department(1, "Компания")}
        self.signed_in_user = 1
        self.hits, self.requests, self.effects = 0, list[Record](), list[Effect]()
        self.notifications: dict[int, Data] = {}
        self.bizproc: dict[str, dict[str, Data]] = {"activity": {}, "robot": {}}
        self.callbacks: dict[str, Data] = {}
        self._parts: dict[type, Any] = {}
        self.lock = threading.RLock()
        self._postman: Postman | None = None

    # -- addresses

    @property
    def client_endpoint(self) -> str:
        """The REST address of the portal, as tokens and events name it."""
        return f"{self.base_url}/rest/"

    @property
    def server_endpoint(self) -> str:
        """The REST address of the authorisation server; the token address is derived from it (facts 0.1)."""
        return f"{self.auth_url}/rest/"

    @property
    def refusal_status(self) -> int:
        """Status of bad credentials and missing scope: 401 in source, 403 in the docs."""
        return 403 if self.options.docs_statuses else 401

    def at(self, url: str) -> Portal:
        """The portal is reached at this URL; its authorisation server under a path of the same address."""
        self.base_url, self.auth_url = url.rstrip("/"), url.rstrip("/") + AUTH_PATH
        return self

    def rename(self, domain: str, url: str | None = None) -> None:
        """Give the portal a new address; the old host answers 302 with a non-JSON body (facts 1.1)."""
        self.old_hosts.add(self.domain)
        self.domain, self.base_url = domain, (url or f"https://{domain}").rstrip("/")

    # -- access

    def add_user(self, name: str, last_name: str, email: str, **more: Any) -> User:
        """A new employee."""
        number = max(user for user in self.users if user != HIDDEN_USER) + 1
        self.users[number] = User(number, name, last_name, email, **more)
        return self.users[number]

    def add_webhook(self, user_id: int, secret: str, scopes: Iterable[str], expires: datetime | None = None) -> str:
        """An incoming webhook; gives its base URL."""
        webhook = Webhook(user_id, secret, frozenset(scopes), expires)
        self.access.webhooks[user_id, secret] = webhook
        return f"{self.client_endpoint}{user_id}/{secret}/"

    def add_application(
        self, client_id: str, client_secret: str, scopes: Iterable[str], install_url: str, handler_url: str = "",
        interface: bool = False,
    ) -> Application:  # fmt: skip
        """A local application; not installed until `install_application`. `handler_url` is also the redirect URI."""
        token = self.access.secret("application")
        application = Application(
            client_id, client_secret, frozenset(scopes), install_url, handler_url or install_url, interface, token,
            len(self.access.applications) + 1,
        )  # fmt: skip
        self.access.applications[client_id] = application
        return application

    def add_outgoing_webhook(self, url: str, events: Iterable[str], application_token: str) -> OutgoingWebhook:
        """An outgoing webhook set by hand: only known events, and not the funnel event (facts 0.1, 3.4)."""
        wanted = frozenset(event.upper() for event in events)
        for event in wanted - set(known_events()) | wanted & {MOVE}:
            raise ValueError(f"{event} is not selectable for an outgoing webhook")
        webhook = OutgoingWebhook(self.events.number(), url, wanted, application_token)
        self.events.webhooks.append(webhook)
        return webhook

    def install_application(self, application: Application, fetch: applications.Fetch = applications.fetch) -> bool:
        """Install as an administrator does; gives whether the application now counts as installed (facts 1.4)."""
        return applications.install(self, application, fetch)

    def update_application(self, application: Application, fetch: applications.Fetch = applications.fetch) -> bool:
        """Save the application as a new version: its handlers are purged, the install path is called again."""
        return applications.update(self, application, fetch)

    def uninstall_application(self, application: Application, clean: bool = False) -> None:
        """Remove the application: handlers get ONAPPUNINSTALL, its tokens die."""
        applications.uninstall(self, application, clean)

    def authorize(self, application: Application, user_id: int, state: str = "") -> str:
        """A user agrees; gives the redirect with the 30-second code (facts 1.3)."""
        return oauth.redirect(self, application, user_id, state)

    # -- work

    def respond(self, request: Request) -> Answer:
        """Answer one request (facts 10.1); faults are asked around the whole of it."""
        return pipeline.respond(self, request)

    def invoke(self, name: str, params: Data, caller: Caller, hit: Hit, inner: bool) -> tuple[Page, Data]:
        """Run one method for an authorised caller; gives the page and its `time` block."""
        return pipeline.invoke(self, name, params, caller, hit, inner)

    def find_method(self, name: str) -> Method:
        """The method, or 404 before any authorisation (facts 10.1 step 4)."""
        found = METHODS.get(name.lower())
        options = self.options
        gated = {name.lower() for name in options.disabled_methods}
        if found is None or found.name.lower() in gated or options.features.get(found.feature) is False:
            raise RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)
        return found

    def error_body(self, error: RestError) -> Data:
        """The body of an error: no `time`."""
        numeric = self.options.numeric_errors and error.code.isdigit()
        body: Data = {"error": int(error.code) if numeric else error.code, "error_description": error.text}
        return {**body, "argument": error.argument} if error.argument else body

    def part(self, kind: type[State]) -> State:
        """The state of a method family, made on first use: `portal.part(Disk)`."""
        with self.lock:
            found: State = self._parts.setdefault(kind, kind())
        return found

    def note(self, name: str, params: Data, inner: bool, auth: str, status: int, error: str = "") -> None:
        """Keep one call for the tests."""
        self.requests.append(Record(name.lower(), shortened(params), inner, auth, status, error))

    def changed(self, hit: Hit, kind: str, entity: str, number: Any, fields: Mapping[str, Any]) -> None:
        """Note a real change, so that tests can count effects."""
        self.effects.append(Effect(kind, entity, number, dict(fields), hit.user_id))

    # -- delivery of events

    def deliver(self, send: Send) -> list[Delivery]:
        """Deliver all events that are due through `send`, once each; nothing is retried (facts 3.1)."""
        with self.lock:
            due = self.courier.take(self)
        return [self.courier.post(queued, send) for queued in due]

    def start_delivery(self, timeout: float = 5.0) -> None:
        """Deliver in the background over HTTP until `stop_delivery`."""
        self._postman = Postman(self, timeout)
        self._postman.start()

    def stop_delivery(self) -> None:
        """End the background delivery after what is due."""
        if self._postman:
            self._postman.stop()
            self._postman = None

    def wake(self) -> None:
        """Tell the background delivery that something was queued."""
        if self._postman:
            self._postman.wake()


methods.load()
