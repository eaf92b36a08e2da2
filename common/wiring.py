"""The composition root: the only place that reads the environment and the clock, and knows which adapter is whose.

Every member of `Services` is made when first used and imports its adapter inside, so an entry point pays for what it
uses and nothing happens at import.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from common.errors import Refused, SideDown, TryLater
from common.model import moments
from common.model.ids import BaseName, PortalKey, RuleId, UserId
from common.ports import Clock, Queue, Store
from common.settings import Settings, local_environment

if TYPE_CHECKING:
    import httpx

    from common.admin.people import Backfill, People
    from common.admin.rules import RuleBook
    from common.bitrix.access import Access
    from common.bitrix.book import TokenBook
    from common.bitrix.client import BitrixClient
    from common.bitrix.crm import PortalCrm
    from common.bitrix.install import Installer
    from common.bitrix.oauth import AuthServer
    from common.exchanges.acts.model import ActRule
    from common.exchanges.acts.perform import Acts
    from common.exchanges.acts.rules import TableBook
    from common.exchanges.acts.watch import DealWatch
    from common.flow.bindings import Bindings
    from common.flow.breakers import Breakers
    from common.flow.claims import Claims
    from common.flow.dead_letters import DeadLetters
    from common.flow.delivery import DeadLetter
    from common.flow.journal import Journal
    from common.flow.limiter import PortalLimiter
    from common.flow.resume import Watch
    from common.flow.sweep import Sweep
    from common.flow.telling import Telling
    from common.flow.waiting import WaitingRoom
    from common.flow.work import Work
    from common.mapping.kept import Kept
    from common.model.records import Record
    from common.onec.accounting import OnecAccounting
    from common.onec.dictionaries import Dictionaries
    from common.onec.odata.client import ODataClient
    from common.ports import Accounting, Leases, Task

PROCESS_SECONDS = 300.0
"""The time limit of `process` entries (their `function.json`): a claim's lease ends with it."""

DIGEST_AGE = timedelta(days=1)
NOT_INSTALLED = "not_installed"
PORTAL = "portal"
"""The name of the portal's breaker."""

DEAL_EVENTS = (
    "ONCRMDEALADD",
    "ONCRMDEALUPDATE",
    "ONCRMDEALMOVETOCATEGORY",
    "ONCRMCOMPANYUPDATE",
    "ONCRMCONTACTUPDATE",
    "ONCRMREQUISITEADD",
    "ONCRMREQUISITEUPDATE",
    "ONCRMADDRESSREGISTER",
)
APP_EVENTS = ("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL")


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def new_id() -> str:
    return uuid.uuid4().hex


