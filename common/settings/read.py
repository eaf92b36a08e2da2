"""Settings, group by group: each function names the groups it needs, so that it starts without the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, TypeVar, cast, get_args

from common.model.ids import BaseName
from common.settings.forms import Forms
from common.settings.model import (
    Base,
    Bitrix,
    Configuration,
    DocumentManagement,
    Events,
    Fault,
    Language,
    People,
    Place,
    Secret,
    SettingsError,
    Site,
    Tasks,
)

Need = Literal["store", "queue", "tasks", "events", "bitrix", "onec", "dm", "keys", "people", "site", "public_url"]
Group = TypeVar("Group")

AUTH_HOSTS: Final = ("oauth.bitrix24.tech", "oauth.bitrix.info")
"""design §5; facts bitrix24 §1.3."""

_HOST: Final = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9]\d{0,4})?"
_ACCOUNT: Final = "exchange-tasks@project.iam.gserviceaccount.com"
_PATTERN: Final = "https://{}-abc123-ew.a.run.app"
_NO_SUCH_EVENT = "ONCRMDEALSTAGEID"
_CONFIGURATIONS: Final[tuple[str, ...]] = get_args(Configuration)
_LANGUAGES: Final[tuple[str, ...]] = get_args(Language)


class Settings:
    """The settings of this process. A group that `read` was not asked for is checked when it is first used."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)

    @classmethod
    def read(cls, environ: Mapping[str, str], need: Sequence[Need] | None = None) -> Settings:
        """Check these groups at once; all that are set and all that everything needs, when none are named.

        Raises `SettingsError` naming every fault.
        """
        forms = Forms(environ)
        _refuse_missing_event(forms, environ)
        for name in _all_needs(environ) if need is None else need:
            _GROUPS[name](forms)
        if forms.faults:
            raise SettingsError(list(dict.fromkeys(forms.faults)))
        return cls(environ)

    @cached_property
    def store(self) -> Place:
        return self._group(_store)

    @cached_property
    def queue(self) -> Place:
        return self._group(_queue)

    @cached_property
    def tasks(self) -> Tasks:
        return self._group(_tasks)

    @cached_property
    def events(self) -> Events:
        return self._group(_events)

    @cached_property
    def bitrix(self) -> Bitrix:
        return self._group(_bitrix)

    @cached_property
    def onec(self) -> Mapping[BaseName, Base]:
        """The 1C bases by name."""
        return self._group(_onec)

    @cached_property
    def dm(self) -> DocumentManagement:
        return self._group(_dm)

    @property
    def has_dm(self) -> bool:
        """Whether 1C:DM is named at all."""
        return bool(self._environ.get("ONEC_DM_URL"))

    @cached_property
    def keys(self) -> Mapping[str, Secret]:
        """Secrets shared with 1C:DM by key id; the first one signs."""
        return self._group(_keys)

    @cached_property
    def people(self) -> People:
        return self._group(_people)

    @cached_property
    def site(self) -> Site:
        return self._group(_site)

    @cached_property
    def public_url(self) -> str:
        """`PUBLIC_BASE_URL` where nothing works without it: the portal must know where to call."""
        return self._group(_public_url)

    def faults(self) -> tuple[Fault, ...]:
        """All that is wrong or missing, in groups nobody has read yet too. An incoming webhook needs no
        `PUBLIC_BASE_URL`: nothing tells the portal where to call but a person."""
        needs = _all_needs(self._environ)
        if self._environ.get("BITRIX_WEBHOOK_URL"):
            needs.remove("public_url")
        try:
            Settings.read(self._environ, needs)
        except SettingsError as error:
            return error.faults
        return ()

    def _group(self, read: Callable[[Forms], Group]) -> Group:
        forms = Forms(self._environ)
        group = read(forms)
        if forms.faults:
            raise SettingsError(forms.faults)
        return group


def _all_needs(environ: Mapping[str, str]) -> list[Need]:
    optional: set[Need] = {"dm", "keys"} if not any(name.startswith("ONEC_DM_") for name in environ) else set()
    names: tuple[Need, ...] = get_args(Need)
    return [name for name in names if name not in optional]


