"""What settings are, once read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from common.errors import ExchangeError
from common.model.ids import BaseName, UserId

Language = Literal["ru", "en"]
Configuration = Literal["bp30", "ut11", "erp2", "unf30"]
"""Accounting 3.0, Trade 11, ERP 2, Small Business 3.0."""


class Secret:
    """A text that no `repr`, log or traceback shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong setting; never holds its value, which may be a secret."""

    name: str
    problem: str
    example: str

    def __str__(self) -> str:
        return f"{self.name}: {self.problem}; example: {self.name}={self.example}"


class SettingsError(ExchangeError):
    """Some settings are wrong or missing: all of them are named."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the store or the queue is.

    kind   `sqlite`, `firestore`, `cloudtasks`
    path   of the file, for sqlite; else project and name (the database, or the queues' location)
    """

    kind: str
    path: str = ""
    project: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tasks:
    """How tasks reach `process` entries; the first two are empty unless the queue is Cloud Tasks.

    service_account   in whose name Cloud Tasks calls them
    url_pattern       their address, `{}` stands for the function's name
    max_attempts      after which a task becomes a dead letter; None: as the embedded queue has it
    """

    service_account: str
    url_pattern: str
    max_attempts: int | None


@dataclass(frozen=True, slots=True)
class Events:
    """What `receive` needs to know Bitrix24 by. Unset ones are learned at the application's installation.

    application_tokens   each outgoing webhook has its own, and so has the application
    """

    application_tokens: tuple[Secret, ...]
    member_id: str


@dataclass(frozen=True, slots=True)
class Bitrix:
    """How we call the portal: by an incoming webhook, or as an application (then `webhook_url` is None).

    auth_hosts   where OAuth tokens may be refreshed (design §5): host names, or addresses of this machine
    requests_per_second, burst   the portal's limit: 2 and 50, on Enterprise 5 and 250 (facts bitrix24 §2.1)
    """

    webhook_url: Secret | None
    client_id: str
    client_secret: Secret | None
    auth_hosts: tuple[str, ...]
    requests_per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Base:
    """One 1C base. `url` is its publication, `web_url` where people open it; neither ends with a slash.

    time_zone   IANA name of the zone its clock runs in
    """

    name: BaseName
    url: str
    user: str
    password: Secret
    configuration: Configuration
    time_zone: str
    web_url: str


@dataclass(frozen=True, slots=True)
class DocumentManagement:
    """1C:DM and its HTTP service."""

    url: str
    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class People:
    """Who is told what only people can mend, in this order (design §3)."""

    admins: tuple[UserId, ...]
    accountants: tuple[UserId, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """`public_base_url` without a final slash, "" when unset; `exchange_rules` a file, "" for none.

    document_minutes   between two runs of `document_sync`, at least 5
    """

    language: Language
    business_time_zone: str
    public_base_url: str
    exchange_rules: str
    document_minutes: int
