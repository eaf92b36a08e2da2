"""Bitrix24's side of an act, as plain nouns: what a deal says when its stage is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from common.model.ids import CompanyId, ContactId, DealId, RequisiteId, StageId, UserId

Semantics = Literal["P", "S", "F"]
"""Of a stage: in progress, success, failure (facts bitrix24 §4.4)."""

LEGAL_ADDRESS = 6
REGISTRATION_ADDRESS = 4


@dataclass(frozen=True, slots=True)
class StageEntry:
    """One row of `crm.stagehistory.list`: the deal entered the stage at that moment (UTC)."""

    id: int
    deal: DealId
    category: int
    stage: StageId
    at: datetime


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a funnel in the portal's order (`sort`)."""

    id: StageId
    category: int
    name: str
    sort: int
    semantics: Semantics


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as it is now. `amount` is in units of `currency` (ISO letters); `fields` are its user fields as text."""

    id: DealId
    title: str
    category: int
    stage: StageId
    semantics: Semantics
    amount: Decimal
    currency: str
    company: CompanyId | None
    contact: ContactId | None
    responsible: UserId
    updated_at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product row. Prices are after discount, per unit; `vat_rate` in percent, None means "without VAT"."""

    id: int
    product_id: int
    name: str
    quantity: Decimal
    price: Decimal
    price_exclusive: Decimal
    vat_rate: Decimal | None
    vat_included: bool
    unit_code: str
    """OKEI code padded to 3, "" when the row has no unit."""
    unit_name: str


@dataclass(frozen=True, slots=True)
class Requisite:
    """A requisite of a company or contact. `country` 1 is Russia, others are foreign presets, 0 unknown."""

    id: RequisiteId
    owner_kind: Literal["company", "contact"]
    owner: int
    name: str
    full_name: str
    inn: str
    kpp: str
    active: bool
    country: int


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a requisite, written out in one line. `kind`: 6 legal, 4 registration (facts bitrix24 §4.6)."""

    requisite: RequisiteId
    kind: int
    text: str


@dataclass(frozen=True, slots=True)
class RequisiteLink:
    """Which requisites a deal uses: the client's and our own company's; None is "not chosen"."""

    client: RequisiteId | None
    own: RequisiteId | None


@dataclass(frozen=True, slots=True)
class DealFacts:
    """All that one act needs to know of its deal, read at one time. `rows` are all pages in the deal's order."""

    deal: Deal
    rows: tuple[ProductRow, ...]
    link: RequisiteLink | None
    requisites: tuple[Requisite, ...]
    """Of the deal's company; of its contact when it has no company."""
    own: Requisite | None
    """Our own company's requisite named by the link."""
    addresses: tuple[Address, ...]
    client_name: str = ""