class Services:
    """Everything a function may need, made on demand from settings. Tests give their own clock, ids and HTTP."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        ids: Callable[[], str] = new_id,
        new_http: Callable[[], httpx.Client] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self.ids = ids
        self._new_http = new_http
        self._environ = environ or {}
        self._books: dict[tuple[BaseName, str], Accounting] = {}
        self._odata: dict[BaseName, ODataClient] = {}
        self._dictionaries: dict[BaseName, Dictionaries] = {}

    # -- where things are kept ---------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> Store:
        place = self.settings.store
        if place.kind == "sqlite":
            from common.store.sqlite import SqliteStore

            return SqliteStore(place.path, self.clock.now)
        from common.store.firestore import FirestoreStore

        return FirestoreStore(place.project, place.name, self.clock.now)

    @cached_property
    def queue(self) -> Queue:
        place = self.settings.queue
        if place.kind == "sqlite":
            from common.queue.sqlite import SqliteQueue

            return SqliteQueue(place.path, self.clock.now)
        from common.queue.cloud_tasks import CloudTasksQueue

        return CloudTasksQueue(
            place.project, place.name, self._service_url, self._environ["TASKS_SERVICE_ACCOUNT"], self.clock.now
        )

    def _service_url(self, function: str) -> str:
        """Private services have addresses of their own; Terraform gives a pattern with `{}` for the function's name."""
        return self._environ["PROCESS_URL_PATTERN"].format(f"{function.replace('_', '-')}-process")

    # -- flow --------------------------------------------------------------------------------------------------------

    @cached_property
    def claims(self) -> Claims:
        from common.flow.claims import Claims

        return Claims(self.store, self.clock, self.ids)

    @cached_property
    def bindings(self) -> Bindings:
        from common.flow.bindings import Bindings

        return Bindings(self.store, self.clock)

    @cached_property
    def waiting(self) -> WaitingRoom:
        from common.flow.waiting import WaitingRoom

        return WaitingRoom(self.store, self.clock)

    @cached_property
    def breakers(self) -> Breakers:
        from common.flow.breakers import Breakers

        return Breakers(self.store, self.clock)

    @cached_property
    def journal(self) -> Journal:
        from common.flow.journal import Journal

        return Journal(self.store, self.clock, self.ids)

    @cached_property
    def leases(self) -> Leases:
        from common.flow.leases import StoredLeases

        return StoredLeases(self.store, self.clock, self.ids)

    @cached_property
    def kept(self) -> Kept:
        from common.mapping.kept import Kept

        return Kept(self.store, self.clock, self.ids)

    @cached_property
    def letters(self) -> DeadLetters:
        from common.flow.dead_letters import DeadLetters

        return DeadLetters(self.store, self.clock, self.journal)

    @cached_property
    def dead_letter(self) -> DeadLetter:
        """What `processed` does with a payload nobody could carry."""
        from common.flow.delivery import DeadLetter
        from common.queue.policy import POLICIES

        attempts = int(self._environ.get("QUEUE_MAX_ATTEMPTS") or POLICIES["interactive"].max_attempts)

        def keep(task: Task, error: str, trace: str) -> None:
            self.letters.keep(task.function, task.body, error, trace, task.queue)

        return DeadLetter(keep, attempts)

    @cached_property
    def telling(self) -> Telling:
        from common.bitrix.notify import PortalNotifier
        from common.flow.notices import Notices
        from common.flow.telling import Telling

        people = self.settings.people
        return Telling(
            notices=Notices(self.store, self.clock, self.ids, self.settings.site.language),
            notifier=lambda: PortalNotifier(self._reachable().bitrix),
            works_here=lambda user: self._reachable().crm.is_active(UserId(user)),
            accountants=people.accountants,
            admins=people.admins,
            clock=self.clock,
        )

    def _reachable(self) -> Services:
        """Raises TryLater while the portal is left alone: a notice tried every minute would wear out dead tokens."""
        if self.breakers.is_open(PORTAL):
            raise TryLater("portal_left_alone")
        return self

    def portal_is_back(self) -> None:
        """An install has just worked: what was left alone goes on now, without waiting for a probe."""
        breaker = self.breakers.closed(PORTAL)
        if breaker is not None:
            self.telling.side_closed(breaker, 0)

    @cached_property
    def watch(self) -> Watch:
        from common.flow.resume import Watch

        return Watch(
            self.breakers,
            self.waiting,
            self.claims,
            {"acts": self.acts_work},
            self._probe,
            self.telling,
            self.clock,
            self.queue,
        )

    def _probe(self, side: str) -> Callable[[], object]:
        kind, _, name = side.partition(":")
        if kind == "base":
            return self.any_book(BaseName(name)).probe
        return self.crm.probe

    # -- Bitrix24 ----------------------------------------------------------------------------------------------------

    @cached_property
    def token_book(self) -> TokenBook:
        from common.bitrix.book import TokenBook

        events = self.settings.events
        given = [token.reveal() for token in events.application_tokens]
        return TokenBook(self.store, self.clock, events.member_id, given)

    @cached_property
    def portal(self) -> PortalKey:
        """The portal's key in marks: its member_id; with a webhook and no setting, its host, kept since first use.

        Raises TryLater `not_installed` before the application's first install.
        """
        from common.bitrix import tokens

        configured = self.settings.events.member_id
        if configured:
            return PortalKey(configured)
        webhook = self.settings.bitrix.webhook_url
        found = tokens.first_member(self.store)
        if not found and webhook is not None:
            found = self._first_host(urlsplit(webhook.reveal()).netloc)
        if not found:
            raise TryLater(NOT_INSTALLED, 60)
        return PortalKey(found)

    def _first_host(self, host: str) -> str:
        """Kept, because a renamed portal must keep its marks."""
        from common.errors import AlreadyThere
        from common.ports import ABSENT, Write

        try:
            self.store.write(Write("config", "portal", {"host": host}, ABSENT))
        except AlreadyThere:
            kept = self.store.get("config", "portal")
            return str(kept.data["host"]) if kept else host
        return host

    @cached_property
    def http(self) -> httpx.Client:
        from common.bitrix.client import new_http

        return self._new_http() if self._new_http else new_http()

    @cached_property
    def limiter(self) -> PortalLimiter:
        from common.flow.bucket import Shape
        from common.flow.limiter import PortalLimiter

        bitrix = self.settings.bitrix
        return PortalLimiter(self.store, self.clock, "portal", Shape(bitrix.requests_per_second, bitrix.burst))

    @cached_property
    def auth_server(self) -> AuthServer:
        from common.bitrix.oauth import AuthServer

        bitrix = self.settings.bitrix
        if bitrix.client_secret is None:
            raise Refused(403, "forged")
        return AuthServer(self.http, bitrix.client_id, bitrix.client_secret.reveal())

    @cached_property
    def access(self) -> Access:
        webhook = self.settings.bitrix.webhook_url
        if webhook is not None:
            from common.bitrix.access import WebhookAccess

            return WebhookAccess(webhook.reveal(), self.store)
        from common.bitrix.oauth import OAuthAccess

        return OAuthAccess(self.store, self.auth_server, self.clock, self.portal)

    @cached_property
    def bitrix(self) -> BitrixClient:
        from common.bitrix.client import BitrixClient

        return BitrixClient(self.access, self.http, self.limiter, self.clock)

    @cached_property
    def crm(self) -> PortalCrm:
        from common.bitrix.crm import PortalCrm
        from common.bitrix.dictionaries import Dictionaries

        return PortalCrm(self.bitrix, Dictionaries(self.bitrix, self.store, self.clock, self.portal))

    @cached_property
    def installer(self) -> Installer:
        from common.bitrix.install import AdminCheck, Installer

        is_admin = AdminCheck(self.http, self.limiter, self.clock)
        member = self.settings.events.member_id
        return Installer(self.store, self.auth_server, self.clock, is_admin, member, self.settings.bitrix.auth_hosts)

    def equip_portal(self) -> None:
        """Bind our events (an application only: webhooks are set by hand) and create the deal's fields; repeatable."""
        from common.exchanges.acts.model import BackFields

        if self.settings.bitrix.webhook_url is None:
            from common.bitrix.bindings import ensure_bindings

            base = self.settings.site.public_base_url
            wanted = dict.fromkeys(DEAL_EVENTS, f"{base}/bitrix-deal-changed")
            wanted |= dict.fromkeys(APP_EVENTS, f"{base}/bitrix-app-installed")
            ensure_bindings(self.bitrix, wanted)
        fields = {name for rule in self.act_rules().values() for name in rule.back.names()}
        self.crm.ensure_fields(sorted(fields or BackFields().names()))

    # -- 1C ----------------------------------------------------------------------------------------------------------

    def odata(self, base: BaseName) -> ODataClient:
        """The client of one base; one per process, so that 1C's session is used again."""
        from common.onec.odata.client import ODataClient

        if base not in self._odata:
            found = self.settings.onec[base]
            password = found.password.reveal()
            self._odata[base] = ODataClient(base, found.url, found.user, password, self.onec_http, self.clock)
        return self._odata[base]

    @cached_property
    def onec_http(self) -> httpx.Client:
        """Redirects are not followed: a login page is not an answer."""
        import httpx

        return self._new_http() if self._new_http else httpx.Client(follow_redirects=False)

    def books(self, base: BaseName, profile_id: str) -> Accounting:
        """One base through one profile. Raises KeyError for a base or profile that is not there."""
        key = (base, profile_id)
        if key not in self._books:
            self._books[key] = self._new_books(base, profile_id)
        return self._books[key]

    def any_book(self, base: BaseName) -> Accounting:
        """The base through whichever profile of its product: for what no profile matters to."""
        from common.onec.configurations import profiles

        return self.books(base, next(iter(profiles(self.settings.onec[base].configuration))))

    def _new_books(self, base: BaseName, profile_id: str) -> OnecAccounting:
        from common.onec.accounting import OnecAccounting
        from common.onec.configurations import profile
        from common.onec.dictionaries import Dictionaries

        return OnecAccounting(
            self.odata(base),
            profile(profile_id),
            self._dictionaries.setdefault(base, Dictionaries(base, self.store, self.clock)),
            self.store,
            self.clock,
            self.settings.onec[base].web_url,
        )

    def refresh_digests(self) -> dict[str, int]:
        """Read `$metadata` of bases whose digest is missing or a day old; how many were read."""
        read = 0
        for name, base in self.settings.onec.items():
            if self._digest_is_old(name, base.configuration) and not self.breakers.is_open(f"base:{name}"):
                read += self._refreshed(name, base.configuration)
        return {"digests": read}

    def _digest_is_old(self, base: BaseName, product: str) -> bool:
        from common.onec.digest import stored_digest

        try:
            found = stored_digest(self.store, base)
        except TryLater:
            return True
        return found.product != product or self.clock.now() - found.read_at >= DIGEST_AGE

    def _refreshed(self, base: BaseName, product: str) -> int:
        from common.onec.digest import refresh_digest

        try:
            refresh_digest(self.odata(base), self.store, self.clock, product)
        except SideDown as down:
            if self.breakers.failed(down):
                self.telling.side_opened(down)
            return 0
        self.telling.clock_checked(f"base:{base}", self.odata(base).clock_offset() or 0.0)
        return 1

    # -- acts --------------------------------------------------------------------------------------------------------

    def act_rules(self) -> dict[RuleId, ActRule]:
        from common.exchanges.acts.rules import active

        return active(self.kept)

    @cached_property
    def table_book(self) -> TableBook:
        from common.exchanges.acts.rules import TableBook

        return TableBook(self.kept)

    @cached_property
    def acts(self) -> Acts:
        from common.exchanges.acts.bases import Bases
        from common.exchanges.acts.model import Place
        from common.exchanges.acts.perform import Acts

        place = Place(self.portal, self._portal_url(), self.settings.site.business_time_zone)
        return Acts(
            crm=self.crm,
            books=self.books,
            rules=self.act_rules,
            tables=self.table_book.tables,
            place=place,
            bases=Bases(self.store, self.clock),
            leases=self.leases,
            clock=self.clock,
        )

    def _portal_url(self) -> str:
        """For links; while the application is removed, its last one. Raises TryLater before the first install."""
        from common.bitrix import tokens

        if self.settings.bitrix.webhook_url is not None:
            base = self.access.base_url()
        else:
            found = tokens.read(self.store, self.portal)
            if found is None:
                raise TryLater(NOT_INSTALLED, 60)
            base = found[0].client_endpoint
        parts = urlsplit(base)
        return f"{parts.scheme}://{parts.netloc}"

    @cached_property
    def acts_work(self) -> Work:
        from common.flow.excluded import ExcludedRecords
        from common.flow.work import Work

        return Work(
            exchange=self.acts,
            function="bitrix_deal_changed",
            clock=self.clock,
            queue=self.queue,
            claims=self.claims,
            bindings=self.bindings,
            waiting=self.waiting,
            excluded=ExcludedRecords(self.store, self.clock),
            breakers=self.breakers,
            journal=self.journal,
            teller=self.telling,
            seconds=PROCESS_SECONDS,
        )

    @cached_property
    def acts_watch(self) -> DealWatch:
        from common.exchanges.acts.watch import DealWatch

        return DealWatch(self.crm, self.act_rules, self.portal)

    @cached_property
    def acts_sweep(self) -> Sweep:
        from common.flow.sweep import Sweep
        from common.flow.watermarks import Watermarks

        marks = Watermarks(self.store, self.clock)
        return Sweep(f"acts:{self.portal}", self.acts_watch, self.acts_work, marks, self.waiting, self.clock)

    @cached_property
    def rule_book(self) -> RuleBook:
        """What a person may do with rules and tables."""
        from common.admin.rules import RuleBook
        from common.onec.configurations import profile

        return RuleBook(
            self.kept,
            self.clock,
            lambda: {name: base.configuration for name, base in self.settings.onec.items()},
            lambda profile_id: profile(profile_id).needs(),
            self._rules_changed,
        )

    def _rules_changed(self, what: Sequence[str]) -> None:
        """Whoever waits for it is tried again; a rule may also take in entries that the last sweep had no eye for."""
        try:
            sweep = self.acts_sweep
        except TryLater as reason:
            if reason.reason != NOT_INSTALLED:
                raise
            return  # nobody can wait before the first install, and no sweep has been yet
        from common.mapping.kept import FRESH

        occasion = moments.text(self.clock.now())
        for awaits in what:
            waits = sweep.waiting_for(awaits)
            sweep.put_again(waits, f"{awaits} {occasion}")
            # Other instances may go on with the version they have for a minute; settled records cost them nothing.
            sweep.put_again(waits, f"{awaits} {occasion} for all", self.clock.now() + FRESH)
        if any(awaits.startswith("rule:") for awaits in what):
            sweep.rewind()

    @cached_property
    def people(self) -> People:
        """What a person may say to work that stands still."""
        from common.admin.people import People

        return People(self.clock, self.queue, self.journal, self.waiting, self.letters)

    def backfill(self) -> Backfill:
        """Entries from before a rule began."""
        from common.admin.people import Backfill

        return Backfill(self.acts_watch, self.acts_work, self.act_rules(), self.journal)

    def import_first_rules(self) -> None:
        """Import the file of `EXCHANGE_RULES` when the store has no rules yet (design §6). Raises RulesRefused."""
        from common.exchanges.acts.rules import RULES

        path = self.settings.site.exchange_rules
        if path and not self.kept.active(RULES).number:
            import json

            self.rule_book.import_all(json.loads(Path(path).read_text(encoding="utf-8")), "EXCHANGE_RULES")

    def acts_records(self, bodies: Sequence[Mapping[str, Any]]) -> list[Record]:
        """The records of a task. Raises Refused 400 for a body that is not ours."""
        from common.exchanges.acts import records

        try:
            return [records.read(body) for body in bodies]
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(400, "malformed") from error


_given: list[Services] = []


def use(services: Services | None) -> None:
    """Give all functions of this process one `Services` (the local run, tests); None forgets it."""
    _given[:] = [services] if services else []


def services() -> Services:
    """This process's services: those given, else made once from the environment (and `.env`, locally)."""
    return _given[0] if _given else _from_environment()


@cache
def _from_environment() -> Services:
    from common.logs import set_up

    environ = local_environment(os.environ, Path(".env"))
    set_up()
    return Services(Settings.read(environ, ()), environ=environ)
