"""What the base keeps (contract §2; facts onec-dm §2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tests.simulators.dm.contents import Content

Origin = Literal["user", "exchange"]
Action = Literal["approval", "confirmation", "signing", "registration", "archive"]
State = Literal["draft", "on_approval", "approved", "rejected", "on_revision", "signed", "archived"]


@dataclass(frozen=True)
class Actor:
    """Who changes something, and by which way."""

    user_id: str
    origin: Origin


@dataclass(frozen=True)
class Kind:
    """A kind of documents."""

    id: str
    name: str
    folder_id: str | None = None


@dataclass
class User:
    """A person of the catalogue of users; `roles` are (id, name)."""

    id: str
    name: str
    email: str | None = None
    employee_id: str | None = None
    active: bool = True
    login_disabled: bool = False
    roles: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Counterparty:
    """A counterparty; INN and KPP are text, leading zeros matter (facts §5)."""

    id: str
    name: str
    inn: str | None = None
    kpp: str | None = None
    external_code: str | None = None


@dataclass(slots=True)
class Version:
    """One version of a file."""

    id: str
    file_id: str
    number: int
    content: Content
    author_id: str
    created_at: datetime
    comment: str | None = None
    modified_at: datetime | None = None


@dataclass(slots=True)
class Record:
    """What a document and a file have in common; `data_version` is a number of the whole base.

    `opened_by` holds who has the card open, `opened_since` from when.
    """

    id: str
    data_version: int
    updated_at: datetime
    updated_by: str
    deletion_mark: bool = False
    opened_by: str | None = None
    opened_since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class File(Record):
    """A file of a document; the current version is a pointer that may go back (facts §5)."""

    document_id: str
    name: str
    current: Version
    versions: list[Version]
    store_versions: bool = True
    signed: bool = False
    encrypted: bool = False
    locked_by: str | None = None
    locked_since: datetime | None = None


@dataclass(frozen=True)
class StateRow:
    """One of the states a document has at once: `action` of the contract, 1C's own word."""

    action: Action
    state: str
    set_at: datetime


@dataclass(slots=True, kw_only=True)
class Document(Record):
    """A document card."""

    number: int
    kind: Kind
    title: str
    author_id: str
    reg_number: str | None = None
    reg_date: datetime | None = None
    state: State = "draft"
    states: list[StateRow] = field(default_factory=list)
    folder_id: str | None = None
    counterparty: Counterparty | None = None
    responsible_id: str | None = None
    files: list[File] = field(default_factory=list)


@dataclass(frozen=True)
class Effect:
    """One real change made through the exchange: `file.created`, `version.created`, `version.overwritten`,
    `file.renamed`, `link.set`."""

    kind: str
    object_id: str
    fields: dict[str, object]


@dataclass(frozen=True)
class Hit:
    """One request that came; `template` is empty for an unknown path, `status` 0 if the answer was lost."""

    method: str
    template: str
    path: str
    status: int
    request_id: str = ""


@dataclass(frozen=True)
class LogRow:
    """One row of 1C's exchange log register (contract §3); `duration` in seconds, `size` of the body in bytes."""

    at: datetime
    direction: Literal["in", "out"]
    method: str
    resource: str
    status: int
    duration: float
    size: int
    error: str
    request_id: str