def _refuse_missing_event(forms: Forms, environ: Mapping[str, str]) -> None:
    """rules, Acts: a setting that relies on this event is refused; a webhook that names it is taken as a hint."""
    for name, value in environ.items():
        ours = name.startswith(("BITRIX_", "ONEC_", "EXCHANGE_"))
        if ours and _NO_SUCH_EVENT in f"{name}={value}".upper():
            problem = (
                f"relies on {_NO_SUCH_EVENT}, but Bitrix24 has no such event: ONCRMDEALUPDATE comes when a deal's "
                "stage changes, and the stage itself is read from crm.stagehistory.list"
            )
            forms.fault(name, problem, "ONCRMDEALUPDATE")


def _store(forms: Forms) -> Place:
    return forms.place("STORE_URL", "firestore", "sqlite:///exchange.sqlite")


def _queue(forms: Forms) -> Place:
    return forms.place("QUEUE_URL", "cloudtasks", "sqlite:///exchange.sqlite")


def _tasks(forms: Forms) -> Tasks:
    account = forms.matching(
        "TASKS_SERVICE_ACCOUNT",
        r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
        "must be the e-mail of the service account that calls our private functions",
        _ACCOUNT,
    )
    pattern = forms.matching(
        "PROCESS_URL_PATTERN",
        r"https://[^\s{}?#@]*\{\}[^\s{}?#@]*",
        "must be an https address with one {} for the function's name",
        _PATTERN,
    )
    attempts = forms.matching("QUEUE_MAX_ATTEMPTS", r"[1-9][0-9]?|100", "must be a whole number from 1 to 100", "10")
    if forms.given("QUEUE_URL").startswith("cloudtasks://"):
        for name, value, example in (
            ("TASKS_SERVICE_ACCOUNT", account, _ACCOUNT),
            ("PROCESS_URL_PATTERN", pattern, _PATTERN),
        ):
            if not value:
                forms.fault(name, "is not set, but QUEUE_URL is cloudtasks://", example)
    return Tasks(account, pattern, int(attempts) if attempts.isdecimal() else None)


def _events(forms: Forms) -> Events:
    tokens = forms.listed(
        "BITRIX_APPLICATION_TOKEN",
        r"[A-Za-z0-9_]{16,128}",
        "must be the tokens the portal shows for its webhooks or application, separated by commas",
        "51856fefc120afa4b628cc82d3935cce",
    )
    member = forms.matching(
        "BITRIX_MEMBER_ID",
        r"[0-9a-f]{32}",
        "must be the portal's member_id, 32 hexadecimal digits",
        "a223c6b3710f85df22e9377d6c4f7553",
    )
    return Events(tuple(map(Secret, tokens)), member)


def _bitrix(forms: Forms) -> Bitrix:
    example = "https://portal.bitrix24.ru/rest/1/xxxxxxxxxxxxxxxx/"
    webhook = forms.url("BITRIX_WEBHOOK_URL", example, required=False, https=True)
    client = forms.given("BITRIX_CLIENT_ID")
    if webhook and client:
        forms.fault("BITRIX_WEBHOOK_URL", "is set together with BITRIX_CLIENT_ID: keep one of them", example)
    elif not webhook and not client:
        forms.fault("BITRIX_WEBHOOK_URL", "is not set, and neither is BITRIX_CLIENT_ID", example)
    elif webhook and not re.fullmatch(r"https?://[^/]+/rest/\d+/\w+", webhook):
        forms.fault("BITRIX_WEBHOOK_URL", "is not the address of an incoming webhook", example)
    secret = forms.secret("BITRIX_CLIENT_SECRET", "the application's secret key") if client else None
    return Bitrix(
        webhook_url=Secret(f"{webhook}/") if webhook else None,
        client_id=client,
        client_secret=secret,
        auth_hosts=_auth_hosts(forms),
        requests_per_second=forms.number("BITRIX_REQUESTS_PER_SECOND", 2, 100),
        burst=int(forms.number("BITRIX_BURST", 50, 10_000)),
    )


def _auth_hosts(forms: Forms) -> tuple[str, ...]:
    """Host names, always by https; whole addresses on this machine only, where a simulator stands for the vendor."""
    further = forms.listed(
        "BITRIX_AUTH_HOSTS",
        rf"{_HOST}|https?://(?:localhost|127\.0\.0\.1)(?::[1-9]\d{{0,4}})?(?:/[A-Za-z0-9_-]+)*/?",
        "must be host names, or whole addresses of this machine, separated by commas",
        "oauth.example.com,http://127.0.0.1:8080",
    )
    return tuple(dict.fromkeys((*AUTH_HOSTS, *(one.rstrip("/") for one in further))))


def _onec(forms: Forms) -> Mapping[BaseName, Base]:
    if not forms.given("ONEC_BASES") and forms.given("ONEC_DM_URL"):
        return MappingProxyType({})  # a company may exchange documents alone
    names = [name.strip() for name in forms.text("ONEC_BASES", "main,retail").split(",") if name.strip()]
    wrong = not all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    if wrong or len(set(names)) != len(names) or "dm" in names:
        # `dm` would read the settings of 1C:DM as those of a base.
        problem = "must be different names of small Latin letters, digits and _, separated by commas, none of them dm"
        forms.fault("ONEC_BASES", problem, "main,retail")
        return MappingProxyType({})
    return MappingProxyType({BaseName(name): _base(forms, BaseName(name)) for name in names})


def _base(forms: Forms, name: BaseName) -> Base:
    prefix = f"ONEC_{name.upper()}"
    url = forms.url(f"{prefix}_URL", "https://1c.example.ru/buh").removesuffix("/odata/standard.odata")
    return Base(
        name=name,
        url=url,
        user=forms.text(f"{prefix}_USER", "exchange"),
        password=forms.secret(f"{prefix}_PASSWORD", "the 1C user's password"),
        configuration=cast(Configuration, forms.one_of(f"{prefix}_CONFIGURATION", _CONFIGURATIONS)),
        time_zone=forms.zone(f"{prefix}_TIME_ZONE"),
        web_url=forms.url(f"{prefix}_WEB_URL", "https://1c.example.ru/buh", required=False) or url,
    )


def _dm(forms: Forms) -> DocumentManagement:
    return DocumentManagement(
        url=forms.url("ONEC_DM_URL", "https://1c.example.ru/dm"),
        user=forms.text("ONEC_DM_USER", "exchange"),
        password=forms.secret("ONEC_DM_PASSWORD", "the 1C user's password"),
    )


def _keys(forms: Forms) -> Mapping[str, Secret]:
    example = "2026a:a-secret-of-32-signs-or-more-1234"
    pairs = [pair.strip().partition(":") for pair in forms.text("ONEC_DM_KEYS", example).split(",") if pair.strip()]
    good = all(re.fullmatch(r"[\w.-]{1,64}", name) and len(secret) >= 16 for name, _, secret in pairs)
    if not good or len({name for name, _, _ in pairs}) != len(pairs):
        problem = "must be key ids with their secrets (16 signs or more), different, as id:secret,id:secret"
        forms.fault("ONEC_DM_KEYS", problem, example)
        return MappingProxyType({})
    return MappingProxyType({name: Secret(secret) for name, _, secret in pairs})


def _people(forms: Forms) -> People:
    forms.text("ADMIN_USER_IDS", "1,17")
    return People(forms.users("ADMIN_USER_IDS"), forms.users("ACCOUNTANT_USER_IDS"))


def _site(forms: Forms) -> Site:
    return Site(
        language=_language(forms),
        business_time_zone=forms.zone("BUSINESS_TIME_ZONE", default="Europe/Moscow"),
        public_base_url=forms.url("PUBLIC_BASE_URL", "https://exchange.example.ru", required=False, https=True),
        exchange_rules=forms.given("EXCHANGE_RULES"),
        document_minutes=_minutes(forms),
    )


def _minutes(forms: Forms) -> int:
    """rules, Documents: a setting, not under five."""
    problem = "must be a whole number of minutes, at least 5"
    value = forms.matching("DOCUMENT_SYNC_MINUTES", r"[5-9]|[1-9]\d{1,3}", problem, "5")
    return int(value) if value.isdecimal() else 5


def _language(forms: Forms) -> Language:
    # Many systems set LANGUAGE themselves, e.g. to `en_US:en`: the first language counts.
    value = forms.given("LANGUAGE") or "ru"
    first = re.match(r"(ru|en)(?![A-Za-z])", value)
    if first is None:
        forms.fault("LANGUAGE", f"must be one of {', '.join(_LANGUAGES)}", "ru")
    return "en" if first and first[1] == "en" else "ru"


def _public_url(forms: Forms) -> str:
    return forms.url("PUBLIC_BASE_URL", "https://exchange.example.ru", https=True)


_GROUPS: Final[Mapping[Need, Callable[[Forms], object]]] = MappingProxyType(
    {
        "store": _store,
        "queue": _queue,
        "tasks": _tasks,
        "events": _events,
        "bitrix": _bitrix,
        "onec": _onec,
        "dm": _dm,
        "keys": _keys,
        "people": _people,
        "site": _site,
        "public_url": _public_url,
    }
)
